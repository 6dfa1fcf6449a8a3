"""Stand-ins for the editor: customers in memory, an Invoicing that notes what it is asked."""

from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import (
    Invoice,
    InvoiceDraft,
    InvoiceItem,
    InvoiceRow,
    InvoiceStatus,
    number_for,
    totals_of,
)
from workmate_desktop.domain.invoices.numbers import DEFAULT_FORMAT, NumberFormat, Numbering
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing

AYDIN = Customer("c-1", "Praxis Dr. Aydin", postal_code="50667", city="Köln")
LINDNER = Customer("c-2", "Bäckerei Lindner GmbH", city="Bonn")
MORGENROT = Customer("c-3", "Café Morgenrot")
TODAY = date(2026, 11, 23)


def item(
    description: str, quantity: str, unit: str, price_minor: int, rate: str = "19"
) -> InvoiceItem:
    """A position."""
    return InvoiceItem(description, Decimal(quantity), unit, price_minor, Decimal(rate))


PICTURED = (
    item("IT-Wartung vor Ort", "4", "Std.", 10000),
    item("Anfahrt", "1", "pausch.", 3500),
    item("Fachbuch Netzwerke", "1", "Stk.", 2804, "7"),
)
"""The positions of the picture: 463,04 € net, 547,65 € in all."""


@dataclass
class Customers(Books):
    """The books, as far as the editor reads them. `asked` has every search."""

    known: list[Customer] = field(default_factory=lambda: [AYDIN, LINDNER, MORGENROT])
    asked: list[str] = field(default_factory=list)
    stored: Invoice | None = None
    """The draft as it is stored now."""

    def invoice(self, invoice_id: str) -> Invoice | None:
        return self.stored

    def customer(self, customer_id: str) -> Customer | None:
        return next((c for c in self.known if c.id == customer_id), None)

    def customers(self, text: str = "", limit: int = 20) -> list[Customer]:
        self.asked.append(text)
        wanted = _folded(text)
        return [c for c in self.known if wanted in _folded(c.name)][:limit]


def _folded(text: str) -> str:
    return text.casefold().translate(str.maketrans("äöü", "aou"))


@dataclass
class Writing(Invoicing):
    """Notes (verb, what, invoice id). Answers at once, or when the test says so (`hold`)."""

    books: Customers
    calls: list[tuple[str, object, str | None]] = field(default_factory=list)
    seen: list[int | None] = field(default_factory=list)
    """The versions that were edited, call by call."""
    fail_with: Exception | None = None
    hold: bool = False
    running: int = 119
    number_format: NumberFormat = NumberFormat(DEFAULT_FORMAT)  # noqa: RUF009 - it never changes
    open: "list[tuple[Future[str], str]]" = field(default_factory=list)

    def save_draft(
        self, draft: InvoiceDraft, invoice_id: str | None = None, seen: int | None = None
    ) -> "Future[str]":
        self.seen.append(seen)
        self.calls.append(("save_draft", draft, invoice_id))
        return self._answer(invoice_id or "i-new")

    def issue(
        self, draft: InvoiceDraft, invoice_id: str | None = None, seen: int | None = None
    ) -> "Future[str]":
        self.seen.append(seen)
        self.calls.append(("issue", draft, invoice_id))
        return self._answer(invoice_id or "i-new")

    def next_number(self, issue_date: date, livemode: bool) -> str:
        return number_for(issue_date.year, 119 if livemode else 7, livemode=livemode)

    def numbering(self, year: int) -> Numbering:
        return Numbering(self.number_format, year, self.running)

    def begin_numbers(self, form: str, year: int, running: int) -> "Future[None]":
        self.calls.append(("begin_numbers", (form, year, running), None))
        future: Future[None] = Future()
        if self.fail_with is not None:
            future.set_exception(self.fail_with)
        else:
            future.set_result(None)
        return future

    def save_customer(self, customer: Customer) -> "Future[str]":
        self.calls.append(("save_customer", customer, None))
        new_id = customer.id or f"c-{len(self.books.known) + 1}"
        if self.fail_with is None:
            self.books.known.append(replace(customer, id=new_id))
        return self._answer(new_id)

    def _answer(self, result: str) -> "Future[str]":
        future: Future[str] = Future()
        if self.fail_with is not None:
            future.set_exception(self.fail_with)
        elif self.hold:
            self.open.append((future, result))
        else:
            future.set_result(result)
        return future

    def answer_now(self) -> None:
        """Resolve everything that was held."""
        while self.open:
            future, result = self.open.pop(0)
            future.set_result(result)

    def drafts(self, verb: str) -> list[InvoiceDraft]:
        """The drafts handed in with this verb."""
        return [what for name, what, _ in self.calls if name == verb]  # type: ignore[misc]


def draft_invoice(
    items: tuple[InvoiceItem, ...] = PICTURED,
    *,
    customer: Customer = AYDIN,
    issue_date: date | None = TODAY,
    due_date: date | None = date(2026, 12, 7),
    service_date: date | None = date(2026, 11, 20),
    note: str = "Zahlbar innerhalb von 14 Tagen ohne Abzug.",
    livemode: bool = True,
) -> Invoice:
    """A stored draft."""
    return Invoice(
        row=InvoiceRow(
            id="i-1",
            number=None,
            customer_name=customer.name,
            issue_date=issue_date,
            due_date=due_date,
            total_minor=totals_of(items).total_minor,
            paid_minor=0,
            currency="eur",
            status=InvoiceStatus.DRAFT,
            livemode=livemode,
            payment_failed=False,
        ),
        customer_id=customer.id,
        items=items,
        service_date=service_date,
        note=note,
        created_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )
