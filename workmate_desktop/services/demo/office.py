"""The demo: fills a throw-away database with a believable office.

Nothing is set by hand: invoices are saved by the same service as in the window, events go
through the same booking, only at times in the past. So every status follows from the rules.
"""

import logging
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from workmate_desktop.domain.changes import Change
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import Bug
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.closings import SKONTO, Closing
from workmate_desktop.domain.invoices.invoices import (
    InvoiceDraft,
    number_for,
    totals_of,
)
from workmate_desktop.domain.payments.payments import BANK_TRANSFER
from workmate_desktop.domain.stripe.events import (
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
    Outcome,
    Source,
    StripeEvent,
)
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.booking.book import Rules, book
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.services.demo.demo_data import (
    ACTOR,
    CUSTOMERS,
    FIRST_NUMBER,
    PLANS,
    READ_UNTIL,
    STRAYS,
    Cancelled,
    Entered,
    Failed,
    GivenBack,
    Paid,
    Plan,
    Step,
    Stray,
    When,
)
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.store.common.settings import INSTANCE_ID, setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.demo import issue_as
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.demo")

_SEED = 2026
_LIMIT_SECONDS = 30.0

_Deed = Callable[[], "Future[Any]"]
"""Queues one job of the writer."""
_Act = tuple[datetime, _Deed]
"""A deed and its time."""


def fill(database: Database, clock: Clock, setup: StripeSetup) -> None:
    """Put test keys in force and write the invented office into an empty, throw-away database.

    Blocks until all is committed; no other writer may run meanwhile. The same day gives the
    same office. Raises Bug when the rules make something else of it than planned, UserError
    when the database cannot be written.
    """
    setup.use_for_demo(
        StripeKeys(
            "pk_test_demo51WorkmateOSZt8Q",
            "sk_test_demo51WorkmateOS4242",
            (f"whsec_{secrets.token_hex(16)}",),
        )
    )
    with database.reader() as connection:
        instance_id = setting(connection, INSTANCE_ID)
    if instance_id is None:
        raise Bug("the database of the demo has no installation id")
    past = _Past(clock)
    writer = Writer(database, past, _nobody_listens)
    writer.start()
    try:
        _Office(writer, Invoicing(writer, database, past, ACTOR), past, instance_id).build()
    finally:
        stopped = writer.stop()
    if not stopped:
        raise Bug("the writer of the demo data did not end in time")
    logger.info("[Demo] %d invoices of an invented office, thrown away at the end", len(PLANS))


class _Past:
    """A clock that stands where the story is. Moved only by jobs, on the writer's thread."""

    def __init__(self, clock: Clock) -> None:
        self.moment = clock.now()
        self.midnight = clock.midnight
        self.local = clock.local

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.local(self.moment).date()

    def stripe_now(self) -> float:
        return self.moment.timestamp()


@dataclass(frozen=True, slots=True)
class _Written:
    """A plan as it came to stand in the database."""

    plan: Plan
    id: str
    number: str
    issued_at: datetime
    total_minor: int


class _Office:
    """Lets the plans happen, in the order of time.

    All jobs of a stage are queued before any is waited for, so that the writer commits them
    together: the whole office costs a handful of syncs.
    """

    def __init__(self, writer: Writer, invoicing: Invoicing, past: _Past, instance_id: str) -> None:
        self._writer = writer
        self._invoicing = invoicing
        self._past = past
        self._rules = Rules(instance_id, livemode=False)
        self._now = past.moment
        self._today = past.today()
        self._random = random.Random(_SEED)
        self._waiting: list[Future[Any]] = []

    def build(self) -> None:
        """Customers, drafts, and then everything else that happened."""
        customers = {
            key: self._invoicing.save_customer(customer) for key, customer in CUSTOMERS.items()
        }
        ids = {key: future.result(_LIMIT_SECONDS) for key, future in customers.items()}
        written = self._write_drafts(ids)
        acts = [act for one in written for act in self._acts(one)]
        newest = {one.plan.customer: one for one in written if one.plan.issued}
        acts += [
            (
                self._moment(stray.at),
                self._stray(stray, newest[stray.customer] if stray.customer else None),
            )
            for stray in STRAYS
        ]
        acts.append((self._moment(READ_UNTIL), self._invoicing.mark_notices_read))
        for moment, act in sorted(acts, key=lambda timed: timed[0]):
            self._go_to(moment)
            self._waiting.append(act())
        for future in self._waiting:
            future.result(_LIMIT_SECONDS)

    # --- the stages ----------------------------------------------------------------------

    def _write_drafts(self, customers: dict[str, str]) -> list[_Written]:
        running: dict[int, int] = {}
        drafts = []
        last = self._past.midnight(self._today - timedelta(days=400))
        for plan in PLANS:
            day = _working_day(self._today - timedelta(days=plan.days_ago))
            issued_at = self._at(day, "08:30") + timedelta(minutes=self._random.randrange(120))
            # Two of one day: the later number is given later.
            issued_at = last = max(issued_at, last + timedelta(minutes=11))
            self._go_to(issued_at - timedelta(minutes=self._random.randrange(10, 90)))
            draft = InvoiceDraft(
                customers[plan.customer],
                day,
                day + timedelta(days=plan.due_days),
                plan.items,
                note=plan.note,
                livemode=False,
            )
            number = ""
            if plan.issued:
                # The office is older than the demo; another year begins with 1 all the same.
                first = 1 if running else FIRST_NUMBER
                running[day.year] = running.get(day.year, first - 1) + 1
                number = number_for(day.year, running[day.year], livemode=True)
            saved = self._invoicing.save_draft(draft)
            drafts.append((saved, plan, number, issued_at, totals_of(plan.items).total_minor))
        return [
            _Written(plan, saved.result(_LIMIT_SECONDS), number, issued_at, total)
            for saved, plan, number, issued_at, total in drafts
        ]

    def _acts(self, one: _Written) -> Iterator[_Act]:
        """What happened to an invoice, each with its time."""
        if one.plan.issued:
            yield one.issued_at, self._issue(one)
        for step in one.plan.steps:
            yield from self._step(one, step)

    def _step(self, one: _Written, step: Step) -> Iterator[_Act]:
        match step:
            case Paid():
                created = self._moment(step.at)
                seen = self._moment(step.seen) if step.seen else created + self._travel()
                event = self._payment(one, step, created)
                yield seen, self._booking(event, step.source, Outcome.BOOKED)
                if step.twice:
                    again = self._payment(one, step, created)
                    later = seen + timedelta(seconds=1)
                    yield later, self._booking(again, step.source, Outcome.DUPLICATE)
            case Failed():
                created = self._moment(step.at)
                event = self._failure(one, step, created)
                booking = self._booking(event, Source.WEBHOOK, Outcome.FAILURE_RECORDED)
                yield created + self._travel(), booking
            case Entered():
                day = _working_day(self._today - timedelta(days=step.at.days_ago))
                yield self._at(day, step.at.time), self._entry(one, step, day)
            case GivenBack():
                day = _working_day(self._today - timedelta(days=step.at.days_ago))
                yield self._at(day, step.at.time), self._return(one, step, day)
            case Cancelled():
                yield self._moment(step.at), self._cancellation(one, step)

    # --- single acts ---------------------------------------------------------------------

    def _issue(self, one: _Written) -> _Deed:
        def job(t: Transaction) -> None:
            issue_as(t, one.id, one.number)
            t.history.add(
                one.id,
                Action.ISSUED,
                ACTOR,
                livemode=False,
                number=one.number,
                amount_minor=one.total_minor,
                currency="eur",
            )

        return lambda: self._writer.submit(job)

    def _entry(self, one: _Written, step: Entered, day: date) -> _Deed:
        minor = one.total_minor if step.minor is None else step.minor
        if step.skonto:
            rest = Closing(SKONTO, one.total_minor - minor)
            return lambda: self._invoicing.pay_and_close(
                one.id, minor, step.method, day, step.note, rest
            )
        return lambda: self._invoicing.add_manual_payment(
            one.id, minor, step.method, day, step.note
        )

    def _return(self, one: _Written, step: GivenBack, day: date) -> _Deed:
        return lambda: self._invoicing.pay_back(one.id, step.minor, BANK_TRANSFER, day, step.reason)

    def _cancellation(self, one: _Written, step: Cancelled) -> _Deed:
        return lambda: self._invoicing.cancel(one.id, step.reason)

    def _booking(self, event: StripeEvent, source: Source, planned: Outcome) -> _Deed:
        def job(t: Transaction) -> None:
            outcome = book(t, event, source, self._rules, {}).outcome
            if outcome is not planned:
                raise Bug(f"{event.id} of the demo: {outcome.value}, not {planned.value}")

        return lambda: self._writer.submit(job)

    def _payment(self, one: _Written, step: Paid, created: datetime) -> StripeEvent:
        return StripeEvent(
            id=self._stripe_id("evt"),
            type=PAYMENT_SUCCEEDED,
            created=created,
            livemode=False,
            payment_intent_id=_intent(one, step.intent),
            amount_minor=one.total_minor if step.minor is None else step.minor,
            currency="eur",
            intent_status="succeeded",
            invoice_ref=one.id,
            invoice_number=one.number,
            workmate_instance=self._rules.instance_id,
            method=step.method,
        )

    def _failure(self, one: _Written, step: Failed, created: datetime) -> StripeEvent:
        return StripeEvent(
            id=self._stripe_id("evt"),
            type=PAYMENT_FAILED,
            created=created,
            livemode=False,
            payment_intent_id=_intent(one, step.intent),
            amount_minor=one.total_minor,
            currency="eur",
            intent_status="requires_payment_method",
            invoice_ref=one.id,
            invoice_number=one.number,
            workmate_instance=self._rules.instance_id,
            method="card",
            decline_code=step.decline_code,
            failure_code=step.failure_code,
        )

    def _stray(self, stray: Stray, named: _Written | None) -> _Deed:
        event = StripeEvent(
            id=self._stripe_id("evt"),
            type=PAYMENT_SUCCEEDED,
            created=self._moment(stray.at) - self._travel(),
            livemode=False,
            payment_intent_id=self._stripe_id("pi"),
            amount_minor=stray.minor,
            currency=stray.currency,
            intent_status="succeeded",
            invoice_ref=named.id if named else None,
            invoice_number=named.number if named else None,
            workmate_instance=self._rules.instance_id if named else None,
            method="card",
        )
        return self._booking(event, Source.WEBHOOK, Outcome.NEEDS_REVIEW)

    # --- time ----------------------------------------------------------------------------

    def _go_to(self, moment: datetime) -> None:
        """What is queued after this happens at `moment`."""

        def job(_t: Transaction) -> None:
            # Jobs before it would see this moment when they run once more: they do so after a
            # failure alone, which ends the demo.
            self._past.moment = moment

        self._waiting.append(self._writer.submit(job))

    def _moment(self, when: When) -> datetime:
        if when.hours_ago is not None:
            return self._now - timedelta(hours=when.hours_ago)
        return self._at(self._today - timedelta(days=when.days_ago), when.time)

    def _at(self, day: date, time: str) -> datetime:
        hours, minutes = time.split(":")
        return self._past.midnight(day) + timedelta(hours=int(hours), minutes=int(minutes))

    def _travel(self) -> timedelta:
        """From Stripe's event to our door."""
        return timedelta(milliseconds=self._random.randrange(600, 2600))

    def _stripe_id(self, kind: str) -> str:
        return f"{kind}_demo_{self._random.getrandbits(80):020x}"


def _intent(one: _Written, attempt: int) -> str:
    """Attempts at one payment share their intent, as with Stripe."""
    return f"pi_demo_{one.number.replace('-', '')}_{attempt}"


def _working_day(day: date) -> date:
    """`day`, or the Friday before: nobody in the office works on weekends."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _nobody_listens(_changes: Sequence[Change]) -> None:
    """Nothing is on screen yet."""
