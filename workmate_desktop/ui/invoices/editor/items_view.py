"""The table of positions: typed from the first cell to the last without touching the mouse.

Enter and Tab go on to the next cell, Shift+Tab back; Shift+Enter begins a line in the text. Behind
the last cell the empty line begins; left empty, it leads out of the table. Alt+Up and Alt+Down move
a position, Delete or Backspace removes it (while no cell is being edited).
"""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from workmate_desktop.ui.invoices.editor.items_delegate import ItemsDelegate
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.invoices.editor.items_model import (
    EMPTY_LINE_ROLE,
    REASON_ROLE,
    Index,
    ItemsModel,
)
from workmate_desktop.ui.invoices.list.amount_widths import width_for
from workmate_desktop.ui.kit.tables import ROW_HEIGHT, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _

_WIDTHS = {
    Column.QUANTITY: 92,
    Column.UNIT: 112,
    Column.UNIT_PRICE: 118,
    Column.TAX_RATE: 92,
    Column.NET: 132,
}
_NARROW_WIDTHS = {
    Column.QUANTITY: 76,
    Column.UNIT: 82,
    Column.UNIT_PRICE: 98,
    Column.TAX_RATE: 74,
    Column.NET: 106,
}
_NEVER_CUT = (Column.QUANTITY, Column.UNIT_PRICE, Column.NET)
"""A large number here gets more room than planned; the description gives it."""
_DESCRIPTION_AT_LEAST = 150
"""With less than this many pixels left for the description, the others use their narrow widths."""
_EDIT_NEXT = QAbstractItemDelegate.EndEditHint.EditNextItem
_EDIT_PREVIOUS = QAbstractItemDelegate.EndEditHint.EditPreviousItem
_MOVE_NEXT = QAbstractItemView.CursorAction.MoveNext
_MOVE_PREVIOUS = QAbstractItemView.CursorAction.MovePrevious


class ItemsView(QTableView):
    """Shows an `ItemsModel`.

    Signal `line_changed()`: another position may be current, so buttons for it may change.
    """

    line_changed = Signal()

    def __init__(self, theme: Theme, model: ItemsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = model
        self.setModel(model)
        style_table(self)
        self._delegate = ItemsDelegate(theme, model.currency, self)
        self.setItemDelegate(self._delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setTabKeyNavigation(True)
        self.setAccessibleName(_("Positionen"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setMinimumHeight(34 + 3 * ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.DESCRIPTION, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        header.sectionResized.connect(self._on_section_resized)
        self._needed = dict.fromkeys(_NEVER_CUT, 0)
        self._look_at(0, model.rowCount() - 1)
        self._share_room()
        model.dataChanged.connect(self._on_cells_changed)
        theme.changed.connect(self.viewport().update)
        for signal in (model.rowsInserted, model.rowsRemoved, model.rowsMoved):
            signal.connect(self.line_changed)

    # For the editor --------------------------------------------------------------------------

    def finish_editing(self) -> None:
        """Take over what is being typed, as leaving the cell would."""
        if self.state() == QAbstractItemView.State.EditingState:
            editor = self.indexWidget(self.currentIndex()) or self.viewport().focusWidget()
            if editor is not None:
                self.commitData(editor)
                self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def edit_cell(self, index: QModelIndex) -> None:
        """Make a cell current and open it."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentIndex(index)
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def current_line(self) -> int | None:
        """The row of the current position; None on the empty line or without one."""
        index = self.currentIndex()
        if not index.isValid() or index.data(EMPTY_LINE_ROLE):
            return None
        return index.row()

    @Slot()
    def remove_current(self) -> None:
        """Remove the current position; the next one becomes current."""
        self.finish_editing()
        row, column = self.current_line(), self.currentIndex().column()
        if row is not None:
            self._items.remove_line(row)
            last = self._items.rowCount() - 1
            self.setCurrentIndex(self._items.index(row, column if row < last else 0))
            self.line_changed.emit()

    @Slot()
    def move_up(self) -> None:
        """Move the current position one up."""
        self._move(-1)

    @Slot()
    def move_down(self) -> None:
        """Move the current position one down."""
        self._move(1)

    def _move(self, by: int) -> None:
        self.finish_editing()
        row = self.current_line()
        if row is not None and self._items.move_line(row, by):
            self.scrollTo(self.currentIndex())
            self.line_changed.emit()

    # Qt ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the table while no cell is edited, and Alt+Up/Down always."""
        key = event.key()
        moves = {Qt.Key.Key_Up: self.move_up, Qt.Key.Key_Down: self.move_down}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and key in moves:
            moves[Qt.Key(key)]()
            return
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_current()
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_or_go_on()
            return
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            target = self._neighbour(1 if key == Qt.Key.Key_Tab else -1)
            if target.isValid():
                self.setCurrentIndex(target)
            else:
                event.ignore()
            return
        if key == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def _open_or_go_on(self) -> None:
        index = self.currentIndex()
        if not index.isValid():
            index = self._items.index(0, 0)
            self.setCurrentIndex(index)
        if not index.flags() & Qt.ItemFlag.ItemIsEditable:
            index = self._neighbour(1)
            self.setCurrentIndex(index)
        self.edit(index)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Next and previous skip what cannot be typed, and stop at both ends."""
        if action in (_MOVE_NEXT, _MOVE_PREVIOUS):
            return self._neighbour(1 if action == _MOVE_NEXT else -1)
        return super().moveCursor(action, modifiers)

    def _neighbour(self, step: int) -> QModelIndex:
        """The next cell that can be typed, reading row by row; invalid behind the ends."""
        width, cells = len(Column), self._items.rowCount() * len(Column)
        index = self.currentIndex()
        at = index.row() * width + index.column() if index.isValid() else -1
        at += step
        while 0 <= at < cells:
            candidate = self._items.index(*divmod(at, width))
            if candidate.flags() & Qt.ItemFlag.ItemIsEditable:
                return candidate
            at += step
        return QModelIndex()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Going on behind the end leaves the table."""
        forward = hint == _EDIT_NEXT
        leaving = (forward or hint == _EDIT_PREVIOUS) and not self._neighbour(
            1 if forward else -1
        ).isValid()
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint if leaving else hint)
        if leaving:
            # Not this class's own: that one would only move inside the table.
            QWidget.focusNextPrevChild(self, forward)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click opens a cell for typing; anywhere in the empty line it begins a position."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        if index.data(EMPTY_LINE_ROLE):
            index = index.siblingAtColumn(Column.DESCRIPTION)
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self._delegate.opened_by_mouse = True
            self.edit_cell(index)
            self._delegate.opened_by_mouse = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a small screen the numbers give room to the description."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        widths = self._at_least(_WIDTHS)
        if self.viewport().width() - sum(widths.values()) < _DESCRIPTION_AT_LEAST:
            widths = self._at_least(_NARROW_WIDTHS)
        for column, width in widths.items():
            if self.columnWidth(column) != width:
                self.setColumnWidth(column, width)

    @Slot(int, int, int)
    def _on_section_resized(self, column: int, _old: int, width: int) -> None:
        if column == Column.DESCRIPTION:
            self._delegate.text_width = width
            self.resizeRowsToContents()  # its texts are wrapped anew

    def _at_least(self, planned: dict[Column, int]) -> dict[Column, int]:
        return {
            column: max(width, self._needed.get(column, 0)) for column, width in planned.items()
        }

    def _on_cells_changed(self, first: Index, last: Index) -> None:
        if self._look_at(first.row(), last.row()):
            self._share_room()

    def _look_at(self, first: int, last: int) -> bool:
        """Note what the numbers of these lines need; whether that is more than before."""
        before = dict(self._needed)
        for row in range(first, last + 1):
            for column in _NEVER_CUT:
                index = self._items.index(row, column)
                # What cannot be read may be of any length, and is told of below.
                if index.data(REASON_ROLE) is None:
                    text = str(index.data() or "")
                    self._needed[column] = max(self._needed[column], width_for(text, self.font()))
        return self._needed != before

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming in by Tab starts at the near end."""
        super().focusInEvent(event)
        ends = {
            Qt.FocusReason.TabFocusReason: 0,
            Qt.FocusReason.BacktabFocusReason: self._items.rowCount() - 1,
        }
        row = ends.get(event.reason())
        if row is not None or not self.currentIndex().isValid():
            self.selectionModel().setCurrentIndex(
                self._items.index(row or 0, Column.DESCRIPTION),
                QItemSelectionModel.SelectionFlag.NoUpdate,
            )

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell the buttons."""
        super().currentChanged(current, previous)
        self.line_changed.emit()
