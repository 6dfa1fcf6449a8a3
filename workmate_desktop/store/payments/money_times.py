"""When money moved, on Stripe's clock: the best time that is known, whoever told first."""

import json
from datetime import UTC, datetime
from enum import StrEnum

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.store.catch_up.position import cursor
from workmate_desktop.store.database.unit import Unit


class TimeSource(StrEnum):
    """Who says so; the object itself knows better than an event about it."""

    EVENT = "event"
    OBJECT = "object"
    STAFF = "staff"


# An object's own time does not change, so of two of one source the first stays.
_NOTE = """
INSERT INTO money_times (object_id, created_at, source) VALUES (?, ?, ?)
ON CONFLICT (object_id) DO UPDATE SET created_at = excluded.created_at, source = excluded.source
WHERE money_times.source = 'event' AND excluded.source = 'object'"""
_NEWEST_EVENT = """
SELECT created_at FROM stripe_events WHERE source <> 'simulation'
ORDER BY received_at DESC LIMIT 1"""
_FUTURE = "SELECT object_id, created_at FROM money_times WHERE source = 'staff' AND created_at > ?"
_SET_STAFF = "UPDATE money_times SET created_at = ? WHERE object_id = ?"
_INVOICES_OF = """
SELECT invoice_id FROM payments WHERE id IN (SELECT value FROM json_each(?1))
    AND invoice_id IS NOT NULL
UNION SELECT invoice_id FROM payments WHERE invoice_id IS NOT NULL
    AND moved_by IN (SELECT value FROM json_each(?1))
UNION SELECT invoice_id FROM review_decisions WHERE id IN (SELECT value FROM json_each(?1))
    AND invoice_id IS NOT NULL
UNION SELECT was_invoice_id FROM review_decisions WHERE id IN (SELECT value FROM json_each(?1))
    AND was_invoice_id IS NOT NULL"""


class TimeVerbs:
    """What a transaction can do with the times of money."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def note(self, object_id: str, at: datetime, source: TimeSource) -> bool:
        """Keep when this happened; True when that is news.

        `object_id`: of a payment its payment intent (`at` is then when the charge that paid was
        made), of a refund or dispute its own id.
        """
        cursor = self._unit.raw.execute(_NOTE, (object_id, to_text(at), source.value))
        return cursor.rowcount > 0

    def note_staff(self, row_id: str) -> None:
        """Staff do this now: the id of a payments row or of a decision.

        They saw what Stripe had told until then: a clock that is behind, and that nobody has
        measured yet, does not put it before that.
        """
        now = max(int(self._unit.clock.stripe_now()), self.told_until() + 1)
        self.note(row_id, datetime.fromtimestamp(now, UTC), TimeSource.STAFF)

    def told_until(self) -> int:
        """The newest of Stripe's times that is known here, in seconds since 1970; 0: none."""
        known = [cursor(self._unit.core, livemode=livemode) for livemode in (False, True)]
        row = self._unit.raw.execute(_NEWEST_EVENT).fetchone()
        told = int(from_text(row[0]).timestamp()) if row else 0
        return max(told, *(one.newest if one else 0 for one in known))

    def mend_staff(self, asked_at: int, offset: float) -> list[str]:
        """Put what staff did before the clock was measured, and in Stripe's future, in its place.

        `asked_at`: Stripe's time as it was just measured, in seconds since 1970; `offset`: its
        clock minus that of this PC. Where that does not explain it the clock was set since then,
        and it follows what Stripe had told. Returns the invoices whose order is another now.
        """
        found = self._unit.raw.execute(_FUTURE, (_text(asked_at + 2),)).fetchall()
        told = self.told_until() + 1 if found else 0
        for row_id, at in found:
            moment = from_text(at).timestamp() + offset
            mended = int(moment) if moment <= asked_at else min(told, asked_at)
            self._unit.raw.execute(_SET_STAFF, (_text(mended), row_id))
        ids = json.dumps([row_id for row_id, _at in found])
        return [row[0] for row in self._unit.raw.execute(_INVOICES_OF, (ids,))] if found else []


def _text(seconds: int) -> str:
    return to_text(datetime.fromtimestamp(seconds, UTC))
