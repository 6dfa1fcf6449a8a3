"""How wide a column must be so that no amount in it ends in "…"."""

from math import ceil

from PySide6.QtCore import QModelIndex, QObject, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF

from workmate_desktop.ui.invoices.list.table_model import Column, InvoiceTableModel
from workmate_desktop.ui.kit.tables import PADDING, Index
from workmate_desktop.ui.kit.theme import tabular
from workmate_desktop.words import formats


def width_for(text: str, font: QFont) -> int:
    """Pixels of a cell that shows `text` whole, in digits of equal width."""
    return ceil(QFontMetricsF(tabular(font)).horizontalAdvance(text)) + 1 + 2 * PADDING


_LEAST_DIGITS = 3
"""Fewer minor units are filled up with zeros: 0,05."""


class WidestAmounts(QObject):
    """Remembers the largest amount of each column among the loaded rows of a model.

    Each row is looked at once, when it is read; digits are of equal width, so the largest amount
    is also the widest. Signal `grown()`: a larger one came.
    """

    grown = Signal()

    def __init__(self, model: InvoiceTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        # By column, currency and sign: those have widths of their own.
        self._largest: dict[tuple[Column, str, bool], int] = {}
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_inserted)
        model.dataChanged.connect(self._on_changed)
        self._look_at(0, model.rowCount() - 1)

    def width(self, column: Column, font: QFont) -> int:
        """Pixels that the widest amount of `column` needs in this font; 0 without any."""
        return max(
            (
                width_for(formats.money(-minor if negative else minor, currency), font)
                for (of, currency, negative), minor in self._largest.items()
                if of is column
            ),
            default=0,
        )

    @Slot()
    def _on_reset(self) -> None:
        self._largest.clear()
        self._look_at(0, self._model.rowCount() - 1)
        self.grown.emit()

    @Slot(QModelIndex, int, int)
    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        if self._look_at(first, last):
            self.grown.emit()

    def _on_changed(self, first: Index, last: Index) -> None:
        if self._look_at(first.row(), last.row()):
            self.grown.emit()

    def _look_at(self, first: int, last: int) -> bool:
        grown = False
        for at in range(first, last + 1):
            row = self._model.row_at(at)
            if row is None:
                continue
            for column, minor in ((Column.TOTAL, row.total_minor), (Column.PAID, row.paid_minor)):
                key = (column, row.currency, minor < 0)
                known = self._largest.get(key, -1)
                if abs(minor) > known:
                    self._largest[key] = abs(minor)
                    # As many digits are as wide: 1,00 € needs no more room than 0,99 €.
                    grown |= known < 0 or len(str(abs(minor))) > max(len(str(known)), _LEAST_DIGITS)
        return grown
