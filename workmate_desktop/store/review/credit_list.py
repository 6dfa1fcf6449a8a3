"""Credits and moved money, as the lists and panels read them."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.review import Credit, Decision, KeptCredit, MovedMoney
from workmate_desktop.store.common.owed import too_much_of
from workmate_desktop.store.common.tables import invoices, review_decisions
from workmate_desktop.store.review.items import undone

_D = review_decisions.alias("d")
_OLDER = review_decisions.alias("older")
_U = review_decisions.alias("used")
_NAMED = invoices.alias("origin")
_TARGET = invoices.alias("target")


def _used(credit: Any) -> ColumnElement[bool]:
    """Kept for an invoice that is not cancelled, or moved there."""
    return exists(
        select(_U.c.id)
        .join(_TARGET, _TARGET.c.id == _U.c.invoice_id)
        .where(
            _U.c.credit_id == credit.c.id,
            _U.c.kind == Decision.CREDIT_USED.value,
            _TARGET.c.status != InvoiceStatus.CANCELLED.value,
            ~undone(_U),
        )
    )


def _moved(credit: Any) -> ColumnElement[bool]:
    """Its money counts for another invoice, so it is no longer on its own."""
    moved = review_decisions.alias("moved")
    return exists(
        select(moved.c.id).where(
            moved.c.credit_id == credit.c.id, moved.c.payment_id.is_not(None), ~undone(moved)
        )
    )


def _covered() -> ColumnElement[bool]:
    """What is too much on the invoice of the credit is enough for it and for the older ones."""
    older = select(func.sum(_OLDER.c.amount_minor)).where(
        _OLDER.c.invoice_id == _D.c.invoice_id,
        _OLDER.c.kind == Decision.CREDIT_KEPT.value,
        _OLDER.c.id <= _D.c.id,
        ~undone(_OLDER),
        ~_moved(_OLDER),
    )
    return older.scalar_subquery() <= too_much_of(_NAMED)


def open_credits(connection: Connection, customer_id: str, *, livemode: bool) -> list[Credit]:
    """Credits of this customer that stand on no invoice yet, oldest first.

    When money went back, what is left on their invoice covers the oldest ones.
    """
    query = (
        select(_D, _NAMED.c.number, _NAMED.c.customer_id)
        .join(_NAMED, _NAMED.c.id == _D.c.invoice_id)
        .where(
            _D.c.kind == Decision.CREDIT_KEPT.value,
            _D.c.livemode == int(livemode),
            _NAMED.c.customer_id == customer_id,
            ~undone(_D),
            ~_used(_D),
            _covered(),
        )
        .order_by(_D.c.at, _D.c.id)
    )
    return [_credit(row) for row in connection.execute(query)]


def chosen_credits(connection: Connection, invoice_id: str) -> list[Credit]:
    """Credits that are kept for this draft, oldest first."""
    query = (
        select(_D, _NAMED.c.number, _NAMED.c.customer_id)
        .join(_NAMED, _NAMED.c.id == _D.c.invoice_id)
        .join(_U, _U.c.credit_id == _D.c.id)
        .where(
            _U.c.invoice_id == invoice_id,
            _U.c.kind == Decision.CREDIT_USED.value,
            _U.c.payment_id.is_(None),
            ~undone(_U),
        )
        .order_by(_D.c.at, _D.c.id)
    )
    return [_credit(row) for row in connection.execute(query)]


def _credit(row: Row[Any]) -> Credit:
    return Credit(
        id=row.id,
        customer_id=row.customer_id,
        invoice_id=row.invoice_id,
        invoice_label=row.number or "",
        amount_minor=row.amount_minor,
        currency=row.currency,
        livemode=bool(row.livemode),
        kept_at=from_text(row.at),
    )


def credits_of(connection: Connection, invoice_id: str) -> list[KeptCredit]:
    """Credits that were kept of this invoice's money and are still here, oldest first."""
    used_on = (
        select(func.ifnull(_TARGET.c.number, ""))
        .join(_U, _U.c.invoice_id == _TARGET.c.id)
        .where(
            _U.c.credit_id == _D.c.id,
            _U.c.kind == Decision.CREDIT_USED.value,
            _TARGET.c.status != InvoiceStatus.CANCELLED.value,
            ~undone(_U),
        )
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            _D.c.id,
            _D.c.amount_minor,
            _D.c.currency,
            used_on.label("used_on"),
            _covered().label("covered"),
        )
        .join(_NAMED, _NAMED.c.id == _D.c.invoice_id)
        .where(
            _D.c.invoice_id == invoice_id,
            _D.c.kind == Decision.CREDIT_KEPT.value,
            ~undone(_D),
            ~_moved(_D),
        )
        .order_by(_D.c.at, _D.c.id)
    )
    return [
        KeptCredit(row.id, row.amount_minor, row.currency, row.used_on, bool(row.covered))
        for row in connection.execute(query)
    ]


# With a `+`, SQLite does not take the index of `reverses_id`, where nearly all rows are.
_MOVES = """
SELECT d.id, d.kind, here.invoice_id, ti.number, away.invoice_id, fi.number,
    sum(here.amount_minor), here.currency
FROM payments mine
JOIN payments away ON away.moved_by = mine.moved_by AND away.amount_minor < 0
    AND away.reversal_of = mine.reversal_of AND +away.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments u WHERE u.reverses_id = away.id)
JOIN payments here ON here.moved_by = mine.moved_by AND here.amount_minor > 0
    AND here.reversal_of = mine.reversal_of AND +here.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments u WHERE u.reverses_id = here.id)
JOIN review_decisions d ON d.id = mine.moved_by
JOIN invoices ti ON ti.id = here.invoice_id JOIN invoices fi ON fi.id = away.invoice_id
WHERE mine.invoice_id = ? AND mine.kind = 'moved' AND +mine.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments u WHERE u.reverses_id = mine.id)
GROUP BY d.id ORDER BY max(mine.rowid) DESC"""


def moves_of(connection: Connection, invoice_id: str) -> list[MovedMoney]:
    """Money that was moved to or from this invoice and still is, the newest first."""
    found = connection.exec_driver_sql(_MOVES, (invoice_id,))
    return [
        MovedMoney(
            id=decision,
            here=to_id == invoice_id,
            credit=kind == Decision.CREDIT_USED.value,
            other_id=from_id if to_id == invoice_id else to_id,
            other_label=(from_number if to_id == invoice_id else to_number) or "",
            amount_minor=minor,
            currency=currency,
        )
        for decision, kind, to_id, to_number, from_id, from_number, minor, currency in found
    ]


_SPLIT = """
SELECT p.invoice_id FROM payments p WHERE p.stripe_payment_intent_id = ?1
UNION SELECT here.invoice_id FROM payments p
JOIN payments here ON here.reversal_of = p.id AND here.kind = 'moved'
JOIN review_decisions d ON d.id = here.moved_by AND d.kind <> 'credit_used'
WHERE p.stripe_payment_intent_id = ?1 AND here.amount_minor > 0 AND +here.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments u WHERE u.reverses_id = here.id)"""


def split_invoices(connection: Connection, intent_id: str) -> list[str]:
    """Every invoice that this payment was for; a credit of it gives way before that is asked."""
    return [row[0] for row in connection.exec_driver_sql(_SPLIT, (intent_id,)) if row[0]]
