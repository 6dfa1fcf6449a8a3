"""Andere Rechnung wählen: a search over everything that the money may be put on."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QMessageBox, QWidget

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.review import ReviewItem
from workmate_desktop.ui.kit.controls import SearchField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.ui.kit.tables import Index
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.more_than_owed import assigned_too_much
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as invoice_texts
from workmate_desktop.words import review as texts
from workmate_desktop.words.language import _

_NOWHERE = QModelIndex()
_LINE_HEIGHT = 32
Find = Callable[[str], list[InvoiceRow]]


class InvoiceChoiceModel(QAbstractListModel):
    """The invoices found, the owed ones first."""

    def __init__(self, find: Find, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._rows = find("")

    def search(self, text: str) -> None:
        """List those that match."""
        self.beginResetModel()
        self._rows = self._find(text)
        self.endResetModel()

    def row_at(self, row: int) -> InvoiceRow | None:
        """The invoice in this row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Listed invoices."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Number, customer, and what is owed, or that it is paid."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self._rows[index.row()]
            owed = row.outstanding_minor
            state = (
                formats.money(owed, row.currency) if owed else invoice_texts.state_name(row).lower()
            )
            return " · ".join((row.number or "", " ".join(row.customer_name.split()), state))
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, _LINE_HEIGHT)
        return None


class ChooseDialog(SubmitDialog):
    """`invoice_id()` is what was chosen; `submitted` asks to put the money there.

    Nothing is chosen before staff choose it, and more than is owed is put there only after a
    question.
    """

    def __init__(self, theme: Theme, item: ReviewItem, find: Find, parent: QWidget | None) -> None:
        super().__init__(
            parent,
            _("Andere Rechnung wählen"),
            f"{texts.amount(item)} · {texts.item_title(item)}",
            _("Z&uordnen"),
            kind="primary",
        )
        self.setMinimumSize(520, 440)
        self._item = item
        self.search = SearchField(theme, _("Nummer, Kunde oder Betrag …"))
        self.model = InvoiceChoiceModel(find, self)
        self.view = QListView()
        self.view.setProperty("part", "choice")
        self.view.setAccessibleName(_("Rechnungen"))
        self.view.setUniformItemSizes(True)
        self.view.setModel(self.model)
        self.nothing = PlainLabel(
            _("Keine passende Rechnung: Währung und Modus müssen zur Zahlung gehören."),
            role="muted",
            wrap=True,
        )
        for widget in (self.search, self.view, self.nothing):
            self.fields.addWidget(widget)
        self._typed = ""
        # Zero: runs when no key is waiting, so only the newest text is searched for.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._search)
        self.search.searched.connect(self._on_searched)
        self.view.doubleClicked.connect(self.submit_button.click)
        self.view.selectionModel().selectionChanged.connect(self._show_state)
        self._show_state()
        self.search.setFocus()

    def invoice_id(self) -> str:
        """The chosen invoice; "" for none."""
        row = self._chosen()
        return row.id if row is not None else ""

    def _chosen(self) -> InvoiceRow | None:
        # Not the current index: Qt makes the first row current as soon as the list has the focus.
        selected = self.view.selectionModel().selectedIndexes()
        return self.model.row_at(selected[0].row()) if selected else None

    def problem_free(self) -> bool:
        """Something must be chosen."""
        return bool(self.invoice_id())

    def doubt(self) -> QMessageBox | None:
        """More than is owed is rarely meant."""
        row = self._chosen()
        if row is None or self._item.amount_minor is None:
            return None
        return assigned_too_much(self, row, self._item.amount_minor)

    def doubted(self) -> None:
        """Back to the list."""
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the search Down leads into the list."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.view.setCurrentIndex(self.model.index(0))
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self._typed = text
        self._timer.start()

    @Slot()
    def _search(self) -> None:
        self.model.search(self._typed)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        found = self.model.rowCount() > 0
        self.nothing.setVisible(not found)
        self.submit_button.setEnabled(bool(self.invoice_id()))
