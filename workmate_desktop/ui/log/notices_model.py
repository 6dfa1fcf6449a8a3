"""The rows of the notice list: newest first, unread ones bold, read page by page."""

from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import Notice
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.ui.kit.tables import SUBTEXT_ROLE, Index
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.notice_words import notice_words

_NOWHERE = QModelIndex()
PAGE = 256
_MOST = 8 * PAGE
NOTICE_ROLE = int(Qt.ItemDataRole.UserRole) + 101


class NoticesModel(QAbstractListModel):
    """The loaded notices. New ones come on top; nothing else moves."""

    def __init__(self, books: Books, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._books = books
        self._clock = clock
        self._today = self._now_date()
        self._unread_only = False
        self._limit = PAGE
        self._rows = self._read()

    def show_only(self, unread_only: bool) -> None:
        """All notices, or the unread ones; resets the model when that differs."""
        if unread_only != self._unread_only:
            self._unread_only = unread_only
            self._limit = PAGE
            self._reset(self._read())

    def refresh(self) -> None:
        """Take over what is new, was read, or is gone."""
        self._follow_day()
        fresh = self._read()
        known = {notice.id for notice in self._rows}
        added = next((at for at, new in enumerate(fresh) if new.id in known), len(fresh))
        if added and len(fresh) >= self._limit:
            if added == len(fresh) or self._limit > _MOST:
                self._limit = PAGE  # a flood: whoever wants older ones scrolls down again
                self._reset(self._read())
                return
            self._limit += added  # what is shown below does not fall out
            fresh = self._read()
        kept = fresh[added:]
        if [notice.id for notice in kept] != [notice.id for notice in self._rows]:
            self._reset(fresh)  # test data was deleted, or read ones left the list
            return
        for row, notice in enumerate(kept):
            if notice != self._rows[row]:
                self._rows[row] = notice
                self.dataChanged.emit(self.index(row), self.index(row))
        if added:
            self.beginInsertRows(_NOWHERE, 0, added - 1)
            self._rows[:0] = fresh[:added]
            self.endInsertRows()

    def notice_at(self, row: int) -> Notice | None:
        """The notice in this row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def position(self, notice_id: str) -> int | None:
        """The row of the notice; None when it is not loaded."""
        return next((at for at, row in enumerate(self._rows) if row.id == notice_id), None)

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Loaded notices; more may follow."""
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there may be older ones."""
        return not parent.isValid() and len(self._rows) >= self._limit

    def fetchMore(self, parent: Index) -> None:
        """Append the next older ones."""
        if not self.canFetchMore(parent):
            return
        self._limit += PAGE
        known = {notice.id for notice in self._rows}
        new = [notice for notice in self._read() if notice.id not in known]
        if new:
            first = len(self._rows)
            self.beginInsertRows(_NOWHERE, first, first + len(new) - 1)
            self._rows += new
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What happened; below it when, and why. NOTICE_ROLE has the notice itself."""
        notice = self.notice_at(index.row()) if index.isValid() else None
        if notice is None:
            return None
        if role == NOTICE_ROLE:
            return notice
        if role == Qt.ItemDataRole.FontRole:
            return _bold() if notice.read_at is None else None
        words = notice_words(notice)
        if role == Qt.ItemDataRole.DisplayRole:
            return words.title
        if role == SUBTEXT_ROLE:
            return f"{self._when(notice)} · {words.why}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{words.title}\n{words.why}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            unread = _("Ungelesen. ") if notice.read_at is None else ""
            return f"{unread}{words.title}. {self._when(notice)}. {words.why}"
        return None

    def _when(self, notice: Notice) -> str:
        local = self._clock.local
        moment, now = local(notice.at), local(self._clock.now())
        if (now.date() - moment.date()).days in (0, 1):
            return formats.day_time(moment, now)
        return formats.date_time(moment)

    def _read(self) -> list[Notice]:
        return self._books.notice_page(self._unread_only, self._limit)

    def _reset(self, rows: list[Notice]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _follow_day(self) -> None:
        """After midnight "heute" is "gestern"."""
        today = self._now_date()
        if today != self._today:
            self._today = today
            if self._rows:
                self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _now_date(self) -> date:
        return self._clock.local(self._clock.now()).date()


def _bold() -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font
