"""Too much money kept as a credit, and the editor offers it for the customer's next invoice."""

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox

from tests.journey.desk import Desk, plain
from tests.journey.test_payments import NUMBER, issue
from workmate_desktop.ui.invoices.editor.dialog import InvoiceEditor
from workmate_desktop.ui.review.split_dialog import SplitDialog

CREDIT = f"Guthaben aus {NUMBER} abziehen: 12,00 €"
SECOND = NUMBER[:-1] + "2"


@pytest.fixture
def office(in_test_mode: Desk) -> Desk:
    """An invoice over 119,00 € for which 131,00 € came, selected."""
    desk = in_test_mode
    issue(desk, "Fahrschule Becker")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    desk.select(NUMBER)
    assert desk.stripe_sends(desk.event(NUMBER, amount=13100)) == 200
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt, Überzahlt")
    return desk


def test_kept_offered_and_traced_on_both_invoices(office: Desk) -> None:
    desk = office
    overpaid = desk.pages.invoices.detail.overpaid
    desk.wait(lambda: "12,00 € sind zu viel eingegangen." in desk.seen(overpaid))
    desk.click(overpaid, "Als Guthaben vormerken")
    desk.wait(lambda: "Guthaben sind für die nächste Rechnung vorgemerkt" in desk.seen(overpaid))
    assert desk.buttons(overpaid, "Als Guthaben vormerken") == []
    desk.wait(lambda: desk.timeline()[0].startswith("Als Guthaben vorgemerkt · 12,00 €"))

    invoice = desk.core.books.invoice(desk.invoice(NUMBER).id)
    assert invoice is not None
    customer = desk.core.books.customer(invoice.customer_id)
    assert customer is not None
    desk.press("Ctrl+N")
    editor = desk.dialog(InvoiceEditor)
    assert not editor.form.offer.isVisible()
    editor.form.customer.set_customer(customer)
    desk.wait(lambda: CREDIT in desk.seen(editor.form.offer))
    (box,) = editor.form.offer.findChildren(QCheckBox)
    desk.click_widget(box)
    desk.tab_to(editor.form.items)
    for words in ("Fahrstunde", "1", "Std.", "100", "19"):
        if QApplication.focusWidget() is editor.form.items:
            desk.press("Return")
        desk.write(words)
        desk.press("Return")
    sums = [(words, plain(amount)) for words, amount in editor.form.totals.rows()]
    assert sums[-3:] == [
        ("Gesamtbetrag", "119,00 €"),
        (f"abzüglich Guthaben aus {NUMBER}", "−12,00 €"),
        ("Zu zahlen", "107,00 €"),
    ]
    desk.press("Escape")
    desk.click(editor, "Rechnung ausstellen")
    desk.wait_closed(InvoiceEditor)

    desk.wait(lambda: desk.numbers() == [SECOND, NUMBER])
    desk.wait(lambda: any(f"aus {NUMBER}" in line for line in desk.timeline()))
    moved = desk.pages.invoices.detail.moved
    desk.wait(lambda: f"12,00 € Guthaben aus {NUMBER} sind abgezogen." in desk.seen(moved))
    assert desk.invoice(SECOND).outstanding_minor == 10700
    desk.select(NUMBER)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    assert desk.timeline()[0].startswith("Guthaben abgezogen · 12,00 €")

    desk.select(SECOND)
    desk.click(moved, "Zurücknehmen")
    desk.wait(lambda: desk.invoice(SECOND).outstanding_minor == 11900)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt, Überzahlt")


def test_one_payment_for_two_invoices(in_test_mode: Desk) -> None:
    """238,00 € came for the first of two invoices over 119,00 €."""
    desk = in_test_mode
    issue(desk, "Fahrschule Becker")
    issue(desk, "Fahrschule Becker")
    desk.wait(lambda: desk.numbers() == [SECOND, NUMBER])
    desk.select(NUMBER)
    assert desk.stripe_sends(desk.event(NUMBER, amount=23800)) == 200
    overpaid = desk.pages.invoices.detail.overpaid
    desk.wait(lambda: "119,00 € sind zu viel eingegangen." in desk.seen(overpaid))
    desk.click(overpaid, "Auf andere Rechnung verteilen …")
    dialog = desk.dialog(SplitDialog)
    assert dialog.model.rowCount() == 1
    dialog.view.setCurrentIndex(dialog.model.index(0))
    desk.wait(lambda: plain(dialog.amount.text()) == "119,00")
    desk.click(dialog, "Verteilen")
    desk.wait_closed(SplitDialog)
    desk.wait(lambda: desk.status(SECOND) == "Bezahlt")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    moved = desk.pages.invoices.detail.moved
    desk.wait(lambda: f"119,00 € der Zahlung sind {SECOND} zugeordnet." in desk.seen(moved))


def test_a_kept_credit_can_be_taken_back(office: Desk) -> None:
    desk = office
    overpaid = desk.pages.invoices.detail.overpaid
    desk.click(overpaid, "Als Guthaben vormerken")
    desk.click(overpaid, "Guthaben zurücknehmen")
    desk.wait(lambda: desk.timeline()[0].startswith("Guthaben zurückgenommen"))
    desk.wait(lambda: desk.buttons(overpaid, "Als Guthaben vormerken") != [])
