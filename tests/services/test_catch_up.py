"""FAULTS G5 to G11: what happened while the program was off is booked, all of it and once."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import NOON, encoded, event_body, sign
from tests.services.absence import KEYS, Absence
from tests.standins.stripe_http import Fault
from workmate_desktop.domain.events import FOUND_BY_INVOICE, Source
from workmate_desktop.services.catch_up import CatchUpProgress, CatchUpResult
from workmate_desktop.store.settings import setting

ALL = 600


@pytest.fixture
def absence(tmp_path: Path) -> Iterator[Absence]:
    made = Absence(tmp_path)
    yield made
    made.close()


def first_run(absence: Absence) -> None:
    """The program has run before, so there is a cursor."""
    assert absence.run().complete


def cursor(absence: Absence) -> dict[str, object]:
    with absence.office.database.reader() as connection:
        found = json.loads(setting(connection, "catch_up.cursor.test") or "{}")
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(2, id="g5_off_for_2_days"),
        pytest.param(5, id="g6_off_for_5_days"),
        pytest.param(29, id="g7_off_for_29_days"),
        pytest.param(40, id="g8_off_for_40_days"),
    ],
)
def test_off_for_days(absence: Absence, days: int) -> None:
    invoices = absence.invoices(ALL)
    first_run(absence)
    absence.pay_all(invoices, days)
    absence.later(minutes=1)
    absence.catch_up = absence.new_catch_up()
    began = time.monotonic()
    result = absence.run()
    assert time.monotonic() - began < 60
    assert (result.payments, result.failures, result.reviews) == (ALL, 0, 0)
    assert result.complete and result.absent
    assert absence.paid() == ALL
    assert absence.run().found == 0
    assert absence.notices("catch_up_result") == [
        '{"payments":600,"failures":0,"reviews":0,"absent":true}'
    ]


def test_g5_the_order_is_chronological_and_progress_is_told(absence: Absence) -> None:
    invoices = absence.invoices(250)
    first_run(absence)
    absence.pay(invoices[0])
    absence.later(hours=2)
    assert absence.run().payments == 1  # now there is an event to go on from
    assert cursor(absence)["anchor"] is not None
    absence.pay_all(invoices[1:], 2)
    told: list[CatchUpProgress] = []
    assert absence.run(told.append).payments == 249
    assert [p.seen for p in told] == [100, 200, 249]
    assert [p.at for p in told] == sorted(p.at for p in told if p.at)
    created = absence.office.rows("SELECT created_at FROM stripe_events ORDER BY rowid")
    assert created == sorted(created)
    sources = absence.office.rows("SELECT DISTINCT source FROM stripe_events")
    assert sources == [("catch_up",)]


def test_failures_and_reviews_are_counted_and_told(absence: Absence) -> None:
    [one, two] = absence.invoices(2)
    first_run(absence)
    absence.later(days=1)
    absence.pay(one)
    absence.pay(two, declined=True)
    absence.pay("RE-1999-0001")
    absence.later(hours=1)
    result = absence.run()
    assert (result.payments, result.failures, result.reviews) == (1, 1, 1)
    assert len(absence.notices("catch_up_result")) == 1
    assert absence.run().found == 0
    assert len(absence.notices("catch_up_result")) == 1


def test_polling_books_with_its_own_source_and_without_a_result_notice(absence: Absence) -> None:
    [invoice] = absence.invoices(1)
    first_run(absence)
    absence.later(seconds=30)
    absence.pay(invoice)
    assert absence.run(source=Source.POLL).payments == 1
    assert absence.office.rows("SELECT source FROM stripe_events") == [("poll",)]
    assert absence.notices("catch_up_result") == []


def test_g5_what_the_webhook_brought_is_not_counted_again(absence: Absence) -> None:
    invoices = absence.invoices(3)
    first_run(absence)
    for invoice in invoices:
        absence.pay(invoice)
    body = encoded(absence.stripe.events[-1])
    absence.clock.offset = 0.0
    answer = absence.office.receive.delivery(body, sign(body, at=absence.clock.true_time))
    assert not isinstance(answer, int) and answer.result(10) == 200
    absence.later(minutes=10)
    assert absence.run().payments == 2
    assert absence.paid() == 3


# --- where a run begins ------------------------------------------------------------------


def test_the_first_run_begins_at_the_installation(absence: Absence) -> None:
    absence.later(days=-3)
    absence.pay("RE-1999-0001")
    absence.later(days=3)
    absence.catch_up.note_installation()
    absence.later(days=2)
    absence.pay("RE-1999-0002")
    absence.later(days=1)
    result = absence.run()
    assert (result.seen, result.reviews) == (1, 1)


@pytest.mark.parametrize("ahead", [-48 * 3600, -600, 600, 48 * 3600])
def test_g1_a_wrong_clock_skips_nothing(tmp_path: Path, ahead: float) -> None:
    """At the first run, with a cursor, and without one; in both directions."""
    absence = Absence(tmp_path, pc_is_ahead=ahead)
    try:
        absence.catch_up.note_installation()
        invoices = absence.invoices(4)
        absence.later(minutes=5)
        absence.pay(invoices[0])
        absence.later(minutes=5)
        assert absence.run().payments == 1
        absence.pay(invoices[1])
        absence.later(hours=3)
        assert absence.run().payments == 1
        absence.pay(invoices[2])
        _break_cursor(absence)
        assert absence.run().payments == 1
        # The clock of this PC is corrected from outside: nothing depends on it.
        absence.clock.pc_is_ahead, absence.clock.offset = 0.0, 0.0
        absence.later(minutes=1)
        absence.pay(invoices[3])
        assert absence.run().payments == 1
        assert absence.paid() == 4
    finally:
        absence.close()


@pytest.mark.parametrize("jump", [-86_400 * 400, -3600, 3600, 86_400 * 400])
def test_g3_the_clock_jumps_between_runs(absence: Absence, jump: float) -> None:
    invoices = absence.invoices(3)
    first_run(absence)
    absence.later(minutes=10)
    absence.pay(invoices[0])
    assert absence.run().payments == 1
    absence.clock.pc_is_ahead = jump
    absence.later(minutes=10)
    absence.pay(invoices[1])
    assert absence.run().payments == 1
    absence.clock.pc_is_ahead = 0.0
    absence.later(minutes=10)
    absence.pay(invoices[2])
    assert absence.run().payments == 1
    assert absence.paid() == 3


def _break_cursor(absence: Absence) -> None:
    broken = cursor(absence) | {"anchor": "evt_3NeverHeardOf"}
    absence.office.writer.submit(
        lambda t: t.settings.set("catch_up.cursor.test", json.dumps(broken))
    ).result(10)


def test_g9_cursor_event_gone(absence: Absence) -> None:
    invoices = absence.invoices(300)
    first_run(absence)
    absence.pay_all(invoices[:150], 2)
    assert absence.run().payments == 150
    assert cursor(absence)["anchor"] is not None
    _break_cursor(absence)
    absence.pay_all(invoices[150:], 2)
    result = absence.run()
    assert (result.payments, result.complete) == (150, True)
    assert result.seen < 160, "the window begins an hour before the newest known event"
    assert absence.paid() == 300
    assert str(cursor(absence)["anchor"]).startswith("evt_3StandIn")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"anchor": 1, "newest": "x"}', "null", "{"])
def test_g9_a_cursor_that_was_tampered_with(absence: Absence, text: str) -> None:
    [invoice] = absence.invoices(1)
    first_run(absence)
    absence.pay(invoice)
    absence.office.writer.submit(lambda t: t.settings.set("catch_up.cursor.test", text)).result(10)
    absence.later(days=1)
    assert absence.run().payments == 1


def test_events_that_are_listed_late_are_found_in_the_overlap(absence: Absence) -> None:
    invoices = absence.invoices(3)
    first_run(absence)
    absence.pay(invoices[0])
    absence.later(hours=2)
    assert absence.run().payments == 1
    absence.pay(invoices[1])
    ledger = absence.stripe._ledger
    late, _charge, _created = (ledger.events.pop() for _ in range(3))
    assert late["type"] == "payment_intent.succeeded"
    absence.later(minutes=30)
    absence.pay(invoices[2])
    assert absence.run().payments == 1
    ledger.events.insert(-3, late)  # in its place by time, after a younger one was read
    absence.later(minutes=10)
    assert absence.run().payments == 1
    assert absence.paid() == 3


# --- a run that ends early ---------------------------------------------------------------


@pytest.mark.parametrize("with_cursor", [True, False])
def test_g10_connection_lost_on_page_3(absence: Absence, with_cursor: bool) -> None:
    invoices = absence.invoices(ALL)
    first_run(absence)
    if with_cursor:
        absence.pay(invoices[0])
        absence.later(hours=2)
        assert absence.run().payments == 1
    absence.pay_all(invoices[absence.paid() :], 5)
    already = absence.paid()
    pages = 0

    def lose_page_3(_progress: CatchUpProgress) -> None:
        nonlocal pages
        pages += 1
        if pages == 2:
            absence.stripe.fail_next(Fault.RESET, times=2)

    if not with_cursor:
        # Newest first, and booked only when all of it was read.
        _lose_request(absence, 3)
    result = absence.run(lose_page_3 if with_cursor else lambda _progress: None)
    assert not result.complete
    assert result.trouble is not None and result.trouble.code == "stripe_no_net"
    assert absence.paid() == already + result.payments
    assert result.payments == (200 if with_cursor else 0)
    absence.catch_up = absence.new_catch_up()
    rest = absence.run()
    assert rest.complete and result.payments + rest.payments == ALL - already
    assert absence.paid() == ALL


def _lose_request(absence: Absence, number: int) -> None:
    """The request of this number, and its one repetition, are lost."""
    stand_in, seen = absence.stripe, len(absence.stripe.asked)
    answer = stand_in.next_fault

    def next_fault(asked: object) -> Fault | None:
        fault = answer(asked)  # type: ignore[arg-type]
        return Fault.RESET if len(stand_in.asked) - seen in (number, number + 1) else fault

    stand_in.next_fault = next_fault  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("fault", "times", "code"),
    [
        (Fault.RATE_LIMIT, 1, "stripe_rate_limited"),
        (Fault.SERVER_ERROR, 2, "stripe_stripe_down"),
        (Fault.UNAVAILABLE_HTML, 2, "stripe_stripe_down"),
        (Fault.CAPTIVE_PORTAL, 1, "stripe_not_stripe"),
        (Fault.FOREIGN_JSON, 1, "stripe_not_stripe"),
    ],
)
def test_g11_the_cursor_moves_only_with_the_commit(
    absence: Absence, fault: Fault, times: int, code: str
) -> None:
    invoices = absence.invoices(250)
    first_run(absence)
    absence.pay(invoices[0])
    absence.later(hours=2)
    assert absence.run().payments == 1
    absence.pay_all(invoices[1:], 3)
    before = cursor(absence)
    absence.stripe.fail_next(fault, times=times)
    result = absence.run()
    assert (result.payments, result.complete) == (0, False)
    assert result.trouble is not None and result.trouble.code == code
    assert cursor(absence) == before
    pages: list[CatchUpProgress] = []

    def fail_page_2(progress: CatchUpProgress) -> None:
        pages.append(progress)
        if len(pages) == 1:
            absence.stripe.fail_next(fault, times=times)

    result = absence.run(fail_page_2)
    assert (result.payments, result.complete) == (100, False)
    assert pages[0].at is not None
    assert cursor(absence)["newest"] == int(pages[0].at.timestamp())
    assert absence.run().payments == 149
    assert absence.paid() == 250


def test_g11_the_database_refuses_a_page(absence: Absence) -> None:
    """Nothing of the page is kept, the cursor stays, the next run books it."""
    invoices = absence.invoices(3)
    first_run(absence)
    for invoice in invoices:
        absence.pay(invoice)
    before = cursor(absence)
    other = absence.office.database.writing.connect()
    other.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        result = absence.run()
    finally:
        other.exec_driver_sql("ROLLBACK")
        other.close()
    assert result.trouble is not None and result.trouble.code == "database_busy"
    assert absence.paid() == 0
    assert cursor(absence) == before
    assert absence.run().payments == 3
    assert absence.paid() == 3


def test_cancelled(absence: Absence) -> None:
    absence.stripe.fail_next(Fault.HANG)
    cancelled = threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    result = absence.run(cancelled=cancelled)
    assert result.trouble is not None and result.trouble.code == "stripe_cancelled"


def test_without_a_secret_key_nothing_is_asked(absence: Absence) -> None:
    absence.office.keys = None
    result = absence.run()
    assert result.trouble is not None and result.trouble.code == "catch_up_no_key"
    assert absence.stripe.asked == []


def test_the_secret_key_alone_is_enough(absence: Absence) -> None:
    absence.office.keys = type(KEYS)(secret=KEYS.secret)
    [invoice] = absence.invoices(1)
    absence.pay(invoice)
    assert absence.run().payments == 1


def test_an_unreadable_event_raises_an_alarm_and_stops_nothing(absence: Absence) -> None:
    invoices = absence.invoices(2)
    first_run(absence)
    for invoice in invoices:
        absence.pay(invoice)
    absence.stripe.events[2]["data"]["object"]["id"] = "not an intent"
    result = absence.run()
    assert (result.payments, result.complete) == (1, True)
    assert len(absence.notices("unreadable_event")) == 1


# --- beyond Stripe's list ----------------------------------------------------------------


def off_for_40_days(absence: Absence) -> CatchUpResult:
    absence.later(days=40)
    absence.catch_up = absence.new_catch_up()
    return absence.run()


def test_g8_the_time_of_payment_is_that_of_the_charge(absence: Absence) -> None:
    [invoice] = absence.invoices(1)
    first_run(absence)
    absence.later(days=1)
    absence.pay(invoice)
    result = off_for_40_days(absence)
    assert (result.payments, result.absent) == (1, True)
    [payment] = absence.office.books.payments(invoice)
    assert payment.received_at == NOON + timedelta(days=1)
    event_id = absence.office.value("SELECT id FROM stripe_events")
    assert event_id == f"{FOUND_BY_INVOICE}{payment.stripe_payment_intent_id}"


def test_g8_found_by_number_too_and_only_what_is_open(absence: Absence) -> None:
    [by_number, twice, failed] = absence.invoices(3)
    first_run(absence)
    row = absence.office.books.invoice_row(by_number)
    assert row is not None and row.number
    absence.pay(row.number)
    absence.pay(twice, amount=5000)
    absence.pay(twice, amount=6900)
    absence.pay(failed, declined=True)
    assert off_for_40_days(absence).payments == 3
    assert absence.office.value("SELECT paid_minor FROM invoices WHERE id = ?", twice) == 11900
    asked = len(absence.stripe.asked)
    assert off_for_40_days(absence).found == 0
    searches = [a for a in absence.stripe.asked[asked:] if a.path.endswith("/search")]
    assert len(searches) == 1, "only the failed one is still asked for"


def test_g8_money_that_was_booked_before_is_left_alone(absence: Absence) -> None:
    [invoice] = absence.invoices(1, total_minor=20000)
    first_run(absence)
    absence.pay(invoice)
    assert absence.run().payments == 1
    assert off_for_40_days(absence).found == 0
    assert absence.office.value("SELECT count(*) FROM stripe_events") == 1


def test_g8_a_run_that_fails_on_the_way_looks_again(absence: Absence) -> None:
    invoices = absence.invoices(12)
    first_run(absence)
    for invoice in invoices:
        absence.pay(invoice)
    absence.later(days=40)

    def fail(_progress: CatchUpProgress) -> None:
        absence.stripe.fail_next(Fault.RATE_LIMIT)

    result = absence.run(fail)
    assert (result.complete, result.payments) == (False, 5)
    assert absence.run().payments == 7
    assert absence.paid() == 12


def test_g8_the_webhook_comes_after_all(absence: Absence) -> None:
    """The same intent under its real event id: one payment."""
    [invoice] = absence.invoices(1)
    first_run(absence)
    absence.pay(invoice)
    assert off_for_40_days(absence).payments == 1
    intent = absence.office.value("SELECT payment_intent_id FROM stripe_events")
    body = encoded(event_body(invoice, intent_id=intent, created=NOON))
    answer = absence.office.receive.delivery(body, sign(body, at=absence.clock.stripe_now()))
    assert not isinstance(answer, int) and answer.result(10) == 200
    assert absence.paid() == 1
