"""Payments of other programs over the same account: how many, which, and whether staff care.

There may be hundreds of thousands of them, so each question walks the index of v0013_not_ours
and stops early.
"""

from sqlalchemy import Connection, literal, select, text, tuple_

from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.review import OthersPayments, ReviewItem
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.common.tables import stripe_events
from workmate_desktop.store.events.write import NOT_OURS
from workmate_desktop.store.review.items import event_item, of_events

HIDDEN = "review.not_ours_hidden"
MOST_COUNTED = 10_000
"""More than that are not counted to the end: the figure is told as "mehr als"."""

_COUNT = f"SELECT count(*) FROM (SELECT 1 FROM stripe_events WHERE {NOT_OURS} LIMIT ?)"


def not_ours(connection: Connection) -> OthersPayments:
    """How many there are; quick, however many."""
    count = int(connection.exec_driver_sql(_COUNT, (MOST_COUNTED + 1,)).scalar_one())
    return OthersPayments(
        min(count, MOST_COUNTED),
        more=count > MOST_COUNTED,
        hidden=setting(connection, HIDDEN) is not None,
    )


def not_ours_items(
    connection: Connection, after: ReviewItem | None, limit: int
) -> list[ReviewItem]:
    """The newest first; the page behind the item `after`."""
    events = stripe_events.c
    query = of_events(text(NOT_OURS)).order_by(events.created_at.desc(), events.id.desc())
    if after is not None:
        # As it is stored: rows from outside have other fractions of seconds.
        at = connection.execute(
            select(events.created_at).where(events.id == after.id)
        ).scalar_one_or_none()
        key = tuple_(literal(at or to_text(after.at)), literal(after.id))
        query = query.where(tuple_(events.created_at, events.id) < key)
    return [event_item(row) for row in connection.execute(query.limit(limit)).mappings()]
