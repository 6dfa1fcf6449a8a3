"""The sums at the bottom right of the editor: net, VAT per rate, and what the customer owes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from workmate_desktop.domain.invoices.invoices import Totals
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import tabular
from workmate_desktop.words import formats
from workmate_desktop.words.language import _

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TotalsPanel(QWidget):
    """Words on the left, amounts on the right; one line for every VAT rate used."""

    def __init__(self, currency: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._currency = currency
        self._shown: list[tuple[str, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self.setMinimumWidth(280)
        self.setAccessibleName(_("Summen"))

    def show_totals(self, totals: Totals | None, deducted: Sequence[tuple[str, int]] = ()) -> None:
        """Show the sums; None when a number cannot be read, so that no wrong sum is shown.

        `deducted`: (words, minor units) of credits; the total stays what it is.
        """
        rows: list[tuple[str, str]] = []
        if totals is None:
            rows.append((_("Netto"), formats.NONE))
        else:
            rows.append((_("Netto"), self._money(totals.net_minor)))
            for tax in totals.by_rate:
                words = _("USt. %1 auf %2").replace("%1", formats.percent(tax.rate_percent))
                words = words.replace("%2", self._money(tax.net_minor))
                rows.append((words, self._money(tax.tax_minor)))
        total = formats.NONE if totals is None else self._money(totals.total_minor)
        rows.append((_("Gesamtbetrag"), total))
        left = 0 if totals is None else totals.total_minor
        for words, minor in deducted if left > 0 else ():
            part = min(minor, left)
            rows.append((words, self._money(-part)))
            left -= part
        if len(rows) > 1 and rows[-1][0] != _("Gesamtbetrag"):
            rows.append((_("Zu zahlen"), self._money(left)))
        if rows != self._shown:
            self._show_rows(rows)

    def rows(self) -> list[tuple[str, str]]:
        """Words and amounts as shown, from the top."""
        return list(self._shown)

    def _show_rows(self, rows: list[tuple[str, str]]) -> None:
        self._shown = rows
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        last = len(rows) - 1
        for at, (words, amount) in enumerate(rows):
            place = at
            if at == last:
                self._grid.addWidget(line(), at, 0, 1, 2)
                place = at + 1
            name = PlainLabel(words, role="heading" if at == last else "muted")
            value = PlainLabel(amount, role="heading" if at == last else "")
            value.setFont(tabular(value.font()))
            value.setAlignment(_RIGHT)
            value.setAccessibleName(f"{words}: {amount}")
            self._grid.addWidget(name, place, 0)
            self._grid.addWidget(value, place, 1)
        # Fewer rates than before leave empty rows at the bottom, not gaps between.
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    def _money(self, minor: int) -> str:
        return formats.money(minor, self._currency)
