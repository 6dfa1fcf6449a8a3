"""A payment repaints the cells that changed, and nothing around them."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from workmate_desktop.ui.invoices.list.table_model import Column


class PaintedWidgets(QObject):
    """Notes which widgets are painted, and where."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.regions: dict[QWidget, QRegion] = {}
        for widget in (page, *page.findChildren(QWidget)):
            widget.installEventFilter(self)

    def calm(self) -> bool:
        """Whether a turn of the loop paints nothing. Forgets what was painted."""
        self.regions.clear()
        QApplication.processEvents()
        return not self.regions

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent) and isinstance(watched, QWidget):
            self.regions[watched] = event.region()
        return False


def test_a_payment_repaints_two_cells_and_not_the_page_behind_them(
    desk: Desk, qtbot: QtBot
) -> None:
    table, model = desk.tab.table, desk.tab.model
    at = 5
    invoice_id = model.id_at(at)
    assert invoice_id is not None
    desk.books.pay(invoice_id)
    painted = PaintedWidgets(desk.tab)
    qtbot.waitUntil(painted.calm)  # after showing the page
    model.refresh_rows((invoice_id,))
    qtbot.waitUntil(lambda: table.viewport() in painted.regions)
    cells = table.visualRect(model.index(at, Column.PAID)).united(
        table.visualRect(model.index(at, Column.STATUS))
    )
    assert painted.regions[table.viewport()].boundingRect() == cells
    assert desk.tab not in painted.regions
    assert set(painted.regions) == {desk.tab.list, table, table.viewport()}
