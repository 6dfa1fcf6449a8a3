"""The rows of the notice list: newest first, unread ones bold."""

from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import Notice
from workmate_desktop.ui.log.texts import notice_words
from workmate_desktop.ui.shared import formats
from workmate_desktop.ui.shared.tables import SUBTEXT_ROLE, Index

_NOWHERE = QModelIndex()
SHOWN = 500
ID_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class NoticeReading(Protocol):
    """What the list reads of the books."""

    def notice_page(self, unread_only: bool = False, limit: int = 256) -> list[Notice]:
        """Newest first."""
        ...

    def unread_notices(self) -> int:
        """How many nobody has read yet."""
        ...


class NoticesModel(QAbstractListModel):
    """The newest notices. New ones are inserted on top; nothing else moves."""

    def __init__(self, books: NoticeReading, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._books = books
        self._clock = clock
        self._rows = books.notice_page(limit=SHOWN)

    def notice_at(self, row: int) -> Notice | None:
        """The notice in this row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def refresh(self) -> None:
        """Take over what is new or was read."""
        fresh = self._books.notice_page(limit=SHOWN)
        known = {notice.id for notice in self._rows}
        added = 0
        while added < len(fresh) and fresh[added].id not in known:
            added += 1
        if [n.id for n in fresh[added:]] != [n.id for n in self._rows[: len(fresh) - added]]:
            self.beginResetModel()  # test data deleted, or many more than one page
            self._rows = fresh
            self.endResetModel()
            return
        if added:
            self.beginInsertRows(_NOWHERE, 0, added - 1)
            self._rows = fresh[:added] + self._rows
            self.endInsertRows()
        for row, notice in enumerate(fresh):
            if notice != self._rows[row]:
                self._rows[row] = notice
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Loaded notices."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What happened; why stands below it."""
        notice = self.notice_at(index.row())
        if notice is None:
            return None
        title, why = notice_words(notice)
        now = self._clock.local(self._clock.now())
        when = formats.day_time(self._clock.local(notice.at), now)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title
            case _ if role == SUBTEXT_ROLE:
                return f"{when} · {why}"
            case Qt.ItemDataRole.AccessibleTextRole:
                unread = "" if notice.read_at else self.tr("Ungelesen: ")
                return f"{unread}{title}. {why} {when}"
            case Qt.ItemDataRole.FontRole if notice.read_at is None:
                font = QFont()
                font.setBold(True)
                return font
            case _ if role == ID_ROLE:
                return notice.id
        return None
