"""Nummern: an office says once how its numbers go on (MONEY C5)."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.invoices.editor.conftest import Desk
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.numbers import FormatProblem, NumberFormat
from workmate_desktop.ui.invoices.numbers_dialog import NumbersDialog, format_sentence

Open = Callable[..., Desk]


def opened(desk: Desk) -> NumbersDialog:
    desk.editor.numbers_button.click()
    dialog = desk.editor.findChild(NumbersDialog)
    assert dialog is not None and dialog.isVisible()
    return dialog


def preview(dialog: NumbersDialog) -> list[str]:
    return [label.full_text() for label in dialog.preview._values]


def test_mc5_preview_follows_and_save_hands_both_over(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    dialog = opened(desk)
    assert (dialog.format.text(), dialog.running.text()) == ("RE-{JJJJ}-{NNNN}", "119")
    assert preview(dialog) == ["RE-2026-0119", "RE-2026-0120", "RE-2027-0001"]
    dialog.format.selectAll()
    qtbot.keyClicks(dialog.format, "{nnn}/{jj}")
    assert preview(dialog) == ["119/26", "120/26", "001/27"]
    dialog.running.selectAll()
    qtbot.keyClicks(dialog.running, "1000")
    assert preview(dialog)[0] == "1000/26"
    desk.writing.number_format = NumberFormat("{NNN}/{JJ}")
    with qtbot.waitSignal(dialog.saved):
        qtbot.keyClick(dialog.running, Qt.Key.Key_Return)
    assert desk.writing.calls == [("begin_numbers", ("{NNN}/{JJ}", 2026, 1000), None)]
    assert desk.editor.isVisible() and not dialog.isVisible()


def test_mc5_without_a_year_it_counts_on(open_editor: Open, qtbot: QtBot) -> None:
    dialog = opened(open_editor())
    dialog.format.selectAll()
    qtbot.keyClicks(dialog.format, "R{NNNNN}")
    assert preview(dialog) == ["R00119", "R00120"]


@pytest.mark.parametrize(
    ("form", "running", "wrong"),
    [
        ("RE-{JJJJ}", "5", "format_field"),
        ("RE–{NNNN}", "5", "format_field"),
        ("Test {NNNN}", "5", "format_field"),
        ("R{N}", "", "running_field"),
        ("R{N}", "0", "running_field"),
        ("R{N}", "-3", "running_field"),
        ("R{N}", "²", "running_field"),
        ("R{N}", "1,5", "running_field"),
    ],
)
def test_mc5_what_is_wrong_stands_beside_its_field(
    open_editor: Open, qtbot: QtBot, form: str, running: str, wrong: str
) -> None:
    desk = open_editor()
    dialog = opened(desk)
    for field, text in ((dialog.format, form), (dialog.running, running)):
        field.setText(text)
        field.textEdited.emit(text)
    assert set(preview(dialog)) == {"–"}
    dialog.submit_button.click()
    assert desk.writing.calls == []
    bad = [name for name in ("format_field", "running_field") if getattr(dialog, name).is_bad()]
    assert bad == [wrong]
    assert getattr(dialog, wrong).message()


def test_mc5_a_taken_number_is_said_and_nothing_is_lost(open_editor: Open) -> None:
    desk = open_editor()
    dialog = opened(desk)
    desk.writing.fail_with = UserError("number_taken", number="RE-2026-0119", next=121)
    dialog.submit_button.click()
    assert dialog.isVisible() and dialog.submit_button.isEnabled()
    assert dialog.error() == (
        "Die Nummer RE-2026-0119 oder eine spätere ist schon vergeben."
        " Die nächste freie laufende Nummer ist 121."
    )


def test_mc5_test_invoices_have_nothing_to_choose(open_editor: Open) -> None:
    desk = open_editor(test_mode=True)
    assert not desk.editor.numbers_button.isVisible()
    desk.editor.test_box.click()
    assert desk.editor.numbers_button.isVisible()


def test_every_problem_has_its_sentence() -> None:
    sentences = [format_sentence(problem) for problem in FormatProblem]
    assert all(sentences) and len(set(sentences)) == len(sentences)


def question(dialog: NumbersDialog) -> QMessageBox | None:
    found = [box for box in dialog.findChildren(QMessageBox) if box.isVisible()]
    return found[0] if found else None


def answer(box: QMessageBox, key: str) -> None:
    (pressed,) = [one for one in box.findChildren(QPushButton) if one.property("choice") == key]
    pressed.click()


@pytest.mark.parametrize(
    ("running", "words", "more"),
    [
        ("118", "Mit RE-2026-0118 statt RE-2026-0119 weiterzählen?", "Es gibt sie zweimal"),
        (
            "130",
            "Mit RE-2026-0130 statt RE-2026-0119 weiterzählen?",
            "RE-2026-0119 bis RE-2026-0129",
        ),
    ],
)
def test_mc5_a_step_back_or_ahead_is_asked_about(
    open_editor: Open, qtbot: QtBot, running: str, words: str, more: str
) -> None:
    desk = open_editor()
    dialog = opened(desk)
    dialog.running.setText(running)
    dialog.submit_button.click()
    box = question(dialog)
    assert box is not None and desk.writing.calls == []
    assert box.text() == words and more in box.informativeText()
    answer(box, "no")
    assert desk.writing.calls == [] and dialog.isVisible()
    dialog.submit_button.click()
    again = [one for one in dialog.findChildren(QMessageBox) if one.isVisible()][-1]
    with qtbot.waitSignal(dialog.saved):
        answer(again, "yes")
    assert desk.writing.calls == [("begin_numbers", ("RE-{JJJJ}-{NNNN}", 2026, int(running)), None)]


def test_mc5_where_nothing_was_given_yet_nothing_is_asked(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    desk.writing.running = 1
    dialog = opened(desk)
    dialog.running.setText("318")
    with qtbot.waitSignal(dialog.saved):
        dialog.submit_button.click()
    assert question(dialog) is None
