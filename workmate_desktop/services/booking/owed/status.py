"""What every booking does: add the money, let the status follow from the sum, and tell it."""

from dataclasses import replace

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.history import ACTOR_STRIPE, Action, NoticeKind
from workmate_desktop.domain.invoices.invoices import InvoiceStatus, status_after
from workmate_desktop.domain.invoices.owed import fold
from workmate_desktop.domain.stripe.events import Source, StripeEvent
from workmate_desktop.services.booking.owed.credit_cover import keep_covered
from workmate_desktop.services.booking.owed.entries import entries_of
from workmate_desktop.store.invoices.write import InvoiceToBook
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
    """Let status and what is owed follow from the entries. Returns (status before, after).

    `invoice` is as it was before the money moved. To be called after every change of an
    invoice's entries, in the same transaction. Credits of its money that it no longer covers give
    way. Also forgets a failure whose intent was paid after all, and tells of too much money.
    """
    now = _reckoned(t, invoice.id)
    too_much, before = now.overpaid_minor, invoice.overpaid_minor
    # An ordinary payment covers what was covered.
    may_differ = too_much or now.refunded_minor or now.paid_minor < invoice.paid_minor
    if may_differ and keep_covered(t, now, update_status):
        now = _reckoned(t, invoice.id)
        too_much = now.overpaid_minor
    after = status_after(invoice.status, now.total_minor + now.corrected_minor, now.paid_minor)
    if after is not invoice.status:
        t.invoices.set_status(invoice.id, after)
    forget_paid_failures(t, invoice)
    if too_much > before:
        t.notices.add(
            NoticeKind.OVERPAID,
            invoice_id=invoice.id,
            number=invoice.number,
            amount_minor=too_much,
            currency=invoice.currency,
        )
    elif before and not too_much:
        # Taken off again, or given back: nobody has to ask the customer any more.
        t.notices.end(NoticeKind.OVERPAID, invoice.id)
    t.changed(InvoiceChanged(invoice.id))
    return invoice.status, after


def _reckoned(t: Transaction, invoice_id: str) -> InvoiceToBook:
    """The invoice with its sums as they are now.

    Only what was given back needs the order of the entries: without it nothing is forgiven, and
    an ordinary payment reads nothing more.
    """
    now = t.invoices.to_book(invoice_id)
    assert now is not None  # an invoice with money on it is never deleted
    forgiven = 0
    if now.refunded_minor:
        entries = entries_of(t, invoice_id, now.currency)
        forgiven = fold(now.total_minor + now.corrected_minor, entries).forgiven_minor
    if forgiven == now.forgiven_minor:
        return now
    t.invoices.set_forgiven(invoice_id, forgiven)
    return replace(now, forgiven_minor=forgiven)


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
