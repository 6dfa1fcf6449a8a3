"""What the lists of the window ask for and get: queries, figures, rows of events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first rows of the invoices need not wait for it
    from workmate_desktop.domain.stripe.events import Outcome, Source


class InvoiceFilter(StrEnum):
    """The chips and clickable figures above the invoice list."""

    ALL = "all"
    OPEN = "open"
    """Open and partly paid, overdue ones included."""
    OVERDUE = "overdue"
    FAILED = "failed"
    PAID = "paid"
    PAID_THIS_MONTH = "paid_this_month"
    DRAFTS = "drafts"
    CANCELLED = "cancelled"


class InvoiceSort(StrEnum):
    """Sortable columns of the invoice list."""

    NUMBER = "number"
    CUSTOMER = "customer"
    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    TOTAL = "total"
    PAID = "paid"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class InvoiceQuery:
    """What the invoice list shows. `livemode` False: the book of test invoices."""

    livemode: bool
    today: date
    filter: InvoiceFilter = InvoiceFilter.ALL
    text: str = ""
    sort: InvoiceSort = InvoiceSort.NUMBER
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """The four figures and the counts of the chips. Amounts in minor units of `currency`.

    Invoices in other currencies are counted, but not added to the sums.
    """

    currency: str = "eur"
    outstanding_minor: int = 0
    overdue_minor: int = 0
    paid_this_month_minor: int = 0
    review_count: int = 0
    review_money: int = 0
    """How many of these are payments; the others are failed attempts and unreadable messages."""
    counts: Mapping[InvoiceFilter, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One stored Stripe event. `detail` holds codes (reason, decline_code …), no personal data.

    `answer_ms` is the measured time from the first byte to our answer; None when it did not
    come over HTTP in this run of the program. `invoice_label` is the invoice's number, or None.
    """

    id: str
    type: str
    created_at: datetime
    received_at: datetime
    source: "Source"
    outcome: "Outcome"
    livemode: bool
    payment_intent_id: str | None
    invoice_id: str | None
    invoice_label: str | None
    amount_minor: int | None
    currency: str | None
    detail: Mapping[str, object]
    answer_ms: float | None = None


class EventFilter(StrEnum):
    """Filters above the list of events."""

    ALL = "all"
    ERRORS = "errors"
    """Failed payments and everything in review."""
    REVIEW = "review"
