"""Payments: money received, and its counter-entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

BANK_TRANSFER = "bank_transfer"
CASH = "cash"
MANUAL_METHODS = (BANK_TRANSFER, CASH)


class StaffKind(StrEnum):
    """What a row of `payments` is that staff wrote and that is not simply money received."""

    SKONTO = "skonto"
    """Closes what is owed, because the customer paid early; never money received."""
    WRITE_OFF = "write_off"
    """Ausbuchung: closes what is owed and will not come; never money received."""
    REFUND = "refund"
    """Given back by transfer or in cash; below 0."""
    MOVED = "moved"
    """Money of a payment that counts for another invoice: below 0 there, above 0 here."""


NO_MONEY_RECEIVED = (StaffKind.SKONTO, StaffKind.WRITE_OFF, StaffKind.MOVED)
"""They stand in no sum of what was received in a month."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received (`amount_minor` > 0) or taken back (< 0). Never changed once booked.

    `reverses_id` names the payment that a counter-entry takes back. `received_at` is when the
    money came (UTC); `created_at` is when this row was written.
    """

    id: str
    invoice_id: str | None
    amount_minor: int
    currency: str
    method: str
    livemode: bool
    received_at: datetime
    created_at: datetime
    stripe_payment_intent_id: str | None = None
    reverses_id: str | None = None
    note: str = ""
    reversal_of: str | None = None
    """The Stripe payment whose money this counter-entry takes back (or gives again)."""
    kind: str | None = None
    """A `ReversalKind` or a `StaffKind`; None for a payment."""
    stripe_object_id: str | None = None

    @property
    def manual(self) -> bool:
        """Money received that staff entered by hand, so they may reverse it here."""
        return (
            self.stripe_payment_intent_id is None and self.reversal_of is None and self.kind is None
        )


def refundable_minor(payment: Payment, reversals: Iterable[Payment]) -> int:
    """How much of a Stripe payment could still be given back, in minor units.

    `reversals` are its counter-entries. 0 for a payment that did not come by Stripe.
    """
    if payment.stripe_payment_intent_id is None:
        return 0
    return max(0, payment.amount_minor + sum(entry.amount_minor for entry in reversals))


@dataclass(frozen=True, slots=True)
class PaymentFee:
    """What Stripe kept of a payment, and what it paid out, in minor units of `currency`.

    From the balance transaction; `currency` is that of the office's account at Stripe.
    https://docs.stripe.com/api/balance_transactions/object
    """

    payment_id: str
    balance_transaction_id: str
    fee_minor: int
    net_minor: int
    currency: str


class RequestState(StrEnum):
    """What became of a refund that was asked for here."""

    ASKED = "asked"
    """Stored, and perhaps sent: Stripe has not answered yet."""
    DONE = "done"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    """Never answered, and after a day Stripe knows no such refund."""


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund asked for here. `trouble` is the code of the last error while it is open."""

    id: str
    payment_id: str
    idempotency_key: str
    amount_minor: int
    currency: str
    livemode: bool
    reason: str
    actor: str
    state: RequestState
    created_at: datetime
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentAttempt:
    """A failed attempt to pay. `at` is Stripe's time of the attempt (UTC)."""

    event_id: str
    payment_intent_id: str | None
    at: datetime
    amount_minor: int | None
    decline_code: str | None
    failure_code: str | None
