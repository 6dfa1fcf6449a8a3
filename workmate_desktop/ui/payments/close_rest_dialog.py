"""Ausbuchen: what is owed is closed without money, as Skonto or with a reason."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from workmate_desktop.domain.invoices.closings import SKONTO, Closing
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.ui.payments.rest_choice import RestChoice
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _


class CloseRestDialog(SubmitDialog):
    """`read_again` gives the invoice as it is when the button is pressed."""

    def __init__(
        self,
        row: InvoiceRow,
        parent: QWidget | None = None,
        *,
        read_again: Callable[[], InvoiceRow | None] | None = None,
    ) -> None:
        super().__init__(
            parent,
            _("Rest ausbuchen"),
            f"{texts.label(row)} · {row.customer_name}",
            _("Rest &ausbuchen"),
            kind="primary",
        )
        self._row = row
        self._read_again = read_again or (lambda: row)
        self.rest = RestChoice(may_stay_open=False)
        self.rest.show_rest(row.outstanding_minor, row.currency)
        self.fields.addWidget(
            PlainLabel(
                _(
                    "Es wird kein Geldeingang gebucht. Das lässt sich bei den Zahlungen wieder "
                    "rückgängig machen."
                ),
                wrap=True,
            )
        )
        self.fields.addWidget(self.rest)
        self.rest.chosen.connect(self._name_button)
        self.rest.reason_text.setFocus()
        self._name_button()

    def value(self) -> Closing | None:
        """What was chosen."""
        return self.rest.closing()

    def problem_free(self) -> bool:
        """Money may have come meanwhile: then staff look again before anything is closed."""
        fresh = self._read_again()
        if fresh is not None and fresh.outstanding_minor != self._row.outstanding_minor:
            self._row = fresh
            self.rest.show_rest(fresh.outstanding_minor, fresh.currency)
            if not fresh.outstanding_minor:
                self.fail(_("Inzwischen ist nichts mehr offen."))
                self.submit_button.setEnabled(False)
            else:
                self.fail(_("Der Rest hat sich geändert. Bitte noch einmal prüfen."))
            return False
        return self.rest.problem_free()

    def _name_button(self) -> None:
        closing = self.rest.closing()
        skonto = closing is not None and closing.kind == SKONTO
        self.submit_button.setText(_("S&konto buchen") if skonto else _("Rest &ausbuchen"))
