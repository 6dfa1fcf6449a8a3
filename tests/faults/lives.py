"""Lives of two invoices, invented by a seed: what happens at Stripe and what staff do, with times.

A life is the list of its acts, and knows what `money_model` is to be told of each invoice. It
knows nothing of who hears of an act when, or how: that is `told_life.py`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.faults.credit_model import standing
from tests.faults.money_model import says

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
        if act.invoice == invoice and act.what in _ON_INVOICE:
            more = {"open_again": act.key in again} if act.what == "returned" else {}
            add(_ON_INVOICE[act.what], act, **more)
            here.setdefault(act.of or act.key, []).append(act.key)
        elif act.what == "moved":
            if act.invoice == invoice:
                add("moves", act)
            elif act.key not in undone:  # what came back was never away
                add("moves", act, amount=-act.amount)
    for act in acts:
        for stay in here.get(act.of, []):
            if act.what == "refunded":
                marks = {"failed": act.key in failed, "open_again": act.key in again}
                add("refunds", act, of=stay, **marks)
            elif act.what == "disputed":
                add("disputes", act, of=stay, back=back.get(act.key, 0))
    return told


_ON_INVOICE = {
    "paid": "payments",
    "typed": "payments",
    "assigned": "payments",
    "closed": "closings",
    "returned": "refunds",
}
_MONEY_IN = ("payments", "moved")
_MAY_BE_MOVED = ("typed", "assigned")
_TAKEN_BACK = ("undo typed", "undo assigned")


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


def _rank(what: str) -> str:
    kind = _ON_INVOICE.get(what, what)
    return "payments" if kind in _MONEY_IN else kind


@dataclass
class _Payment:
    act: Act
    left: int
    disputed: bool = False
    free_at: int | None = None
    """Without an invoice since then; None while it is on one."""


class _Inventor:
    def __init__(self, seed: int, kinds: tuple[str, ...]) -> None:
        self.chance = random.Random(seed)
        self.life = Life(seed)
        self.kinds = kinds
        self.now = 0
        self.payments: list[_Payment] = []
        self.made = 0
        self.split = False
        self.credited = False
        self.over = False

    def invent(self) -> Life:
        self.pay()
        for _ in range(self.chance.randint(1, 7)):
            self.now += self.chance.choice([0, 1, 1, 60, 3600, 90_000])
            if self.over:
                break
            getattr(self, self.chance.choice(self.kinds))()
        self.life.acts.sort(key=lambda act: act.at)
        return self.life

    def act(self, what: str, **more: Any) -> Act:
        # Of one kind only one a second: the rule leaves their order to their ids.
        while any(act.at == self.now and _rank(act.what) == _rank(what) for act in self.life.acts):
            self.now += 1
        self.made += 1
        made = Act(self.now, what, f"{what[0]}{self.made:02d}", **more)
        self.life.acts.append(made)
        return made

    def later(self) -> int:
        return self.now + self.chance.choice([1, 30, 4000, 100_000])

    def invoice(self) -> str:
        return self.chance.choice("AAAB")

    # --- at Stripe -------------------------------------------------------------------------

    def pay(self) -> None:
        invoice = self.chance.choice(["A", "A", "A", "A", "B", None])
        amount = self.chance.choice([TOTAL, TOTAL, TOTAL, 5000, 6000, 12000])
        held = amount + self.chance.choice([0, 0, 0, 4000])
        made = self.act("paid", invoice=invoice, amount=amount, more=held)
        self.payments.append(_Payment(made, amount, free_at=None if invoice else self.now))
        if self.credited:
            self._keep_what_is_here()

    def _some(self, fits: Callable[[_Payment], bool]) -> _Payment | None:
        found = [payment for payment in self.payments if fits(payment)]
        return self.chance.choice(found) if found else None

    def refund(self) -> None:
        payment = self._some(lambda one: one.left > 0)
        if payment is None:
            return
        amount = self.chance.choice([payment.left, payment.left, (payment.left + 1) // 2, 1000])
        amount = min(amount, payment.left)
        made = self.act("refunded", of=payment.act.key, amount=amount)
        payment.left -= amount
        if self.chance.random() < 0.3:
            failed = self.act("refund failed", of=made.key)
            self.life.acts[-1] = replace(failed, at=self.later())

    def dispute(self) -> None:
        payment = self._some(lambda one: not one.disputed)
        if payment is None:
            return
        payment.disputed = True
        amount = payment.act.amount * self.chance.choice([100, 100, 50, 104]) // 100
        made = self.act("disputed", of=payment.act.key, amount=amount)
        back = self.chance.choice([None, 0, amount, amount, amount * 7 // 10])
        if back is not None:
            decided = self.act("decided", of=made.key, more=back)
            self.life.acts[-1] = replace(decided, at=self.later())

    # --- by staff --------------------------------------------------------------------------

    def type_in(self) -> None:
        amount = self.chance.choice([TOTAL, 6000, 4000, 1000])
        self._undone(self.act("typed", invoice=self.invoice(), amount=amount), 0.6)

    def assign(self) -> None:
        payment = self._some(
            lambda one: one.free_at is not None and one.free_at < self.now and one.left > 0
        )
        if payment is None or payment.disputed:
            return
        invoice = CREDITOR if self.credited else self.invoice()
        made = self.act("assigned", of=payment.act.key, invoice=invoice, amount=payment.act.amount)
        payment.free_at = self._undone(made, 0.6)

    def close(self) -> None:
        invoice = self.invoice()
        owed = self._books(invoice)["owed"]
        if owed:
            self._undone(self.act("closed", invoice=invoice, amount=owed), 0.4)

    def give_back(self) -> None:
        invoice = CREDITOR if self.credited else self.invoice()
        received = self._books(invoice)["received"]
        if received > 0 and not self.split:
            amount = self.chance.choice([received, (received + 1) // 2])
            self._undone(self.act("returned", invoice=invoice, amount=amount), 0.4)

    def open_again(self) -> None:
        invoice = self.invoice()
        if standing_refunds(self._until_now(), invoice):
            self._undone(self.act("open again", invoice=invoice), 0.3)

    def move(self) -> None:
        """A part of what is too much on one invoice pays the other. What of a payment that was
        split goes back later, staff are asked about: that is another test's. What is moved cannot
        be taken back before it is moved back: that is refused.
        """
        if self.credited or self._may_be_taken_back():
            return
        there, here = self.chance.sample(INVOICES, 2)
        amount = min(self._books(there)["too_much"], self._books(here)["owed"])
        if amount:
            for payment in self.payments:
                payment.left, payment.disputed = 0, True
            self.split = True
            self._undone(self.act("moved", invoice=here, amount=amount), 0.4)

    def use_credit(self) -> None:
        """What is too much on the one is kept, and used on the other. From there nothing goes back
        to the customer: what had given way until then depends on when that was told.
        """
        if self.split or self._may_be_taken_back():
            return
        target = INVOICES[1]
        amount = min(self._books(CREDITOR)["too_much"], self._books(target)["owed"])
        if amount:
            self.act("credited", invoice=target, amount=amount)
            self.credited = True
            self._keep_what_is_here()

    def _keep_what_is_here(self) -> None:
        for payment in self.payments:
            if any(
                act.invoice == INVOICES[1] and payment.act.key in (act.key, act.of)
                for act in self.life.acts
            ):
                payment.left, payment.disputed = 0, True

    def _may_be_taken_back(self) -> bool:
        return any(act.at > self.now and act.what in _TAKEN_BACK for act in self.life.acts)

    def cancel(self) -> None:
        if self._books("A")["received"] <= 0 and not self.over:
            self.act("cancelled", invoice="A")
            self.over = True

    def _until_now(self) -> list[Act]:
        acts = [act for act in self.life.acts if act.at <= self.now]
        return sorted(acts, key=lambda act: act.at)

    def _books(self, invoice: str) -> dict[str, Any]:
        """What staff see who know everything."""
        return says(facts_of(self._until_now(), invoice))

    def _undone(self, made: Act, how_often: float) -> int | None:
        stays = (self.split or self.credited) and made.what in _MAY_BE_MOVED
        if self.chance.random() >= how_often or stays:
            return None
        undoing = self.act(f"undo {made.what}", of=made.key)
        self.life.acts[-1] = replace(undoing, at=self.later())
        return self.life.acts[-1].at


_OFTEN = ("pay", "refund", "type_in")
EVERYTHING = (
    *_OFTEN,
    *_OFTEN,
    "refund",
    "dispute",
    "assign",
    "close",
    "give_back",
    "open_again",
    "move",
    "move",
    "use_credit",
    "use_credit",
    "use_credit",
    "cancel",
)
"""What happens, and how often beside the others."""


def invented(seed: int, kinds: tuple[str, ...] = EVERYTHING) -> Life:
    """The life of a seed: the same every time."""
    return _Inventor(seed, kinds).invent()
