"""The text of a position: several lines, shown whole (MONEY E7)."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.ui.invoices.editor.conftest import Desk
from tests.ui.invoices.editor.fakes import draft_invoice, item
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.invoices.editor.items_text import (
    MAX_DESCRIPTION,
    DescriptionEdit,
    tidy_text,
    wrapped,
)
from workmate_desktop.ui.kit.tables import ROW_HEIGHT

Open = Callable[..., Desk]
ENTER, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape
SHIFT = Qt.KeyboardModifier.ShiftModifier
LONG = "Wartung der Netzwerktechnik im Hauptgebäude einschließlich Protokoll und Anfahrt"


def height(desk: Desk, row: int = 0) -> int:
    return desk.editor.form.items.rowHeight(row)


def test_me7_shift_enter_begins_a_line_and_enter_goes_on(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, 0))
    desk.keys("Wartung")
    qtbot.keyClick(desk.focused(), ENTER, SHIFT)
    assert isinstance(desk.focused(), QPlainTextEdit)
    desk.keys("Serverraum")
    qtbot.keyClick(desk.focused(), ENTER, SHIFT)
    desk.keys("Etage 2")
    qtbot.waitUntil(lambda: height(desk) > 2 * ROW_HEIGHT - 10)
    field = desk.focused()
    assert isinstance(field, DescriptionEdit)
    assert field.height() > 3 * field.fontMetrics().lineSpacing()
    assert field.verticalScrollBar().maximum() == 0
    desk.keys(ENTER)
    assert form.items.currentIndex().column() == Column.QUANTITY
    assert form.model.lines()[0].description == "Wartung\nServerraum\nEtage 2"
    assert height(desk) > ROW_HEIGHT


def test_me7_escape_gives_the_text_and_the_height_back(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, 0))
    desk.keys("x")
    for _ in range(3):
        qtbot.keyClick(desk.focused(), ENTER, SHIFT)
        desk.keys("y")
    qtbot.waitUntil(lambda: height(desk) > ROW_HEIGHT)
    desk.keys(ESCAPE)
    assert form.model.lines()[0].description == "IT-Wartung vor Ort"
    qtbot.waitUntil(lambda: height(desk) == ROW_HEIGHT)
    assert QApplication.focusWidget() is form.items


def test_me7_a_long_text_is_wrapped_and_follows_the_width(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice((item(LONG, "1", "Stk.", 100),)))
    narrow = height(desk)
    assert narrow > ROW_HEIGHT
    form = desk.editor.form
    width = form.items.columnWidth(Column.DESCRIPTION) - 24
    lines = wrapped(LONG, form.items.font(), width)
    metrics = QFontMetrics(form.items.font())
    assert " ".join(lines) == LONG
    assert all(metrics.horizontalAdvance(line) <= width for line in lines)
    desk.editor.resize(1500, 620)
    qtbot.waitUntil(lambda: height(desk) == ROW_HEIGHT)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Wartung  ", "Wartung"),
        ("\n\nA \n\n B\t\n\n", "A\n\n B"),
        ("A\r\nB\rC", "A\nB\nC"),
        (" \n ", ""),
    ],
)
def test_me7_blanks_around_are_not_kept(typed: str, kept: str) -> None:
    assert tidy_text(typed) == kept


def test_me7_a_word_longer_than_the_column_is_broken_not_lost(qapp: QApplication) -> None:
    lines = wrapped("A" * 300, QFont(), 80)
    assert len(lines) > 5 and "".join(lines) == "A" * 300
    faces = "\U0001f600" * 60
    assert "".join(wrapped(faces, QFont(), 80)) == faces
    assert wrapped("", QFont(), 80) == ("",)
    assert wrapped("a\n\nb", QFont(), 80) == ("a", "", "b")


def test_me7_there_is_an_end(qtbot: QtBot) -> None:
    field = DescriptionEdit()
    qtbot.addWidget(field)
    field.setPlainText("x" * (MAX_DESCRIPTION - 2))
    field.moveCursor(field.textCursor().MoveOperation.End)
    qtbot.keyClicks(field, "abcd")
    field.new_line()
    QApplication.clipboard().setText("y" * 50)
    field.paste()
    assert field.toPlainText() == "x" * (MAX_DESCRIPTION - 2) + "ab"
    field.selectAll()
    QApplication.clipboard().setText("z" * (MAX_DESCRIPTION + 50))
    field.paste()
    assert field.toPlainText() == "z" * MAX_DESCRIPTION


def test_me7_stored_lines_are_edited_as_they_are(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice((item("Eins\nzwei", "1", "Stk.", 100),)))
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, 0))
    field = desk.focused()
    assert isinstance(field, QPlainTextEdit) and field.toPlainText() == "Eins\nzwei"
    assert not desk.editor.has_changes()
