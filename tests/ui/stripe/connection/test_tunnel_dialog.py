"""Tunnel einrichten: where things stand."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.stripe.dialog_screens import tunnel
from workmate_desktop.ui.kit.theme import Theme


def _place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


def test_me6_the_button_stands_in_line_with_its_field(qtbot: QtBot, theme: Theme) -> None:
    dialog = tunnel(theme)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    field, button = _place(dialog.program), _place(dialog.choose)
    assert (field.top(), field.bottom()) == (button.top(), button.bottom())
    assert button.left() > field.right()
