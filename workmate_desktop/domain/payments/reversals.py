"""Money that goes back: refunds, disputes, returned debits. What is true follows from facts.

Stripe tells of one refund in several events, in any order, twice, or not at all. So nothing here
depends on order: `standing` computes from the set of everything Stripe ever said about a payment
how much of it has gone back, and booking adds counter-entries until the books say the same.
https://docs.stripe.com/refunds, https://docs.stripe.com/disputes/how-disputes-work
"""

from collections.abc import Iterable, Sequence
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

CHARGE_PREFIXES = ("ch_", "py_")
"""How the id of a charge begins. A refund that was told without its id is booked under its charge.
https://docs.stripe.com/api/charges/object#charge_object-id"""

TAKEN_BACK = "taken_back"
"""`Reversal.status` of a charge that failed after it had succeeded."""

RETURNED_BY_BANK = (
    "sepa_debit",
    "bacs_debit",
    "au_becs_debit",
    "nz_bank_account",
    "us_bank_account",
    "acss_debit",
)
"""Methods whose dispute is a returned debit: final, and nothing that one could answer."""

_REASONS_OF_RETURNS = (
    "bank_cannot_process",
    "customer_initiated",
    "debit_not_authorized",
    "incorrect_account_details",
    "insufficient_funds",
)
"""Reasons that only returned debits have.
https://docs.stripe.com/api/disputes/object#dispute_object-reason"""


def is_returned_debit(method: str | None, reason: str | None) -> bool:
    """Whether a dispute is a returned debit. `method` None or `stripe`: not known yet; then the
    reason may tell."""
    if method in (None, "stripe"):
        return reason in _REASONS_OF_RETURNS
    return method in RETURNED_BY_BANK


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance transactions of a dispute say, in minor units: how many there are, what
    they took and what they gave back. The list only grows."""

    moves: int
    taken_minor: int
    returned_minor: int


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
    balance: Balance | None = None
    """Of a dispute; None where it was not told, or in another currency than the dispute's."""
    released_minor: int | None = None
    """What the charge says was held and never captured; None where no charge was told."""
    moved: bool = False
    """Of a refund: it has a balance transaction, so it moved money."""
    refunds: "tuple[Listed, ...]" = ()
    """Of a charge: its refunds, where they lie in it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A refund that lies in its charge, as API versions before 2022-11-15 tell it."""

    object_id: str
    amount_minor: int
    at: datetime
    status: str | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A `Reversal`, when Stripe said it (UTC), and the amount in minor units.

    Of a REFUNDED_TOTAL the amount is the sum of all refunds of the charge up to then, with what
    was held and never captured: Stripe books that as refunded, too.
    """

    reversal: Reversal
    said_at: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """One refund, made at the time `at` (UTC). `counts`: it did not fail."""

    object_id: str
    amount_minor: int
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What is gone now by a dispute or a late failure, 0 when all came back; made at `at`."""

    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class GoneBack:
    """How much of a payment has gone back, in minor units, by Stripe object.

    `refunds`: oldest first. `unnamed`: (time, amount) of what was refunded according to the
    charge, by refunds whose ids Stripe has not told. `disputes` holds every dispute and late
    failure of the charge.
    """

    refunds: tuple[Refunded, ...]
    unnamed: tuple[tuple[datetime, int], ...]
    disputes: dict[str, Taken]

    @property
    def refunded_minor(self) -> int:
        """What the office has given back."""
        named = sum(one.amount_minor for one in self.refunds if one.counts)
        return named + sum(amount for _, amount in self.unnamed)


def standing(facts: Iterable[Fact], released_minor: int | None = None) -> GoneBack:
    """What follows from all that was said about one payment; their order does not matter.

    `released_minor`: what the payment itself tells of a hold that was captured in part.
    """
    refunds: dict[str, list[Fact]] = {}
    disputes: dict[str, list[Fact]] = {}
    failed: dict[str, list[Fact]] = {}
    claims: list[Fact] = []
    for fact in facts:
        told, key = fact.reversal.told, fact.reversal.object_id
        if told is Told.REFUND:
            refunds.setdefault(key, []).append(fact)
        elif told is Told.DISPUTE:
            disputes.setdefault(key, []).append(fact)
        elif told is Told.REFUNDED_TOTAL:
            claims.append(fact)
        elif fact.reversal.status == TAKEN_BACK:
            failed.setdefault(key, []).append(fact)
    released = _released(claims, released_minor)
    named = _real_refunds(sorted(map(_Refund.of, refunds.values())), released)
    return GoneBack(
        tuple(Refunded(one.key, one.amount, one.at, one.dead_since is None) for one in named),
        tuple(_unnamed(claims, named, released)),
        {key: _gone_by(said) for key, said in disputes.items()}
        | {key: _taken_back(said) for key, said in failed.items()},
    )


@dataclass(frozen=True, slots=True, order=True)
class _Refund:
    at: datetime
    key: str
    amount: int
    moved: bool
    dead_since: datetime | None
    """When it was said at the earliest that it failed: no later than that it was dead."""

    @staticmethod
    def of(said: list[Fact]) -> "_Refund":
        # A refund never comes back to life, so it does not matter when that was said.
        dead = [fact.said_at for fact in said if fact.reversal.status in REFUND_IS_DEAD]
        return _Refund(
            min(fact.reversal.at for fact in said),
            said[0].reversal.object_id,
            max(fact.amount_minor for fact in said),
            any(fact.reversal.moved for fact in said),
            min(dead, default=None),
        )

    def counted_at(self, moment: datetime) -> bool:
        """Whether the charge's sum of refunds contained it at that time."""
        return self.at <= moment and (self.dead_since is None or self.dead_since >= moment)


def _released(claims: Sequence[Fact], told: int | None) -> int:
    """What was held and never captured. A later capture makes it less, nothing makes it more."""
    known = [fact.reversal.released_minor for fact in claims] + [told]
    return min((minor for minor in known if minor is not None), default=0)


def _real_refunds(named: list[_Refund], released: int) -> list[_Refund]:
    """Without the release of a hold: Stripe tells it as a refund, made before every real one."""
    for one in named if released else ():
        if one.amount == released and one.dead_since is None and not one.moved:
            return [other for other in named if other is not one]
    return named


def _unnamed(
    claims: Sequence[Fact], named: Sequence[_Refund], released: int
) -> Iterable[tuple[datetime, int]]:
    """What the charge's sums say beyond the refunds that are known.

    The sum falls again when a refund fails, so a claim is compared with what counted when it was
    said, and not with all that ever was.
    """
    so_far = 0
    for moment, total in sorted((fact.said_at, fact.amount_minor) for fact in claims):
        counted = sum(one.amount for one in named if one.counted_at(moment))
        more = total - released - counted - so_far
        if more > 0:
            so_far += more
            yield moment, more


def _taken_back(said: list[Fact]) -> Taken:
    # The charge alone does not tell when it failed, only when it was made: the later is right.
    return Taken(max(fact.amount_minor for fact in said), max(fact.reversal.at for fact in said))


def _gone_by(said: list[Fact]) -> Taken:
    """What a dispute has taken; 0 for an inquiry, and once the money is back."""
    at = min(fact.reversal.at for fact in said)
    listed = [fact for fact in said if fact.reversal.balance is not None]
    if not listed:
        return Taken(_left(said, _taken_by_status(said)), at)
    newest = max(listed, key=_as_listed)
    balance = newest.reversal.balance
    assert balance is not None
    if balance.returned_minor and not any(_took(f) and f.said_at > newest.said_at for f in said):
        # It may have come back in part: only the list says how much.
        return Taken(max(0, balance.taken_minor - balance.returned_minor), at)
    return Taken(_left(said, balance.taken_minor), at)


def _left(said: list[Fact], taken_minor: int) -> int:
    """What stays gone where no list says what came back: nothing once it was won, but what an
    event about the reinstated money leaves by its own amount."""
    if not _is_back(said):
        return taken_minor
    gave = [(fact.said_at, fact.amount_minor) for fact in said if _gave(fact)]
    return max(0, taken_minor - max(gave)[1]) if gave else 0


def _as_listed(fact: Fact) -> tuple[int, datetime, int, int]:
    balance = fact.reversal.balance
    assert balance is not None
    return balance.moves, fact.said_at, balance.taken_minor, balance.returned_minor


def _is_back(said: list[Fact]) -> bool:
    back = [f.said_at for f in said if f.reversal.status == _WON or _gave(f)]
    # A second loss after a victory takes the money again.
    again = [f.said_at for f in said if f.reversal.status == _LOST or _took(f)]
    return bool(back) and (not again or max(back) >= max(again))


def _taken_by_status(said: list[Fact]) -> int:
    taken = [f for f in said if f.reversal.status not in (*_ONLY_ASKED, _WON) or _took(f)]
    # Of one second the larger amount: the order of arrival must not matter.
    newest = max(taken, key=lambda fact: (fact.said_at, fact.amount_minor), default=None)
    return newest.amount_minor if newest else 0


def _took(fact: Fact) -> bool:
    return fact.reversal.funds == "withdrawn"


def _gave(fact: Fact) -> bool:
    return fact.reversal.funds == "reinstated"
