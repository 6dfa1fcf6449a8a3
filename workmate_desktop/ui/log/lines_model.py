"""The lines of the program's log, filtered by level and text."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.log import LogEntry
from workmate_desktop.ui.shared.tables import Index

_NOWHERE = QModelIndex()
SHOWN = 2000
_RANK = {"DEBUG": 0, "INFO": 1, "WARNING": 2, "ERROR": 3, "CRITICAL": 3}


class LinesModel(QAbstractListModel):
    """The newest lines, oldest first. New ones are appended."""

    def __init__(
        self,
        entries: Callable[[int], list[LogEntry]],
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._entries = entries
        self._clock = clock
        self._least = "INFO"
        self._text = ""
        self._shown: list[LogEntry] = self._wanted()

    def show_only(self, least: str, text: str) -> None:
        """Lines of at least this level (INFO, WARNING, ERROR) that hold `text`."""
        self._least, self._text = least, text.casefold()
        self.beginResetModel()
        self._shown = self._wanted()
        self.endResetModel()

    def refresh(self) -> None:
        """Take over new lines; the oldest make room."""
        wanted = self._wanted()
        last = self._shown[-1] if self._shown else None
        # The same object: lines are kept in memory as they are.
        start = next(
            (n + 1 for n in range(len(wanted) - 1, -1, -1) if wanted[n] is last),
            None if last is not None else 0,
        )
        if start is None:
            self.beginResetModel()
            self._shown = wanted
            self.endResetModel()
            return
        new = wanted[start:]
        if new:
            first = len(self._shown)
            self.beginInsertRows(_NOWHERE, first, first + len(new) - 1)
            self._shown.extend(new)
            self.endInsertRows()
        surplus = len(self._shown) - SHOWN
        if surplus > 0:
            self.beginRemoveRows(_NOWHERE, 0, surplus - 1)
            del self._shown[:surplus]
            self.endRemoveRows()

    def line(self, row: int) -> str:
        """One line as text: local time, level, words."""
        entry = self._shown[row]
        moment = self._clock.local(entry.at)
        return f"{moment:%d.%m.%Y %H:%M:%S}  {entry.level:<7}  {entry.text}"

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Lines shown."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line; a trace is shown by its first line, copied whole."""
        if not 0 <= index.row() < len(self._shown):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.line(index.row()).split("\n", 1)[0]
        return None

    def _wanted(self) -> list[LogEntry]:
        least = _RANK[self._least]
        return [
            entry
            for entry in self._entries(SHOWN)
            if _RANK.get(entry.level, 1) >= least and self._text in entry.text.casefold()
        ]
