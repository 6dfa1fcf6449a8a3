"""How far the catch-up has come, and what it looks for beyond Stripe's event list."""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.invoices.invoices import OWED
from workmate_desktop.domain.review import Decision
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, Outcome
from workmate_desktop.store.common.settings import SettingVerbs, setting
from workmate_desktop.store.common.tables import invoices, payments, review_decisions, stripe_events
from workmate_desktop.store.database.unit import Unit

_KEY = {False: "catch_up.cursor.test", True: "catch_up.cursor.live"}
_DECIDED = (Decision.ASSIGNED.value, Decision.SET_ASIDE.value, Decision.REFUNDED.value)
INSTALLED_AT = "catch_up.installed_at"
LISTED = timedelta(days=30)
"""So long Stripe lists events. https://docs.stripe.com/api/events"""

logger = logging.getLogger("workmate.catch_up")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next run goes on. Times are Stripe's, in seconds since 1970.

    `anchor` is an event at least the overlap older than `newest`, or None while there is none;
    `newest` is the time of the newest event that was booked. `covered_until` is when the last
    complete run asked: until then nothing can be missing.
    """

    anchor: str | None
    newest: int
    covered_until: int | None = None


def cursor(connection: Connection, *, livemode: bool) -> Cursor | None:
    """The saved cursor; None before the first run, or when the setting was tampered with."""
    text = setting(connection, _KEY[livemode])
    try:
        values: Any = json.loads(text or "null")
        anchor, newest, covered = values["anchor"], values["newest"], values["covered_until"]
    except (ValueError, TypeError, KeyError):
        return None
    if not (anchor is None or isinstance(anchor, str)) or type(newest) is not int:
        return None
    return Cursor(anchor, newest, covered if type(covered) is int else None)


def save_cursor(unit: Unit, cursor: Cursor, *, livemode: bool) -> None:
    """Move the cursor, in the transaction that books what it has passed."""
    SettingVerbs(unit).set(_KEY[livemode], json.dumps(asdict(cursor)))


def begun_at(connection: Connection, now: datetime, *, livemode: bool) -> datetime:
    """Since when money may have come that nobody asked for, on the clock of this PC as it is now.

    Since the installation, or since the first invoice where that is older (books of a version
    that did not catch up). Where one of them lies in the future, the clock was set since then:
    nobody knows how long ago it was, and all that Stripe lists is asked for.
    """
    query = select(invoices.c.created_at).where(invoices.c.livemode == int(livemode))
    first = connection.execute(query.order_by(invoices.c.created_at).limit(1)).scalar_one_or_none()
    moments = [now]
    for text in (setting(connection, INSTALLED_AT), first):
        try:
            moments += [from_text(text)] if text else []
        except ValueError:
            logger.warning("A time in the database cannot be read")
    if max(moments) > now:
        moments.append(now - LISTED)
    return min(moments)


def owed_invoices(connection: Connection, *, livemode: bool) -> list[tuple[str, str | None]]:
    """(id, number) of every invoice that still waits for money."""
    query = select(invoices.c.id, invoices.c.number).where(
        invoices.c.livemode == int(livemode),
        invoices.c.status.in_([status.value for status in OWED]),
    )
    return [(row.id, row.number) for row in connection.execute(query)]


def is_named_elsewhere(connection: Connection, intent_id: str, reference: str | None) -> bool:
    """The money of this intent is kept, and `reference` is an invoice that it does not stand on."""
    if reference is None:
        return False
    held = select(payments.c.invoice_id).where(payments.c.stripe_payment_intent_id == intent_id)
    row = connection.execute(held.limit(1)).first()
    if row is None or row[0] == reference:
        return False
    named = select(invoices.c.id).where(
        or_(invoices.c.id == reference, invoices.c.number == reference)
    )
    return any(found != row[0] for (found,) in connection.execute(named))


def is_settled(connection: Connection, intent_id: str) -> bool:
    """This intent's money is booked, or its success waits for staff, or they have set it aside.

    An event alone that names it is not enough: it may have booked nothing.
    """
    booked = select(payments.c.id).where(payments.c.stripe_payment_intent_id == intent_id)
    kept = select(stripe_events.c.id).where(
        stripe_events.c.payment_intent_id == intent_id,
        stripe_events.c.type == PAYMENT_SUCCEEDED,
    )
    undone = review_decisions.alias()
    in_force = exists().where(
        review_decisions.c.item_id == stripe_events.c.id,
        review_decisions.c.kind.in_(_DECIDED),
        ~exists().where(undone.c.undoes_id == review_decisions.c.id),
    )
    theirs = kept.where(
        or_(stripe_events.c.outcome == Outcome.NEEDS_REVIEW.value, in_force),
    )
    return any(connection.execute(query.limit(1)).first() for query in (booked, theirs))
