"""Payment links: one address at Stripe where the customer pays one invoice.

https://docs.stripe.com/api/payment-link
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_RUN = timedelta(days=30)
"""A payment that takes days is decided long before; then its end was never told."""


class LinkState(StrEnum):
    """What this program knows of a link."""

    CREATING = "creating"
    """Its key is stored; whether Stripe has made it is not known yet."""
    ACTIVE = "active"
    DEACTIVATING = "deactivating"
    """It must not be paid any more; Stripe has not confirmed that yet."""
    INACTIVE = "inactive"
    REFUSED = "refused"
    """Stripe never made it."""


LIVE_STATES = (LinkState.CREATING, LinkState.ACTIVE)
"""At most one row of an invoice is in these: the database sees to it."""


class CloseReason(StrEnum):
    """Why a link was switched off; ui has the words."""

    PAID = "paid"
    AMOUNT_CHANGED = "amount_changed"
    CANCELLED = "cancelled"
    RUNNING = "running"
    """The customer has paid by a method that takes days."""
    OUTSIDE = "outside"
    """It was found switched off at Stripe: in the Dashboard, or because it is used up."""
    DELETED = "deleted"
    """Its test invoice was deleted."""


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """One link. `amount_minor` is what it asks for; times are UTC.

    `account` is the Stripe account it was made in, None when that was not known.
    `keyed_at` is when `idempotency_key` was stored: Stripe forgets a key after 24 hours.
    `trouble` is the code of what last kept Stripe from making it or from switching it off.
    """

    id: str
    invoice_id: str | None
    idempotency_key: str
    stripe_link_id: str | None
    url: str | None
    livemode: bool
    account: str | None
    amount_minor: int
    currency: str
    state: LinkState
    request: str
    created_at: datetime
    keyed_at: datetime
    active_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    trouble: str | None = None


class OfferState(StrEnum):
    """What the panel of an invoice says about its link."""

    NOT_OFFERED = "not_offered"
    """Draft, paid, cancelled: nothing to pay."""
    NONE = "none"
    UNCONFIRMED = "unconfirmed"
    """It was asked for, but Stripe's answer never came: asking again finds out."""
    READY = "ready"
    CLOSING = "closing"
    RUNNING = "running"
    """The customer has paid by a method that takes days: no second offer meanwhile."""


@dataclass(frozen=True, slots=True)
class Offer:
    """How an invoice can be paid at this moment. `since` (UTC) is when a `READY` link was made
    or a `RUNNING` payment began; `trouble` the code of what keeps Stripe from doing it."""

    state: OfferState
    url: str | None = None
    since: datetime | None = None
    trouble: str | None = None
