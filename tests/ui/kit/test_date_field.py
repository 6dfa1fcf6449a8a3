"""A date typed as Germans write it, or picked from a calendar."""

from datetime import date

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workmate_desktop.ui.kit.date_field import DateField
from workmate_desktop.ui.kit.theme import Theme

START = date(2026, 11, 23)


@pytest.fixture
def form(qtbot: QtBot) -> QWidget:
    """A window for two fields."""
    window = QWidget()
    window.setLayout(QVBoxLayout())
    qtbot.addWidget(window)
    return window


@pytest.fixture
def field(form: QWidget, theme: Theme, qtbot: QtBot) -> DateField:
    """A date with a field behind it, freshly reached with Tab."""
    made, other = DateField(theme, START), QLineEdit()
    form.layout().addWidget(made)
    form.layout().addWidget(other)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    other.setFocus()
    made.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(made.hasFocus)
    return made


@pytest.mark.parametrize(
    "typed",
    [
        "01.10.2026",
        "1.10.2026",
        "1.10.26",
        "01102026",
        "011026",
        "1. 10. 2026",
        "1.10.",
        "2026-10-01",
    ],
)
def test_typing_a_date(field: DateField, qtbot: QtBot, typed: str) -> None:
    for key in typed:
        qtbot.keyClick(field, key)
        assert field.hasFocus()
    assert field.text() == typed  # nothing jumps while one types
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert not field.hasFocus()
    assert (field.text(), field.day(), field.problem()) == ("01.10.2026", date(2026, 10, 1), "")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20.11.", date(2026, 11, 20)),
        ("5.1.", date(2027, 1, 5)),
        ("1.6", date(2027, 6, 1)),
        ("29.2.", date(2028, 2, 29)),
    ],
)
def test_without_a_year_the_one_that_fits_is_meant(field: DateField, typed: str, day: date) -> None:
    field.fits = lambda found: found >= date(2026, 11, 1)
    field.setText(typed)
    field.finish()
    assert (field.day(), field.problem()) == (day, "")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("31.02.2026", "Diesen Tag gibt es nicht."),
        ("31022026", "Diesen Tag gibt es nicht."),
        ("1.13.26", "Diesen Tag gibt es nicht."),
        ("29.02.2027", "Diesen Tag gibt es nicht."),
        ("1.10.1999", "Das Jahr muss zwischen 2000 und 2099 liegen."),
        ("31.2.", "Diesen Tag gibt es nicht."),
        ("2026-02-31", "Diesen Tag gibt es nicht."),
        ("1.10.1", "Das ist kein Datum. Beispiel: 23.11.2026"),
        ("morgen", "Das ist kein Datum. Beispiel: 23.11.2026"),
        ("", "Das Datum fehlt."),
    ],
)
def test_what_is_no_date_stays_and_is_said(
    field: DateField, qtbot: QtBot, typed: str, problem: str
) -> None:
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    assert field.problem() == ""  # not before one has finished
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.text(), field.problem(), field.day()) == (typed, problem, START)
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field, "1")
    assert field.problem() == ""
    field.set_day(START)
    assert (field.text(), field.problem()) == ("23.11.2026", "")


def test_arrows_turn_days_and_page_keys_months(field: DateField, qtbot: QtBot) -> None:
    for key, day in (
        (Qt.Key.Key_Up, date(2026, 11, 24)),
        (Qt.Key.Key_Down, START),
        (Qt.Key.Key_PageUp, date(2026, 12, 23)),
        (Qt.Key.Key_PageDown, START),
    ):
        qtbot.keyClick(field, key)
        assert field.day() == day
    field.set_day(date(2026, 1, 31))
    qtbot.keyClick(field, Qt.Key.Key_PageUp)
    assert field.text() == "28.02.2026"
    qtbot.keyClicks(field, "31.12.2099")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.day() == date(2099, 12, 31)


def test_an_arrow_does_not_replace_what_is_no_date(field: DateField, qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "31.02.2026")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert (field.text(), field.problem()) == ("31.02.2026", "Diesen Tag gibt es nicht.")


def test_a_click_selects_all_so_that_typing_replaces(
    field: DateField, form: QWidget, qtbot: QtBot
) -> None:
    form.findChildren(QLineEdit)[-1].setFocus()
    spot = QPoint(12, field.height() // 2)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=spot)
    assert field.selectedText() == "23.11.2026"
    qtbot.keyClicks(field, "1.10.26")
    field.finish()
    assert field.day() == date(2026, 10, 1)


@pytest.mark.parametrize("key", ["F4", "Alt+Down", "button"])
def test_the_calendar_opens_and_gives_a_day(field: DateField, qtbot: QtBot, key: str) -> None:
    if key == "F4":
        qtbot.keyClick(field, Qt.Key.Key_F4)
    elif key == "Alt+Down":
        qtbot.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    else:
        field.actions()[0].trigger()
    calendar = field.calendar()
    assert calendar is not None
    assert calendar.isVisible()
    assert calendar.selectedDate() == QDate(2026, 11, 23)
    assert calendar.locale().dayName(1) == "Montag"
    popup = QApplication.activePopupWidget()
    qtbot.keyClick(popup.focusWidget() or calendar, Qt.Key.Key_Right)
    qtbot.keyClick(popup.focusWidget() or calendar, Qt.Key.Key_Return)
    assert not calendar.isVisible()
    assert field.text() == "24.11.2026"
    assert field.hasFocus()


def test_escape_closes_the_calendar_only(field: DateField, form: QWidget, qtbot: QtBot) -> None:
    field.open_calendar()
    popup = QApplication.activePopupWidget()
    qtbot.keyClick(popup.focusWidget() or popup, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert form.isVisible()
    assert field.day() == START
