"""Until when test events stay away after Testdaten löschen: by Stripe's own times alone.

Stripe lists deleted events for 30 days more. What it told before the deletion may not come back;
what it had not told yet is new. So the clock of this PC has no say, however wrong it may be.
"""

import json
from datetime import UTC, datetime, timedelta

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.stripe.events import Reason, Source, StripeEvent
from workmate_desktop.store.catch_up.position import cursor
from workmate_desktop.store.common.settings import TEST_DATA_DELETED_AT, SettingVerbs
from workmate_desktop.store.database.unit import Unit

_LAST_ONES = "test_data.deleted_last"
"""Ids of events and payment intents of the very second of the cut-off: Stripe's times are whole
seconds, and others of it may be new."""
MENDING = "test_data.mending"
"""Set while `mend_cut_off` is at work: an end in the middle forgets no event."""
_MARGIN = timedelta(seconds=2)
"""So exactly is Stripe's clock measured."""
_NEWEST = f"""
SELECT id, payment_intent_id, created_at FROM stripe_events WHERE livemode = 0
AND source <> '{Source.SIMULATION.value}' AND created_at = (SELECT max(created_at)
    FROM stripe_events WHERE livemode = 0 AND source <> '{Source.SIMULATION.value}')"""
_IGNORED = (
    "SELECT id FROM stripe_events WHERE livemode = 0"
    f" AND json_extract(detail, '$.reason') = '{Reason.DELETED_TEST_DATA.value}'"
    " ORDER BY created_at, id"
)


def cut_off_in(text: str | None) -> datetime | None:
    """What the setting says; None where it says nothing, or was tampered with."""
    try:
        return from_text(text) if text else None
    except ValueError:
        return None


def _last_ones(unit: Unit) -> list[str]:
    try:
        found = json.loads(SettingVerbs(unit).get(_LAST_ONES) or "[]")
    except (ValueError, RecursionError):  # tampered with
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def note_deletion(unit: Unit) -> None:
    """All test data is about to be deleted: keep what is known of Stripe's time just before."""
    settings = SettingVerbs(unit)
    rows = unit.raw.execute(_NEWEST).fetchall()
    moments = [from_text(row[2]) for row in rows[:1]]
    kept = cut_off_in(settings.get(TEST_DATA_DELETED_AT))
    if kept is not None:
        moments.append(kept)
    asked = cursor(unit.core, livemode=False)
    if asked is not None and asked.covered_until is not None:
        moments.append(datetime.fromtimestamp(asked.covered_until, UTC) - _MARGIN)
    if not moments:
        return  # Stripe has told nothing yet
    until = max(moments)
    last = [key for row in rows if from_text(row[2]) == until for key in row[:2] if key]
    if kept != until:
        settings.set(_LAST_ONES, None)
    else:
        last += _last_ones(unit)
    settings.set(TEST_DATA_DELETED_AT, to_text(until))
    if last:
        settings.set(_LAST_ONES, json.dumps(last))


def was_deleted(unit: Unit, event: StripeEvent) -> bool:
    """Stripe had told this test event, or could have told it, before the test data was deleted."""
    settings = SettingVerbs(unit)
    until = cut_off_in(settings.get(TEST_DATA_DELETED_AT))
    if until is None:
        return False
    if event.created != until:
        return event.created < until
    last = _last_ones(unit)
    return event.id in last or event.payment_intent_id in last


def mend_cut_off(unit: Unit, asked_at: int) -> list[str]:
    """Take back a cut-off that lies in Stripe's future: an older version took this PC's time.

    `asked_at` is Stripe's time as it was just measured, in seconds since 1970. Returns the events
    that were ignored because of it, which have to be processed again.
    """
    settings = SettingVerbs(unit)
    kept = cut_off_in(settings.get(TEST_DATA_DELETED_AT))
    if kept is not None and kept.timestamp() > asked_at + _MARGIN.total_seconds():
        settings.set(TEST_DATA_DELETED_AT, None)
        settings.set(MENDING, "1")
    elif settings.get(MENDING) is None:
        return []
    return [row[0] for row in unit.raw.execute(_IGNORED)]


def note_mended(unit: Unit) -> None:
    """All that `mend_cut_off` returned was processed again."""
    SettingVerbs(unit).set(MENDING, None)
