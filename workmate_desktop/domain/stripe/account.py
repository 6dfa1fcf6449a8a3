"""What Stripe's API says about the account, and the ways in which it can refuse."""

from dataclasses import dataclass
from enum import StrEnum

from workmate_desktop.domain.errors import UserError


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """The account a key belongs to. `name` is what its owner sees in Stripe's Dashboard."""

    id: str
    name: str
    livemode: bool
    """The mode of the key that asked."""
    website: str | None = None
    """The domain of its website, without `www.`, where it has one."""


class StripeRefusal(StrEnum):
    """Why Stripe did not do what was asked."""

    WRONG_KEY = "wrong_key"
    REVOKED = "revoked"
    NO_RIGHT = "no_right"
    NO_NET = "no_net"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    """Not Stripe: the program itself gave up, because someone pressed Abbrechen."""
    RATE_LIMITED = "rate_limited"
    STRIPE_DOWN = "stripe_down"
    NOT_STRIPE = "not_stripe"
    """Someone else answered: a captive portal, a proxy, a wrong certificate."""
    TOO_LARGE = "too_large"
    """The answer was larger than any of Stripe's can be: given up while it came."""
    STANDS_STILL = "stands_still"
    """A list brings the same page again and again, or none at all."""
    OTHER = "other"


class StripeRefused(UserError):
    """Stripe did not do it. Its `code` is `stripe_` and the kind: `stripe_wrong_key` …

    `right` is the name of the permission a restricted key lacks, such as `rak_event_read`.
    `status` is the HTTP status and `stripe_code` Stripe's own error code, where there was one;
    neither ever holds a key or words of Stripe's.
    """

    def __init__(
        self,
        kind: StripeRefusal,
        *,
        right: str | None = None,
        status: int | None = None,
        stripe_code: str | None = None,
    ) -> None:
        super().__init__(f"stripe_{kind.value}", right=right, stripe_code=stripe_code)
        self.kind = kind
        self.right = right
        self.status = status
        self.stripe_code = stripe_code
