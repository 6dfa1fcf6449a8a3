"""Notices: lines for staff, with a read mark."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from workmate_desktop.domain.changes import NoticeAdded
from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.history import Notice, NoticeKind, told_outside
from workmate_desktop.store.common.tables import notices
from workmate_desktop.store.common.values import as_json, from_json
from workmate_desktop.store.database.unit import Unit

_ADD = "INSERT INTO notices (id, at, kind, invoice_id, event_id, detail) VALUES (?, ?, ?, ?, ?, ?)"


_INTO_OUTBOX = """
INSERT INTO mail_outbox (notice_id, at, next_at)
SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM settings WHERE key = 'mail.on' AND value = '1')
"""


class NoticeVerbs:
    """What a transaction can do with notices."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(
        self,
        kind: NoticeKind,
        *,
        invoice_id: str | None = None,
        event_id: str | None = None,
        **detail: Any,
    ) -> str:
        """One new, unread notice. Returns its id."""
        notice_id = self._unit.new_id()
        self._unit.raw.execute(
            _ADD,
            (notice_id, self._unit.now_text(), kind.value, invoice_id, event_id, as_json(detail)),
        )
        # That mails do not go out cannot be told by mail.
        if kind is not NoticeKind.MAIL_FAILED and told_outside(kind, detail):
            self._put_into_outbox(notice_id)
        self._unit.changed(NoticeAdded(notice_id))
        return notice_id

    def _put_into_outbox(self, notice_id: str) -> None:
        """If e-mails are wanted at all."""
        now = self._unit.now_text()
        self._unit.raw.execute(_INTO_OUTBOX, (notice_id, now, now))

    def add_once_a_day(self, kind: NoticeKind, **detail: Any) -> None:
        """A new notice, unless one of this kind was made in the last 24 hours."""
        since = to_text(self._unit.clock.now() - timedelta(days=1))
        known = self._unit.raw.execute(
            "SELECT 1 FROM notices WHERE kind = ? AND at > ? LIMIT 1", (kind.value, since)
        ).fetchone()
        if known is None:
            self.add(kind, **detail)

    def begin(self, kind: NoticeKind, *, about: str | None = None, **detail: Any) -> None:
        """A new notice of a trouble that lasts, unless one of this kind is not over yet.

        `about` tells apart what may last side by side; it is kept in the detail.
        """
        if not self._not_over(kind, about=about):
            self.add(kind, about=about, **detail)

    def end(
        self,
        kind: NoticeKind,
        invoice_id: str | None = None,
        *,
        about: str | None = None,
        object_id: str | None = None,
        event_id: str | None = None,
    ) -> None:
        """The trouble is over: its notices say so (`over_at`) and need no reading any more.

        With `invoice_id` only those of this invoice, with `about` those that began with it, with
        `object_id` those about this object of Stripe's, with `event_id` those that an event made.
        """
        now = self._unit.now_text()
        for notice_id, detail in self._not_over(kind, invoice_id, about, event_id):
            if object_id is not None and detail.get("object_id") != object_id:
                continue
            self._unit.raw.execute(
                "UPDATE notices SET detail = ?, read_at = COALESCE(read_at, ?) WHERE id = ?",
                (as_json({**detail, "over_at": now}), now, notice_id),
            )
            self._unit.changed(NoticeAdded(""))

    def _not_over(
        self,
        kind: NoticeKind,
        invoice_id: str | None = None,
        about: str | None = None,
        event_id: str | None = None,
    ) -> list[tuple[str, Mapping[str, object]]]:
        rows = self._unit.raw.execute(
            "SELECT id, detail FROM notices WHERE kind = ?1 AND (?2 IS NULL OR invoice_id = ?2)"
            " AND (?3 IS NULL OR event_id = ?3)",
            (kind.value, invoice_id, event_id),
        ).fetchall()
        parsed = [(str(notice_id), from_json(text)) for notice_id, text in rows]
        return [
            (notice_id, detail)
            for notice_id, detail in parsed
            if "over_at" not in detail and about in (None, detail.get("about"))
        ]

    def mark_read(self, notice_ids: Sequence[str] | None) -> None:
        """Mark these notices as read, or all of them."""
        statement = update(notices).where(notices.c.read_at.is_(None))
        if notice_ids is not None:
            statement = statement.where(notices.c.id.in_(notice_ids))
        self._unit.core.execute(statement.values(read_at=self._unit.now_text()))
        self._unit.changed(NoticeAdded(""))


def notice_page(connection: Connection, *, unread_only: bool, limit: int) -> list[Notice]:
    """Newest first."""
    query = select(notices).order_by(notices.c.at.desc(), notices.c.id.desc()).limit(limit)
    if unread_only:
        query = query.where(notices.c.read_at.is_(None))
    return [as_notice(row) for row in connection.execute(query).mappings()]


def notice(connection: Connection, notice_id: str) -> Notice | None:
    """One notice."""
    row = (
        connection.execute(select(notices).where(notices.c.id == notice_id))
        .mappings()
        .one_or_none()
    )
    return None if row is None else as_notice(row)


def unread_count(connection: Connection) -> int:
    """How many notices nobody has read yet."""
    query = select(func.count()).select_from(notices).where(notices.c.read_at.is_(None))
    return int(connection.execute(query).scalar_one())


def as_notice(row: Mapping[Any, Any]) -> Notice:
    """A row of the table as a notice."""
    return Notice(
        id=row["id"],
        at=from_text(row["at"]),
        kind=row["kind"],
        invoice_id=row["invoice_id"],
        event_id=row["event_id"],
        detail=from_json(row["detail"]),
        read_at=from_text(row["read_at"]) if row["read_at"] else None,
    )
