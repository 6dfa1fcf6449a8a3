"""The Rechnungen tab filled like its picture, for screenshots and tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QWidget

from tests.ui.fake_invoicing import FakeInvoicing
from tests.ui.fake_pay import FakePay
from tests.ui.fakes import NOW, FakeBooks, FakeBridge, FakeClock, row
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter
from workmate_desktop.domain.payments.links import Offer, OfferState
from workmate_desktop.domain.payments.pay_address import PayAddress
from workmate_desktop.domain.payments.payments import BANK_TRANSFER, Payment
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.ui.invoices.panel.cancel_dialog import cancel_dialog
from workmate_desktop.ui.invoices.tab import InvoicesTab
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastHost
from workmate_desktop.ui.payments.pay_actions import PayAction, PayActions
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog
from workmate_desktop.ui.payments.qr_dialog import QrDialog

OPEN, PART, PAID = InvoiceStatus.OPEN, InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.PAID


def picture_books() -> FakeBooks:
    """The invoices of rechnungen.png."""
    books = FakeBooks(review_count=3)
    books.add(
        row(118, "Bäckerei Lindner GmbH", OPEN, total=119000, days=12),
        row(117, "Praxis Dr. Aydin", OPEN, total=47600, days=11),
        row(116, "Kanzlei Voß & Partner", PART, total=238000, paid=100000, days=9),
        row(115, "Tischlerei Krämer", OPEN, total=83300, days=8, failed=True),
        row(114, "Weingut Sonnenhang", PAID, total=357000, days=5),
        row(113, "Fahrschule Becker", OPEN, total=29750, days=-10),
        row(112, "Hotel Rheinblick", PAID, total=595000, days=3),
        row(111, "Optik Jansen e. K.", PAID, total=64260, days=2),
        row(110, "Gärtnerei Blum", PAID, total=15470, paid=20000, days=1),
        row(109, "Autohaus Wirth GmbH", InvoiceStatus.CANCELLED, total=833000, days=0),
        row(107, "Café Morgenrot", InvoiceStatus.DRAFT, total=21420),
        row(108, "Steuerbüro Hahn", PAID, total=107100, days=-3),
    )
    hour = timedelta(hours=1)
    books.log("id-117", "created", NOW - 96 * hour, "anna")
    books.log("id-117", "issued", NOW - 72 * hour, "anna", number="RE-2026-0117")
    books.fail("id-117", "insufficient_funds", NOW - timedelta(minutes=3))
    books.log("id-116", "created", NOW - 130 * hour, "anna")
    books.log("id-116", "issued", NOW - 129 * hour, "anna", number="RE-2026-0116")
    return books


def _open_nothing(_address: QUrl) -> bool:
    return True


def tab(
    theme: Theme, books: FakeBooks, pay: FakePay | None = None
) -> tuple[InvoicesTab, FakeBridge]:
    """A tab with everything faked around it."""
    bridge = FakeBridge()
    host = _LateToasts()
    window = QWidget()
    paying = PayActions(pay or FakePay(), books, bridge, FakeClock(), host, _open_nothing, window)
    made = InvoicesTab(theme, books, FakeInvoicing(), bridge, FakeClock(), host, pay=paying)
    host.host = ToastHost(made, theme, animate=False)
    bridge.setParent(made)
    window.setParent(made)
    return made, bridge


class _LateToasts(ToastHost):
    """The toasts lie on the widget that needs them."""

    host: ToastHost

    def __init__(self) -> None:
        pass

    def show(self, *news: Any) -> None:
        self.host.show(*news)


def filled(theme: Theme) -> QWidget:
    """As in the picture: one row just turned paid, another one is selected."""
    books = picture_books()
    pay = FakePay()
    pay.offers["id-117"] = Offer(OfferState.READY, "https://buy.stripe.com/x", NOW)
    made, bridge = tab(theme, books, pay)
    made.resize(1280, 694)
    made.set_simulation_available(True)
    made.select_invoice("id-117")
    made.show()
    books.pay("id-118")
    bridge.invoices_changed.emit(("id-118",))
    made.refresh_figures()
    return made


def paid(theme: Theme) -> QWidget:
    """An invoice with payments, one of them by hand; narrow as on a scaled screen."""
    books = picture_books()
    books.pay("id-116", NOW - timedelta(hours=2), 38000)
    by_hand = Payment(
        "p-1", "id-116", 100000, "eur", BANK_TRANSFER, True, NOW - timedelta(days=2), NOW
    )
    books.payments_of["id-116"].insert(0, replace(by_hand, note="RE-2026-0116 Kanzlei"))
    made, _ = tab(theme, books)
    made.select_invoice("id-116")
    return made


def both_books(theme: Theme) -> QWidget:
    """Test mode: the book of test invoices, kept apart, filtered by a figure."""
    books = picture_books()
    books.add(
        row(1, "Muster & Söhne", livemode=False),
        row(2, "<img src=x> GmbH", PAID, livemode=False),
        row(
            3,
            "Ein sehr langer Kundenname, der in keine Spalte passt",
            OPEN,
            days=-4,
            failed=True,
            livemode=False,
        ),
    )
    made, _ = tab(theme, books)
    made.set_mode(False)
    made.show_filter(InvoiceFilter.OPEN)
    made.select_invoice("test-3")
    return made


def empty(theme: Theme) -> QWidget:
    """The first day."""
    made, _ = tab(theme, FakeBooks())
    return made


def payment(theme: Theme) -> QWidget:
    """Zahlung eintragen."""
    books = picture_books()
    dialog = PaymentDialog(theme, books.rows["id-116"], FakeClock().today())
    dialog.amount.setText("abc")
    return dialog


def cancel(theme: Theme) -> QWidget:
    """Stornieren."""
    dialog = cancel_dialog(picture_books().rows["id-117"], None)
    dialog.problem_free()
    return dialog


def pay_running(theme: Theme) -> QWidget:
    """A payment that takes days, in a narrow window."""
    books = picture_books()
    books.change("id-117", running_since=NOW - timedelta(days=2), payment_failed=False)
    books.log("id-117", "payment_running", NOW - timedelta(days=2), "stripe", method="sepa_debit")
    pay = FakePay({"id-117": Offer(OfferState.RUNNING, since=NOW - timedelta(days=2))})
    made, _ = tab(theme, books, pay)
    made.select_invoice("id-117")
    return made


def pay_refused(theme: Theme) -> QWidget:
    """Stripe said no, and the old link still waits to be switched off."""
    books = picture_books()
    pay = FakePay({"id-116": Offer(OfferState.CLOSING, trouble="stripe_no_net")})
    pay.fail_with = StripeRefused(StripeRefusal.NO_NET)
    made, _ = tab(theme, books, pay)
    made.select_invoice("id-116")
    made.detail.pay.button(PayAction.OPEN).click()
    return made


def pay_foreign(theme: Theme) -> QWidget:
    """The address of the link is not Stripe's."""
    pay = FakePay(url="https://pay.stripe-zahlungen.example/b/x")
    made, _ = tab(theme, picture_books(), pay)
    made.select_invoice("id-116")
    made.detail.pay.button(PayAction.OPEN).click()
    return made


def qr(theme: Theme) -> QWidget:
    """The payment link as a QR code."""
    return QrDialog(
        None,
        title="RE-2026-0117",
        subtitle="Praxis Dr. Aydin · 476,00\u00a0€",
        url=PayAddress("https://buy.stripe.com/test_7sI5kD2Xv0aB9qM3cc"),
    )
