"""Payments that take days (SEPA direct debit, vouchers): **Zahlung läuft**.

Nothing is booked by that. It follows from the stored events alone, so that they may come in any
order: begun, and neither paid, failed nor given up.
"""

from workmate_desktop.domain.history import Action
from workmate_desktop.domain.stripe.events import (
    CHECKOUT_COMPLETED,
    PAYMENT_CANCELED,
    PAYMENT_FAILED,
    Reason,
    Source,
    StripeEvent,
)
from workmate_desktop.services.booking.owed.status import tell_invoice
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction

_UNPAID = "unpaid"
"""A checkout that is complete although the money is still to come.
https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_status"""


def reason_of_running(
    t: Transaction, event: StripeEvent, source: Source, instance_id: str
) -> tuple[Reason, InvoiceToBook | None]:
    """What such an event means, and for which of our invoices: a line there that it runs, and one
    that it was called off.

    One of another program, mode or installation concerns nobody here.
    """
    invoice = t.invoices.to_book(event.invoice_ref) if event.invoice_ref else None
    if (
        invoice is None
        or event.payment_intent_id is None
        or invoice.livemode != event.livemode
        or event.workmate_instance not in (None, instance_id)
        or (event.livemode and event.workmate_instance is None)
    ):
        return Reason.UNKNOWN_TYPE, None
    intent_id = event.payment_intent_id
    told = t.events.has_running(intent_id)
    ends = t.events.ends_of(intent_id)
    if event.type == PAYMENT_CANCELED:
        # Most intents that are called off never ran: a page that nobody paid on.
        if told and PAYMENT_CANCELED not in ends:
            tell_invoice(t, invoice, Action.PAYMENT_CANCELED, event, source)
        return Reason.PAYMENT_CANCELED, invoice
    if event.type == CHECKOUT_COMPLETED and event.intent_status != _UNPAID:
        return Reason.UNKNOWN_TYPE, invoice
    canceled = ends.get(PAYMENT_CANCELED)
    failed = ends.get(PAYMENT_FAILED)
    over = t.payments.by_intent(intent_id) is not None or (failed and failed >= event.created)
    if not told and not over:
        tell_invoice(t, invoice, Action.PAYMENT_RUNNING, event, source)
        if canceled:  # its end came first; it must be the last word all the same
            tell_invoice(t, invoice, Action.PAYMENT_CANCELED, event, source)
    return Reason.PAYMENT_RUNNING, invoice


def note_running(t: Transaction, invoice: InvoiceToBook) -> None:
    """Let the marker follow from the events. To be called once the newest is stored."""
    since = t.events.running_since(invoice.id)
    if since != invoice.running_since:
        t.invoices.set_running(invoice.id, since)
