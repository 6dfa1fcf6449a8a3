"""Invoices: their amounts, and the one place that decides their status."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.owed import owed_minor, too_much_minor
from workmate_desktop.domain.payments.money import exponent


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


PRICE_DECIMALS = 4
"""A unit price may have so many decimals of a whole unit: 0,3424 €/kWh."""


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """One position. `quantity` and `tax_rate_percent` are exact decimals."""

    description: str
    quantity: Decimal
    unit: str
    unit_price_minor: int
    """Rounded half up where `fine_price` says it exactly."""
    tax_rate_percent: Decimal
    fine_price: Decimal | None = None
    """The unit price in minor units where it is finer than one of them, such as 34.24 cents."""

    @classmethod
    def priced(
        cls, description: str, quantity: Decimal, unit: str, price: Decimal, rate: Decimal
    ) -> "InvoiceItem":
        """With an exact unit price in minor units, whole or not."""
        whole = _rounded(price)
        return cls(description, quantity, unit, whole, rate, None if price == whole else price)

    @property
    def price(self) -> Decimal:
        """The exact unit price in minor units."""
        return Decimal(self.unit_price_minor) if self.fine_price is None else self.fine_price

    def fine_enough(self, currency: str) -> bool:
        """Whether the price has no more decimals than are kept."""
        places = PRICE_DECIMALS - exponent(currency)
        return self.price == round(self.price, places)

    def net_minor(self) -> int:
        """Quantity × unit price, rounded half up to whole minor units."""
        return _rounded(self.quantity * self.price)


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
    credit_ids: tuple[str, ...] | None = None
    """Credits that issuing deducts; None leaves those that were chosen before."""


class Reckoned:
    """What follows from the stored sums of an invoice, in minor units (domain/invoices/owed.py)."""

    __slots__ = ()
    status: InvoiceStatus
    total_minor: int
    paid_minor: int
    closed_minor: int
    forgiven_minor: int
    corrected_minor: int

    @property
    def asked_minor(self) -> int:
        """What the invoice asks for today: its total with all corrections; 0 when cancelled."""
        if self.status is InvoiceStatus.CANCELLED:
            return 0
        return self.total_minor + self.corrected_minor

    @property
    def outstanding_minor(self) -> int:
        """What is still owed; 0 for drafts, cancelled, paid and refunded invoices."""
        if self.status not in OWED:
            return 0
        return owed_minor(self.asked_minor, self.paid_minor, self.forgiven_minor)

    @property
    def overpaid_minor(self) -> int:
        """How much of the money that is here nobody asked for; 0 for drafts."""
        if self.status is InvoiceStatus.DRAFT:
            return 0
        paid, forgiven = self.paid_minor, self.forgiven_minor
        covered = paid + forgiven <= self.total_minor + self.corrected_minor
        if covered and self.status is not InvoiceStatus.CANCELLED:
            return 0  # nearly every invoice
        return too_much_minor(self.asked_minor, paid, self.closed_minor, forgiven)


@dataclass(frozen=True, slots=True)
class InvoiceRow(Reckoned):
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
    """What the office gave back; contained in `paid_minor` already. Only for showing."""
    charged_back_minor: int = 0
    """What banks fetched again (disputes, returned debits); contained in `paid_minor` already.
    Only for showing."""
    closed_minor: int = 0
    """What Skonto and Ausbuchungen closed; contained in `paid_minor`, and no money."""
    forgiven_minor: int = 0
    """What was given back on purpose, so that it is not owed again (domain/invoices/owed.py)."""
    corrected_minor: int = 0
    """What its Stornorechnung and Rechnungskorrekturen take off the total; never above 0."""

    @property
    def received_minor(self) -> int:
        """The money that is here for it; below 0 where more went than came: a loss."""
        return self.paid_minor - self.closed_minor

    @property
    def refunded(self) -> bool:
        """Marker Erstattet: all that came was given back on purpose.

        The stored status is `open`, but nobody owes anything: never overdue, not in the sums.
        Comes money again, all of it is owed again.
        """
        return self._settled_by_refund and self.received_minor <= 0

    @property
    def partly_refunded(self) -> bool:
        """Marker Bezahlt · x erstattet: paid, and a part was given back on purpose.

        It counts as paid wherever invoices are counted or shown; the stored status follows the
        sum.
        """
        return self._settled_by_refund and self.received_minor > 0

    @property
    def _settled_by_refund(self) -> bool:
        # Few invoices have anything forgiven: asked first, since each painted row asks.
        if self.forgiven_minor <= 0 or self.outstanding_minor:
            return False
        return self.status not in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED)

    @property
    def charged_back(self) -> bool:
        """Marker Zurückgebucht: it is owed again because the customer's bank took money back."""
        return self.outstanding_minor > 0 and self.charged_back_minor > 0

    @property
    def overpaid(self) -> bool:
        """Marker Überzahlt: money is here that nobody asked for."""
        return self.overpaid_minor > 0

    @property
    def payable_minor(self) -> int:
        """How much money may come now without being too much. Of a refunded invoice nothing is
        owed, but once money comes again, all of it is (domain/invoices/owed.py)."""
        if self.refunded:
            return owed_minor(self.asked_minor, self.paid_minor, 0)
        return self.outstanding_minor

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
    buyer: Customer | None = None
    """Who it was issued to, as it stands on it; of a draft the customer of today. None: nobody."""
    version: int = field(default=0, compare=False)
    """Which one was read: saving a draft refuses to overwrite a newer one."""

    @property
    def totals(self) -> Totals:
        """Sums per VAT rate."""
        return totals_of(self.items)


def number_for(year: int, running: int, *, livemode: bool) -> str:
    """RE-2026-0001 for real invoices, TEST-2026-0001 for test invoices."""
    return f"{'RE' if livemode else 'TEST'}-{year}-{running:04d}"
