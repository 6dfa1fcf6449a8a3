"""Whatever is pasted can be kept, found and paged through."""

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, item
from tests.waiting import PATIENCE
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.lists import InvoiceQuery


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "\udfffMüller", "🧾"])
def test_odd_text_is_kept_and_searched_for(office: OfficeBooks, text: str) -> None:
    customer_id = customer(office, f"Firma {text}", email=text, street=text)
    invoice_id = office.invoicing.issue(draft(customer_id, note=text)).result(PATIENCE)
    office.invoicing.add_manual_payment(invoice_id, 100, "cash", office.clock.today(), text).result(
        PATIENCE
    )
    assert [found.id for found in office.books.customers(f"Firma {text}")] == [customer_id]
    query = InvoiceQuery(False, office.clock.today(), text=f"firma {text}")
    assert [row.id for row in office.books.invoice_page(query)] == [invoice_id]
    assert office.books.event_page(text=text) == []
    office.invoicing.save_draft(draft(customer_id, items=(item(), item()), note=text), None).result(
        PATIENCE
    )


@pytest.mark.parametrize("fraction", ["", ".123456", ".5"])
def test_events_from_outside_are_paged_whatever_their_fraction(
    office: OfficeBooks, fraction: str
) -> None:
    def insert(t: object) -> None:
        for number in range(20):
            at = to_text(NOON + timedelta(seconds=number // 5)).replace(".000", fraction)
            t.raw.execute(  # type: ignore[attr-defined]
                "INSERT INTO stripe_events (id, type, created_at, received_at, source, outcome,"
                " livemode, detail) VALUES (?, 'x', ?, ?, 'webhook', 'ignored', 0, '{}')",
                (f"evt_{number:03d}", at, at),
            )

    office.writer.submit(insert).result(PATIENCE)
    seen: list[str] = []
    page = office.books.event_page(limit=3)
    while page:
        seen += [row.id for row in page]
        page = office.books.event_page(after=page[-1], limit=3)
    assert seen == [f"evt_{number:03d}" for number in reversed(range(20))]


def test_me3_whatever_form_was_typed_one_is_stored(office: OfficeBooks) -> None:
    apart = unicodedata.normalize("NFD", "Bäckerei Müller")
    customer_id = customer(office, apart, email="info@mu\u0308ller.de", street="Am\u00a0Weg\u20111")
    line = replace(item(), description=f"{apart}\u00ad", unit="Stu\u0308ck")
    invoice_id = office.invoicing.issue(draft(customer_id, items=(line,), note=apart)).result(
        PATIENCE
    )
    today = office.clock.today()
    office.invoicing.add_manual_payment(invoice_id, 100, "cash", today, apart).result(PATIENCE)
    assert office.rows("SELECT name, email, street FROM customers") == [
        ("Bäckerei Müller", "info@müller.de", "Am Weg-1")
    ]
    assert office.rows("SELECT customer_name, note FROM invoices") == [
        ("Bäckerei Müller", "Bäckerei Müller")
    ]
    assert office.rows("SELECT description, unit FROM invoice_items") == [
        ("Bäckerei Müller", "Stück")
    ]
    assert office.rows("SELECT note FROM payments") == [("Bäckerei Müller",)]


@pytest.mark.parametrize("name", ["\u200b", "\u00a0\ufeff", "\u00ad\n"])
def test_me3_a_name_that_shows_nothing_is_missing(office: OfficeBooks, name: str) -> None:
    with pytest.raises(UserError) as told:
        office.invoicing.save_customer(Customer("", name)).result(PATIENCE)
    assert told.value.code == "customer_name_missing"
