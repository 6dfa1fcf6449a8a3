"""Stored Stripe events: written once, read newest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from workmate_desktop.domain.changes import EventRecorded
from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.stripe.events import (
    FOUND_BY_INVOICE,
    PAYMENT_CANCELED,
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
    REVERSAL_TYPES,
    Outcome,
    Source,
    StripeEvent,
)
from workmate_desktop.store.common.tables import stripe_events
from workmate_desktop.store.common.values import as_json, from_json
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.payments.reversals import minor_in, reversal_facts, reversal_of
from workmate_desktop.store.seals.seals import Sealed

_ADD = """
INSERT INTO stripe_events (id, type, created_at, received_at, source, outcome, livemode,
    payment_intent_id, invoice_id, amount_minor, currency, detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
NOT_OURS = (
    "type = 'payment_intent.succeeded' AND outcome = 'ignored'"
    " AND json_extract(detail, '$.reason') = 'not_ours'"
)
"""Money of other programs that nobody put on an invoice; as the index stripe_events_not_ours."""
_DECIDE = "UPDATE stripe_events SET outcome = ?, invoice_id = ?, detail = ? WHERE id = ?"
LAST_FAILURE = """
SELECT max(e.created_at) FROM stripe_events e
WHERE e.invoice_id = {invoice} AND e.outcome = 'failure_recorded'
    AND NOT EXISTS (SELECT 1 FROM payments p
        WHERE p.stripe_payment_intent_id = e.payment_intent_id)"""

# Begun and neither paid, failed nor given up. An end in the same second counts; a session is
# completed seconds after its payment began, so that even an end shortly before it counts.
RUNNING = """
SELECT max(e.created_at) FROM stripe_events e
WHERE e.invoice_id = {invoice}
    AND e.type IN ('payment_intent.processing', 'checkout.session.completed')
    AND json_extract(e.detail, '$.reason') = 'payment_running'
    AND NOT EXISTS (SELECT 1 FROM payments p
        WHERE p.stripe_payment_intent_id = e.payment_intent_id)
    AND NOT EXISTS (SELECT 1 FROM stripe_events x
        WHERE x.payment_intent_id = e.payment_intent_id
            AND x.type IN ('payment_intent.payment_failed', 'payment_intent.canceled')
            AND x.created_at >= CASE e.type WHEN 'payment_intent.processing' THEN e.created_at
                ELSE strftime('%Y-%m-%dT%H:%M:%fZ', e.created_at, '-10 seconds') END)"""
_LAST_FAILURE_OF = LAST_FAILURE.format(invoice="?")
_RUNNING_OF = RUNNING.format(invoice="?")
_ANYTHING_SAID = f"""
SELECT 1 FROM stripe_events WHERE payment_intent_id = ? AND type IN {REVERSAL_TYPES}
UNION ALL SELECT 1 FROM charges WHERE id = ? AND intent_id IS NULL LIMIT 1"""


class EventVerbs:
    """What a transaction can do with events."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.deciding: StripeEvent | None = None
        """The event that is being decided: true already, and not kept yet."""

    def is_known(self, event_id: str) -> bool:
        """The event was kept before. Nobody else writes meanwhile: BEGIN IMMEDIATE."""
        found = self._unit.raw.execute("SELECT 1 FROM stripe_events WHERE id = ?", (event_id,))
        return found.fetchone() is not None

    def is_told_otherwise(self, event: StripeEvent) -> bool:
        """Stripe's own event and the one made from the object that it tells of are the same piece
        of news: whether the other one of this success was kept before."""
        if not event.id.startswith(FOUND_BY_INVOICE):
            return self.is_known(f"{FOUND_BY_INVOICE}{event.payment_intent_id}")
        found = self._unit.raw.execute(
            "SELECT 1 FROM stripe_events WHERE payment_intent_id = ? AND type = ?",
            (event.payment_intent_id, PAYMENT_SUCCEEDED),
        )
        return found.fetchone() is not None

    def was_named(self, intent_id: str, invoice_id: str, number: str | None) -> bool:
        """A success of this payment that was kept names this invoice, by its id or its number."""
        found = self._unit.raw.execute(
            "SELECT 1 FROM stripe_events WHERE payment_intent_id = ? AND type = ?"
            " AND json_extract(detail, '$.invoice_ref') IN (?, ?)",
            (intent_id, PAYMENT_SUCCEEDED, invoice_id, number),
        )
        return found.fetchone() is not None

    def mention(self, event_id: str, number: str) -> None:
        """A kept event is about this invoice as well, as was learned since."""
        row = self._unit.raw.execute(
            "SELECT detail FROM stripe_events WHERE id = ?", (event_id,)
        ).fetchone()
        detail = from_json(row[0])
        numbers = dict.fromkeys((number, *texts_in(detail, "mentioned")))
        self._unit.raw.execute(
            "UPDATE stripe_events SET detail = ? WHERE id = ?",
            (as_json(detail | {"mentioned": list(numbers)}), event_id),
        )
        self._unit.changed(EventRecorded(event_id))

    def add(
        self,
        event: StripeEvent,
        source: Source,
        outcome: Outcome,
        invoice_id: str | None,
        **why: object,
    ) -> None:
        """Keep a new event and what it did, in one row. `why` joins the facts in `detail`.

        Raises sqlite3.IntegrityError when the id is known: see `is_known`.
        """
        row = (
            event.id,
            event.type,
            to_text(event.created),
            to_text(self._unit.true_now()),
            source.value,
            outcome.value,
            int(event.livemode),
            event.payment_intent_id,
            invoice_id,
            event.amount_minor,
            event.currency,
            as_json(_facts(event) | why),
        )
        self._unit.raw.execute(_ADD, row)
        if outcome is not Outcome.BOOKED or event.type != PAYMENT_SUCCEEDED:
            self._unit.seal(Sealed.EVENT, row)  # a booking's: by the next daily check
        self._unit.changed(EventRecorded(event.id))

    def decide(
        self,
        event: StripeEvent,
        outcome: Outcome,
        invoice_id: str | None,
        **why: object,
    ) -> None:
        """What a kept event did after all. `why` joins the facts in `detail`: reason, error …"""
        detail = as_json(_facts(event) | why)
        self._unit.raw.execute(_DECIDE, (outcome.value, invoice_id, detail, event.id))

    def last_failure_at(self, invoice_id: str) -> str | None:
        """Stripe's time of the newest failed attempt whose intent was not paid after all."""
        row = self._unit.raw.execute(_LAST_FAILURE_OF, (invoice_id,)).fetchone()
        found: str | None = row[0]
        return found

    def running_since(self, invoice_id: str) -> str | None:
        """Stripe's time since when a payment of several days is under way; None without one."""
        row = self._unit.raw.execute(_RUNNING_OF, (invoice_id,)).fetchone()
        found: str | None = row[0]
        return found

    def has_running(self, intent_id: str) -> bool:
        """It was told before that this payment takes days."""
        found = self._unit.raw.execute(
            "SELECT 1 FROM stripe_events WHERE payment_intent_id = ?"
            " AND json_extract(detail, '$.reason') = 'payment_running'",
            (intent_id,),
        )
        return found.fetchone() is not None

    def ends_of(self, intent_id: str) -> dict[str, datetime]:
        """Type → newest time of the failures and of the calling off that an intent had."""
        rows = self._unit.raw.execute(
            "SELECT type, max(created_at) FROM stripe_events WHERE payment_intent_id = ?"
            " AND type IN (?, ?) GROUP BY type",
            (intent_id, PAYMENT_FAILED, PAYMENT_CANCELED),
        )
        return {kind: from_text(created) for kind, created in rows}

    def stored(self, event_id: str) -> tuple[StripeEvent, Outcome, Source] | None:
        """An event as it was kept, ready to be processed again."""
        row = (
            self._unit.core.execute(select(stripe_events).where(stripe_events.c.id == event_id))
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        return event_of(row), Outcome(row["outcome"]), Source(row["source"])

    def reason_of(self, event_id: str) -> str | None:
        """Why a kept event was put to review or ignored; stays where staff decided since."""
        row = self._unit.raw.execute(
            "SELECT detail FROM stripe_events WHERE id = ?", (event_id,)
        ).fetchone()
        return _reason(row[0]) if row else None

    def is_not_ours(self, intent_id: str) -> bool:
        """A success of this payment was left to the program whose mark it bears."""
        found = self._unit.raw.execute(
            f"SELECT 1 FROM stripe_events WHERE payment_intent_id = ? AND {NOT_OURS}", (intent_id,)
        )
        return found.fetchone() is not None

    def said_about(self, intent_id: str) -> list[tuple[StripeEvent, Outcome, str | None]]:
        """What was kept of refunds and disputes of a payment: event, outcome, reason."""
        query = select(stripe_events).where(
            stripe_events.c.payment_intent_id == intent_id,
            stripe_events.c.type.in_(REVERSAL_TYPES),
        )
        rows = self._unit.core.execute(query.order_by(stripe_events.c.created_at)).mappings()
        return [(event_of(row), Outcome(row["outcome"]), _reason(row["detail"])) for row in rows]

    def anything_said_about(self, intent_id: str, charge_id: str | None) -> bool:
        """Whether `said_about` finds anything, or will once what was told of the charge alone is
        told of its payment; quick, for the path of every payment."""
        return self._unit.raw.execute(_ANYTHING_SAID, (intent_id, charge_id)).fetchone() is not None

    def success_of(self, intent_id: str) -> tuple[str | None, int | None]:
        """What the success of an intent told: the charge that paid, and what of its hold was
        released; None for what it did not tell."""
        now = self.deciding
        if now and now.type == PAYMENT_SUCCEEDED and now.payment_intent_id == intent_id:
            return now.charge_id, now.released_minor
        rows = self._unit.raw.execute(
            "SELECT detail FROM stripe_events WHERE payment_intent_id = ? AND type = ?"
            " ORDER BY created_at DESC, id",
            (intent_id, PAYMENT_SUCCEEDED),
        ).fetchall()
        told = [from_json(row[0]) for row in rows]
        charges = [key for one in told if isinstance(key := one.get("charge_id"), str)]
        released = [minor for one in told if (minor := minor_in(one, "released")) is not None]
        return next(iter(charges), None), next(iter(released), None)

    def touch(self, event_id: str) -> None:
        """Announce that the event was decided anew."""
        self._unit.changed(EventRecorded(event_id))


def _facts(event: StripeEvent) -> dict[str, object]:
    """The fields needed to explain and to process again, and no others: no personal data."""
    return {
        "invoice_ref": event.invoice_ref,
        "invoice_number": event.invoice_number,
        "instance": event.workmate_instance,
        "status": event.intent_status,
        "method": event.method,
        "decline_code": event.decline_code,
        "failure_code": event.failure_code,
        "account": event.account,
        "thin": True if event.thin else None,
        "problem": event.problem,
        "mentioned": list(event.mentioned) or None,
        "foreign": True if event.foreign else None,
        "charge_id": event.charge_id,
        "released": event.released_minor,
        **reversal_facts(event.reversal),
    }


def _reason(detail: str) -> str | None:
    found = from_json(detail).get("reason")
    return found if isinstance(found, str) else None


def event_of(row: Mapping[Any, Any]) -> StripeEvent:
    """A row of `stripe_events` as what the event said."""
    detail = from_json(row["detail"])

    def text(key: str) -> str | None:
        value = detail.get(key)
        return value if isinstance(value, str) else None

    return StripeEvent(
        id=row["id"],
        type=row["type"],
        created=from_text(row["created_at"]),
        livemode=bool(row["livemode"]),
        payment_intent_id=row["payment_intent_id"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        intent_status=text("status"),
        invoice_ref=text("invoice_ref"),
        invoice_number=text("invoice_number"),
        workmate_instance=text("instance"),
        method=text("method"),
        decline_code=text("decline_code"),
        failure_code=text("failure_code"),
        account=text("account"),
        thin=bool(detail.get("thin")),
        problem=text("problem"),
        mentioned=texts_in(detail, "mentioned"),
        foreign=bool(detail.get("foreign")),
        charge_id=text("charge_id"),
        released_minor=None if "told" in detail else minor_in(detail, "released"),
        reversal=reversal_of(detail),
    )


def texts_in(detail: Mapping[str, object], key: str) -> tuple[str, ...]:
    """The texts of a list in `detail`; () for anything else (rows written from outside)."""
    value = detail.get(key)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
