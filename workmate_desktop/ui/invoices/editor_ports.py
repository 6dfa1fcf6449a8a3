"""What the invoice editor needs from the rest of the program, no more.

`services.books.Books`, `services.invoicing.Invoicing` and `bridge.Bridge` offer it; tests hand in
small fakes instead.
"""

from concurrent.futures import Future
from datetime import date
from typing import Protocol, TypeVar

from workmate_desktop.domain.customers import Customer
from workmate_desktop.domain.invoices import InvoiceDraft
from workmate_desktop.domain.numbers import Numbering

T = TypeVar("T")


class CustomerReading(Protocol):
    """Finding customers. Quick enough for the GUI thread."""

    def customer(self, customer_id: str) -> Customer | None:
        """The customer; None when there is none."""
        ...

    def customers(self, text: str = "", limit: int = 20) -> list[Customer]:
        """Customers whose name holds `text`, case and umlauts folded."""
        ...


class CustomerWriting(Protocol):
    """Making a customer."""

    def save_customer(self, customer: Customer) -> Future[str]:
        """Store a customer; an empty id makes a new one. Gives the id. May carry a UserError."""
        ...


class EditorWriting(CustomerWriting, Protocol):
    """Saving what the editor holds. Futures may carry a UserError."""

    def save_draft(self, draft: InvoiceDraft, invoice_id: str | None = None) -> Future[str]:
        """Store a draft, or a new one without `invoice_id`. Gives the invoice's id."""
        ...

    def issue(self, draft: InvoiceDraft, invoice_id: str | None = None) -> Future[str]:
        """Store and issue in one transaction. Gives the invoice's id."""
        ...

    def next_number(self, issue_date: date, livemode: bool) -> str:
        """The number an invoice of this date would get now; a preview only."""
        ...

    def numbering(self, year: int) -> Numbering:
        """How the next real invoice of this year is numbered."""
        ...

    def begin_numbers(self, form: str, year: int, running: int) -> Future[None]:
        """Number real invoices like this from now on."""
        ...
