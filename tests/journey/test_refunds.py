"""Erstatten in the real window: a part goes back, and the row says so by itself."""

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.journey.desk import WEBHOOK_SECRET, Desk, plain
from tests.journey.test_catch_up import KEYS, asked_once, numbers_of, pay
from tests.journey.test_payments import issue
from tests.standins.stripe_api import StripeStandIn
from tests.standins.stripe_dashboard import Dashboard
from tests.standins.stripe_http import Fault
from tests.standins.stripe_refunds import fee_of
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.ui.payments.refund_dialog import RefundDialog


class Shop:
    """The program, Stripe, and one invoice that was paid by card."""

    def __init__(self, desk: Desk, stripe: StripeStandIn) -> None:
        self.desk = desk
        self.stripe = stripe
        stripe.listeners.append(self._deliver)
        asked_once(desk)
        self.invoice = issue(desk, "Bäckerei Lindner GmbH")
        [self.number] = numbers_of(desk, self.invoice)
        pay(stripe, self.invoice)
        desk.wait(lambda: desk.status(self.number) == "Bezahlt")
        desk.select(self.number)
        self.panel = desk.pages.invoices.detail
        [payment] = desk.core.books.payments(self.invoice)
        self.intent = payment.stripe_payment_intent_id or ""

    def _deliver(self, event: dict[str, object]) -> None:
        """Stripe sends it, as the endpoint of the office is set up."""
        if event["type"] != "charge.succeeded":
            assert self.desk.stripe_sends(json.loads(json.dumps(event))) == 200

    def open_refund(self) -> RefundDialog:
        self.desk.click(self.panel, "Erstatten …")
        return self.desk.dialog(RefundDialog)

    def press(self, dialog: RefundDialog, words: str) -> None:
        """Click the button that names the amount."""
        self.desk.wait(lambda: plain(dialog.submit_button.text()) == words)
        self.desk.bot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)

    def payments(self) -> str:
        """All words of the list of payments."""
        return self.desk.seen(self.panel.payments)


@pytest.fixture
def shop(start: Callable[..., Desk], stripe: StripeStandIn) -> Shop:
    desk = start(**KEYS, stripe_webhook_secret=WEBHOOK_SECRET, stripe_api_base=stripe.url)
    desk.wait_until_ready()
    return Shop(desk, stripe)


def test_a_part_is_refunded_and_the_row_says_how_much(shop: Shop) -> None:
    desk = shop.desk
    desk.forget_toasts()
    dialog = shop.open_refund()
    desk.type_into(dialog.amount, "19,00")
    desk.type_into(dialog.reason_text, "Brot war alt")
    shop.press(dialog, "19,00 € erstatten")
    desk.wait_closed(RefundDialog)
    desk.wait(lambda: desk.status(shop.number) == "Bezahlt · 19,00 € erstattet")
    assert desk.invoice(shop.number).paid_minor == 10_000
    # What the office gave back is not demanded again.
    figures = desk.pages.invoices.figures
    owed = figures.cards[InvoiceFilter.OPEN]
    desk.wait(lambda: owed.figure().startswith("0,00"))
    desk.wait(lambda: shop.panel.state.text() == "nichts mehr fällig")
    assert desk.buttons(shop.panel, "Mit Stripe bezahlen") == []
    desk.wait(lambda: "Erstattet" in shop.payments() and "−19,00 €" in shop.payments())
    desk.wait(lambda: any(line.startswith("Erstattet · 19,00 €") for line in desk.timeline()))
    asked = next(line for line in desk.timeline() if line.startswith("Erstattung veranlasst"))
    assert "Brot war alt" in asked
    desk.wait(lambda: any("Erstattet" in words for words in desk.toast_words()))
    # Stripe tells of it three more times; it counts once.
    assert len(desk.core.books.payments(shop.invoice)) == 2
    assert sum(line.startswith("Erstattet") for line in desk.timeline()) == 1

    # The rest goes back, too: Erstattet, and not owed any more.
    dialog = shop.open_refund()
    assert dialog.amount.text() == "100,00"
    desk.type_into(dialog.reason_text, "und der Kuchen auch")
    shop.press(dialog, "100,00 € erstatten")
    desk.wait(lambda: desk.status(shop.number) == "Erstattet")
    desk.wait(lambda: desk.buttons(shop.panel, "Erstatten …") == [])
    desk.wait(lambda: all(card.figure().startswith("0,00") for card in figures.cards.values()))


def test_the_difference_of_an_overpayment_is_refunded(shop: Shop) -> None:
    """119 are owed and paid; the customer pays 12 more, and gets exactly these back."""
    desk = shop.desk
    pay(shop.stripe, shop.invoice, amount=1200)
    desk.wait(lambda: desk.status(shop.number) == "Bezahlt, Überzahlt")
    overpaid = shop.panel.overpaid
    desk.wait(lambda: "12,00 € sind zu viel eingegangen." in desk.seen(overpaid))
    [told] = [one for one in desk.core.books.notice_page() if one.kind == "overpaid"]
    assert told.read_at is None
    desk.click(overpaid, "Differenz erstatten …")
    dialog = desk.dialog(RefundDialog)
    assert dialog.amount.text() == "12,00"
    desk.type_into(dialog.reason_text, "Zu viel bezahlt")
    shop.press(dialog, "12,00 € erstatten")
    desk.wait_closed(RefundDialog)
    desk.wait(lambda: desk.status(shop.number) == "Bezahlt")
    desk.wait(lambda: not overpaid.isVisible())
    row = desk.invoice(shop.number)
    assert (row.paid_minor, row.refunded_minor, row.outstanding_minor) == (11900, 1200, 0)
    # Nobody has to ask the customer any more.
    [over] = [one for one in desk.core.books.notice_page() if one.kind == "overpaid"]
    assert "over_at" in over.detail and over.read_at is not None


def test_what_stripe_refuses_is_said_in_the_dialog(shop: Shop) -> None:
    desk = shop.desk
    dialog = shop.open_refund()
    desk.type_into(dialog.amount, "120,00")
    assert not dialog.submit_button.isEnabled()
    desk.type_into(dialog.amount, "119,00")
    shop.press(dialog, "119,00 € erstatten")
    assert "Bitte einen Grund angeben." in desk.seen(dialog)
    desk.type_into(dialog.reason_text, "Doppelt bezahlt")
    shop.stripe.fail_next(Fault.RATE_LIMIT)
    shop.press(dialog, "119,00 € erstatten")
    desk.wait(lambda: dialog.error() != "")
    assert desk.status(shop.number) == "Bezahlt"
    shop.press(dialog, "119,00 € erstatten")
    desk.wait(lambda: desk.status(shop.number) == "Erstattet")


def test_a_lost_answer_is_no_second_refund(shop: Shop) -> None:
    desk = shop.desk
    shop.stripe.listeners.clear()  # nor does an event come
    dialog = shop.open_refund()
    desk.type_into(dialog.reason_text, "Storno")
    shop.stripe.fail_next(Fault.RESET, 2)
    shop.press(dialog, "119,00 € erstatten")
    desk.wait_closed(RefundDialog)
    desk.wait(lambda: "Erstattung über 119,00 € läuft" in shop.payments())
    assert desk.buttons(shop.panel, "Erstatten …") == []
    assert desk.core.catch_up is not None
    desk.core.catch_up.request()
    desk.wait(lambda: desk.status(shop.number) == "Erstattet")
    assert len(desk.core.books.payments(shop.invoice)) == 2


def test_a_dispute_shows_at_once(shop: Shop) -> None:
    desk = shop.desk
    dispute = Dashboard(shop.stripe).dispute(shop.intent)
    desk.wait(lambda: "Zurückgebucht" in desk.status(shop.number))
    desk.wait(lambda: desk.timeline()[0].startswith("Zahlung vom Kunden angefochten"))
    Dashboard(shop.stripe).close_dispute(dispute, won=True)
    desk.wait(lambda: desk.status(shop.number) == "Bezahlt")


def test_the_fee_is_shown(shop: Shop) -> None:
    desk = shop.desk
    assert desk.core.catch_up is not None
    desk.core.catch_up.request()
    fee = fee_of(11_900)
    words = f"Gebühr {fee / 100:.2f} €, ausgezahlt {(11_900 - fee) / 100:.2f} €".replace(".", ",")
    desk.wait(lambda: words in shop.payments())
    labels = shop.panel.payments.findChildren(QLabel)
    assert all(label.textFormat().name == "PlainText" for label in labels)
