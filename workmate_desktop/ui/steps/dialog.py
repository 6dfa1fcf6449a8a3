"""Aufgaben im Hintergrund: how each step stands, why one fails, and trying again now."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.fitting_area import room_for
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.tables import RowDelegate, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.steps.model import Column, StepsModel
from workmate_desktop.words import step_texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

_WIDTHS = {Column.NAME: 250, Column.DONE: 130, Column.NEXT: 130}


class StepsDialog(QDialog):
    """Signal `retry_wanted()`: Jetzt erneut versuchen. `states` reads: for the background."""

    retry_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        states: Callable[[], Mapping[StepName, StepState]],
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._states = states
        self._bridge = bridge
        self.setWindowTitle(_("Aufgaben im Hintergrund"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(840, min(600, room_for(self)))
        self.model = StepsModel(theme, clock, self)
        self.table = _table(theme, self.model)
        self.table.setAccessibleName(_("Aufgaben"))
        self.why = PlainLabel(wrap=True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.why.setMinimumHeight(3 * self.why.fontMetrics().lineSpacing())
        self.retry_button = button(_("Jetzt &erneut versuchen"), kind="primary")
        self.close_button = button(_("&Schließen"))
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.retry_button.clicked.connect(self._retry)
        self.close_button.clicked.connect(self.accept)
        bridge.reception_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read again."""
        self._bridge.run_in_background(self._states, self._show, self._on_failed, self)

    # Inside

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(8)
        outer.addWidget(PlainLabel(_("Aufgaben im Hintergrund"), role="title"))
        outer.addWidget(
            PlainLabel(
                _(
                    "Das erledigt das Programm automatisch. Was fehlschlägt, versucht es nach "
                    "einer Pause erneut und macht dort weiter, wo es stehen blieb."
                ),
                role="muted",
                wrap=True,
            )
        )
        outer.addWidget(self.table, 1)
        outer.addWidget(self.why)
        buttons = QHBoxLayout()
        outer.addLayout(buttons)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.retry_button)

    def _show(self, states: Mapping[StepName, StepState]) -> None:
        chosen = self.model.row_at(self.table.currentIndex().row())
        self.model.show_states(states)
        rows = [self.model.row_at(row) for row in range(self.model.rowCount())]
        names = [row[0] for row in rows if row is not None]
        wanted = chosen[0] if chosen is not None else names[0] if names else None
        if wanted in names:
            self.table.selectRow(names.index(wanted))
        self._explain()

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._explain()

    def _explain(self) -> None:
        """Why the chosen one fails and what mends it."""
        row = self.model.row_at(self.table.currentIndex().row())
        words = ""
        if row is not None and row[1].failing:
            name, state = row
            said = (
                step_texts.failure_title(name) + ".",
                step_texts.consequence(name),
                step_texts.trouble_words(state.trouble, state.right).line,
            )
            words = " ".join(part for part in said if part)
        self.why.set_role("error" if words else "muted")
        self.why.setText(words)

    def _on_failed(self, error: Exception) -> None:
        self.why.set_role("error")
        self.why.setText(error_sentence(error).line)

    @Slot()
    def _retry(self) -> None:
        self.retry_wanted.emit()
        self.refresh()


def _table(theme: Theme, model: StepsModel) -> QTableView:
    view = QTableView()
    style_table(view)
    view.setModel(model)
    view.setItemDelegate(RowDelegate(theme, view, tabular_digits=True))
    header = view.horizontalHeader()
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column, width in _WIDTHS.items():
        view.setColumnWidth(column, width)
    return view
