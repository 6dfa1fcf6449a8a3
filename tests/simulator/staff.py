"""What staff do, each in a thread of the program as the window does it: it may be killed there."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.factories import customer
from tests.faults.money_office import FIRST_INVOICES, MoneyOffice, Step, Typed
from tests.simulator.world import World
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.store.database.errors import trouble_of

OFTEN = {
    "issue": 3,
    "link": 6,
    "refund_by_us": 3,
    "typed": 2,
    "typed_undone": 1,
    "assigned": 3,
    "others_assigned": 1,
    "assignment_undone": 1,
    "credit_kept": 1,
    "credit_used": 1,
    "split": 2,
    "move_undone": 1,
    "placed": 1,
    "closed": 1,
    "paid_back": 1,
    "owed_again": 1,
    "not_owed_again": 1,
    "set_aside": 1,
    "cancelled": 1,
    "customer_corrected": 1,
    "asked_stripe": 1,
}
"""What staff do, and how often compared with the rest."""

_SLOW = ("link", "refund_by_us")
"""They ask Stripe: staff go on meanwhile."""
_BY_HAND = """
SELECT id, CASE WHEN kind IN ('skonto', 'write_off') THEN 0 ELSE amount_minor END, currency
FROM payments first WHERE stripe_payment_intent_id IS NULL AND reversal_of IS NULL
    AND reverses_id IS NULL AND moved_by IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments WHERE reverses_id = first.id)"""


class Staff(MoneyOffice):
    """The people of the office. `typed` is what they entered and did not take back."""

    def __init__(self, world: World) -> None:  # no office of its own: the process at hand
        self.world = world
        self.invoices = []
        self.typed = {}
        self.done = Counter()
        self.refused = Counter()
        self.chance = random.Random(0)
        self.customer_id = ""
        self.crashed: list[str] = []
        self.under_way = 0

    @property
    def office(self) -> Any:  # type: ignore[override]
        """The program as it runs now."""
        return self.world.process

    def arrive(self) -> None:
        """Make the one customer."""

        def make() -> None:
            self.customer_id = customer(self.office, "Becker")

        self.world.join(self.world.in_process(make, "staff"))

    def do(self, step: Step) -> bool:
        """Try it. Whether it came to an end before the program was killed."""
        world, process = self.world, self.world.process
        if not process.ready:
            return False
        what = "issue" if len(self.invoices) < FIRST_INVOICES else step.what
        told: list[str] = []
        worker = world.in_process(lambda: told.append(self._tried(what, step.seed)), "staff")
        if what in _SLOW and step.seed % 3:
            world.tell(f"staff: {what} …")
            return True
        if not world.join(worker):
            world.find(f"staff waited for too long: {what}\n{world.baton.stacks()}")
            return False
        world.tell(f"staff: {what}: {told[0] if told else 'killed meanwhile'}")
        if not told:
            self.look_again()
        return bool(told)

    def _tried(self, what: str, seed: int) -> str:
        self.chance = random.Random(seed)
        try:
            happened: bool = getattr(self, "_" + what)()
        except UserError as refusal:
            self.refused[refusal.code] += 1
            return f"refused, {refusal.code}"
        except TimeoutError:
            self.crashed.append(f"staff: {what}: no answer within 10 s")
            return "no answer"
        except Exception as bug:
            if trouble_of(bug) is not None:
                return "the database says no"
            self.crashed.append(f"staff: {what}: {bug!r}")
            raise
        self.done[what] += happened
        return "done" if happened else "nothing to do"

    def look_again(self) -> None:
        """After a kill nobody knows what was kept: read it."""

        def read() -> None:
            self.invoices = [
                row[0]
                for row in self.office.rows(
                    "SELECT id FROM invoices WHERE kind = 'invoice' AND number IS NOT NULL"
                    " ORDER BY number"
                )
            ]
            found = self.office.rows(_BY_HAND)
            self.typed = {key: Typed(amount, currency) for key, amount, currency in found}

        self.world.wait_for(lambda: self.world.process.ready, 60)
        self.world.join(self.world.in_process(read, "staff"))

    def delete_test_data(self, customers: Any) -> None:
        """All of this life is test data: nothing is left, and nothing of it may come back."""
        gone: list[bool] = []

        def delete() -> None:
            self.office.invoicing.delete_test_data().result(PATIENCE)
            gone.append(True)

        process = self.world.process
        if not process.ready:
            return
        self.world.join(self.world.in_process(lambda: self._tried_safely(delete), "staff"))
        if not gone:  # refused, killed, or done and told as failed
            before = len(self.invoices)
            self.look_again()
            gone.extend([True] * (before > 0 and not self.invoices))
        if gone:
            customers.forget()
            self.invoices.clear()
            self.typed.clear()

    def enter_secret(self, secret: str) -> None:
        """The signing secret as Stripe shows it now, beside the ones before."""

        def enter() -> None:
            core = self.office.core
            core.setup.keep_signing_secret(secret)

        if self.world.process.ready:
            self.world.join(self.world.in_process(lambda: self._tried_safely(enter), "staff"))

    def _tried_safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (UserError, TimeoutError) as refusal:
            self.world.tell(f"staff: refused, {refusal}")

    # --- what MoneyOffice does not know ------------------------------------------------------

    def _link(self) -> bool:
        core = self.office.core
        invoice = self._invoice(lambda row: row.outstanding_minor)
        core.pay.link(invoice.id)
        return True

    def _refund_by_us(self) -> bool:
        core = self.office.core
        paid = [
            one
            for invoice in self.invoices
            for one in self.office.books.payments(invoice)
            if one.stripe_payment_intent_id is not None and one.amount_minor > 0
        ]
        if not paid:
            return False
        payment = self.chance.choice(paid)
        amount = self.chance.choice([payment.amount_minor, max(1, payment.amount_minor // 2), 1000])
        core.refunds.refund(payment.id, amount, "Kulanz")
        return True

    def _asked_stripe(self) -> bool:
        self.office.core.catch_up.request()
        return True


def invented(chance: random.Random) -> str:
    """What staff do next."""
    return chance.choices(list(OFTEN), list(OFTEN.values()))[0]
