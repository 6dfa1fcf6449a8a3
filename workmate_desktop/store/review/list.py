"""The list Klärung nötig: what waits, what was decided, and which invoices may fit."""

import heapq
import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.invoices.invoices import OWED, InvoiceStatus
from workmate_desktop.domain.review import (
    Candidate,
    Decided,
    Decision,
    ReviewItem,
    ReviewList,
    WaitingCount,
)
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, Outcome
from workmate_desktop.store.common.owed import UNPAID_MINOR
from workmate_desktop.store.common.tables import (
    invoices,
    notices,
    review_decisions,
    stripe_events,
)
from workmate_desktop.store.events.write import NOT_OURS
from workmate_desktop.store.invoices.rows import row_of
from workmate_desktop.store.review.items import (
    DECISION,
    IN_FORCE,
    LATER,
    NAMED,
    TARGET,
    WAITS,
    decided_of,
    decisions,
    event_item,
    notice_item,
    of_events,
    undone,
)

_D, _U, _TARGET, _NAMED, _undone = DECISION, LATER, TARGET, NAMED, undone
_OLDER = review_decisions.alias("older")
_UNREADABLE = and_(
    notices.c.kind == NoticeKind.UNREADABLE_EVENT.value,
    ~exists(select(_D.c.id).where(_D.c.item_id == notices.c.id, IN_FORCE)),
)
_LARGEST_CANDIDATES = 50


def waiting(connection: Connection) -> WaitingCount:
    """How many items wait for a decision."""
    paid = and_(
        stripe_events.c.type == PAYMENT_SUCCEEDED, stripe_events.c.amount_minor.is_not(None)
    )
    money = func.ifnull(func.sum(case((paid, 1), else_=0)), 0)
    events, payments_ = connection.execute(select(func.count(), money).where(WAITS)).one()
    unreadable = select(func.count()).select_from(notices).where(_UNREADABLE)
    return WaitingCount(
        int(events) + int(connection.execute(unreadable).scalar_one()), int(payments_)
    )


def open_items(connection: Connection, after: ReviewItem | None, limit: int) -> list[ReviewItem]:
    """What waits, newest first; the page behind the item `after`."""
    events = of_events(WAITS).order_by(stripe_events.c.created_at.desc(), stripe_events.c.id.desc())
    unreadable = (
        select(notices).where(_UNREADABLE).order_by(notices.c.at.desc(), notices.c.id.desc())
    )
    if after is not None:
        key = _key_of(connection, after)
        events = events.where(tuple_(stripe_events.c.created_at, stripe_events.c.id) < key)
        unreadable = unreadable.where(tuple_(notices.c.at, notices.c.id) < key)
    found = [event_item(row) for row in connection.execute(events.limit(limit)).mappings()]
    others = [notice_item(row) for row in connection.execute(unreadable.limit(limit)).mappings()]
    merged = heapq.merge(found, others, key=lambda item: (item.at, item.id), reverse=True)
    return [item for _, item in zip(range(limit), merged, strict=False)]


def decided_items(connection: Connection, limit: int) -> list[ReviewItem]:
    """What was decided and not taken back, the newest decision first."""
    query = decisions().where(IN_FORCE).order_by(_D.c.at.desc(), _D.c.id.desc()).limit(limit)
    items = []
    for row in connection.execute(query).mappings():
        item = _item(connection, row["item_id"], decided_of(row))
        if item is not None:
            items.append(item)
    return items


def review_item(connection: Connection, item_id: str) -> ReviewItem | None:
    """One item as it is now: waiting, decided, or another program's; None when it is no item."""
    query = decisions().where(_D.c.item_id == item_id, IN_FORCE).order_by(_D.c.id.desc())
    row = connection.execute(query).mappings().first()
    return _item(connection, item_id, None if row is None else decided_of(row))


def concerned(connection: Connection, item_ids: Collection[str]) -> list[str]:
    """Those of these events and notices that stand in a list, or were ever decided.

    One statement for many: nearly every event is booked and never stands in this list.
    """
    ids = json.dumps(list(item_ids))
    return list(connection.exec_driver_sql(_CONCERNED, (ids,)).scalars())


_CONCERNED = f"""
SELECT n.value FROM json_each(?) AS n WHERE
    EXISTS (SELECT 1 FROM stripe_events WHERE id = n.value
        AND outcome = '{Outcome.NEEDS_REVIEW.value}')
    OR EXISTS (SELECT 1 FROM stripe_events WHERE id = n.value AND {NOT_OURS})
    OR EXISTS (SELECT 1 FROM review_decisions WHERE item_id = n.value)
    OR EXISTS (SELECT 1 FROM notices WHERE id = n.value
        AND kind = '{NoticeKind.UNREADABLE_EVENT.value}')"""


def decisions_about(connection: Connection, item_id: str) -> list[Decided]:
    """All that was ever decided about an event, newest first, what took it back among it."""
    query = decisions().where(_D.c.item_id == item_id).order_by(_D.c.at.desc(), _D.c.id.desc())
    return [decided_of(row) for row in connection.execute(query).mappings()]


def assignments_of(connection: Connection, invoice_id: str) -> dict[str, str]:
    """Payments that staff put on this invoice: payment id → id of the decision in force."""
    query = select(_D.c.payment_id, _D.c.id).where(
        _D.c.invoice_id == invoice_id,
        _D.c.kind == Decision.ASSIGNED.value,
        ~_undone(_D),
    )
    return {row.payment_id: row.id for row in connection.execute(query)}


def _item(connection: Connection, item_id: str, decided: Decided | None) -> ReviewItem | None:
    condition = stripe_events.c.id == item_id
    row = connection.execute(of_events(condition)).mappings().first()
    if row is not None:
        waits = row["outcome"] == Outcome.NEEDS_REVIEW.value
        item = event_item(row, decided)
        others = item.lies_in is ReviewList.NOT_OURS and item.is_money
        return item if waits or others or decided is not None else None
    row = (
        connection.execute(
            select(notices).where(
                notices.c.id == item_id, notices.c.kind == NoticeKind.UNREADABLE_EVENT.value
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else notice_item(row, decided)


def _key_of(connection: Connection, item: ReviewItem) -> Any:
    """The place of an item as it is stored: rows from outside have other fractions of seconds."""
    query = select(notices.c.at).where(notices.c.id == item.id)
    if not item.unreadable:
        query = select(stripe_events.c.created_at).where(stripe_events.c.id == item.id)
    at = connection.execute(query).scalar_one_or_none() or to_text(item.at)
    return tuple_(literal(at), literal(item.id))


# --- invoices that may fit -----------------------------------------------------------------


def customers_of(connection: Connection, numbers: Collection[str]) -> frozenset[str]:
    """The customers of these invoices, whatever became of them."""
    query = select(invoices.c.customer_id).where(invoices.c.number.in_(numbers))
    return frozenset(found for found in connection.execute(query).scalars() if found)


def candidates(
    connection: Connection,
    *,
    livemode: bool,
    currency: str,
    amount_minor: int,
    numbers: Collection[str],
    customers: Collection[str],
) -> list[Candidate]:
    """Issued invoices of this book and currency for which anything speaks, each once."""
    owed = invoices.c.status.in_([status.value for status in OWED])
    rest = UNPAID_MINOR
    conditions = [and_(owed, or_(rest == amount_minor, invoices.c.total_minor == amount_minor))]
    if numbers:
        payable = invoices.c.status.not_in(
            [InvoiceStatus.DRAFT.value, InvoiceStatus.CANCELLED.value]
        )
        conditions.append(and_(payable, invoices.c.number.in_(numbers)))
    if customers:
        conditions.append(and_(owed, invoices.c.customer_id.in_(customers)))
    found: dict[str, Candidate] = {}
    for condition in conditions:
        query = (
            select(invoices)
            .where(invoices.c.livemode == int(livemode), invoices.c.currency == currency, condition)
            .order_by(invoices.c.row_no.desc())
            .limit(_LARGEST_CANDIDATES)
        )
        for row in connection.execute(query).mappings():
            found[row["id"]] = Candidate(row_of(row), row["customer_id"] or "")
    return list(found.values())
