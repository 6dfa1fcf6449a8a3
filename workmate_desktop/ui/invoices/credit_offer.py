"""In the editor: credits of the chosen customer, to be put into the note with one click."""

from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.domain.review import Credit
from workmate_desktop.ui.shared import formats
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.words import fill


class OffersCredits(Protocol):
    """services.review.Review."""

    def open_credits(self, customer_id: str, livemode: bool) -> list[Credit]: ...

    def use_credits(self, credit_ids: list[str], invoice_id: str) -> "Future[None]": ...


def credit_text(credit: Credit) -> str:
    """What stands on the next invoice: "Guthaben aus RE-2026-0001: 12,00 €"."""
    sentence = QCoreApplication.translate("credit_offer", "Guthaben aus %1: %2")
    # A text field gives no-break spaces back as plain ones; the text must be found in it again.
    amount = formats.money(credit.amount_minor, credit.currency).replace(formats.NBSP, " ")
    return fill(sentence, credit.invoice_label, amount)


class CreditOffer(QWidget):
    """One line per credit. Signal `wanted(str)`: put this text into the note."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._credits: list[Credit] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    def show_credits(self, found: list[Credit], note: str) -> None:
        """Offer those whose text is not in the note yet."""
        offered = [one for one in found if credit_text(one) not in note]
        if offered == self._credits:
            return
        self._credits = offered
        while (entry := self._column.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in offered:
            self._column.addWidget(self._line(credit_text(one)))
        if offered:
            words = self.tr("Es steht dann im Hinweis; der Betrag wird nicht abgezogen.")
            self._column.addWidget(PlainLabel(words, role="small", wrap=True))
        self.setVisible(bool(offered))

    def _line(self, words: str) -> QWidget:
        made = QWidget()
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(PlainLabel(words), 0)
        take = button(self.tr("In den Hinweis übernehmen"), kind="link")
        take.setAccessibleDescription(words)
        take.clicked.connect(lambda: self.wanted.emit(words))
        line.addWidget(take)
        line.addStretch(1)
        return made
