"""Zahlung eintragen: money that came by bank transfer or in cash."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox, QWidget

from workmate_desktop.domain.invoices.closings import Closing
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.payments import MANUAL_METHODS
from workmate_desktop.ui.kit.controls import Segments
from workmate_desktop.ui.kit.date_field import DateField
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.more_than_owed import typed_too_much
from workmate_desktop.ui.payments.rest_choice import RestChoice
from workmate_desktop.words import formats, method_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill

_NOTE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TypedPayment:
    """What staff typed. `amount_minor` is in minor units of the invoice's currency."""

    amount_minor: int
    method: str
    received_on: date
    note: str
    closing: Closing | None = None
    """What closes the rest that this payment leaves; None when it stays open."""


class PaymentDialog(SubmitDialog):
    """Asks for amount, method, date and note; the outstanding amount is already filled in.

    More than is outstanding is booked only after a question; of less, staff say what becomes of
    the rest.
    """

    def __init__(
        self,
        theme: Theme,
        row: InvoiceRow,
        today: date,
        parent: QWidget | None = None,
        *,
        read_again: Callable[[], InvoiceRow | None] | None = None,
    ) -> None:
        """`read_again` gives the invoice as it is when the button is pressed."""
        super().__init__(
            parent,
            _("Zahlung eintragen"),
            f"{texts.label(row)} · {row.customer_name}",
            _("&Eintragen"),
            kind="primary",
        )
        self._row = row
        self._read_again = read_again or (lambda: row)
        self._today = today
        self.amount = QLineEdit(_prefilled(row))
        self.amount_field = FormField(_("Bet&rag"), self.amount, message_lines=1)
        self.method = Segments(_("Art"))
        for method in MANUAL_METHODS:
            self.method.add(method, method_texts.method_name(method))
        self.received_on = DateField(theme, today)
        self.received_on.fits = lambda day: day <= today
        self.date_field = FormField(_("&Datum"), self.received_on, message_lines=1)
        self.note = QLineEdit()
        self.note.setMaxLength(_NOTE_LENGTH)
        self.note.setPlaceholderText(_("z. B. Verwendungszweck"))
        self.rest = RestChoice(may_stay_open=True)
        pair = QHBoxLayout()
        pair.setSpacing(12)
        self.fields.addLayout(pair)
        for field in (self.amount_field, self.date_field):
            pair.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        # Beside each other: with the rest and its reason it must fit a small screen at 150 %.
        way = QHBoxLayout()
        way.setSpacing(12)
        self.fields.addLayout(way)
        way.addWidget(FormField(_("&Art"), self.method))
        way.addWidget(FormField(_("&Notiz (optional)"), self.note), 1)
        self.fields.addWidget(self.rest)
        self.rest.show_rest(0, row.currency)
        self.amount.textChanged.connect(self._check_amount)
        self.received_on.changed.connect(self._check_date)
        self.amount.selectAll()
        self.amount.setFocus()

    def value(self) -> TypedPayment | None:
        """What was typed; None while something is wrong."""
        amount = formats.parse_money(self.amount.text(), self._row.currency)
        self.received_on.finish()
        received = self.received_on.day()
        if self.received_on.problem() or received > self._today:
            return None
        if amount is None or amount <= 0:
            return None
        note = self.note.text().strip()
        return TypedPayment(amount, self.method.current(), received, note, self.rest.closing())

    def problem_free(self) -> bool:
        """Check again, and go to the first field that is wrong."""
        self.received_on.finish()
        # A payment may have come while this one was typed.
        seen = self.rest.closing()
        self._row = self._read_again() or self._row
        self._check_amount()
        self._check_date()
        for field in (self.amount_field, self.date_field):
            if field.is_bad():
                field.field.setFocus()
                return False
        if seen is not None and seen != self.rest.closing():
            self.fail(_("Der Rest hat sich geändert. Bitte noch einmal prüfen."))
            return False
        return self.rest.problem_free()

    def doubt(self) -> QMessageBox | None:
        """More than is outstanding is rarely meant."""
        amount = formats.parse_money(self.amount.text(), self._row.currency) or 0
        return typed_too_much(self, self._row, amount)

    def doubted(self) -> None:
        """Back to the amount."""
        self.amount.setFocus()
        self.amount.selectAll()

    def _more_than_outstanding(self) -> int:
        """Minor units; below 0 when something stays outstanding."""
        amount = formats.parse_money(self.amount.text(), self._row.currency) or 0
        return amount - self._row.payable_minor

    @Slot()
    def _check_amount(self) -> None:
        amount = formats.parse_money(self.amount.text(), self._row.currency)
        more = self._more_than_outstanding()
        if not self.amount.text().strip():
            self.amount_field.set_message(_("Der Betrag fehlt."), FieldMessage.BAD)
        elif amount is None:
            words = formats.money_problem(self.amount.text(), self._row.currency)
            self.amount_field.set_message(words, FieldMessage.BAD)
        elif amount <= 0:
            self.amount_field.set_message(_("Der Betrag muss größer als 0 sein."), FieldMessage.BAD)
        elif more > 0:
            extra = formats.money(more, self._row.currency)
            self.amount_field.set_message(fill(_("%1 mehr als offen"), extra))
        else:
            self.amount_field.clear_message()
        self.rest.show_rest(-more if amount and amount > 0 else 0, self._row.currency)

    @Slot()
    def _check_date(self) -> None:
        if self.received_on.problem():
            self.date_field.set_message(self.received_on.problem(), FieldMessage.BAD)
        elif self.received_on.day() > self._today:
            self.date_field.set_message(_("Das Datum liegt in der Zukunft."), FieldMessage.BAD)
        else:
            self.date_field.clear_message()


def _prefilled(row: InvoiceRow) -> str:
    """What is owed; nothing when nothing is, as after a refund."""
    owed = row.outstanding_minor
    return formats.money_input(owed, row.currency) if owed else ""
