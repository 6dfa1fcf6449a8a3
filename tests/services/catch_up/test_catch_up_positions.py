"""Where a run goes on: by any clock, any cursor, and beyond Stripe's 30 days (G1, G3, G8, G9)."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import NOON, at_once, encoded, event_body, sign
from tests.services.catch_up.absence import Absence
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.events import FOUND_BY_INVOICE
from workmate_desktop.services.catch_up.catch_up import CatchUpProgress, CatchUpResult


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
        absence.break_cursor()
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
    absence.first_run()
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


def test_g9_cursor_event_gone(absence: Absence) -> None:
    invoices = absence.invoices(300)
    absence.first_run()
    absence.pay_all(invoices[:150], 2)
    assert absence.run().payments == 150
    assert absence.cursor()["anchor"] is not None
    absence.break_cursor()
    absence.pay_all(invoices[150:], 2)
    result = absence.run()
    assert (result.payments, result.complete) == (150, True)
    assert result.seen < 160, "the window begins an hour before the newest known event"
    assert absence.paid() == 300
    assert str(absence.cursor()["anchor"]).startswith("evt_3StandIn")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"anchor": 1, "newest": "x"}', "null", "{"])
def test_g9_a_cursor_that_was_tampered_with(absence: Absence, text: str) -> None:
    [invoice] = absence.invoices(1)
    absence.first_run()
    absence.pay(invoice)
    absence.set_cursor(text)
    absence.later(days=1)
    assert absence.run().payments == 1


def test_events_that_are_listed_late_are_found_in_the_overlap(absence: Absence) -> None:
    invoices = absence.invoices(3)
    absence.first_run()
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


# --- beyond Stripe's list ----------------------------------------------------------------


def off_for_40_days(absence: Absence) -> CatchUpResult:
    absence.later(days=40)
    absence.catch_up = absence.new_catch_up()
    return absence.run()


def test_g8_the_time_of_payment_is_that_of_the_charge(absence: Absence) -> None:
    [invoice] = absence.invoices(1)
    absence.first_run()
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
    absence.first_run()
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
    absence.first_run()
    absence.pay(invoice)
    assert absence.run().payments == 1
    assert off_for_40_days(absence).found == 0
    assert absence.office.value("SELECT count(*) FROM stripe_events") == 1


def test_g8_a_run_that_fails_on_the_way_looks_again(absence: Absence) -> None:
    invoices = absence.invoices(12)
    absence.first_run()
    for invoice in invoices:
        absence.pay(invoice)
    absence.later(days=40)

    def fail(_progress: CatchUpProgress) -> None:
        absence.stripe.fail_next(Fault.RATE_LIMIT)

    result = absence.run(fail)
    assert (result.complete, result.payments) == (False, 5)
    assert absence.run().payments == 7
    assert absence.paid() == 12


def test_g8_also_at_the_very_first_run_and_when_that_breaks_off(absence: Absence) -> None:
    """Books that are older than the catch-up itself."""
    [old, young] = absence.invoices(2)
    absence.pay(old)
    absence.later(days=39)
    absence.pay(young)
    absence.later(days=1)
    result = absence.run(lambda _progress: absence.stripe.fail_next(Fault.RATE_LIMIT))
    assert (result.complete, result.payments) == (False, 1)
    assert absence.run().payments == 1
    assert absence.paid() == 2


def test_g8_the_webhook_comes_after_all(absence: Absence) -> None:
    """The same intent under its real event id: one payment."""
    [invoice] = absence.invoices(1)
    absence.first_run()
    absence.pay(invoice)
    assert off_for_40_days(absence).payments == 1
    intent = absence.office.value("SELECT payment_intent_id FROM stripe_events")
    body = encoded(event_body(invoice, intent_id=intent, created=NOON))
    answer = absence.office.receive.delivery(body, sign(body, at=absence.clock.stripe_now()))
    assert not isinstance(answer, int) and answer.result(PATIENCE) == 200
    assert absence.paid() == 1


# --- deliveries meanwhile ----------------------------------------------------------------


def delivered(absence: Absence, invoice: str) -> int:
    """Stripe delivers a new event, signed at Stripe's own time."""
    body = encoded(event_body(invoice))
    header = sign(body, at=absence.clock.true_time)
    answer = absence.office.receive.delivery(body, header)
    return answer if isinstance(answer, int) else answer.result(PATIENCE)


@pytest.mark.parametrize("ahead", [-48 * 3600, -600, 600, 48 * 3600])
def test_g1_deliveries_are_accepted_through_the_measured_offset(
    tmp_path: Path, ahead: float
) -> None:
    absence = Absence(tmp_path, pc_is_ahead=ahead)
    try:
        [before, after] = absence.invoices(2)
        assert delivered(absence, before) == 400, "nobody has asked Stripe for the time yet"
        absence.first_run()
        assert delivered(absence, after) == 200
        assert absence.paid() == 1
    finally:
        absence.close()


def test_g3_after_a_jump_one_run_sets_the_offset_right(absence: Absence) -> None:
    [invoice] = absence.invoices(1)
    absence.first_run()
    absence.clock.pc_is_ahead = 3600
    absence.later(seconds=1)
    assert delivered(absence, invoice) == 400
    assert absence.run().complete
    assert delivered(absence, invoice) == 200


def test_e7_webhook_and_catch_up_at_once(absence: Absence) -> None:
    invoices = absence.invoices(40)
    absence.first_run()
    for invoice in invoices:
        absence.pay(invoice)
    bodies = [
        encoded(event)
        for event in absence.stripe.events
        if event["type"] == "payment_intent.succeeded"
    ]

    def deliver_all() -> None:
        for body in bodies:
            answer = absence.office.receive.delivery(body, sign(body, at=absence.clock.true_time))
            assert not isinstance(answer, int) and answer.result(PATIENCE) == 200

    at_once([deliver_all, absence.run, deliver_all])
    assert absence.paid() == 40
    assert absence.office.value("SELECT count(*) FROM stripe_events") == 40


def test_a_quiet_run_is_noted_every_ten_minutes_and_not_each_time(absence: Absence) -> None:
    """Polling asks every 30 s, and each note is a sync of the disk."""
    absence.first_run()

    def moves(seconds: float) -> bool:
        before = absence.cursor()["covered_until"]
        absence.later(seconds=seconds)
        assert absence.run().complete
        return absence.cursor()["covered_until"] != before

    assert [moves(seconds) for seconds in (30, 30, 600, 30)] == [False, False, True, False]
