"""Below the list: how many invoices are cancelled, and the way to them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workmate_desktop.domain.lists import InvoiceFilter
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.words import fill


class CancelledLine(QWidget):
    """Shown while there are any and they are not listed already. Signal `wanted()`: list them."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._listed = False
        self.button = button("", kind="link")
        self.button.clicked.connect(self.wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addStretch(1)
        self.hide()

    def set_count(self, count: int) -> None:
        """How many there are in this book."""
        self._count = count
        self.button.setText(
            self.tr("1 stornierte Rechnung zei&gen")
            if count == 1
            else fill(self.tr("%1 stornierte Rechnungen zei&gen"), str(count))
        )
        self._show_or_hide()

    def show_filter(self, listed: InvoiceFilter) -> None:
        """What the list shows now."""
        self._listed = listed is InvoiceFilter.CANCELLED
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        self.setVisible(self._count > 0 and not self._listed)
