"""Klärung nötig: the line with title and chips, the list, or why it is empty."""

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.review import ReviewList, WaitingCount
from workmate_desktop.services.booking.review import Review
from workmate_desktop.ui.kit.cards import EmptyState
from workmate_desktop.ui.kit.controls import Segments, button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.tables import TALL_ROW_HEIGHT, Index, RowDelegate, style_table
from workmate_desktop.ui.kit.theme import Theme, sized, tabular
from workmate_desktop.ui.review.model import ID_ROLE, Column, ReviewModel
from workmate_desktop.ui.review.others_line import OthersLine
from workmate_desktop.words import review as texts
from workmate_desktop.words.language import _

_WIDTHS = {Column.AMOUNT: 120, Column.WHEN: 140}
_MINUTE_MS = 60_000
_ROOM_FOR_WORDS = 720


class ReviewTable(QTableView):
    """Signals: `item_selected(str)`, "" for none; `activated_item(str)` on Enter."""

    item_selected = Signal(str)
    activated_item = Signal(str)

    def __init__(self, theme: Theme, model: ReviewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_table(self, row_height=TALL_ROW_HEIGHT)
        self.setModel(model)
        self.setAccessibleName(_("Klärung nötig"))
        self.setItemDelegate(RowDelegate(theme, self))
        self.setItemDelegateForColumn(Column.AMOUNT, _AmountDelegate(theme, self))
        self.setItemDelegateForColumn(
            Column.WHEN, RowDelegate(theme, self, tabular_digits=True, muted=True)
        )
        header = self.horizontalHeader()
        header.setAccessibleName(_("Spalten"))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(Column.WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)

    def select(self, item_id: str) -> bool:
        """Select the item when it is loaded. Returns whether it is."""
        model = self.model()
        assert isinstance(model, ReviewModel)
        position = model.position(item_id)
        if position is None:
            return False
        self.setCurrentIndex(model.index(position, 0))
        return True

    def selected_id(self) -> str:
        """The selected item; "" for none."""
        rows = self.selectionModel().selectedRows()
        return str(rows[0].data(ID_ROLE)) if rows else ""

    def selectionChanged(self, selected: Any, deselected: Any) -> None:
        """Tell which item is selected now."""
        super().selectionChanged(selected, deselected)
        self.item_selected.emit(self.selected_id())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to what can be done."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected_id():
            self.activated_item.emit(self.selected_id())
            return
        super().keyPressEvent(event)


class _AmountDelegate(RowDelegate):
    """Amounts stand out."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, tabular_digits=True)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Bold digits of one width."""
        super().initStyleOption(option, index)
        cell: Any = option  # the stubs of PySide6 leave its attributes out
        cell.font = tabular(sized(cell.font, cell.font.pixelSize(), QFont.Weight.DemiBold))


class ReviewPane(QWidget):
    """The left side.

    Signals: `back_wanted()`; `item_selected(str)`, "" for none; `activated_item(str)`;
    `undo_wanted(str)`: a decision made a moment ago.
    """

    back_wanted = Signal()
    item_selected = Signal(str)
    activated_item = Signal(str)
    undo_wanted = Signal(str)

    def __init__(
        self, theme: Theme, review: Review, clock: Clock, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = ReviewModel(review, clock, self)
        self.table = ReviewTable(theme, self.model)
        self.back = button(_("A&lle Rechnungen"))
        theme.set_icon(self.back, "chevron-left", "muted")
        self.title = PlainLabel(_("Klärung nötig"), role="title")
        self.how_many = PlainLabel(role="muted", elide=True)
        self.chips = Segments(_("Offen oder entschieden"))
        self.chips.add(ReviewList.OPEN.value, _("Offen"))
        self.chips.add(ReviewList.DECIDED.value, _("Entschieden"))
        self.chips.add(ReviewList.NOT_OURS.value, _("Andere"))
        self.chips.offer(ReviewList.NOT_OURS.value, False)
        self.done = _DoneLine()
        self.others = OthersLine()
        self.nothing_open = EmptyState(
            theme,
            "circle-check",
            _("Nichts zu klären"),
            _("Nichts wartet auf eine Entscheidung. Sie müssen nichts tun."),
        )
        self.nothing_decided = EmptyState(
            theme,
            "inbox",
            _("Noch nichts entschieden"),
            _("Hier steht, wer was entschieden hat, und es lässt sich rückgängig machen."),
        )
        self.no_others = EmptyState(
            theme,
            "inbox",
            _("Keine Zahlung eines anderen Programms"),
            _("Alle Zahlungen über dieses Konto gehören hierher."),
        )
        self.stack = QStackedWidget()
        for page in (self.table, self.nothing_open, self.nothing_decided, self.no_others):
            self.stack.addWidget(page)
        self._arrange()
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self.model.follow_day)
        self._minute.start()
        self.back.clicked.connect(self.back_wanted)
        self.chips.chosen.connect(self._on_chosen)
        self.done.undo_wanted.connect(self.undo_wanted)
        self.table.item_selected.connect(self.item_selected)
        self.table.activated_item.connect(self.activated_item)
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._show_state)
        self._show_state()

    def show_list(self, wanted: ReviewList) -> None:
        """Show what waits, what was decided, or what is of other programs."""
        # It stands there only while it is chosen: it is reached by the line.
        self.chips.offer(ReviewList.NOT_OURS.value, wanted is ReviewList.NOT_OURS)
        self.chips.choose(wanted.value)
        self.model.show(wanted)
        self.others.show_beside(wanted)
        self._show_state()

    def select_at(self, row: int) -> None:
        """Select the row, or the last one behind it; for going on after a decision."""
        last = self.model.rowCount() - 1
        if last >= 0:
            self.table.setCurrentIndex(self.model.index(min(max(row, 0), last), 0))

    def focus_list(self) -> None:
        """Give the keyboard to the list, or while it is empty to the way back."""
        shown = self.stack.currentWidget() is self.table
        first = self.table if shown else self.back
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_waiting(self, waiting: WaitingCount) -> None:
        """How many wait, in words."""
        self.chips.set_count(ReviewList.OPEN.value, waiting.count)
        self.how_many.setText(texts.waiting_words(waiting))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In little room the number on the chip says enough."""
        super().resizeEvent(event)
        self.how_many.setVisible(self.width() >= _ROOM_FOR_WORDS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the invoices."""
        if event.key() == Qt.Key.Key_Escape:
            self.back_wanted.emit()
            return
        super().keyPressEvent(event)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        line = QHBoxLayout()
        line.setSpacing(8)
        column.addLayout(line)
        line.addWidget(self.back)
        line.addSpacing(6)
        line.addWidget(self.title)
        line.addWidget(self.how_many, 100)
        line.addStretch(1)
        line.addWidget(self.chips)
        column.addWidget(self.done)
        column.addWidget(self.others)
        column.addWidget(self.stack, 1)

    @Slot(str)
    def _on_chosen(self, which: str) -> None:
        self.show_list(ReviewList(which))
        self.select_at(0)

    @Slot()
    def _show_state(self) -> None:
        if self.model.rowCount():
            self.stack.setCurrentWidget(self.table)
            return
        empty = {
            ReviewList.OPEN: self.nothing_open,
            ReviewList.DECIDED: self.nothing_decided,
            ReviewList.NOT_OURS: self.no_others,
        }
        self.stack.setCurrentWidget(empty[self.model.shown])


class _DoneLine(QFrame):
    """What was just decided, with Rückgängig beside it. Signal `undo_wanted(str)`."""

    undo_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._decision_id = ""
        self.setProperty("part", "card")
        self.words = PlainLabel(wrap=True)
        self.undo = button(_("&Rückgängig"), kind="link")
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        line.addWidget(self.words, 1)
        line.addWidget(self.undo)
        self.undo.clicked.connect(self._on_undo)
        self.hide()

    def show_done(self, words: str, decision_id: str = "") -> None:
        """Say it; with a decision it can be taken back."""
        self._decision_id = decision_id
        self.words.setText(words)
        self.undo.setVisible(bool(decision_id))
        self.setVisible(bool(words))

    @Slot()
    def _on_undo(self) -> None:
        self.undo_wanted.emit(self._decision_id)
