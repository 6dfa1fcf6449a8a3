"""The list of events as the window reads it: page by page, newest first."""

import heapq
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, true, tuple_

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.invoices.lists import EventFilter, EventRow
from workmate_desktop.domain.payments.payments import PaymentAttempt
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.domain.text import simplified
from workmate_desktop.store.common.tables import invoices, stripe_events
from workmate_desktop.store.common.values import from_json, storable
from workmate_desktop.store.events import search as event_search
from workmate_desktop.store.events.write import event_of
from workmate_desktop.store.payments.charges import methods_of

_ROW = select(stripe_events, invoices.c.number.label("invoice_label")).outerjoin(
    invoices, invoices.c.id == stripe_events.c.invoice_id
)
_OF_ERRORS = (Outcome.FAILURE_RECORDED, Outcome.NEEDS_REVIEW)
_OUTCOMES = {EventFilter.ERRORS: _OF_ERRORS, EventFilter.REVIEW: (Outcome.NEEDS_REVIEW,)}


def _parts(which: EventFilter) -> list[ColumnElement[bool]]:
    """What the filter lets through, in parts that have an index each: these events are few among
    hundreds of thousands, and the list must not look through all of them.
    """
    return [
        and_(stripe_events.c.livemode == livemode, stripe_events.c.outcome == outcome.value)
        for outcome in _OUTCOMES.get(which, ())
        for livemode in (0, 1)
    ] or [true()]


def event_page(
    connection: Connection,
    which: EventFilter,
    text: str,
    after: EventRow | None,
    limit: int,
) -> list[EventRow]:
    """Newest first; the page after the row `after`."""
    received_at: ColumnElement[str] = stripe_events.c.received_at
    query = _ROW
    wanted = storable(simplified(text))
    if wanted:
        known = event_search.candidates(connection, wanted)
        if known is not None:
            query = query.where(known.condition())
            if known.few:
                # Read and then sorted: for the plain column SQLite would walk through all events.
                received_at = func.coalesce(received_at, "")
        query = query.where(
            or_(
                stripe_events.c.id.contains(wanted, autoescape=True),
                stripe_events.c.type.contains(wanted, autoescape=True),
                stripe_events.c.payment_intent_id.contains(wanted, autoescape=True),
                invoices.c.number.contains(wanted, autoescape=True),
            )
        )
    if after is not None:
        # As it is stored: rows written from outside may have other fractions of a second.
        received = connection.execute(
            select(stripe_events.c.received_at).where(stripe_events.c.id == after.id)
        ).scalar_one_or_none() or to_text(after.received_at)
        here = tuple_(received_at, stripe_events.c.id)
        query = query.where(here < tuple_(literal(received), literal(after.id)))
    query = query.order_by(received_at.desc(), stripe_events.c.id.desc())
    pages = [
        connection.execute(query.where(part).limit(limit)).mappings() for part in _parts(which)
    ]
    newest = heapq.merge(*pages, key=lambda row: (row["received_at"], row["id"]), reverse=True)
    return [row_of(found) for found in islice(newest, limit)]


def event_row(connection: Connection, event_id: str) -> EventRow | None:
    """One event for the list and its detail view."""
    found = connection.execute(_ROW.where(stripe_events.c.id == event_id)).mappings().one_or_none()
    if found is None:
        return None
    row = row_of(found)
    known = methods_of(connection, [row.payment_intent_id] if row.payment_intent_id else [])
    method = known.get(row.payment_intent_id or "")
    return replace(row, detail={**row.detail, "method": method}) if method else row


def failed_attempts(connection: Connection, invoice_id: str) -> list[PaymentAttempt]:
    """The failed attempts to pay an invoice, newest first."""
    query = (
        select(stripe_events)
        .where(
            stripe_events.c.invoice_id == invoice_id,
            stripe_events.c.outcome == Outcome.FAILURE_RECORDED.value,
        )
        .order_by(stripe_events.c.created_at.desc())
    )
    events = [event_of(row) for row in connection.execute(query).mappings()]
    return [
        PaymentAttempt(
            e.id, e.payment_intent_id, e.created, e.amount_minor, e.decline_code, e.failure_code
        )
        for e in events
    ]


def row_of(found: Mapping[Any, Any]) -> EventRow:
    """A row of `stripe_events` with its `invoice_label`."""
    return EventRow(
        id=found["id"],
        type=found["type"],
        created_at=from_text(found["created_at"]),
        received_at=from_text(found["received_at"]),
        source=Source(found["source"]),
        outcome=Outcome(found["outcome"]),
        livemode=bool(found["livemode"]),
        payment_intent_id=found["payment_intent_id"],
        invoice_id=found["invoice_id"],
        invoice_label=found["invoice_label"],
        amount_minor=found["amount_minor"],
        currency=found["currency"],
        detail=from_json(found["detail"]),
    )
