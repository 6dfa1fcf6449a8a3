"""Opens **Erstatten** for a payment and follows the refund to its end; the window never waits."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.invoices.closings import stripe_can_return
from workmate_desktop.domain.payments.payments import Payment, RequestState, refundable_minor
from workmate_desktop.services.booking.refunds import Refunds
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.ui.payments.refund_dialog import RefundDialog
from workmate_desktop.words import formats, method_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence


class Refunding(QObject):
    """One for the window; connect `open` to `DetailPanel.refund_requested`.

    Signal `by_hand_wanted(str)`: Stripe has no money of this invoice that it could give back.
    """

    by_hand_wanted = Signal(str)

    def __init__(
        self,
        books: Books,
        refunds: Refunds,
        bridge: Bridge,
        toasts: ToastHost,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._books = books
        self._refunds = refunds
        self._bridge = bridge
        self._toasts = toasts
        self._window = window

    @Slot(str, str)
    def open(self, invoice_id: str, payment_id: str) -> None:
        """Ask how much of this payment goes back. Nothing happens when it went back meanwhile."""
        row = self._books.invoice_row(invoice_id)
        payments = self._books.payments(invoice_id)
        payment = next((one for one in payments if one.id == payment_id), None)
        if row is None or payment is None:
            return
        left = stripe_can_return(payment, payments)
        if left:
            self._ask(payment, left, texts.label(row), row.customer_name)

    @Slot(str)
    def open_loose(self, payment_id: str) -> None:
        """The same for money that is on no invoice, from Klärung nötig."""
        entries = self._books.payment_with_reversals(payment_id)
        payment = next((one for one in entries if one.id == payment_id), None)
        if payment is None or payment.invoice_id is not None:
            return
        left = refundable_minor(payment, (p for p in entries if p.id != payment_id))
        if left:
            self._ask(payment, left, _("Zahlung ohne Rechnung"))

    @Slot(str, object)
    def open_difference(self, invoice_id: str, amount_minor: int) -> None:
        """Give back what is too much on an invoice, of its newest payment that has any left."""
        row = self._books.invoice_row(invoice_id)
        payments = self._books.payments(invoice_id)
        for payment in reversed(payments):
            left = stripe_can_return(payment, payments)
            if row is not None and left > 0:
                dialog = self._ask(payment, left, texts.label(row), row.customer_name)
                wanted = min(left, amount_minor)
                dialog.amount.setText(formats.money_input(wanted, payment.currency))
                dialog.amount.selectAll()
                return
        # No money of Stripe's: the office gives it back itself.
        self.by_hand_wanted.emit(invoice_id)

    def _ask(self, payment: Payment, left: int, *about: str) -> RefundDialog:
        method = method_texts.method_name(payment.method)
        amount = formats.money(payment.amount_minor, payment.currency)
        subtitle = texts.SEPARATOR.join((*about, method, amount))
        dialog = RefundDialog(payment, left, subtitle, self._window)

        def on_submitted() -> None:
            minor, reason = dialog.amount_minor(), dialog.reason()
            dialog.wait_for_stripe()
            self._bridge.run_in_background(
                lambda: self._refunds.refund(payment.id, minor, reason),
                lambda state: self._on_answered(dialog, state),
                lambda error: dialog.fail(*error_sentence(error)),
                dialog,
            )

        dialog.submitted.connect(on_submitted)
        dialog.open()
        return dialog

    def _on_answered(self, dialog: RefundDialog, state: RequestState) -> None:
        dialog.accept()
        if state is RequestState.ASKED:
            # The refund itself is told by the news of the invoice.
            self._toasts.show(
                _("Stripe hat noch nicht geantwortet"),
                _("Die Erstattung ist vorgemerkt und wird automatisch zu Ende gebracht."),
                ToastKind.INFO,
            )
