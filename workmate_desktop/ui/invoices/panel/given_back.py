"""What was given back, and money that came after an Ausbuchung: the rule, and what can be done."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workmate_desktop.domain.invoices.closings import (
    WRITE_OFF,
    OwedAgain,
    standing_closings,
    standing_refunds,
)
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill


class GivenBackBlock(QWidget):
    """Hidden while it has nothing to say.

    Signals: `owe_again_wanted(object)` with the ids of refunds; `not_owed_again_wanted(object)`
    with the ids of decisions.
    """

    owe_again_wanted = Signal(object)
    not_owed_again_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refunds: tuple[str, ...] = ()
        self._decisions: tuple[str, ...] = ()
        self.words = PlainLabel(wrap=True)
        self.again = button(_("&Wieder offen stellen …"), kind="link")
        self.undo = button(_("Doch nicht wieder &offen"), kind="link")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.words, self.again, self.undo):
            column.addWidget(widget)
        self.again.clicked.connect(self._on_again)
        self.undo.clicked.connect(self._on_undo)
        self.hide()

    def show_invoice(
        self, row: InvoiceRow, payments: Sequence[Payment], said: Sequence[OwedAgain]
    ) -> None:
        """`said`: refunds whose money is owed again by a decision."""
        if row.status is InvoiceStatus.CANCELLED:
            self.hide()  # it asks for nothing, whatever went back
            return
        decided = {one.payment_id for one in said}
        standing = {payment.id: payment for payment in standing_refunds(payments)}
        self._refunds = tuple(key for key in standing if key not in decided)
        in_force = [one for one in said if one.payment_id in standing]
        self._decisions = tuple(one.decision_id for one in in_force)
        forgiven = row.forgiven_minor > 0 and bool(self._refunds)
        lines = [_rule(row)] if forgiven else []
        if in_force:
            amount = formats.money(sum(one.amount_minor for one in in_force), row.currency)
            lines.append(fill(_("Von der Erstattung sind %1 wieder offen."), amount))
        self.words.setText("\n".join(line for line in lines if line))
        self.again.setVisible(forgiven)
        self.undo.setVisible(bool(in_force))
        self.setVisible(bool(lines))

    @Slot()
    def _on_again(self) -> None:
        self.owe_again_wanted.emit(self._refunds)

    @Slot()
    def _on_undo(self) -> None:
        self.not_owed_again_wanted.emit(self._decisions)


class ClosedBlock(QWidget):
    """Money came after the rest was closed. Hidden while there is no such thing.

    Signal `undo_wanted(str)` with the id of the Skonto or Ausbuchung.
    """

    undo_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._closing_id = ""
        self.words = PlainLabel(wrap=True)
        self.undo = button("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.undo)
        self.undo.clicked.connect(self._on_undo)
        self.hide()

    def show_invoice(self, row: InvoiceRow, payments: Sequence[Payment]) -> None:
        """Nothing is taken back by itself: staff decide."""
        open_closings = standing_closings(payments)
        cancelled = row.status is InvoiceStatus.CANCELLED
        if row.overpaid_minor <= 0 or cancelled or not open_closings:
            self.hide()
            return
        newest = open_closings[-1]
        self._closing_id = newest.id
        amount = formats.money(newest.amount_minor, newest.currency)
        if newest.kind == WRITE_OFF:
            words = _("Nach der Ausbuchung von %1 ist noch Geld eingegangen.")
            self.undo.setText(_("A&usbuchung zurücknehmen …"))
        else:
            words = _("Nach dem Skonto von %1 ist noch Geld eingegangen.")
            self.undo.setText(_("S&konto zurücknehmen …"))
        self.words.setText(fill(words, amount))
        self.show()

    @Slot()
    def _on_undo(self) -> None:
        self.undo_wanted.emit(self._closing_id)


def _rule(row: InvoiceRow) -> str:
    """What is owed after money was given back, in one sentence."""
    if row.refunded:
        return _("Erstattet. Kommt wieder Geld, ist der Rest wieder offen.")
    back = formats.money(row.forgiven_minor, row.currency)
    if row.outstanding_minor:
        return fill(_("%1 wurden erstattet und sind nicht mehr fällig."), back)
    return fill(
        _("%1 wurden erstattet und sind nicht mehr fällig; weiteres Geld wäre zu viel."),
        back,
    )
