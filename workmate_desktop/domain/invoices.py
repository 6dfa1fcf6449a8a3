"""Invoices: their amounts, and the one place that decides their status."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class InvoiceStatus(StrEnum):
    """The stored status. Überfällig, Überzahlt and Zahlung fehlgeschlagen are derived."""

    DRAFT = "draft"
    OPEN = "open"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    CANCELLED = "cancelled"


OWED = (InvoiceStatus.OPEN, InvoiceStatus.PARTIALLY_PAID)


def status_after(current: InvoiceStatus, total_minor: int, paid_minor: int) -> InvoiceStatus:
    """The status of an invoice whose payments sum up to `paid_minor`.

    The only place that decides it. A draft stays a draft and a cancelled invoice cancelled,
    whatever money comes; everything else follows from the sum alone, so that events may come
    in any order and a late failure never un-pays.
    """
    if current in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED):
        return current
    if paid_minor >= total_minor:
        return InvoiceStatus.PAID
    if paid_minor > 0:
        return InvoiceStatus.PARTIALLY_PAID
    return InvoiceStatus.OPEN


def outstanding_after(
    status: InvoiceStatus,
    total_minor: int,
    paid_minor: int,
    refunded_minor: int,
    charged_back_minor: int,
) -> int:
    """What the customer still has to pay, in minor units; never below 0.

    The only place that decides it (store/owed.py says the same in SQL). What the office gave back
    itself is not owed again, though the status follows from the sum; what a bank took back
    (disputes, returned debits) is. `paid_minor` contains both already.

    Where more came than was asked for, a refund gives the excess back first, and that was never
    owed: of what is missing, at least what the bank took is owed then. It follows from the sums
    alone, because Stripe may tell of a refund and of a dispute in any order.
    """
    if status not in OWED:
        return 0
    missing = total_minor - paid_minor
    return max(0, min(missing, max(missing - refunded_minor, charged_back_minor)))


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """One position. `quantity` and `tax_rate_percent` are exact decimals."""

    description: str
    quantity: Decimal
    unit: str
    unit_price_minor: int
    tax_rate_percent: Decimal

    def net_minor(self) -> int:
        """Quantity × unit price, rounded half up to whole minor units."""
        return _rounded(self.quantity * self.unit_price_minor)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Net and VAT of all positions with one rate, in minor units."""

    rate_percent: Decimal
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an invoice in minor units; `by_rate` has the highest rate first."""

    by_rate: tuple[TaxLine, ...]

    @property
    def net_minor(self) -> int:
        """All positions without VAT."""
        return sum(line.net_minor for line in self.by_rate)

    @property
    def tax_minor(self) -> int:
        """All VAT."""
        return sum(line.tax_minor for line in self.by_rate)

    @property
    def total_minor(self) -> int:
        """What the customer owes."""
        return self.net_minor + self.tax_minor


def totals_of(items: tuple[InvoiceItem, ...] | list[InvoiceItem]) -> Totals:
    """Net and VAT per rate, VAT rounded once per rate (§ 14 Abs. 4 Nr. 7, 8 UStG)."""
    net_by_rate: dict[Decimal, int] = {}
    for item in items:
        rate = item.tax_rate_percent.normalize()
        net_by_rate[rate] = net_by_rate.get(rate, 0) + item.net_minor()
    return Totals(
        tuple(
            TaxLine(rate, net, _rounded(net * rate / 100))
            for rate, net in sorted(net_by_rate.items(), reverse=True)
        )
    )


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """What the editor hands in: everything of an invoice that staff type.

    `livemode` False makes a Testrechnung. `due_date` may not be before `issue_date`.
    """

    customer_id: str
    issue_date: date
    due_date: date
    items: tuple[InvoiceItem, ...]
    service_date: date | None = None
    note: str = ""
    currency: str = "eur"
    livemode: bool = True


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row of the list. Dates of drafts are those typed so far."""

    id: str
    number: str | None
    customer_name: str
    issue_date: date | None
    due_date: date | None
    total_minor: int
    paid_minor: int
    currency: str
    status: InvoiceStatus
    livemode: bool
    payment_failed: bool
    """Marker Zahlung fehlgeschlagen: the newest attempt failed and nothing was paid after it."""
    running_since: datetime | None = None
    """Marker Zahlung läuft: the customer has paid by a method that takes days (UTC)."""
    refunded_minor: int = 0
    """What the office gave back of Stripe payments; contained in `paid_minor` already."""
    charged_back_minor: int = 0
    """What banks fetched again (disputes, returned debits); contained in `paid_minor` already."""

    @property
    def refunded(self) -> bool:
        """Marker Erstattet: it was paid, and all of it was given back by the office itself.

        The stored status is `open`, but nobody owes anything: never overdue, not in the sums.
        """
        return (
            self.status in OWED
            and self.refunded_minor > 0
            and self.paid_minor <= 0
            and self.outstanding_minor == 0
        )

    @property
    def partly_refunded(self) -> bool:
        """Marker Teilweise erstattet: the office gave back a part; that part is not owed."""
        return self.status in OWED and self.refunded_minor > 0 and not self.refunded

    @property
    def charged_back(self) -> bool:
        """Marker Zurückgebucht: it is owed again because the customer's bank took money back."""
        return self.status in OWED and self.charged_back_minor > 0

    @property
    def overpaid(self) -> bool:
        """Marker Überzahlt: more received than owed."""
        return self.status is not InvoiceStatus.DRAFT and self.paid_minor > self.total_minor

    @property
    def outstanding_minor(self) -> int:
        """What is still owed; 0 for drafts, cancelled, paid and refunded invoices."""
        return outstanding_after(
            self.status,
            self.total_minor,
            self.paid_minor,
            self.refunded_minor,
            self.charged_back_minor,
        )

    def overdue(self, today: date) -> bool:
        """Überfällig: owed, and the due date has passed."""
        return self.outstanding_minor > 0 and self.due_date is not None and self.due_date < today


@dataclass(frozen=True, slots=True)
class Invoice:
    """A whole invoice as stored, with its positions."""

    row: InvoiceRow
    customer_id: str
    items: tuple[InvoiceItem, ...]
    service_date: date | None
    note: str
    created_at: datetime
    cancel_reason: str = ""

    @property
    def totals(self) -> Totals:
        """Sums per VAT rate."""
        return totals_of(self.items)


def number_for(year: int, running: int, *, livemode: bool) -> str:
    """RE-2026-0001 for real invoices, TEST-2026-0001 for test invoices."""
    return f"{'RE' if livemode else 'TEST'}-{year}-{running:04d}"
