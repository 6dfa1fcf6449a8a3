"""A life of two invoices: the list of what happens at Stripe and of what staff do, with times.

It knows what `money_model` is to be told of each invoice, and nothing of who hears of an act when,
or how: that is `told_life.py`.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.faults.credit_model import standing

TOTAL = 10000
INVOICES = ("A", "B")
CREDITOR = "A"
"""Credits are of its money, and are used on the other one."""


@dataclass(frozen=True)
class Act:
    """`at` in seconds since the life began. `key` names what is made, `of` what it is about."""

    at: int
    what: str
    key: str
    of: str = ""
    invoice: str | None = None
    amount: int = 0
    more: int = 0
    """paid: what was held, when more than was captured. decided: what came back."""


@dataclass
class Life:
    """`seed` makes it; `acts` are in the order of their times."""

    seed: int
    acts: list[Act] = field(default_factory=list)

    def facts(self, invoice: str) -> dict[str, Any]:
        """What the model is told of an invoice."""
        return facts_of(self.acts, invoice)

    def __str__(self) -> str:
        return "\n".join([f"life {self.seed}", *map(str, self.acts)])


def facts_of(acts: list[Act], invoice: str) -> dict[str, Any]:
    """The set of what happened to one invoice, as money_model.py wants it."""
    told = _without_credits(acts, invoice)
    uses = [vars(act) | {"id": act.key} for act in acts if act.what == "credited"]
    stand = standing(_without_credits(acts, CREDITOR), uses) if uses else {}
    for use in uses:
        amount = stand[use["id"]] * (-1 if invoice == CREDITOR else 1)
        if amount:
            told["moves"].append({"id": use["id"], "at": use["at"], "amount": amount})
    return told


def _without_credits(acts: list[Act], invoice: str) -> dict[str, Any]:
    undone = {act.of: act.at for act in acts if act.what.startswith("undo ")}
    failed = {act.of for act in acts if act.what == "refund failed"}
    back = {act.of: act.more for act in acts if act.what == "decided"}
    again = {
        key
        for number, act in enumerate(acts)
        if act.what == "open again" and act.invoice == invoice and act.key not in undone
        for key in standing_refunds(acts[:number], invoice)
    }
    told: dict[str, Any] = {"total": TOTAL}
    told |= {name: [] for name in ("payments", "refunds", "disputes", "closings", "moves")}
    told["cancelled"] = any(a.what == "cancelled" and a.invoice == invoice for a in acts)
    here: dict[str, list[str]] = {}
    """payment → each of its stays on this invoice"""

    def add(kind: str, act: Act, **more: Any) -> None:
        entry = {"id": act.key, "at": act.at, "amount": act.amount, "undone": undone.get(act.key)}
        told[kind].append(entry | more)

    for act in acts:
        if act.invoice == invoice and act.what in ON_INVOICE:
            more = {"open_again": act.key in again} if act.what == "returned" else {}
            add(ON_INVOICE[act.what], act, **more)
            here.setdefault(act.of or act.key, []).append(act.key)
        elif act.what == "moved":
            if act.invoice == invoice:
                add("moves", act)
            elif act.key not in undone:  # what came back was never away
                add("moves", act, amount=-act.amount)
    places = places_of(acts)
    for act in acts:
        if act.key in places:
            minor = places[act.key].get(invoice, 0)
            kind = "refunds" if act.what == "refunded" else "disputes"
            if minor:
                add(kind, act, amount=minor, open_again=act.key in again)
            continue
        for stay in here.get(act.of, []):
            if act.what == "refunded":
                marks = {"failed": act.key in failed, "open_again": act.key in again}
                add("refunds", act, of=stay, **marks)
            elif act.what == "disputed":
                add("disputes", act, of=stay, back=back.get(act.key, 0))
    return told


def places_of(acts: list[Act]) -> dict[str, dict[str | None, int]]:
    """Refund or dispute of a payment that was split → invoice → how much of it counts there."""
    gone = {act.of for act in acts if act.what == "refund failed"}
    back = {act.of: act.more for act in acts if act.what == "decided"}
    said = {act.of for act in acts if act.what == "placed"}
    found: dict[str, dict[str | None, int]] = {}
    for split in (act for act in acts if act.what == "moved" and act.of):
        [paid] = [act for act in acts if act.key == split.of]
        left = {CREDITOR: paid.amount - split.amount, split.invoice: split.amount}
        own = [act for act in acts if act.of == paid.key and act.what in ("refunded", "disputed")]
        for act in sorted(
            own, key=lambda act: (act.key not in said, act.at, act.what == "disputed")
        ):
            minor = 0 if act.key in gone else act.amount - back.get(act.key, 0)
            places: dict[str | None, int] = {}
            found[act.key] = places
            for invoice in (split.invoice,) if act.key in said else (CREDITOR, split.invoice):
                part = min(minor, left[invoice])
                places[invoice] = part
                left[invoice] -= part
                minor -= part
            places[CREDITOR] = places.get(CREDITOR, 0) + minor  # more than there was
    return found


ON_INVOICE = {
    "paid": "payments",
    "typed": "payments",
    "assigned": "payments",
    "closed": "closings",
    "returned": "refunds",
}


def standing_refunds(acts: list[Act], invoice: str) -> list[str]:
    """What was given back of an invoice's money, and neither failed nor was undone until now."""
    gone = {act.of for act in acts if act.what.startswith("undo ") or act.what == "refund failed"}
    here = {
        act.of or act.key
        for act in acts
        if act.invoice == invoice and act.what in ("paid", "assigned") and act.key not in gone
    }
    return [
        act.key
        for act in acts
        if act.key not in gone
        and (
            (act.what == "refunded" and act.of in here)
            or (act.what, act.invoice) == ("returned", invoice)
        )
    ]
