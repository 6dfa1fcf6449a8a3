"""What refunds, disputes and returned debits do to the books.

Nothing booked is ever changed: money that goes is a negative entry beside its payment, money
that comes back (a refund that failed, a dispute that was won) a positive one. How much has gone
follows from everything Stripe ever said about the payment (domain/payments/reversals.py), so the
order of the events does not matter, and an event that comes twice, or under another name, adds
nothing.

A reversal may come before its payment. It is kept then, and booked together with it.
"""

from dataclasses import dataclass, replace

from workmate_desktop.domain.history import ACTOR_STRIPE, Action, NoticeKind
from workmate_desktop.domain.payments.payments import Payment, RequestState, refundable_minor
from workmate_desktop.domain.payments.reversals import (
    CHARGE_PREFIXES,
    REFUND_IS_DEAD,
    TAKEN_BACK,
    GoneBack,
    Reversal,
    ReversalKind,
    Told,
    is_returned_debit,
)
from workmate_desktop.domain.stripe.events import Outcome, Reason, Source, StripeEvent
from workmate_desktop.services.booking.decide import money_went_back, refund_failed
from workmate_desktop.services.booking.owed.reversal_facts import (
    facts_about,
    paying_charge,
    standing_of,
    told_of,
)
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.services.booking.reversal_news import CounterEntry, tell_change, tell_entry
from workmate_desktop.services.booking.reversal_places import (
    close_questions,
    must_ask,
    places,
    rearrange,
)
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.payments.money_times import TimeSource
from workmate_desktop.store.transaction import Transaction

_REFUNDS = (ReversalKind.REFUND, ReversalKind.REFUND_FAILED)


@dataclass(frozen=True, slots=True)
class ReversalOutcome:
    """What a reversal did. `outcome` is BOOKED, DUPLICATE, IGNORED or NEEDS_REVIEW."""

    outcome: Outcome
    reason: Reason | None = None
    invoice: InvoiceToBook | None = None


def decide(t: Transaction, event: StripeEvent, source: Source) -> ReversalOutcome:
    """Book what a trusted event of REVERSAL_TYPES says."""
    assert event.reversal is not None
    if event.payment_intent_id is None:
        return ReversalOutcome(Outcome.IGNORED, Reason.PAYMENT_UNKNOWN)
    if _never_was_money(event.reversal):
        return ReversalOutcome(Outcome.IGNORED, Reason.NOTHING_MOVED)
    found = t.payments.by_intent(event.payment_intent_id)
    payment = t.payments.get(found[0]) if found else None
    if payment is None:
        return ReversalOutcome(Outcome.IGNORED, Reason.PAYMENT_UNKNOWN)
    invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
    if payment.livemode != event.livemode:
        return ReversalOutcome(Outcome.NEEDS_REVIEW, Reason.WRONG_MODE, invoice)
    if payment.currency != event.currency:
        return ReversalOutcome(Outcome.NEEDS_REVIEW, Reason.OTHER_CURRENCY, invoice)
    _close_request(t, event.reversal, payment, invoice)
    note_times(t, event)
    asked = t.events.reason_of(event.id) == Reason.SPLIT_REFUNDED.value  # processed again
    if settle(t, payment, event, source) or asked:
        if must_ask(t, payment, event):
            return ReversalOutcome(Outcome.NEEDS_REVIEW, Reason.SPLIT_REFUNDED, invoice)
        return ReversalOutcome(Outcome.BOOKED, None, invoice)
    before = [one for one in facts_about(t, payment) if one.id != event.id]
    if tell_change(t, event, before, payment, invoice, source):
        return ReversalOutcome(Outcome.BOOKED, Reason.NOTHING_MOVED, invoice)
    return ReversalOutcome(Outcome.DUPLICATE, Reason.SAME_REVERSAL, invoice)


def with_payment(t: Transaction, event: StripeEvent) -> StripeEvent:
    """A refund or dispute may name its charge alone: with the payment intent that it belongs to,
    as far as that is known. Else it is kept as it is until the payment comes."""
    if event.reversal is None or event.payment_intent_id is not None:
        return event
    charge_id = event.reversal.charge_id
    if charge_id is None:
        return event
    intent_id = t.charges.intent_of(charge_id)
    if intent_id is None:
        t.charges.await_intent(charge_id)
        return event
    t.charges.adopt(charge_id, intent_id)
    return replace(event, payment_intent_id=intent_id)


def book_waiting(t: Transaction, payment: StripeEvent) -> None:
    """A payment was booked just now: book what came before it about its going back."""
    intent_id = payment.payment_intent_id or ""
    if not t.events.anything_said_about(intent_id, payment.charge_id):
        return
    if payment.charge_id is not None:
        t.charges.adopt(payment.charge_id, intent_id)
    book_kept(t, intent_id)


def book_kept(t: Transaction, intent_id: str) -> None:
    """Book what was kept about a payment's going back while the payment was not known."""
    for event, outcome, reason in t.events.said_about(intent_id):
        if outcome is not Outcome.IGNORED or reason != Reason.PAYMENT_UNKNOWN.value:
            continue
        made = decide(t, event, Source.WEBHOOK)
        t.events.decide(
            event,
            made.outcome,
            made.invoice.id if made.invoice else None,
            reason=made.reason.value if made.reason else None,
        )
        t.events.touch(event.id)


def note_times(t: Transaction, event: StripeEvent) -> None:
    """When a refund or dispute was made, each event about it tells."""
    told = event.reversal
    if told is None:
        return
    for one in told.refunds:
        t.times.note(one.object_id, one.at, TimeSource.OBJECT)
    if told.told is Told.REFUNDED_TOTAL:
        return
    source = TimeSource.EVENT if told.told is Told.FAILED_CHARGE else TimeSource.OBJECT
    t.times.note(told.object_id, told.at, source)


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


def settle(
    t: Transaction, payment: Payment, cause: StripeEvent | None, source: Source
) -> list[CounterEntry]:
    """Add the entries that are missing, with a line and a notice each. Returns them.

    `cause`: the event that this follows; None: something else was learned about the payment.
    """
    events = told_of(t, payment)
    now = standing_of(t, payment)
    # What staff entered or moved is none of Stripe's.
    booked = [one for one in t.payments.reversals_of(payment.id) if one.stripe_object_id]
    charge_id = paying_charge(t, payment) or _charge_in(cause) or payment.id
    intent_id = payment.stripe_payment_intent_id or ""
    method = t.charges.method_of(intent_id) or payment.method
    entries = [
        *_missing_refunds(now, booked, charge_id),
        *_missing_disputes(now, booked, facts_about(t, payment), method),
        *_other_attempts(booked, paying_charge(t, payment)),
    ]
    for entry in entries:
        about = _newest_about(events, entry.object_id) or cause or _newest(events)
        if about is None:
            continue  # nothing was ever told of it: what is booked stays as it is
        for invoice_id, minor in places(t, payment, entry.object_id, entry.amount_minor):
            there = replace(payment, invoice_id=invoice_id)
            _book(t, there, replace(entry, amount_minor=minor), about, method, source)
    if entries:
        rearrange(t, payment)
        close_questions(t, payment)
    invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
    if not entries and invoice is not None and invoice.refunded_minor:
        # Nothing to book, but perhaps a better time or the name of a refund: the order of what
        # happened decides what is owed.
        update_status(t, invoice)
    return entries


def _book(
    t: Transaction,
    payment: Payment,
    entry: CounterEntry,
    about: StripeEvent,
    method: str,
    source: Source,
) -> None:
    """One counter-entry; `payment` names the invoice that it counts on."""
    if about.reversal is None:
        return
    invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
    going = entry.amount_minor > 0
    listed = {one.object_id: one.at for one in about.reversal.refunds}
    t.payments.add_reversal(
        payment,
        -entry.amount_minor,
        entry.kind,
        entry.object_id,
        at=listed.get(entry.object_id, about.reversal.at) if going else about.created,
        actor=ACTOR_STRIPE,
    )
    before = after = None
    if invoice is None:
        _settle_review(t, payment, entry, about.reversal.request_id)
    else:
        before, after = (status.value for status in update_status(t, invoice))
    status = {"from": before, "to": after}
    tell_entry(t, entry, about, payment, method, invoice, source, status)


def _charge_in(cause: StripeEvent | None) -> str | None:
    return cause.reversal.charge_id if cause is not None and cause.reversal else None


def _newest(events: list[StripeEvent]) -> StripeEvent | None:
    return max(events, key=lambda event: (event.created, event.id), default=None)


def _settle_review(
    t: Transaction, payment: Payment, entry: CounterEntry, request_id: str | None
) -> None:
    """Money that waited for a decision and went back whole waits no more; until it fails."""
    left = refundable_minor(payment, t.payments.reversals_of(payment.id))
    if left == 0:
        request = t.refunds.get(request_id) if request_id else None
        actor, reason = (request.actor, request.reason) if request else (ACTOR_STRIPE, "")
        money_went_back(t, payment.id, actor, reason)
    elif entry.amount_minor < 0:
        refund_failed(t, payment.id, ACTOR_STRIPE)


def _missing_refunds(now: GoneBack, booked: list[Payment], charge_id: str) -> list[CounterEntry]:
    """Entries until the books have given back what `now` says."""
    mine = [entry for entry in booked if entry.kind in _REFUNDS]
    by_object: dict[str, int] = {}
    for entry in mine:
        key = entry.stripe_object_id or ""
        by_object[key] = by_object.get(key, 0) - entry.amount_minor
    missing = now.refunded_minor - sum(by_object.values())
    found: list[CounterEntry] = []
    # A refund that was told without its id first stays booked under its charge: it is not missing,
    # and another one must not be booked under its name, because staff may say of each of them
    # that it is owed again.
    names = {one.object_id for one in now.refunds}
    told_so = sum(minor for key, minor in by_object.items() if key not in names or minor < 0)
    steps = [(one.at, one.object_id, one.amount_minor, one.counts) for one in now.refunds]
    steps += [(at, charge_id, minor, True) for at, minor in now.unnamed]
    # Of those that failed, first the one that is booked; then one that is booked under its charge.
    rank = {key: 0 if minor > 0 else 2 for key, minor in by_object.items()}
    failed = [step for step in sorted(steps) if not step[3]]
    failed.sort(key=lambda step: rank.get(step[1], 1))
    for _, object_id, amount, counts in failed if missing < 0 else sorted(steps):
        if missing > 0 and counts and (object_id == charge_id or by_object.get(object_id, 0) <= 0):
            if told_so >= amount:
                told_so -= amount
                continue
            if object_id == charge_id:
                continue  # the rest below
            step = min(missing, amount)
        elif missing < 0 and not counts:
            booked_so = by_object.get(object_id, 0)
            step = -min(-missing, booked_so if booked_so > 0 else amount)
        else:
            continue
        found.append(_entry(object_id, step))
        missing -= step
    if missing:
        # Nothing failed: what was booked never was a refund, but the rest of a hold.
        found.append(replace(_entry(charge_id, missing), was_none=missing < 0))
    return found


def _entry(object_id: str, amount: int) -> CounterEntry:
    kind = ReversalKind.REFUND if amount > 0 else ReversalKind.REFUND_FAILED
    return CounterEntry(object_id, kind, amount)


def _missing_disputes(
    now: GoneBack, booked: list[Payment], events: list[StripeEvent], method: str
) -> list[CounterEntry]:
    """Entries until each dispute and late failure has taken what `now` says."""
    mine = [entry for entry in booked if entry.kind not in _REFUNDS]
    gone = {entry.stripe_object_id or "": 0 for entry in mine}
    for entry in mine:
        gone[entry.stripe_object_id or ""] -= entry.amount_minor
    found = []
    for key, taken in now.disputes.items():
        step = taken.amount_minor - gone.get(key, 0)
        if step > 0:
            found.append(CounterEntry(key, _kind_of_loss(events, key, method), step))
        elif step < 0:
            left = taken.amount_minor
            found.append(CounterEntry(key, ReversalKind.DISPUTE_WON, step, left_minor=left))
    return found


def _other_attempts(booked: list[Payment], paid_by: str | None) -> list[CounterEntry]:
    """What was booked as a late failure of a charge that turned out not to be the one that paid."""
    gone: dict[str, int] = {}
    for entry in booked:
        key = entry.stripe_object_id or ""
        if entry.kind not in _REFUNDS and key.startswith(CHARGE_PREFIXES) and key != paid_by:
            gone[key] = gone.get(key, 0) - entry.amount_minor
    return [
        CounterEntry(key, ReversalKind.DISPUTE_WON, -amount, was_none=True)
        for key, amount in gone.items()
        if amount > 0 and paid_by is not None
    ]


def _kind_of_loss(events: list[StripeEvent], object_id: str, method: str) -> ReversalKind:
    told = [e.reversal for e in events if e.reversal and e.reversal.object_id == object_id]
    returned = any(
        one.told is Told.FAILED_CHARGE or is_returned_debit(one.method or method, one.reason)
        for one in told
    )
    return ReversalKind.RETURN if returned else ReversalKind.DISPUTE


def _newest_about(events: list[StripeEvent], object_id: str) -> StripeEvent | None:
    return _newest([e for e in events if e.reversal and object_id in _told_objects(e.reversal)])


def _told_objects(reversal: Reversal) -> set[str]:
    return {reversal.object_id, *(one.object_id for one in reversal.refunds)}


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
