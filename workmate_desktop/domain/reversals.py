"""Money that goes back: refunds, disputes, returned debits. What is true follows from facts.

Stripe tells of one refund in several events, in any order, twice, or not at all. So nothing here
depends on order: `standing` computes from the set of everything Stripe ever said about a payment
how much of it has gone back, and booking adds counter-entries until the books say the same.
https://docs.stripe.com/refunds, https://docs.stripe.com/disputes/how-disputes-work
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReversalKind(StrEnum):
    """Why a counter-entry of a Stripe payment was booked (`payments.kind`)."""

    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    """The bank did not take the refund: the money is back with the office."""
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    """The bank gave the disputed money back to the office."""
    RETURN = "return"
    """A direct debit went back: the customer's bank fetched the money again."""


class Told(StrEnum):
    """What kind of Stripe object an event tells about."""

    REFUND = "refund"
    REFUNDED_TOTAL = "refunded_total"
    """A charge with the sum of its refunds so far, but without their ids."""
    DISPUTE = "dispute"
    FAILED_CHARGE = "failed_charge"
    """A charge that succeeded and failed later, so that Stripe took the money back."""


REFUND_IS_DEAD = ("failed", "canceled")
"""https://docs.stripe.com/api/refunds/object#refund_object-status. Every other one has taken
the money off the office already, `pending` and `requires_action` included: Stripe takes it
when the refund is created, and it counts as `amount_refunded` from then on."""

_ONLY_ASKED = ("warning_needs_response", "warning_under_review", "warning_closed", "prevented")
"""An inquiry of the bank: no money has moved.
https://docs.stripe.com/api/disputes/object#dispute_object-status"""
_WON = "won"
_LOST = "lost"

TAKEN_BACK = "taken_back"
"""`Reversal.status` of a charge that failed after it had succeeded."""

RETURNED_BY_BANK = ("sepa_debit", "bacs_debit", "au_becs_debit", "us_bank_account", "acss_debit")
"""Methods whose dispute is a returned debit: final, and nothing that one could answer."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """What one event says about money that goes back.

    `at` is when the object was made at Stripe (UTC). `reason` is Stripe's code, such as
    `requested_by_customer` or `fraudulent`. `respond_by`: until when a dispute may be answered.
    `request_id` names the request of this program that the refund came from.
    """

    told: Told
    object_id: str
    status: str | None
    at: datetime
    charge_id: str | None = None
    reason: str | None = None
    request_id: str | None = None
    respond_by: datetime | None = None
    method: str | None = None
    funds: str | None = None
    """`withdrawn` or `reinstated` when the event says that the money itself moved."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A `Reversal`, when Stripe said it (UTC), and the amount in minor units.

    Of a REFUNDED_TOTAL the amount is the sum of all refunds of the charge up to then.
    """

    reversal: Reversal
    said_at: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a payment has gone back, in minor units, by Stripe object.

    `refunds`: (refund id, amount, still counts), oldest first. `unnamed_minor`: refunded
    according to the charge, by refunds whose ids Stripe has not told yet. `disputes` holds every
    dispute and late failure of the charge: what is gone by it now, 0 when it came back.
    """

    refunds: tuple[tuple[str, int, bool], ...]
    unnamed_minor: int
    disputes: dict[str, int]

    @property
    def refunded_minor(self) -> int:
        """What the office has given back."""
        return sum(amount for _, amount, counts in self.refunds if counts) + self.unnamed_minor


def standing(facts: Iterable[Fact]) -> Standing:
    """What follows from all that was said about one payment; their order does not matter."""
    refunds: dict[str, list[Fact]] = {}
    disputes: dict[str, list[Fact]] = {}
    failed: dict[str, Fact] = {}
    claimed = 0
    for fact in facts:
        told = fact.reversal.told
        if told is Told.REFUND:
            refunds.setdefault(fact.reversal.object_id, []).append(fact)
        elif told is Told.DISPUTE:
            disputes.setdefault(fact.reversal.object_id, []).append(fact)
        elif told is Told.REFUNDED_TOTAL:
            claimed = max(claimed, fact.amount_minor)
        elif fact.reversal.status == TAKEN_BACK:
            failed[fact.reversal.object_id] = fact
    named = sorted(
        (min(fact.reversal.at for fact in said), key, max(fact.amount_minor for fact in said))
        for key, said in refunds.items()
    )
    ever = sum(amount for _, _, amount in named)
    return Standing(
        tuple((key, amount, not _is_dead(refunds[key])) for _, key, amount in named),
        # A claim is a sum of refunds at some time, so all named ones together cover it.
        max(0, claimed - ever),
        {key: _gone_by(said) for key, said in disputes.items()}
        | {key: fact.amount_minor for key, fact in failed.items()},
    )


def _is_dead(said: list[Fact]) -> bool:
    # A refund never comes back to life, so it does not matter when that was said.
    return any(fact.reversal.status in REFUND_IS_DEAD for fact in said)


def _gone_by(said: list[Fact]) -> int:
    """What a dispute has taken; 0 for an inquiry, and once the money is back."""
    taken = [f for f in said if f.reversal.status not in (*_ONLY_ASKED, _WON) or _took(f)]
    back = [f.said_at for f in said if f.reversal.status == _WON or _gave(f)]
    if not taken:
        return 0
    # A second loss after a victory takes the money again.
    again = [f.said_at for f in said if f.reversal.status == _LOST or _took(f)]
    if back and (not again or max(back) >= max(again)):
        return 0
    newest = max(taken, key=lambda fact: (fact.said_at, fact.amount_minor))
    return newest.amount_minor


def _took(fact: Fact) -> bool:
    return fact.reversal.funds == "withdrawn"


def _gave(fact: Fact) -> bool:
    return fact.reversal.funds == "reinstated"
