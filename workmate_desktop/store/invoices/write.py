"""Invoices: written as drafts, issued once with a number, then only their status changes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from workmate_desktop.domain.changes import InvoiceChanged, InvoiceRemoved
from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import (
    PRICE_DECIMALS,
    Invoice,
    InvoiceDraft,
    InvoiceItem,
    InvoiceStatus,
    Reckoned,
    totals_of,
)
from workmate_desktop.domain.payments.money import exponent
from workmate_desktop.store.common.tables import invoice_items, invoices
from workmate_desktop.store.common.values import date_or_none, storable
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.events.deleted_test_data import note_deletion
from workmate_desktop.store.invoices.customers import customer, frozen_buyer
from workmate_desktop.store.invoices.numbers import FORGET_TEST_NUMBERS, NumberVerbs
from workmate_desktop.store.invoices.rows import row_of
from workmate_desktop.store.payments.links import PaymentLinkVerbs

_FOR_BOOKING = """
SELECT id, number, status, livemode, currency, total_minor, paid_minor, last_failed_at,
    running_since, closed_minor, refunded_minor, forgiven_minor, corrected_minor
FROM invoices WHERE {column} = ?"""
_BY_ID = _FOR_BOOKING.format(column="id")
_BY_NUMBER = _FOR_BOOKING.format(column="number")

_STATUS = {status.value: status for status in InvoiceStatus}


@dataclass(frozen=True, slots=True)
class InvoiceToBook(Reckoned):
    """What booking needs to know of an invoice. Amounts in minor units of `currency`."""

    id: str
    number: str | None
    status: InvoiceStatus
    livemode: bool
    currency: str
    total_minor: int
    paid_minor: int
    last_failed_at: str | None
    running_since: str | None = None
    closed_minor: int = 0
    refunded_minor: int = 0
    forgiven_minor: int = 0
    corrected_minor: int = 0


# As CONTRACT has it: decimal text with up to four places.
_PRICE = re.compile(rf"-?[0-9]{{1,12}}(\.[0-9]{{1,{PRICE_DECIMALS}}})?", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)


class InvoiceVerbs:
    """What a transaction can do with invoices."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._numbers = NumberVerbs(unit)
        self._payment_links = PaymentLinkVerbs(unit)

    def to_book(self, reference: str) -> InvoiceToBook | None:
        """The invoice whose id, or else whose number, is `reference`."""
        row = self._unit.raw.execute(_BY_ID, (reference,)).fetchone()
        if row is None:
            row = self._unit.raw.execute(_BY_NUMBER, (reference,)).fetchone()
        if row is None:
            return None
        invoice_id, number, status, livemode, *others = row
        return InvoiceToBook(invoice_id, number, _STATUS[status], bool(livemode), *others)

    def set_status(self, invoice_id: str, status: InvoiceStatus) -> None:
        """Write the status that domain.invoices.status_after decided."""
        self._unit.raw.execute(
            "UPDATE invoices SET status = ? WHERE id = ?", (status.value, invoice_id)
        )
        self._unit.changed(InvoiceChanged(invoice_id))

    def set_forgiven(self, invoice_id: str, forgiven_minor: int) -> None:
        """Write what domain.owed.fold decided."""
        self._unit.raw.execute(
            "UPDATE invoices SET forgiven_minor = ? WHERE id = ?", (forgiven_minor, invoice_id)
        )

    def set_last_failure(self, invoice_id: str, at: str | None) -> None:
        """Stripe's time of the newest failed attempt that was not paid after all."""
        self._unit.raw.execute(
            "UPDATE invoices SET last_failed_at = ? WHERE id = ?", (at, invoice_id)
        )

    def set_running(self, invoice_id: str, since: str | None) -> None:
        """Stripe's time since when a payment of several days is under way."""
        self._unit.raw.execute(
            "UPDATE invoices SET running_since = ? WHERE id = ?", (since, invoice_id)
        )
        self._unit.changed(InvoiceChanged(invoice_id))

    def save_draft(self, draft: InvoiceDraft, invoice_id: str | None) -> str:
        """Insert a draft (None) or replace one. Returns the id. The caller checked its status."""
        values = {
            "customer_id": draft.customer_id,
            "status": InvoiceStatus.DRAFT.value,
            "livemode": int(draft.livemode),
            "currency": draft.currency,
            "total_minor": totals_of(draft.items).total_minor,
            "issue_date": draft.issue_date.isoformat(),
            "due_date": draft.due_date.isoformat(),
            "service_date": draft.service_date.isoformat() if draft.service_date else None,
            "note": storable(draft.note),
        }
        core = self._unit.core
        if invoice_id is None:
            invoice_id = self._unit.new_id()
            core.execute(
                insert(invoices)
                .inline()
                .values(id=invoice_id, created_at=self._unit.now_text(), **values)
            )
        else:
            newer = {"version": invoices.c.version + 1, **values}
            core.execute(update(invoices).where(invoices.c.id == invoice_id).values(newer))
            core.execute(delete(invoice_items).where(invoice_items.c.invoice_id == invoice_id))
        if draft.items:
            core.execute(
                insert(invoice_items),
                [
                    {
                        "id": self._unit.new_id(),
                        "invoice_id": invoice_id,
                        "position": position,
                        "description": storable(item.description),
                        "quantity": str(item.quantity),
                        "unit": storable(item.unit),
                        "unit_price_minor": item.unit_price_minor,
                        "unit_price": price_text(item.price, draft.currency),
                        "tax_rate_percent": str(item.tax_rate_percent),
                    }
                    for position, item in enumerate(draft.items, start=1)
                ],
            )
        self._unit.changed(InvoiceChanged(invoice_id))
        return invoice_id

    def issue(self, invoice_id: str, year: int, *, livemode: bool) -> str:
        """Give the next number of the year and open the invoice. Returns the number.

        Read and written in one BEGIN IMMEDIATE transaction: gapless, and never given twice.
        """
        number = self._numbers.take(year, livemode=livemode)
        self._unit.core.execute(
            update(invoices)
            .where(invoices.c.id == invoice_id)
            .values(number=number, status=InvoiceStatus.OPEN.value)
        )
        self._unit.changed(InvoiceChanged(invoice_id))
        return number

    def cancel(self, invoice_id: str, reason: str) -> None:
        """Storno. The number stays taken."""
        self._unit.core.execute(
            update(invoices)
            .where(invoices.c.id == invoice_id)
            .values(status=InvoiceStatus.CANCELLED.value, cancel_reason=storable(reason))
        )
        self._unit.changed(InvoiceChanged(invoice_id))

    def delete_draft(self, invoice_id: str) -> None:
        """Remove a draft and its positions; its Verlauf stays."""
        core = self._unit.core
        core.execute(delete(invoice_items).where(invoice_items.c.invoice_id == invoice_id))
        core.execute(delete(invoices).where(invoices.c.id == invoice_id))
        self._unit.changed(InvoiceRemoved(invoice_id))

    def delete_test_data(self) -> int:
        """Remove all test invoices, test payments and test events. Returns how many invoices."""
        count = int(
            self._unit.raw.execute("SELECT count(*) FROM invoices WHERE livemode = 0").fetchone()[0]
        )
        note_deletion(self._unit)
        self._payment_links.orphan_test_links()
        for statement in (
            "DELETE FROM notices WHERE invoice_id IN (SELECT id FROM invoices WHERE livemode = 0)"
            " OR event_id IN (SELECT id FROM stripe_events WHERE livemode = 0)",
            "DELETE FROM money_times WHERE object_id IN"
            " (SELECT id FROM review_decisions WHERE livemode = 0)",
            "DELETE FROM review_decisions WHERE livemode = 0 AND undoes_id IS NOT NULL",
            "DELETE FROM review_decisions WHERE livemode = 0 AND credit_id IS NOT NULL",
            "DELETE FROM review_decisions WHERE livemode = 0",
            "DELETE FROM invoice_history WHERE livemode = 0",
            "DELETE FROM charges WHERE intent_id IN (SELECT payment_intent_id FROM stripe_events"
            " WHERE livemode = 0 AND payment_intent_id IS NOT NULL)",
            "DELETE FROM payment_fees WHERE payment_id IN"
            " (SELECT id FROM payments WHERE livemode = 0)",
            "DELETE FROM refund_requests WHERE livemode = 0",
            "DELETE FROM money_times WHERE object_id IN"
            " (SELECT id FROM payments WHERE livemode = 0"
            " UNION SELECT stripe_payment_intent_id FROM payments WHERE livemode = 0"
            " UNION SELECT stripe_object_id FROM payments WHERE livemode = 0"
            " UNION SELECT json_extract(detail, '$.object_id') FROM stripe_events"
            " WHERE livemode = 0"
            " UNION SELECT payment_intent_id FROM stripe_events WHERE livemode = 0)",
            "DELETE FROM payments WHERE livemode = 0"
            " AND (reverses_id IS NOT NULL OR reversal_of IS NOT NULL)",
            "DELETE FROM payments WHERE livemode = 0",
            "DELETE FROM invoice_items WHERE invoice_id IN"
            " (SELECT id FROM invoices WHERE livemode = 0)",
            "DELETE FROM invoices WHERE livemode = 0",
            "DELETE FROM stripe_events WHERE livemode = 0",
            FORGET_TEST_NUMBERS,
        ):
            self._unit.raw.execute(statement)
        return count

    def get(self, invoice_id: str) -> Invoice | None:
        """One whole invoice, as this transaction sees it."""
        return invoice(self._unit.core, invoice_id)


def invoice(connection: Connection, invoice_id: str) -> Invoice | None:
    """One whole invoice with its positions."""
    found = (
        connection.execute(select(invoices).where(invoices.c.id == invoice_id))
        .mappings()
        .one_or_none()
    )
    if found is None:
        return None
    items = connection.execute(
        select(invoice_items)
        .where(invoice_items.c.invoice_id == invoice_id)
        .order_by(invoice_items.c.position)
    ).mappings()
    return Invoice(
        row=row_of(found),
        customer_id=found["customer_id"] or "",
        items=_items(list(items), found["currency"]),
        service_date=date_or_none(found["service_date"]),
        note=found["note"],
        created_at=from_text(found["created_at"]),
        cancel_reason=found["cancel_reason"],
        buyer=_buyer(connection, found),
        version=found["version"],
    )


def _buyer(connection: Connection, found: Mapping[Any, Any]) -> Customer | None:
    """As it stands on the invoice; of a draft, and where nothing was frozen, as it is today."""
    customer_id = found["customer_id"] or ""
    buyer = frozen_buyer(found["snapshot"], customer_id)
    return customer(connection, customer_id) if buyer is None else buyer


def price_text(price: Decimal, currency: str) -> str:
    """A unit price in minor units as `unit_price` holds it: 34.24 cents are 0.3424."""
    whole_units = price.normalize().scaleb(-exponent(currency))
    places = max(exponent(currency), -int(whole_units.as_tuple().exponent))
    return f"{whole_units:.{places}f}"


def _price(row: Mapping[Any, Any], currency: str) -> Decimal:
    """Rows of other programs have none, or one that cannot be: then the rounded one counts."""
    text = row["unit_price"]
    if text is not None and _PRICE.fullmatch(str(text)):
        return Decimal(str(text)).scaleb(exponent(currency))
    return Decimal(row["unit_price_minor"])


def _number(found: object) -> Decimal:
    """A quantity or a rate. Other programs may write any text: what is no number counts nothing,
    and the editor asks for it before such a draft is saved again."""
    text = str(found).strip().replace(",", ".")
    return Decimal(text) if _NUMBER.fullmatch(text) else Decimal(0)


def _items(rows: Sequence[Mapping[Any, Any]], currency: str) -> tuple[InvoiceItem, ...]:
    return tuple(
        InvoiceItem.priced(
            row["description"],
            _number(row["quantity"]),
            row["unit"] or "",
            _price(row, currency),
            _number(row["tax_rate_percent"]),
        )
        for row in rows
    )
