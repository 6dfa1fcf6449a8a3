"""Stripe's side of a life of an office: payments, refunds and disputes, told late and twice.

What is true at Stripe is kept here, beside the books.
"""

import copy
import random
from dataclasses import dataclass
from typing import Any

from tests.factories import OfficeBooks, encoded, event_body, sign
from tests.reversal_events import dispute_event, refund_event, refunded_charge
from tests.waiting import PATIENCE

AMOUNTS = (2000, 3000, 5000, 10000, 15000, 20000, 25000)


@dataclass(slots=True)
class Paid:
    """A payment at Stripe. `of_others`: it carries the mark of another program."""

    intent: str
    charge: str
    amount: int
    currency: str
    of_others: bool = False
    disputed: bool = False


@dataclass(slots=True)
class Back:
    """A refund or a dispute; it does not count any more once it failed, or was won."""

    id: str
    paid: Paid
    amount: int
    counts: bool = True


class Post:
    """Stripe's messages on their way."""

    def __init__(self, office: OfficeBooks) -> None:
        self._office = office
        self._waiting: list[dict[str, Any]] = []

    def send(self, body: dict[str, Any], chance: random.Random) -> None:
        """Deliver now or later, and perhaps again, by the same or by another event."""
        if chance.random() < 0.35:
            self._waiting.append(body)
        else:
            self.deliver(body)
        if chance.random() < 0.25:
            self._waiting.append(copy.deepcopy(body) | {"id": body["id"] + "x"})
        if chance.random() < 0.2:
            self._waiting.append(copy.deepcopy(body))
        if len(self._waiting) > 3 and chance.random() < 0.5:
            self.deliver(self._waiting.pop(chance.randrange(len(self._waiting))))

    def deliver_all(self, chance: random.Random) -> None:
        """Everything that is still on its way, in any order."""
        chance.shuffle(self._waiting)
        while self._waiting:
            self.deliver(self._waiting.pop())

    def deliver(self, body: dict[str, Any]) -> None:
        """It arrives now, and is answered."""
        raw = encoded(body)
        answer = self._office.receive.delivery(raw, sign(raw, at=self._office.clock.now()))
        assert not isinstance(answer, int), answer
        assert answer.result(PATIENCE) == 200


class AtStripe:
    """What happens at Stripe. `chance` is that of the step that happens now."""

    def __init__(self, office: OfficeBooks) -> None:
        self.post = Post(office)
        self.paid: list[Paid] = []
        self.refunds: list[Back] = []
        self.disputes: list[Back] = []
        self.chance = random.Random(0)
        self._office = office
        self._clock = office.clock
        self._names = 0

    def back(self, paid: Paid) -> int:
        """How much of a payment went back for good, as Stripe sees it."""
        backs = [*self.refunds, *self.disputes]
        return sum(one.amount for one in backs if one.paid is paid and one.counts)

    def pay(self, invoice_id: str | None, currency: str, of_others: bool = False) -> None:
        """A payment that names this invoice, or none."""
        amount = self.chance.choice(AMOUNTS)
        paid = Paid(self._name("pi"), self._name("ch"), amount, currency, of_others)
        self.paid.append(paid)
        body = event_body(
            invoice_id,
            amount=amount,
            currency=currency,
            intent_id=paid.intent,
            created=self._clock.now(),
            metadata={"order": "7"} if of_others else None,
            intent={"latest_charge": paid.charge},
        )
        self.post.send(body, self.chance)

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}_life{self._names}"

    def _refund(self) -> Back | None:
        """Money goes back: all that is left, or a part."""
        free = [one for one in self.paid if not one.disputed]
        left = [(one, one.amount - self.back(one)) for one in free]
        left = [(one, rest) for one, rest in left if rest > 0]
        if not left:
            return None
        paid, rest = self.chance.choice(left)
        amount = self.chance.choice([rest, max(1, rest // 2), min(rest, 5000), min(rest, 3000)])
        back = Back(self._name("re"), paid, amount)
        self.refunds.append(back)
        return back

    def _told_of_refund(self, back: Back, **fields: Any) -> dict[str, Any]:
        paid = back.paid
        return refund_event(
            paid.intent,
            back.amount,
            refund_id=back.id,
            created=self._clock.now(),
            currency=paid.currency,
            charge=paid.charge,
            **fields,
        )

    def refunded(self) -> bool:
        """A refund, told by its own name."""
        back = self._refund()
        if back is not None:
            self.post.send(self._told_of_refund(back), self.chance)
        return back is not None

    def refund_told_by_charge(self) -> bool:
        """By its own name and by the sum of its charge, in any order."""
        back = self._refund()
        if back is None:
            return False
        paid = back.paid
        charge = refunded_charge(
            paid.intent,
            self.back(paid),
            created=self._clock.now(),
            id=paid.charge,
            amount=paid.amount,
            currency=paid.currency,
        )
        told = [self._told_of_refund(back), charge]
        self.chance.shuffle(told)
        for body in told:
            self.post.send(body, self.chance)
        return True

    def refund_failed(self) -> bool:
        """A refund did not reach the customer."""
        standing = [one for one in self.refunds if one.counts and not one.paid.disputed]
        if not standing:
            return False
        back = self.chance.choice(standing)
        back.counts = False
        told = self._told_of_refund(
            back, kind="refund.failed", status="failed", made=self._clock.now()
        )
        self.post.send(told, self.chance)
        return True

    def _tell_dispute(self, dispute: Back, **fields: Any) -> None:
        told = dispute_event(
            dispute.paid.intent,
            dispute.amount,
            dispute_id=dispute.id,
            created=self._clock.now(),
            currency=dispute.paid.currency,
            charge=dispute.paid.charge,
            balance_transactions=[],
            **fields,
        )
        self.post.send(told, self.chance)

    def disputed(self) -> bool:
        """A bank takes back what is left of a payment."""
        free = [one for one in self.paid if not one.disputed and one.amount > self.back(one)]
        if not free:
            return False
        paid = self.chance.choice(free)
        dispute = Back(self._name("dp"), paid, paid.amount - self.back(paid))
        paid.disputed = True
        self.disputes.append(dispute)
        self._tell_dispute(dispute)
        return True

    def dispute_won(self) -> bool:
        """It gives that back."""
        running = [one for one in self.disputes if one.counts]
        if not running:
            return False
        dispute = self.chance.choice(running)
        dispute.counts = False
        self._tell_dispute(dispute, kind="charge.dispute.closed", status="won")
        return True
