"""Stornieren, Rückgängig, Wieder offen: what changes what is owed asks for a reason."""

from PySide6.QtWidgets import QWidget

from workmate_desktop.domain.invoices.closings import REFUND, SKONTO, WRITE_OFF
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.words import formats
from workmate_desktop.words import history as history_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill


def cancel_dialog(row: InvoiceRow, parent: QWidget | None) -> ReasonDialog:
    """Stornieren of an issued invoice."""
    return ReasonDialog(
        parent,
        _("Rechnung stornieren"),
        f"{texts.label(row)} · {row.customer_name}",
        _(
            "Die Rechnung behält ihre Nummer und gilt als storniert. "
            "Das lässt sich nicht rückgängig machen."
        ),
        _("Rechnung &stornieren"),
        cancel_text=_("&Nicht stornieren"),
    )


def reverse_dialog(row: InvoiceRow, payment: Payment, parent: QWidget | None) -> ReasonDialog:
    """Taking back what was entered by hand."""
    amount = formats.money(abs(payment.amount_minor), payment.currency)
    title, consequence = _reversal_words(payment)
    if payment.kind is None and row.closed_minor > 0:
        consequence += " " + _("Skonto oder Ausbuchung bleiben gebucht.")
    return ReasonDialog(
        parent,
        title,
        f"{texts.label(row)} · {history_texts.payment_title(payment)} · {amount}",
        consequence,
        _("&Rückgängig machen"),
    )


def _reversal_words(payment: Payment) -> tuple[str, str]:
    rest = _("Was am Gesamtbetrag fehlt, ist danach wieder offen. Beides bleibt im Verlauf.")
    return {
        SKONTO: (_("Skonto zurücknehmen"), rest),
        WRITE_OFF: (_("Ausbuchung zurücknehmen"), rest),
        REFUND: (
            _("Rückzahlung rückgängig machen"),
            _("Nur wenn das Geld gar nicht zurückgegangen ist. Der Eintrag bleibt im Verlauf."),
        ),
    }.get(
        payment.kind or "",
        (
            _("Zahlung rückgängig machen"),
            _("Die Zahlung bleibt im Verlauf stehen und wird durch eine Gegenbuchung aufgehoben."),
        ),
    )


def owe_again_dialog(row: InvoiceRow, amount_minor: int, parent: QWidget | None) -> ReasonDialog:
    """What was given back is owed again."""
    amount = formats.money(amount_minor, row.currency)
    return ReasonDialog(
        parent,
        _("Erstattung wieder offen stellen"),
        f"{texts.label(row)} · {row.customer_name}",
        fill(
            _(
                "Die Erstattung über %1 gilt dann nicht mehr als Nachlass: Was am Gesamtbetrag "
                "fehlt, ist wieder offen."
            ),
            amount,
        ),
        _("&Wieder offen stellen"),
        kind="primary",
    )
