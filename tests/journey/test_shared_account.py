"""A shop on the same account, from the socket to the one line and back, in the whole program."""

import pytest

from tests.journey.desk import Desk
from tests.journey.test_payments import NUMBER, issue
from workmate_desktop.ui.review.choose_dialog import ChooseDialog
from workmate_desktop.ui.review.desk import ReviewDesk

SHOP = {"order_id": "10000", "site_url": "https://shop.example"}


@pytest.fixture
def office(in_test_mode: Desk) -> Desk:
    """Test keys, and one open Testrechnung over 119,00 €."""
    desk = in_test_mode
    issue(desk, "Fahrschule Becker")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    return desk


def _review(desk: Desk) -> ReviewDesk:
    review = desk.pages.invoices.review
    assert review is not None
    return review


def test_mb4_twenty_orders_are_one_line_and_one_of_them_pays_an_invoice(office: Desk) -> None:
    desk = office
    desk.forget_toasts()
    for order in range(20):
        how = {"metadata": SHOP, "intent_id": f"pi_3Shop{order:04d}"}
        amount = 11900 if order == 7 else 1990 + order
        assert desk.stripe_sends(desk.event(None, failed="generic_decline", **how)) == 200
        assert desk.stripe_sends(desk.event(None, amount=amount, **how)) == 200
    assert desk.pages.invoices.figures.review.figure() == "0 Zahlungen"
    assert desk.core.books.unread_notices() == 0
    assert desk.toasts() == []

    desk.click_widget(desk.pages.invoices.figures.review)
    pane, detail = _review(desk).pane, _review(desk).detail
    desk.wait(lambda: "20 Zahlungen anderer Programme über dieses Konto" in desk.seen(pane))
    assert "Nichts zu klären" in desk.seen(pane)
    desk.click(pane.others, "Ansehen")
    desk.wait(lambda: pane.model.rowCount() == 20)
    amounts = [row[0] for row in desk.cells(pane.model)]
    desk.click_row(pane.table, amounts.index("119,00 €"))
    desk.click(detail, "Einer Rechnung zuordnen …")
    dialog = desk.dialog(ChooseDialog)
    desk.wait(lambda: dialog.model.rowCount() == 1)
    desk.click_row(dialog.view, 0)
    desk.click(dialog, "Zuordnen")
    desk.wait_closed(ChooseDialog)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    desk.wait(lambda: pane.model.rowCount() == 19)

    desk.click(pane.done, "Rückgängig")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    desk.wait(lambda: pane.model.rowCount() == 20)
    assert desk.pages.invoices.figures.review.figure() == "0 Zahlungen"

    desk.click(pane.others, "Nicht mehr zeigen")
    desk.click(pane, "Offen")
    desk.wait(lambda: not pane.others.isVisible())
    desk.click(pane, "Entschieden")
    desk.wait(lambda: "20 Zahlungen anderer Programme" in desk.seen(pane))
    desk.click(pane.others, "Wieder zeigen")
    desk.wait(lambda: not desk.core.review.not_ours().hidden)
