"""What the invoice editor needs from the rest of the program, no more.

`services.books.Books`, `services.invoicing.Invoicing` and `bridge.Bridge` offer it; tests hand in
small fakes instead.
"""

from concurrent.futures import Future
from datetime import date
from typing import Protocol, TypeVar

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceDraft
from workmate_desktop.domain.invoices.numbers import Numbering

T = TypeVar("T")


class CustomerReading(Protocol):
    """Finding customers. Quick enough for the GUI thread."""

    def customer(self, customer_id: str) -> Customer | None:
        """The customer; None when there is none."""
        ...

    def customers(self, text: str = "", limit: int = 20) -> list[Customer]:
        """Customers whose name holds `text`, case and umlauts folded."""
        ...


class EditorReading(CustomerReading, Protocol):
    """What the editor reads."""

    def invoice(self, invoice_id: str) -> Invoice | None:
        """A draft as it is stored now; None when it is gone."""
        ...


class CustomerWriting(Protocol):
    """Making a customer, and correcting one."""

    def save_customer(self, customer: Customer) -> Future[str]:
        """Store a customer; an empty id makes a new one. Gives the id. May carry a UserError;
        customer_changed when another version than `customer.version` is stored."""
        ...


class EditorWriting(CustomerWriting, Protocol):
    """Saving what the editor holds. Futures may carry a UserError."""

    def save_draft(
        self, draft: InvoiceDraft, invoice_id: str | None = None, seen: int | None = None
    ) -> Future[str]:
        """Store a draft, or a new one without `invoice_id`. Gives the invoice's id. `seen` is the
        version that was edited; with a newer one: UserError draft_changed."""
        ...

    def issue(
        self, draft: InvoiceDraft, invoice_id: str | None = None, seen: int | None = None
    ) -> Future[str]:
        """Store and issue in one transaction. Gives the invoice's id. As `save_draft`."""
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
