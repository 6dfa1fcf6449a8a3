"""Mit Stripe bezahlen, as the office and its customer do it: click, pay, and the row turns."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.journey.test_payments import NUMBER, issue
from tests.journey.window_waits import WindowWaits
from tests.standins.stripe_api import PUBLISHABLE_KEY, SECRET_KEY, StripeStandIn
from tests.standins.stripe_checkout import CheckoutPage, Declined, LinkInactive
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.ui.payments.qr_dialog import QrDialog

PAY = "Mit Stripe bezahlen"


class Outside(QObject):
    """The browser and the mail program of this PC: they note what they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def take(self, address: QUrl) -> None:
        self.opened.append(address)


@pytest.fixture
def outside(qapp: object) -> Iterator[Outside]:
    made = Outside()
    for scheme in ("http", "https", "mailto"):
        QDesktopServices.setUrlHandler(scheme, made, "take")  # type: ignore[arg-type]
    yield made
    for scheme in ("http", "https", "mailto"):
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def office(
    laid_books: None, start: Callable[..., Desk], stripe: StripeStandIn, outside: Outside
) -> Desk:
    """One open Testrechnung over 119,00 €, selected; Stripe delivers every event at once."""
    desk = start(
        stripe_publishable_key=PUBLISHABLE_KEY,
        stripe_secret_key=SECRET_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
        stripe_api_base=stripe.url,
    )
    desk.wait_until_ready()
    desk.wait(lambda: desk.pages.badge.accessibleName() == "TESTMODUS")
    issue(desk, "Bäckerei Lindner GmbH")
    desk.wait(lambda: desk.status(NUMBER) == "Offen")
    desk.select(NUMBER)

    def deliver(event: dict[str, object]) -> None:
        assert desk.stripe_sends(event) == 200

    stripe.listeners.append(deliver)
    return desk


def panel(desk: Desk) -> str:
    """All words of the block with the button."""
    return desk.seen(desk.pages.invoices.detail.pay)


def opened_page(desk: Desk, stripe: StripeStandIn, outside: Outside) -> CheckoutPage:
    """Click the button; what the browser shows."""
    before = len(outside.opened)
    desk.click(desk.pages.invoices.detail, PAY)
    desk.wait(lambda: len(outside.opened) > before)
    return stripe.open_link(outside.opened[-1].toString())


def test_the_customer_pays_by_card_and_the_row_turns_paid(
    office: Desk, stripe: StripeStandIn, outside: Outside
) -> None:
    desk = office
    desk.wait(lambda: "noch keiner" in panel(desk))
    page = opened_page(desk, stripe, outside)
    assert (page.title, page.amount) == (NUMBER, 11900)
    desk.wait(lambda: "Zahlungslink bereit seit heute" in panel(desk))

    page.pay("4242424242424242")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")
    desk.wait(lambda: not desk.pages.invoices.detail.pay.isVisible())
    desk.wait(lambda: stripe.usable_links() == [])
    desk.wait(lambda: any("Zahlungslink abgeschaltet" in line for line in desk.timeline()))
    assert any("Zahlungslink angelegt" in line for line in desk.timeline())


def test_a_declined_card_leaves_the_link_usable(
    office: Desk, stripe: StripeStandIn, outside: Outside
) -> None:
    desk = office
    page = opened_page(desk, stripe, outside)
    with pytest.raises(Declined):
        page.pay("4000000000000002")
    desk.wait(lambda: desk.status(NUMBER) == "Offen, Zahlung fehlgeschlagen")
    desk.wait(lambda: "Zahlungslink bereit" in panel(desk))
    page.pay("4242424242424242")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")


def test_after_a_part_payment_a_new_link_asks_for_the_rest(
    office: Desk, stripe: StripeStandIn, outside: Outside
) -> None:
    desk = office
    opened_page(desk, stripe, outside)
    old = outside.opened[-1].toString()
    invoice_id = desk.invoice(NUMBER).id
    today = desk.core.clock.today()
    desk.core.invoicing.add_manual_payment(invoice_id, 1900, "cash", today).result(PATIENCE)
    # The keeper switches the old one off by itself.
    desk.wait(lambda: stripe.usable_links() == [])
    with pytest.raises(LinkInactive) as told:
        stripe.open_link(old)
    assert "nicht mehr gültig" in str(told.value.message)
    desk.wait(lambda: "noch keiner" in panel(desk))
    page = opened_page(desk, stripe, outside)
    assert page.amount == 10000
    page.pay("4242424242424242")
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")


def test_a_sepa_debit_runs_for_days(office: Desk, stripe: StripeStandIn, outside: Outside) -> None:
    desk = office
    page = opened_page(desk, stripe, outside)
    page.pay_by_sepa()
    desk.wait(lambda: desk.status(NUMBER) == "Offen, Zahlung läuft")
    desk.wait(lambda: "Zahlung läuft seit heute" in panel(desk))
    assert desk.buttons(desk.pages.invoices.detail, PAY) == []
    page.settle(paid=True)
    desk.wait(lambda: desk.status(NUMBER) == "Bezahlt")


def test_link_qr_code_and_mail(office: Desk, stripe: StripeStandIn, outside: Outside) -> None:
    desk = office
    detail = desk.pages.invoices.detail
    desk.click(detail, "Link kopieren")
    desk.wait(lambda: stripe.usable_links() != [])
    [link] = stripe.usable_links()
    desk.wait(lambda: QGuiApplication.clipboard().text() == link["url"])
    desk.wait(lambda: any("Zahlungslink kopiert" in line for line in desk.timeline()))
    desk.click(detail, "QR-Code")
    dialog = desk.dialog(QrDialog)
    assert dialog.url == link["url"]
    desk.click(dialog, "Schließen")
    desk.wait_closed(QrDialog)
    desk.click(detail, "E-Mail an den Kunden")
    desk.wait(lambda: outside.opened != [])
    parts = urlsplit(bytes(outside.opened[-1].toEncoded().data()).decode("ascii"))
    assert parts.scheme == "mailto" and unquote(parts.path) == ""  # no address is known
    assert link["url"] in parse_qs(parts.query)["body"][0]
    desk.wait(lambda: any("E-Mail an den Kunden vorbereitet" in line for line in desk.timeline()))
    assert len(stripe.usable_links()) == 1


def test_the_window_goes_on_while_stripe_does_not_answer(
    office: Desk,
    stripe: StripeStandIn,
    outside: Outside,
    waits: WindowWaits,
) -> None:
    desk = office
    asked = len(stripe.asked)
    stripe.fail_next(Fault.HANG, 2)
    desk.wait(lambda: True)
    waits.fresh()
    desk.click(desk.pages.invoices.detail, PAY)
    desk.wait(lambda: "Stripe wird gefragt" in panel(desk))
    desk.wait(lambda: len(stripe.asked) > asked)
    desk.press("Ctrl+F")
    desk.write("lindner")
    desk.wait(lambda: desk.pages.invoices.model.query.text == "lindner")
    assert waits.found == []
    assert outside.opened == []


def test_the_log_says_what_was_asked(
    office: Desk, stripe: StripeStandIn, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    opened_page(office, stripe, outside)
    wanted = f"[Stripe] Creating Payment Link for Invoice {NUMBER}"
    office.wait(lambda: wanted in [record.getMessage() for record in caplog.records])
