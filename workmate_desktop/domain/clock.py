"""Time comes from outside, so that rules can be tested at any moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Stripe's clock minus that of this PC, in seconds, and when it was measured (UTC). 0.0 is
    right to the second, which is all that Stripe tells."""

    seconds: float
    at: datetime


class Clock(Protocol):
    """Where the program reads the time. gateways/system/clock.py has the real one."""

    def now(self) -> datetime:
        """The time of this PC, in UTC."""
        ...

    def today(self) -> date:
        """The date on the wall of the office."""
        ...

    def stripe_now(self) -> float:
        """Seconds since 1970 UTC, corrected by the measured offset to Stripe's clock."""
        ...

    def midnight(self, day: date) -> datetime:
        """When `day` begins in the office, in UTC; right on daylight-saving days too."""
        ...

    def local(self, moment: datetime) -> datetime:
        """`moment` in the time zone of the office."""
        ...


class MeasuredClock(Clock, Protocol):
    """A clock that was compared with Stripe's."""

    @property
    def measured(self) -> ClockOffset | None:
        """The offset as it was measured last; None before Stripe's first answer. Any thread."""
        ...


def true_now(clock: Clock) -> datetime:
    """This moment by Stripe's clock, as far as it was compared with this PC's; UTC."""
    return datetime.fromtimestamp(clock.stripe_now(), UTC)


def to_text(moment: datetime) -> str:
    """UTC, ISO 8601 with milliseconds and `Z`: 2026-11-23T08:00:03.120Z. Sorts as text."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"  # without +00:00


def from_text(text: str) -> datetime:
    """The inverse of `to_text`; also reads texts without milliseconds."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
