"""Stornieren and Rückgängig: both cannot be taken back, so both ask for a reason."""

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from workmate_desktop.domain.invoices import InvoiceRow
from workmate_desktop.domain.payments import Payment
from workmate_desktop.ui.invoices import history_texts, texts
from workmate_desktop.ui.invoices.submit_dialog import SubmitDialog
from workmate_desktop.ui.shared import formats
from workmate_desktop.ui.shared.forms import FormField, Message
from workmate_desktop.ui.shared.plain_text import PlainLabel

_REASON_LENGTH = 500


def _tr(text: str) -> str:
    return QCoreApplication.translate("cancel_dialog", text)


class ReasonDialog(SubmitDialog):
    """Asks why. `reason()` is what was typed, trimmed and in one line."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        subtitle: str,
        consequence: str,
        submit_text: str,
        *,
        kind: str = "danger",
    ) -> None:
        super().__init__(parent, title, subtitle, submit_text, kind=kind)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(72)
        self.field = FormField(self.tr("&Grund"), self.text, message_lines=1)
        self.fields.addWidget(PlainLabel(consequence, wrap=True))
        self.fields.addWidget(self.field)
        self.text.textChanged.connect(self._on_text_changed)
        self.text.setFocus()

    def reason(self) -> str:
        """Why, in one line."""
        return " ".join(self.text.toPlainText().split())

    def problem_free(self) -> bool:
        """A reason is needed, and a short one."""
        if not self.reason():
            self.field.set_message(self.tr("Bitte einen Grund angeben."), Message.BAD)
        elif len(self.reason()) > _REASON_LENGTH:
            self.field.set_message(self.tr("Höchstens 500 Zeichen."), Message.BAD)
        else:
            return True
        self.text.setFocus()
        return False

    @Slot()
    def _on_text_changed(self) -> None:
        if self.reason() and self.field.is_bad():
            self.field.clear_message()


def cancel_dialog(row: InvoiceRow, parent: QWidget | None) -> ReasonDialog:
    """Stornieren of an issued invoice."""
    return ReasonDialog(
        parent,
        _tr("Rechnung stornieren"),
        f"{texts.label(row)} · {row.customer_name}",
        _tr(
            "Die Rechnung behält ihre Nummer und gilt als storniert. "
            "Das lässt sich nicht rückgängig machen."
        ),
        _tr("&Stornieren"),
    )


def reverse_dialog(row: InvoiceRow, payment: Payment, parent: QWidget | None) -> ReasonDialog:
    """Taking a manual payment back."""
    amount = formats.money(payment.amount_minor, payment.currency)
    return ReasonDialog(
        parent,
        _tr("Zahlung rückgängig machen"),
        f"{texts.label(row)} · {history_texts.method_name(payment.method)} · {amount}",
        _tr("Die Zahlung bleibt im Verlauf stehen und wird durch eine Gegenbuchung aufgehoben."),
        _tr("&Rückgängig machen"),
    )
