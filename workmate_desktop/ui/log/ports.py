"""What the Protokoll tab needs from the rest of the program, no more.

`services` and `bridge` offer it; tests hand in small fakes instead.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtCore import SignalInstance

from workmate_desktop.domain.history import Notice
from workmate_desktop.services.log import LogEntry
from workmate_desktop.ui.kit.ports import Waiting

T = TypeVar("T")


class NoticeReading(Protocol):
    """services.books.Books, as far as notices go."""

    def notice_page(self, unread_only: bool = False, limit: int = 256) -> list[Notice]:
        """Newest first."""
        ...

    def unread_notices(self) -> int:
        """How many nobody has read yet."""
        ...


class NoticeMarking(Protocol):
    """services.invoicing.Invoicing, as far as notices go."""

    def mark_notices_read(self, notice_ids: Sequence[str] | None = None) -> "Future[None]":
        """Mark these, or all, as read."""
        ...


class LogReading(Protocol):
    """services.log.ProgramLog."""

    @property
    def file(self) -> Path:
        """Where the whole log lies."""
        ...

    def entries(self, limit: int = 1000) -> list[LogEntry]:
        """The newest lines of this run, oldest first."""
        ...


class LogNews(Waiting, Protocol):
    """bridge.Bridge, as far as this tab listens."""

    @property
    def notices_added(self) -> SignalInstance: ...

    @property
    def everything_changed(self) -> SignalInstance: ...

    @property
    def log_added(self) -> SignalInstance: ...
