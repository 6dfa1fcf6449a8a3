"""Stand-ins for the services behind the Stripe tab, in memory."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.services.reception.checklist_facts import ALL_WELL
from tests.ui.fakes import NOW, FakeBooks
from workmate_desktop.domain.history import Notice
from workmate_desktop.domain.invoices.lists import EventFilter, EventRow
from workmate_desktop.domain.reception.checklist import Point
from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.domain.review import Decided
from workmate_desktop.domain.secrets import SecretPlace
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED, Outcome, Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.services.reception.checklist_live import LiveChecklist
from workmate_desktop.services.reception.reception import Reception, ReceptionState, ReceptionStatus
from workmate_desktop.services.reception.self_test import SelfTest
from workmate_desktop.services.reception.simulate import Simulation

PUBLISHABLE = "pk_test_51QKabcdefghZt8Q"
SECRET = "sk_test_51QKabcdefgh4242"
WEBHOOK_SECRET = "whsec_abcdefghijklmn9f3a"
LIVE_PUBLISHABLE = "pk_live_51QKabcdefghZt8Q"
LIVE_SECRET = "sk_live_51QKabcdefgh4343"
NO_KEYS = StripeKeys()
TEST_KEYS = StripeKeys(PUBLISHABLE, SECRET, (WEBHOOK_SECRET,))
KIT_SOLUTIONS = AccountInfo("acct_1QK", "KIT Solutions", livemode=False)
URL = "http://127.0.0.1:8000/api/backoffice/finance/stripe/webhook"


@dataclass
class FakeSetup(StripeSetup):
    """Notes what is saved and asked; answers with `answer`, or fails with `fail_with`."""

    keys: StripeKeys = NO_KEYS
    loaded: bool = True
    trouble: str | None = None
    from_environment: frozenset[str] = frozenset()
    place: SecretPlace = SecretPlace.KEYRING
    account: AccountInfo | None = None
    answer: AccountInfo = KIT_SOLUTIONS
    fail_with: Exception | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)
    cancellations: list[Signal] = field(default_factory=list)

    @property
    def configured(self) -> bool:
        return self.keys != NO_KEYS

    def save(
        self,
        publishable: str,
        secret: str | None,
        webhook_secret: str | None,
        *,
        allow_file: bool = False,
    ) -> None:
        self.calls.append(("save", publishable, secret, webhook_secret, allow_file))
        if self.fail_with is not None:
            raise self.fail_with

    def test_connection(
        self, publishable: str, secret: str | None, cancelled: Signal
    ) -> AccountInfo:
        self.calls.append(("test", publishable, secret))
        self.cancellations.append(cancelled)
        if self.fail_with is not None:
            raise self.fail_with
        return self.answer


def event(
    serial: int,
    outcome: Outcome = Outcome.BOOKED,
    *,
    source: Source = Source.WEBHOOK,
    label: str | None = "RE-2026-0118",
    amount: int | None = 119000,
    answer_ms: float | None = 6.2,
    minutes_ago: float = 0,
    **detail: object,
) -> EventRow:
    """A believable event; higher serials are newer. Its id is `evt_<serial>`."""
    at = NOW + timedelta(seconds=serial) - timedelta(minutes=minutes_ago)
    failed = outcome is Outcome.FAILURE_RECORDED
    return EventRow(
        id=f"evt_{serial:05d}",
        type=PAYMENT_FAILED if failed else PAYMENT_SUCCEEDED,
        created_at=at,
        received_at=at,
        source=source,
        outcome=outcome,
        livemode=False,
        payment_intent_id=f"pi_{serial:05d}",
        invoice_id="id-118" if label else None,
        invoice_label=label,
        amount_minor=amount,
        currency="eur" if amount is not None else None,
        detail=detail,
        answer_ms=answer_ms,
    )


@dataclass
class FakeStripeBooks(FakeBooks):
    """Invoices, events and notices in memory, paged like the store does."""

    events: dict[str, EventRow] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    decisions: dict[str, list[Decided]] = field(default_factory=dict)

    def add_events(self, *rows: EventRow) -> tuple[str, ...]:
        """Store or replace events; their ids, as the bridge tells them."""
        self.events.update({row.id: row for row in rows})
        return tuple(row.id for row in rows)

    def change_event(self, event_id: str, **values: object) -> None:
        """As a second decision would."""
        self.events[event_id] = replace(self.events[event_id], **values)  # type: ignore[arg-type]

    def event_page(
        self,
        which: EventFilter = EventFilter.ALL,
        text: str = "",
        after: EventRow | None = None,
        limit: int = 256,
    ) -> list[EventRow]:
        self._count("event_page")
        errors = (Outcome.FAILURE_RECORDED, Outcome.NEEDS_REVIEW)
        allowed = {
            EventFilter.ALL: tuple(Outcome),
            EventFilter.ERRORS: errors,
            EventFilter.REVIEW: errors[1:],
        }[which]
        rows = [
            row
            for row in self.events.values()
            if row.outcome in allowed
            and text.lower() in f"{row.id} {row.type} {row.invoice_label}".lower()
        ]
        rows.sort(key=lambda row: (row.received_at, row.id), reverse=True)
        if after is not None:
            key = (after.received_at, after.id)
            rows = [row for row in rows if (row.received_at, row.id) < key]
        return rows[:limit]

    def decisions_about(self, event_id: str) -> list[Decided]:
        return self.decisions.get(event_id, [])

    def event(self, event_id: str) -> EventRow | None:
        self._count("event")
        return self.events.get(event_id)

    def last_event(self) -> EventRow | None:
        return next(iter(self.event_page(limit=1)), None)

    def notice_page(self, unread_only: bool = False, limit: int = 256) -> list[Notice]:
        rows = [n for n in self.notices.values() if n.read_at is None or not unread_only]
        rows.sort(key=lambda notice: (notice.at, notice.id), reverse=True)
        return rows[:limit]

    def unread_notices(self) -> int:
        return sum(notice.read_at is None for notice in self.notices.values())


@dataclass
class FakeReceive(Receive):
    """Erneut verarbeiten changes the stored event to `becomes`."""

    books: FakeStripeBooks
    becomes: Outcome = Outcome.BOOKED
    fail_with: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def reprocess(self, event_id: str) -> "Future[Outcome]":
        self.asked.append(event_id)
        future: Future[Outcome] = Future()
        if self.fail_with is not None:
            future.set_exception(self.fail_with)
            return future
        self.books.change_event(event_id, outcome=self.becomes, detail={})
        future.set_result(self.becomes)
        return future


READY = ReceptionState(ReceptionStatus.READY, port=8000, local_url=URL, refused={})


@dataclass
class FakeReception(Reception):
    """Shows the state it is given; a restart gives it `after_restart`."""

    state: ReceptionState = READY
    after_restart: ReceptionState | None = None
    restarts: int = 0

    def restart(self) -> int | None:
        self.restarts += 1
        self.state = self.after_restart or self.state
        return self.state.port


@dataclass
class FakeChecklist(LiveChecklist):
    """The points that these facts come to; `fail_with` instead when it is given."""

    known: ChecklistFacts = ALL_WELL
    fail_with: Exception | None = None
    asked: int = 0

    def points(self) -> tuple[Point, ...]:
        self.asked += 1
        if self.fail_with is not None:
            raise self.fail_with
        return checklist(self.known)


@dataclass
class FakeSimulation(Simulation):
    """Answers 200 and does `effect`."""

    available: bool = True
    answers: list[int] = field(default_factory=lambda: [200])
    fail_with: Exception | None = None
    effect: Callable[[str | None], None] = lambda _invoice_id: None
    asked: list[tuple[Scenario, str | None]] = field(default_factory=list)

    def run(self, scenario: Scenario, invoice_id: str | None) -> list[int]:
        self.asked.append((scenario, invoice_id))
        if self.fail_with is not None:
            raise self.fail_with
        self.effect(invoice_id)
        return self.answers


def self_test_result(
    failed: Leg | None = None, code: str | None = None, milliseconds: float | None = 128.4
) -> SelfTestResult:
    """Everything before `failed` worked; what can be tested on this PC was tested there."""
    legs, worked = [], True
    for leg in Leg:
        if leg is failed:
            worked = False
            legs.append(LegResult(leg, LegState.FAILED, code))
        elif not worked and leg is Leg.SIGNATURE:
            legs.append(LegResult(leg, LegState.OK, locally=True))
        else:
            legs.append(LegResult(leg, LegState.OK if worked else LegState.NOT_TESTED))
    time = milliseconds if failed is None else None
    return SelfTestResult(NOW, tuple(legs), "https://office.ngrok-free.dev", time, 200)


ALL_LEGS_WORK = self_test_result()


@dataclass
class FakeSelfTest(SelfTest):
    """Answers with `last`, or fails with `fail_with`."""

    last: SelfTestResult | None = ALL_LEGS_WORK
    fail_with: Exception | None = None
    cancellations: list[Signal] = field(default_factory=list)

    def run(self, cancelled: Signal | None = None) -> SelfTestResult:
        assert cancelled is not None
        self.cancellations.append(cancelled)
        if self.fail_with is not None:
            raise self.fail_with
        assert self.last is not None
        return self.last
