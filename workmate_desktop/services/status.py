"""What every booking does: add the money, let the status follow from the sum, and tell it."""

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.events import Source, StripeEvent
from workmate_desktop.domain.history import ACTOR_STRIPE, Action, NoticeKind
from workmate_desktop.domain.invoices import InvoiceStatus, status_after
from workmate_desktop.store.invoices import InvoiceToBook
from workmate_desktop.store.transaction import Transaction


def add_payment(t: Transaction, event: StripeEvent, invoice_id: str | None) -> str:
    """Book the money of a checked event; None keeps it without an invoice. Returns its id."""
    assert event.amount_minor is not None and event.currency is not None
    return t.payments.add(
        invoice_id=invoice_id,
        intent_id=event.payment_intent_id,
        amount_minor=event.amount_minor,
        currency=event.currency,
        method=event.method or "stripe",
        livemode=event.livemode,
        received_at=event.created,
        actor=ACTOR_STRIPE,
    )


def update_status(t: Transaction, invoice: InvoiceToBook) -> tuple[InvoiceStatus, InvoiceStatus]:
    """Let the status follow from the sum of the payments. Returns (before, after).

    `invoice` is as it was before the money moved. Also forgets a failure whose intent was paid
    after all, and tells of too much money.
    """
    paid_minor = t.payments.sum_for(invoice.id)
    after = status_after(invoice.status, invoice.total_minor, paid_minor)
    if after is not invoice.status:
        t.invoices.set_status(invoice.id, after)
    forget_paid_failures(t, invoice)
    if paid_minor > invoice.total_minor and paid_minor > invoice.paid_minor:
        t.notices.add(
            NoticeKind.OVERPAID,
            invoice_id=invoice.id,
            number=invoice.number,
            amount_minor=paid_minor - invoice.total_minor,
            currency=invoice.currency,
        )
    elif paid_minor <= invoice.total_minor < invoice.paid_minor:
        # Taken off again, or given back: nobody has to ask the customer any more.
        t.notices.end(NoticeKind.OVERPAID, invoice.id)
    t.changed(InvoiceChanged(invoice.id))
    return invoice.status, after


def tell_invoice(
    t: Transaction,
    invoice: InvoiceToBook,
    action: Action,
    event: StripeEvent,
    source: Source,
    **more: object,
) -> None:
    """A line in the Verlauf: what Stripe told about this invoice, and how that came.

    `more` adds to what the event says, or replaces it.
    """
    said: dict[str, object] = {
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "method": event.method,
    }
    t.history.add(
        invoice.id,
        action,
        ACTOR_STRIPE,
        livemode=invoice.livemode,
        source=source.value,
        event_id=event.id,
        payment_intent_id=event.payment_intent_id,
        **(said | more),
    )


def forget_paid_failures(t: Transaction, invoice: InvoiceToBook) -> None:
    """A failed attempt whose intent was paid after all is no failure any more."""
    if invoice.last_failed_at is not None:
        t.invoices.set_last_failure(invoice.id, t.events.last_failure_at(invoice.id))
        t.changed(InvoiceChanged(invoice.id))
