"""Writing that only the demo's throw-away database ever sees."""

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.store.transaction import Transaction


def issue_as(t: Transaction, invoice_id: str, number: str) -> None:
    """Open a draft under `number` instead of the next one of its book.

    Test invoices are called TEST-…, but the demo should look like a real office: RE-….
    Never for a real database: numbers given so are gapless only if the caller counts well.
    """
    t.raw.execute(
        "UPDATE invoices SET number = ?, status = ? WHERE id = ?",
        (number, InvoiceStatus.OPEN.value, invoice_id),
    )
    t.changed(InvoiceChanged(invoice_id))
