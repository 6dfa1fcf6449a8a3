"""The dialog: dates that follow, live totals, messages beside the fields, its looks."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE
from tests.ui.invoices.editor.conftest import Desk, fill_in
from tests.ui.invoices.editor.fakes import (
    AYDIN,
    TODAY,
    draft_invoice,
    item,
)
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import totals_of
from workmate_desktop.ui.invoices.editor.items_input import Column
from workmate_desktop.ui.kit.theme import Theme

Open = Callable[..., Desk]


# Dates and note ----------------------------------------------------------------------------


def test_a_new_invoice_starts_today(open_editor: Open) -> None:
    form = open_editor().editor.form
    assert form.issue_date.day() == TODAY
    assert form.service_date.day() == TODAY
    assert form.due_date.day() == date(2026, 12, 7)
    assert form.due_date.text() == "07.12.2026"
    assert form.note.toPlainText() == "Zahlbar innerhalb von 14 Tagen ohne Abzug."


def test_dates_follow_until_touched(open_editor: Open) -> None:
    form = open_editor().editor.form
    form.issue_date.set_day(date(2026, 12, 1))
    assert form.service_date.day() == date(2026, 12, 1)
    assert form.due_date.day() == date(2026, 12, 15)
    form.service_date.set_day(date(2026, 11, 30))
    form.due_date.set_day(date(2026, 12, 31))
    form.issue_date.set_day(date(2026, 12, 24))
    assert form.service_date.day() == date(2026, 11, 30)
    assert form.due_date.day() == date(2026, 12, 31)


def test_the_note_follows_the_due_date_until_edited(open_editor: Open) -> None:
    form = open_editor().editor.form
    form.due_date.set_day(date(2026, 12, 23))
    assert form.note.toPlainText() == "Zahlbar innerhalb von 30 Tagen ohne Abzug."
    form.due_date.set_day(TODAY)
    assert form.note.toPlainText() == "Zahlbar sofort ohne Abzug."
    form.due_date.set_day(date(2026, 11, 24))
    assert form.note.toPlainText() == "Zahlbar innerhalb von einem Tag ohne Abzug."
    form.note.setPlainText("Vielen Dank!")
    form.due_date.set_day(date(2026, 12, 24))
    assert form.note.toPlainText() == "Vielen Dank!"


def test_due_before_issue_is_said_at_once(open_editor: Open) -> None:
    desk = open_editor()
    fill_in(desk)
    form = desk.editor.form
    form.due_date.set_day(date(2026, 11, 22))
    assert form.due_field.message() == "Liegt vor dem Rechnungsdatum."
    desk.editor.save_draft()
    assert desk.writing.calls == []
    assert QApplication.focusWidget() is form.due_date
    form.due_date.set_day(TODAY)
    assert form.due_field.message() == ""


# Number and test switch ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test_mode", "visible", "number"),
    [(None, False, "RE-2026-0119"), (False, False, "RE-2026-0119"), (True, True, "TEST-2026-0007")],
)
def test_keys_decide_the_book(
    open_editor: Open, test_mode: bool | None, visible: bool, number: str
) -> None:
    desk = open_editor(test_mode=test_mode)
    assert desk.editor.test_box.isVisible() is visible
    assert desk.editor.number_label.full_text() == f"Nummer wird beim Ausstellen vergeben: {number}"
    fill_in(desk)
    desk.editor.issue()
    (draft,) = desk.writing.drafts("issue")
    assert draft.livemode is not visible


@pytest.mark.parametrize(("test_mode", "said"), [(None, True), (False, False), (True, False)])
def test_without_keys_it_says_that_this_one_is_real(
    open_editor: Open, test_mode: bool | None, said: bool
) -> None:
    hint = open_editor(test_mode=test_mode).editor.real_hint
    assert hint.isVisible() is said
    assert hint.full_text() == ("Echte Rechnung: Die Nummer wird fortlaufend vergeben und bleibt.")


def test_a_test_draft_without_keys_is_not_called_real(open_editor: Open) -> None:
    desk = open_editor(test_mode=None, invoice=draft_invoice(livemode=False))
    assert not desk.editor.real_hint.isVisible()


def test_the_switch_and_the_date_change_the_number(open_editor: Open) -> None:
    desk = open_editor(test_mode=True)
    desk.editor.test_box.click()
    assert desk.editor.number_label.full_text().endswith("RE-2026-0119")
    desk.editor.form.issue_date.set_day(date(2027, 1, 4))
    assert desk.editor.number_label.full_text().endswith("RE-2027-0119")
    fill_in(desk)
    desk.editor.save_draft()
    assert desk.writing.drafts("save_draft")[0].livemode is True


# Totals --------------------------------------------------------------------------------------


def test_live_totals(open_editor: Open) -> None:
    desk = open_editor(invoice=draft_invoice())
    rows = [
        (words.replace("\u00a0", " "), amount.replace("\u00a0", " "))
        for words, amount in desk.editor.form.totals.rows()
    ]
    assert rows == [
        ("Netto", "463,04 €"),
        ("USt. 19 % auf 435,00 €", "82,65 €"),
        ("USt. 7 % auf 28,04 €", "1,96 €"),
        ("Gesamtbetrag", "547,65 €"),
    ]
    model = desk.editor.form.model
    model.setData(model.index(2, Column.TAX_RATE), "0")
    assert desk.editor.form.totals.rows()[2][0].replace("\u00a0", " ") == "USt. 0 % auf 28,04 €"
    model.remove_line(2)
    assert len(desk.editor.form.totals.rows()) == 3
    assert desk.shown_total() == "517,65 €"
    model.setData(model.index(0, Column.QUANTITY), "vier")
    assert desk.shown_total() == "–"
    assert desk.editor.form.items_message.text() == (
        "Position 1, Menge: Das ist keine Menge. Beispiele: 4 oder 1,5."
    )
    model.setData(model.index(0, Column.QUANTITY), "5")
    assert desk.shown_total() == "636,65 €"
    assert not desk.editor.form.items_message.isVisible()


# Checking ------------------------------------------------------------------------------------


def test_nothing_is_red_before_it_is_asked(open_editor: Open) -> None:
    desk = open_editor()
    form = desk.editor.form
    assert not form.customer_field.is_bad()
    assert not form.items_message.isVisible()
    form.model.setData(form.model.index(0, 0), "Beratung")
    assert not form.items_message.isVisible()


def test_issue_asks_for_everything_in_order(open_editor: Open) -> None:
    desk = open_editor()
    form = desk.editor.form
    desk.editor.issue()
    assert form.customer_field.message() == "Bitte einen Kunden wählen."
    assert form.items_message.text() == "Bitte mindestens eine Position eintragen."
    assert QApplication.focusWidget() is form.customer

    form.customer.set_customer(AYDIN)
    assert not form.customer_field.is_bad()
    desk.editor.issue()
    assert form.items.isAncestorOf(desk.focused())
    assert form.items.currentIndex() == form.model.index(0, 0)

    desk.keys("Beratung", Qt.Key.Key_Return)
    desk.editor.issue()
    assert (
        form.items_message.text() == "Position 1, Einzelpreis: Bitte einen Einzelpreis eintragen."
    )
    assert form.items.currentIndex() == form.model.index(0, Column.UNIT_PRICE)

    desk.keys("-5", Qt.Key.Key_Return)
    desk.editor.issue()
    assert form.items_message.text() == "Der Gesamtbetrag muss größer als 0 sein."
    assert desk.writing.calls == []

    form.items.edit_cell(form.model.index(0, Column.UNIT_PRICE))
    desk.keys("5", Qt.Key.Key_Return)
    assert not form.items_message.isVisible()
    desk.editor.issue()
    assert len(desk.writing.drafts("issue")) == 1


def test_a_total_beyond_the_limit_is_refused(open_editor: Open) -> None:
    desk = open_editor()
    fill_in(desk)
    form = desk.editor.form
    form.model.setData(form.model.index(0, Column.UNIT_PRICE), "9.999.999.999")
    assert form.items_message.text() == "Der Gesamtbetrag ist zu groß für eine Rechnung."
    desk.editor.issue()
    desk.editor.save_draft()
    assert desk.writing.calls == []


def test_a_draft_needs_a_customer_and_readable_numbers_only(open_editor: Open) -> None:
    desk = open_editor()
    form = desk.editor.form
    form.model.setData(form.model.index(0, 0), "Noch ohne Preis")
    desk.editor.save_draft()
    assert form.customer_field.message() == "Bitte einen Kunden wählen."
    form.customer.set_customer(AYDIN)
    form.model.setData(form.model.index(0, Column.QUANTITY), "??")
    desk.editor.save_draft()
    assert desk.writing.calls == []
    desk.keys("2", Qt.Key.Key_Return)  # the wrong cell is open already
    desk.editor.save_draft()
    (draft,) = desk.writing.drafts("save_draft")
    assert draft.items == (item("Noch ohne Preis", "2", "Std.", 0),)


def test_an_empty_draft_is_fine(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor()
    desk.editor.form.customer.set_customer(AYDIN)
    with qtbot.waitSignal(desk.editor.saved) as saved:
        desk.editor.draft_button.click()
    assert saved.args == ["i-new", False]
    assert desk.writing.drafts("save_draft")[0].items == ()


def test_after_a_failed_issue_a_draft_is_still_possible(open_editor: Open) -> None:
    desk = open_editor()
    fill_in(desk)
    desk.editor.form.model.setData(desk.editor.form.model.index(0, Column.UNIT_PRICE), "")
    desk.editor.issue()
    assert desk.writing.calls == []
    desk.editor.save_draft()
    assert len(desk.writing.drafts("save_draft")) == 1


# Looks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_text(open_editor: Open, text: str) -> None:
    customer = Customer("x", text, city=text)
    invoice = draft_invoice((item(text, "1", text, 100),), customer=customer, note=text)
    desk = open_editor(invoice=invoice)
    form = desk.editor.form
    form.model.setData(form.model.index(0, Column.QUANTITY), text)
    desk.editor.issue()
    assert form.note.toPlainText() == text
    assert form.model.lines()[0].quantity == text.strip()
    for label in desk.editor.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
    assert not desk.editor.grab().isNull()


def test_fits_a_small_screen(open_editor: Open, qtbot: QtBot) -> None:
    """1280 × 800 at 200 % leaves 640 × 400: the form scrolls, the buttons stay in sight."""
    desk = open_editor(invoice=draft_invoice())
    desk.editor.resize(600, 380)
    qtbot.waitUntil(lambda: desk.editor.width() == 600)
    inside = desk.editor.rect()
    for made in (desk.editor.cancel_button, desk.editor.draft_button, desk.editor.issue_button):
        assert inside.contains(made.geometry())
    form = desk.editor.form
    form.items.setFocus()
    assert form.items.columnWidth(Column.DESCRIPTION) >= 110


def test_needs_no_scrolling_sideways_at_200_percent(open_editor: Open, qtbot: QtBot) -> None:
    desk = open_editor(invoice=draft_invoice())
    desk.editor.resize(600, 360)  # of 640 × 400
    qtbot.waitUntil(lambda: desk.editor.width() == 600)
    (scroll,) = (area for area in desk.editor.findChildren(QScrollArea) if area.widget())
    assert scroll.horizontalScrollBar().maximum() == 0


def test_both_schemes_and_a_change_between(open_editor: Open, theme: Theme) -> None:
    from workmate_desktop.ui.kit.theme import Scheme

    desk = open_editor(invoice=draft_invoice())
    light = desk.editor.grab().toImage()
    theme.set_scheme(Scheme.DARK)
    dark = desk.editor.grab().toImage()
    spot = desk.editor.form.items.mapTo(desk.editor, desk.editor.form.items.rect().center())
    assert light.pixelColor(spot).lightness() > 200
    assert dark.pixelColor(spot).lightness() < 60


def test_prices_are_exact_decimals(open_editor: Open) -> None:
    desk = open_editor()
    fill_in(desk)
    form = desk.editor.form
    form.model.setData(form.model.index(0, Column.QUANTITY), "0,333")
    form.model.setData(form.model.index(0, Column.UNIT_PRICE), "0,10")
    desk.editor.issue()
    (draft,) = desk.writing.drafts("issue")
    assert draft.items[0].quantity == Decimal("0.333")
    assert draft.items[0].unit_price_minor == 10
    assert totals_of(draft.items).net_minor == 3
