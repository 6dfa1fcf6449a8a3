"""Mit Stripe bezahlen in the panel: what is offered, what a click does, what is said."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import FakeToasts
from tests.ui.fake_invoicing import FakeInvoicing
from tests.ui.fake_pay import FakePay
from tests.ui.fakes import NOW, FakeBooks, FakeBridge, FakeClock, row
from tests.ui.painted import settle
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.links import Offer, OfferState
from workmate_desktop.domain.payments.pay_address import PayAddress
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.pay_actions import PayAction, PayActions
from workmate_desktop.ui.payments.qr_dialog import QrDialog
from workmate_desktop.words.customer_texts import customer
from workmate_desktop.words.pay import mail_url

URL = PayAddress("https://buy.stripe.com/test_id-1")


class Desk:
    """A tab with everything around it."""

    def __init__(self, theme: Theme) -> None:
        self.books, self.bridge, self.pay = FakeBooks(), FakeBridge(), FakePay()
        self.toasts = FakeToasts()
        self.opened: list[QUrl] = []
        self.opens = True
        self.books.add(
            row(1, days=11),
            row(2, status=InvoiceStatus.DRAFT),
            row(3, status=InvoiceStatus.PAID),
            row(4, status=InvoiceStatus.CANCELLED),
            row(5, "Kanzlei Voß", InvoiceStatus.PARTIALLY_PAID, paid=10000),
        )
        self.window = QWidget()
        self.actions = PayActions(
            self.pay, self.books, self.bridge, FakeClock(), self.toasts, self._open, self.window
        )
        self.tab = InvoicesTab(
            theme,
            self.books,
            FakeInvoicing(),
            self.bridge,
            FakeClock(),
            self.toasts,
            pay=self.actions,
        )
        self.block = self.tab.detail.pay

    def _open(self, address: QUrl) -> bool:
        self.opened.append(address)
        return self.opens

    def select(self, invoice_id: str) -> None:
        self.tab.select_invoice(invoice_id)

    def click(self, action: PayAction) -> None:
        self.block.button(action).click()

    def dialog(self) -> QrDialog:
        [found] = [w for w in QApplication.topLevelWidgets() if isinstance(w, QrDialog)]
        return found


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme) -> Desk:
    made = Desk(theme)
    qtbot.addWidget(made.window)
    qtbot.addWidget(made.tab)
    made.tab.resize(1280, 700)
    made.tab.show()
    qtbot.waitExposed(made.tab)
    made.select("id-1")
    return made


@pytest.mark.parametrize("invoice_id", ["id-2", "id-3", "id-4"])
def test_only_where_it_makes_sense(desk: Desk, invoice_id: str) -> None:
    assert desk.block.isVisible()
    desk.pay.offers[invoice_id] = Offer(OfferState.NOT_OFFERED)
    desk.select(invoice_id)
    assert not desk.block.isVisible()


def test_it_is_the_one_large_button(desk: Desk) -> None:
    large = [
        made.text()
        for made in (*desk.block._buttons.values(), *desk.tab.detail.buttons._buttons.values())
        if made.property("kind") == "primary"
    ]
    assert large == ["Mit Stripe &bezahlen"]
    desk.tab.detail.focus_first_action()
    assert desk.block.button(PayAction.OPEN).hasFocus()


def test_a_click_opens_the_page_in_the_browser(desk: Desk) -> None:
    desk.click(PayAction.OPEN)
    assert [address.toString() for address in desk.opened] == [URL]
    assert desk.pay.asked == ["id-1"]
    assert desk.block.state.full_text().startswith("Zahlungslink bereit seit heute")


def test_busy_while_stripe_is_asked_and_a_double_click_asks_once(desk: Desk) -> None:
    desk.bridge.hold = True
    desk.click(PayAction.OPEN)
    desk.click(PayAction.OPEN)
    desk.actions.run(PayAction.COPY, "id-1")
    assert desk.block.button(PayAction.OPEN).text() == "Stripe wird gefragt …"
    assert not any(made.isEnabled() for made in desk.block._buttons.values())
    desk.select("id-5")
    assert desk.block.button(PayAction.OPEN).isEnabled()
    desk.select("id-1")
    desk.bridge.run_waiting()
    assert desk.pay.asked == ["id-1"]
    assert desk.block.button(PayAction.OPEN).isEnabled()
    assert len(desk.opened) == 1


@pytest.mark.parametrize("action", list(PayAction))
@pytest.mark.parametrize("fails", [False, True])
def test_me6_the_keyboard_stays_at_the_button_that_was_pressed(
    desk: Desk, qtbot: QtBot, action: PayAction, fails: bool
) -> None:
    with qtbot.waitActive(desk.tab):
        desk.tab.activateWindow()
    desk.pay.fail_with = StripeRefused(StripeRefusal.NO_NET) if fails else None
    pressed = desk.block.button(action)
    pressed.setFocus()
    desk.bridge.hold = True
    qtbot.keyClick(pressed, Qt.Key.Key_Space)
    waiting = QApplication.focusWidget()
    assert waiting is desk.tab.detail.area
    qtbot.keyClick(waiting, Qt.Key.Key_Space)  # presses nothing
    assert QApplication.activeModalWidget() is None
    desk.bridge.run_waiting()
    assert desk.tab.window().focusWidget() is pressed
    assert desk.pay.asked == ["id-1"]
    for shown in QApplication.topLevelWidgets():
        if isinstance(shown, QrDialog):
            shown.accept()
            QApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete)


def test_me6_buttons_made_anew_hand_the_keyboard_to_no_other(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitActive(desk.tab):
        desk.tab.activateWindow()
    desk.tab.set_simulation_available(True)
    detail = desk.tab.detail
    settle()
    detail.buttons.button(InvoiceAction.ADD_PAYMENT).setFocus()
    assert isinstance(QApplication.focusWidget(), QPushButton)
    desk.books.pay("id-1")
    desk.bridge.invoices_changed.emit(("id-1",))
    settle()
    held = QApplication.focusWidget()
    assert held in (detail.area, detail.buttons._buttons.get(InvoiceAction.ADD_PAYMENT))


def test_me6_a_payment_that_takes_the_buttons_away_hands_the_keyboard_to_no_other(
    desk: Desk, qtbot: QtBot
) -> None:
    with qtbot.waitActive(desk.tab):
        desk.tab.activateWindow()
    desk.block.button(PayAction.COPY).setFocus()
    desk.pay.offers["id-1"] = Offer(OfferState.RUNNING, since=NOW)
    desk.bridge.invoices_changed.emit(("id-1",))
    assert not desk.block.button(PayAction.COPY).isVisible()
    assert QApplication.focusWidget() is desk.tab.detail.area


def test_the_link_is_copied(desk: Desk) -> None:
    desk.click(PayAction.COPY)
    assert QGuiApplication.clipboard().text() == URL
    assert desk.toasts.shown[-1][:2] == ("Zahlungslink kopiert", "RE-2026-0001")
    assert desk.pay.sent == [("id-1", "copy")]


def test_the_qr_code_is_shown_and_copied(desk: Desk) -> None:
    desk.click(PayAction.QR)
    dialog = desk.dialog()
    assert dialog.url == URL
    dialog.copy_button.click()
    assert not QGuiApplication.clipboard().image().isNull()
    dialog.accept()


def test_the_mail_is_finished_german_text(desk: Desk) -> None:
    desk.books.customer = lambda customer_id: Customer(  # type: ignore[method-assign]
        "c", "Praxis Dr. Aydin", email="praxis+rechnung@example.de"
    )
    desk.click(PayAction.MAIL)
    [address] = desk.opened
    encoded = bytes(address.toEncoded().data()).decode("ascii")
    parts = urlsplit(encoded)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", "praxis+rechnung@example.de")
    fields = parse_qs(parts.query, strict_parsing=True)
    assert fields["subject"] == ["Rechnung RE-2026-0001: bequem online bezahlen"]
    [body] = fields["body"]
    assert "476,00\u00a0€" in body and f"\r\n{URL}\r\n" in body
    assert "Bitte zahlen Sie bis zum 04.12.2026." in body and body.endswith(
        "Mit freundlichen Grüßen"
    )
    assert "+" not in parts.query  # a plus sign is no blank for mail programs
    assert desk.pay.sent == [("id-1", "mail")]


def test_me5_a_domain_with_umlauts_is_written_for_mail_programs(qapp: QApplication) -> None:
    made = mail_url(customer("de"), row(1), "info@mu\u0308ller.de\u00a0", URL)
    assert urlsplit(made).path == "info@xn--mller-kva.de"


def test_a_hostile_address_adds_no_field(qapp: QApplication) -> None:
    made = mail_url(customer("de"), row(1), "a@b.de?bcc=evil@x.de&body=<b>", URL)
    parts = urlsplit(made)
    assert set(parse_qs(parts.query, strict_parsing=True)) == {"subject", "body"}
    assert unquote(parts.path).startswith("a@b.de?bcc=")


@pytest.mark.parametrize("action", list(PayAction))
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "keine Zahlungsseite von Stripe"),
        ("javascript:alert(1)", "keine Zahlungsseite von Stripe"),
        ("https://buy.stripe.com@evil.example/", "keine Zahlungsseite von Stripe"),
        ("", "keine Zahlungsseite von Stripe"),
        ("https://evil.example/x", "nicht zu Stripe, sondern zu evil.example"),
    ],
)
def test_sa3_no_button_lets_a_foreign_address_out(
    desk: Desk, action: PayAction, url: str, words: str
) -> None:
    QGuiApplication.clipboard().setText("davor")
    desk.pay.url = url
    desk.click(action)
    assert words in desk.block.problem.full_text()
    assert desk.opened == [] and desk.pay.sent == []
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QrDialog)]
    assert QGuiApplication.clipboard().text() == "davor"
    assert desk.toasts.shown == []


def test_sa3_a_line_end_in_a_customers_address_is_no_header(qapp: QApplication) -> None:
    made = mail_url(customer("de"), row(1), "a@b.de\r\nBcc: evil@x.de\x00", URL)
    assert unquote(urlsplit(made).path) == "a@b.deBcc: evil@x.de"


@pytest.mark.parametrize(
    ("action", "words"),
    [(PayAction.OPEN, "kein Browser"), (PayAction.MAIL, "kein E-Mail-Programm")],
)
def test_nothing_to_open_it_with(desk: Desk, action: PayAction, words: str) -> None:
    desk.opens = False
    desk.click(action)
    assert words in desk.block.problem.full_text()
    assert desk.pay.sent == []


@pytest.mark.parametrize(
    ("error", "sentence", "action"),
    [
        (StripeRefused(StripeRefusal.RATE_LIMITED), "zu viele Anfragen", "in einer Minute"),
        (StripeRefused(StripeRefusal.STRIPE_DOWN), "Störung", "später"),
        (StripeRefused(StripeRefusal.NO_NET), "nicht erreichbar", "Netzwerk prüfen"),
        (StripeRefused(StripeRefusal.TIMEOUT), "nicht rechtzeitig", "in einer Minute"),
        (StripeRefused(StripeRefusal.REVOKED), "widerrufen", "einen neuen erstellen"),
        (
            StripeRefused(StripeRefusal.NO_RIGHT, right="rak_payment_links_write"),
            "rak_payment_links_write",
            "Recht ergänzen",
        ),
        (StripeRefused(StripeRefusal.OTHER), "abgelehnt", "Support"),
        (UserError("pay_busy"), "vorige Anfrage", "noch einmal klicken"),
        (UserError("pay_no_key"), "Schlüssel", "Konfigurieren"),
        (UserError("pay_wrong_mode"), "Modus", "Testschlüssel"),
        (UserError("pay_running"), "läuft schon", "abwarten"),
        (UserError("pay_other_account"), "anderen Stripe-Konto", "eintragen"),
        (UserError("pay_unsettled"), "geändert", "noch einmal"),
        (UserError("pay_demo"), "Beispiel", "Zahlung simulieren"),
        (
            UserError("pay_below_minimum", limit_minor=50, currency="eur"),
            "erst ab 0,50\u00a0€",
            "Überweisung",
        ),
        (
            UserError("pay_above_maximum", limit_minor=99_999_999, currency="eur"),
            "höchstens 999.999,99\u00a0€",
            "Überweisung",
        ),
    ],
)
def test_one_sentence_and_one_action(
    desk: Desk, error: UserError, sentence: str, action: str
) -> None:
    desk.pay.fail_with = error
    desk.click(PayAction.OPEN)
    said = desk.block.problem.full_text()
    assert sentence in said and action in said
    assert desk.opened == []
    assert desk.block.button(PayAction.OPEN).isEnabled()
    desk.select("id-5")
    desk.select("id-1")
    assert not desk.block.problem.isVisible()


@pytest.mark.parametrize(
    ("offer", "words", "payable"),
    [
        (Offer(OfferState.NONE), "noch keiner", True),
        (Offer(OfferState.UNCONFIRMED), "noch nicht bestätigt", True),
        (Offer(OfferState.READY, URL, NOW), "bereit seit heute", True),
        (Offer(OfferState.CLOSING), "wird abgeschaltet", True),
        (Offer(OfferState.CLOSING, trouble="stripe_no_net"), "versucht es weiter", True),
        (Offer(OfferState.RUNNING, since=NOW), "Zahlung läuft seit heute", False),
    ],
)
def test_the_state_of_the_link_is_shown(
    desk: Desk, offer: Offer, words: str, payable: bool
) -> None:
    desk.pay.offers["id-1"] = offer
    desk.bridge.invoices_changed.emit(("id-1",))
    assert words in desk.block.state.full_text()
    assert desk.block.button(PayAction.OPEN).isVisible() is payable


def test_the_menu_of_a_row_offers_it_too(desk: Desk) -> None:
    menu = desk.tab.actions_of.menu("id-1")
    assert menu is not None
    words = [entry.text().replace("&", "") for entry in menu.actions() if entry.text()]
    assert words[:4] == ["Mit Stripe bezahlen", "Link kopieren", "QR-Code", "E-Mail an den Kunden"]
    menu.actions()[0].trigger()
    assert len(desk.opened) == 1
    paid = desk.tab.actions_of.menu("id-3")
    assert paid is not None
    assert "Mit Stripe bezahlen" not in [a.text().replace("&", "") for a in paid.actions()]
    for made in (menu, paid):
        made.deleteLater()
