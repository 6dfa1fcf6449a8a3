"""When money moved, on Stripe's clock: the best time that is known, whoever told first."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from workmate_desktop.domain.clock import to_text

if TYPE_CHECKING:
    from workmate_desktop.store.transaction import Transaction


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


class TimeVerbs:
    """What a transaction can do with the times of money."""

    def __init__(self, transaction: "Transaction") -> None:
        self._t = transaction

    def note(self, object_id: str, at: datetime, source: TimeSource) -> bool:
        """Keep when this happened; True when that is news.

        `object_id`: of a payment its payment intent (`at` is then when the charge that paid was
        made), of a refund or dispute its own id.
        """
        cursor = self._t.raw.execute(_NOTE, (object_id, to_text(at), source.value))
        return cursor.rowcount > 0

    def note_staff(self, row_id: str) -> None:
        """Staff do this now: the id of a payments row or of a decision."""
        now = datetime.fromtimestamp(int(self._t.clock.stripe_now()), UTC)
        self.note(row_id, now, TimeSource.STAFF)
