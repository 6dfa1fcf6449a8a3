"""One Stripe event, already authentic, reduced to the fields this program needs.

https://docs.stripe.com/api/events/object
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.payments.reversals import Reversal

PAYMENT_SUCCEEDED = "payment_intent.succeeded"
PAYMENT_FAILED = "payment_intent.payment_failed"
PAYMENT_PROCESSING = "payment_intent.processing"
PAYMENT_CANCELED = "payment_intent.canceled"
CHECKOUT_COMPLETED = "checkout.session.completed"
RUNNING_TYPES = (
    PAYMENT_PROCESSING,
    PAYMENT_CANCELED,
    CHECKOUT_COMPLETED,
)
"""They book nothing, but tell of payments that take days: begun, or given up."""
CHARGE_TYPES = ("charge.succeeded", "charge.captured", "charge.updated")
"""They book nothing, but tell how a payment was paid. Not subscribed: without them the charge is
read a little later (services/catch_up/comparison.py)."""
CHARGE_REFUNDED = "charge.refunded"
CHARGE_FAILED = "charge.failed"
REFUND_CREATED = "refund.created"
REFUND_UPDATED = "refund.updated"
REFUND_FAILED = "refund.failed"
DISPUTE_CREATED = "charge.dispute.created"
DISPUTE_UPDATED = "charge.dispute.updated"
DISPUTE_CLOSED = "charge.dispute.closed"
FUNDS_WITHDRAWN = "charge.dispute.funds_withdrawn"
FUNDS_REINSTATED = "charge.dispute.funds_reinstated"

REFUND_TYPES = (
    REFUND_CREATED,
    REFUND_UPDATED,
    REFUND_FAILED,
    "charge.refund.updated",  # what older API versions of an account send
)
DISPUTE_TYPES = (
    DISPUTE_CREATED,
    DISPUTE_UPDATED,
    DISPUTE_CLOSED,
    FUNDS_WITHDRAWN,
    FUNDS_REINSTATED,
)
REVERSAL_TYPES = (CHARGE_REFUNDED, CHARGE_FAILED, *REFUND_TYPES, *DISPUTE_TYPES)
"""All that services/booking/book_reversals.py understands."""

SUBSCRIBED_TYPES = (
    PAYMENT_SUCCEEDED,
    PAYMENT_FAILED,
    PAYMENT_PROCESSING,
    PAYMENT_CANCELED,
    CHECKOUT_COMPLETED,
    CHARGE_REFUNDED,
    REFUND_CREATED,
    REFUND_UPDATED,
    REFUND_FAILED,
    DISPUTE_CREATED,
    DISPUTE_UPDATED,
    DISPUTE_CLOSED,
    FUNDS_WITHDRAWN,
    FUNDS_REINSTATED,
)
"""What Stripe is asked to send, and what is fetched. Not `charge.failed`: it comes with every
declined card, and the rare late failure is found by the daily comparison."""

FOUND_BY_INVOICE = "evt_catchup_"
"""Beginning of the id of an event that Stripe no longer lists (older than 30 days): made from
its paid payment intent, whose id follows. The same intent always gives the same id. Refunds and
disputes that no event brought have such ids too, from their own id and their status."""


class Source(StrEnum):
    """How the event came."""

    WEBHOOK = "webhook"
    CATCH_UP = "catch_up"
    POLL = "poll"
    SIMULATION = "simulation"


class Outcome(StrEnum):
    """What the event did."""

    BOOKED = "booked"
    FAILURE_RECORDED = "failure_recorded"
    DUPLICATE = "duplicate"
    NEEDS_REVIEW = "needs_review"
    IGNORED = "ignored"


class Reason(StrEnum):
    """Why an event was put to review or ignored; ui turns it into a German sentence."""

    NO_INVOICE = "no_invoice"
    NOT_OURS = "not_ours"
    """It bears the mark of another program that uses the same account at Stripe."""
    NOT_MARKED = "not_marked"
    """Real money that names one of our invoices without our mark: anybody may write a number."""
    UNKNOWN_INVOICE = "unknown_invoice"
    INVOICE_MISMATCH = "invoice_mismatch"
    OTHER_INSTALLATION = "other_installation"
    OTHER_CURRENCY = "other_currency"
    SPLIT_REFUNDED = "split_refunded"
    """A part of one payment for several invoices went back: which of them was it?"""
    WRONG_MODE = "wrong_mode"
    INVOICE_CANCELLED = "invoice_cancelled"
    INVOICE_DRAFT = "invoice_draft"
    BAD_AMOUNT = "bad_amount"
    NOT_SUCCEEDED = "not_succeeded"
    PROGRAM_ERROR = "program_error"
    UNKNOWN_TYPE = "unknown_type"
    THIN_EVENT = "thin_event"
    FOREIGN_ACCOUNT = "foreign_account"
    SAME_INTENT = "same_intent"
    NAMED_TWICE = "named_twice"
    """The money is kept already, and now it is named for another invoice."""
    PAYMENT_RUNNING = "payment_running"
    PAYMENT_CANCELED = "payment_canceled"
    UNREADABLE = "unreadable"
    """Signed by Stripe, but not to be read: there is a notice and no event."""
    SAME_REVERSAL = "same_reversal"
    """Refund or dispute as booked already: nothing to add."""
    PAYMENT_UNKNOWN = "payment_unknown"
    """A reversal of a payment that is not booked here; booked with the payment if it comes."""
    DELETED_TEST_DATA = "deleted_test_data"
    """From before all test data was deleted here; Stripe lists it for 30 days."""
    CHARGE_NOTED = "charge_noted"
    """It told how a payment was paid."""
    NOTHING_MOVED = "nothing_moved"
    """An inquiry of the bank, or a charge that never succeeded: no money has moved."""


class UnreadableEvent(Exception):
    """The sender was authentic, but the body is not an event we can read.

    `reason` is a short code such as `json`, `not_an_object`, `event_id`, `intent_id`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """What an event says. Amounts are minor units; times are UTC.

    `amount_minor` is `amount_received` of a succeeded intent and what was asked for otherwise;
    None when the event has no amount or one that cannot be true. `problem` names the field
    that is not what Stripe documents (`amount`, `livemode`, `created`, `currency`), or is None.
    """

    id: str
    type: str
    created: datetime
    livemode: bool
    payment_intent_id: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    intent_status: str | None = None
    invoice_ref: str | None = None
    """metadata.invoice_id: the UUID or the number of an invoice."""
    invoice_number: str | None = None
    workmate_instance: str | None = None
    method: str | None = None
    decline_code: str | None = None
    failure_code: str | None = None
    account: str | None = None
    """The connected account the event belongs to; None for our own."""
    thin: bool = False
    problem: str | None = None
    mentioned: tuple[str, ...] = ()
    """Numbers of invoices found in the texts of the payment (domain/review.py numbers_in)."""
    written: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """Those texts themselves, while the event is being booked: they are never kept."""
    foreign: bool = False
    """The payment has metadata, and none of them are keys of ours."""
    charge_id: str | None = None
    """The charge that paid, or failed to pay, the intent."""
    charge: Charge | None = None
    """The charge itself, where the event contains it."""
    released_minor: int | None = None
    """Of a succeeded intent: what was held beyond what was captured; None for nothing."""
    reversal: Reversal | None = None
    """What an event of REVERSAL_TYPES tells; `amount_minor` is then what has gone back."""
