"""The list of events itself: columns, keys, what is selected, and a place that stays."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.ui.kit.pills import PillDelegate
from workmate_desktop.ui.kit.tables import Index, RowDelegate, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.events.events_model import ROW_ROLE, Column, EventsModel
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import outcome_pill

_WIDTHS = {
    Column.TIME: 98,
    Column.TYPE: 226,
    Column.INVOICE: 136,
    Column.AMOUNT: 104,
    Column.OUTCOME: 176,
    Column.SOURCE: 92,
    Column.ANSWER: 80,
}
_SMALLEST = {Column.OUTCOME: 116, Column.TYPE: 130, Column.INVOICE: 122}
"""In a narrow window these give way first, in this order."""
_NARROW = 700
_LEFT_OUT = (Column.SOURCE, Column.ANSWER)
"""In less room than `_NARROW` these are read beside the list only; where even the smallest widths
are too much, the type as well: the outcome says nearly the same."""


class EventsTable(QTableView):
    """Signals: `event_selected(str)`, "" for none; `activated_event(str)` on Enter."""

    event_selected = Signal(str)
    activated_event = Signal(str)

    def __init__(self, theme: Theme, model: EventsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selected = ""
        self._quiet = False
        self._scroll = 0
        style_table(self)
        self.setModel(model)
        self.setProperty("flat", True)
        self.setAccessibleName(_("Ereignisse"))
        muted = RowDelegate(theme, self, tabular_digits=True, muted=True)
        self.setItemDelegate(RowDelegate(theme, self, tabular_digits=True))
        for column in (Column.TIME, Column.SOURCE, Column.ANSWER):
            self.setItemDelegateForColumn(column, muted)
        self.setItemDelegateForColumn(Column.TYPE, RowDelegate(theme, self, mono=True))
        self.setItemDelegateForColumn(Column.OUTCOME, PillDelegate(theme, _pills_of, self))
        header = self.horizontalHeader()
        header.setAccessibleName(_("Spalten"))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._widths_chosen = False
        self._arranging = False
        self._set_widths()
        header.sectionResized.connect(self._on_section_resized)
        model.modelAboutToBeReset.connect(self._remember_scroll)
        model.modelReset.connect(self._restore)
        model.rowsInserted.connect(self._on_rows_inserted)

    @property
    def selected_id(self) -> str:
        """The selected event, also while it is not among the loaded rows; "" for none."""
        return self._selected

    def select(self, event_id: str) -> bool:
        """Select the event when it is loaded. Returns whether it is."""
        position = self._model.position(event_id)
        if position is None:
            return False
        self.setCurrentIndex(self._model.index(position, 0))
        return True

    def save_columns(self) -> dict[str, int]:
        """The widths, by column; empty while nobody has chosen any."""
        if not self._widths_chosen:
            return {}
        return {column.name.lower(): self.columnWidth(column) for column in Column}

    def restore_columns(self, widths: Mapping[str, object]) -> None:
        """Take over what `save_columns` gave; what does not fit is left as it is."""
        for column in Column:
            width = widths.get(column.name.lower())
            if isinstance(width, int) and 24 <= width <= 4000:
                self._widths_chosen = True
                self.setColumnHidden(column, False)
                self.setColumnWidth(column, width)

    # Qt

    def selectionChanged(self, selected: Any, deselected: Any) -> None:
        """Tell which event is selected now."""
        super().selectionChanged(selected, deselected)
        if self._quiet:
            return
        rows = self.selectionModel().selectedRows()
        chosen = (self._model.id_at(rows[0].row()) if rows else None) or ""
        if chosen != self._selected:
            self._selected = chosen
            self.event_selected.emit(chosen)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """An event that leaves the list stays shown beside it: do not jump to its neighbour."""
        if start <= self.currentIndex().row() <= end:
            self._quiet = True
            self.setCurrentIndex(QModelIndex())
            self._quiet = False
        super().rowsAboutToBeRemoved(parent, start, end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to what can be done with the event."""
        chosen = self._model.id_at(self.currentIndex().row())
        if chosen and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_event.emit(chosen)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the columns until somebody sets them by hand."""
        super().resizeEvent(event)
        if not self._widths_chosen:
            self._set_widths()

    # Inside

    def _set_widths(self) -> None:
        self._arranging = True
        widths = dict(_WIDTHS)
        narrow = self.viewport().width() < _NARROW
        for column in _LEFT_OUT:
            self.setColumnHidden(column, narrow)
            if narrow:
                del widths[column]
        smallest_widths = sum({**widths, **_SMALLEST}.values())
        tiny = narrow and self.viewport().width() < smallest_widths
        self.setColumnHidden(Column.TYPE, tiny)
        if tiny:
            del widths[Column.TYPE]
        spare = self.viewport().width() - sum(widths.values())
        if spare > 0:
            widths[Column.INVOICE if tiny else Column.TYPE] += spare
        for column, smallest in _SMALLEST.items():
            if column not in widths:
                continue
            give = min(max(0, -spare), widths[column] - smallest)
            widths[column] -= give
            spare += give
        for column, width in widths.items():
            self.setColumnWidth(column, width)
        self._arranging = False

    @Slot(int, int, int)
    def _on_section_resized(self, _section: int, _old: int, _new: int) -> None:
        # Only what the hand of somebody does is a choice.
        self._widths_chosen = self._widths_chosen or not self._arranging

    @Slot()
    def _remember_scroll(self) -> None:
        self._scroll = self.verticalScrollBar().value()

    @Slot()
    def _restore(self) -> None:
        """After a reset the same event is selected, without saying so again."""
        position = self._model.position(self._selected) if self._selected else None
        if position is not None:
            self._quiet = True
            self.selectRow(position)
            self._quiet = False
        self._scroll_to(self._scroll)

    @Slot(QModelIndex, int, int)
    def _on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        """New events above what is read now push nothing away; at the top they are seen."""
        value = self.verticalScrollBar().value()
        height = self.verticalHeader().defaultSectionSize()
        if value and first * height < value:
            self._scroll_to(value + (last - first + 1) * height)

    def _scroll_to(self, value: int) -> None:
        self.executeDelayedItemsLayout()
        self.updateGeometries()
        self.verticalScrollBar().setValue(value)


def _pills_of(index: Index) -> Any:
    row = index.data(ROW_ROLE)
    return (outcome_pill(row.outcome, row.source),) if isinstance(row, EventRow) else ()
