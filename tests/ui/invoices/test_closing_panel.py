"""What the panel and the list say of Skonto, Ausbuchung, refunds and losses, and offer."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, TODAY
from tests.ui.invoices.closing_screens import books_with_closings, entry
from tests.ui.open_dialogs import opened
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF, standing_refunds
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction as Do
from workmate_desktop.ui.invoices.panel.actions import has_next_step
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.kit.toast import ToastKind
from workmate_desktop.ui.payments.close_rest_dialog import CloseRestDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog
from workmate_desktop.words import history as history_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.pills import pills_text, short_pills, status_pills

EURO = "\u00a0€"
LATE = TODAY + timedelta(days=90)


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Iterator[Desk]:
    yield make_desk(books_with_closings())
    for left in QApplication.topLevelWidgets():
        if isinstance(left, QDialog) and left.isVisible():
            left.reject()


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words(desk: Desk) -> str:
    labels = [w.text() for w in desk.tab.detail.findChildren(QLabel) if w.isVisible()]
    return "\n".join(labels).replace("\u200b", "").replace("\u00a0", " ")


def choose(qtbot: QtBot, dialog: PaymentDialog | CloseRestDialog, kind: str) -> None:
    click(qtbot, dialog.rest.choice.button(kind))


# --- the panel -------------------------------------------------------------------------------


def test_mc2_the_panel_tells_skonto_from_money(desk: Desk) -> None:
    desk.tab.select_invoice("id-201")
    shown = words(desk)
    for line in ("Bezahlt\n116,62 €", "Skonto\n2,38 €"):
        assert line in shown
    assert "Offener Betrag" not in shown


def test_ma5_a_loss_is_a_line_of_its_own(desk: Desk) -> None:
    desk.tab.select_invoice("id-204")
    assert "Verlust durch Rückbuchung\n100,00 €" in words(desk)
    assert "−100,00 €\n" not in words(desk).partition("Zahlungen")[0]


def test_ma4_what_a_bank_takes_beyond_the_payment_is_a_loss(desk: Desk) -> None:
    paid = Payment(
        "p-1", "id-118", 119000, "eur", "card", True, NOW, NOW, stripe_payment_intent_id="pi_1"
    )
    taken = replace(
        paid,
        id="p-2",
        amount_minor=-123500,
        stripe_payment_intent_id=None,
        reversal_of="p-1",
        kind="dispute",
    )
    desk.books.payments_of["id-118"] = [paid, taken]
    desk.books.change("id-118", paid_minor=-4500, charged_back_minor=123500)
    desk.tab.select_invoice("id-118")
    assert "Verlust durch Rückbuchung\n45,00 €" in words(desk)


@pytest.mark.parametrize(
    ("invoice_id", "pills", "beside", "sentence"),
    [
        (
            "id-202",
            "Bezahlt · 50,50 € erstattet",
            "nichts mehr fällig",
            "50,50 € wurden erstattet und sind nicht mehr fällig; weiteres Geld wäre zu viel.",
        ),
        (
            "id-205",
            "Erstattet",
            "alles zurückgezahlt, nichts mehr fällig",
            "Erstattet. Kommt wieder Geld, ist der Rest wieder offen.",
        ),
        ("id-207", "Ausgebucht", "ausgebucht am 14.11.2026", ""),
        ("id-201", "Bezahlt", "bezahlt am 22.11.2026", ""),
    ],
)
def test_ma6_the_state_is_told_in_words(
    desk: Desk, invoice_id: str, pills: str, beside: str, sentence: str
) -> None:
    found = desk.books.rows[invoice_id]
    assert pills_text(status_pills(found, LATE)).replace("\u00a0", " ") == pills
    assert texts.state_name(found).replace("\u00a0", " ") == pills
    desk.tab.select_invoice(invoice_id)
    assert desk.tab.detail.state.full_text() == beside
    block = desk.tab.detail.given_back
    assert block.isVisible() == bool(sentence)
    if sentence:
        assert block.words.full_text().replace("\u00a0", " ") == sentence


def test_ma6_a_narrow_list_says_paid(desk: Desk) -> None:
    [pill] = short_pills(status_pills(desk.books.rows["id-202"], TODAY))
    assert pill.text == "Bezahlt"


@pytest.mark.parametrize("invoice_id", ["id-202", "id-205", "id-201", "id-207"])
def test_ma6_where_nothing_is_owed_no_button_is_large(desk: Desk, invoice_id: str) -> None:
    desk.tab.select_invoice(invoice_id)
    assert not has_next_step(desk.books.rows[invoice_id])
    buttons = desk.tab.detail.buttons
    assert Do.ADD_PAYMENT in buttons.actions_shown()  # money may come all the same
    assert {buttons.button(one).property("kind") for one in buttons.actions_shown()} <= {
        "secondary",
        "danger",
    }


def test_mc2_money_after_a_write_off_offers_to_take_it_back(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-203")
    block = desk.tab.detail.closed
    assert block.isVisible()
    assert block.undo.text() == "A&usbuchung zurücknehmen …"
    click(qtbot, block.undo)
    dialog = opened(ReasonDialog)
    assert dialog.windowTitle() == "Ausbuchung zurücknehmen"
    qtbot.keyClicks(dialog.text, "doch bezahlt")
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == [("reverse_payment", "p-6", "doch bezahlt")]


@pytest.mark.parametrize("invoice_id", ["id-202", "id-203", "id-206"])
def test_mc2_a_cancelled_invoice_asks_for_nothing_again(desk: Desk, invoice_id: str) -> None:
    desk.books.change(invoice_id, status=InvoiceStatus.CANCELLED)
    desk.tab.select_invoice(invoice_id)
    assert not desk.tab.detail.given_back.isVisible()
    assert not desk.tab.detail.closed.isVisible()
    assert "Wieder offen" not in words(desk)


def test_mc2_taking_a_payment_back_tells_that_skonto_stays(desk: Desk) -> None:
    desk.tab.actions_of.reverse("id-201", "p-1")
    assert "bleiben gebucht" in words_of(opened(ReasonDialog))


def test_mc2_taking_skonto_back_tells_what_is_owed_then(desk: Desk) -> None:
    desk.tab.actions_of.reverse("id-201", "p-2")
    said = words_of(opened(ReasonDialog))
    assert "ist danach wieder offen" in said
    assert "bleiben gebucht" not in said


def words_of(dialog: QDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_mc2_wieder_offen_and_its_undoing(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-202")
    click(qtbot, desk.tab.detail.given_back.again)
    dialog = opened(ReasonDialog)
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == []
    qtbot.keyClicks(dialog.text, "Ware ist da")
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == [("owe_again", ("p-4",), "Ware ist da")]
    desk.tab.select_invoice("id-206")
    block = desk.tab.detail.given_back
    assert block.words.full_text() == f"Von der Erstattung sind 50,50{EURO} wieder offen."
    click(qtbot, block.undo)
    assert desk.invoicing.calls[1:] == [("not_owed_again", ("d-1",))]


def test_mc2_each_of_several_refunds_can_be_made_owed_again(desk: Desk, qtbot: QtBot) -> None:
    desk.books.payments_of["id-202"].append(entry("id-202", "p-20", -1000, kind="refund"))
    desk.tab.select_invoice("id-202")
    links = [
        one
        for one in desk.tab.detail.payments.findChildren(QPushButton)
        if one.accessibleName() == f"Erstattung über 10,00{EURO} wieder offen stellen"
    ]
    assert len(links) == 1
    click(qtbot, links[0])
    dialog = opened(ReasonDialog)
    qtbot.keyClicks(dialog.text, "x")
    click(qtbot, dialog.submit_button)
    assert desk.invoicing.calls == [("owe_again", ("p-20",), "x")]


def test_refunds_that_never_were_do_not_stand() -> None:
    paid = entry("id-1", "p-1", 10000)
    undone = entry("id-1", "p-2", -100, kind="refund")
    counter = entry("id-1", "p-3", 100, kind="refund", reverses_id="p-2")
    failed = entry("id-1", "p-4", -200, kind="refund", reversal_of="p-1", stripe_object_id="re_1")
    back = entry(
        "id-1", "p-5", 200, kind="refund_failed", reversal_of="p-1", stripe_object_id="re_1"
    )
    stands = entry("id-1", "p-6", -300, kind="refund")
    assert standing_refunds([paid, undone, counter, failed, back, stands]) == [stands]


def test_the_lines_of_the_payments_have_names(qapp: QApplication) -> None:
    def title(**more: Any) -> str:
        return history_texts.payment_title(entry("id-1", "p", -1, **more))

    assert title(kind=SKONTO) == "Skonto"
    assert title(kind=WRITE_OFF) == "Ausbuchung"
    assert title(kind="refund") == "Rückzahlung (Überweisung)"
    assert title(kind=SKONTO, reverses_id="x") == "Rückgängig: Skonto"
    assert title(reverses_id="x") == "Rückgängig: Überweisung"
    moved = {"kind": "moved", "reversal_of": "p-0"}
    assert title(**moved) == "Auf andere Rechnung"
    assert title(amount_minor=1, **moved) == "Von anderer Rechnung"
    assert title(amount_minor=1, reverses_id="x", **moved) == "Rückgängig: Auf andere Rechnung"
    assert title(reverses_id="x", **moved) == "Rückgängig: Von anderer Rechnung"


def test_each_new_line_of_the_verlauf_has_words(desk: Desk) -> None:
    codes = (
        "skonto",
        "written_off",
        "closing_undone",
        "paid_back",
        "paid_back_undone",
        "owed_again",
        "owed_again_undone",
    )
    for code in codes:
        line = desk.books.log("id-1", code, NOW, "anna", amount_minor=100, currency="eur")
        title = history_texts.history_title(line)
        assert code not in title
        assert title.endswith(f"1,00{EURO}")
    undone = desk.books.log("id-1", "closing_undone", NOW, "anna", kind="skonto")
    assert history_texts.history_title(undone) == "Skonto zurückgenommen"


def test_mc2_a_toast_tells_what_was_done_once(desk: Desk) -> None:
    """Of a payment with Skonto the payment is the news; a closing alone is its own."""
    euro = {"currency": "eur"}
    desk.books.log("id-201", "manual_payment", NOW, "anna", amount_minor=11662, **euro)
    desk.books.log("id-201", "skonto", NOW, "anna", amount_minor=238, with_payment=True, **euro)
    desk.announce("id-201")
    desk.tab.news._pause.stop()
    desk.books.log("id-207", "written_off", NOW, "anna", amount_minor=10000, **euro)
    desk.announce("id-207")
    desk.tab.news._pause.stop()
    desk.books.log("id-202", "paid_back", NOW, "anna", amount_minor=5050, **euro)
    desk.announce("id-202")
    titles = [title.replace("\u00a0", " ") for title, _, _ in desk.toasts.shown]
    assert titles == [
        "RE-2026-0201 ist bezahlt",
        "Rest ausgebucht · 100,00 €",
        "Rückzahlung eingetragen · 50,50 €",
    ]
    assert {kind for _, _, kind in desk.toasts.shown[1:]} == {ToastKind.INFO}
