"""What closes the rest of an invoice without money, and what staff say about a refund."""

from collections.abc import Sequence
from dataclasses import dataclass

from workmate_desktop.domain.payments.payments import Payment, StaffKind, refundable_minor

SKONTO = StaffKind.SKONTO.value
WRITE_OFF = StaffKind.WRITE_OFF.value
REFUND = StaffKind.REFUND.value
CLOSINGS = (SKONTO, WRITE_OFF)
"""`payments.kind` of rows that close what is owed; they are never money received."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What closes a rest: `kind` is one of CLOSINGS, `rest_minor` the rest that staff saw.

    An Ausbuchung needs a reason.
    """

    kind: str
    rest_minor: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OwedAgain:
    """A decision in force: what the refund `payment_id` gave back is owed again."""

    decision_id: str
    payment_id: str
    amount_minor: int
    currency: str


def by_staff(payment: Payment) -> bool:
    """Entered here, so that staff may take it back here: no counter-entry, nothing of Stripe's,
    and no money that was moved from another invoice."""
    own = payment.stripe_payment_intent_id is None and payment.reversal_of is None
    return own and payment.reverses_id is None and payment.kind in (None, REFUND, *CLOSINGS)


def standing_refunds(payments: Sequence[Payment]) -> list[Payment]:
    """Refunds that neither failed nor were taken back, oldest first."""
    undone = {payment.reverses_id for payment in payments}
    by_object: dict[str, int] = {}
    for payment in payments:
        if payment.stripe_object_id is not None:
            key = payment.stripe_object_id
            by_object[key] = by_object.get(key, 0) + payment.amount_minor
    return [
        payment
        for payment in payments
        if payment.kind == REFUND
        and payment.amount_minor < 0
        and payment.id not in undone
        and (payment.stripe_object_id is None or by_object[payment.stripe_object_id] < 0)
    ]


def standing_closings(payments: Sequence[Payment]) -> list[Payment]:
    """Skonto and Ausbuchungen that were not taken back, oldest first."""
    undone = {payment.reverses_id for payment in payments}
    return [
        payment
        for payment in payments
        if payment.kind in CLOSINGS and payment.reverses_id is None and payment.id not in undone
    ]


def stripe_can_return(payment: Payment, payments: Sequence[Payment]) -> int:
    """How much of a Stripe payment may still go back by Stripe, in minor units.

    `payments` are all rows of its invoice. What the office gave back itself, beyond what came by
    hand, was Stripe's money: it does not go back a second time.
    """
    left = _left_at_stripe(payment, payments)
    everything = sum(_left_at_stripe(one, payments) for one in payments)
    return min(left, max(0, everything - _given_back_by_hand(payments)))


def _left_at_stripe(payment: Payment, payments: Sequence[Payment]) -> int:
    # Money that was moved to another invoice is still Stripe's to give back.
    gone = (p for p in payments if p.reversal_of == payment.id and p.kind != StaffKind.MOVED)
    return refundable_minor(payment, gone)


def _given_back_by_hand(payments: Sequence[Payment]) -> int:
    came = back = 0
    for one in payments:
        if one.stripe_payment_intent_id is None and one.reversal_of is None:
            came += one.amount_minor if one.kind is None else 0
            back -= one.amount_minor if one.kind == REFUND else 0
    return max(0, back - max(0, came))
