"""Dates typed into the invoice, as Germans type them."""

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.invoices.editor.conftest import Desk, fill_in
from tests.ui.invoices.editor.fakes import TODAY

Open = Callable[..., Desk]
TAB, ENTER = Qt.Key.Key_Tab, Qt.Key.Key_Return
FIRST_OF_OCTOBER = date(2026, 10, 1)


@pytest.mark.parametrize("typed", ["01.10.2026", "1.10.2026", "1.10.26", "01102026"])
@pytest.mark.parametrize("name", ["issue_date", "service_date", "due_date"])
def test_a_typed_date_stays_in_its_field(open_editor: Open, name: str, typed: str) -> None:
    desk = open_editor()
    form = desk.editor.form
    field = getattr(form, name)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    desk.keys(typed)
    assert QApplication.focusWidget() is field
    desk.keys(TAB)
    assert QApplication.focusWidget() is not field
    assert (field.day(), field.text()) == (FIRST_OF_OCTOBER, "01.10.2026")
    untouched = {
        "issue_date": {"service_date": FIRST_OF_OCTOBER, "due_date": date(2026, 10, 15)},
        "service_date": {"issue_date": TODAY, "due_date": date(2026, 12, 7)},
        "due_date": {"issue_date": TODAY, "service_date": TODAY},
    }[name]
    for other, day in untouched.items():
        assert getattr(form, other).day() == day


def test_three_dates_one_after_the_other(open_editor: Open) -> None:
    desk = open_editor()
    form = desk.editor.form
    form.issue_date.setFocus(Qt.FocusReason.TabFocusReason)
    desk.keys("01.10.2026", TAB, "30.9.26", ENTER, "31.10.2026", ENTER)
    assert QApplication.focusWidget() is form.items
    assert form.issue_date.day() == FIRST_OF_OCTOBER
    assert form.service_date.day() == date(2026, 9, 30)
    assert form.due_date.day() == date(2026, 10, 31)
    assert form.note.toPlainText() == "Zahlbar innerhalb von 30 Tagen ohne Abzug."


@pytest.mark.parametrize(
    ("name", "field_name"),
    [
        ("issue_date", "issue_field"),
        ("service_date", "service_field"),
        ("due_date", "due_field"),
    ],
)
def test_an_impossible_date_is_said_and_not_stored(
    open_editor: Open, qtbot: QtBot, name: str, field_name: str
) -> None:
    desk = open_editor()
    fill_in(desk)
    form = desk.editor.form
    field, labelled = getattr(form, name), getattr(form, field_name)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    desk.keys("31.02.2026")
    # Alt+E does not take the focus away: the date must be read all the same.
    qtbot.keyClick(field, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(labelled.is_bad)
    assert desk.writing.calls == []
    assert labelled.message() == "Diesen Tag gibt es nicht."
    assert field.text() == "31.02.2026"
    assert QApplication.focusWidget() is field
    field.selectAll()
    desk.keys("28.2.2026")
    form.customer.setFocus()
    assert labelled.message() != "Diesen Tag gibt es nicht."


def test_a_date_still_being_typed_counts(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    fill_in(desk)
    form = desk.editor.form
    form.service_date.setFocus(Qt.FocusReason.TabFocusReason)
    desk.keys("20.11.2026")
    with qtbot.waitSignal(desk.editor.saved):
        qtbot.keyClick(form.service_date, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    (draft,) = desk.writing.drafts("save_draft")
    assert draft.service_date == date(2026, 11, 20)


def test_a_date_still_being_typed_is_a_change(open_editor: Open) -> None:
    desk = open_editor()
    desk.editor.form.service_date.setFocus(Qt.FocusReason.TabFocusReason)
    assert not desk.editor.has_changes()
    desk.keys("20.1")
    assert desk.editor.has_changes()
