"""What Klärung nötig needs from the rest of the program, no more.

`services.review.Review`, `services.receive.Receive` and `bridge.Bridge` offer it; tests hand in
small fakes instead.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Protocol, TypeVar

from PySide6.QtCore import SignalInstance

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.review import (
    Decided,
    OthersPayments,
    ReviewItem,
    Suggestion,
    Waiting,
)
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.ui.kit.ports import Background

T = TypeVar("T")


class ItemReading(Protocol):
    """What the list reads. Quick enough for the GUI thread."""

    def open_items(self, after: ReviewItem | None = None, limit: int = 256) -> list[ReviewItem]:
        """What waits, newest first; the page behind `after`."""
        ...

    def decided_items(self, limit: int = 256) -> list[ReviewItem]:
        """What was decided, the newest decision first."""
        ...

    def not_ours_items(self, after: ReviewItem | None = None, limit: int = 256) -> list[ReviewItem]:
        """Payments of other programs, newest first; the page behind `after`."""
        ...

    def concerned(self, item_ids: Collection[str]) -> list[str]:
        """Those of these events and notices that stand in a list, or were ever decided."""
        ...

    def item(self, item_id: str) -> ReviewItem | None:
        """One item as it is now; None when it stands in no list."""
        ...


class Reviewing(ItemReading, Protocol):
    """All that the pages read and decide. Futures may carry a UserError."""

    def waiting(self) -> Waiting: ...

    def not_ours(self) -> OthersPayments: ...

    def hide_not_ours(self, hidden: bool) -> "Future[None]": ...

    def decisions_about(self, item_id: str) -> list[Decided]: ...

    def suggestions(self, item: ReviewItem) -> list[Suggestion]:
        """For the background."""
        ...

    def find_invoices(self, item: ReviewItem, text: str, limit: int = 50) -> list[InvoiceRow]: ...

    def assign(self, item_id: str, invoice_id: str) -> "Future[str]": ...

    def place_reversal(self, item_id: str, invoice_id: str) -> "Future[None]": ...

    def set_aside(self, item_id: str, reason: str) -> "Future[str]": ...

    def undo(self, decision_id: str) -> "Future[None]": ...


class Reprocessing(Protocol):
    """services.receive.Receive."""

    def reprocess(self, event_id: str) -> "Future[Outcome]": ...


RefundAsked = Callable[[str], None]
"""Opens Erstatten for the payment of this id. The item leaves the list by itself when the money
is back with the customer (services/booking/decide.py money_went_back)."""


class ReviewNews(Background, Protocol):
    """bridge.Bridge, as far as these pages listen."""

    @property
    def events_recorded(self) -> SignalInstance: ...

    @property
    def invoices_changed(self) -> SignalInstance: ...

    @property
    def notices_added(self) -> SignalInstance: ...

    @property
    def everything_changed(self) -> SignalInstance: ...
