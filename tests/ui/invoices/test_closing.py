"""Skonto, Ausbuchung, Rückzahlung, "wieder offen": what the dialogs ask and hand on."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QMessageBox,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import TODAY, row
from tests.ui.invoices.closing_screens import books_with_closings
from tests.ui.open_dialogs import all_open, opened
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, Closing
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction as Do
from workmate_desktop.ui.invoices.panel.actions import actions_for
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.payments.close_rest_dialog import CloseRestDialog
from workmate_desktop.ui.payments.pay_back_dialog import PayBackDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog

EURO = "\u00a0€"
LATE = TODAY + timedelta(days=90)


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Iterator[Desk]:
    yield make_desk(books_with_closings())
    for left in QApplication.topLevelWidgets():
        if isinstance(left, QDialog) and left.isVisible():
            left.reject()


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(desk: Desk) -> str:
    labels = [w.text() for w in desk.tab.detail.findChildren(QLabel) if w.isVisible()]
    return "\n".join(labels).replace("\u200b", "").replace("\u00a0", " ")


def choose(qtbot: QtBot, dialog: PaymentDialog | CloseRestDialog, kind: str) -> None:
    click(qtbot, dialog.rest.choice.button(kind))


# --- Zahlung eintragen -----------------------------------------------------------------------


def test_mc2_less_than_the_rest_asks_what_becomes_of_it(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-116")
    dialog = opened(PaymentDialog)
    assert not dialog.rest.isVisible()  # all of it is filled in
    dialog.amount.setText("1.377,62")
    assert dialog.rest.isVisible()
    assert dialog.rest.field.label.text() == f"Re&st 2,38{EURO}"
    assert not dialog.rest.reason_field.isVisible()
    choose(qtbot, dialog, SKONTO)
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == [
        ("pay_and_close", "id-116", 137762, "bank_transfer", TODAY, "", Closing(SKONTO, 238))
    ]


def test_mc2_the_rest_stays_open_unless_staff_say_otherwise(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-116")
    dialog = opened(PaymentDialog)
    dialog.amount.setText("1.377,62")
    click(qtbot, dialog.submit_button)
    assert [call[0] for call in desk.invoicing.calls] == ["add_manual_payment"]


def test_mc2_giving_the_rest_up_needs_a_reason(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-116")
    dialog = opened(PaymentDialog)
    dialog.amount.setText("1.379,50")
    choose(qtbot, dialog, WRITE_OFF)
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == []
    assert dialog.rest.reason_field.message() == "Bitte einen Grund angeben."
    assert dialog.focusWidget() is dialog.rest.reason_text
    dialog.rest.reason_text.setText(" Bankgebühr ")
    assert not dialog.rest.reason_field.is_bad()
    click(qtbot, dialog.submit_button)
    [call] = desk.invoicing.calls
    assert call[-1] == Closing(WRITE_OFF, 50, "Bankgebühr")


def test_mc2_a_choice_for_a_rest_that_is_gone_is_not_taken_along(desk: Desk, qtbot: QtBot) -> None:
    """Skonto was chosen, then the amount was completed: nothing is closed."""
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-116")
    dialog = opened(PaymentDialog)
    dialog.amount.setText("1.377,62")
    choose(qtbot, dialog, SKONTO)
    dialog.amount.setText("1.380,00")
    assert not dialog.rest.isVisible()
    click(qtbot, dialog.submit_button)
    assert [call[0] for call in desk.invoicing.calls] == ["add_manual_payment"]


def test_mc2_a_rest_that_changed_meanwhile_is_shown_before_it_is_closed(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-116")
    dialog = opened(PaymentDialog)
    dialog.amount.setText("1.000,00")
    choose(qtbot, dialog, SKONTO)
    desk.books.pay("id-116", amount=100)
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == []
    assert "hat sich geändert" in dialog.error()
    assert dialog.rest.field.label.text() == f"Re&st 379,00{EURO}"
    click(qtbot, dialog.submit_button)
    [call] = desk.invoicing.calls
    assert call[-1] == Closing(SKONTO, 37900)


def test_ma3_what_comes_after_all_was_refunded_is_not_too_much(desk: Desk, qtbot: QtBot) -> None:
    """Erstattet. Kommt wieder Geld, ist der Rest wieder offen."""
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-205")
    dialog = opened(PaymentDialog)
    assert dialog.amount.text() == ""
    dialog.amount.setText("60")
    assert dialog.rest.field.label.text() == f"Re&st 40,00{EURO}"
    assert dialog.amount_field.message() == ""
    click(qtbot, dialog.submit_button)
    assert [call[0] for call in desk.invoicing.calls] == ["add_manual_payment"]


def test_ma6_more_for_what_was_refunded_in_part_is_asked_first(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-202")
    dialog = opened(PaymentDialog)
    dialog.amount.setText("10")
    click(qtbot, dialog.submit_button)
    box = opened(QMessageBox)
    assert box.text() == f"Das sind 10,00{EURO} mehr als offen. Trotzdem eintragen?"
    assert box.informativeText().endswith("Die Rechnung gilt danach als überzahlt.")


# --- Ausbuchen -------------------------------------------------------------------------------


def test_mc2_a_rest_is_closed_later_without_money(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-116")
    click(qtbot, desk.tab.detail.buttons.button(Do.CLOSE_REST))
    dialog = opened(CloseRestDialog)
    assert dialog.rest.field.label.text() == f"Re&st 1.380,00{EURO}"
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == []  # no reason yet
    qtbot.keyClicks(dialog.rest.reason_text, "insolvent")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert desk.invoicing.calls == [
        ("close_rest", "id-116", Closing(WRITE_OFF, 138000, "insolvent"))
    ]


def test_mc2_nothing_is_closed_when_the_customer_paid_meanwhile(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.CLOSE_REST, "id-116")
    dialog = opened(CloseRestDialog)
    choose(qtbot, dialog, SKONTO)
    desk.books.pay("id-116")
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == []
    assert dialog.error() == "Inzwischen ist nichts mehr offen."
    assert not dialog.submit_button.isEnabled()


# --- Rückzahlung -----------------------------------------------------------------------------


def test_mc2_a_refund_by_hand_is_entered(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-116")
    click(qtbot, desk.tab.detail.buttons.button(Do.PAY_BACK))
    dialog = opened(PayBackDialog)
    assert dialog.amount.text() == ""  # nobody knows how much
    click(qtbot, dialog.submit_button)
    assert dialog.amount_field.message() == "Der Betrag fehlt."
    dialog.amount.setText("1.000,01")
    assert dialog.amount_field.message() == f"Eingegangen sind nur 1.000,00{EURO}."
    dialog.amount.setText("250")
    assert dialog.amount_field.message() == f"750,00{EURO} bleiben bezahlt"
    click(qtbot, dialog.submit_button)
    assert dialog.reason_field.message() == "Bitte einen Grund angeben."
    dialog.paid_on.set_day(TODAY + timedelta(days=1))
    dialog.reason_text.setText("Kulanz")
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == []
    dialog.paid_on.set_day(TODAY - timedelta(days=1))
    click(qtbot, dialog.method.button("cash"))
    click(qtbot, dialog.submit_button)
    yesterday = TODAY - timedelta(days=1)
    assert desk.invoicing.calls == [("pay_back", "id-116", 25000, "cash", yesterday, "Kulanz")]


@pytest.mark.parametrize(
    ("invoice_id", "filled"),
    [("id-110", "45,30"), ("id-114", ""), ("id-203", "10,00")],
)
def test_mc2_what_is_too_much_is_filled_in(desk: Desk, invoice_id: str, filled: str) -> None:
    desk.tab.actions_of.run(Do.PAY_BACK, invoice_id)
    assert opened(PayBackDialog).amount.text() == filled


def test_mc2_a_cancelled_invoice_gives_all_of_its_money_back(desk: Desk) -> None:
    desk.books.add(row(301, status=InvoiceStatus.CANCELLED, total=10000, paid=10000))
    cancelled = desk.books.rows["id-301"]
    assert actions_for(cancelled, simulation=True) == [Do.PAY_BACK]
    desk.tab.actions_of.run(Do.PAY_BACK, "id-301")
    assert opened(PayBackDialog).amount.text() == "100,00"


# --- Stornieren ------------------------------------------------------------------------------


def test_me6_cancelling_with_money_says_why_not_and_leads_on(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-116")
    click(qtbot, desk.tab.detail.buttons.button(Do.CANCEL))
    box = opened(QMessageBox)
    assert box.text().replace("\u00a0", " ") == (
        "Auf RE-2026-0116 sind 1.000,00 € eingegangen, deshalb lässt sie sich nicht stornieren."
    )
    assert box.informativeText() == "Erst muss das Geld zurückgehen."
    back = next(b for b in box.buttons() if b.text() == "&Rückzahlung eintragen …")
    click(qtbot, back)
    qtbot.waitUntil(lambda: bool(all_open(PayBackDialog)))
    assert desk.invoicing.calls == []


def test_me6_money_of_stripe_goes_back_by_stripe(desk: Desk, qtbot: QtBot) -> None:
    desk.books.pay("id-118")
    desk.tab.set_refunds_available(True)
    desk.tab.actions_of.run(Do.CANCEL, "id-118")
    box = opened(QMessageBox)
    back = next(b for b in box.buttons() if b.text() == "&Erstatten …")
    with qtbot.waitSignal(desk.tab.actions_of.refund_wanted) as asked:
        click(qtbot, back)
    assert asked.args == ["id-118", 119000]


def test_ma5_an_invoice_with_a_loss_may_be_cancelled(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.CANCEL, "id-204")
    dialog = opened(ReasonDialog)
    qtbot.keyClicks(dialog.text, "Bank hat geholt")
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == [("cancel", "id-204", "Bank hat geholt")]
