"""In the editor: credits of the chosen customer, each to be deducted with one click."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from workmate_desktop.domain.review import Credit
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill


def deducted_words(credit: Credit) -> str:
    """Beside the sums: "abzüglich Guthaben aus RE-2026-0001"."""
    sentence = _("abzüglich Guthaben aus %1")
    return fill(sentence, credit.invoice_label)


class CreditOffer(QWidget):
    """One box per credit, told apart by its id. Signal `chosen_changed()`."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._credits: list[Credit] = []
        self._boxes: list[QCheckBox] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    def chosen(self) -> tuple[Credit, ...]:
        """What is to be deducted, oldest first."""
        pairs = zip(self._credits, self._boxes, strict=True)
        return tuple(credit for credit, box in pairs if box.isChecked())

    def show_credits(self, found: Sequence[Credit], chosen: Sequence[str] = ()) -> None:
        """Offer these; what is ticked already stays so, and so does what is in `chosen`."""
        if list(found) == self._credits:
            return
        ticked = {one.id for one in self.chosen()} | set(chosen)
        self._credits, self._boxes = list(found), []
        while (entry := self._column.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in found:
            box = self._box(one)
            box.setChecked(one.id in ticked)
            box.toggled.connect(self.chosen_changed)
            self._boxes.append(box)
            self._column.addWidget(box)
        if found:
            words = _("Beim Ausstellen der Rechnung wird das Guthaben verrechnet.")
            self._column.addWidget(PlainLabel(words, role="small", wrap=True))
        self.setVisible(bool(found))
        self.chosen_changed.emit()

    def _box(self, credit: Credit) -> QCheckBox:
        amount = formats.money(credit.amount_minor, credit.currency)
        words = _("Guthaben aus %1 abziehen: %2")
        return QCheckBox(fill(words, credit.invoice_label, amount))
