"""The open test invoices that a simulated payment may pay, newest first."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QSize, Qt

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.tables import Index
from workmate_desktop.words import formats
from workmate_desktop.words.invoices import label

_NOWHERE = QModelIndex()
LINE_HEIGHT = 32
"""Logical pixels."""
MOST = 50
"""More are found by searching."""


class OpenInvoicesModel(QAbstractListModel):
    """One short page, read anew when something changed."""

    def __init__(self, books: Books, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._books = books
        self._clock = clock
        self._text = ""
        self._rows: list[InvoiceRow] = []
        self.reload()

    def search(self, text: str) -> None:
        """List those that match."""
        if text != self._text:
            self._text = text
            self.reload()

    def reload(self) -> None:
        """Read the page again."""
        query = InvoiceQuery(
            livemode=False,
            today=self._clock.today(),
            filter=InvoiceFilter.OPEN,
            text=self._text,
        )
        self.beginResetModel()
        self._rows = self._books.invoice_page(query, None, MOST)
        self.endResetModel()

    def id_at(self, row: int) -> str | None:
        """The invoice in this row; None outside."""
        return self._rows[row].id if 0 <= row < len(self._rows) else None

    def position(self, invoice_id: str) -> int | None:
        """The row of the invoice; None when it is not listed."""
        return next((at for at, row in enumerate(self._rows) if row.id == invoice_id), None)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Listed invoices."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Number, customer and what is owed."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            owed = formats.money(row.outstanding_minor, row.currency)
            customer = " ".join(row.customer_name.split())
            return " · ".join((label(row), customer, owed))
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, LINE_HEIGHT)
        return None
