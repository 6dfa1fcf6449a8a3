"""Auf andere Rechnung verteilen: for which invoice the money counts that is too much on one."""

from PySide6.QtCore import QModelIndex, Qt, QTimer, Slot
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.ui.kit.controls import SearchField
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.review.choose_dialog import Find, InvoiceChoiceModel
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill


class SplitDialog(SubmitDialog):
    """`invoice_id()` and `amount_minor()` are what was chosen; `submitted` asks to move it.

    As soon as an invoice is chosen the amount is what fits: what it owes, as far as it is there.
    """

    def __init__(
        self, theme: Theme, row: InvoiceRow, spare_minor: int, find: Find, parent: QWidget | None
    ) -> None:
        self._spare, self._currency = spare_minor, row.currency
        spare = formats.money(spare_minor, row.currency)
        super().__init__(
            parent,
            _("Auf andere Rechnung verteilen"),
            fill(_("%1 · %2 zu viel"), row.number or "", spare),
            _("&Verteilen"),
            kind="primary",
        )
        self.setMinimumSize(520, 460)
        self.search = SearchField(theme, _("Nummer, Kunde oder Betrag …"))
        self.model = InvoiceChoiceModel(find, self)
        self.view = QListView()
        self.view.setProperty("part", "choice")
        self.view.setAccessibleName(_("Offene Rechnungen"))
        self.view.setUniformItemSizes(True)
        self.view.setModel(self.model)
        self.nothing = PlainLabel(
            _("Keine andere offene Rechnung in dieser Währung."), role="muted", wrap=True
        )
        self.amount = QLineEdit()
        self.amount_field = FormField(_("&Betrag"), self.amount)
        for widget in (self.search, self.view, self.nothing, self.amount_field):
            self.fields.addWidget(widget)
        self._typed = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._search)
        self.search.searched.connect(self._on_searched)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        self.amount.textChanged.connect(self._show_state)
        self._show_state()
        self.search.setFocus()

    def invoice_id(self) -> str:
        """The chosen invoice; "" for none."""
        row = self._chosen()
        return row.id if row is not None else ""

    def amount_minor(self) -> int:
        """The typed amount in minor units; 0 when it cannot be read."""
        return formats.parse_money(self.amount.text(), self._currency) or 0

    def problem_free(self) -> bool:
        """An invoice, and no more than is there and is owed."""
        row = self._chosen()
        if row is None:
            return False
        most = min(self._spare, row.outstanding_minor)
        if not 0 < self.amount_minor() <= most:
            words = _("Höchstens %1 lassen sich auf diese Rechnung verteilen.")
            self.amount_field.set_message(
                fill(words, formats.money(most, self._currency)), FieldMessage.BAD
            )
            self.amount.setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        return True

    def _chosen(self) -> InvoiceRow | None:
        selected: list[QModelIndex] = self.view.selectionModel().selectedIndexes()
        return self.model.row_at(selected[0].row()) if selected else None

    @Slot()
    def _on_selected(self) -> None:
        row = self._chosen()
        if row is not None:
            fits = min(self._spare, row.outstanding_minor)
            self.amount.setText(formats.money_input(fits, self._currency))
        self._show_state()

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
        self.nothing.setVisible(not self.model.rowCount())
        self.amount_field.clear_message()
        self.submit_button.setEnabled(bool(self.invoice_id()))
