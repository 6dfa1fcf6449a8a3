"""Payments that take days (SEPA direct debit, vouchers): **Zahlung läuft**.

Nothing is booked by that. It follows from the stored events alone, so that they may come in any
order: begun, and neither paid, failed nor given up.
"""

from workmate_desktop.domain.events import (
    CHECKOUT_COMPLETED,
    PAYMENT_CANCELED,
    Reason,
    Source,
    StripeEvent,
)
from workmate_desktop.domain.history import Action
from workmate_desktop.services.status import tell_invoice
from workmate_desktop.store.invoices import InvoiceToBook
from workmate_desktop.store.transaction import Transaction

_UNPAID = "unpaid"
"""A checkout that is complete although the money is still to come.
https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_status"""


def reason_of_running(
    t: Transaction, event: StripeEvent, source: Source, instance_id: str
) -> tuple[Reason, InvoiceToBook | None]:
    """What such an event means, and for which of our invoices; the first one is a line there.

    One of another program, mode or installation concerns nobody here.
    """
    invoice = t.invoices.to_book(event.invoice_ref) if event.invoice_ref else None
    if (
        invoice is None
        or event.payment_intent_id is None
        or invoice.livemode != event.livemode
        or event.workmate_instance not in (None, instance_id)
    ):
        return Reason.UNKNOWN_TYPE, None
    if event.type == PAYMENT_CANCELED:
        return Reason.PAYMENT_CANCELED, invoice
    if event.type == CHECKOUT_COMPLETED and event.intent_status != _UNPAID:
        return Reason.UNKNOWN_TYPE, invoice
    if not t.events.has_running(event.payment_intent_id):
        tell_invoice(t, invoice, Action.PAYMENT_RUNNING, event, source)
    return Reason.PAYMENT_RUNNING, invoice


def note_running(t: Transaction, invoice: InvoiceToBook) -> None:
    """Let the marker follow from the events. To be called once the newest is stored."""
    since = t.events.running_since(invoice.id)
    if since != invoice.running_since:
        t.invoices.set_running(invoice.id, since)
