"""What staff fill in for an invoice: customer, dates, positions, note, and the live totals."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceDraft, totals_of
from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.services.books import Books
from workmate_desktop.ui.invoices.editor.credit_offer import CreditOffer, deducted_words
from workmate_desktop.ui.invoices.editor.customer_field import CustomerField
from workmate_desktop.ui.invoices.editor.dates import (
    PAYMENT_DAYS,
    Following,
    payment_sentence,
)
from workmate_desktop.ui.invoices.editor.items_input import Column, column_title, problem_sentence
from workmate_desktop.ui.invoices.editor.items_model import ItemsModel
from workmate_desktop.ui.invoices.editor.items_view import ItemsView
from workmate_desktop.ui.invoices.editor.totals_panel import TotalsPanel
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.date_field import DateField
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel, plain_tip
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _


@dataclass(frozen=True, slots=True)
class _Checked:
    """The messages of one look at the whole form; empty ones mean that all is well."""

    customer: str = ""
    issue: str = ""
    service: str = ""
    due: str = ""
    items: str = ""


class InvoiceForm(QWidget):
    """The fields of one invoice.

    Signals: `changed()`, anything was typed or chosen; `new_customer_wanted(name)`;
    `edit_customer_wanted(id)`.
    """

    changed = Signal()
    new_customer_wanted = Signal(str)
    edit_customer_wanted = Signal(str)

    def __init__(
        self,
        books: Books,
        theme: Theme,
        today: date,
        invoice: Invoice | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "scroll")
        self._issuing = False
        self._asked = False
        row = None if invoice is None else invoice.row
        issue = (row and row.issue_date) or today
        due = (row and row.due_date) or issue + timedelta(days=PAYMENT_DAYS)
        self.customer = CustomerField(books)
        self.issue_date = DateField(theme, issue)
        self.service_date = DateField(theme, (invoice and invoice.service_date) or issue)
        self.due_date = DateField(theme, due)
        self.due_date.fits = lambda day: day >= self.issue_date.day()
        self.model = ItemsModel(
            () if invoice is None else invoice.items, "eur" if row is None else row.currency, self
        )
        self.items = ItemsView(theme, self.model)
        self.note = QPlainTextEdit(
            payment_sentence((due - issue).days) if invoice is None else invoice.note
        )
        self.note.setTabChangesFocus(True)
        self.offer = CreditOffer()
        self.offer.chosen_changed.connect(self._show_totals)
        self.totals = TotalsPanel(self.model.currency)
        if invoice is not None:
            self.customer.set_customer(books.customer(invoice.customer_id))
        self._following = Following(self.issue_date, self.service_date, self.due_date, self.note)
        self._make_fields(theme)
        self._arrange()
        self.customer.new_wanted.connect(self.new_customer_wanted)
        for field in self._dates():
            field.returnPressed.connect(self._go_on_from_date)
        self.customer.changed.connect(self._on_changed)
        self.customer.editTextChanged.connect(self._on_changed)
        self.customer.left_unknown.connect(self._on_changed)
        self._following.changed.connect(self._on_changed)
        self.model.changed.connect(self._on_changed)
        self.items.line_changed.connect(self._on_line_changed)
        self._on_changed()
        self._on_line_changed()

    # For the dialog --------------------------------------------------------------------------

    def snapshot(self) -> object:
        """Equal snapshots mean that nothing was changed in between."""
        customer = self.customer.customer()
        return (
            # A corrected customer is stored already, and is no change of the invoice.
            customer.id if customer else self.customer.currentText().strip(),
            *(field.text() for field in self._dates()),
            self.model.lines(),
            self.note.toPlainText(),
            tuple(credit.id for credit in self.offer.chosen()),
        )

    def take_over(self, customer: Customer) -> None:
        """Use a customer that was just made, and go on with the dates."""
        self.customer.set_customer(customer)
        self.issue_date.setFocus(Qt.FocusReason.TabFocusReason)

    def show_customer(self, customer: Customer) -> None:
        """The chosen customer was corrected; the focus goes back to where it was."""
        self.customer.set_customer(customer)
        self.customer.setFocus(Qt.FocusReason.OtherFocusReason)

    def draft(self, *, issuing: bool, livemode: bool) -> InvoiceDraft | None:
        """The typed invoice, or None: then messages stand beside the fields that are wrong.

        `issuing` asks for everything an invoice needs; a draft only for a customer and readable
        numbers. The first wrong field gets the focus.
        """
        self.items.finish_editing()
        for field in self._dates():
            field.finish()
        self._asked = True
        self._issuing = issuing
        self.model.set_strict(issuing)
        checked = self._check()
        self._show(checked)
        customer = self.customer.customer()
        if customer is None or checked != _Checked():
            self._go_to_first(checked)
            return None
        return InvoiceDraft(
            customer_id=customer.id,
            issue_date=self.issue_date.day(),
            due_date=self.due_date.day(),
            items=self.model.draft_items(),
            service_date=self.service_date.day(),
            note=self.note.toPlainText().strip(),
            currency=self.model.currency,
            livemode=livemode,
        )

    # Inside --------------------------------------------------------------------------------

    def _dates(self) -> tuple[DateField, ...]:
        return self.issue_date, self.service_date, self.due_date

    @Slot()
    def _go_on_from_date(self) -> None:
        field = self.sender()
        if isinstance(field, DateField):
            field.finish()
            if not field.problem():
                self.focusNextPrevChild(True)

    def _make_fields(self, theme: Theme) -> None:
        self.edit_customer = self._icon_button(theme, "pencil", _("Kunden bearbeiten"), _("Alt+B"))
        self.edit_customer.setShortcut("Alt+B")
        self.edit_customer.clicked.connect(self._on_edit_customer)
        self.customer_field = FormField(_("&Kunde"), self.customer, beside=self.edit_customer)
        self.issue_field = FormField(_("Rechnungs&datum"), self.issue_date)
        self.service_field = FormField(_("&Leistungsdatum"), self.service_date)
        self.due_field = FormField(_("&Fällig am"), self.due_date)
        self.note_field = FormField(_("&Hinweis auf der Rechnung"), self.note)
        self.note.setFixedHeight(76)
        self.items_label = QLabel(_("&Positionen"))
        self.items_label.setTextFormat(Qt.TextFormat.PlainText)
        self.items_label.setProperty("role", "strong")
        self.items_label.setBuddy(self.items)
        self.items_message = PlainLabel(role="error", wrap=True)
        self.up_button = self._icon_button(
            theme, "chevron-up", _("Position nach oben"), _("Alt+Pfeil auf")
        )
        self.down_button = self._icon_button(
            theme, "chevron-down", _("Position nach unten"), _("Alt+Pfeil ab")
        )
        self.remove_button = self._icon_button(theme, "trash-2", _("Position entfernen"), _("Entf"))
        self.up_button.clicked.connect(self.items.move_up)
        self.down_button.clicked.connect(self.items.move_down)
        self.remove_button.clicked.connect(self.items.remove_current)

    @staticmethod
    def _icon_button(theme: Theme, icon: str, name: str, keys: str) -> QPushButton:
        made = button("", kind="icon")
        theme.set_icon(made, icon, "muted")
        made.setAccessibleName(name)
        made.setToolTip(plain_tip(f"{name} ({keys})"))
        return made

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        top = QHBoxLayout()
        top.setSpacing(12)
        layout.addLayout(top)
        for field, stretch in (
            (self.customer_field, 2),
            (self.issue_field, 1),
            (self.service_field, 1),
            (self.due_field, 1),
        ):
            top.addWidget(field, stretch, Qt.AlignmentFlag.AlignTop)
        table = QVBoxLayout()
        table.setSpacing(4)
        layout.addLayout(table, 1)
        above = QHBoxLayout()
        above.setSpacing(4)
        table.addLayout(above)
        above.addWidget(self.items_label)
        above.addStretch(1)
        for made in (self.up_button, self.down_button, self.remove_button):
            above.addWidget(made)
        table.addWidget(self.items, 1)
        table.addWidget(self.items_message)
        bottom = QHBoxLayout()
        bottom.setSpacing(24)
        layout.addLayout(bottom)
        note = QVBoxLayout()
        note.setSpacing(4)
        bottom.addLayout(note, 1)
        note.addWidget(self.note_field)
        note.addWidget(self.offer)
        note.addStretch(1)
        bottom.addWidget(self.totals, 0, Qt.AlignmentFlag.AlignTop)
        # The table comes before its buttons: one types, and only sometimes moves a line.
        order: list[QWidget] = [
            self.customer,
            self.issue_date,
            self.service_date,
            self.due_date,
            self.items,
            self.up_button,
            self.down_button,
            self.remove_button,
            self.note,
            # Seldom needed, and never on the way from the customer to the dates.
            self.edit_customer,
        ]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    @Slot()
    def _on_edit_customer(self) -> None:
        customer = self.customer.customer()
        if customer is not None:
            self.edit_customer_wanted.emit(customer.id)

    @Slot()
    def _on_changed(self) -> None:
        self.edit_customer.setEnabled(self.customer.customer() is not None)
        self._show_totals()
        self._show(self._check())
        self.changed.emit()

    @Slot()
    def _show_totals(self) -> None:
        unreadable = self.model.first_problem(strict=False) is not None
        self.totals.show_totals(
            None if unreadable else totals_of(self.model.readable_items()),
            [(deducted_words(one), one.amount_minor) for one in self.offer.chosen()],
        )

    @Slot()
    def _on_line_changed(self) -> None:
        row = self.items.current_line()
        count = len(self.model.lines())
        self.remove_button.setEnabled(row is not None)
        self.up_button.setEnabled(row is not None and row > 0)
        self.down_button.setEnabled(row is not None and row < count - 1)

    def _check(self) -> _Checked:
        return _Checked(
            self._check_customer(),
            self.issue_date.problem(),
            self.service_date.problem(),
            self._check_due(),
            self._check_items(),
        )

    def _check_customer(self) -> str:
        if self.customer.customer() is not None:
            return ""
        typed = bool(self.customer.currentText().strip())
        if typed and (self._asked or self.customer.unknown):
            return _("Bitte aus der Liste wählen oder neu anlegen.")
        return _("Bitte einen Kunden wählen.") if self._asked and not typed else ""

    def _check_due(self) -> str:
        if self.due_date.problem() or self.issue_date.problem():
            return self.due_date.problem()
        if self.due_date.day() < self.issue_date.day():
            return _("Liegt vor dem Rechnungsdatum.")
        return ""

    def _check_items(self) -> str:
        wrong = self.model.first_problem(strict=self._issuing)
        if wrong is not None:
            index, problem = wrong
            column = Column(index.column())
            return (
                _("Position %1, %2: ")
                .replace("%1", str(index.row() + 1))
                .replace("%2", column_title(column))
            ) + problem_sentence(problem, column)
        total = totals_of(self.model.readable_items()).total_minor
        if abs(total) > MAX_MINOR:
            return _("Der Gesamtbetrag ist zu groß für eine Rechnung.")
        if self._issuing and not self.model.lines():
            return _("Bitte mindestens eine Position eintragen.")
        if self._issuing and total <= 0:
            return _("Der Gesamtbetrag muss größer als 0 sein.")
        return ""

    def _show(self, checked: _Checked) -> None:
        for field, text in (
            (self.customer_field, checked.customer),
            (self.issue_field, checked.issue),
            (self.service_field, checked.service),
            (self.due_field, checked.due),
        ):
            field.set_message(text, FieldMessage.BAD if text else FieldMessage.HINT)
        self.items_message.setText(checked.items)
        self.items_message.setVisible(bool(checked.items))
        self.items.setAccessibleDescription(checked.items)

    def _go_to_first(self, checked: _Checked) -> None:
        if checked.customer:
            self.customer.setFocus(Qt.FocusReason.OtherFocusReason)
        elif checked.issue:
            self.issue_date.setFocus(Qt.FocusReason.OtherFocusReason)
        elif checked.service:
            self.service_date.setFocus(Qt.FocusReason.OtherFocusReason)
        elif checked.due:
            self.due_date.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            wrong = self.model.first_problem(strict=self._issuing)
            last = self.model.rowCount() - 1
            self.items.edit_cell(self.model.index(last, 0) if wrong is None else wrong[0])
