"""What a charge at Stripe tells: one attempt to pay, and whether it brought the money.

https://docs.stripe.com/api/charges/object
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge, in minor units. `created` is when it was made (UTC), None when that cannot be true.

    `paid`: it brought money, so it is captured; a hold alone is no money, though Stripe calls it
    succeeded. `method` is the type of payment method, such as `card`: the payment intent names
    several that were possible, only the charge the one that was used.
    """

    id: str
    intent_id: str | None
    paid: bool
    amount_minor: int
    captured_minor: int
    created: datetime | None = None
    method: str | None = None

    @property
    def released_minor(self) -> int | None:
        """What was held and never captured: Stripe shows it as refunded, but it never was money.
        None while nothing is captured."""
        return max(0, self.amount_minor - self.captured_minor) if self.captured_minor else None
