"""Money without an invoice goes back to the customer, from the window and from the Dashboard."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from PySide6.QtCore import Qt

from tests.journey.desk import WEBHOOK_SECRET, Desk, plain
from tests.journey.test_catch_up import KEYS, asked_once
from tests.journey.test_payments import NUMBER, issue
from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.standins.stripe_dashboard import Dashboard
from tests.waiting import PATIENCE
from workmate_desktop.ui.payments.refund_dialog import RefundDialog
from workmate_desktop.ui.review.desk import ReviewDesk


class Office:
    """The program, Stripe, and 119,00 € that name no invoice, in the open list."""

    def __init__(self, desk: Desk, stripe: StripeStandIn) -> None:
        self.desk = desk
        stripe.listeners.append(self._deliver)
        asked_once(desk)
        issue(desk, "Bäckerei Lindner GmbH")
        desk.wait(lambda: desk.status(NUMBER) == "Offen")
        form = {
            "amount": 11900,
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
        }
        status, _ = stripe.answer("POST", "/v1/payment_intents", urlencode(form), SECRET_KEY, None)
        assert status == 200
        self.figure = desk.pages.invoices.figures.review
        desk.wait(lambda: self.figure.figure() == "1 Zahlung")
        desk.click_widget(self.figure)
        review = desk.pages.invoices.review
        assert review is not None
        self.review: ReviewDesk = review
        desk.wait(review.pane.isVisible)
        [item] = desk.core.review.open_items()
        self.intent = item.intent_id or ""

    def _deliver(self, event: dict[str, object]) -> None:
        if event["type"] != "charge.succeeded":
            assert self.desk.stripe_sends(json.loads(json.dumps(event))) == 200

    def listed(self) -> list[list[str]]:
        return self.desk.cells(self.review.pane.model)


@pytest.fixture
def office(laid_books: None, start: Callable[..., Desk], stripe: StripeStandIn) -> Office:
    desk = start(**KEYS, stripe_webhook_secret=WEBHOOK_SECRET, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    return Office(desk, stripe)


def test_refunded_from_the_list(office: Office) -> None:
    desk = office.desk
    desk.click(office.review.detail, "Erstatten …")
    dialog = desk.dialog(RefundDialog)
    assert "Zahlung ohne Rechnung" in desk.seen(dialog)
    desk.type_into(dialog.reason_text, "Doppelt bezahlt")
    desk.wait(lambda: plain(dialog.submit_button.text()) == "119,00 € erstatten")
    desk.bot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    desk.wait_closed(RefundDialog)
    desk.wait(lambda: office.listed() == [])
    desk.wait(lambda: office.figure.figure() == "0 Zahlungen")
    desk.click(office.review.pane.chips, "Entschieden")
    desk.wait(lambda: len(office.listed()) == 1)
    [item] = desk.core.review.decided_items()
    assert item.decided is not None
    assert item.decided.actor != "stripe"  # the person at the desk
    desk.wait(lambda: "Erstattet: Doppelt bezahlt" in desk.seen(office.review.detail))
    assert desk.buttons(office.review.detail, "Rückgängig") == []


def test_a_refund_of_the_dashboard_and_its_failure(office: Office, stripe: StripeStandIn) -> None:
    desk = office.desk
    refund = Dashboard(stripe).refund(office.intent, 11900)
    desk.wait(lambda: office.listed() == [])
    Dashboard(stripe).fail_refund(refund)
    desk.wait(lambda: len(office.listed()) == 1)
    desk.wait(lambda: office.figure.figure() == "1 Zahlung")


def test_what_is_left_is_assigned(office: Office, stripe: StripeStandIn) -> None:
    desk = office.desk
    Dashboard(stripe).refund(office.intent, 1900)
    desk.wait(lambda: desk.core.review.open_items()[0].amount_minor == 10000)
    invoice_id = desk.invoice(NUMBER).id
    [item] = desk.core.review.open_items()
    decision = desk.core.review.assign(item.id, invoice_id).result(PATIENCE)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt · 19,00 € erstattet")
    assert desk.invoice(NUMBER).paid_minor == 10000
    Dashboard(stripe).refund(office.intent, 1000)
    desk.wait(lambda: desk.invoice(NUMBER).paid_minor == 9000)
    desk.core.review.undo(decision).result(PATIENCE)
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    assert desk.core.review.open_items()[0].amount_minor == 9000
