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

from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.domain.payments.payments import NO_MONEY_RECEIVED
from workmate_desktop.domain.review import WaitingCount
from workmate_desktop.store.common.folding import search_variants
from workmate_desktop.store.common.owed import (
    IS_OWED,
    IS_PARTLY_REFUNDED,
    OWED_STATUSES,
    PARTLY_REFUNDED_PLAIN,
    UNPAID_PLAIN,
)
from workmate_desktop.store.common.tables import invoices, payments
from workmate_desktop.store.invoices import search as invoice_search
from workmate_desktop.store.invoices.rows import row_of

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
    InvoiceSort.PAID: invoices.c.paid_minor - invoices.c.closed_minor,
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
_AS_THEY_CAME = frozenset({InvoiceSort.NUMBER, InvoiceSort.ISSUE_DATE, InvoiceSort.DUE_DATE})
"""Orders that are nearly the one in which the invoices were written."""


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
    last: tuple[Any, int] | None = None
    if after_id is not None:
        place = select(key.label("key"), invoices.c.row_no).where(invoices.c.id == after_id)
        found = connection.execute(place).one_or_none()
        if found is None:
            return []
        last = (found.key, found.row_no)
    statement = _ordered(_of_filter(select(invoices), query, month), key, query.descending, last)
    variants = search_variants(query.text)
    if variants:
        texts = _of_filter(select(invoices.c.search_text), query, month)
        hits = invoice_search.look_up(
            connection,
            variants,
            _ordered(texts, key, query.descending, last),
            limit,
            newest_first=query.descending,
        )
        if hits is not None and hits.complete:
            # Few: read and then sorted, as above.
            few = func.coalesce(key, _EMPTY)
            statement = _of_filter(select(invoices), query, month).where(hits.these())
            statement = _ordered(statement, few, query.descending, last)
        elif hits is not None and query.sort in _AS_THEY_CAME:
            statement = statement.where(hits.these_and_beyond())
        else:
            statement = statement.where(invoice_search.matches(variants))
    return [row_of(row) for row in connection.execute(statement.limit(limit)).mappings()]


def _ordered(
    statement: Select[Any], key: ColumnElement[Any], descending: bool, last: tuple[Any, int] | None
) -> Select[Any]:
    """In the order of `key`, what follows the row `last`."""
    here = tuple_(key, invoices.c.row_no)
    if last is not None:
        there = tuple_(literal(last[0]), literal(last[1]))
        statement = statement.where(here < there if descending else here > there)
    if descending:
        return statement.order_by(key.desc(), invoices.c.row_no.desc())
    return statement.order_by(key, invoices.c.row_no)


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


def figures(
    connection: Connection, query: InvoiceQuery, month: Span, review: WaitingCount
) -> Figures:
    """The figures and counts above the list, for the book and the day of `query`. `review` is what
    waits in Klärung nötig."""
    livemode = int(query.livemode)
    values = {"livemode": livemode, "today": query.today.isoformat()}
    owed = connection.execute(_OWED, values).one()
    # One by one: SQLite counts one value of an index in half the time of a grouping.
    how_many = {
        status: connection.execute(
            select(func.count())
            .select_from(invoices)
            .where(invoices.c.livemode == livemode, invoices.c.status == status.value)
        ).scalar_one()
        for status in InvoiceStatus
        if status is not InvoiceStatus.PAID
    }
    everything = _in_book(connection, query.livemode)
    paid = connection.execute(
        select(func.ifnull(func.sum(payments.c.amount_minor), 0)).where(
            # What lies in Klärung nötig belongs to no invoice yet: it has paid none.
            payments.c.invoice_id.is_not(None),
            payments.c.livemode == livemode,
            payments.c.currency == "eur",
            payments.c.received_at >= month[0],
            payments.c.received_at < month[1],
            _MONEY_RECEIVED,
        )
    ).scalar_one()
    partly_refunded = connection.execute(_PARTLY_REFUNDED, values).scalar_one()
    failed = connection.execute(_OWED_FAILED, values).scalar_one()

    return Figures(
        outstanding_minor=owed.rest,
        overdue_minor=owed.late_rest,
        paid_this_month_minor=paid,
        review_count=review.count,
        review_money=review.money,
        counts={
            InvoiceFilter.ALL: everything,
            InvoiceFilter.OPEN: owed.how_many,
            InvoiceFilter.OVERDUE: owed.late,
            InvoiceFilter.FAILED: failed,
            # Nearly all of ten years: what is left costs less than counting them.
            InvoiceFilter.PAID: everything - sum(how_many.values()) + partly_refunded,
            InvoiceFilter.DRAFTS: how_many[InvoiceStatus.DRAFT],
            InvoiceFilter.CANCELLED: how_many[InvoiceStatus.CANCELLED],
        },
    )


_MONEY_RECEIVED = or_(
    payments.c.kind.is_(None),
    payments.c.kind.not_in([kind.value for kind in NO_MONEY_RECEIVED]),
)
_PARTLY_REFUNDED = text(f"""
SELECT count(*) FROM invoices INDEXED BY invoices_forgiven
WHERE livemode = :livemode AND {PARTLY_REFUNDED_PLAIN}""")
# As the partial indexes invoices_owed and invoices_owed_failed say it, or SQLite cannot use them;
# the same as IS_OWED and _FAILED, which a test compares.
_OWED = text(f"""
SELECT count(*) AS how_many,
    ifnull(sum({UNPAID_PLAIN})
        FILTER (WHERE currency = 'eur'), 0) AS rest,
    count(*) FILTER (WHERE due_date < :today) AS late,
    ifnull(sum({UNPAID_PLAIN})
        FILTER (WHERE currency = 'eur' AND due_date < :today), 0) AS late_rest
FROM invoices INDEXED BY invoices_owed
WHERE livemode = :livemode AND status IN ('open', 'partially_paid')
    AND {UNPAID_PLAIN} > 0""")
_OWED_FAILED = text("""
SELECT count(*) FROM invoices INDEXED BY invoices_owed_failed
WHERE livemode = :livemode AND status IN ('open', 'partially_paid')
    AND last_failed_at IS NOT NULL AND last_failed_at <> ''
    AND (last_paid_at IS NULL OR last_failed_at > last_paid_at)""")


def _in_book(connection: Connection, livemode: bool) -> int:
    """How many invoices the book has. Real ones are what is left of all: without a condition
    SQLite counts the pages of the smallest index, and test invoices are few.
    """
    test = select(func.count()).select_from(invoices).where(invoices.c.livemode == 0)
    in_test = int(connection.execute(test).scalar_one())
    if not livemode:
        return in_test
    return (
        int(connection.execute(select(func.count()).select_from(invoices)).scalar_one()) - in_test
    )


def _filtered(statement: Select[Any], query: InvoiceQuery, month: Span) -> Select[Any]:
    """Number, customer or amount contains the text of `query` as well."""
    statement = _of_filter(statement, query, month)
    variants = search_variants(query.text)
    return statement.where(invoice_search.matches(variants)) if variants else statement


def _of_filter(statement: Select[Any], query: InvoiceQuery, month: Span) -> Select[Any]:
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
            paid = invoices.c.status == InvoiceStatus.PAID.value
            statement = statement.where(or_(paid, IS_PARTLY_REFUNDED))
        case InvoiceFilter.PAID_THIS_MONTH:
            statement = statement.where(
                exists(
                    select(payments.c.id).where(
                        payments.c.invoice_id == invoices.c.id,
                        payments.c.received_at >= month[0],
                        payments.c.received_at < month[1],
                        payments.c.amount_minor > 0,
                        payments.c.kind.is_(None),
                    )
                )
            )
        case InvoiceFilter.DRAFTS:
            statement = statement.where(invoices.c.status == InvoiceStatus.DRAFT.value)
        case InvoiceFilter.CANCELLED:
            statement = statement.where(invoices.c.status == InvoiceStatus.CANCELLED.value)
    return statement
