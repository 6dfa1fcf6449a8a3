"""Beside an invoice: money that counts for it from another one, or for another one from it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.payments.payments import Payment, StaffKind
from workmate_desktop.domain.review import MovedMoney
from workmate_desktop.services.booking.review import Review
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence


class MovedBlock(QWidget):
    """Hidden until `set_ports`, and while no money was moved. A line and a button for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moves: Review | None = None
        self._bridge: Bridge | None = None
        self._shown: list[MovedMoney] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self._column.addLayout(self._lines)
        self.trouble = PlainLabel(role="error", wrap=True)
        self._column.addWidget(self.trouble)
        self.trouble.hide()
        self.hide()

    def set_ports(self, moves: Review, bridge: Bridge) -> None:
        """What knows moved money, and takes it back."""
        self._moves, self._bridge = moves, bridge

    def show_invoice(self, row: InvoiceRow, payments: Sequence[Payment]) -> None:
        """Tell what was moved to and from this invoice, as its payments say that something was."""
        moved = any(one.kind == StaffKind.MOVED for one in payments)
        found = self._moves.moves_of(row.id) if moved and self._moves is not None else []
        if found != self._shown:
            self._show_lines(found)
        self.setVisible(bool(found))

    def _show_lines(self, found: Sequence[MovedMoney]) -> None:
        self._shown = list(found)
        self.trouble.hide()
        while (entry := self._lines.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in found:
            words = _words(one)
            self._lines.addWidget(PlainLabel(words, wrap=True))
            undo = button(_("Zurücknehmen"), kind="link")
            undo.setAccessibleDescription(words)
            undo.clicked.connect(lambda _checked=False, key=one.id: self._undo(key))
            self._lines.addWidget(undo)

    def _undo(self, decision_id: str) -> None:
        if self._moves is None or self._bridge is None:
            return
        self.setEnabled(False)
        self.trouble.hide()
        # The change announces itself; the panel is then read again.
        self._bridge.when_done(
            self._moves.undo(decision_id),
            lambda _nothing: self.setEnabled(True),
            self._on_failed,
            owner=self,
        )

    def _on_failed(self, error: Exception) -> None:
        self.setEnabled(True)
        self.trouble.setText(error_sentence(error).line)
        self.trouble.show()


def _words(one: MovedMoney) -> str:
    amount = formats.money(one.amount_minor, one.currency)
    if one.credit and one.here:
        words = _("%1 Guthaben aus %2 sind abgezogen.")
    elif one.here:
        words = _("%1 aus der Zahlung für %2 sind hier zugeordnet.")
    elif one.credit:
        words = _("%1 Guthaben sind von %2 abgezogen.")
    else:
        words = _("%1 der Zahlung sind %2 zugeordnet.")
    return fill(words, amount, one.other_label)
