"""What the listener counts, and a log that strangers cannot flood."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from workmate_desktop.listener.answers import STATUSES


@dataclass
class ListenerCounters:
    """Plain numbers since the listener was made; only the listener thread writes them.

    Other threads may read at any time; each number is right for itself.
    """

    answers: dict[int, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    """Answers sent, by status."""
    refused: dict[str, int] = field(default_factory=dict)
    """Requests not accepted, by reason (see ``rules``, ``protocol``)."""
    open_connections: int = 0
    """Connections held now."""
    most_connections: int = 0
    """Most connections ever held at once."""
    evicted: int = 0
    """Connections closed to make room for a newer one."""

    def refusals(self) -> dict[str, int]:
        """Return a copy of ``refused`` that is safe to walk through in another thread."""
        return self.refused.copy()


class RefusalLog:
    """At most one line per reason and interval, with the number of requests it stands for.

    The first is logged at once, so that a single wrong delivery is seen without delay; what
    follows is collected. Lives in the listener thread.
    """

    INTERVAL: Final = 10.0
    """Seconds between two lines for the same reason."""

    def __init__(
        self,
        log: logging.Logger,
        loop: asyncio.AbstractEventLoop,
        counters: ListenerCounters,
        interval: float = INTERVAL,
    ) -> None:
        self._log = log
        self._loop = loop
        self._counters = counters
        self._interval = interval
        self._waiting: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def note(
        self, reason: str, level: int = logging.WARNING, fault: BaseException | None = None
    ) -> None:
        """Count one refused request; log it, with the trace of ``fault``, or collect it."""
        refused = self._counters.refused
        refused[reason] = refused.get(reason, 0) + 1
        if reason in self._waiting:
            self._waiting[reason] += 1
            return
        self._line(reason, level, 1, fault)
        self._open(reason, level)

    def close(self) -> None:
        """Log what was collected and forget the timers; for the stop."""
        for timer in self._timers.values():
            timer.cancel()
        for reason, count in self._waiting.items():
            if count:
                self._line(reason, logging.WARNING, count)
        self._timers.clear()
        self._waiting.clear()

    def _open(self, reason: str, level: int) -> None:
        self._waiting[reason] = 0
        self._timers[reason] = self._loop.call_later(self._interval, self._flush, reason, level)

    def _flush(self, reason: str, level: int) -> None:
        count = self._waiting.pop(reason)
        del self._timers[reason]
        if count:
            self._line(reason, level, count)
            self._open(reason, level)

    def _line(
        self, reason: str, level: int, count: int, fault: BaseException | None = None
    ) -> None:
        requests = "1 request" if count == 1 else f"{count} requests"
        self._log.log(level, "[Stripe] %s refused: %s", requests, reason, exc_info=fault)
