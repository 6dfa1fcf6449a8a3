"""Choosing a customer: type a part of the name, take one from the list, or make a new one."""

from typing import Any, cast

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QListView, QWidget

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.text import comparable
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.words.language import _

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

FOUND_AT_MOST = 20
_VISIBLE_ROWS = 10
_POPUP_PADDING = 8
CUSTOMER_ROLE = Qt.ItemDataRole.UserRole + 1
"""The `Customer` of a row; None in the last row, which makes a new one."""
_FOR_THE_LIST = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab)


class CustomersModel(QAbstractListModel):
    """What was found, and in the last row "Neuen Kunden anlegen"."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: list[Customer] = []
        self._typed = ""

    def show(self, found: list[Customer], typed: str) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._found, self._typed = found, typed
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Found customers and the row for a new one."""
        return 0 if parent.isValid() else len(self._found) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Display: name and town. Edit: what stands in the field when this row is taken."""
        if not index.isValid():
            return None
        customer = self._found[index.row()] if index.row() < len(self._found) else None
        if role == CUSTOMER_ROLE:
            return customer
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._new_words() if customer is None else _words(customer)
        if role == Qt.ItemDataRole.EditRole:
            return self._typed if customer is None else customer.name
        return None

    def _new_words(self) -> str:
        if not self._typed:
            return _("Neuen Kunden anlegen …")
        return _("Neuen Kunden anlegen: „%1“").replace("%1", self._typed)


def _words(customer: Customer) -> str:
    place = f"{customer.postal_code} {customer.city}".strip()
    return " · ".join(part for part in (customer.name, place) if part)


class CustomerField(QComboBox):
    """An editable list that asks the books while one types.

    Choosing a customer goes on to the next field. Signals: `changed()`, another customer or none
    is chosen; `new_wanted(name)`, staff want to make a customer of this name ("" when nothing was
    typed); `left_unknown()`, the field was left with a name that is nobody's.
    """

    changed = Signal()
    left_unknown = Signal()
    new_wanted = Signal(str)

    def __init__(self, books: Books, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._books = books
        self._customer: Customer | None = None
        self._unknown = False
        self._found = CustomersModel(self)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # So that the form fits 1280 pixels at 200 % beside three dates and a pencil.
        self.setMinimumContentsLength(4)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        completer = QCompleter(self._found, self)
        # The books have searched already, with folded umlauts; the completer must not filter.
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCompletionRole(Qt.ItemDataRole.EditRole)
        completer.setMaxVisibleItems(_VISIBLE_ROWS)
        # Behind the last row there would be no row, and nothing for Enter to take.
        completer.setWrapAround(False)
        popup = QListView()
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The end says the town, which tells two of the same name apart.
        popup.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        popup.setProperty("part", "popup")
        completer.setPopup(popup)
        popup.setAccessibleName(_("Gefundene Kunden"))
        self._completer = completer
        self._popup = popup
        # Not `setCompleter`: a completer of the line edit would fill in text by itself.
        self.setCompleter(None)  # type: ignore[arg-type]  # the stub lacks None
        completer.setWidget(self)
        cast(Any, completer.activated)[QModelIndex].connect(self._on_taken)
        line = self._line()
        line.setMaxLength(200)
        line.setPlaceholderText(_("Name suchen oder neu eingeben …"))
        line.textEdited.connect(self._on_typed)

    def customer(self) -> Customer | None:
        """The chosen customer."""
        return self._customer

    def set_customer(self, customer: Customer | None) -> None:
        """Choose one from outside."""
        self.setEditText("" if customer is None else customer.name)
        self._line().setCursorPosition(0)
        self._choose(customer)

    @property
    def unknown(self) -> bool:
        """Whether the field was left with a name that is nobody's."""
        return self._unknown

    def list_is_open(self) -> bool:
        """Whether customers are offered now."""
        return self._popup.isVisible()

    def found(self) -> CustomersModel:
        """What the list shows."""
        return self._found

    def showPopup(self) -> None:
        """The arrow, Alt+Down and F4 open the found customers, not the combo's own list."""
        text = "" if self._customer is not None else self.currentText()
        self._offer(text.strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down opens the list, Enter takes an exact name or offers some.

        An open list gets its keys first.
        """
        if self._popup.isVisible() and event.key() in _FOR_THE_LIST:
            event.ignore()
            return
        if event.key() == Qt.Key.Key_Down and not event.modifiers():
            self.showPopup()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self._take_exact_name()
            if self._customer is None:
                self.showPopup()
            else:
                self.focusNextPrevChild(True)
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Tab takes what the arrows chose or what alone was found, never one of several."""
        index = self._popup.currentIndex()
        if self.list_is_open() and (index.row() > 0 or self._found.rowCount() == 2):
            customer = index.data(CUSTOMER_ROLE)
            if isinstance(customer, Customer):
                self.set_customer(customer)
        return super().focusNextPrevChild(onward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field takes a customer whose name was typed in full."""
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._take_exact_name()
            typed = bool(self.currentText().strip())
            # Another window in front is no leaving.
            if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
                self._unknown = typed and self._customer is None
                if self._unknown:
                    self.left_unknown.emit()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """The wheel scrolls the page, never the choice."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().event(event)

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._unknown = False
        self._choose(None)
        self._offer(text.strip())

    def _offer(self, text: str) -> None:
        self._found.show(self._books.customers(text, FOUND_AT_MOST), text)
        self._completer.complete()
        height = self._popup.height()
        if self._found.rowCount() <= _VISIBLE_ROWS:
            # QCompleter knows nothing of the style sheet's padding and would show a scroll bar.
            height += _POPUP_PADDING
        self._popup.resize(self._list_width(), height)
        # The first one is ready for Enter.
        self._popup.setCurrentIndex(self._popup.model().index(0, 0))

    def _list_width(self) -> int:
        """As wide as its longest row, from the field's own width to the edge of the window."""
        around = self._popup.width() - self._popup.viewport().width()
        window = self.window()
        room = window.width() - self.mapTo(window, self.rect().topLeft()).x() - _POPUP_PADDING
        return max(self.width(), min(self._popup.sizeHintForColumn(0) + around, room))

    @Slot(QModelIndex)
    def _on_taken(self, index: QModelIndex) -> None:
        customer = index.data(CUSTOMER_ROLE)
        if isinstance(customer, Customer):
            self.set_customer(customer)
            self.focusNextPrevChild(True)
        else:
            self.new_wanted.emit(str(index.data(Qt.ItemDataRole.EditRole)))

    def _take_exact_name(self) -> None:
        text = self.currentText().strip()
        if self._customer is not None or not text:
            return
        same = [c for c in self._books.customers(text, FOUND_AT_MOST) if _same(c.name, text)]
        if len(same) == 1:
            self.set_customer(same[0])

    def _choose(self, customer: Customer | None) -> None:
        if customer is not None:
            self._unknown = False
        if customer != self._customer:
            self._customer = customer
            # The town as well: it tells two of the same name apart.
            self.setToolTip("" if customer is None else plain_tip(_words(customer)))
            self.changed.emit()

    def _line(self) -> QLineEdit:
        line = self.lineEdit()
        assert line is not None  # it is editable
        return line


def _same(name: str, typed: str) -> bool:
    return comparable(name) == comparable(typed)
