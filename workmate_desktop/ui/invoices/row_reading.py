"""What the list reads: the books, or before they are open `store.opening.early_books`."""

from collections.abc import Collection
from typing import Protocol

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import InvoiceQuery


class RowReading(Protocol):
    """What the list reads. Quick enough for the GUI thread."""

    def invoice_page(
        self, query: InvoiceQuery, after: InvoiceRow | None = None, limit: int = 256
    ) -> list[InvoiceRow]:
        """The rows behind `after` in the order of `query`; from the first one when None."""
        ...

    def invoice_row(self, invoice_id: str) -> InvoiceRow | None:
        """One row as it is now; None when deleted."""
        ...

    def invoice_rows(self, invoice_ids: Collection[str]) -> dict[str, InvoiceRow]:
        """These rows as they are now, by id; deleted ones are left out."""
        ...

    def invoices_matching(self, query: InvoiceQuery, invoice_ids: Collection[str]) -> set[str]:
        """Those of the invoices that belong into the list of `query` now."""
        ...

    def invoice_matches(self, query: InvoiceQuery, invoice_id: str) -> bool:
        """Whether the invoice belongs into the list of `query` now."""
        ...

    def has_invoices(self, livemode: bool) -> bool:
        """Whether the book of real (True) or test invoices has any."""
        ...
