"""Erstatten: how much of a Stripe payment goes back, and why; the button names the amount."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.text import one_line
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill

_REASON_LENGTH = 500


class RefundDialog(SubmitDialog):
    """`subtitle` says which payment it is; `left_minor` is the most that can go back."""

    def __init__(
        self, payment: Payment, left_minor: int, subtitle: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, _("Erstatten"), subtitle, "", kind="danger")
        self._currency = payment.currency
        self._left = left_minor
        self._busy = False
        self.amount = QLineEdit(formats.money_input(left_minor, payment.currency))
        self.amount_field = FormField(_("Bet&rag"), self.amount, message_lines=1)
        self.reason_text = QLineEdit()
        self.reason_text.setMaxLength(_REASON_LENGTH)
        self.reason_text.setPlaceholderText(_("zum Beispiel: Ware zurückgeschickt"))
        self.reason_field = FormField(_("&Grund"), self.reason_text, message_lines=1)
        self.fields.addWidget(
            PlainLabel(
                _(
                    "Das Geld geht auf dem Weg zurück, auf dem der Kunde bezahlt hat. Das lässt "
                    "sich nicht rückgängig machen; die Gebühr der Zahlung behält Stripe."
                ),
                wrap=True,
            )
        )
        self.fields.addWidget(self.amount_field)
        self.fields.addWidget(self.reason_field)
        self.amount.textChanged.connect(self._on_amount_changed)
        self.reason_text.textChanged.connect(self._on_reason_changed)
        self._on_amount_changed()
        self.amount.selectAll()
        self.amount.setFocus()

    def amount_minor(self) -> int:
        """What was typed, in minor units; 0 while it is no amount that can go back."""
        typed = formats.parse_money(self.amount.text(), self._currency)
        return typed if typed is not None and 0 < typed <= self._left else 0

    def reason(self) -> str:
        """Why, in one line."""
        return one_line(self.reason_text.text())

    def problem_free(self) -> bool:
        """An amount that can go back, and a reason."""
        self._on_amount_changed()
        if not self.amount_minor():
            self.amount.setFocus()
            return False
        if not self.reason():
            self.reason_field.set_message(_("Bitte einen Grund angeben."), FieldMessage.BAD)
            self.reason_text.setFocus()
            return False
        return True

    def wait_for_stripe(self) -> None:
        """It is under way: nothing can be changed any more, and the button says so."""
        self._set_busy(True)
        self.submit_button.setText(_("Stripe wird gefragt …"))

    def fail(self, sentence: str, action: str = "") -> None:
        """Stripe said no: everything can be changed again."""
        self._set_busy(False)
        self._on_amount_changed()
        super().fail(sentence, action)

    def reject(self) -> None:
        """Once it is under way, closing the dialog would hide what becomes of it."""
        if not self._busy:
            super().reject()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for widget in (self.amount, self.reason_text, self.cancel_button):
            widget.setEnabled(not busy)

    @Slot()
    def _on_amount_changed(self) -> None:
        minor = self.amount_minor()
        self.submit_button.setEnabled(minor > 0)
        if minor:
            amount = formats.money(minor, self._currency)
            self.submit_button.setText(fill(_("%1 erstatten"), amount))
            self._say_what_stays(minor)
            return
        self.submit_button.setText(_("Erstatten"))
        most = formats.money(self._left, self._currency)
        if not self.amount.text().strip():
            self.amount_field.set_message(_("Der Betrag fehlt."), FieldMessage.BAD)
        elif problem := formats.money_problem(self.amount.text(), self._currency):
            self.amount_field.set_message(problem, FieldMessage.BAD)
        else:
            words = fill(_("Von dieser Zahlung gehen höchstens %1 zurück."), most)
            self.amount_field.set_message(words, FieldMessage.BAD)

    def _say_what_stays(self, minor: int) -> None:
        if minor == self._left:
            self.amount_field.clear_message()
        else:
            stays = formats.money(self._left - minor, self._currency)
            self.amount_field.set_message(fill(_("%1 bleiben bezahlt"), stays))

    @Slot()
    def _on_reason_changed(self) -> None:
        if self.reason() and self.reason_field.is_bad():
            self.reason_field.clear_message()
