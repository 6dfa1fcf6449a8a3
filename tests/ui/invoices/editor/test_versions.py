"""A customer is corrected from the editor (MONEY C3); saved from two places, nobody loses (C7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.invoices.editor.conftest import Desk
from tests.ui.invoices.editor.fakes import AYDIN, LINDNER, PICTURED, Customers, draft_invoice, item
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import Invoice
from workmate_desktop.ui.invoices.editor.changed_elsewhere import OtherVersionDialog
from workmate_desktop.ui.invoices.editor.customer_dialog import CustomerDialog
from workmate_desktop.ui.kit.forms import FormField

Open = Callable[..., Desk]
AT = "2026-11-23T13:05:00.000Z"
"""14:05 in the office."""
HERE = "Ihre Eingaben stehen noch hier."


def draft(**fields: object) -> Invoice:
    return replace(draft_invoice(**fields), version=3)  # type: ignore[arg-type]


def changed(code: str, version: int, at: str | None = AT) -> UserError:
    return UserError(code, at=at, version=version)


def dialog_of(desk: Desk) -> CustomerDialog:
    found = [one for one in desk.editor.findChildren(CustomerDialog) if one.isVisible()]
    assert len(found) == 1
    return found[0]


def other_of(parent: QWidget) -> dict[str, tuple[str, bool]]:
    (shown,) = [one for one in parent.findChildren(OtherVersionDialog) if one.isVisible()]
    return {one.title: (one.theirs, one.theirs != one.mine) for one in shown.compared}


def fill(field: FormField, text: str) -> None:
    assert isinstance(field.field, QLineEdit)
    field.field.setText(text)


# --- the pencil ------------------------------------------------------------------------------


def test_mc3_the_pencil_corrects_the_chosen_customer(open_editor: Open, qtbot: QtBot) -> None:
    books = Customers([replace(AYDIN, version=7), LINDNER])
    desk = open_editor(books=books, invoice=draft())
    assert not desk.editor.has_changes()
    qtbot.keyClick(desk.focused(), Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(desk.editor.findChildren(CustomerDialog)))
    dialog = dialog_of(desk)
    assert dialog.windowTitle() == "Kunden bearbeiten"
    assert dialog.customer() == AYDIN
    fill(dialog.name, "Praxis Dr. Aydin MVZ")
    fill(dialog.street, "Ring 9")
    with qtbot.waitSignal(dialog.saved):
        dialog.save_button.click()
    (_, saved, _) = desk.writing.calls[0]
    assert isinstance(saved, Customer)
    assert (saved.id, saved.street, saved.version) == ("c-1", "Ring 9", 7)
    assert desk.editor.form.customer.currentText() == "Praxis Dr. Aydin MVZ"
    # It is stored; the invoice itself was not changed by it.
    assert not desk.editor.has_changes()


def test_mc3_there_is_nothing_to_correct_without_a_customer(
    open_editor: Open, qtbot: QtBot
) -> None:
    desk = open_editor()
    pencil = desk.editor.form.edit_customer
    assert not pencil.isEnabled()
    desk.keys("aydin", Qt.Key.Key_Return)
    assert pencil.isEnabled()
    # Going on with the keyboard does not stop at it.
    assert QApplication.focusWidget() is desk.editor.form.issue_date
    desk.books.known.clear()
    pencil.click()
    assert desk.editor.trouble.isVisible()
    assert "gibt es nicht mehr" in desk.editor.trouble.full_text()


def test_mc3_a_country_or_vat_id_of_another_program_stays(open_editor: Open, qtbot: QtBot) -> None:
    odd = Customer("c-9", "Fremd", country="", vat_id="DE 1-wrong")
    desk = open_editor(books=Customers([odd]), invoice=draft(customer=odd))
    desk.editor.form.edit_customer.click()
    dialog = dialog_of(desk)
    fill(dialog.city, "Bonn")
    with qtbot.waitSignal(dialog.saved):
        dialog.save_button.click()
    (_, saved, _) = desk.writing.calls[0]
    assert isinstance(saved, Customer)
    assert (saved.country, saved.city, saved.vat_id) == ("", "Bonn", "DE1WRONG")


# --- a draft saved twice ---------------------------------------------------------------------


def conflict(desk: Desk, press: str) -> None:
    desk.editor.form.note.setPlainText("Meine")
    desk.writing.fail_with = changed("draft_changed", 4)
    getattr(desk.editor, press).click()
    desk.writing.fail_with = None


@pytest.mark.parametrize(
    ("press", "verb"), [("draft_button", "save_draft"), ("issue_button", "issue")]
)
def test_mc7_mine_is_saved_only_over_what_was_told_of(
    open_editor: Open, qtbot: QtBot, press: str, verb: str
) -> None:
    desk = open_editor(invoice=draft())
    conflict(desk, press)
    banner = desk.editor.changed
    assert banner.isVisible() and not desk.editor.trouble.isVisible()
    assert banner.words.full_text() == (
        f"Dieser Entwurf wurde um 14:05 an anderer Stelle geändert. {HERE}"
    )
    assert QApplication.focusWidget() is banner.look_button
    assert desk.editor.form.note.toPlainText() == "Meine"
    desk.writing.fail_with = changed("draft_changed", 9)  # and once more
    banner.keep_button.click()
    assert banner.isVisible()
    desk.writing.fail_with = None
    with qtbot.waitSignal(desk.editor.saved):
        banner.keep_button.click()
    assert [
        (name, seen)
        for (name, _, _), seen in zip(desk.writing.calls, desk.writing.seen, strict=True)
    ] == [(verb, 3), (verb, 4), (verb, 9)]
    assert desk.writing.drafts(verb)[-1].note == "Meine"


def test_mc7_an_ordinary_save_after_the_conflict_is_refused_again(open_editor: Open) -> None:
    desk = open_editor(invoice=draft())
    conflict(desk, "draft_button")
    desk.editor.save_draft()
    assert desk.writing.seen == [3, 3]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-20T07:30:00.000Z", "am 20.11.2026 um 08:30"),
        (None, "inzwischen"),
    ],
)
def test_mc7_when_it_was_changed(open_editor: Open, at: str | None, words: str) -> None:
    desk = open_editor(invoice=draft())
    desk.writing.fail_with = changed("draft_changed", 4, at)
    desk.editor.save_draft()
    assert desk.editor.changed.words.full_text() == (
        f"Dieser Entwurf wurde {words} an anderer Stelle geändert. {HERE}"
    )


def test_mc7_the_other_version_beside_mine(open_editor: Open) -> None:
    desk = open_editor(invoice=draft())
    conflict(desk, "draft_button")
    theirs = (PICTURED[0], item("Anfahrt", "2", "pausch.", 3500))
    desk.books.stored = draft_invoice(
        theirs, customer=LINDNER, note="Deren", due_date=date(2026, 12, 24)
    )
    desk.editor.changed.look_button.click()
    found = other_of(desk.editor)
    assert {title for title, (_, differs) in found.items() if differs} == {
        "Kunde",
        "Fällig am",
        "Position 2",
        "Position 3",
        "Hinweis",
        "Gesamtbetrag",
    }
    assert found["Kunde"][0] == LINDNER.name
    assert found["Hinweis"][0] == "Deren"
    assert found["Position 3"][0] == ""
    assert "2 pausch. × 35,00" in found["Position 2"][0].replace("\u00a0", " ")


def test_mc7_a_draft_deleted_elsewhere_is_said(open_editor: Open) -> None:
    desk = open_editor(invoice=draft())
    conflict(desk, "draft_button")
    desk.editor.changed.look_button.click()
    assert desk.editor.trouble.isVisible()
    assert desk.editor.form.note.toPlainText() == "Meine"


# --- a customer saved twice ------------------------------------------------------------------


def test_mc7_a_customer_changed_elsewhere(open_editor: Open, qtbot: QtBot) -> None:
    books = Customers([replace(AYDIN, version=7)])
    desk = open_editor(books=books, invoice=draft())
    desk.editor.form.edit_customer.click()
    dialog = dialog_of(desk)
    fill(dialog.street, "Ring 9")
    desk.writing.fail_with = changed("customer_changed", 8)
    dialog.save_button.click()
    assert dialog.changed.isVisible()
    assert dialog.changed.words.full_text() == (
        f"Dieser Kunde wurde um 14:05 an anderer Stelle geändert. {HERE}"
    )
    books.known[0] = replace(AYDIN, city="Ulm", country="AT")
    dialog.changed.look_button.click()
    found = other_of(dialog)
    assert {title for title, (_, differs) in found.items() if differs} == {
        "Straße und Nummer",
        "Ort",
        "Land",
    }
    assert found["Land"][0] == "Österreich"
    desk.writing.fail_with = None
    with qtbot.waitSignal(dialog.saved):
        dialog.changed.keep_button.click()
    saved = [what for _, what, _ in desk.writing.calls]
    assert [one.version for one in saved if isinstance(one, Customer)] == [7, 8]
