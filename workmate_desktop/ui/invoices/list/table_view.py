"""The invoice list itself: columns, keys, what is selected, and the soft flash of a paid row."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.ui.invoices.list.amount_widths import WidestAmounts
from workmate_desktop.ui.invoices.list.status_width import WidestStatus
from workmate_desktop.ui.invoices.list.table_model import (
    AMOUNTS,
    ROW_ROLE,
    SORT_OF,
    Column,
    InvoiceTableModel,
)
from workmate_desktop.ui.kit.pills import PillDelegate
from workmate_desktop.ui.kit.tables import Index, RowDelegate, animations_wanted, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import status_pills

FLASH_MS = 1500
_HOLD_MS = 300
"""The tint stays full this long before it fades."""
_FRAME_MS = 33

_WIDTHS = {
    Column.NUMBER: 126,
    Column.CUSTOMER: 172,
    Column.ISSUE_DATE: 92,
    Column.DUE_DATE: 90,
    Column.TOTAL: 102,
    Column.PAID: 96,
    Column.STATUS: 224,
}
"""Large amounts get more: they are never cut off. Status gets less while its pills are short."""
_STATUS_LEAST = 110
_CUSTOMER_GIVES = 50
"""So much narrower may the customer become before a column is left out."""
_CUSTOMER_BESIDE_PILLS = 96
"""So wide stays the customer while pills can still say less."""
_STATUS_AT_LAST = 100
_CUSTOMER_AT_LAST = 60
_LEFT_OUT_FIRST = (Column.ISSUE_DATE, Column.PAID, Column.DUE_DATE)
"""In a narrow window: number, customer, amount and status say the most."""


class InvoiceTable(QTableView):
    """Shows an `InvoiceTableModel`.

    Signals: `invoice_selected(str)`, "" when nothing is selected; `activated_row(str)` on Enter
    or double click; `delete_pressed(str)`; `menu_wanted(str, QPoint)` with a global position.
    """

    invoice_selected = Signal(str)
    activated_row = Signal(str)
    delete_pressed = Signal(str)
    menu_wanted = Signal(str, object)

    def __init__(self, theme: Theme, model: InvoiceTableModel, parent: QWidget | None = None):
        super().__init__(parent)
        self._model = model
        self._widest = WidestAmounts(model, self)
        self._widest_status = WidestStatus(model, self)
        self._widths_chosen = False
        self._selected = ""
        self._quiet = False
        style_table(self)
        self.setModel(model)
        self.setAccessibleName(_("Rechnungen"))
        self.setCornerWidget(QWidget(self))
        self.setItemDelegate(RowDelegate(theme, self))
        for column in (Column.ISSUE_DATE, Column.DUE_DATE):
            self.setItemDelegateForColumn(column, RowDelegate(theme, self, muted=True))
        self.setItemDelegateForColumn(Column.TOTAL, RowDelegate(theme, self, tabular_digits=True))
        self.setItemDelegateForColumn(
            Column.PAID, RowDelegate(theme, self, tabular_digits=True, muted=True)
        )
        # Kept: a Python child that only Qt holds may lose its wrapper before Qt destroys it.
        self._pills = PillDelegate(theme, self._pills_of, self)
        self.setItemDelegateForColumn(Column.STATUS, self._pills)
        header = self.horizontalHeader()
        header.setAccessibleName(_("Spalten"))
        header.setSectionsClickable(True)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._widest.grown.connect(self._give_amounts_room)
        self._widest_status.grown.connect(self._give_amounts_room)
        self._set_widths()
        query = model.query
        order = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(_column_of(model), order)
        self.setSortingEnabled(True)
        header.sectionResized.connect(self._on_section_resized)
        self.flash = RowFlash(self, model)
        self._shown = query
        self._scroll = 0
        model.modelAboutToBeReset.connect(self._remember_scroll)
        model.modelReset.connect(self._restore)
        model.rowsInserted.connect(self._on_rows_inserted)
        model.rowsRemoved.connect(self._on_rows_removed)
        self.doubleClicked.connect(self._on_double_clicked)

    @property
    def selected_id(self) -> str:
        """The selected invoice, also while it is not among the loaded rows; "" for none."""
        return self._selected

    def select(self, invoice_id: str, *, scroll: bool = True) -> bool:
        """Select the invoice when it is loaded. Returns whether it is."""
        position = self._model.position(invoice_id)
        if position is None:
            return False
        bar = self.verticalScrollBar()
        before = bar.value()
        self.setCurrentIndex(self._model.index(position, 0))
        if not scroll:
            bar.setValue(before)
        return True

    def save_columns(self) -> dict[str, Any]:
        """Widths when somebody set them, and the sort, as plain values."""
        query = self._model.query
        state: dict[str, Any] = {"sort": query.sort.value, "descending": query.descending}
        if self._widths_chosen:
            state["widths"] = {column.name.lower(): self.columnWidth(column) for column in Column}
        return state

    def restore_columns(self, state: dict[str, Any]) -> None:
        """Take over what `save_columns` gave; what does not fit is left as it is."""
        widths = state.get("widths")
        if isinstance(widths, dict):
            for column in Column:
                width = widths.get(column.name.lower())
                if isinstance(width, int) and 24 <= width <= 4000:
                    self._widths_chosen = True
                    self.setColumnHidden(column, False)
                    self.setColumnWidth(column, width)
            self._give_amounts_room()
        for column, sort in SORT_OF.items():
            if sort.value == state.get("sort"):
                down = state.get("descending") is True
                order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
                self.sortByColumn(column, order)

    # Qt

    def selectionChanged(self, selected: Any, deselected: Any) -> None:
        """Tell which invoice is selected now."""
        super().selectionChanged(selected, deselected)
        if self._quiet:
            return
        rows = self.selectionModel().selectedRows()
        chosen = self._model.id_at(rows[0].row()) if rows else None
        if (chosen or "") != self._selected:
            self._selected = chosen or ""
            self.invoice_selected.emit(self._selected)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaint these cells. Qt's own takes a pixel more, and with it the cells below them."""
        if first.row() != last.row() or QAccessible.isActive():
            super().dataChanged(first, last, roles)
            return
        left = self.columnViewportPosition(first.column())
        right = self.columnViewportPosition(last.column()) + self.columnWidth(last.column())
        top, height = self.rowViewportPosition(first.row()), self.rowHeight(first.row())
        self.viewport().update(left, top, right - left, height)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """A row that leaves the list stays shown beside it: do not jump to its neighbour."""
        if start <= self.currentIndex().row() <= end:
            self._quiet = True
            self.setCurrentIndex(QModelIndex())
            self._quiet = False
        super().rowsAboutToBeRemoved(parent, start, end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete asks for deletion."""
        chosen = self._model.id_at(self.currentIndex().row())
        if chosen and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_row.emit(chosen)
        elif chosen and event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit(chosen)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The row's menu, at the pointer or, from the keyboard, at the row."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            place = event.globalPos()
        else:
            index = self.currentIndex()
            place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        chosen = self._model.id_at(index.row())
        if chosen:
            self.menu_wanted.emit(chosen, place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the columns until somebody sets them by hand."""
        super().resizeEvent(event)
        if not self._widths_chosen:
            self._set_widths()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs other room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._give_amounts_room()

    # Inside

    @Slot()
    def _give_amounts_room(self) -> None:
        if not self._widths_chosen:
            self._set_widths()
            return
        for column in AMOUNTS:
            needed = self._widest.width(column, self.font())
            if not self.isColumnHidden(column) and self.columnWidth(column) < needed:
                self.setColumnWidth(column, needed)

    def _set_widths(self) -> None:
        """The designed widths; further room goes to the customer, missing room is taken there."""
        room = self.viewport().width()
        shown = dict(_WIDTHS)
        for column in AMOUNTS:
            shown[column] = max(shown[column], self._widest.width(column, self.font()))
        pills = max(_STATUS_LEAST, self._widest_status.width())
        shown[Column.STATUS] = min(shown[Column.STATUS], pills)
        for column in _LEFT_OUT_FIRST:
            if sum(shown.values()) - _CUSTOMER_GIVES > room:
                del shown[column]
        spare = room - sum(shown.values())
        shown[Column.CUSTOMER] += max(spare, -_CUSTOMER_GIVES)
        # Only then do pills say their short words, and at last end in "…"; the tool tip has all.
        missing = max(0, -spare - _CUSTOMER_GIVES)
        short = max(_STATUS_AT_LAST, self._widest_status.short_width())
        for column, least in (
            (Column.STATUS, short),
            (Column.CUSTOMER, _CUSTOMER_BESIDE_PILLS),
            (Column.STATUS, _STATUS_AT_LAST),
            (Column.CUSTOMER, _CUSTOMER_AT_LAST),
        ):
            gives = max(0, min(missing, shown[column] - least))
            shown[column] -= gives
            missing -= gives
        before = self._shown_widths()
        header = self.horizontalHeader()
        blocked = header.blockSignals(True)
        for column in Column:
            self.setColumnHidden(column, column not in shown)
            if column in shown:
                self.setColumnWidth(column, shown[column])
        header.blockSignals(blocked)
        self.updateGeometries()
        # The header paints itself; the cells below it hear of nothing while it must not speak.
        if self._shown_widths() != before:
            self.viewport().update()

    def _shown_widths(self) -> list[int]:
        """Of each column; 0 for one that is left out."""
        return [self.columnWidth(column) for column in Column]

    @Slot(int, int, int)
    def _on_section_resized(self, section: int, _old: int, _new: int) -> None:
        # The last section stretches by itself; that is nobody's choice.
        if section != Column.STATUS:
            self._widths_chosen = True
        if section in AMOUNTS:
            self._give_amounts_room()

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        chosen = self._model.id_at(index.row())
        if chosen:
            self.activated_row.emit(chosen)

    @Slot()
    def _remember_scroll(self) -> None:
        self._scroll = self.verticalScrollBar().value()

    @Slot()
    def _restore(self) -> None:
        """After a reset: the same invoice is selected, and the same list at the same place.

        Another list that does not have it selects its first invoice: what the panel offers to
        act on stands in the list.
        """
        same_list = self._model.query == self._shown
        self._shown = self._model.query
        position = self._model.position(self._selected) if self._selected else None
        if position is not None:
            self._quiet = True
            self.selectRow(position)
            self._quiet = False
        elif not same_list and self._selected and not self._model.lists(self._selected):
            self._selected = self._model.id_at(0) or ""
            self._quiet = True
            self.selectRow(0)
            self._quiet = False
            self.invoice_selected.emit(self._selected)
        self._scroll_to(self._scroll if same_list else 0)

    @Slot(QModelIndex, int, int)
    def _on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._keep_place(first, last - first + 1)

    @Slot(QModelIndex, int, int)
    def _on_rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._keep_place(first, first - last - 1)

    def _keep_place(self, first: int, rows: int) -> None:
        """Rows came or went above what is read now: what is read stays where it is."""
        value = self.verticalScrollBar().value()
        height = self.verticalHeader().defaultSectionSize()
        if value and first * height < value:
            self._scroll_to(value + rows * height)

    def _scroll_to(self, value: int) -> None:
        self.executeDelayedItemsLayout()
        self.updateGeometries()
        self.verticalScrollBar().setValue(value)

    def _pills_of(self, index: Index) -> Any:
        row = index.data(ROW_ROLE)
        return status_pills(row, self._model.query.today) if isinstance(row, InvoiceRow) else ()


class RowFlash(QObject):
    """Tints rows green and lets it fade; repaints only those rows, and only while visible."""

    def __init__(self, view: QTableView, model: InvoiceTableModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._started: dict[str, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)

    @property
    def active(self) -> bool:
        """Whether anything is still fading."""
        return self._timer.isActive()

    def start(self, invoice_id: str) -> None:
        """Tint the row of this invoice; again from the start when it is tinted already."""
        if not self._view.isVisible() or self._model.position(invoice_id) is None:
            return
        self._started[invoice_id] = time.monotonic()
        self._model.flashing[invoice_id] = 1.0
        self._repaint((invoice_id,))
        self._timer.start()

    @Slot()
    def _step(self) -> None:
        fading, shown, now = animations_wanted(), self._view.isVisible(), time.monotonic()
        changed: list[str] = []
        for invoice_id, since in list(self._started.items()):
            elapsed = (now - since) * 1000
            if elapsed >= FLASH_MS or not shown:
                del self._started[invoice_id]
                self._model.flashing.pop(invoice_id, None)
                changed.append(invoice_id)
            elif fading and elapsed > _HOLD_MS:
                left = 1.0 - (elapsed - _HOLD_MS) / (FLASH_MS - _HOLD_MS)
                self._model.flashing[invoice_id] = left
                changed.append(invoice_id)
        self._repaint(changed)
        if not self._started:
            self._timer.stop()

    def _repaint(self, invoice_ids: Iterable[str]) -> None:
        """Many may fade at once, few of them where they are seen: Qt is asked only about those."""
        viewport = self._view.viewport()
        first = self._view.rowAt(0)
        last = self._view.rowAt(viewport.height() - 1)
        for invoice_id in invoice_ids:
            at = self._model.position(invoice_id)
            if at is not None and first <= at and (at <= last or last < 0):
                top, height = self._view.rowViewportPosition(at), self._view.rowHeight(at)
                viewport.update(0, top, viewport.width(), height)


def _column_of(model: InvoiceTableModel) -> int:
    return next(column for column, sort in SORT_OF.items() if sort is model.query.sort)
