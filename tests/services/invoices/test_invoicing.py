"""What staff may do with invoices, customers and manual payments, and what is refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    OfficeBooks,
    customer,
    draft,
    encoded,
    event_body,
    issued,
    item,
    make_books,
    sign,
)
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import EverythingChanged, InvoiceChanged, InvoiceRemoved
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceItem
from workmate_desktop.domain.payments.money import MAX_MINOR

TODAY = date(2026, 11, 23)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close_never_accused()


def _actions(office: OfficeBooks, invoice_id: str) -> list[str]:
    return [line.action for line in reversed(office.books.history(invoice_id))]


def _code(future) -> str:  # type: ignore[no-untyped-def]
    error = future.exception(10)
    assert isinstance(error, UserError), repr(error)
    return error.code


def _status(office: OfficeBooks, invoice_id: str) -> str:
    row = office.books.invoice_row(invoice_id)
    assert row is not None
    return row.status.value


def test_a_draft_is_kept_as_typed_and_edited(office: OfficeBooks) -> None:
    customer_id = customer(office)
    items = (item(333, "7", "1.5"), InvoiceItem("Reise", Decimal("0.125"), "h", 8000, Decimal(0)))
    given = draft(customer_id, items=items, note="Danke", service_date=TODAY)
    invoice_id = office.invoicing.save_draft(given).result(PATIENCE)
    kept = office.books.invoice(invoice_id)
    assert kept is not None
    assert (kept.items, kept.note, kept.service_date) == (items, "Danke", TODAY)
    assert (kept.row.number, kept.row.status) == (None, "draft")
    assert kept.row.total_minor == kept.totals.total_minor
    again = office.invoicing.save_draft(draft(customer_id), invoice_id).result(PATIENCE)
    assert again == invoice_id
    edited = office.books.invoice(invoice_id)
    assert edited is not None and edited.row.total_minor == 11900
    assert _actions(office, invoice_id) == ["created", "edited"]
    office.settled()  # it is told after the answer
    assert InvoiceChanged(invoice_id) in office.changes


def test_issuing_a_kept_draft(office: OfficeBooks) -> None:
    customer_id = customer(office)
    invoice_id = office.invoicing.save_draft(draft(customer_id)).result(PATIENCE)
    assert office.invoicing.issue(draft(customer_id), invoice_id).result(PATIENCE) == invoice_id
    assert _status(office, invoice_id) == "open"
    assert _actions(office, invoice_id) == ["created", "issued"]
    assert _code(office.invoicing.issue(draft(customer_id), invoice_id)) == "invoice_not_draft"
    assert _code(office.invoicing.save_draft(draft(customer_id), invoice_id)) == "invoice_not_draft"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": ()}, "items"),
        ({"items": (InvoiceItem(" ", Decimal(1), "", 100, Decimal(19)),)}, "description"),
        ({"due_date": date(2026, 11, 19)}, "due_date"),
        ({"items": (item(0),)}, "total"),
        ({"items": (item(-100),)}, "total"),
        ({"items": (item(MAX_MINOR),)}, "total"),
    ],
)
def test_an_incomplete_invoice_is_not_issued(
    office: OfficeBooks, changed: dict[str, Any], field: str
) -> None:
    error = office.invoicing.issue(draft(customer(office), **changed)).exception(10)
    assert isinstance(error, UserError)
    assert (error.code, error.values) == ("draft_incomplete", {"field": field})
    assert not office.books.has_invoices(livemode=False)


def test_a_draft_needs_a_customer_and_amounts_that_can_be(office: OfficeBooks) -> None:
    assert _code(office.invoicing.save_draft(draft("nobody"))) == "draft_incomplete"
    huge = draft(customer(office), items=(item(MAX_MINOR + 1),))
    assert _code(office.invoicing.save_draft(huge)) == "amount_invalid"
    gone = office.invoicing.save_draft(draft(customer(office)), "no such invoice")
    assert _code(gone) == "invoice_gone"


def test_deleting_drafts_and_only_drafts(office: OfficeBooks) -> None:
    invoice_id = office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    office.invoicing.delete_draft(invoice_id).result(PATIENCE)
    assert office.books.invoice_row(invoice_id) is None
    assert office.books.invoice(invoice_id) is None
    assert _actions(office, invoice_id) == ["created", "deleted"]  # the Verlauf stays
    office.settled()  # it is told after the answer
    assert InvoiceRemoved(invoice_id) in office.changes
    assert _code(office.invoicing.delete_draft(issued(office))) == "invoice_not_draft"
    assert _code(office.invoicing.delete_draft("nothing")) == "invoice_gone"


def test_storno(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    assert _code(office.invoicing.cancel(invoice_id, "  ")) == "reason_missing"
    office.invoicing.cancel(invoice_id, " Doppelt ").result(PATIENCE)
    kept = office.books.invoice(invoice_id)
    assert kept is not None
    assert (kept.row.status, kept.cancel_reason) == ("cancelled", "Doppelt")
    assert _code(office.invoicing.cancel(invoice_id, "noch einmal")) == "invoice_not_issued"
    draft_id = office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    assert _code(office.invoicing.cancel(draft_id, "x")) == "invoice_not_issued"


def test_an_invoice_with_money_is_not_cancelled(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    payment = office.invoicing.add_manual_payment(invoice_id, 1, "cash", TODAY).result(PATIENCE)
    assert _code(office.invoicing.cancel(invoice_id, "x")) == "invoice_has_payments"
    office.invoicing.reverse_payment(payment, "Irrtum").result(PATIENCE)
    office.invoicing.cancel(invoice_id, "x").result(PATIENCE)
    assert _status(office, invoice_id) == "cancelled"


def test_manual_payments_in_parts(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    pay = office.invoicing.add_manual_payment
    pay(invoice_id, 11899, "bank_transfer", TODAY - timedelta(days=3), " Beleg 7 ").result(PATIENCE)
    assert _status(office, invoice_id) == "partially_paid"
    pay(invoice_id, 1, "cash", TODAY).result(PATIENCE)
    assert _status(office, invoice_id) == "paid"
    first, second = office.books.payments(invoice_id)
    assert (first.note, first.method, first.manual) == ("Beleg 7", "bank_transfer", True)
    assert office.clock.local(first.received_at).date() == TODAY - timedelta(days=3)
    assert second.received_at == office.clock.now()
    line = office.books.history(invoice_id)[0]
    assert (line.action, line.actor) == ("manual_payment", "anna")
    assert (line.detail["from"], line.detail["to"]) == ("partially_paid", "paid")


@pytest.mark.parametrize(
    ("amount", "method", "day", "code"),
    [
        (0, "cash", TODAY, "amount_invalid"),
        (-1, "cash", TODAY, "amount_invalid"),
        (MAX_MINOR + 1, "cash", TODAY, "amount_invalid"),
        (1, "bitcoin", TODAY, "amount_invalid"),
        (1, "cash", TODAY + timedelta(days=1), "date_in_future"),
    ],
)
def test_a_manual_payment_that_cannot_be(
    office: OfficeBooks, amount: int, method: str, day: date, code: str
) -> None:
    invoice_id = issued(office)
    assert _code(office.invoicing.add_manual_payment(invoice_id, amount, method, day)) == code
    assert office.books.payments(invoice_id) == []


def test_no_manual_payment_on_drafts_and_cancelled_invoices(office: OfficeBooks) -> None:
    draft_id = office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    cancelled = issued(office)
    office.invoicing.cancel(cancelled, "x").result(PATIENCE)
    for invoice_id in (draft_id, cancelled):
        future = office.invoicing.add_manual_payment(invoice_id, 1, "cash", TODAY)
        assert _code(future) == "invoice_not_issued"


def test_reversal_is_a_counter_entry(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    payment = office.invoicing.add_manual_payment(invoice_id, 11900, "cash", TODAY).result(PATIENCE)
    assert _code(office.invoicing.reverse_payment(payment, " ")) == "reason_missing"
    counter = office.invoicing.reverse_payment(payment, "Falsche Rechnung").result(PATIENCE)
    assert _status(office, invoice_id) == "open"
    amounts = {p.id: (p.amount_minor, p.reverses_id) for p in office.books.payments(invoice_id)}
    assert amounts == {payment: (11900, None), counter: (-11900, payment)}
    assert _code(office.invoicing.reverse_payment(payment, "x")) == "payment_already_reversed"
    assert _code(office.invoicing.reverse_payment(counter, "x")) == "payment_not_manual"
    assert _code(office.invoicing.reverse_payment("nothing", "x")) == "payment_not_manual"
    assert _actions(office, invoice_id)[-2:] == ["manual_payment", "payment_reversed"]


def test_a_payment_by_stripe_is_not_reversed_here(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    raw = encoded(event_body(invoice_id))
    office.receive.delivery(raw, sign(raw)).result(PATIENCE)
    (payment,) = office.books.payments(invoice_id)
    assert _code(office.invoicing.reverse_payment(payment.id, "x")) == "payment_not_manual"


def test_customers(office: OfficeBooks) -> None:
    assert _code(office.invoicing.save_customer(Customer("", "  "))) == "customer_name_missing"
    customer_id = customer(office, "  Anna\n  Groß ", city="Koblenz")
    kept = office.books.customer(customer_id)
    assert kept == Customer(customer_id, "Anna Groß", city="Koblenz")
    office.invoicing.save_customer(Customer(customer_id, "Anna Klein")).result(PATIENCE)
    assert office.books.customers("klein") == [Customer(customer_id, "Anna Klein")]
    assert office.books.customers("groß") == []
    assert office.books.customer("nobody") is None
    assert len(office.books.customers(limit=1)) == 1


def test_notices_are_marked_read(office: OfficeBooks) -> None:
    for _ in range(3):
        raw = encoded(event_body("RE-1999-0001"))
        office.receive.delivery(raw, sign(raw)).result(PATIENCE)
    first = office.books.notice_page()[0]
    assert office.books.unread_notices() == 3
    office.invoicing.mark_notices_read([first.id]).result(PATIENCE)
    assert office.books.unread_notices() == 2
    marked = office.books.notice(first.id)
    assert marked is not None and marked.read_at == office.clock.now()
    assert first.id not in {notice.id for notice in office.books.notice_page(unread_only=True)}
    office.invoicing.mark_notices_read().result(PATIENCE)
    assert office.books.unread_notices() == 0
    assert office.books.notice("nothing") is None


def test_deleting_test_data_tells_everyone(office: OfficeBooks) -> None:
    issued(office)
    assert office.invoicing.delete_test_data().result(PATIENCE) == 1
    office.settled()  # it is told after the answer
    assert EverythingChanged() in office.changes
    assert office.invoicing.delete_test_data().result(PATIENCE) == 0
