"""E6 with refunds, disputes, manual payments and reassignments: what the books must say.

Plain dicts and sums, no code of the program. The state of a payment follows from the set of what
Stripe said of it until now, so every dependence on order shows up.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.reference_model import Model

_TAKEN = ("needs_response", "under_review", "lost")


@dataclass
class Back:
    """A refund: its amount, when it was made, and whether and when it was told as failed."""

    amount: int
    made: datetime | None = None
    failed: bool = False
    failed_at: datetime | None = None


@dataclass
class Disputed:
    """A dispute: its amount, every state that was told, and how much the bank gave back."""

    amount: int
    states: set[str] = field(default_factory=set)
    back: int | None = None

    def gone(self) -> int:
        if self.back is not None:
            return self.amount - self.back
        return self.amount if self.states & set(_TAKEN) and "won" not in self.states else 0


@dataclass
class FullModel(Model):
    """Adds what goes back, what is entered by hand, and what staff assign elsewhere."""

    refunds: dict[str, dict[str, "Back"]] = field(default_factory=dict)
    """intent → refund → what was told of it"""
    totals: dict[str, set[tuple[datetime | None, int]]] = field(default_factory=dict)
    """intent → (when, the sum of its refunds that the charge told then)"""
    disputes: dict[str, dict[str, "Disputed"]] = field(default_factory=dict)
    """intent → dispute → what was told of it"""
    manual: list[tuple[str, int]] = field(default_factory=list)
    """(invoice, amount); taking one back is a negative one"""

    def tell_refund(
        self,
        intent: str,
        refund: str,
        amount: int,
        status: str,
        made: datetime | None = None,
        said: datetime | None = None,
    ) -> None:
        back = self.refunds.setdefault(intent, {}).setdefault(refund, Back(amount, made))
        if status == "failed":
            back.failed, back.failed_at = True, said

    def tell_total(self, intent: str, total: int, said: datetime | None = None) -> None:
        self.totals.setdefault(intent, set()).add((said, total))

    def tell_dispute(
        self, intent: str, dispute: str, amount: int, status: str, back: int | None = None
    ) -> None:
        """`back`: so much of it the bank gave back, where that was told."""
        said = self.disputes.setdefault(intent, {}).setdefault(dispute, Disputed(amount))
        said.states.add(status)
        said.back = back if said.back is None else said.back

    def reassign(self, intent: str, invoice_id: str) -> None:
        self.money[intent] = (invoice_id, self.money[intent][1])

    def refunded(self, intent: str) -> int:
        """Refunds that did not fail, and those that only the charge has told."""
        named = self.refunds.get(intent, {}).values()
        gap = [0]
        for when, total in self.totals.get(intent, ()):
            # What the sum contained then: made before, and not failed by then.
            known = sum(
                back.amount
                for back in named
                if not (when and back.made and back.made > when)
                and not (when and back.failed_at and back.failed_at < when)
            )
            gap.append(total - known)
        return max(gap) + sum(back.amount for back in named if not back.failed)

    def charged_back(self, intent: str) -> int:
        """What banks took by disputes and did not give back."""
        return sum(map(Disputed.gone, self.disputes.get(intent, {}).values()))

    def paid(self, invoice_id: str) -> int:
        """The sum on an invoice, with everything that went back."""
        by_stripe = sum(
            amount - self.refunded(intent) - self.charged_back(intent)
            for intent, (target, amount) in self.money.items()
            if target == invoice_id
        )
        return by_stripe + sum(amount for target, amount in self.manual if target == invoice_id)

    def sums(self, invoice_id: str) -> tuple[str, int, int, int]:
        """(status, paid, refunded, charged back)"""
        mine = [intent for intent, (target, _) in self.money.items() if target == invoice_id]
        return (
            self.status(invoice_id),
            self.paid(invoice_id),
            sum(map(self.refunded, mine)),
            sum(map(self.charged_back, mine)),
        )

    def status(self, invoice_id: str) -> str:
        """The stored status: from the sum alone."""
        if self.invoices[invoice_id]["state"] != "issued":
            return str(self.invoices[invoice_id]["state"])
        paid = self.paid(invoice_id)
        if paid >= self.invoices[invoice_id]["total"]:
            return "paid"
        return "partially_paid" if paid > 0 else "open"
