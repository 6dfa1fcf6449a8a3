"""Money that went back, for screenshots and tests: the panel of an invoice, and Erstatten."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from tests.ui.fakes import NOW, FakeBooks
from tests.ui.invoices.screens import picture_books, tab
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.payments import Payment, PaymentFee
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.refund_dialog import RefundDialog
from workmate_desktop.words.messages import error_sentence


def books_with_reversals() -> FakeBooks:
    """114 in part refunded, 112 refunded whole, 111 disputed."""
    books = picture_books()
    for number, back, kind in (
        ("114", 57000, ReversalKind.REFUND),
        ("112", 595000, ReversalKind.REFUND),
        ("111", 64260, ReversalKind.DISPUTE),
    ):
        take_back(books, f"id-{number}", back, kind)
    return books


def take_back(books: FakeBooks, invoice_id: str, minor: int, kind: ReversalKind) -> Payment:
    """Pay the invoice by card and let `minor` of it go back; the payment."""
    row = books.change(invoice_id, paid_minor=0, status=InvoiceStatus.OPEN)
    books.pay(invoice_id, NOW - timedelta(days=4))
    [payment] = books.payments_of[invoice_id]
    at = NOW - timedelta(hours=3)
    books.payments_of[invoice_id].append(
        replace(
            payment,
            id=f"{payment.id}-back",
            amount_minor=-minor,
            received_at=at,
            stripe_payment_intent_id=None,
            reversal_of=payment.id,
            kind=kind.value,
            stripe_object_id="re_1",
        )
    )
    left = row.total_minor - minor
    refund = kind is ReversalKind.REFUND
    books.change(
        invoice_id,
        paid_minor=left,
        status=InvoiceStatus.PARTIALLY_PAID if left else InvoiceStatus.OPEN,
        refunded_minor=minor if refund else 0,
        forgiven_minor=minor if refund else 0,
        charged_back_minor=0 if refund else minor,
    )
    fee = row.total_minor * 15 // 1000 + 25
    books.fees_of[invoice_id] = {
        payment.id: PaymentFee(payment.id, "txn_1", fee, row.total_minor - fee, "eur")
    }
    shared = {"amount_minor": minor, "currency": "eur"}
    if refund:
        note = "Zwei Kartons kamen zurück"
        books.log(invoice_id, "refund_requested", at, "anna", note=note, **shared)
        books.log(invoice_id, "refunded", at, "stripe", **shared)
    else:
        until = (NOW + timedelta(days=14)).isoformat()
        reason = "unrecognized"
        books.log(invoice_id, "disputed", at, "stripe", reason=reason, respond_by=until, **shared)
    return payment


def _selected(theme: Theme, number: str) -> QWidget:
    made, _ = tab(theme, books_with_reversals())
    made.detail.set_refunds_available(True)
    made.select_invoice(f"id-{number}")
    return made


def part(theme: Theme) -> QWidget:
    """A part went back; the rest can go, too."""
    return _selected(theme, "114")


def whole(theme: Theme) -> QWidget:
    """All went back: Erstattet."""
    return _selected(theme, "112")


def disputed(theme: Theme) -> QWidget:
    """The customer's bank took it."""
    return _selected(theme, "111")


def dialog(theme: Theme) -> QWidget:
    """Erstatten, with a part typed."""
    books = books_with_reversals()
    payment = books.payments_of["id-114"][0]
    made = RefundDialog(payment, 300000, "RE-2026-0114 · Weingut Sonnenhang · Karte · 3.570,00 €")
    made.amount.setText("450,00")
    made.problem_free()
    return made


def dialog_refused(theme: Theme) -> QWidget:
    """Stripe said no."""
    made = dialog(theme)
    assert isinstance(made, RefundDialog)
    made.reason_text.setText("Doppelt bezahlt")
    made.wait_for_stripe()
    made.fail(*error_sentence(UserError("refund_no_balance")))
    return made
