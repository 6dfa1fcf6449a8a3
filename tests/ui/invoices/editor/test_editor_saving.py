"""Editing a stored draft, saving once, and closing without losing anything."""

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fakes import FakeBridge, FakeClock
from tests.ui.invoices.editor.conftest import Desk, fill_in
from tests.ui.invoices.editor.fakes import (
    AYDIN,
    PICTURED,
    TODAY,
    Customers,
    Writing,
    draft_invoice,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import totals_of
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.kit.theme import Theme

Open = Callable[..., Desk]


def question(desk: Desk) -> QMessageBox:
    boxes = [box for box in desk.editor.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    return boxes[0]


def press(box: QMessageBox, key: str) -> None:
    for made in box.findChildren(QPushButton):
        if made.property("choice") == key:
            made.click()
            return
    raise AssertionError(key)


# Editing a draft -------------------------------------------------------------------------------


def test_a_draft_is_shown_as_stored_and_saved_under_its_id(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice(note="Danke."))
    form = desk.editor.form
    assert desk.editor.windowTitle() == "Entwurf bearbeiten"
    assert form.customer.customer() == AYDIN
    assert form.service_date.day() == date(2026, 11, 20)
    assert form.note.toPlainText() == "Danke."
    assert not desk.editor.has_changes()
    desk.editor.issue()
    ((verb, draft, invoice_id),) = desk.writing.calls
    assert (verb, invoice_id) == ("issue", "i-1")
    assert draft.items == PICTURED  # type: ignore[attr-defined]
    assert totals_of(draft.items).total_minor == 54765  # type: ignore[attr-defined]


def test_what_was_touched_in_a_draft_stays(open_editor: Open) -> None:
    form = open_editor(
        invoice=draft_invoice(due_date=date(2026, 12, 24), note="Danke.")
    ).editor.form
    form.issue_date.set_day(date(2026, 12, 1))
    assert form.due_date.day() == date(2026, 12, 24)
    assert form.service_date.day() == date(2026, 11, 20)
    assert form.note.toPlainText() == "Danke."


def test_a_draft_with_almost_nothing(open_editor: Open) -> None:
    desk = open_editor(
        invoice=draft_invoice((), issue_date=None, due_date=None, service_date=None, note="")
    )
    form = desk.editor.form
    assert form.issue_date.day() == TODAY
    assert form.due_date.day() == date(2026, 12, 7)
    assert form.note.toPlainText() == ""
    assert not desk.editor.has_changes()


def test_a_test_draft_stays_one(open_editor: Open) -> None:
    desk = open_editor(test_mode=True, invoice=draft_invoice(livemode=True))
    assert not desk.editor.test_box.isChecked()
    desk = open_editor(test_mode=True, invoice=draft_invoice(livemode=False))
    assert desk.editor.test_box.isChecked()
    assert desk.editor.number_label.full_text().endswith("TEST-2026-0007")


# Saving --------------------------------------------------------------------------------------


def test_a_double_click_issues_once(open_editor: Open) -> None:
    desk = open_editor(hold=True)
    fill_in(desk)
    desk.editor.issue_button.click()
    desk.editor.issue_button.click()
    desk.editor.issue()
    desk.editor.save_draft()
    assert len(desk.writing.calls) == 1
    assert not desk.editor.issue_button.isEnabled()
    desk.editor.reject()  # cannot be taken back now
    assert desk.editor.isVisible()
    desk.bridge.run_waiting()
    assert not desk.editor.isVisible()
    desk.editor.issue()
    assert len(desk.writing.calls) == 1


def test_a_refusal_is_said_and_nothing_is_lost(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    fill_in(desk)
    desk.writing.fail_with = UserError("disk_full")
    desk.editor.issue_button.click()
    assert desk.editor.isVisible()
    assert desk.editor.trouble.isVisible()
    assert desk.editor.trouble.text()
    assert QApplication.focusWidget() is desk.editor.issue_button
    assert desk.editor.form.isEnabled()
    desk.writing.fail_with = None
    with qtbot.waitSignal(desk.editor.saved):
        desk.editor.issue_button.click()
    assert len(desk.writing.drafts("issue")) == 2
    assert not desk.editor.trouble.isVisible()


# Closing -------------------------------------------------------------------------------------


def test_closing_an_untouched_editor_asks_nothing(open_editor: Open) -> None:
    desk = open_editor()
    desk.keys(Qt.Key.Key_Escape)
    assert not desk.editor.isVisible()
    assert desk.writing.calls == []


def test_closing_asks_before_changes_are_lost(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    fill_in(desk)
    desk.keys(Qt.Key.Key_Escape)
    assert question(desk).text() == "Änderungen verwerfen?"
    press(question(desk), "keep")
    assert desk.editor.isVisible()
    desk.editor.close()
    assert desk.editor.isVisible()
    press(question(desk), "discard")
    assert not desk.editor.isVisible()
    assert desk.writing.calls == []


def test_text_still_in_a_cell_is_a_change(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice())
    desk.editor.form.items.edit_cell(desk.editor.form.model.index(0, 0))
    desk.keys("X")
    desk.editor.reject()
    press(question(desk), "keep")


def test_changing_back_is_no_change(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice())
    model = desk.editor.form.model
    model.setData(model.index(0, Column.QUANTITY), "5")
    assert desk.editor.has_changes()
    model.setData(model.index(0, Column.QUANTITY), "4,000")
    assert not desk.editor.has_changes()


@pytest.mark.parametrize("moment", ["typing", "asking", "saving", "new customer"])
def test_the_window_may_go_at_any_time(qtbot: QtBot, theme: Theme, moment: str) -> None:
    """The program is closed while the editor is open: nothing crashes, nobody is called."""
    window = QWidget()
    books = Customers()
    writing, bridge = Writing(books), FakeBridge()
    bridge.hold = True
    invoice = draft_invoice()
    editor = InvoiceEditor(
        books, writing, bridge, FakeClock(), theme=theme, test_mode=None, invoice=invoice,
        parent=window,
    )  # fmt: skip
    window.show()
    editor.open()
    qtbot.waitExposed(editor)
    editor.form.items.edit_cell(editor.form.model.index(0, 0))
    if moment == "asking":
        editor.form.note.setPlainText("Neu")
        editor.reject()
    elif moment == "saving":
        editor.issue()
    elif moment == "new customer":
        editor.form.new_customer_wanted.emit("Neu GmbH")
    gone: list[bool] = []
    editor.destroyed.connect(lambda: gone.append(True))
    window.close()
    window.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    assert len(writing.calls) == (moment == "saving")
