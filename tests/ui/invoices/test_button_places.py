"""The buttons of the panel never take each other's place, whatever an invoice offers."""

from itertools import product

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from tests.ui.fakes import row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction, actions_for
from workmate_desktop.ui.invoices.panel.detail_sections import ActionBlock
from workmate_desktop.ui.kit.theme import Theme

WIDTH = 311
LIVES = [
    (InvoiceStatus.OPEN, 0),
    (InvoiceStatus.PARTIALLY_PAID, 10000),
    (InvoiceStatus.PAID, 47600),
    (InvoiceStatus.PAID, 50000),
    (InvoiceStatus.CANCELLED, 0),
    (InvoiceStatus.CANCELLED, 100),
]


def _places(
    qtbot: QtBot, actions: list[InvoiceAction], *, large: bool
) -> dict[InvoiceAction, QPoint]:
    block = ActionBlock()
    qtbot.addWidget(block)
    block.show_actions(actions, large=large)
    block.resize(WIDTH, block.sizeHint().height())
    block.show()
    qtbot.waitExposed(block)
    return {action: block.button(action).pos() for action in actions}


@pytest.mark.parametrize("large", [False, True])
def test_me6_buttons_keep_their_order_and_their_side(
    qtbot: QtBot, theme: Theme, large: bool
) -> None:
    seen = []
    for (status, paid), simulation in product(LIVES, (False, True)):
        invoice = row(1, status=status, paid=paid)
        actions = actions_for(invoice, simulation=simulation)
        places = _places(qtbot, actions, large=large)
        read = sorted(places, key=lambda action: (places[action].y(), places[action].x()))
        assert read == actions, "the keyboard goes as the eye does"
        seen.append(read)
    for one, other in product(seen, seen):
        shared = [action for action in one if action in other]
        assert shared == [action for action in other if action in one]


def test_me6_cancelling_never_comes_where_something_else_was(qtbot: QtBot, theme: Theme) -> None:
    """Beside Ausbuchen, or alone below everything: a second click elsewhere never hits it."""
    for (status, paid), simulation in product(LIVES[:4], (False, True)):
        actions = actions_for(row(1, status=status, paid=paid), simulation=simulation)
        places = _places(qtbot, actions, large=False)
        lowest = max(place.y() for place in places.values())
        assert places[InvoiceAction.CANCEL].y() == lowest
        beside = InvoiceAction.CLOSE_REST in actions
        assert (places[InvoiceAction.CANCEL].x() > WIDTH // 3) is beside
