"""Rückzahlung eintragen: money that the office gave back by bank transfer or in cash."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.payments import MANUAL_METHODS
from workmate_desktop.domain.text import one_line
from workmate_desktop.ui.kit.controls import Segments
from workmate_desktop.ui.kit.date_field import DateField
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import formats, method_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill

_REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TypedRefund:
    """What staff typed. `amount_minor` > 0, in minor units of the invoice's currency."""

    amount_minor: int
    method: str
    paid_on: date
    reason: str


class PayBackDialog(SubmitDialog):
    """Asks for amount, date, method and reason. What is too much is filled in, else nothing.

    `read_again` gives the invoice as it is when the button is pressed.
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
        super().__init__(
            parent,
            _("Rückzahlung eintragen"),
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
        self.paid_on = DateField(theme, today)
        self.paid_on.fits = lambda day: day <= today
        self.date_field = FormField(_("&Datum"), self.paid_on, message_lines=1)
        self.reason_text = QLineEdit()
        self.reason_text.setMaxLength(_REASON_LENGTH)
        self.reason_text.setPlaceholderText(_("zum Beispiel: Ware zurückgeschickt"))
        self.reason_field = FormField(_("&Grund"), self.reason_text, message_lines=1)
        self.fields.addWidget(
            PlainLabel(
                _(
                    "Für Geld, das Sie selbst überwiesen oder bar zurückgegeben haben. "
                    "Das Programm überweist nichts."
                ),
                wrap=True,
            )
        )
        pair = QHBoxLayout()
        pair.setSpacing(12)
        self.fields.addLayout(pair)
        for field in (self.amount_field, self.date_field):
            pair.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self.fields.addWidget(FormField(_("&Art"), self.method))
        self.fields.addWidget(self.reason_field)
        self.amount.textChanged.connect(self._on_amount_changed)
        self.paid_on.changed.connect(self._check_date)
        self.reason_text.textChanged.connect(self._on_reason_changed)
        self._say_what_stays()
        self.amount.selectAll()
        self.amount.setFocus()

    def value(self) -> TypedRefund | None:
        """What was typed; None while something is wrong."""
        amount = self._typed()
        self.paid_on.finish()
        day = self.paid_on.day()
        if self.paid_on.problem() or day > self._today or not self._reason():
            return None
        if amount is None or not 0 < amount <= self._row.received_minor:
            return None
        return TypedRefund(amount, self.method.current(), day, self._reason())

    def problem_free(self) -> bool:
        """Check again, and go to the first field that is wrong."""
        self.paid_on.finish()
        # Money may have moved while this was typed.
        self._row = self._read_again() or self._row
        self._check_amount()
        self._check_date()
        if not self._reason():
            self.reason_field.set_message(_("Bitte einen Grund angeben."), FieldMessage.BAD)
        for field in (self.amount_field, self.date_field, self.reason_field):
            if field.is_bad():
                field.field.setFocus()
                return False
        return True

    def _typed(self) -> int | None:
        return formats.parse_money(self.amount.text(), self._row.currency)

    def _reason(self) -> str:
        return one_line(self.reason_text.text())

    @Slot()
    def _on_amount_changed(self) -> None:
        # An empty field is no fault before the button is pressed.
        if self.amount.text().strip():
            self._check_amount()
        else:
            self._say_what_stays()

    def _check_amount(self) -> None:
        amount = self._typed()
        if not self.amount.text().strip():
            self.amount_field.set_message(_("Der Betrag fehlt."), FieldMessage.BAD)
        elif amount is None:
            words = formats.money_problem(self.amount.text(), self._row.currency)
            self.amount_field.set_message(words, FieldMessage.BAD)
        elif amount <= 0:
            self.amount_field.set_message(_("Der Betrag muss größer als 0 sein."), FieldMessage.BAD)
        elif amount > self._row.received_minor:
            most = formats.money(max(0, self._row.received_minor), self._row.currency)
            words = fill(_("Eingegangen sind nur %1."), most)
            self.amount_field.set_message(words, FieldMessage.BAD)
        else:
            self._say_what_stays()

    def _say_what_stays(self) -> None:
        left = self._row.received_minor - (self._typed() or 0)
        words = fill(_("%1 bleiben bezahlt"), formats.money(left, self._row.currency))
        self.amount_field.set_message(words)

    @Slot()
    def _check_date(self) -> None:
        if self.paid_on.problem():
            self.date_field.set_message(self.paid_on.problem(), FieldMessage.BAD)
        elif self.paid_on.day() > self._today:
            self.date_field.set_message(_("Das Datum liegt in der Zukunft."), FieldMessage.BAD)
        else:
            self.date_field.clear_message()

    @Slot()
    def _on_reason_changed(self) -> None:
        if self._reason() and self.reason_field.is_bad():
            self.reason_field.clear_message()


def _prefilled(row: InvoiceRow) -> str:
    """What is too much; nothing where every amount is as likely."""
    back = row.received_minor if row.status == "cancelled" else row.overpaid_minor
    back = min(back, row.received_minor)
    return formats.money_input(back, row.currency) if back > 0 else ""
