"""Cards, chips, search, copy, fields: by mouse, by keyboard, and for a screen reader."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.kit.cards import DotLabel, EmptyState, FigureCard, KeyValueRows
from workmate_desktop.ui.kit.controls import CopyButton, SearchField, Segments, button
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.window.navigation import TopNavigation
from workmate_desktop.words.tone import Tone


def _name(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_a_figure_is_a_button(theme: Theme, qtbot: QtBot) -> None:
    card = FigureCard(theme, "Offen")
    qtbot.addWidget(card)
    card.set_figure("4.986,00 €", Tone.RED)
    card.show()
    assert _name(card) == "Offen: 4.986,00 €"
    assert QAccessible.queryAccessibleInterface(card).role() is QAccessible.Role.Button
    with qtbot.waitSignal(card.clicked):
        qtbot.keyClick(card, Qt.Key.Key_Space)


@pytest.fixture
def segments(qtbot: QtBot) -> Segments:
    made = Segments("Filter")
    qtbot.addWidget(made)
    for key, text in (("all", "Alle"), ("open", "Offen"), ("paid", "Bezahlt")):
        made.add(key, text)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def test_one_chip_is_chosen(segments: Segments, qtbot: QtBot) -> None:
    assert segments.current() == "all"
    with qtbot.waitSignal(segments.chosen) as heard:
        qtbot.mouseClick(segments.button("open"), Qt.MouseButton.LeftButton)
    assert heard.args == ["open"]
    assert [segments.button(key).isChecked() for key in ("all", "open", "paid")] == [
        False,
        True,
        False,
    ]


def test_arrows_move_the_choice(segments: Segments, qtbot: QtBot) -> None:
    heard: list[str] = []
    segments.chosen.connect(heard.append)
    segments.button("all").setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(segments.button(segments.current()), key)
    assert heard == ["open", "paid", "all"]
    assert segments.button("all").hasFocus()


def test_choosing_moves_no_chip(segments: Segments, qtbot: QtBot) -> None:
    places = [segments.button(key).geometry() for key in ("all", "open", "paid")]
    qtbot.mouseClick(segments.button("paid"), Qt.MouseButton.LeftButton)
    segments.layout().activate()
    assert [segments.button(key).geometry() for key in ("all", "open", "paid")] == places


def test_choosing_by_program_is_silent(segments: Segments, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(segments.chosen):
        segments.choose("paid")
    assert segments.current() == "paid"


def test_counts(segments: Segments) -> None:
    segments.set_count("open", 4)
    assert (segments.button("open").text(), _name(segments.button("open"))) == (
        "Offen 4",
        "Offen 4",
    )
    segments.set_count("open", 0)
    assert segments.button("open").text() == "Offen"


def test_searching_as_one_types(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme, "Suchen … Strg+F")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    qtbot.keyClicks(field, "ab ")
    assert heard == ["a", "ab"]
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), heard[-1]) == ("", "")
    assert _name(field) == "Suchen"


def test_copying_shows_a_tick_for_a_moment(theme: Theme, qtbot: QtBot) -> None:
    copy = CopyButton(theme, "Adresse kopieren")
    qtbot.addWidget(copy)
    assert not copy.isEnabled()
    copy.set_text_to_copy("http://127.0.0.1:8000")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:8000"
    assert copy.shows_tick()
    assert _name(copy) == "Kopiert"
    qtbot.waitUntil(lambda: not copy.shows_tick())
    assert _name(copy) == "Adresse kopieren"


def test_a_field_says_what_is_wrong(qtbot: QtBot) -> None:
    edit = QLineEdit()
    field = FormField("&Webhook Secret", edit)
    qtbot.addWidget(field)
    assert _name(edit) == "Webhook Secret"
    field.set_message("Muss mit whsec_ beginnen.", FieldMessage.BAD)
    assert field.is_bad()
    assert edit.property("invalid") is True
    assert edit.accessibleDescription() == field.message() == "Muss mit whsec_ beginnen."
    field.set_message("Testmodus", FieldMessage.GOOD)
    assert not field.is_bad()
    assert edit.property("invalid") is False
    field.clear_message()
    assert field.message() == ""


def test_the_mnemonic_leads_to_the_field(qtbot: QtBot) -> None:
    edit = QLineEdit()
    field = FormField("&Name", edit)
    qtbot.addWidget(field)
    with qtbot.waitActive(field):
        field.show()
        field.activateWindow()
    qtbot.keyClick(field, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    assert edit.hasFocus()


def test_rows_can_be_changed_and_cleared(qtbot: QtBot) -> None:
    rows = KeyValueRows()
    qtbot.addWidget(rows)
    first = rows.add_row("Netto", "400,00 €")
    rows.add_line()
    second = rows.add_row("Offen", extra=QPushButton("x"))
    rows.set_value(second, "476,00 €")
    assert (rows.value(first), rows.value(second)) == ("400,00 €", "476,00 €")
    rows.clear()
    assert rows.add_row("Netto", "1,00 €") == 0


def test_an_empty_state_has_a_button_when_there_is_something_to_do(
    theme: Theme, qtbot: QtBot
) -> None:
    with_button = EmptyState(theme, "inbox", "Leer", "Noch nichts da.", button_text="Los")
    without = EmptyState(theme, "inbox", "Leer", "Noch nichts da.")
    qtbot.addWidget(with_button)
    qtbot.addWidget(without)
    assert with_button.button.text() == "Los"
    assert without.button is None


def test_a_dot_has_words(theme: Theme, qtbot: QtBot) -> None:
    dot = DotLabel(theme)
    qtbot.addWidget(dot)
    dot.set_state(Tone.GREEN, "Empfang bereit")
    assert _name(dot) == dot.label.text() == "Empfang bereit"


def test_pages_by_mouse_and_by_number(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    stack = QStackedWidget(window)
    navigation = TopNavigation(stack, window)
    navigation.add_page("Rechnungen", QWidget())
    navigation.add_page("Stripe", QWidget())
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert (stack.currentIndex(), navigation.tabs.currentIndex()) == (1, 1)


def test_buttons_do_not_answer_enter_by_accident(qtbot: QtBot) -> None:
    made = button("Stornieren", kind="danger")
    qtbot.addWidget(made)
    assert not made.autoDefault()
    assert made.property("kind") == "danger"
