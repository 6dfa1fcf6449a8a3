"""Payments: money received, and its counter-entries."""

from dataclasses import dataclass
from datetime import datetime

BANK_TRANSFER = "bank_transfer"
CASH = "cash"
MANUAL_METHODS = (BANK_TRANSFER, CASH)


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

    @property
    def manual(self) -> bool:
        """Entered by hand, so staff may reverse it here."""
        return self.stripe_payment_intent_id is None


@dataclass(frozen=True, slots=True)
class PaymentAttempt:
    """A failed attempt to pay. `at` is Stripe's time of the attempt (UTC)."""

    event_id: str
    payment_intent_id: str | None
    at: datetime
    amount_minor: int | None
    decline_code: str | None
    failure_code: str | None
