"""How quick the listener answered in this run of the program. In memory: a measurement, no more."""

from collections import deque
from datetime import datetime

from workmate_desktop.domain.reception.evidence import AnswerTimes

LATEST = 20
"""So many answers tell how quick the listener is now."""
MOST = 20_000
"""Of so many events it is kept; the oldest ones go (about 3 MB)."""


class Answers:
    """Written by the listener's thread alone; any thread may ask."""

    def __init__(self) -> None:
        self._by_event: dict[str, float] = {}
        self._latest: deque[tuple[datetime, float]] = deque(maxlen=LATEST)

    def note(self, event_id: str, milliseconds: float, at: datetime) -> None:
        """From the first byte to our answer, which went out `at` (UTC). Of an event that came
        several times the first answer stays."""
        if event_id in self._by_event:
            return
        if len(self._by_event) >= MOST:
            del self._by_event[next(iter(self._by_event))]
        self._by_event[event_id] = milliseconds
        self._latest.append((at, milliseconds))

    def of(self, event_id: str) -> float | None:
        """Milliseconds; None for what came otherwise, or before this run."""
        return self._by_event.get(event_id)

    def latest(self) -> AnswerTimes | None:
        """The newest ones; None before the first."""
        latest = tuple(self._latest)
        if not latest:
            return None
        return AnswerTimes(len(latest), max(one[1] for one in latest), latest[-1][0])
