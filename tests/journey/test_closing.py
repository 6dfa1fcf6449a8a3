"""An office that is never stuck: Skonto, Rückzahlung and "wieder offen", by clicking alone."""

import pytest
from PySide6.QtWidgets import QMessageBox

from tests.journey.desk import Desk
from tests.journey.test_payments import NUMBER, issue
from workmate_desktop.domain.invoices.closings import SKONTO, WRITE_OFF
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.payments.close_rest_dialog import CloseRestDialog
from workmate_desktop.ui.payments.pay_back_dialog import PayBackDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog


@pytest.fixture
def office(in_test_mode: Desk) -> Desk:
    """Test keys, and one open Testrechnung over 119,00 €, selected."""
    desk = in_test_mode
    issue(desk, "Bäckerei Lindner GmbH")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    desk.select(NUMBER)
    return desk


def panel(desk: Desk) -> str:
    return desk.seen(desk.pages.invoices.detail)


def say_why(desk: Desk, why: str, button: str) -> None:
    dialog = desk.dialog(ReasonDialog)
    desk.write(why)
    desk.click(dialog, button)
    desk.wait_closed(ReasonDialog)


def pay_all(desk: Desk) -> None:
    desk.click(desk.pages.invoices.detail, "Zahlung eintragen")
    desk.click(desk.dialog(PaymentDialog), "Eintragen")
    desk.wait_closed(PaymentDialog)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")


def test_mc2_skonto_and_its_undoing_by_clicking(office: Desk) -> None:
    desk = office
    detail = desk.pages.invoices.detail
    month = desk.pages.invoices.figures.cards[InvoiceFilter.PAID_THIS_MONTH]
    desk.click(detail, "Zahlung eintragen")
    dialog = desk.dialog(PaymentDialog)
    desk.type_into(dialog.amount, "116,62")
    desk.wait(lambda: "Rest 2,38 €" in desk.seen(dialog).replace("&", ""))
    desk.click_widget(dialog.rest.choice.button(SKONTO))
    desk.click(dialog, "Eintragen")
    desk.wait_closed(PaymentDialog)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    desk.wait(lambda: "Skonto\n2,38 €" in panel(desk))
    desk.wait(lambda: "Bezahlt\n116,62 €" in panel(desk))
    assert any(line.startswith("Skonto · 2,38 €") for line in desk.timeline())
    desk.wait(lambda: "116,62" in month.figure())

    undo = next(
        button
        for button in desk.buttons(detail, "Rückgängig …")
        if "Skonto" in button.accessibleName()
    )
    undo.click()  # it may lie below the fold
    say_why(desk, "Frist war vorbei", "Rückgängig machen")
    desk.wait(lambda: desk.status(NUMBER) == "Teilbezahlt")
    desk.wait(lambda: "Offener Betrag\n2,38 €" in panel(desk))
    assert desk.timeline()[0].startswith("Skonto zurückgenommen · 2,38 €")

    # The rest is closed later, without any money.
    desk.click(detail, "Ausbuchen …")
    closing = desk.dialog(CloseRestDialog)
    assert closing.rest.choice.current() == WRITE_OFF
    desk.write("Bankgebühr")
    desk.click(closing, "Rest ausbuchen")
    desk.wait_closed(CloseRestDialog)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    desk.wait(lambda: "Ausgebucht\n2,38 €" in panel(desk))
    assert "116,62" in month.figure()


def test_mc2_money_given_back_by_hand_and_owed_again(office: Desk) -> None:
    desk = office
    detail = desk.pages.invoices.detail
    pay_all(desk)

    # Stornieren says why not, and leads on.
    desk.click(detail, "Stornieren …")
    box = desk.dialog(QMessageBox)
    desk.click(box, "Rückzahlung eintragen …")
    dialog = desk.dialog(PayBackDialog)
    desk.type_into(dialog.amount, "50,50")
    desk.type_into(dialog.reason_text, "Ware defekt")
    desk.click(dialog, "Eintragen")
    desk.wait_closed(PayBackDialog)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt · 50,50 € erstattet")
    desk.wait(lambda: "50,50 € wurden erstattet und sind nicht mehr fällig" in panel(desk))
    assert desk.timeline()[0].startswith("Rückzahlung eingetragen · 50,50 €")
    assert not desk.buttons(detail, "Mit Stripe bezahlen")

    desk.click(detail, "Wieder offen stellen …")
    say_why(desk, "Ware war doch in Ordnung", "Wieder offen stellen")
    desk.wait(lambda: desk.status(NUMBER) == "Teilbezahlt")
    desk.wait(lambda: "Offener Betrag\n50,50 €" in panel(desk))
    assert desk.timeline()[0].startswith("Erstattung wieder offen gestellt · 50,50 €")
    desk.wait(lambda: desk.buttons(detail, "Mit Stripe bezahlen"))

    desk.click(detail, "Doch nicht wieder offen")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt · 50,50 € erstattet")
    assert desk.invoice(NUMBER).outstanding_minor == 0
    assert not desk.buttons(detail, "Mit Stripe bezahlen")
