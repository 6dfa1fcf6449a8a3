"""The demo's office: believable, of today, and made by the rules alone."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories import NOON
from tests.factories import TestClock as Clock
from workmate_desktop.domain.errors import Bug, UserError
from workmate_desktop.domain.history import Action, NoticeKind
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus, status_after
from workmate_desktop.domain.invoices.lists import EventFilter, InvoiceFilter, InvoiceQuery
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.domain.stripe.scenario import Scenario
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.listener.server import Listener
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.books import Books
from workmate_desktop.services.connection.stripe_setup import GivenKeys, StripeSetup
from workmate_desktop.services.demo.demo_play import play
from workmate_desktop.services.demo.office import fill
from workmate_desktop.services.reception.simulate import Simulation
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.writer import Writer


@dataclass
class Demo:
    """A filled throw-away database and what reads it."""

    clock: Clock
    database: Database
    instance_id: str
    setup: StripeSetup
    books: Books

    def rows(self, which: InvoiceFilter = InvoiceFilter.ALL) -> list[InvoiceRow]:
        return self.books.invoice_page(InvoiceQuery(False, self.clock.today(), which))

    def row_of(self, customer: str, number: str | None = None) -> InvoiceRow:
        return next(
            row
            for row in self.rows()
            if row.customer_name == customer and number in (None, row.number)
        )

    def actions(self, row: InvoiceRow) -> list[str]:
        return [line.action for line in reversed(self.books.history(row.id))]

    def count(self, sql: str) -> int:
        with self.database.reader() as connection:
            return int(connection.exec_driver_sql(sql).scalar_one())


def opened(folder: Path, moment: datetime = NOON) -> Demo:
    """An empty office."""
    folder.mkdir(mode=0o700)
    clock = Clock(moment)
    found = open_database(folder, clock.today().isoformat(), Threads())
    setup = StripeSetup(
        Writer(found.database, clock, lambda _changes: None),
        found.database,
        Announcer(),
        keychain=MemorySecrets(),
        secret_file=MemorySecrets(),
        given=GivenKeys(),
        ask_account=lambda _key, _cancelled: pytest.fail("the demo asks nobody"),
    )
    return Demo(clock, found.database, found.instance_id, setup, Books(found.database, clock))


def filled(folder: Path, moment: datetime = NOON) -> Demo:
    demo = opened(folder, moment)
    fill(demo.database, demo.clock, demo.setup)
    return demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """On Monday, 2026-11-23, noon. Only read."""
    made = filled(tmp_path_factory.mktemp("demo") / "data")
    yield made
    made.database.close()


def test_about_forty_invoices_in_all_states(demo: Demo) -> None:
    counts = demo.books.figures(False, demo.clock.today()).counts
    assert counts[InvoiceFilter.ALL] == 43
    assert counts[InvoiceFilter.DRAFTS] == 3
    assert counts[InvoiceFilter.OPEN] == 8
    assert counts[InvoiceFilter.OVERDUE] == 3
    assert counts[InvoiceFilter.FAILED] == 2
    states = Counter(row.status for row in demo.rows())
    assert set(states) == set(InvoiceStatus)
    assert states[InvoiceStatus.CANCELLED] == 2
    assert sum(row.overpaid for row in demo.rows()) == 1


def test_it_looks_like_a_real_office_and_is_a_test_book(demo: Demo) -> None:
    numbers = sorted(row.number for row in demo.rows() if row.number)
    assert numbers == [f"RE-2026-{running:04d}" for running in range(79, 119)]
    for table in ("invoices", "payments", "stripe_events", "invoice_history"):
        assert demo.count(f"SELECT count(*) FROM {table} WHERE livemode <> 0") == 0
        assert demo.count(f"SELECT count(*) FROM {table}") > 30
    assert demo.setup.keys.livemode is False
    assert demo.setup.keys.can_receive
    assert demo.setup.loaded


def test_every_demo_has_a_signing_secret_of_its_own(demo: Demo, tmp_path: Path) -> None:
    other = opened(tmp_path / "data")
    fill(other.database, other.clock, other.setup)
    assert other.setup.keys.webhook_secrets != demo.setup.keys.webhook_secrets
    other.database.close()


def test_the_stored_status_is_what_the_payments_say(demo: Demo) -> None:
    for row in demo.rows():
        received = sum(p.amount_minor for p in demo.books.payments(row.id) if p.currency == "eur")
        assert row.paid_minor == received
        assert row.status is status_after(row.status, row.total_minor, received)


def test_positions_have_both_rates_and_broken_quantities(demo: Demo) -> None:
    items = [
        item
        for row in demo.rows()
        for found in [demo.books.invoice(row.id)]
        if found is not None
        for item in found.items
    ]
    assert {item.tax_rate_percent for item in items} == {Decimal(19), Decimal(7)}
    assert any(item.quantity != item.quantity.to_integral_value() for item in items)


def test_three_payments_wait_for_a_decision(demo: Demo) -> None:
    waiting = demo.books.event_page(EventFilter.REVIEW)
    assert [(e.amount_minor, e.currency, e.detail["reason"]) for e in waiting] == [
        (8900, "eur", "no_invoice"),
        (47600, "eur", "invoice_cancelled"),
        (12000, "usd", "other_currency"),
    ]
    assert demo.books.figures(False, demo.clock.today()).review_count == 3
    assert demo.count("SELECT count(*) FROM payments WHERE invoice_id IS NULL") == 3


def test_events_of_several_outcomes_and_sources(demo: Demo) -> None:
    events = demo.books.event_page()
    assert {event.outcome for event in events} == set(Outcome) - {Outcome.IGNORED}
    assert {event.source for event in events} == {Source.WEBHOOK, Source.CATCH_UP}
    codes = {e.detail["decline_code"] for e in events if "decline_code" in e.detail}
    assert len(codes) >= 5


def test_the_verlauf_tells_the_story_in_order(demo: Demo) -> None:
    row = demo.row_of("Zahnarztpraxis Dr. Öztürk", "RE-2026-0090")
    assert demo.actions(row) == [
        Action.CREATED,
        Action.ISSUED,
        Action.PAYMENT_FAILED,
        Action.PAYMENT_FAILED,
        Action.PAYMENT_BOOKED,
    ]
    assert row.status is InvoiceStatus.PAID
    assert not row.payment_failed
    twice = demo.row_of("Tischlerei Krämer", "RE-2026-0099")
    assert twice.overpaid
    assert demo.actions(twice)[-2:] == [Action.MANUAL_PAYMENT, Action.PAYMENT_BOOKED]
    cancelled = demo.row_of("Autohaus Wirth GmbH", "RE-2026-0098")
    found = demo.books.invoice(cancelled.id)
    assert found is not None
    assert found.cancel_reason
    assert demo.actions(cancelled)[-2:] == [Action.CANCELLED, Action.PAYMENT_TO_REVIEW]


def test_older_notices_are_read_and_newer_ones_are_not(demo: Demo) -> None:
    notices = demo.books.notice_page()
    yesterday = demo.clock.now() - timedelta(hours=20)
    assert {notice.kind for notice in notices} == {
        NoticeKind.PAYMENT_FAILED,
        NoticeKind.NEEDS_REVIEW,
        NoticeKind.OVERPAID,
    }
    assert all((notice.read_at is None) == (notice.at > yesterday) for notice in notices)
    assert 0 < demo.books.unread_notices() < len(notices)


def test_addresses_reach_nobody(demo: Demo) -> None:
    customers = demo.books.customers(limit=100)
    assert len(customers) == 18
    assert all(re.fullmatch(r"[a-z]+@[a-z-]+\.example", c.email) for c in customers)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 5, 30, tzinfo=UTC),  # a Monday before work
        datetime(2026, 11, 28, 22, 50, tzinfo=UTC),  # a Saturday, shortly before midnight
        datetime(2027, 1, 31, 23, 5, tzinfo=UTC),  # the first minutes of a month
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # the night of the 25th hour
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),  # the night of the missing hour
    ],
    ids=str,
)
def test_at_any_moment_it_is_the_same_story_and_nothing_lies_ahead(
    moment: datetime, tmp_path: Path
) -> None:
    demo = filled(tmp_path / "data", moment)
    counts = demo.books.figures(False, demo.clock.today()).counts
    assert (counts[InvoiceFilter.OPEN], counts[InvoiceFilter.FAILED]) == (8, 2)
    assert counts[InvoiceFilter.OVERDUE] == 3
    now = demo.clock.now()
    assert all(event.received_at <= now for event in demo.books.event_page())
    assert all(event.created_at <= event.received_at for event in demo.books.event_page())
    for row in demo.rows():
        assert row.issue_date is not None
        assert row.issue_date.weekday() < 5
        lines = list(reversed(demo.books.history(row.id)))
        times = [line.at for line in lines]
        assert times == sorted(times)
        assert times[-1] <= now
        assert lines[0].action == Action.CREATED
        if row.number:
            assert lines[1].action == Action.ISSUED
            assert demo.clock.local(lines[1].at).date() == row.issue_date
    demo.database.close()


def test_numbers_begin_with_one_in_a_new_year(tmp_path: Path) -> None:
    demo = filled(tmp_path / "data", datetime(2027, 1, 29, 12, tzinfo=UTC))
    by_year: dict[str, list[int]] = {}
    for row in demo.rows():
        if row.number and row.issue_date:
            _, year, running = row.number.split("-")
            assert year == str(row.issue_date.year)
            by_year.setdefault(year, []).append(int(running))
    assert sorted(by_year) == ["2026", "2027"]
    assert min(by_year["2026"]) == 79
    assert min(by_year["2027"]) == 1
    for given in by_year.values():
        assert sorted(given) == list(range(min(given), max(given) + 1))
    demo.database.close()


def test_the_same_day_gives_the_same_office(demo: Demo, tmp_path: Path) -> None:
    def told(one: Demo) -> list[object]:
        return [
            (row.number, row.customer_name, row.total_minor, row.paid_minor, row.status, line.at)
            for row in sorted(one.rows(), key=lambda row: (row.number or "", row.total_minor))
            for line in one.books.history(row.id)
        ]

    again = filled(tmp_path / "data")
    assert told(again) == told(demo)
    again.database.close()


# --- serve --demo ------------------------------------------------------------------------


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[tuple[Demo, Simulation, Listener]]:
    """A demo with a listener, as the program has it."""
    demo = filled(tmp_path / "data")
    writer = Writer(demo.database, demo.clock, lambda _changes: None)
    writer.start()
    receive = Receive(writer, demo.clock, demo.instance_id, lambda: demo.setup.keys)
    listener = Listener(receive.delivery, on_answer=receive.answered)
    listener.start(0)
    simulation = Simulation(
        demo.books,
        receive,
        demo.clock,
        demo.instance_id,
        lambda: demo.setup.keys,
        lambda: listener.port,
    )
    demo.clock.advance(seconds=5)
    yield demo, simulation, listener
    listener.stop()
    writer.stop()
    demo.database.close()


def test_play_pays_one_invoice_and_fails_another(
    stage: tuple[Demo, Simulation, Listener], caplog: pytest.LogCaptureFixture
) -> None:
    demo, simulation, _ = stage
    before = {row.id: row for row in demo.rows()}
    caplog.set_level("INFO", "workmate.demo")
    play(demo.books, simulation, demo.clock)
    changed = [row for row in demo.rows() if row != before[row.id]]
    assert {(row.status, row.payment_failed) for row in changed} == {
        (InvoiceStatus.PAID, False),
        (InvoiceStatus.OPEN, True),
    }
    assert len(changed) == 2
    paid = next(row for row in changed if row.status is InvoiceStatus.PAID)
    failed = next(row for row in changed if row.payment_failed)
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert re.search(rf"{paid.number} over €[0-9.]+: answered 200, now paid", told)
    assert re.search(rf"{failed.number} over €[0-9.]+: answered 200, still open", told)
    newest = demo.books.event_page(limit=2)
    assert {event.source for event in newest} == {Source.SIMULATION}


def test_play_says_so_when_the_books_do_not_follow(
    stage: tuple[Demo, Simulation, Listener], caplog: pytest.LogCaptureFixture
) -> None:
    demo = stage[0]

    class Deaf(Simulation):
        """Says 200 and sends nothing."""

        def __init__(self) -> None:
            """Nothing to keep."""

        def run(self, scenario: object, invoice_id: str | None) -> list[int]:
            return [200]

    with pytest.raises(Bug):
        play(demo.books, Deaf(), demo.clock)
    assert [record.levelname for record in caplog.records][-1] == "ERROR"


def test_play_says_so_when_the_listener_answers_otherwise(
    stage: tuple[Demo, Simulation, Listener],
) -> None:
    demo, simulation, _ = stage

    class Misheard(Simulation):
        """Sends, but brings home another answer."""

        def __init__(self) -> None:
            """Nothing to keep."""

        def run(self, scenario: Scenario, invoice_id: str | None) -> list[int]:
            return [answer + 303 for answer in simulation.run(scenario, invoice_id)]

    with pytest.raises(Bug):
        play(demo.books, Misheard(), demo.clock)


def test_play_needs_a_listener(stage: tuple[Demo, Simulation, Listener]) -> None:
    demo, simulation, listener = stage
    listener.stop()
    with pytest.raises(UserError) as refusal:
        play(demo.books, simulation, demo.clock)
    assert refusal.value.code == "simulation_no_listener"


def test_play_needs_open_invoices(tmp_path: Path) -> None:
    empty = opened(tmp_path / "data")
    simulation = Simulation(
        empty.books,
        Receive(
            Writer(empty.database, empty.clock, lambda _changes: None),
            empty.clock,
            empty.instance_id,
            lambda: empty.setup.keys,
        ),
        empty.clock,
        empty.instance_id,
        lambda: empty.setup.keys,
        lambda: None,
    )
    with pytest.raises(Bug):
        play(empty.books, simulation, empty.clock)
    empty.database.close()
