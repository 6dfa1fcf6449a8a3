"""Starting, stopping, starting again; a taken port; a second program on the same data."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from tests.journey.desk import Desk
from workmate_desktop.ui.invoices.editor import InvoiceEditor


def test_the_list_has_the_keyboard_from_the_start(start: Callable[..., Desk]) -> None:
    desk = start(demo=True)
    desk.wait_until_ready()
    table = desk.pages.invoices.table
    desk.wait(lambda: QApplication.focusWidget() is table)
    desk.press("Down")
    assert desk.pages.invoices.detail.invoice_id == desk.pages.invoices.model.id_at(1)


def test_an_empty_list_offers_the_first_invoice_to_the_keyboard(desk: Desk) -> None:
    desk.wait(lambda: QApplication.focusWidget() is desk.pages.invoices.toolbar.new_button)
    desk.press("Space")
    assert desk.dialog(InvoiceEditor)
