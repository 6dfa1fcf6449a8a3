"""What staff are told of an event that was booked, or could not be."""

from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.invoices.invoices import OWED
from workmate_desktop.domain.stripe.events import Outcome, Reason, StripeEvent
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction

_SET_UP_WRONGLY = {
    Reason.FOREIGN_ACCOUNT: NoticeKind.FOREIGN_ACCOUNT,
    Reason.THIN_EVENT: NoticeKind.THIN_EVENT,
}


def tell_staff(
    t: Transaction,
    event: StripeEvent,
    outcome: Outcome,
    reason: Reason | None,
    invoice: InvoiceToBook | None,
) -> None:
    """One notice for each failure and for everything that waits for a decision."""
    kind: NoticeKind | None = None
    if outcome is Outcome.FAILURE_RECORDED:
        kind = NoticeKind.PAYMENT_FAILED
    elif outcome is Outcome.NEEDS_REVIEW:
        kind = NoticeKind.NEEDS_REVIEW
    elif reason in _SET_UP_WRONGLY:
        # Every event says so again: once a day is enough.
        kind = _SET_UP_WRONGLY[reason]
        t.notices.add_once_a_day(kind, event_id=event.id, reason=reason.value)
        return
    if kind is None:
        return
    t.notices.add(
        kind,
        invoice_id=invoice.id if invoice else None,
        event_id=event.id,
        number=invoice.number if invoice else event.invoice_number,
        amount_minor=event.amount_minor,
        currency=event.currency,
        reason=reason.value if reason else None,
        decline_code=event.decline_code,
        failure_code=event.failure_code,
        still_owed=invoice.status in OWED if invoice else None,
    )
