"""How long tests wait, and a `Waiting` for them: real threads, but the test decides what time it
is and how waits end.
"""

import threading
from collections.abc import Callable

from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system.threads import Threads

PATIENCE = 60.0
"""Seconds until a test gives up on what should come. Only one that fails needs so long: no test
may fail because the PC is slow, or busy with something else.
"""

Wait = Callable[[threading.Event, float | None], object]
"""Told the real event and for how many seconds somebody wants to wait for it; waits as it likes."""


class Steered(Threads):
    """Give `wait` to steer all waits for signals, `monotonic` to steer the time."""

    def __init__(
        self,
        wait: Wait = threading.Event.wait,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._wait = wait
        self._monotonic = monotonic

    def monotonic(self) -> float:
        return super().monotonic() if self._monotonic is None else self._monotonic()

    def signal(self) -> Signal:
        return _Steered(self._wait)


class _Steered:
    """domain.waiting.Signal; the test steers its waits."""

    def __init__(self, wait: Wait) -> None:
        self._event = threading.Event()
        self._wait = wait
        self.is_set, self.set, self.clear = self._event.is_set, self._event.set, self._event.clear

    def wait(self, timeout: float | None = None) -> bool:
        self._wait(self._event, timeout)
        return self._event.is_set()
