"""The question before more money is put on an invoice than it is owed: rarely meant."""

from PySide6.QtWidgets import QMessageBox, QWidget

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.ui.kit.plain_text import Choice, message_box
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill


def typed_too_much(parent: QWidget, row: InvoiceRow, amount_minor: int) -> QMessageBox | None:
    """Zahlung eintragen: the question, not yet open; None when no more than owed is entered."""
    return _question(
        parent,
        row,
        amount_minor,
        _("Das sind %1 mehr als offen. Trotzdem eintragen?"),
        (
            Choice("no", _("&Betrag ändern"), cancels=True),
            Choice("yes", _("&Trotzdem eintragen")),
        ),
    )


def assigned_too_much(parent: QWidget, row: InvoiceRow, amount_minor: int) -> QMessageBox | None:
    """Zuordnen: the question, not yet open; None when it is no more than owed."""
    return _question(
        parent,
        row,
        amount_minor,
        _("Das sind %1 mehr als offen. Trotzdem zuordnen?"),
        (
            Choice("no", _("&Nicht zuordnen"), cancels=True),
            Choice("yes", _("&Trotzdem zuordnen")),
        ),
    )


def _question(
    parent: QWidget,
    row: InvoiceRow,
    amount_minor: int,
    sentence: str,
    choices: tuple[Choice, ...],
) -> QMessageBox | None:
    more = amount_minor - row.payable_minor
    if more <= 0:
        return None
    about = fill(
        _("Bei %1 sind %2 offen."),
        texts.label(row),
        formats.money(row.payable_minor, row.currency),
    )
    if row.paid_minor + row.forgiven_minor + amount_minor > row.asked_minor:
        about += " " + _("Die Rechnung gilt danach als überzahlt.")
    question = fill(sentence, formats.money(more, row.currency))
    return message_box(parent, _("Mehr als offen"), question, about, choices)
