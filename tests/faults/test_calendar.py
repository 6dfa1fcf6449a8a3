"""FAULTS F20: nights in which the clock of the office jumps."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import NOON, event_body, issued, make_books
from tests.factories import TestClock as Clock
from tests.faults.office import Office
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), 10),  # 23:59 in the office (winter time)
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), 11),
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), 3),  # 23:59 (summer time)
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), 4),
    ],
)
def test_f20_the_month_of_a_payment_is_the_month_of_the_office(
    office: Office, moment: datetime, month: int
) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, created=moment)) == 200
    for asked in (3, 4, 10, 11):
        today = date(2026, asked, 15)
        figures = office.at.books.figures(False, today)
        assert figures.paid_this_month_minor == (11900 if asked == month else 0)
        query = InvoiceQuery(False, today, InvoiceFilter.PAID_THIS_MONTH)
        assert office.at.books.invoice_count(query) == (1 if asked == month else 0)


def test_money_without_an_invoice_pays_nothing_of_the_month(office: Office) -> None:
    """It lies in Klärung nötig; the figure agrees with the list that a click on it shows."""
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, created=NOON)) == 200
    assert office.deliver(event_body("RE-2020-9999", amount=8900, created=NOON)) == 200
    today = office.at.clock.today()
    assert office.at.books.figures(False, today).paid_this_month_minor == 11900
    waiting = office.at.rows("SELECT id FROM payments WHERE invoice_id IS NULL")
    office.at.writer.submit(lambda t: t.payments.assign(waiting[0][0], invoice_id)).result(PATIENCE)
    assert office.at.books.figures(False, today).paid_this_month_minor == 20800


def test_f20_events_of_the_doubled_hour_keep_their_order(office: Office) -> None:
    """25 October 2026: 02:30 comes twice; a failure in the second one is the newer."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    office.at.clock.moment = first
    invoice_id = issued(office.at)
    part = event_body(invoice_id, amount=100, created=first)
    assert office.deliver(part) == 200
    office.at.clock.moment = first + timedelta(hours=1)
    failed = event_body(invoice_id, failed="generic_decline", created=first + timedelta(hours=1))
    assert office.deliver(failed) == 200
    assert office.row(invoice_id).payment_failed
    assert office.actions(invoice_id)[-2:] == ["payment_booked", "payment_failed"]
    local = [office.at.clock.local(line.at).hour for line in office.at.books.history(invoice_id)]
    assert set(local) == {2}


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_f20_a_manual_payment_of_a_changeover_day_keeps_its_date(tmp_path: Path, day: date) -> None:
    office = make_books(tmp_path, Clock(NOON))
    try:
        invoice_id = issued(office)
        office.invoicing.add_manual_payment(invoice_id, 100, "cash", day).result(PATIENCE)
        (payment,) = office.books.payments(invoice_id)
        assert office.clock.local(payment.received_at).date() == day
    finally:
        office.close()


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_f20_signatures_count_in_seconds_not_in_local_time(office: Office, day: date) -> None:
    night = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)  # the very changeover
    for minutes in (-2, 2):
        office.at.clock.moment = night
        body = event_body(issued(office.at))
        assert office.deliver(body, at=night + timedelta(minutes=minutes)) == 200
