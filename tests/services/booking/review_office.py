"""What the tests of Klärung nötig share: money that finds no invoice, and short questions."""

from typing import Any

from tests.factories import OfficeBooks, encoded, event_body, sign
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.review import ReviewItem


def deliver(office: OfficeBooks, body: dict[str, Any]) -> str:
    """Deliver an event; returns its id."""
    raw = encoded(body)
    answer = office.receive.delivery(raw, sign(raw))
    assert (answer if isinstance(answer, int) else answer.result(PATIENCE)) == 200
    return str(body["id"])


def loose_money(office: OfficeBooks, amount: int = 11900, **how: Any) -> str:
    """Money without an invoice; returns the event's id."""
    return deliver(office, event_body(None, amount=amount, **how))


def row(office: OfficeBooks, invoice_id: str) -> InvoiceRow:
    found = office.books.invoice_row(invoice_id)
    assert found is not None
    return found


def item(office: OfficeBooks, item_id: str) -> ReviewItem:
    found = office.review.item(item_id)
    assert found is not None
    return found


def waiting(office: OfficeBooks) -> list[str]:
    """The ids in the list; the figure says the same number."""
    ids = [one.id for one in office.review.open_items()]
    assert office.review.waiting().count == len(ids)
    assert office.books.figures(False, office.clock.today()).review_count == len(ids)
    return ids


def actions(office: OfficeBooks, invoice_id: str) -> list[str]:
    """The Verlauf, oldest first."""
    return [line.action for line in reversed(office.books.history(invoice_id))]
