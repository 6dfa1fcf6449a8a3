"""Too much money kept as a credit, and the editor offers it for the customer's next invoice."""

import pytest

from tests.journey.desk import Desk, plain
from tests.journey.test_payments import NUMBER, issue
from workmate_desktop.ui.invoices.editor import InvoiceEditor

CREDIT = f"Guthaben aus {NUMBER}: 12,00 €"


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
    desk.wait(
        lambda: "Guthaben sind als Text für die nächste Rechnung vorgemerkt" in desk.seen(overpaid)
    )
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
    assert "der Betrag wird nicht abgezogen" in desk.seen(editor.form.offer)
    desk.click(editor.form.offer, "In den Hinweis übernehmen")
    assert CREDIT in plain(editor.form.note.toPlainText())
    desk.wait(lambda: not editor.form.offer.isVisible())
    desk.click(editor, "Als Entwurf speichern")
    desk.wait_closed(InvoiceEditor)

    desk.wait(lambda: desk.numbers() == ["Entwurf", NUMBER])
    desk.wait(lambda: any(f"aus {NUMBER}" in line for line in desk.timeline()))
    desk.select(NUMBER)
    desk.wait(lambda: "übernommen auf" in desk.seen(overpaid))
    assert desk.timeline()[0].startswith("Guthaben übernommen · 12,00 €")


def test_a_kept_credit_can_be_taken_back(office: Desk) -> None:
    desk = office
    overpaid = desk.pages.invoices.detail.overpaid
    desk.click(overpaid, "Als Guthaben vormerken")
    desk.click(overpaid, "Guthaben zurücknehmen")
    desk.wait(lambda: desk.timeline()[0].startswith("Guthaben zurückgenommen"))
    desk.wait(lambda: desk.buttons(overpaid, "Als Guthaben vormerken") != [])
