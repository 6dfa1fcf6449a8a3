"""The backups that the program made, as a table, newest first."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.backups import KeptBackup
from workmate_desktop.domain.clock import Clock
from workmate_desktop.ui.kit.tables import Index
from workmate_desktop.ui.window.trouble_page import backup_words
from workmate_desktop.words import formats
from workmate_desktop.words.backup import moment_words, size_words
from workmate_desktop.words.language import _

_NOWHERE = QModelIndex()


class Column(IntEnum):
    """What stands where."""

    NAME = 0
    INVOICES = 1
    PAYMENTS = 2
    LAST_ENTRY = 3
    SIZE = 4


class KeptModel(QAbstractTableModel):
    """Filled once, when the background has looked at the files."""

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._rows: list[KeptBackup] = []

    def show_rows(self, rows: list[KeptBackup]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_at(self, row: int) -> KeptBackup | None:
        """The backup in this row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Backups."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """See Column."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """The words above the columns."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.NAME: _("Sicherung vom"),
            Column.INVOICES: _("Rechnungen"),
            Column.PAYMENTS: _("Zahlungen"),
            Column.LAST_ENTRY: _("Letzter Eintrag"),
            Column.SIZE: _("Größe"),
        }[Column(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A damaged backup is listed, so that nobody misses it, but counts nothing."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self._rows[index.row()]
        column = Column(index.column())
        if column is Column.NAME:
            return backup_words(row.path.replace("\\", "/").rpartition("/")[2])
        if column is Column.SIZE:
            return size_words(row.size_bytes)
        if not row.sound:
            return _("beschädigt") if column is Column.LAST_ENTRY else formats.NONE
        if column is Column.INVOICES:
            return str(row.invoices)
        if column is Column.PAYMENTS:
            return str(row.payments)
        return moment_words(row.last_entry_at, self._clock)


def _alignment(column: int) -> Qt.AlignmentFlag:
    numbers = (Column.INVOICES, Column.PAYMENTS, Column.SIZE)
    side = Qt.AlignmentFlag.AlignRight if column in numbers else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
