"""What the Rechnungen tab needs from the rest of the program, no more.

`services.books.Books`, `services.invoicing.Invoicing` and `bridge.Bridge` offer it; tests hand in
small fakes instead.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from datetime import date, datetime
from typing import Protocol, TypeVar

from PySide6.QtCore import SignalInstance

from workmate_desktop.domain.history import HistoryLine
from workmate_desktop.domain.invoices.closings import Closing, OwedAgain
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceRow
from workmate_desktop.domain.invoices.lists import Figures
from workmate_desktop.domain.payments.payments import Payment, PaymentFee, RefundRequest
from workmate_desktop.ui.invoices.row_reading import RowReading
from workmate_desktop.ui.kit.ports import Background

T = TypeVar("T")


class InvoiceReading(RowReading, Protocol):
    """All that the tab reads."""

    def invoice(self, invoice_id: str) -> Invoice | None:
        """The whole invoice; None when deleted."""
        ...

    def customer(self, customer_id: str) -> Customer | None:
        """The customer; None when there is none."""
        ...

    def payments(self, invoice_id: str) -> list[Payment]:
        """Oldest first."""
        ...

    def fees(self, invoice_id: str) -> dict[str, PaymentFee]:
        """Payment id → what Stripe kept of it, where that is known."""
        ...

    def open_refunds(self, invoice_id: str) -> list[RefundRequest]:
        """Refunds that Stripe has not answered yet."""
        ...

    def owed_again(self, invoice_id: str) -> list[OwedAgain]:
        """Refunds of which staff said that their money is owed again."""
        ...

    def payment_with_reversals(self, payment_id: str) -> list[Payment]:
        """One payment, on an invoice or on none, and what of it has gone back."""
        ...

    def history(self, invoice_id: str) -> list[HistoryLine]:
        """Newest first."""
        ...

    def newest_history(
        self, invoice_ids: Collection[str], since: datetime
    ) -> list[tuple[InvoiceRow, list[HistoryLine]]]:
        """These invoices with their last lines since then, newest first; for the background."""
        ...

    def figures(self, livemode: bool, today: date) -> Figures:
        """Sums and counts of one book; for the background."""
        ...

    def has_invoices(self, livemode: bool) -> bool:
        """Whether this book holds anything at all."""
        ...


class InvoiceWriting(Protocol):
    """What the tab may change. Futures may carry a UserError."""

    def cancel(self, invoice_id: str, reason: str) -> Future[None]:
        """Stornieren; needs a reason."""
        ...

    def delete_draft(self, invoice_id: str) -> Future[None]:
        """Drafts only."""
        ...

    def add_manual_payment(
        self, invoice_id: str, amount_minor: int, method: str, received_on: date, note: str = ""
    ) -> Future[str]:
        """Money that came by bank transfer or cash."""
        ...

    def reverse_payment(self, payment_id: str, reason: str) -> Future[str]:
        """Take what was entered by hand back with a counter-entry."""
        ...

    def pay_and_close(
        self,
        invoice_id: str,
        amount_minor: int,
        method: str,
        received_on: date,
        note: str,
        closing: Closing,
    ) -> Future[str]:
        """Money that came, and Skonto or Ausbuchung for the rest: both or nothing."""
        ...

    def close_rest(self, invoice_id: str, closing: Closing) -> Future[str]:
        """Skonto or Ausbuchung alone."""
        ...

    def pay_back(
        self, invoice_id: str, amount_minor: int, method: str, paid_on: date, reason: str
    ) -> Future[str]:
        """Money that went back by bank transfer or cash."""
        ...

    def owe_again(self, refund_ids: Sequence[str], reason: str) -> Future[None]:
        """What these refunds gave back is owed again."""
        ...

    def not_owed_again(self, decision_ids: Sequence[str]) -> Future[None]:
        """It is not, after all."""
        ...


class Announcements(Background, Protocol):
    """The bridge: what changed, and work that must not stop the window."""

    @property
    def invoices_changed(self) -> SignalInstance:
        """Ids of invoices, coalesced."""
        ...

    @property
    def customers_changed(self) -> SignalInstance:
        """Ids of customers."""
        ...

    @property
    def events_recorded(self) -> SignalInstance:
        """Ids of Stripe events."""
        ...

    @property
    def everything_changed(self) -> SignalInstance:
        """Too much to name."""
        ...
