"""A whole invoice without touching the mouse."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.ui.invoices.editor.conftest import Desk
from tests.ui.invoices.editor.fakes import PICTURED, draft_invoice
from workmate_desktop.ui.invoices.editor.items_input import Column

Open = Callable[..., Desk]
TAB, ENTER, BACKTAB = Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Backtab
DOWN, ESCAPE, DELETE = Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Delete


def place(desk: Desk) -> tuple[int, int]:
    index = desk.editor.form.items.currentIndex()
    return index.row(), index.column()


def test_the_invoice_of_the_picture_by_keyboard_only(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    desk.keys("aydin", ENTER)
    customer = desk.editor.form.customer.customer()
    assert customer is not None
    assert customer.name == "Praxis Dr. Aydin"
    desk.keys(TAB, "20.11.2026", TAB, TAB)  # Rechnungsdatum, Leistungsdatum, Fällig am
    assert QApplication.focusWidget() is desk.editor.form.items

    desk.keys("IT-Wartung vor Ort", ENTER, "4", ENTER, ENTER, "100", ENTER, ENTER)
    assert place(desk) == (1, Column.DESCRIPTION)
    desk.keys("Anfahrt", TAB, TAB, "pausch.", TAB, "35", TAB, TAB)
    desk.keys("Fachbuch Netzwerke", TAB, "1", TAB, "Stk.", TAB, "28,04", TAB, "7", TAB)
    assert place(desk) == (3, Column.DESCRIPTION)
    assert desk.shown_total() == "547,65 €"
    desk.keys(ENTER)  # the empty line leads on to the note
    assert not desk.editor.form.items.isAncestorOf(desk.focused())

    with qtbot.waitSignal(desk.editor.saved) as saved:
        desk.keys(TAB)
        qtbot.keyClick(desk.focused(), Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    assert saved.args == ["i-new", True]
    (draft,) = desk.writing.drafts("issue")
    assert draft.items == PICTURED
    assert draft.customer_id == "c-1"
    assert (draft.issue_date, draft.service_date, draft.due_date) == (
        date(2026, 11, 23),
        date(2026, 11, 20),
        date(2026, 12, 7),
    )
    assert draft.note == "Zahlbar innerhalb von 14 Tagen ohne Abzug."
    assert draft.livemode is True
    assert not desk.editor.isVisible()


def test_enter_and_tab_walk_and_skip_the_calculated_cell(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice())
    items = desk.editor.form.items
    items.edit_cell(desk.editor.form.model.index(0, Column.UNIT_PRICE))
    desk.keys(ENTER)
    assert place(desk) == (0, Column.TAX_RATE)
    assert isinstance(desk.focused(), QComboBox)
    desk.keys(TAB)
    assert place(desk) == (1, Column.DESCRIPTION)
    assert isinstance(desk.focused(), QPlainTextEdit)
    desk.keys(BACKTAB)
    assert place(desk) == (0, Column.TAX_RATE)


def test_tab_leaves_the_table_at_both_ends(open_editor: Open) -> None:
    desk = open_editor()
    form = desk.editor.form
    form.due_date.setFocus(Qt.FocusReason.TabFocusReason)
    desk.keys(TAB)
    assert QApplication.focusWidget() is form.items
    assert place(desk) == (0, 0)
    desk.keys(TAB)
    assert QApplication.focusWidget() is form.note
    desk.keys(BACKTAB)
    assert QApplication.focusWidget() is form.items
    desk.keys(BACKTAB)
    assert QApplication.focusWidget() is form.due_date
    # and while a cell is being edited
    form.items.edit_cell(form.model.index(0, 0))
    desk.keys(BACKTAB)
    assert QApplication.focusWidget() is form.due_date


def test_escape_takes_back_the_cell_and_not_the_dialog(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, Column.QUANTITY))
    desk.keys("9")
    assert desk.shown_total() == "1.142,65 €"  # live, while typing
    desk.keys(ESCAPE)
    assert form.model.lines()[0].quantity == "4"
    assert desk.shown_total() == "547,65 €"
    assert desk.editor.isVisible()
    assert QApplication.focusWidget() is form.items


def test_delete_removes_and_alt_arrows_move(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    form.items.setFocus()
    form.items.setCurrentIndex(form.model.index(0, 0))
    qtbot.keyClick(form.items, DOWN, Qt.KeyboardModifier.AltModifier)
    assert [line.description for line in form.model.lines()][:2] == [
        "Anfahrt",
        "IT-Wartung vor Ort",
    ]
    assert place(desk) == (1, 0)
    qtbot.keyClick(form.items, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert place(desk) == (0, 0)
    desk.keys(DELETE)
    assert [line.description for line in form.model.lines()] == ["Anfahrt", "Fachbuch Netzwerke"]
    desk.keys(Qt.Key.Key_Backspace)
    assert [line.description for line in form.model.lines()] == ["Fachbuch Netzwerke"]
    desk.keys(DELETE)
    desk.keys(DELETE)  # the empty line stays
    assert form.model.rowCount() == 1
    assert desk.shown_total() == "0,00 €"


def test_moving_while_typing_keeps_what_was_typed(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, 0))
    desk.keys("Wartung")
    qtbot.keyClick(desk.focused(), DOWN, Qt.KeyboardModifier.AltModifier)
    assert [line.description for line in form.model.lines()][:2] == ["Anfahrt", "Wartung"]


def test_a_key_typed_on_a_cell_replaces_it(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    form.items.setFocus()
    form.items.setCurrentIndex(form.model.index(0, Column.QUANTITY))
    desk.keys("2", ENTER)
    assert form.model.lines()[0].quantity == "2"
    desk.keys(ESCAPE)
    form.items.setCurrentIndex(form.model.index(0, Column.TAX_RATE))
    desk.keys("7", ENTER)
    assert form.model.lines()[0].tax_rate == Decimal(7)


def test_saving_takes_the_cell_still_being_typed(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice())
    form = desk.editor.form
    form.items.edit_cell(form.model.index(0, 0))
    desk.keys("Noch nicht verlassen")
    with qtbot.waitSignal(desk.editor.saved):
        qtbot.keyClick(desk.focused(), Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    (draft,) = desk.writing.drafts("save_draft")
    assert draft.items[0].description == "Noch nicht verlassen"


def test_a_click_opens_the_cell(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice())
    items, model = desk.editor.form.items, desk.editor.form.model

    def click(row: int, column: Column) -> None:
        spot = items.visualRect(model.index(row, column)).center()
        qtbot.mouseClick(items.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    click(0, Column.QUANTITY)
    desk.keys("3", ENTER)
    assert model.lines()[0].quantity == "3"
    click(3, Column.NET)  # anywhere in the empty line
    assert place(desk) == (3, 0)
    desk.keys("Neu", ENTER)
    assert len(model.lines()) == 4
    click(0, Column.NET)  # calculated: nothing opens
    assert not items.viewport().findChildren(QPlainTextEdit) or place(desk) == (0, Column.NET)


def test_every_control_has_a_german_name_and_a_way_to_it(open_editor: Open) -> None:
    desk = open_editor(test_mode=True)
    form = desk.editor.form
    names = {
        widget.accessibleName()
        for widget in (
            form.customer,
            form.issue_date,
            form.service_date,
            form.due_date,
            form.items,
            form.up_button,
            form.down_button,
            form.remove_button,
            form.note,
        )
    }
    assert names == {
        "Kunde",
        "Rechnungsdatum",
        "Leistungsdatum",
        "Fällig am",
        "Positionen",
        "Position nach oben",
        "Position nach unten",
        "Position entfernen",
        "Hinweis auf der Rechnung",
    }
    mnemonics = [
        text[text.index("&") + 1].casefold()
        for text in (
            form.customer_field.label.text(),
            form.issue_field.label.text(),
            form.service_field.label.text(),
            form.due_field.label.text(),
            form.items_label.text(),
            form.note_field.label.text(),
            desk.editor.test_box.text(),
            desk.editor.cancel_button.text(),
            desk.editor.draft_button.text(),
            desk.editor.issue_button.text(),
        )
    ]
    assert len(set(mnemonics)) == len(mnemonics)
    form.items.edit_cell(form.model.index(0, 0))
    assert desk.focused().accessibleName() == "Bezeichnung, Position 1"
