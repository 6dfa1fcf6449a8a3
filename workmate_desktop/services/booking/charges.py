"""What becomes known when a charge is read: how a payment was paid, and which attempt paid it.

An event or Stripe's lists tell it, often after the payment was booked. What follows is put right
then: what had gone back of the payment, and the words about it.
"""

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.payments.reversals import RETURNED_BY_BANK, ReversalKind
from workmate_desktop.domain.stripe.events import Reason, Source, StripeEvent
from workmate_desktop.services.booking.book_reversals import book_kept, settle
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.services.booking.reversal_news import end_questions
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.payments.money_times import TimeSource
from workmate_desktop.store.transaction import Transaction

NOT_BELIEVED = frozenset(
    (
        Reason.FOREIGN_ACCOUNT,
        Reason.WRONG_MODE,
        Reason.DELETED_TEST_DATA,
        Reason.UNKNOWN_TYPE,
        Reason.BAD_AMOUNT,
        Reason.PROGRAM_ERROR,
    )
)
"""What an event of this reason says of its charge is not kept."""


def reason_of_charge(
    t: Transaction, event: StripeEvent, livemode: bool | None
) -> tuple[Reason, InvoiceToBook | None]:
    """What an event of CHARGE_TYPES means, and for which of our invoices: it books nothing.

    `livemode` is the mode of the keys, None while no key tells.
    """
    if (
        event.charge is None
        or event.payment_intent_id is None
        or livemode not in (None, event.livemode)
    ):
        return Reason.UNKNOWN_TYPE, None
    held = t.payments.by_intent(event.payment_intent_id)
    return Reason.CHARGE_NOTED, t.invoices.to_book(held[1]) if held and held[1] else None


def learn_charge(t: Transaction, charge: Charge, source: Source) -> bool:
    """Keep what a charge tells, and put right what follows from it. True when it was news."""
    intent_id = charge.intent_id
    if intent_id is None:
        return False
    known_method = t.charges.method_of(intent_id)
    awaited = t.charges.is_awaited(charge.id)
    if not t.charges.learn(charge):
        return False
    if charge.paid and charge.created is not None:
        t.times.note(intent_id, charge.created, TimeSource.OBJECT)
    if awaited:
        t.charges.adopt(charge.id, intent_id)
    held = t.payments.by_intent(intent_id)
    if held is None:
        return True
    if t.events.anything_said_about(intent_id, None):
        payment = t.payments.get(held[0])
        assert payment is not None
        book_kept(t, intent_id)
        settle(t, payment, None, source)
        if t.charges.method_of(intent_id) != known_method:
            _tell_returned(t, payment, known_method)
    invoice = t.invoices.to_book(held[1]) if held[1] else None
    if invoice is not None:
        if invoice.refunded_minor:
            update_status(t, invoice)  # the order of what happened may be another now
        t.changed(InvoiceChanged(invoice.id))
    return True


def _tell_returned(t: Transaction, payment: Payment, known_method: str | None) -> None:
    """What was told as a dispute was a returned debit: there is nothing to answer. The lines of
    the Verlauf read by the method (store/history/history.py); notices are told anew."""
    method = t.charges.method_of(payment.stripe_payment_intent_id or "")
    if method not in RETURNED_BY_BANK or known_method in RETURNED_BY_BANK:
        return
    invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
    gone: dict[str, int] = {}
    for entry in t.payments.reversals_of(payment.id):
        if entry.kind in (ReversalKind.DISPUTE, ReversalKind.DISPUTE_WON):
            key = entry.stripe_object_id or ""
            gone[key] = gone.get(key, 0) - entry.amount_minor
    for object_id, amount_minor in gone.items():
        end_questions(t, invoice, object_id)
        if amount_minor > 0:
            t.notices.add(
                NoticeKind.DEBIT_RETURNED,
                invoice_id=invoice.id if invoice else None,
                number=invoice.number if invoice else None,
                amount_minor=amount_minor,
                currency=payment.currency,
                method=method,
                object_id=object_id,
            )
