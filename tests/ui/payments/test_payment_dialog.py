"""Zahlung eintragen: asks before more is booked than is owed, and says whole sentences."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import TODAY, FakeBooks, row
from tests.ui.open_dialogs import all_open, opened
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction as Do
from workmate_desktop.ui.kit.forms import FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog

PART = InvoiceStatus.PARTIALLY_PAID
EURO = "\u00a0€"


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    books = FakeBooks()
    books.add(row(2, "Kanzlei Voß", PART, total=238000, paid=100000, days=-10))
    return make_desk(books)


@pytest.fixture
def dialog(desk: Desk) -> Iterator[PaymentDialog]:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    found = opened(PaymentDialog)
    assert isinstance(found, PaymentDialog)
    yield found
    for left in (*all_open(QMessageBox), *all_open(PaymentDialog)):
        left.reject()


def answer(qtbot: QtBot, words: str) -> None:
    box = opened(QMessageBox)
    button = next(b for b in box.buttons() if b.text().replace("&", "") == words)
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not all_open(QMessageBox))


def test_more_than_outstanding_is_asked_first(
    desk: Desk, dialog: PaymentDialog, qtbot: QtBot
) -> None:
    dialog.amount.setText("1.400,00")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    box = opened(QMessageBox)
    assert box.text() == f"Das sind 20,00{EURO} mehr als offen. Trotzdem eintragen?"
    assert desk.invoicing.calls == []
    # Enter a second time, or a double click, is no answer to a question.
    assert box.defaultButton().text() == "&Betrag ändern"
    answer(qtbot, "Betrag ändern")
    assert desk.invoicing.calls == []
    assert dialog.focusWidget() is dialog.amount
    assert dialog.amount.selectedText() == "1.400,00"

    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    answer(qtbot, "Trotzdem eintragen")
    assert desk.invoicing.calls == [
        ("add_manual_payment", "id-2", 140000, "bank_transfer", TODAY, "")
    ]


@pytest.mark.parametrize("typed", ["1.380,00", "1380", "0,01"])
def test_what_is_owed_or_less_is_not_asked(
    desk: Desk, dialog: PaymentDialog, qtbot: QtBot, typed: str
) -> None:
    dialog.amount.setText(typed)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert not all_open(QMessageBox)
    assert len(desk.invoicing.calls) == 1


def test_a_payment_that_came_meanwhile_counts(
    desk: Desk, dialog: PaymentDialog, qtbot: QtBot
) -> None:
    """The customer pays by card while staff type the transfer."""
    desk.books.pay("id-2")
    desk.announce("id-2")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    box = opened(QMessageBox)
    assert box.text() == f"Das sind 1.380,00{EURO} mehr als offen. Trotzdem eintragen?"
    assert desk.invoicing.calls == []


def test_a_wrong_amount_is_told_with_examples_and_whole(
    dialog: PaymentDialog, qtbot: QtBot
) -> None:
    before = dialog.height()
    dialog.amount.setText("abc")
    field = dialog.amount_field
    assert field.message() == "Das ist kein Betrag. Beispiele: 35 oder 1.234,56."
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert not _cut(field)


def _cut(field: FormField) -> bool:
    label = next(
        label for label in field.findChildren(PlainLabel) if label.full_text() == field.message()
    )
    return label.height() < label.heightForWidth(label.width())


def test_me4_what_can_mean_two_amounts_is_asked_and_stays_typed(
    dialog: PaymentDialog, desk: Desk, qtbot: QtBot
) -> None:
    dialog.amount.setText("1,234")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible() and dialog.value() is None
    assert dialog.amount.text() == "1,234"
    assert dialog.amount_field.is_bad()
    asked = f"Meinen Sie 1.234,00{EURO} oder 1,23{EURO}? Bitte so eintragen."
    assert dialog.amount_field.message() == asked
    dialog.amount.setText("1 234,--")
    value = dialog.value()
    assert value is not None and value.amount_minor == 123400
    assert not dialog.amount_field.is_bad()
