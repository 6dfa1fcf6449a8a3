"""Whatever is pasted can be kept, found and paged through."""

from datetime import timedelta

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, item
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.lists import InvoiceQuery


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "\udfffMüller", "🧾"])
def test_odd_text_is_kept_and_searched_for(office: OfficeBooks, text: str) -> None:
    customer_id = customer(office, f"Firma {text}", email=text, street=text)
    invoice_id = office.invoicing.issue(draft(customer_id, note=text)).result(10)
    office.invoicing.add_manual_payment(invoice_id, 100, "cash", office.clock.today(), text).result(
        10
    )
    assert [found.id for found in office.books.customers(f"Firma {text}")] == [customer_id]
    query = InvoiceQuery(False, office.clock.today(), text=f"firma {text}")
    assert [row.id for row in office.books.invoice_page(query)] == [invoice_id]
    assert office.books.event_page(text=text) == []
    office.invoicing.save_draft(draft(customer_id, items=(item(), item()), note=text), None).result(
        10
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

    office.writer.submit(insert).result(10)
    seen: list[str] = []
    page = office.books.event_page(limit=3)
    while page:
        seen += [row.id for row in page]
        page = office.books.event_page(after=page[-1], limit=3)
    assert seen == [f"evt_{number:03d}" for number in reversed(range(20))]
