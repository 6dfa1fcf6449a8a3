"""Below the list: how many invoices are cancelled and the way to them, and the list as a table."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.words.language import _, fill


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
            _("1 stornierte Rechnung zei&gen")
            if count == 1
            else fill(_("%1 stornierte Rechnungen zei&gen"), str(count))
        )
        self._show_or_hide()

    def show_filter(self, listed: InvoiceFilter) -> None:
        """What the list shows now."""
        self._listed = listed is InvoiceFilter.CANCELLED
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        self.setVisible(self._count > 0 and not self._listed)


class ListFooter(QWidget):
    """The line of the cancelled ones on the left, the export on the right; hidden with both.

    Signal `export_wanted()`: what is listed as a file.
    """

    export_wanted = Signal()

    def __init__(self, cancelled: CancelledLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.export = button(_("L&iste als Tabelle sichern …"), kind="link")
        self.export.clicked.connect(self.export_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(cancelled)
        row.addStretch(1)
        row.addWidget(self.export)

    def show_rows(self, rows: int) -> None:
        """How many are listed: an empty list is no table."""
        self.export.setVisible(rows > 0)
