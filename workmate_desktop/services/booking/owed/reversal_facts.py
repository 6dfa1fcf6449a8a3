"""Everything that was ever said about a payment's going back, and what follows from it."""

from datetime import datetime

from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.payments.reversals import (
    Fact,
    GoneBack,
    Listed,
    Reversal,
    Told,
    standing,
)
from workmate_desktop.domain.stripe.events import Outcome, Reason, StripeEvent
from workmate_desktop.store.transaction import Transaction


def standing_of(t: Transaction, payment: Payment) -> GoneBack:
    """How much of a Stripe payment has gone back, by what is known in this transaction: the event
    that is being decided is part of it."""
    intent_id = payment.stripe_payment_intent_id or ""
    _, told = t.events.success_of(intent_id)
    known = [minor for minor in (told, t.charges.released_of(intent_id)) if minor is not None]
    facts = [
        fact
        for event in facts_about(t, payment)
        if event.reversal is not None and event.amount_minor is not None
        for fact in (
            Fact(event.reversal, event.created, event.amount_minor),
            *(_listed(one, event) for one in event.reversal.refunds),
        )
    ]
    return standing(facts, min(known, default=None))


def _listed(one: Listed, event: StripeEvent) -> Fact:
    """A refund in its charge, as an event of its own would have told it."""
    told = Reversal(Told.REFUND, one.object_id, one.status, one.at, moved=one.moved)
    return Fact(told, event.created, one.amount_minor)


def placed_elsewhere(
    t: Transaction, payment: Payment, news: GoneBack
) -> list[tuple[StripeEvent, str, datetime, int]]:
    """What staff said was about another invoice than the payment's first: the event that asked,
    the invoice, when the refund or dispute was made, and how much it was. A charge tells the sum
    of its refunds: it was about the newest of them.
    """
    found = []
    for event, outcome, reason in t.events.said_about(payment.stripe_payment_intent_id or ""):
        told = event.reversal
        if told is None or outcome is not Outcome.BOOKED or reason != Reason.SPLIT_REFUNDED.value:
            continue
        invoice_id = t.reviews.named_invoice(event.id)
        if invoice_id is None or invoice_id == payment.invoice_id:
            continue
        at, minor = told.at, event.amount_minor or 0
        if told.told is Told.REFUNDED_TOTAL:
            until = [one for one in news.refunds if one.at <= event.created and one.counts]
            at, minor = (until[-1].at, until[-1].amount_minor) if until else (event.created, 0)
            minor, at = next(((m, a) for a, m in news.unnamed if a == event.created), (minor, at))
        found.append((event, invoice_id, at, minor))
    return found


def facts_about(t: Transaction, payment: Payment) -> list[StripeEvent]:
    """All events about the payment's going back that are believed, the one that is being decided
    at the end; without late failures of other charges than the one that paid.

    An intent has a charge for each attempt, and a failed one brought nothing that could be taken
    back. Where the charge that paid is not known, none is taken for it.
    """
    paid_by = paying_charge(t, payment)
    return [
        event
        for event in told_of(t, payment)
        if event.reversal is not None
        and (
            event.reversal.told is not Told.FAILED_CHARGE
            or (paid_by is not None and event.reversal.charge_id == paid_by)
        )
    ]


def paying_charge(t: Transaction, payment: Payment) -> str | None:
    """The charge that paid, as its success or the charge itself told; None while unknown."""
    intent_id = payment.stripe_payment_intent_id or ""
    return t.events.success_of(intent_id)[0] or t.charges.paid_by(intent_id)


def told_of(t: Transaction, payment: Payment) -> list[StripeEvent]:
    """All events about the payment's going back that are believed, of whatever attempt."""
    intent_id = payment.stripe_payment_intent_id or ""
    now = t.events.deciding
    found = [event for event in _believed(t, intent_id) if now is None or event.id != now.id]
    if now is not None and now.payment_intent_id == intent_id:
        found.append(now)
    return [
        event
        for event in found
        if event.reversal is not None
        and event.problem is None
        and (event.currency, event.livemode) == (payment.currency, payment.livemode)
    ]


def _believed(t: Transaction, intent_id: str) -> list[StripeEvent]:
    return [
        event
        for event, outcome, reason in t.events.said_about(intent_id)
        if outcome in (Outcome.BOOKED, Outcome.DUPLICATE)
        or (outcome is Outcome.IGNORED and reason == Reason.PAYMENT_UNKNOWN.value)
        # It is booked; only on which invoice is still asked, or nobody wants to say.
        or reason == Reason.SPLIT_REFUNDED.value
    ]
