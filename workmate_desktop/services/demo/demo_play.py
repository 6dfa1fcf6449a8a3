"""`serve --demo`: one payment and one declined card, told line by line in the log."""

import logging
from dataclasses import dataclass

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import Bug
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.domain.payments.money import Money
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.services.books import Books
from workmate_desktop.services.reception.simulate import Simulation

logger = logging.getLogger("workmate.demo")


def play(books: Books, simulation: Simulation, clock: Clock) -> None:
    """One payment and one declined card through the real listener, each a line in the log.

    What came of it is read from the books afterwards. Raises Bug when it is not what should
    have come, UserError (see Simulation.run) when nothing can be simulated.
    """
    query = InvoiceQuery(livemode=False, today=clock.today(), filter=InvoiceFilter.OPEN)
    fresh = [
        row
        for row in books.invoice_page(query)
        if row.paid_minor == 0 and not row.payment_failed and not row.overdue(clock.today())
    ]
    if len(fresh) < 2:
        raise Bug("the demo has no two open invoices to play with")
    _play_one(books, simulation, fresh[0], _PAYS)
    _play_one(books, simulation, fresh[1], _IS_DECLINED)
    logger.info("[Demo] Done; the listener goes on until it is stopped")


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is simulated, and what the books must say afterwards."""

    title: str
    scenario: Scenario
    status: InvoiceStatus
    payment_failed: bool
    newest: Action
    ending: str


_PAYS = _Scene(
    "a customer pays by card",
    Scenario.SUCCESS,
    InvoiceStatus.PAID,
    False,
    Action.PAYMENT_BOOKED,
    "now paid",
)
_IS_DECLINED = _Scene(
    "a customer's card is declined",
    Scenario.DECLINED,
    InvoiceStatus.OPEN,
    True,
    Action.PAYMENT_FAILED,
    "still open, marked as failed",
)


def _play_one(books: Books, simulation: Simulation, row: InvoiceRow, scene: _Scene) -> None:
    amount = f"€{Money(row.total_minor).plain()}"
    logger.info("[Demo] %s over %s: %s", row.number, amount, scene.title)
    answers = simulation.run(scene.scenario, row.id)
    after = books.invoice_row(row.id)
    lines = books.history(row.id)
    if (
        answers != [200]
        or after is None
        or (after.status, after.payment_failed) != (scene.status, scene.payment_failed)
        or lines[0].action != scene.newest
    ):
        logger.error("[Demo] %s: answered %s, now %s", row.number, answers, after and after.status)
        raise Bug("the demo did not end as it should")
    logger.info("[Demo] %s over %s: answered 200, %s", row.number, amount, scene.ending)
