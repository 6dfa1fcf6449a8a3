"""Where on the screen the status of an invoice is seen."""

from PySide6.QtCore import QPoint, QRect

from workmate_desktop.ui.invoices.list.table_model import Column
from workmate_desktop.ui.invoices.list.table_view import InvoiceTable


def status_places(table: InvoiceTable, invoice_id: str | None) -> list[QRect]:
    """The visible column of the status, then the cell of this invoice; nothing while the list is
    not shown.
    """
    view = table.viewport()
    if not table.isVisible():
        return []
    left, width = table.columnViewportPosition(Column.STATUS), table.columnWidth(Column.STATUS)
    column = QRect(left, 0, width, view.height()).intersected(view.rect())
    found = [column]
    index = table.currentIndex()
    if invoice_id is not None and invoice_id == table.selected_id and index.isValid():
        cell = table.visualRect(index.siblingAtColumn(Column.STATUS)).intersected(view.rect())
        found += [] if cell.isEmpty() else [cell]
    corner = view.mapToGlobal(QPoint())
    return [place.translated(corner) for place in found if not place.isEmpty()]
