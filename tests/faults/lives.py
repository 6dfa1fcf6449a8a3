"""Lives of two invoices, invented by a seed: the same every time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.life_facts import (
    CREDITOR,
    INVOICES,
    ON_INVOICE,
    TOTAL,
    Act,
    Life,
    facts_of,
    places_of,
    standing_refunds,
)
from tests.faults.money_model import says

_AT_STRIPE = ("paid", "refunded", "refund failed", "disputed", "decided")
_MONEY_IN = ("payments", "moved")
_MAY_BE_MOVED = ("typed", "assigned")
_TAKEN_BACK = ("undo typed", "undo assigned")


def _rank(what: str) -> str:
    kind = ON_INVOICE.get(what, what)
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
        self.split_payment: _Payment | None = None
        self.over = False

    def invent(self) -> Life:
        self.pay()
        if self.kinds is SPLITS:
            self.move()
        for _ in range(self.chance.randint(1, 7) + 2 * (self.kinds is not EVERYTHING)):
            self.now += self.chance.choice([0, 1, 1, 60, 3600, 90_000])
            if self.over:
                break
            getattr(self, self.chance.choice(self.kinds))()
        self.life.acts.sort(key=lambda act: act.at)
        return self.life

    def act(self, what: str, **more: Any) -> Act:
        # Of one kind only one a second: the rule leaves their order to their ids.
        while self._taken(what, self.now):
            self.now += 1
        self.made += 1
        made = Act(self.now, what, f"{what[0]}{self.made:02d}", **more)
        self.life.acts.append(made)
        return made

    def _taken(self, what: str, at: int) -> bool:
        """Staff do nothing in a second of Stripe's: they act on what they see, so after it."""
        staff = what not in _AT_STRIPE
        return any(
            act.at == at and (_rank(act.what) == _rank(what) or (staff and act.what in _AT_STRIPE))
            for act in self.life.acts
        )

    def later(self) -> int:
        return self.now + self.chance.choice([1, 30, 4000, 100_000])

    def invoice(self) -> str:
        return self.chance.choice("AAAB")

    # --- at Stripe -------------------------------------------------------------------------

    def pay(self) -> None:
        invoice = self.chance.choice(["A", "A", "A", "A", "B", None])
        amount = self.chance.choice([TOTAL, TOTAL, TOTAL, 5000, 6000, 12000])
        if self.kinds is not EVERYTHING and self.chance.random() < 0.8:
            invoice, amount = CREDITOR, self.chance.choice([12000, 15000, 20000, 24000])
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
        usual = [payment.left, payment.left, (payment.left + 1) // 2, 1000]
        amount = self.chance.choice([payment.left, 1000, 3000, 8000] if self.split else usual)
        amount = min(amount, payment.left)
        made = self.act("refunded", of=payment.act.key, amount=amount)
        payment.left -= amount
        placed = any(act.what == "placed" for act in self.life.acts)
        if self.chance.random() < 0.3 and not placed:
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
            alone = self._alone(there)
            for payment in self.payments:
                if payment is not alone:
                    payment.left, payment.disputed = 0, True
            self.split = True
            if alone is not None:
                self.act("moved", of=alone.act.key, invoice=here, amount=amount)
                self.split_payment = alone
                return
            self._undone(self.act("moved", invoice=here, amount=amount), 0.4)

    def _alone(self, invoice: str) -> _Payment | None:
        """The payment that is all the money of the first invoice: then it is clear which is split.
        It may be refunded afterwards."""
        brought = [
            act
            for act in self.life.acts
            if act.invoice == invoice and act.what in (*ON_INVOICE, "moved", "credited")
        ]
        if invoice != CREDITOR or [act.what for act in brought] != ["paid"]:
            return None
        return next(one for one in self.payments if one.act is brought[0])

    def place(self) -> None:
        """Staff say that the newest refund of a split payment was about the other invoice. A
        refund that fails later opens no question again, so there is none.
        """
        acts = self.life.acts
        newest = next((act for act in reversed(acts) if act.what == "refunded"), None)
        failed = any(act.what == "refund failed" for act in acts)
        split = self.split_payment
        if newest is None or split is None or failed or newest.of != split.act.key:
            return
        if newest.at > self.now or any(act.of == newest.key for act in acts):
            return
        [moved] = [act for act in acts if act.what == "moved"]
        places = places_of(self._until_now())
        here = sum(place.get(moved.invoice or "", 0) for place in places.values())
        at_home = places.get(newest.key, {}).get(CREDITOR, 0)
        if newest.at >= moved.at and 0 < at_home == newest.amount <= moved.amount - here:
            self.act("placed", of=newest.key, invoice=moved.invoice)

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
        at = self.later()
        while self._taken(undoing.what, at):
            at += 1
        self.life.acts[-1] = replace(undoing, at=at)
        return self.life.acts[-1].at


_OFTEN = ("pay", "refund", "type_in")
CREDITS = ("pay", "pay", "use_credit", "use_credit", "refund", "dispute", "type_in", "give_back")
SPLITS = ("move", "move", "refund", "refund", "dispute", "place", "place")
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


def invented(seed: int, kinds: tuple[str, ...] | None = None) -> Life:
    """The life of a seed: the same every time. Each third one is about credits or splits."""
    if kinds is None:
        kinds = (EVERYTHING, EVERYTHING, CREDITS, EVERYTHING, EVERYTHING, SPLITS)[seed % 6]
    return _Inventor(seed, kinds).invent()
