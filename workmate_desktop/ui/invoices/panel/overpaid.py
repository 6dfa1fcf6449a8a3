"""Beside an overpaid invoice: give the difference back, or keep it for the next invoice."""

from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.review import KeptCredit
from workmate_desktop.services.booking.review import Review
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence

T = TypeVar("T")


class OverpaidBlock(QWidget):
    """Hidden until `set_ports` and while nothing is overpaid.

    Signals `refund_wanted(str, object)`: give so much of this invoice back, in minor units;
    `split_wanted(str, object)`: so much is there for other invoices. Not `int`, which ends at 2^31
    in a signal: 21 million €.
    """

    refund_wanted = Signal(str, object)
    split_wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._credits: Review | None = None
        self._bridge: Bridge | None = None
        self._row: InvoiceRow | None = None
        self._refunds = False
        self._spare = 0
        self._credit_id = ""
        self.words = PlainLabel(wrap=True)
        self.keep = button(_("Als Gut&haben vormerken"))
        self.refund = button(_("&Differenz erstatten …"))
        self.split = button(_("Auf andere Rechnung &verteilen …"))
        self.undo = button(_("G&uthaben zurücknehmen"), kind="link")
        self.trouble = PlainLabel(role="error", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.words, self.refund, self.keep, self.split, self.undo, self.trouble):
            column.addWidget(widget)
        self.keep.clicked.connect(self._on_keep)
        self.refund.clicked.connect(self._on_refund)
        self.split.clicked.connect(self._on_split)
        self.undo.clicked.connect(self._on_undo)
        self.hide()

    def set_ports(self, kept: Review, bridge: Bridge, *, refunds: bool) -> None:
        """What keeps credits; `refunds` offers giving the money back, too."""
        self._credits, self._bridge, self._refunds = kept, bridge, refunds

    def show_invoice(self, row: InvoiceRow) -> None:
        """Offer what makes sense for this invoice."""
        if self._credits is None or not row.overpaid:
            self.hide()
            return
        if self._row is None or self._row.id != row.id:
            self.trouble.setText("")
        self._row = row
        kept = self._credits.credits_of(row.id)
        extra = row.overpaid_minor
        self._spare = max(0, extra - sum(one.amount_minor for one in kept))
        free = [one for one in kept if one.used_on is None]
        self._credit_id = free[-1].id if free else ""
        self.words.setText("\n".join([*self._kept_words(kept), *self._spare_words()]))
        self.keep.setVisible(self._spare > 0)
        self.refund.setVisible(self._spare > 0 and self._refunds)
        self.split.setVisible(self._spare > 0 and row.status is not InvoiceStatus.CANCELLED)
        self.undo.setVisible(bool(self._credit_id))
        self.trouble.setVisible(bool(self.trouble.full_text()))
        self._set_working(False)
        self.show()

    def _kept_words(self, kept: list[KeptCredit]) -> list[str]:
        words = []
        for one in kept:
            amount = formats.money(one.amount_minor, one.currency)
            if one.used_on is not None:
                sentence = _("%1 Guthaben, übernommen auf %2.")
                words.append(fill(sentence, amount, one.used_on or texts.draft()))
            elif not one.covered:
                sentence = _("%1 Guthaben waren vorgemerkt; dieses Geld ging zurück.")
                words.append(fill(sentence, amount))
            else:
                sentence = _("%1 Guthaben sind für die nächste Rechnung vorgemerkt.")
                words.append(fill(sentence, amount))
        return words

    def _spare_words(self) -> list[str]:
        if not self._spare or self._row is None:
            return []
        amount = formats.money(self._spare, self._row.currency)
        return [
            fill(_("%1 sind zu viel eingegangen."), amount),
            _("Ein Guthaben wird von der nächsten Rechnung des Kunden abgezogen."),
        ]

    @Slot()
    def _on_keep(self) -> None:
        if self._credits is not None and self._row is not None:
            self._wait_for(self._credits.keep_credit(self._row.id))

    @Slot()
    def _on_undo(self) -> None:
        if self._credits is not None and self._credit_id:
            self._wait_for(self._credits.undo(self._credit_id))

    @Slot()
    def _on_refund(self) -> None:
        if self._row is not None:
            self.refund_wanted.emit(self._row.id, self._spare)

    @Slot()
    def _on_split(self) -> None:
        if self._row is not None:
            self.split_wanted.emit(self._row.id, self._spare)

    def _wait_for(self, future: "Future[T]") -> None:
        assert self._bridge is not None
        self._set_working(True)
        self.trouble.setText("")
        # The change announces itself; the panel is then read again.
        self._bridge.when_done(future, failed=self._on_failed, owner=self)

    def _on_failed(self, error: Exception) -> None:
        self.trouble.setText(error_sentence(error).line)
        self.trouble.show()
        self._set_working(False)

    def _set_working(self, working: bool) -> None:
        for made in (self.keep, self.refund, self.split, self.undo):
            made.setEnabled(not working)
