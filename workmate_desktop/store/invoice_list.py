"""The invoice list: sorted, filtered and searched in SQL, a page at a time, by key.

Sorting walks an index and stops after a page, so that 100,000 invoices cost what 100 do.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from workmate_desktop.domain.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.lists import Figures, InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.store.folding import search_variants
from workmate_desktop.store.invoice_rows import row_of
from workmate_desktop.store.owed import IS_OWED, OWED_STATUSES, UNPAID_MINOR
from workmate_desktop.store.review_list import waiting
from workmate_desktop.store.tables import invoices, payments

Span = tuple[str, str]
"""A span of time as the database writes it: from (included), to (excluded)."""

# ifnull, spelled as in the indexes; SQLite uses an expression index only for the same words.
_EMPTY: ColumnElement[str] = literal_column("''")
_SORT: Mapping[InvoiceSort, ColumnElement[Any]] = {
    InvoiceSort.NUMBER: invoices.c.sort_number,
    InvoiceSort.CUSTOMER: invoices.c.sort_customer,
    InvoiceSort.ISSUE_DATE: func.ifnull(invoices.c.issue_date, _EMPTY),
    InvoiceSort.DUE_DATE: func.ifnull(invoices.c.due_date, _EMPTY),
    InvoiceSort.TOTAL: invoices.c.total_minor,
    InvoiceSort.PAID: invoices.c.paid_minor,
    InvoiceSort.STATUS: invoices.c.status,
}
# ifnull: SQLite is to look at what is owed, not at all that ever failed in ten years.
_FAILED = and_(
    func.ifnull(invoices.c.last_failed_at, _EMPTY) != _EMPTY,
    invoices.c.status.in_(OWED_STATUSES),
    or_(
        invoices.c.last_paid_at.is_(None),
        invoices.c.last_failed_at > invoices.c.last_paid_at,
    ),
)
_SHORTEST_INDEXED = 3  # the trigram index cannot find less


def invoice_page(
    connection: Connection,
    query: InvoiceQuery,
    month: Span,
    after_id: str | None,
    limit: int,
) -> list[InvoiceRow]:
    """The page that follows the invoice `after_id`; the first page for None."""
    key = _SORT[query.sort]
    if query.filter is InvoiceFilter.FAILED:
        # A handful among very many: found by status and then sorted. For the plain column SQLite
        # would walk the whole list in order, looking for them.
        key = func.coalesce(key, _EMPTY)
    statement = _filtered(select(invoices), query, month)
    if query.descending:
        statement = statement.order_by(key.desc(), invoices.c.row_no.desc())
    else:
        statement = statement.order_by(key, invoices.c.row_no)
    if after_id is not None:
        last = connection.execute(
            select(key.label("key"), invoices.c.row_no).where(invoices.c.id == after_id)
        ).one_or_none()
        if last is None:
            return []
        here = tuple_(key, invoices.c.row_no)
        there = tuple_(literal(last.key), literal(last.row_no))
        statement = statement.where(here < there if query.descending else here > there)
    return [row_of(row) for row in connection.execute(statement.limit(limit)).mappings()]


def invoice_count(connection: Connection, query: InvoiceQuery, month: Span) -> int:
    """How many invoices the query finds."""
    statement = _filtered(select(func.count()).select_from(invoices), query, month)
    return int(connection.execute(statement).scalar_one())


def invoice_row(connection: Connection, invoice_id: str) -> InvoiceRow | None:
    """One row, as it is now."""
    found = (
        connection.execute(select(invoices).where(invoices.c.id == invoice_id))
        .mappings()
        .one_or_none()
    )
    return None if found is None else row_of(found)


def invoices_matching(
    connection: Connection, query: InvoiceQuery, month: Span, invoice_ids: Collection[str]
) -> set[str]:
    """Those of the invoices that belong into the list now."""
    statement = _filtered(select(invoices.c.id), query, month)
    wanted = statement.where(invoices.c.id.in_(list(invoice_ids)))
    return set(connection.execute(wanted).scalars())


def invoice_matches(
    connection: Connection, query: InvoiceQuery, month: Span, invoice_id: str
) -> bool:
    """Whether this invoice belongs into the list now."""
    statement = _filtered(select(invoices.c.id), query, month).where(invoices.c.id == invoice_id)
    return connection.execute(statement).first() is not None


def figures(connection: Connection, query: InvoiceQuery, month: Span) -> Figures:
    """The figures and counts above the list, for the book and the day of `query`."""
    livemode = int(query.livemode)
    rest, euros = UNPAID_MINOR, invoices.c.currency == "eur"
    late = invoices.c.due_date < query.today.isoformat()
    # Two readings: the sums look only at what may be owed, a few of very many invoices.
    owed = connection.execute(
        select(
            func.count().label("how_many"),
            func.ifnull(func.sum(rest).filter(euros), 0).label("rest"),
            func.count().filter(late).label("late"),
            func.ifnull(func.sum(rest).filter(late, euros), 0).label("late_rest"),
        ).where(invoices.c.livemode == livemode, IS_OWED)
    ).one()
    # One by one: SQLite counts one value of an index in half the time of a grouping.
    how_many = {
        status: connection.execute(
            select(func.count())
            .select_from(invoices)
            .where(invoices.c.livemode == livemode, invoices.c.status == status.value)
        ).scalar_one()
        for status in InvoiceStatus
    }
    paid = connection.execute(
        select(func.ifnull(func.sum(payments.c.amount_minor), 0)).where(
            # What lies in Klärung nötig belongs to no invoice yet: it has paid none.
            payments.c.invoice_id.is_not(None),
            payments.c.livemode == livemode,
            payments.c.currency == "eur",
            payments.c.received_at >= month[0],
            payments.c.received_at < month[1],
        )
    ).scalar_one()
    failed = connection.execute(
        select(func.count()).select_from(invoices).where(invoices.c.livemode == livemode, _FAILED)
    ).scalar_one()

    review = waiting(connection)

    return Figures(
        outstanding_minor=owed.rest,
        overdue_minor=owed.late_rest,
        paid_this_month_minor=paid,
        review_count=review.count,
        review_money=review.money,
        counts={
            InvoiceFilter.ALL: sum(how_many.values()),
            InvoiceFilter.OPEN: owed.how_many,
            InvoiceFilter.OVERDUE: owed.late,
            InvoiceFilter.FAILED: failed,
            InvoiceFilter.PAID: how_many[InvoiceStatus.PAID],
            InvoiceFilter.DRAFTS: how_many[InvoiceStatus.DRAFT],
            InvoiceFilter.CANCELLED: how_many[InvoiceStatus.CANCELLED],
        },
    )


def _filtered(statement: Select[Any], query: InvoiceQuery, month: Span) -> Select[Any]:
    statement = statement.where(invoices.c.livemode == int(query.livemode))
    match query.filter:
        case InvoiceFilter.ALL:
            pass
        case InvoiceFilter.OPEN:
            statement = statement.where(IS_OWED)
        case InvoiceFilter.OVERDUE:
            statement = statement.where(IS_OWED, invoices.c.due_date < query.today.isoformat())
        case InvoiceFilter.FAILED:
            statement = statement.where(_FAILED)
        case InvoiceFilter.PAID:
            statement = statement.where(invoices.c.status == InvoiceStatus.PAID.value)
        case InvoiceFilter.PAID_THIS_MONTH:
            statement = statement.where(
                exists(
                    select(payments.c.id).where(
                        payments.c.invoice_id == invoices.c.id,
                        payments.c.received_at >= month[0],
                        payments.c.received_at < month[1],
                        payments.c.amount_minor > 0,
                        payments.c.reversal_of.is_(None),
                    )
                )
            )
        case InvoiceFilter.DRAFTS:
            statement = statement.where(invoices.c.status == InvoiceStatus.DRAFT.value)
        case InvoiceFilter.CANCELLED:
            statement = statement.where(invoices.c.status == InvoiceStatus.CANCELLED.value)
    return _searched(statement, query.text)


def _searched(statement: Select[Any], wanted: str) -> Select[Any]:
    """Number, customer or amount contains `wanted`; %, _ and quotes are plain letters."""
    variants = search_variants(wanted)
    if not variants:
        return statement
    if all(len(variant) >= _SHORTEST_INDEXED for variant in variants):
        phrases = " OR ".join('"' + variant.replace('"', '""') + '"' for variant in variants)
        hits = text(
            "invoices.row_no IN"
            " (SELECT rowid FROM invoice_search WHERE invoice_search MATCH :phrases)"
        ).bindparams(phrases=phrases)
        return statement.where(hits)
    return statement.where(
        or_(*(invoices.c.search_text.contains(v, autoescape=True) for v in variants))
    )
