"""The real clock of this PC, and its measured offset to Stripe's."""

from datetime import UTC, date, datetime, time

from workmate_desktop.domain.clock import ClockOffset


class SystemClock:
    """domain.clock.Clock on the system's time and time zone.

    `offset_seconds` is Stripe's clock minus ours, measured from the `Date` header of Stripe's
    answers; 0.0 until the first one. Deliveries are judged by the corrected time, so that a PC
    whose clock is wrong does not reject everything.
    """

    def __init__(self) -> None:
        self.offset_seconds = 0.0
        self._measured: ClockOffset | None = None

    @property
    def measured(self) -> ClockOffset | None:
        """The offset as it was measured last; None before Stripe's first answer. Any thread."""
        return self._measured

    def note_stripe_time(self, moment: datetime) -> None:
        """Stripe's time at this moment, in whole seconds; differences below that are none."""
        difference = (moment - self.now()).total_seconds() + 0.5
        self.offset_seconds = difference if abs(difference) > 1.5 else 0.0
        self._measured = ClockOffset(self.offset_seconds, self.now())

    def now(self) -> datetime:
        """The time of this PC, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The date on the wall of the office."""
        return datetime.now().astimezone().date()

    def stripe_now(self) -> float:
        """Seconds since 1970 UTC, corrected by the measured offset."""
        return self.now().timestamp() + self.offset_seconds

    def midnight(self, day: date) -> datetime:
        """When `day` begins in the office, in UTC."""
        return datetime.combine(day, time()).astimezone().astimezone(UTC)

    def local(self, moment: datetime) -> datetime:
        """`moment` in the time zone of the office."""
        return moment.astimezone()
