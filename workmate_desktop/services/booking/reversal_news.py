"""What staff hear of money that goes back: a line in the Verlauf and a notice for each change."""

from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.history import ACTOR_STRIPE, Action, NoticeKind
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.payments.reversals import ReversalKind, Told, is_returned_debit
from workmate_desktop.domain.stripe.events import Source, StripeEvent
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction

_NAMES = {
    ReversalKind.REFUND: (Action.REFUNDED, NoticeKind.REFUNDED),
    ReversalKind.REFUND_FAILED: (Action.REFUND_FAILED, NoticeKind.REFUND_FAILED),
    ReversalKind.DISPUTE: (Action.DISPUTED, NoticeKind.DISPUTED),
    ReversalKind.DISPUTE_WON: (Action.DISPUTE_WON, NoticeKind.DISPUTE_WON),
    ReversalKind.RETURN: (Action.DEBIT_RETURNED, NoticeKind.DEBIT_RETURNED),
}
_ON_THE_WAY = ("pending", "requires_action")
_ENDS = ("won", "lost", "warning_closed", "prevented")
_TO_ANSWER = (NoticeKind.DISPUTE_OPENED, NoticeKind.DISPUTED)
"""Notices that ask staff to answer the bank."""


@dataclass(frozen=True, slots=True)
class CounterEntry:
    """One counter-entry to be. `amount_minor` > 0: the money goes; < 0: it comes back.

    `left_minor`: what stays gone where only a part came back. `was_none`: no money came back; what
    was booked before turned out to be nothing that goes back.
    """

    object_id: str
    kind: ReversalKind
    amount_minor: int
    left_minor: int = 0
    was_none: bool = False


def tell_entry(
    t: Transaction,
    entry: CounterEntry,
    about: StripeEvent,
    payment: Payment,
    method: str,
    invoice: InvoiceToBook | None,
    source: Source,
    status: dict[str, str | None],
) -> None:
    """A counter-entry was booked. `method`: how it had been paid. `status`: from what to what that
    of the invoice changed."""
    assert about.reversal is not None
    action, notice = _NAMES[entry.kind]
    if entry.was_none:
        action = Action.REVERSAL_WAS_NONE
    detail: dict[str, object] = {
        "amount_minor": abs(entry.amount_minor),
        "currency": payment.currency,
        "method": method,
        "reason": about.reversal.reason,
        "object_id": entry.object_id,
        "object_status": about.reversal.status,
        "respond_by": _moment(about.reversal.respond_by),
        "refund_request": about.reversal.request_id,
        "left_minor": entry.left_minor or None,
    }
    if invoice is not None:
        t.history.add(
            invoice.id,
            action,
            ACTOR_STRIPE,
            livemode=payment.livemode,
            source=source.value,
            event_id=about.id,
            payment_intent_id=payment.stripe_payment_intent_id,
            **detail,
            **status,
        )
    if entry.kind is ReversalKind.DISPUTE_WON:
        end_questions(t, invoice, entry.object_id)
    if entry.was_none:
        return
    t.notices.add(
        notice,
        invoice_id=invoice.id if invoice else None,
        event_id=about.id,
        number=invoice.number if invoice else None,
        **detail,
    )


def tell_change(
    t: Transaction,
    event: StripeEvent,
    before: list[StripeEvent],
    payment: Payment,
    invoice: InvoiceToBook | None,
    source: Source,
) -> bool:
    """News of a refund or dispute that move no money: a line for each change of its state, so
    that no line that asks for something stays the last word. Whether there was any.

    `before`: what was told of the payment before. Older news that come late change nothing.
    """
    told = event.reversal
    if told is None or told.told not in (Told.DISPUTE, Told.REFUND):
        return False
    about = [e for e in before if e.reversal and e.reversal.object_id == told.object_id]
    known = {e.reversal.status for e in about if e.reversal}
    if told.status in known or not known.isdisjoint(_ENDS):
        return False
    if any(one.created > event.created for one in about):
        return False
    method = t.charges.method_of(payment.stripe_payment_intent_id or "") or payment.method
    returned = is_returned_debit(told.method or method, told.reason)
    action, notice = _news(told.told, told.status, known, returned=returned)
    if told.status in _ENDS:
        end_questions(t, invoice, told.object_id)
    if action is None:
        return False
    detail = {
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "reason": told.reason,
        "object_id": told.object_id,
        "object_status": told.status,
        "respond_by": _moment(told.respond_by),
    }
    if invoice is not None:
        t.history.add(
            invoice.id,
            action,
            ACTOR_STRIPE,
            livemode=payment.livemode,
            source=source.value,
            event_id=event.id,
            payment_intent_id=payment.stripe_payment_intent_id,
            **detail,
        )
    if notice is not None:
        t.notices.add(
            notice,
            invoice_id=invoice.id if invoice else None,
            event_id=event.id,
            number=invoice.number if invoice else None,
            **detail,
        )
    return True


def _news(
    told: Told, status: str | None, known: set[str | None], *, returned: bool
) -> tuple[Action | None, NoticeKind | None]:
    if told is Told.REFUND:
        arrived = status == "succeeded" and not known.isdisjoint(_ON_THE_WAY)
        return (Action.REFUND_ARRIVED if arrived else None), None
    if status == "lost":
        return (None, None) if returned else (Action.DISPUTE_LOST, NoticeKind.DISPUTE_LOST)
    if status == "warning_needs_response":
        return Action.DISPUTE_OPENED, NoticeKind.DISPUTE_OPENED
    if status in ("warning_closed", "prevented") and known:
        return Action.DISPUTE_CLOSED, None
    if status in ("warning_under_review", "under_review") and known:
        return Action.DISPUTE_ANSWERED, None
    return None, None


def end_questions(t: Transaction, invoice: InvoiceToBook | None, object_id: str) -> None:
    """The bank has decided about this dispute: nobody has to answer it any more."""
    for kind in _TO_ANSWER:
        t.notices.end(kind, invoice.id if invoice else None, object_id=object_id)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
