"""The lines of the program's log: the newest ones of this run, filtered by level and text.

New lines are appended and the oldest taken away; nothing resets while somebody reads.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.clock import Clock, to_text
from workmate_desktop.domain.text import comparable
from workmate_desktop.services.log import LogEntry, ProgramLog
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.ui.kit.tables import Index
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import Pill
from workmate_desktop.words.tone import Tone

_NOWHERE = QModelIndex()
MOST = 5000
"""As many as services.log keeps in memory."""

ENTRY_ROLE = int(Qt.ItemDataRole.UserRole) + 101


class Column(IntEnum):
    """The columns from left to right."""

    TIME = 0
    LEVEL = 1
    TEXT = 2


class LevelFilter(StrEnum):
    """The chips above the list."""

    ALL = "all"
    WARNINGS = "warnings"
    """Warnings and errors."""
    ERRORS = "errors"


_SEVERITY = {"DEBUG": 0, "INFO": 1, "WARNING": 2, "ERROR": 3, "CRITICAL": 3}
_LEAST = {LevelFilter.ALL: 0, LevelFilter.WARNINGS: 2, LevelFilter.ERRORS: 3}


class ProgramModel(QAbstractTableModel):
    """The lines that match `level` and `text`, oldest first."""

    def __init__(self, log: ProgramLog, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._clock = clock
        self._level = LevelFilter.ALL
        self._text = ""
        self._entries = log.entries(MOST)
        self._shown = list(self._entries)

    @property
    def level(self) -> LevelFilter:
        """The chosen chip."""
        return self._level

    @property
    def text(self) -> str:
        """What is searched for."""
        return self._text

    def show_only(self, level: LevelFilter, text: str) -> None:
        """Show other lines; resets the model when the choice differs."""
        if (level, text) == (self._level, self._text):
            return
        self.beginResetModel()
        self._level, self._text = level, text
        self._shown = [entry for entry in self._entries if self._matches(entry)]
        self.endResetModel()

    def read_new(self) -> int:
        """Append the lines that came since the last reading.

        Returns how many rows went at the top, because the log keeps only the newest lines.
        """
        now = self._log.entries(MOST)
        new = _after(now, self._entries[-1] if self._entries else None)
        gone = len(self._entries) + len(new) - len(now)
        dropped = {id(entry) for entry in self._entries[:gone]} if gone > 0 else frozenset()
        leaving = 0
        while leaving < len(self._shown) and id(self._shown[leaving]) in dropped:
            leaving += 1
        self._entries = now
        if leaving:
            self.beginRemoveRows(QModelIndex(), 0, leaving - 1)
            del self._shown[:leaving]
            self.endRemoveRows()
        matching = [entry for entry in new if self._matches(entry)]
        if matching:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(matching) - 1)
            self._shown += matching
            self.endInsertRows()
        return leaving

    def entry_at(self, row: int) -> LogEntry | None:
        """The line in this row; None outside."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def plain_text(self, rows: Sequence[int] | None = None) -> str:
        """These rows, or all that are shown, as in the log file: UTC, level, text."""
        wanted = self._shown if rows is None else [self._shown[row] for row in rows]
        return "\n".join(f"{to_text(entry.at)} {entry.level:<7} {entry.text}" for entry in wanted)

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Shown lines."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Always the same columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Column titles."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _column_title(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell. ENTRY_ROLE has the whole line."""
        entry = self.entry_at(index.row()) if index.isValid() else None
        if entry is None:
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(entry, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_column_title(column)}: {self._words(entry, column)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(entry, column)
        if role == ENTRY_ROLE:
            return entry
        return None

    def _words(self, entry: LogEntry, column: Column) -> str:
        match column:
            case Column.TIME:
                return _time(self._clock.local(entry.at), self._clock.local(self._clock.now()))
            case Column.LEVEL:
                return level_pill(entry.level).text
            case Column.TEXT:
                return entry.text.split("\n", 1)[0]

    def _tip(self, entry: LogEntry, column: Column) -> str | None:
        if column is Column.TIME:
            moment = self._clock.local(entry.at)
            return f"{formats.date_text(moment.date())}, {formats.clock_time(moment)}"
        if column is Column.TEXT:
            return plain_tip(entry.text)
        return None

    def _matches(self, entry: LogEntry) -> bool:
        if _SEVERITY.get(entry.level, 1) < _LEAST[self._level]:
            return False
        return comparable(self._text) in comparable(entry.text)


def level_pill(level: str) -> Pill:
    """The level in German."""
    return {
        "WARNING": Pill(_("Warnung"), Tone.AMBER),
        "ERROR": Pill(_("Fehler"), Tone.RED),
        "CRITICAL": Pill(_("Fehler"), Tone.RED),
    }.get(level, Pill(_("Info"), Tone.GREY))


def level_words(level: LevelFilter) -> str:
    """The words of a chip."""
    return {
        LevelFilter.ALL: _("Alle"),
        LevelFilter.WARNINGS: _("Warnungen"),
        LevelFilter.ERRORS: _("Fehler"),
    }[level]


def nothing_words(level: LevelFilter, text: str) -> tuple[str, str]:
    """Title and sentence for a list without lines."""
    if text:
        return (
            _("Nichts gefunden"),
            _("Keine Zeile enthält „%1“.").replace("%1", text),
        )
    return {
        LevelFilter.ALL: (
            _("Noch keine Zeile"),
            _("Was das Programm seit dem Start getan hat, steht hier Zeile für Zeile."),
        ),
        LevelFilter.WARNINGS: (
            _("Keine Warnungen"),
            _("Seit dem Start ist nichts Auffälliges geschehen."),
        ),
        LevelFilter.ERRORS: (
            _("Keine Fehler"),
            _("Seit dem Start ist im Programm kein Fehler aufgetreten."),
        ),
    }[level]


def _column_title(column: Column) -> str:
    return {
        Column.TIME: _("Zeit"),
        Column.LEVEL: _("Stufe"),
        Column.TEXT: _("Zeile"),
    }[column]


def _time(moment: datetime, now: datetime) -> str:
    """Today with the second, other days with the date before it."""
    if moment.date() == now.date():
        return formats.clock_time(moment)
    return f"{moment:%d.%m.} {formats.clock_time(moment)}"


def _after(entries: list[LogEntry], last: LogEntry | None) -> list[LogEntry]:
    """The entries behind `last`, which is compared by identity; all when it is not among them."""
    if last is None:
        return entries
    for position in range(len(entries) - 1, -1, -1):
        if entries[position] is last:
            return entries[position + 1 :]
    return entries
