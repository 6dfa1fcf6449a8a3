"""The outbox: which notices are still to be sent by e-mail, and in which mail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.history import Notice
from workmate_desktop.store.common.tables import mail_outbox, notices
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.notify.notices import as_notice

SWITCH = "mail.on"
"""The setting that is "1" while notices are sent by e-mail."""

_UNSEALED = mail_outbox.c.mail_id.is_(None)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail that waits. `at` is when its first notice came; times are UTC.

    `notices` are oldest first, and empty when they were deleted meanwhile (test data).
    """

    id: str
    at: datetime
    attempts: int
    next_at: datetime
    notices: tuple[Notice, ...]


class MailVerbs:
    """What a transaction can do with the outbox."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def seal(self) -> None:
        """What was collected becomes one mail, whose id never changes any more."""
        self._unit.raw.execute(
            "UPDATE mail_outbox SET mail_id = ? WHERE mail_id IS NULL", (self._unit.new_id(),)
        )

    def begin_attempt(self, mail_id: str, next_at: datetime) -> None:
        """Count an attempt before it is made, and say when the next one is due if it fails.

        So a program that is killed in the middle does not come back at once, again and again.
        """
        self._unit.raw.execute(
            "UPDATE mail_outbox SET attempts = attempts + 1, next_at = ? WHERE mail_id = ?",
            (to_text(next_at), mail_id),
        )

    def postpone(self, mail_id: str, next_at: datetime) -> None:
        """Do not try again before this moment."""
        self._unit.raw.execute(
            "UPDATE mail_outbox SET next_at = ? WHERE mail_id = ?", (to_text(next_at), mail_id)
        )

    def remove(self, mail_id: str) -> None:
        """The mail was taken by the server, or is given up."""
        self._unit.raw.execute("DELETE FROM mail_outbox WHERE mail_id = ?", (mail_id,))

    def retry_all(self) -> None:
        """Every mail is due now: the settings are others."""
        self._unit.raw.execute("UPDATE mail_outbox SET next_at = ?", (self._unit.now_text(),))

    def clear(self) -> None:
        """Nothing is to be sent any more."""
        self._unit.raw.execute("DELETE FROM mail_outbox")


def collecting_since(connection: Connection) -> datetime | None:
    """When the first notice came that is in no mail yet; None when there is none."""
    found = connection.execute(select(func.min(mail_outbox.c.at)).where(_UNSEALED)).scalar()
    return from_text(found) if found else None


def outgoing(connection: Connection) -> list[OutgoingMail]:
    """The mails that wait, the oldest first."""
    query = (
        select(
            mail_outbox.c.mail_id,
            func.min(mail_outbox.c.at).label("first_at"),
            func.max(mail_outbox.c.attempts).label("tried"),
            func.max(mail_outbox.c.next_at).label("due_at"),
        )
        .where(~_UNSEALED)
        .group_by(mail_outbox.c.mail_id)
        .order_by("first_at")
    )
    return [
        OutgoingMail(
            row.mail_id,
            from_text(row.first_at),
            row.tried,
            from_text(row.due_at),
            _notices_of(connection, row.mail_id),
        )
        for row in connection.execute(query)
    ]


def waiting_count(connection: Connection) -> int:
    """How many notices are still to be sent."""
    return int(connection.execute(select(func.count()).select_from(mail_outbox)).scalar_one())


def _notices_of(connection: Connection, mail_id: str) -> tuple[Notice, ...]:
    query = (
        select(notices)
        .join(mail_outbox, mail_outbox.c.notice_id == notices.c.id)
        .where(mail_outbox.c.mail_id == mail_id)
        .order_by(notices.c.at, notices.c.id)
    )
    return tuple(as_notice(row) for row in connection.execute(query).mappings())
