"""Stand-ins for services and bridge, in memory, for tests of widgets.

Each is a subclass of the class it stands for and never calls its __init__: so the type checker
holds what it overrides against the real signatures, and what it does not have fails at once.

    books = FakeBooks(); books.add(row(1, "Café Morgenrot"))
    bridge = FakeBridge(); bridge.invoices_changed.emit(("id-1",))

`FakeBooks` sorts and filters like the store does.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TypeVar

from PySide6.QtCore import QObject

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import HistoryLine
from workmate_desktop.domain.invoices.closings import OwedAgain
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import (
    Invoice,
    InvoiceItem,
    InvoiceRow,
    InvoiceStatus,
)
from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.domain.payments.payments import Payment, PaymentFee, RefundRequest
from workmate_desktop.services.books import Books

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOSTILE = (
    "<img src=x>",
    "<b>fett</b>",
    "<a href='file:///etc/passwd'>Klick</a>",
    "<table><tr><td>x",
    "&lt;img src=x&gt;",
    "'; DROP TABLE invoices; --",
    "100% _ %s {0} %1",
    "\u202eHbmG\u202c GmbH",
    "🍞 Bäckerei 🥨",
    "Zeile eins\nZeile zwei",
    "&Kürzel && Söhne",
    "A" * 300,
)


class FakeClock(Clock):
    """Stands still until `moment` is set. The office is one hour ahead of UTC."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.local(self.moment).date()

    def stripe_now(self) -> float:
        return self.moment.timestamp()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(timezone(timedelta(hours=1)))

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=1)))


class FakeBridge(Bridge):
    """The signals of the bridge; work runs at once, or when `run_waiting` is called."""

    def __init__(self, parent: QObject | None = None) -> None:
        QObject.__init__(self, parent)  # neither threads nor timers
        self.hold = False
        self.waiting: list[Callable[[], None]] = []

    def run_in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        def run() -> None:
            try:
                result = work()
            except Exception as error:
                if failed is None:
                    raise  # the real bridge logs it
                failed(error)
            else:
                done(result)

        self.waiting.append(run)
        if not self.hold:
            self.run_waiting()

    def run_waiting(self) -> None:
        """Do everything that was put aside."""
        while self.waiting:
            self.waiting.pop(0)()

    def when_done(
        self,
        future: "Future[T]",
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        self.run_in_background(future.result, done, failed, owner)


def row(
    serial: int,
    customer: str = "Praxis Dr. Aydin",
    status: InvoiceStatus = InvoiceStatus.OPEN,
    *,
    total: int = 47600,
    paid: int | None = None,
    days: int = 14,
    failed: bool = False,
    livemode: bool = True,
) -> InvoiceRow:
    """A believable row; `days` until it is due. Its id is `id-<serial>`."""
    is_draft = status is InvoiceStatus.DRAFT
    due = TODAY + timedelta(days=days)
    if paid is None:
        paid = total if status is InvoiceStatus.PAID else 0
    return InvoiceRow(
        id=f"id-{serial}" if livemode else f"test-{serial}",
        number=None if is_draft else f"{'RE' if livemode else 'TEST'}-2026-{serial:04d}",
        customer_name=customer,
        issue_date=None if is_draft else due - timedelta(days=14),
        due_date=None if is_draft else due,
        total_minor=total,
        paid_minor=paid,
        currency="eur",
        status=status,
        livemode=livemode,
        payment_failed=failed,
    )


@dataclass
class FakeBooks(Books):
    """Invoices in memory. `calls` counts what was read."""

    rows: dict[str, InvoiceRow] = field(default_factory=dict)
    payments_of: dict[str, list[Payment]] = field(default_factory=dict)
    fees_of: dict[str, dict[str, PaymentFee]] = field(default_factory=dict)
    open_refunds_of: dict[str, list[RefundRequest]] = field(default_factory=dict)
    history_of: dict[str, list[HistoryLine]] = field(default_factory=dict)
    items_of: dict[str, tuple[InvoiceItem, ...]] = field(default_factory=dict)
    owed_again_of: dict[str, list[OwedAgain]] = field(default_factory=dict)
    buyers: dict[str, Customer] = field(default_factory=dict)
    cancel_reasons: dict[str, str] = field(default_factory=dict)
    review_count: int = 0
    calls: dict[str, int] = field(default_factory=dict)

    def add(self, *rows: InvoiceRow) -> None:
        """Store or replace rows."""
        self.rows.update({row.id: row for row in rows})

    def change(self, invoice_id: str, **values: object) -> InvoiceRow:
        """Change one row as a booking would."""
        self.rows[invoice_id] = replace(self.rows[invoice_id], **values)  # type: ignore[arg-type]
        return self.rows[invoice_id]

    def pay(self, invoice_id: str, at: datetime = NOW, amount: int | None = None) -> None:
        """Book a payment by Stripe: row, payment and history line."""
        row = self.rows[invoice_id]
        amount = row.total_minor - row.paid_minor if amount is None else amount
        paid = row.paid_minor + amount
        status = InvoiceStatus.PAID if paid >= row.total_minor else InvoiceStatus.PARTIALLY_PAID
        self.change(invoice_id, paid_minor=paid, status=status, payment_failed=False)
        serial = len(self.payments_of.get(invoice_id, [])) + 1
        self.payments_of.setdefault(invoice_id, []).append(
            Payment(
                f"pay-{invoice_id}-{serial}",
                invoice_id,
                amount,
                row.currency,
                "card",
                row.livemode,
                at,
                at,
                stripe_payment_intent_id=f"pi_{invoice_id}_{serial}",
            )
        )
        self.log(invoice_id, "payment_booked", at, "stripe", amount_minor=amount, currency="eur")

    def fail(self, invoice_id: str, decline_code: str, at: datetime = NOW) -> None:
        """Record a declined payment."""
        row = self.change(invoice_id, payment_failed=True)
        self.log(
            invoice_id,
            "payment_failed",
            at,
            "stripe",
            amount_minor=row.total_minor,
            currency=row.currency,
            decline_code=decline_code,
        )

    def log(
        self, invoice_id: str, action: str, at: datetime, actor: str, **detail: object
    ) -> HistoryLine:
        """Add a history line; newest first."""
        lines = self.history_of.setdefault(invoice_id, [])
        line = HistoryLine(f"h-{invoice_id}-{len(lines)}", invoice_id, at, action, actor, detail)
        lines.insert(0, line)
        return line

    def _count(self, name: str) -> None:
        self.calls[name] = self.calls.get(name, 0) + 1

    # Books

    def invoice_page(
        self, query: InvoiceQuery, after: InvoiceRow | None = None, limit: int = 256
    ) -> list[InvoiceRow]:
        self._count("invoice_page")
        rows = [row for row in self.rows.values() if _matches(row, query)]
        rows.sort(key=lambda row: _key(row, query), reverse=query.descending)
        if after is not None:
            last = self.rows.get(after.id)
            if last is None:
                return []
            border = _key(last, query)
            rows = [
                row
                for row in rows
                if (_key(row, query) < border if query.descending else _key(row, query) > border)
            ]
        return rows[:limit]

    def invoice_count(self, query: InvoiceQuery) -> int:
        return sum(_matches(row, query) for row in self.rows.values())

    def invoice_row(self, invoice_id: str) -> InvoiceRow | None:
        self._count("invoice_row")
        return self.rows.get(invoice_id)

    def invoice_rows(self, invoice_ids: Collection[str]) -> dict[str, InvoiceRow]:
        self._count("invoice_rows")
        return {one: self.rows[one] for one in invoice_ids if one in self.rows}

    def invoices_matching(self, query: InvoiceQuery, invoice_ids: Collection[str]) -> set[str]:
        self._count("invoices_matching")
        return {i for i in invoice_ids if i in self.rows and _matches(self.rows[i], query)}

    def invoice_matches(self, query: InvoiceQuery, invoice_id: str) -> bool:
        self._count("invoice_matches")
        return invoice_id in self.rows and _matches(self.rows[invoice_id], query)

    def invoice(self, invoice_id: str) -> Invoice | None:
        self._count("invoice")
        row = self.rows.get(invoice_id)
        if row is None:
            return None
        default = (InvoiceItem("IT-Wartung vor Ort", Decimal(4), "Std.", 10000, Decimal(19)),)
        return Invoice(
            row=row,
            customer_id="c-1",
            items=self.items_of.get(invoice_id, default),
            service_date=None,
            note="",
            created_at=NOW - timedelta(days=3),
            cancel_reason=self.cancel_reasons.get(invoice_id, ""),
            buyer=self.buyers.get(invoice_id),
        )

    def customer(self, customer_id: str) -> Customer | None:
        return Customer(customer_id, "Praxis Dr. Aydin", email="praxis@example.org")

    def customers(self, text: str = "", limit: int = 20) -> list[Customer]:
        return [Customer("c-1", "Praxis Dr. Aydin")][:limit]

    def payments(self, invoice_id: str) -> list[Payment]:
        return list(self.payments_of.get(invoice_id, []))

    def fees(self, invoice_id: str) -> dict[str, PaymentFee]:
        return dict(self.fees_of.get(invoice_id, {}))

    def open_refunds(self, invoice_id: str) -> list[RefundRequest]:
        return list(self.open_refunds_of.get(invoice_id, []))

    def owed_again(self, invoice_id: str) -> list[OwedAgain]:
        return list(self.owed_again_of.get(invoice_id, []))

    def history(self, invoice_id: str) -> list[HistoryLine]:
        self._count("history")
        return list(self.history_of.get(invoice_id, []))

    def newest_history(
        self, invoice_ids: Collection[str], since: datetime
    ) -> list[tuple[InvoiceRow, list[HistoryLine]]]:
        self._count("newest_history")
        return [
            (self.rows[key], [x for x in self.history_of.get(key, []) if x.at >= since])
            for key in invoice_ids
            if key in self.rows
        ]

    def figures(self, livemode: bool, today: date) -> Figures:
        self._count("figures")
        rows = [row for row in self.rows.values() if row.livemode == livemode]
        base = InvoiceQuery(livemode, today)
        counts = {
            wanted: self.invoice_count(replace(base, filter=wanted)) for wanted in InvoiceFilter
        }
        return Figures(
            outstanding_minor=sum(row.outstanding_minor for row in rows),
            overdue_minor=sum(row.outstanding_minor for row in rows if row.overdue(today)),
            paid_this_month_minor=sum(row.paid_minor for row in rows),
            review_count=self.review_count,
            review_money=self.review_count,
            counts=counts,
        )

    def has_invoices(self, livemode: bool) -> bool:
        return any(row.livemode == livemode for row in self.rows.values())


def _key(row: InvoiceRow, query: InvoiceQuery) -> tuple[object, ...]:
    value: object = {
        InvoiceSort.NUMBER: row.number or "~",
        InvoiceSort.CUSTOMER: row.customer_name.casefold(),
        InvoiceSort.ISSUE_DATE: row.issue_date or date.max,
        InvoiceSort.DUE_DATE: row.due_date or date.max,
        InvoiceSort.TOTAL: row.total_minor,
        InvoiceSort.PAID: row.paid_minor,
        InvoiceSort.STATUS: row.status.value,
    }[query.sort]
    return (value, row.id)


def _matches(row: InvoiceRow, query: InvoiceQuery) -> bool:
    if row.livemode != query.livemode:
        return False
    text = query.text.strip().casefold()
    if text and text not in f"{row.number} {row.customer_name} {row.total_minor}".casefold():
        return False
    return {
        InvoiceFilter.ALL: True,
        InvoiceFilter.OPEN: row.outstanding_minor > 0,
        InvoiceFilter.OVERDUE: row.overdue(query.today),
        InvoiceFilter.FAILED: row.payment_failed,
        InvoiceFilter.PAID: row.status is InvoiceStatus.PAID,
        InvoiceFilter.PAID_THIS_MONTH: row.status is InvoiceStatus.PAID,
        InvoiceFilter.DRAFTS: row.status is InvoiceStatus.DRAFT,
        InvoiceFilter.CANCELLED: row.status is InvoiceStatus.CANCELLED,
    }[query.filter]
