"""What refunds, disputes and returned debits do to the books.

Nothing booked is ever changed: money that goes is a negative entry beside its payment, money
that comes back (a refund that failed, a dispute that was won) a positive one. How much has gone
follows from everything Stripe ever said about the payment (domain/reversals.py), so the order of
the events does not matter, and an event that comes twice, or under another name, adds nothing.

A reversal may come before its payment. It is kept then, and booked together with it.
"""

from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.events import Outcome, Reason, Source, StripeEvent
from workmate_desktop.domain.history import ACTOR_STRIPE, Action, NoticeKind
from workmate_desktop.domain.payments import Payment, RequestState, refundable_minor
from workmate_desktop.domain.reversals import (
    REFUND_IS_DEAD,
    RETURNED_BY_BANK,
    TAKEN_BACK,
    Fact,
    Reversal,
    ReversalKind,
    Standing,
    Told,
    standing,
)
from workmate_desktop.services.decide import money_went_back, refund_failed
from workmate_desktop.services.status import update_status
from workmate_desktop.store.invoices import InvoiceToBook
from workmate_desktop.store.transaction import Transaction

_NAMES = {
    ReversalKind.REFUND: (Action.REFUNDED, NoticeKind.REFUNDED),
    ReversalKind.REFUND_FAILED: (Action.REFUND_FAILED, NoticeKind.REFUND_FAILED),
    ReversalKind.DISPUTE: (Action.DISPUTED, NoticeKind.DISPUTED),
    ReversalKind.DISPUTE_WON: (Action.DISPUTE_WON, NoticeKind.DISPUTE_WON),
    ReversalKind.RETURN: (Action.DEBIT_RETURNED, NoticeKind.DEBIT_RETURNED),
}
_REFUNDS = (ReversalKind.REFUND, ReversalKind.REFUND_FAILED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reversal did. `outcome` is BOOKED, DUPLICATE, IGNORED or NEEDS_REVIEW."""

    outcome: Outcome
    reason: Reason | None = None
    invoice: InvoiceToBook | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One counter-entry to be. `amount_minor` > 0: the money goes; < 0: it comes back."""

    object_id: str
    kind: ReversalKind
    amount_minor: int


def decide(
    t: Transaction, event: StripeEvent, source: Source, paid_by: str | None = None
) -> Decision:
    """Book what a trusted event of REVERSAL_TYPES says.

    `paid_by` is the charge that paid, while the event that told it is not kept yet.
    """
    assert event.reversal is not None
    if event.payment_intent_id is None:
        return Decision(Outcome.IGNORED, Reason.PAYMENT_UNKNOWN)
    if _never_was_money(event.reversal):
        return Decision(Outcome.IGNORED, Reason.NOTHING_MOVED)
    found = t.payments.by_intent(event.payment_intent_id)
    payment = t.payments.get(found[0]) if found else None
    if payment is None:
        return Decision(Outcome.IGNORED, Reason.PAYMENT_UNKNOWN)
    invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
    if payment.livemode != event.livemode:
        return Decision(Outcome.NEEDS_REVIEW, Reason.WRONG_MODE, invoice)
    if payment.currency != event.currency:
        return Decision(Outcome.NEEDS_REVIEW, Reason.OTHER_CURRENCY, invoice)
    _close_request(t, event.reversal, payment, invoice)
    said = _said_about(t, payment, event)
    paid_by = paid_by or t.events.charge_of(event.payment_intent_id)
    if _settle(t, payment, _without_other_attempts([*said, event], paid_by), event, source):
        return Decision(Outcome.BOOKED, None, invoice)
    if _tell_of_dispute(t, event, [*said], payment, invoice, source):
        return Decision(Outcome.BOOKED, Reason.NOTHING_MOVED, invoice)
    return Decision(Outcome.DUPLICATE, Reason.SAME_REVERSAL, invoice)


def book_waiting(t: Transaction, payment: StripeEvent) -> None:
    """A payment was booked just now: book what came before it about its going back."""
    intent_id = payment.payment_intent_id or ""
    if not t.events.anything_said_about(intent_id):
        return
    for event, outcome, reason in t.events.said_about(intent_id):
        if outcome is not Outcome.IGNORED or reason != Reason.PAYMENT_UNKNOWN.value:
            continue
        made = decide(t, event, Source.WEBHOOK, payment.charge_id)
        t.events.decide(
            event,
            made.outcome,
            made.invoice.id if made.invoice else None,
            reason=made.reason.value if made.reason else None,
        )
        t.events.touch(event.id)


def close_if_gone(t: Transaction, event: StripeEvent) -> bool:
    """An event was put to review just now: when all its money went back before, nobody has to
    decide. Whether that is so. The event must be stored already.
    """
    held = t.payments.by_intent(event.payment_intent_id or "")
    if held is None or t.payments.left_of(held[0]) != 0:
        return False
    return money_went_back(t, held[0], ACTOR_STRIPE) is not None


def _never_was_money(reversal: Reversal) -> bool:
    return reversal.told is Told.FAILED_CHARGE and reversal.status != TAKEN_BACK


def _said_about(t: Transaction, payment: Payment, now: StripeEvent) -> list[StripeEvent]:
    """All that was said before about this payment and was believed."""
    believed = []
    for event, outcome, reason in t.events.said_about(payment.stripe_payment_intent_id or ""):
        trusted = outcome in (Outcome.BOOKED, Outcome.DUPLICATE) or (
            outcome is Outcome.IGNORED and reason == Reason.PAYMENT_UNKNOWN.value
        )
        fits = event.currency == payment.currency and event.livemode == payment.livemode
        if trusted and fits and event.id != now.id and event.problem is None:
            believed.append(event)
    return believed


def _without_other_attempts(events: list[StripeEvent], paid_by: str | None) -> list[StripeEvent]:
    """An intent has a charge for each attempt: only the one that paid can be taken back."""
    return [
        event
        for event in events
        if event.reversal is not None
        and (
            event.reversal.told is not Told.FAILED_CHARGE
            or paid_by in (None, event.reversal.charge_id)
        )
    ]


def _settle(
    t: Transaction,
    payment: Payment,
    events: list[StripeEvent],
    cause: StripeEvent,
    source: Source,
) -> list[_Entry]:
    """Add the entries that are missing, with a line and a notice each. Returns them."""
    assert cause.reversal is not None
    now = standing(
        Fact(event.reversal, event.created, event.amount_minor)
        for event in events
        if event.reversal is not None and event.amount_minor is not None
    )
    booked = t.payments.reversals_of(payment.id)
    charge_id = cause.reversal.charge_id or cause.reversal.object_id
    entries = [
        *_missing_refunds(now, booked, charge_id),
        *_missing_disputes(now, booked, _kind_of_loss(cause, payment)),
    ]
    for entry in entries:
        invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
        about = _newest_about(events, entry.object_id) or cause
        going = entry.amount_minor > 0
        assert about.reversal is not None
        t.payments.add_reversal(
            payment,
            -entry.amount_minor,
            entry.kind,
            entry.object_id,
            at=about.reversal.at if going else about.created,
            actor=ACTOR_STRIPE,
        )
        before = after = None
        if invoice is None:
            _settle_review(t, payment, entry, about.reversal.request_id)
        else:
            before, after = (status.value for status in update_status(t, invoice))
        _tell(t, entry, about, payment, invoice, source, {"from": before, "to": after})
    return entries


def _settle_review(t: Transaction, payment: Payment, entry: _Entry, request_id: str | None) -> None:
    """Money that waited for a decision and went back whole waits no more; until it fails."""
    left = refundable_minor(payment, t.payments.reversals_of(payment.id))
    if left == 0:
        request = t.refunds.get(request_id) if request_id else None
        actor, reason = (request.actor, request.reason) if request else (ACTOR_STRIPE, "")
        money_went_back(t, payment.id, actor, reason)
    elif entry.amount_minor < 0:
        refund_failed(t, payment.id, ACTOR_STRIPE)


def _missing_refunds(now: Standing, booked: list[Payment], charge_id: str) -> list[_Entry]:
    """Entries until the books have given back what `now` says."""
    mine = [entry for entry in booked if entry.kind in _REFUNDS]
    by_object: dict[str, int] = {}
    for entry in mine:
        key = entry.stripe_object_id or ""
        by_object[key] = by_object.get(key, 0) - entry.amount_minor
    missing = now.refunded_minor - sum(by_object.values())
    found: list[_Entry] = []
    # Which refund it is matters for the words only: the sum is right in any case. A refund
    # that was told without its id first stays booked under its charge.
    for object_id, amount, counts in now.refunds:
        if missing > 0 and counts and by_object.get(object_id, 0) <= 0:
            step = min(missing, amount)
        elif missing < 0 and not counts:
            step = -min(-missing, amount)
        else:
            continue
        found.append(_entry(object_id, step))
        missing -= step
        if missing == 0:
            break
    return [*found, _entry(charge_id, missing)] if missing else found


def _entry(object_id: str, amount: int) -> _Entry:
    kind = ReversalKind.REFUND if amount > 0 else ReversalKind.REFUND_FAILED
    return _Entry(object_id, kind, amount)


def _missing_disputes(now: Standing, booked: list[Payment], loss: ReversalKind) -> list[_Entry]:
    found = []
    for object_id, amount in now.disputes.items():
        gone = -sum(e.amount_minor for e in booked if e.stripe_object_id == object_id)
        if amount != gone:
            kind = loss if amount > gone else ReversalKind.DISPUTE_WON
            found.append(_Entry(object_id, kind, amount - gone))
    return found


def _kind_of_loss(cause: StripeEvent, payment: Payment) -> ReversalKind:
    assert cause.reversal is not None
    method = cause.reversal.method or payment.method
    if cause.reversal.told is Told.FAILED_CHARGE or method in RETURNED_BY_BANK:
        return ReversalKind.RETURN
    return ReversalKind.DISPUTE


def _newest_about(events: list[StripeEvent], object_id: str) -> StripeEvent | None:
    about = [e for e in events if e.reversal is not None and e.reversal.object_id == object_id]
    return max(about, key=lambda event: event.created, default=None)


def _tell(
    t: Transaction,
    entry: _Entry,
    about: StripeEvent,
    payment: Payment,
    invoice: InvoiceToBook | None,
    source: Source,
    status: dict[str, str | None],
) -> None:
    assert about.reversal is not None
    action, notice = _NAMES[entry.kind]
    detail = {
        "amount_minor": abs(entry.amount_minor),
        "currency": payment.currency,
        "method": payment.method,
        "reason": about.reversal.reason,
        "object_id": entry.object_id,
        "object_status": about.reversal.status,
        "respond_by": _moment(about.reversal.respond_by),
        "refund_request": about.reversal.request_id,
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
    t.notices.add(
        notice,
        invoice_id=invoice.id if invoice else None,
        event_id=about.id,
        number=invoice.number if invoice else None,
        **detail,
    )


def _tell_of_dispute(
    t: Transaction,
    event: StripeEvent,
    said: list[StripeEvent],
    payment: Payment,
    invoice: InvoiceToBook | None,
    source: Source,
) -> bool:
    """News of a dispute that move no money: the bank asks, or has decided against the office."""
    told = event.reversal
    if told is None or told.told is not Told.DISPUTE:
        return False
    known = {
        e.reversal.status for e in said if e.reversal and e.reversal.object_id == told.object_id
    }
    if told.status in known:
        return False
    if told.status == "lost" and payment.method not in RETURNED_BY_BANK:
        action, notice = Action.DISPUTE_LOST, NoticeKind.DISPUTE_LOST
    elif told.status == "warning_needs_response":
        action, notice = Action.DISPUTE_OPENED, NoticeKind.DISPUTE_OPENED
    else:
        return False
    detail = {
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "reason": told.reason,
        "object_id": told.object_id,
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
            **detail,
        )
    t.notices.add(
        notice,
        invoice_id=invoice.id if invoice else None,
        event_id=event.id,
        number=invoice.number if invoice else None,
        **detail,
    )
    return True


def _close_request(
    t: Transaction, reversal: Reversal, payment: Payment, invoice: InvoiceToBook | None
) -> None:
    """Stripe knows the refund that was asked for here: the request is done.

    Unless that refund is dead in the very first that is heard of it: then nothing was given back
    and no entry tells it, so a line and a notice must. Older news of it may follow.
    """
    if reversal.request_id is None:
        return
    request = t.refunds.get(reversal.request_id)
    if request is None or request.payment_id != payment.id:
        return
    if request.state is not RequestState.ASKED:
        return
    if reversal.status not in REFUND_IS_DEAD:
        t.refunds.close(request.id, RequestState.DONE, reversal.object_id, None)
        return
    t.refunds.close(request.id, RequestState.REFUSED, reversal.object_id, "refund_refused")
    if invoice is not None:
        t.history.add(
            invoice.id,
            Action.REFUND_NOT_DONE,
            ACTOR_STRIPE,
            livemode=payment.livemode,
            note=request.reason,
            amount_minor=request.amount_minor,
            currency=request.currency,
            refund_request=request.id,
        )
    t.notices.add(
        NoticeKind.REFUND_NOT_DONE,
        invoice_id=invoice.id if invoice else None,
        number=invoice.number if invoice else None,
        amount_minor=request.amount_minor,
        currency=request.currency,
    )


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
