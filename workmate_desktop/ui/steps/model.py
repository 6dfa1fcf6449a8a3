"""The steps of the background as a table."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.ui.kit.tables import Index
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import step_texts
from workmate_desktop.words.language import _

_NOWHERE = QModelIndex()


class Column(IntEnum):
    """What stands where."""

    NAME = 0
    DONE = 1
    NEXT = 2
    STATE = 3


class StepsModel(QAbstractTableModel):
    """Those that fail come first."""

    def __init__(self, theme: Theme, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._rows: list[tuple[StepName, StepState]] = []

    def show_states(self, states: Mapping[StepName, StepState]) -> None:
        """Show these."""
        rows = sorted(states.items(), key=lambda item: not item[1].failing)
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def row_at(self, row: int) -> tuple[StepName, StepState] | None:
        """The step in this row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Steps."""
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
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.NAME: _("Aufgabe"),
            Column.DONE: _("Zuletzt gelungen"),
            Column.NEXT: _("Nächster Versuch"),
            Column.STATE: _("Stand"),
        }.get(Column(section))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words; what fails is red."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        name, state = row
        if role == Qt.ItemDataRole.ForegroundRole:
            failing = state.failing and index.column() == Column.STATE
            return self._theme.color("error") if failing else None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        now = self._clock.local(self._clock.now())
        local = self._clock.local
        match Column(index.column()):
            case Column.NAME:
                return step_texts.step_name(name)
            case Column.DONE:
                return step_texts.time_words(state.done_at, now, local)
            case Column.NEXT:
                return step_texts.time_words(state.next_at, now, local)
            case _:
                return step_texts.state_words(state)
