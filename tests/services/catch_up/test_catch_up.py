"""FAULTS G5 to G11: what happened while the program was off is booked, all of it and once."""

import logging
import threading

import pytest

from tests.factories import encoded, sign
from tests.faults.lengths import runs
from tests.services.catch_up.absence import KEYS, Absence
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.services.catch_up.catch_up import CatchUpProgress

ALL = runs(310, 600)  # more than three pages of Stripe's


def off_for(absence: Absence, days: int) -> None:
    invoices = absence.invoices(ALL)
    absence.first_run()
    absence.pay_all(invoices, days)
    absence.later(minutes=1)
    absence.catch_up = absence.new_catch_up()
    asked = len(absence.stripe.asked)
    result = absence.run()
    paths = [one.path for one in absence.stripe.asked[asked:]]
    assert paths.count("/v1/events") <= ALL / 100 + 1  # whole pages, not one for each payment
    assert len(paths) < ALL / 10
    assert (result.payments, result.failures, result.reviews) == (ALL, 0, 0)
    assert result.complete and result.absent
    assert absence.paid() == ALL
    assert absence.run().found == 0
    assert absence.notices("catch_up_result") == [
        f'{{"payments":{ALL},"failures":0,"reviews":0,"absent":true}}'
    ]


def test_g5_off_for_2_days(absence: Absence) -> None:
    off_for(absence, 2)


def test_g6_off_for_5_days(absence: Absence) -> None:
    off_for(absence, 5)


def test_g7_off_for_29_days(absence: Absence) -> None:
    off_for(absence, 29)


def test_g8_off_for_40_days(absence: Absence) -> None:
    off_for(absence, 40)


def test_g5_the_order_is_chronological_and_progress_is_told(absence: Absence) -> None:
    invoices = absence.invoices(250)
    absence.first_run()
    absence.pay(invoices[0])
    absence.later(hours=2)
    assert absence.run().payments == 1  # now there is an event to go on from
    assert absence.cursor()["anchor"] is not None
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
    absence.first_run()
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
    absence.first_run()
    absence.later(seconds=30)
    absence.pay(invoice)
    assert absence.run(source=Source.POLL).payments == 1
    assert absence.office.rows("SELECT source FROM stripe_events") == [("poll",)]
    assert absence.notices("catch_up_result") == []


def test_g5_what_the_webhook_brought_is_not_counted_again(absence: Absence) -> None:
    invoices = absence.invoices(3)
    absence.first_run()
    for invoice in invoices:
        absence.pay(invoice)
    body = encoded(absence.stripe.events[-1])
    absence.clock.offset = 0.0
    answer = absence.office.receive.delivery(body, sign(body, at=absence.clock.true_time))
    assert not isinstance(answer, int) and answer.result(PATIENCE) == 200
    absence.later(minutes=10)
    assert absence.run().payments == 2
    assert absence.paid() == 3


# --- a run that ends early ---------------------------------------------------------------


@pytest.mark.parametrize("with_cursor", [True, False])
def test_g10_connection_lost_on_page_3(absence: Absence, with_cursor: bool) -> None:
    invoices = absence.invoices(ALL)
    absence.first_run()
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
    absence.first_run()
    absence.pay(invoices[0])
    absence.later(hours=2)
    assert absence.run().payments == 1
    absence.pay_all(invoices[1:], 3)
    before = absence.cursor()
    absence.stripe.fail_next(fault, times=times)
    result = absence.run()
    assert (result.payments, result.complete) == (0, False)
    assert result.trouble is not None and result.trouble.code == code
    assert absence.cursor() == before
    pages: list[CatchUpProgress] = []

    def fail_page_2(progress: CatchUpProgress) -> None:
        pages.append(progress)
        if len(pages) == 1:
            absence.stripe.fail_next(fault, times=times)

    result = absence.run(fail_page_2)
    assert (result.payments, result.complete) == (100, False)
    assert pages[0].at is not None
    assert absence.cursor()["newest"] == int(pages[0].at.timestamp())
    assert absence.run().payments == 149
    assert absence.paid() == 250


def test_g11_the_database_refuses_a_page(absence: Absence) -> None:
    """Nothing of the page is kept, the cursor stays, the next run books it."""
    invoices = absence.invoices(3)
    absence.first_run()
    for invoice in invoices:
        absence.pay(invoice)
    before = absence.cursor()
    other = absence.office.database.writing.connect()
    other.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        result = absence.run()
    finally:
        other.exec_driver_sql("ROLLBACK")
        other.close()
    assert result.trouble is not None and result.trouble.code == "database_busy"
    assert absence.paid() == 0
    assert absence.cursor() == before
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
    assert not result.complete
    assert absence.stripe.asked == []


def test_the_secret_key_alone_is_enough(absence: Absence) -> None:
    absence.office.keys = type(KEYS)(secret=KEYS.secret)
    [invoice] = absence.invoices(1)
    absence.pay(invoice)
    assert absence.run().payments == 1


def test_an_unreadable_event_raises_one_alarm_and_stops_nothing(
    absence: Absence, caplog: pytest.LogCaptureFixture
) -> None:
    invoices = absence.invoices(2)
    absence.first_run()
    for invoice in invoices:
        absence.pay(invoice)
    absence.stripe.events[2]["data"]["object"]["id"] = "not an intent"
    result = absence.run()
    assert (result.payments, result.complete) == (1, True)
    assert absence.run().complete
    assert len(absence.notices("unreadable_event")) == 1
    assert caplog.text.count("unreadable message") == 1


def test_deleted_test_data_stays_away(absence: Absence) -> None:
    """Stripe lists it for 30 days, and an hour of it with every run."""
    absence.first_run()
    [invoice] = absence.invoices(1)
    absence.later(minutes=5)
    absence.pay(invoice)
    absence.pay("RE-2020-0001")  # waits in Klärung nötig
    assert absence.run().found == 2
    absence.later(minutes=5)
    assert absence.office.invoicing.delete_test_data().result(PATIENCE) == 1
    result = absence.run()
    assert (result.complete, result.found) == (True, 0)
    assert absence.office.value("SELECT count(*) FROM payments") == 0
    assert absence.office.review.open_items() == []
    [later] = absence.invoices(1)
    absence.later(minutes=5)
    absence.pay(later)
    assert absence.run().payments == 1


def test_polling_logs_what_is_new_and_no_more(
    absence: Absence, caplog: pytest.LogCaptureFixture
) -> None:
    """A trouble once, its end once; it asks every 30 s."""
    absence.first_run()
    caplog.set_level(logging.INFO, "workmate.catch_up")

    def told(*, hindered: bool) -> list[str]:
        caplog.clear()
        if hindered:
            absence.stripe.fail_next(Fault.CAPTIVE_PORTAL)
        absence.run(source=Source.POLL)
        return [one for one in caplog.messages if "Asked for missed events" in one]

    found = [told(hindered=hindered) for hindered in (False, True, True, False, False)]
    assert [len(one) for one in found] == [0, 1, 0, 1, 0]
    assert found[3][0].endswith("complete")
