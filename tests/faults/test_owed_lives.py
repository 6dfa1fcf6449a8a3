"""A1 to A3 as an office lives them: by the socket, by hand, and through Klärung nötig.

The clock goes on a minute before each step; a refund's `created` is the moment at Stripe. Expected
sums are those of MONEY's table, of an invoice over 100,00.
"""

from datetime import timedelta
from itertools import permutations

import pytest

from tests.factories import customer, draft, event_body
from tests.faults.office import Office
from tests.reversal_events import refund_event
from tests.waiting import PATIENCE


@pytest.fixture
def invoice_id(office: Office) -> str:
    who = customer(office.at)
    return office.at.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)


def _minute(office: Office) -> None:
    office.at.clock.advance(minutes=1)


def _paid(
    office: Office, invoice_id: str | None, intent: str = "pi_life", minor: int = 10000
) -> str:
    _minute(office)
    body = event_body(invoice_id, amount=minor, intent_id=intent, created=office.at.clock.now())
    assert office.deliver(body) == 200
    return str(body["id"])


def _refunded(office: Office, minor: int, intent: str = "pi_life") -> None:
    _minute(office)
    assert office.deliver(refund_event(intent, minor, created=office.at.clock.now())) == 200


def _by_hand(office: Office, invoice_id: str, minor: int) -> str:
    _minute(office)
    today = office.at.clock.today()
    made = office.at.invoicing.add_manual_payment(invoice_id, minor, "bank_transfer", today)
    return made.result(PATIENCE)


def test_ma1_a_wrong_entry_taken_back_after_the_excess_was_refunded(
    office: Office, invoice_id: str
) -> None:
    _paid(office, invoice_id)
    wrong = _by_hand(office, invoice_id, 10000)
    assert office.row(invoice_id).overpaid_minor == 10000
    _refunded(office, 10000)
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor, row.overpaid_minor) == ("paid", 0, 0)
    _minute(office)
    office.at.invoicing.reverse_payment(wrong, "Falsche Rechnung").result(PATIENCE)
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor, row.refunded) == ("open", 10000, False)
    assert row.due_date is not None and row.overdue(row.due_date + timedelta(days=1))
    figures = office.at.books.figures(False, office.at.clock.today())
    assert figures.outstanding_minor == 10000


def test_ma2_the_same_through_klaerung_noetig(office: Office, invoice_id: str) -> None:
    _paid(office, invoice_id)
    waits = _paid(office, None, "pi_lost")
    _minute(office)
    decision = office.at.review.assign(waits, invoice_id).result(PATIENCE)
    _refunded(office, 10000)
    assert office.row(invoice_id).outstanding_minor == 0
    assert office.row(invoice_id).forgiven_minor == 0
    _minute(office)
    office.at.review.undo(decision).result(PATIENCE)
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor, row.refunded) == ("open", 10000, False)
    # Assigned once more it is paid again, and nothing is forgiven.
    _minute(office)
    office.at.review.assign(waits, invoice_id).result(PATIENCE)
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor, row.overpaid_minor) == ("paid", 0, 0)


def test_ma3_money_after_everything_was_given_back(office: Office, invoice_id: str) -> None:
    _paid(office, invoice_id)
    _refunded(office, 10000)
    assert office.row(invoice_id).refunded
    entry = _by_hand(office, invoice_id, 6000)
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor, row.refunded) == ("partially_paid", 4000, False)
    _minute(office)
    office.at.invoicing.reverse_payment(entry, "Verbucht auf falscher Rechnung").result(PATIENCE)
    # Money that did not stand never opened it again.
    row = office.row(invoice_id)
    assert (row.outstanding_minor, row.refunded) == (0, True)


def test_ma6_a_part_given_back_on_purpose_counts_as_paid(office: Office, invoice_id: str) -> None:
    _paid(office, invoice_id)
    _refunded(office, 5050)
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor, row.partly_refunded) == ("partially_paid", 0, True)
    from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery

    today = office.at.clock.today()
    counts = office.at.books.figures(False, today).counts
    assert (counts[InvoiceFilter.PAID], counts[InvoiceFilter.OPEN]) == (1, 0)
    query = InvoiceQuery(False, today, filter=InvoiceFilter.PAID)
    assert [one.id for one in office.at.books.invoice_page(query, None, 10)] == [invoice_id]
    _by_hand(office, invoice_id, 1000)
    assert office.row(invoice_id).overpaid_minor == 1000


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_ma1_the_order_of_arrival_does_not_matter(office: Office, order: tuple[int, ...]) -> None:
    """100 and 40 paid, 40 given back as too much, then 60 on purpose: 40 stay, nothing is owed."""
    who = customer(office.at)
    invoice_id = office.at.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)
    start = office.at.clock.now()
    at = [start + timedelta(minutes=minute) for minute in (1, 2, 3, 4)]
    told = [
        event_body(invoice_id, amount=10000, intent_id="pi_a", created=at[0]),
        event_body(invoice_id, amount=4000, intent_id="pi_b", created=at[1]),
        refund_event("pi_b", 4000, refund_id="re_b", created=at[2]),
        refund_event("pi_a", 6000, refund_id="re_a", created=at[3]),
    ]
    office.at.clock.advance(minutes=5)
    for place in order:
        assert office.deliver(told[place]) == 200
    row = office.row(invoice_id)
    assert (row.paid_minor, row.outstanding_minor, row.overpaid_minor) == (4000, 0, 0)
    assert (row.forgiven_minor, row.partly_refunded) == (6000, True)
