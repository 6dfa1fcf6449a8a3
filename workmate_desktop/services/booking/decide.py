"""What staff may decide about money and events in review: the rules, inside one transaction.

An assignment obeys the same rules as booking (services/booking/book.py): the payment joins the
invoice, the status follows from the sum, the Verlauf gets a line, too much money makes a notice.
Each function runs in one job of the writer, so that of two people who click at once the second is
told that the first has decided.
"""

from workmate_desktop.domain.changes import NoticeAdded
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.review import Decision
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, Outcome, Reason, StripeEvent
from workmate_desktop.services.booking import named_twice
from workmate_desktop.services.booking.owed.status import add_payment, update_status
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.review.write import StoredDecision
from workmate_desktop.store.transaction import Transaction


def assign(
    t: Transaction, item_id: str, invoice_id: str, actor: str, livemode_keys: bool | None
) -> str:
    """Zuordnen: the money of a waiting event, or one that was left to another program, counts for
    this invoice now. Returns the decision.

    `livemode_keys` is the mode of the keys, None while no key tells. UserError review_decided,
    review_no_money, review_wrong_mode, review_other_currency, review_invoice_closed,
    invoice_gone, and those of named_twice.hand_over.
    """
    event = _free_money(t, item_id)
    _check_money(event)
    invoice = t.invoices.to_book(invoice_id)
    if invoice is None:
        raise UserError("invoice_gone")
    _check_fit(event, invoice, livemode_keys)
    named = t.reviews.named_invoice(item_id)
    held = t.payments.by_intent(event.payment_intent_id or "")
    if held is None:
        payment_id = add_payment(t, event, invoice.id)
    elif held[1] is not None:
        if named_twice.is_asked(t, item_id):
            return named_twice.hand_over(t, item_id, held[0], held[1], invoice, actor)
        raise UserError("review_decided")
    else:
        payment_id = held[0]
        t.payments.assign(payment_id, invoice.id)
    amount_minor = t.payments.left_of(payment_id)  # a part may have gone back already
    decision_id = t.reviews.add(
        Decision.ASSIGNED,
        actor,
        livemode=event.livemode,
        item_id=item_id,
        payment_id=payment_id,
        invoice_id=invoice.id,
        amount_minor=amount_minor,
        currency=event.currency,
        was_invoice_id=named,
    )
    before, after = update_status(t, invoice)  # since when the money counts, the decision says
    t.reviews.settle_event(item_id, Outcome.BOOKED, invoice.id)
    t.history.add(
        invoice.id,
        Action.PAYMENT_ASSIGNED,
        actor,
        livemode=invoice.livemode,
        amount_minor=amount_minor,
        currency=event.currency,
        method=event.method,
        event_id=item_id,
        payment_intent_id=event.payment_intent_id,
        decision_id=decision_id,
        **{"from": before.value, "to": after.value},
    )
    if named is not None and named != invoice.id:
        _tell_named(t, named, Action.REVIEW_SET_ASIDE, actor, event, other=invoice.number)
    return decision_id


def set_aside(t: Transaction, item_id: str, reason: str, actor: str) -> str:
    """Ohne Rechnung ablegen: nothing is to be done for the invoices. Returns the decision.

    Kept money stays kept, without an invoice. UserError review_decided, reason_missing.
    """
    if not reason.strip():
        raise UserError("reason_missing")
    if t.reviews.is_unreadable_notice(item_id):
        if t.reviews.in_force(item_id) is not None:
            raise UserError("review_decided")
        t.changed(NoticeAdded(item_id))
        return t.reviews.add(
            Decision.SET_ASIDE, actor, livemode=True, item_id=item_id, reason=reason.strip()
        )
    event = _waiting(t, item_id)
    return _close(t, event, Decision.SET_ASIDE, actor, reason.strip())


def money_went_back(t: Transaction, payment_id: str, actor: str, reason: str = "") -> str | None:
    """All money of a payment without an invoice was refunded: nothing waits any more.

    For services/refunds, inside its own transaction. Returns the decision; None when no waiting
    event belongs to this payment, or it is on an invoice.
    """
    event_id = t.reviews.waiting_event_of(payment_id)
    if event_id is None:
        return None
    event = _waiting(t, event_id)
    return _close(t, event, Decision.REFUNDED, actor, reason.strip(), payment_id)


def refund_failed(t: Transaction, payment_id: str, actor: str) -> None:
    """A refund of `money_went_back` did not reach the customer: the money waits again."""
    decision = t.reviews.of_payment(payment_id)
    if decision is not None and decision.kind is Decision.REFUNDED:
        _reopen(t, decision, actor)


def undo(t: Transaction, decision_id: str, actor: str) -> None:
    """Rückgängig: as if it had not been decided; both rows stay.

    What of the money went back to the customer meanwhile goes along with it. UserError
    review_undone_already, review_undo_refunded (a refund cannot be taken back).
    """
    decision = t.reviews.get(decision_id)
    if decision is None or decision.undone:
        raise UserError("review_undone_already")
    if decision.kind is Decision.ASSIGNED:
        _unassign(t, decision, actor)
    elif decision.kind is Decision.SET_ASIDE:
        _reopen(t, decision, actor)
    else:
        raise UserError("review_undo_refunded")
    if decision.payment_id is not None and t.payments.left_of(decision.payment_id) == 0:
        money_went_back(t, decision.payment_id, actor)  # so there is nothing to decide


def _waiting(t: Transaction, event_id: str) -> StripeEvent:
    found = t.events.stored(event_id)
    if found is None:
        raise UserError("event_unknown")
    event, outcome, _ = found
    if outcome is not Outcome.NEEDS_REVIEW:
        raise UserError("review_decided")
    return event


def _free_money(t: Transaction, event_id: str) -> StripeEvent:
    """An event that waits, or money that was left to another program."""
    found = t.events.stored(event_id)
    if found is not None and found[1] is Outcome.IGNORED and _is_left_to_others(t, event_id):
        return found[0]
    return _waiting(t, event_id)


def _is_left_to_others(t: Transaction, event_id: str) -> bool:
    return t.events.reason_of(event_id) == Reason.NOT_OURS.value


def _check_money(event: StripeEvent) -> None:
    """Only money that Stripe says has come may be put anywhere."""
    if (
        event.type != PAYMENT_SUCCEEDED
        or event.problem is not None
        or event.intent_status != "succeeded"
        or event.payment_intent_id is None
        or not event.amount_minor
        or event.amount_minor < 0
        or event.currency is None
    ):
        raise UserError("review_no_money")


def _check_fit(event: StripeEvent, invoice: InvoiceToBook, livemode_keys: bool | None) -> None:
    if livemode_keys not in (None, event.livemode) or invoice.livemode != event.livemode:
        raise UserError("review_wrong_mode")
    if invoice.status in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED):
        raise UserError("review_invoice_closed")
    if invoice.currency != event.currency:
        raise UserError("review_other_currency")


def _close(
    t: Transaction,
    event: StripeEvent,
    kind: Decision,
    actor: str,
    reason: str,
    payment_id: str | None = None,
) -> str:
    named = t.reviews.named_invoice(event.id)
    held = t.payments.by_intent(event.payment_intent_id or "")
    decision_id = t.reviews.add(
        kind,
        actor,
        livemode=event.livemode,
        item_id=event.id,
        payment_id=payment_id or (held[0] if held and held[1] is None else None),
        amount_minor=event.amount_minor,
        currency=event.currency,
        reason=reason,
        was_invoice_id=named,
    )
    t.reviews.settle_event(event.id, Outcome.IGNORED, named)
    if named is not None:
        gone = True if kind is Decision.REFUNDED else None
        words = reason or None
        _tell_named(t, named, Action.REVIEW_SET_ASIDE, actor, event, reason=words, refunded=gone)
    return decision_id


def _unassign(t: Transaction, decision: StoredDecision, actor: str) -> None:
    payment = t.payments.get(decision.payment_id or "")
    if payment is None or payment.invoice_id != decision.invoice_id:
        raise UserError("review_undone_already")
    invoice = t.invoices.to_book(decision.invoice_id or "")
    assert invoice is not None  # an invoice with money on it is never deleted
    if t.moves.of_payment(payment.id):
        raise UserError("review_money_moved")
    amount_minor = t.payments.left_of(payment.id)
    t.payments.assign(payment.id, None)
    _note_undone(t, decision, actor)
    before, after = update_status(t, invoice)
    t.history.add(
        invoice.id,
        Action.ASSIGNMENT_UNDONE,
        actor,
        livemode=invoice.livemode,
        amount_minor=amount_minor,
        currency=payment.currency,
        event_id=decision.item_id,
        decision_id=decision.id,
        **{"from": before.value, "to": after.value},
    )
    event = _back_into_the_list(t, decision)
    if decision.was_invoice_id not in (None, invoice.id):
        assert decision.was_invoice_id is not None
        _tell_named(t, decision.was_invoice_id, Action.REVIEW_REOPENED, actor, event)


def _reopen(t: Transaction, decision: StoredDecision, actor: str) -> None:
    _note_undone(t, decision, actor)
    if t.reviews.is_unreadable_notice(decision.item_id):
        t.changed(NoticeAdded(decision.item_id))
        return
    event = _back_into_the_list(t, decision)
    if decision.was_invoice_id is not None:
        _tell_named(t, decision.was_invoice_id, Action.REVIEW_REOPENED, actor, event)


def _note_undone(t: Transaction, decision: StoredDecision, actor: str) -> None:
    t.reviews.add(
        Decision.UNDONE,
        actor,
        livemode=decision.livemode,
        item_id=decision.item_id,
        payment_id=decision.payment_id,
        invoice_id=decision.invoice_id,
        amount_minor=decision.amount_minor,
        currency=decision.currency,
        undoes_id=decision.id,
    )


def _back_into_the_list(t: Transaction, decision: StoredDecision) -> StripeEvent:
    others = _is_left_to_others(t, decision.item_id)
    outcome = Outcome.IGNORED if others else Outcome.NEEDS_REVIEW
    t.reviews.settle_event(decision.item_id, outcome, decision.was_invoice_id)
    found = t.events.stored(decision.item_id)
    assert found is not None
    return found[0]


def _tell_named(
    t: Transaction,
    invoice_id: str,
    action: Action,
    actor: str,
    event: StripeEvent,
    **detail: object,
) -> None:
    """A line for the invoice that the event names, although its amounts do not change."""
    invoice = t.invoices.to_book(invoice_id)
    if invoice is None:
        return  # a draft that was deleted since
    t.history.add(
        invoice.id,
        action,
        actor,
        livemode=invoice.livemode,
        amount_minor=event.amount_minor,
        currency=event.currency,
        event_id=event.id,
        **detail,
    )
