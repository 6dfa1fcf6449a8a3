"""Numbers in the positions are never cut off; the description gives the room."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from tests.ui.invoices.editor.conftest import Desk
from tests.ui.invoices.editor.fakes import draft_invoice, item
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.invoices.editor.items_view import ItemsView
from workmate_desktop.ui.kit.tables import PADDING
from workmate_desktop.ui.kit.theme import tabular

NUMBERS = (Column.QUANTITY, Column.UNIT_PRICE, Column.NET)


def cut(items: ItemsView) -> list[str]:
    """The numbers that the delegate would end in "…"."""
    metrics = QFontMetrics(tabular(items.font()))
    model = items.model()
    cells = [model.index(row, column) for row in range(model.rowCount()) for column in NUMBERS]
    return [
        index.data()
        for index in cells
        if metrics.elidedText(
            index.data(),
            Qt.TextElideMode.ElideRight,
            items.columnWidth(index.column()) - 2 * PADDING,
        )
        != index.data()
    ]


@pytest.mark.parametrize("width", [600, 840])
def test_a_stored_large_price_is_shown_whole(
    open_editor: Callable[..., Desk], qtbot: QtBot, width: int
) -> None:
    invoice = draft_invoice((item("Neubau " * 20, "999999,999".replace(",", "."), "Stk.", 1),))
    desk = open_editor(invoice=invoice)
    desk.editor.resize(width, 500)
    qtbot.waitUntil(lambda: desk.editor.width() == width)
    assert cut(desk.editor.form.items) == []


@pytest.mark.parametrize("width", [600, 840])
def test_a_large_price_makes_its_room_while_typing(
    open_editor: Callable[..., Desk], qtbot: QtBot, width: int
) -> None:
    desk = open_editor(invoice=draft_invoice())
    desk.editor.resize(width, 500)
    qtbot.waitUntil(lambda: desk.editor.width() == width)
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, Column.UNIT_PRICE))
    desk.keys("12345678,90", Qt.Key.Key_Return)
    assert form.model.index(0, Column.NET).data() == "49.382.715,60\u00a0€"
    assert cut(form.items) == []
    assert form.items.columnWidth(Column.DESCRIPTION) >= 48


def test_nonsense_takes_no_room(open_editor: Callable[..., Desk]) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    before = form.items.columnWidth(Column.UNIT_PRICE)
    form.model.setData(form.model.index(0, Column.UNIT_PRICE), "A" * 300)
    assert form.items.columnWidth(Column.UNIT_PRICE) == before
