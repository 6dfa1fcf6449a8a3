"""What the books prove about the way of the payments: for the production checklist."""

from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.stripe.events import Source


@dataclass(frozen=True, slots=True)
class SeenPayment:
    """A payment of Stripe that was booked. `at` is when it came (UTC); the amount is in minor
    units; `number` is the invoice's, where it still is."""

    at: datetime
    source: Source
    number: str | None
    amount_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """The newest answers of the listener: how many, and how long they took (ms), first byte to
    answer. `last_at` is when the newest was asked for (UTC)."""

    count: int
    slowest_ms: float
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """All for one mode (test or live money). None: there was none yet. Times are UTC.

    `delivered_at`: the newest event that came as a webhook, so it was signed with a secret in
    force. `delivered_types`: which of the guide's two
    types (success, failure) came so in the last 30 days. `failures_untold`: failed
    payments of the last 30 days without a notice. `fetched_until`: Stripe was asked to the end
    then (Stripe's clock); the program saves it every ten minutes at most. `mail_on`: notices go
    out by e-mail too; `mail_waits_since`: the oldest that was tried in vain came then.
    """

    delivered_at: datetime | None = None
    delivered_types: frozenset[str] = frozenset()
    payment: SeenPayment | None = None
    simulated_at: datetime | None = None
    answers: AnswerTimes | None = None
    failed_at: datetime | None = None
    failures_untold: int = 0
    fetched_until: datetime | None = None
    mail_on: bool = False
    mail_waits_since: datetime | None = None
