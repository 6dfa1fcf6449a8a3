"""Erstatten: the dialog, the lines of the payments, and what is said while Stripe thinks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, FakeBridge
from tests.ui.invoices.refund_screens import books_with_reversals, take_back
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.payments.payments import RefundRequest, RequestState
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.domain.review import KeptCredit
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.booking.refunds import Refunds
from workmate_desktop.services.booking.review import Review
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction, actions_for
from workmate_desktop.ui.invoices.panel.overpaid import OverpaidBlock
from workmate_desktop.ui.payments.refund_dialog import RefundDialog
from workmate_desktop.ui.payments.refunding import Refunding
from workmate_desktop.words.pills import status_pills

LEFT = 300000
PAYMENT = "pay-id-114-1"


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


class FakeRefunds(Refunds):
    """Notes what was asked for, and answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.answer: RequestState | UserError = RequestState.DONE

    def refund(
        self, payment_id: str, amount_minor: int, reason: str, cancelled: Signal | None = None
    ) -> RequestState:
        self.asked.append((payment_id, amount_minor, reason))
        if isinstance(self.answer, UserError):
            raise self.answer
        return self.answer


@pytest.fixture
def refunds() -> FakeRefunds:
    return FakeRefunds()


@pytest.fixture
def opened(
    make_desk: Callable[..., Desk], refunds: FakeRefunds, qtbot: QtBot
) -> tuple[RefundDialog, Desk]:
    """The dialog of the payment of 114, of which 570 € went back before."""
    desk = make_desk(books_with_reversals())
    Refunding(desk.books, refunds, desk.bridge, desk.toasts, desk.tab).open("id-114", PAYMENT)
    return the_dialog(desk), desk


def the_dialog(desk: Desk) -> RefundDialog:
    found = desk.tab.findChild(RefundDialog)
    assert found is not None
    return found


def test_the_button_names_the_amount(opened: tuple[RefundDialog, Desk]) -> None:
    dialog, _ = opened
    assert dialog.amount.text() == "3.000,00"
    assert plain(dialog.submit_button.text()) == "3.000,00 € erstatten"
    dialog.amount.setText("0,01")
    assert plain(dialog.submit_button.text()) == "0,01 € erstatten"
    assert dialog.amount_minor() == 1


@pytest.mark.parametrize("typed", ["", "abc", "0", "-5", "3000,01", "1e3"])
def test_what_cannot_go_back_cannot_be_pressed(
    opened: tuple[RefundDialog, Desk], typed: str
) -> None:
    dialog, _ = opened
    dialog.amount.setText(typed)
    assert not dialog.submit_button.isEnabled()
    assert dialog.amount_field.is_bad()
    assert dialog.amount_minor() == 0


def test_me4_a_refund_that_can_mean_two_amounts_is_asked(opened: tuple[RefundDialog, Desk]) -> None:
    dialog, _ = opened
    dialog.amount.setText("1,234")
    assert not dialog.submit_button.isEnabled()
    message = plain(dialog.amount_field.message())
    assert message == "Meinen Sie 1.234,00 € oder 1,23 €? Bitte so eintragen."
    assert dialog.amount.text() == "1,234"
    dialog.amount.setText("1'234.50 Euro")
    assert dialog.amount_minor() == 123450


@pytest.mark.parametrize("typed", ["", "  ", "\u200b\u00a0"])
def test_without_a_reason_nothing_is_asked(
    opened: tuple[RefundDialog, Desk], refunds: FakeRefunds, qtbot: QtBot, typed: str
) -> None:
    dialog, _ = opened
    dialog.reason_text.setText(typed)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.reason_field.is_bad()
    assert refunds.asked == []


def test_two_clicks_ask_once_and_nothing_can_be_changed_meanwhile(
    opened: tuple[RefundDialog, Desk],
    refunds: FakeRefunds,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialog, desk = opened
    waiting: list[Any] = []
    monkeypatch.setattr(FakeBridge, "run_in_background", lambda _self, *call: waiting.append(call))
    dialog.amount.setText("19")
    dialog.reason_text.setText("  Ware   zurück ")
    for _ in range(2):
        qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert len(waiting) == 1
    assert dialog.submit_button.text() == "Stripe wird gefragt …"
    assert not dialog.amount.isEnabled()
    dialog.reject()
    assert dialog.isVisible()
    work, done, _failed, _owner = waiting[0]
    done(work())
    assert refunds.asked == [(PAYMENT, 1900, "Ware zurück")]
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert desk.toasts.shown == []


def test_a_refusal_is_said_and_may_be_tried_again(
    opened: tuple[RefundDialog, Desk], refunds: FakeRefunds, qtbot: QtBot
) -> None:
    dialog, _ = opened
    refunds.answer = UserError("refund_no_balance")
    dialog.reason_text.setText("Kulanz")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.error() != "")
    assert "Guthaben bei Stripe" in dialog.error()
    assert dialog.submit_button.isEnabled()
    assert plain(dialog.submit_button.text()) == "3.000,00 € erstatten"
    dialog.reject()


def test_no_answer_is_told(
    opened: tuple[RefundDialog, Desk], refunds: FakeRefunds, qtbot: QtBot
) -> None:
    dialog, desk = opened
    refunds.answer = RequestState.ASKED
    dialog.reason_text.setText("Kulanz")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.toasts.shown != [])
    assert "nicht geantwortet" in desk.toasts.shown[0][0]


def _words(desk: Desk) -> str:
    block = desk.tab.detail.payments
    labels = block.findChildren(QLabel) + block.findChildren(QAbstractButton)
    return plain("\n".join(label.text() for label in labels if label.isVisible()))


def test_fee_and_button_stand_at_the_payment(make_desk: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make_desk(books_with_reversals())
    desk.tab.select_invoice("id-114")
    qtbot.waitUntil(lambda: "Gebühr" in _words(desk))
    assert "Gebühr 53,80 €, ausgezahlt 3.516,20 €" in _words(desk)
    assert "Erstatten …" not in _words(desk).replace("&", "")
    desk.tab.detail.set_refunds_available(True)
    qtbot.waitUntil(lambda: "Erstatten …" in _words(desk).replace("&", ""))
    desk.tab.select_invoice("id-112")  # all of it went back
    qtbot.waitUntil(lambda: "5.950,00 €" in _words(desk))
    assert "Erstatten …" not in _words(desk).replace("&", "")


def test_while_one_is_open_no_other_is_offered(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    books = books_with_reversals()
    books.open_refunds_of["id-114"] = [
        RefundRequest(
            *("r", PAYMENT, "key", 1900, "eur", True, "Kulanz", "anna"), RequestState.ASKED, NOW
        )
    ]
    desk = make_desk(books)
    desk.tab.detail.set_refunds_available(True)
    desk.tab.select_invoice("id-114")
    qtbot.waitUntil(lambda: "Erstattung" in _words(desk))
    assert "Erstattung über 19,00 € läuft" in _words(desk)
    assert "Erstatten …" not in _words(desk).replace("&", "")


def test_the_markers() -> None:
    books = books_with_reversals()
    late = NOW.date() + timedelta(days=90)

    def words(number: str) -> list[str]:
        return [pill.text for pill in status_pills(books.rows[f"id-{number}"], late)]

    assert words("112") == ["Erstattet"]
    assert words("114") == ["Bezahlt · 570,00\u00a0€ erstattet"]
    assert words("111") == ["Überfällig", "Zurückgebucht"]


def test_a_refunded_invoice_is_not_dunned_but_may_be_paid_or_cancelled(
    make_desk: Callable[..., Desk],
) -> None:
    books = books_with_reversals()
    row = books.rows["id-112"]
    assert actions_for(row, simulation=True) == [InvoiceAction.ADD_PAYMENT, InvoiceAction.CANCEL]
    desk = make_desk(books)
    desk.tab.select_invoice("id-112")
    assert desk.tab.detail.state.text() == "alles zurückgezahlt, nichts mehr fällig"


def test_a_payment_taken_back_twice_is_counted_once() -> None:
    books = books_with_reversals()
    payment = take_back(books, "id-118", 100, ReversalKind.RETURN)
    assert books.rows["id-118"].charged_back_minor == 100
    assert payment.stripe_payment_intent_id is not None


class _NoCredits(Review):
    def __init__(self) -> None:
        pass

    """Nothing was kept as a credit."""

    def credits_of(self, invoice_id: str) -> list[KeptCredit]:
        return []


def test_more_than_21_million_too_much_can_be_given_back(
    make_desk: Callable[..., Desk], refunds: FakeRefunds, qtbot: QtBot
) -> None:
    """An amount does not fit into Qt's int."""
    desk = make_desk(books_with_reversals())
    refunding = Refunding(desk.books, refunds, desk.bridge, desk.toasts, desk.tab)
    block = OverpaidBlock(desk.tab)
    block.set_ports(_NoCredits(), desk.bridge, refunds=True)
    block.refund_wanted.connect(refunding.open_difference)
    row = desk.books.rows["id-114"]
    block.show_invoice(replace(row, paid_minor=row.total_minor + 2**31))
    block.refund.click()
    assert the_dialog(desk).amount.text() == "3.000,00"
