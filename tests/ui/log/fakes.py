"""Notices and log lines in memory."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from tests.ui.fakes import NOW
from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.services.log import LogEntry, ProgramLog


def notice(
    serial: int,
    kind: NoticeKind | str = NoticeKind.PAYMENT_FAILED,
    *,
    invoice: str | None = "id-117",
    event: str | None = "evt_1",
    read: bool = False,
    minutes_ago: float = 0,
    **detail: object,
) -> Notice:
    """A believable notice; higher serials are newer. Its id is `n-<serial>`."""
    at = NOW + timedelta(seconds=serial) - timedelta(minutes=minutes_ago)
    if kind is NoticeKind.PAYMENT_FAILED and not detail:
        detail = {
            "number": "RE-2026-0117",
            "amount_minor": 47600,
            "currency": "eur",
            "decline_code": "insufficient_funds",
            "failure_code": "card_declined",
            "still_owed": True,
        }
    return Notice(f"n-{serial:05d}", at, str(kind), invoice, event, detail, NOW if read else None)


@dataclass
class FakeNotices(Books, Invoicing):
    """Reads and marks notices, as Books and Invoicing do."""

    notices: dict[str, Notice] = field(default_factory=dict)
    pages_read: int = 0
    fail_with: Exception | None = None
    marked: list[Sequence[str] | None] = field(default_factory=list)

    def add(self, *notices: Notice) -> tuple[str, ...]:
        """Store or replace; their ids, as the bridge tells them."""
        self.notices.update({each.id: each for each in notices})
        return tuple(each.id for each in notices)

    def notice_page(self, unread_only: bool = False, limit: int = 256) -> list[Notice]:
        self.pages_read += 1
        found = [n for n in self.notices.values() if n.read_at is None or not unread_only]
        return sorted(found, key=lambda each: (each.at, each.id), reverse=True)[:limit]

    def unread_notices(self) -> int:
        return sum(each.read_at is None for each in self.notices.values())

    def mark_notices_read(self, notice_ids: Sequence[str] | None = None) -> "Future[None]":
        self.marked.append(notice_ids)
        future: Future[None] = Future()
        if self.fail_with is not None:
            future.set_exception(self.fail_with)
            return future
        for key in self.notices if notice_ids is None else notice_ids:
            self.notices[key] = replace(self.notices[key], read_at=NOW)
        future.set_result(None)
        return future


@dataclass
class FakeLog(ProgramLog):
    """Lines in memory, at most `most` of them."""

    lines: list[LogEntry] = field(default_factory=list)
    most: int = 5000
    reads: int = 0
    file: Path = Path("/daten/workmate/logs/workmate.log")

    def add(self, text: str, level: str = "INFO", minutes_ago: float = 0) -> None:
        """Append one line."""
        self.lines.append(LogEntry(NOW - timedelta(minutes=minutes_ago), level, text))
        del self.lines[: -self.most]

    def entries(self, limit: int = 1000) -> list[LogEntry]:
        self.reads += 1
        return list(self.lines)[-limit:]
