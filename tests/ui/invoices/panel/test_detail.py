"""The panel beside the list, its dialogs and what they hand to the services."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, FakeBooks, row
from tests.ui.open_dialogs import all_open, opened
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceItem, InvoiceStatus
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction as Do
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog
from workmate_desktop.words.tone import Tone

PART, PAID, DRAFT = InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.PAID, InvoiceStatus.DRAFT
CANCELLED = InvoiceStatus.CANCELLED
EURO = "\u00a0€"


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    books = FakeBooks()
    books.add(
        row(1, "Praxis Dr. Aydin", days=11),
        row(2, "Kanzlei Voß", PART, total=238000, paid=100000, days=-10),
        row(3, "Hotel Rheinblick", PAID, total=10000, paid=12400),
        row(4, "Café Morgenrot", DRAFT),
        row(5, "Autohaus Wirth", CANCELLED),
    )
    return make_desk(books)


def amounts(desk: Desk) -> list[str]:
    block = desk.tab.detail.amounts
    return [block.value(at) for at in range(len(block._values))]


def pills(desk: Desk) -> list[str]:
    return [pill.text for pill in desk.tab.detail.pills.pills()]


def by_hand(desk: Desk, invoice_id: str = "id-2") -> Payment:
    payment = Payment(
        "p-1",
        invoice_id,
        100000,
        "eur",
        "bank_transfer",
        True,
        NOW - timedelta(days=2),
        NOW,
        note="Danke <b>sehr</b>",
    )
    desk.books.payments_of[invoice_id] = [payment]
    return payment


def test_nothing_selected_says_what_to_do(desk: Desk) -> None:
    assert desk.tab.detail.currentWidget() is desk.tab.detail.empty


@pytest.mark.parametrize(
    ("invoice_id", "expected_pills", "state", "actions"),
    [
        ("id-1", ["Offen"], "fällig in 11 Tagen", (Do.ADD_PAYMENT, Do.CLOSE_REST, Do.CANCEL)),
        (
            "id-2",
            ["Teilbezahlt", "Überfällig"],
            "seit 10 Tagen überfällig",
            (Do.ADD_PAYMENT, Do.PAY_BACK, Do.CLOSE_REST, Do.CANCEL),
        ),
        ("id-3", ["Bezahlt", "Überzahlt"], "", (Do.ADD_PAYMENT, Do.PAY_BACK, Do.CANCEL)),
        ("id-4", ["Entwurf"], "noch nicht ausgestellt", (Do.ISSUE, Do.EDIT, Do.DELETE)),
        ("id-5", ["Storniert"], "", ()),
    ],
)
def test_each_status_says_and_offers_what_fits(
    desk: Desk, invoice_id: str, expected_pills: list[str], state: str, actions: tuple[Do, ...]
) -> None:
    desk.tab.select_invoice(invoice_id)
    assert pills(desk) == expected_pills
    assert desk.tab.detail.state.full_text() == state
    assert desk.tab.detail.buttons.actions_shown() == actions


def test_amounts_with_two_rates(desk: Desk) -> None:
    desk.books.items_of["id-2"] = (
        InvoiceItem("Wartung", Decimal("1.5"), "Std.", 100000, Decimal(19)),
        InvoiceItem("Buch", Decimal(1), "", 5000, Decimal(7)),
    )
    desk.tab.select_invoice("id-2")
    assert amounts(desk) == [
        f"1.550,00{EURO}",
        f"285,00{EURO}",
        f"3,50{EURO}",
        f"2.380,00{EURO}",
        f"1.000,00{EURO}",
        f"1.380,00{EURO}",
    ]


def test_simulation_is_offered_only_when_possible(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-1")
    assert Do.SIMULATE not in desk.tab.detail.buttons.actions_shown()
    desk.tab.set_simulation_available(True)
    with qtbot.waitSignal(desk.tab.simulate_requested) as asked:
        qtbot.mouseClick(desk.tab.detail.buttons.button(Do.SIMULATE), Qt.MouseButton.LeftButton)
    assert asked.args == ["id-1"]


def test_verlauf_in_german_with_dots(desk: Desk) -> None:
    desk.books.log("id-1", "created", NOW - timedelta(days=4), "anna")
    desk.books.log("id-1", "issued", NOW - timedelta(days=3), "anna", number="RE-2026-0001")
    desk.books.fail("id-1", "insufficient_funds", NOW - timedelta(minutes=3))
    desk.books.pay("id-1")
    desk.tab.select_invoice("id-1")
    booked, failed, issued, created = desk.tab.detail.timeline.entries()
    assert (booked.title, booked.tone) == (f"Zahlung eingegangen · 476,00{EURO}", Tone.GREEN)
    assert (failed.title, failed.tone) == (f"Zahlung fehlgeschlagen · 476,00{EURO}", Tone.RED)
    assert failed.note.startswith("Karte hat nicht genügend Deckung")
    assert failed.when == "heute\u00a009:12 · Stripe"
    assert (issued.title, issued.when) == ("Rechnung ausgestellt", "20.11.2026 · anna")
    assert created.spoken == "Entwurf angelegt · 19.11.2026 · anna"


def test_entering_a_payment(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-2")
    qtbot.mouseClick(desk.tab.detail.buttons.button(Do.ADD_PAYMENT), Qt.MouseButton.LeftButton)
    dialog = opened(PaymentDialog)
    assert dialog.amount.text() == "1.380,00"
    dialog.amount.setText("380,00")
    assert dialog.rest.field.label.text() == f"Re&st 1.000,00{EURO}"
    qtbot.mouseClick(dialog.method.button("cash"), Qt.MouseButton.LeftButton)
    dialog.received_on.set_day(date(2026, 11, 20))
    dialog.note.setText(" an der Kasse ")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert desk.invoicing.calls == [
        ("add_manual_payment", "id-2", 38000, "cash", date(2026, 11, 20), "an der Kasse")
    ]
    qtbot.waitUntil(lambda: not all_open(PaymentDialog))


@pytest.mark.parametrize("typed", ["", "abc", "0", "-5", "12,345", "1e5", "<b>1</b>"])
def test_a_wrong_amount_is_said_beside_the_field(desk: Desk, qtbot: QtBot, typed: str) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    dialog.amount.setText(typed)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.amount_field.is_bad()
    assert desk.invoicing.calls == []
    dialog.reject()


def test_a_payment_from_tomorrow_is_refused(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    dialog.received_on.set_day(date(2026, 11, 24))
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.date_field.message() == "Das Datum liegt in der Zukunft."
    assert desk.invoicing.calls == []
    dialog.reject()


@pytest.mark.parametrize("typed", ["01.10.2026", "1.10.26", "01102026"])
def test_the_day_of_a_payment_is_typed_with_points(desk: Desk, qtbot: QtBot, typed: str) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    qtbot.waitUntil(dialog.amount.hasFocus)
    dialog.received_on.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(dialog.received_on, typed)
    assert dialog.focusWidget() is dialog.received_on
    qtbot.keyClick(dialog.received_on, Qt.Key.Key_Return)
    ((_, _, _, _, day, _),) = desk.invoicing.calls
    assert day == date(2026, 10, 1)


def test_a_payment_on_an_impossible_day_is_refused(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    qtbot.waitUntil(dialog.amount.hasFocus)
    dialog.received_on.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(dialog.received_on, "31.06.2026")
    qtbot.keyClick(dialog.received_on, Qt.Key.Key_Return)
    assert dialog.date_field.message() == "Diesen Tag gibt es nicht."
    assert dialog.date_field.is_bad()
    assert desk.invoicing.calls == []
    dialog.reject()


def test_a_failed_saving_keeps_what_was_typed(desk: Desk, qtbot: QtBot) -> None:
    desk.invoicing.fail_with = UserError("database_busy")
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    dialog.amount.setText("12,00")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.error()
    assert dialog.amount.text() == "12,00"
    assert dialog.submit_button.isEnabled()
    dialog.reject()


def test_a_bug_is_said_without_its_words(desk: Desk, qtbot: QtBot) -> None:
    desk.invoicing.fail_with = ValueError("not for staff")
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.error().startswith("Im Programm ist ein Fehler aufgetreten")
    assert "not for staff" not in dialog.error()
    dialog.reject()


def test_a_double_click_saves_once(desk: Desk, qtbot: QtBot) -> None:
    desk.bridge.hold = True
    desk.tab.actions_of.run(Do.ADD_PAYMENT, "id-2")
    dialog = opened(PaymentDialog)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert len(desk.invoicing.calls) == 1
    desk.bridge.run_waiting()


def test_storno_needs_a_reason(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.actions_of.run(Do.CANCEL, "id-1")
    dialog = opened(ReasonDialog)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.field.message() == "Bitte einen Grund angeben."
    qtbot.keyClicks(dialog.text, "Doppelt  geschrieben")
    assert not dialog.field.is_bad()
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert desk.invoicing.calls == [("cancel", "id-1", "Doppelt geschrieben")]


def test_a_manual_payment_is_taken_back_with_a_reason(desk: Desk, qtbot: QtBot) -> None:
    by_hand(desk)
    desk.tab.select_invoice("id-2")
    undo = next(
        button
        for button in desk.tab.detail.payments.findChildren(QPushButton)
        if "Rückgängig" in button.text()
    )
    assert undo.accessibleName() == f"Überweisung über 1.000,00{EURO} rückgängig machen"
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    dialog = opened(ReasonDialog)
    dialog.text.setPlainText("Falsche Rechnung")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert desk.invoicing.calls == [("reverse_payment", "p-1", "Falsche Rechnung")]


def test_stripe_payments_and_reversed_ones_cannot_be_taken_back(desk: Desk) -> None:
    payment = by_hand(desk)
    counter = Payment(
        "p-2", "id-2", -100000, "eur", "bank_transfer", True, NOW, NOW, reverses_id=payment.id
    )
    desk.books.payments_of["id-2"].append(counter)
    desk.books.pay("id-2")
    desk.tab.select_invoice("id-2")
    assert not [
        button
        for button in desk.tab.detail.payments.findChildren(QPushButton)
        if not button.isHidden()
    ]


def test_deleting_a_draft_asks_first(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-4")
    for key, expected in (("A&bbrechen", []), ("&Löschen", [("delete_draft", "id-4")])):
        qtbot.keyClick(desk.tab.table, Qt.Key.Key_Delete)
        box = opened(QMessageBox)
        button = next(b for b in box.buttons() if b.text() == key)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert desk.invoicing.calls == expected
        qtbot.waitUntil(lambda: not all_open(QMessageBox))


def test_a_delete_that_fails_is_told(desk: Desk, qtbot: QtBot) -> None:
    desk.invoicing.fail_with = UserError("invoice_not_draft")
    desk.tab.actions_of.run(Do.DELETE, "id-4")
    box = opened(QMessageBox)
    qtbot.mouseClick(
        next(b for b in box.buttons() if "schen" in b.text()), Qt.MouseButton.LeftButton
    )
    assert len(desk.toasts.shown) == 1


def test_delete_on_an_issued_invoice_does_nothing(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.select_invoice("id-1")
    qtbot.keyClick(desk.tab.table, Qt.Key.Key_Delete)
    assert desk.invoicing.calls == []
    assert not all_open(QMessageBox)


def test_a_deleted_invoice_leaves_the_panel(desk: Desk) -> None:
    desk.tab.select_invoice("id-4")
    del desk.books.rows["id-4"]
    desk.announce("id-4")
    assert desk.tab.detail.currentWidget() is desk.tab.detail.empty


def test_reading_again_without_a_difference_keeps_the_focus(desk: Desk) -> None:
    desk.tab.select_invoice("id-1")
    button = desk.tab.detail.buttons.button(Do.ADD_PAYMENT)
    button.setFocus()
    desk.books.fail("id-1", "card_declined")
    desk.announce("id-1")
    assert button.hasFocus()
    assert pills(desk) == ["Offen", "Zahlung fehlgeschlagen"]


def test_mc3_the_panel_shows_the_buyer_as_the_invoice_does(desk: Desk) -> None:
    desk.books.buyers["id-1"] = Customer(
        "c-1",
        "Aydin",
        street="Kärntner Ring 1",
        postal_code="1010",
        city="Wien",
        country="AT",
        vat_id="ATU13585627",
    )
    desk.books.buyers["id-2"] = Customer("c-2", "Ohne Anschrift")
    desk.tab.select_invoice("id-1")
    address = desk.tab.detail.address
    assert address.isVisible()
    assert address.full_text() == "Kärntner Ring 1, 1010 Wien, Österreich, USt-IdNr. ATU13585627"
    desk.tab.select_invoice("id-2")
    assert not address.isVisible()


def test_me7_the_panel_shows_all_lines_of_a_position(desk: Desk) -> None:
    words = "Wartung\nServerraum, Etage 2\n" + "sehr lange Beschreibung " * 20
    desk.books.items_of["id-2"] = (
        InvoiceItem(words.strip(), Decimal(1), "Stk.", 100000, Decimal(19)),
    )
    desk.tab.select_invoice("id-2")
    (label,) = [
        one
        for one in desk.tab.detail.items.findChildren(PlainLabel)
        if "Wartung" in one.full_text()
    ]
    assert label.full_text() == f"1 Stk. × {words.strip()}"
    assert label.text() == label.full_text()
    assert label.height() >= label.heightForWidth(label.width())
