"""Notices a thread that hangs: says which, and where in the code it stands.

A thread either beats by itself (the window, the listener) or says since when it has been busy
(the writer). Time that passes while the PC sleeps, or while nothing runs at all, counts for
nobody: then every thread gets its whole patience anew.
"""

import logging
import sys
import traceback
from collections.abc import Callable

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.catch_up.timepiece import Timepiece
from workmate_desktop.services.keeper import Keeper
from workmate_desktop.services.upkeep.crash import redacted

logger = logging.getLogger("workmate.watchdog")

PATIENCE_SECONDS = 30.0
"""Longer than any wait that is allowed: a locked database costs 4 s, a stop 5 s."""
LOOK_SECONDS = 5.0


class Heart:
    """Beats on the thread that is watched. `thread_id` says which thread it is called on."""

    def __init__(self, monotonic: Callable[[], float], thread_id: Callable[[], int]) -> None:
        self._monotonic = monotonic
        self._current_thread = thread_id
        self._last: float | None = None
        self._thread_id: int | None = None

    def beat(self) -> None:
        """Alive. On the watched thread."""
        self._thread_id = self._current_thread()
        self._last = self._monotonic()

    def rest(self) -> None:
        """The thread ends rightly."""
        self._last = None

    def waiting_since(self) -> float | None:
        """The last beat; None before the first."""
        return self._last

    def thread_id(self) -> int | None:
        """Whose heart it is."""
        return self._thread_id


class Watchdog:
    """A quiet thread. `on_change` is called on it with the names of the threads that hang."""

    def __init__(
        self,
        waiting: Waiting,
        clock: Clock,
        on_change: Callable[[tuple[str, ...]], None],
        on_stuck: Callable[[str, list[str]], None] = lambda _name, _stack: None,
    ) -> None:
        """`on_stuck` is told the name and the stack of a thread that begins to hang."""
        self._on_change = on_change
        self._on_stuck = on_stuck
        self._monotonic = waiting.monotonic
        self._timepiece = Timepiece(lambda: clock.now().timestamp(), waiting.monotonic)
        self._watched: dict[str, tuple[Callable[[], float | None], Callable[[], int | None]]] = {}
        self._amnesty = waiting.monotonic()
        self._stuck: tuple[str, ...] = ()
        self._keeper = Keeper(waiting, "watchdog", self._work, first=LOOK_SECONDS)

    @property
    def stuck(self) -> tuple[str, ...]:
        """Names of the threads that hang now."""
        return self._stuck

    def watch(
        self, name: str, since: Callable[[], float | None], thread_id: Callable[[], int | None]
    ) -> None:
        """Watch over a thread. `since` is when it last showed life or began to work, in seconds
        of the monotonic clock; None while it may rest.
        """
        self._watched[name] = (since, thread_id)

    def forget(self, name: str) -> None:
        """No longer watch."""
        self._watched.pop(name, None)

    def start(self) -> None:
        """Begin."""
        self._keeper.start()

    def stop(self, deadline: float = 2.0) -> None:
        """End. Twice is fine."""
        self._keeper.stop(deadline)

    def look(self, planned: float) -> None:
        """Look at everyone once, `planned` seconds after the last time."""
        now = self._monotonic()
        if self._timepiece.jumped(planned):
            self._amnesty = now
        stuck = []
        for name, (since, thread_id) in tuple(self._watched.items()):
            last = since()
            if last is not None and now - max(last, self._amnesty) > PATIENCE_SECONDS:
                stuck.append(name)
                if name not in self._stuck:
                    self._tell(name, thread_id())
        for name in self._stuck:
            if name not in stuck:
                logger.warning("The thread %s goes on", name)
        if tuple(stuck) != self._stuck:
            self._stuck = tuple(stuck)
            self._on_change(self._stuck)

    def _work(self) -> float:
        self.look(LOOK_SECONDS)
        return LOOK_SECONDS

    def _tell(self, name: str, thread_id: int | None) -> None:
        frame = sys._current_frames().get(thread_id or 0)
        stack = [
            f"  {redacted(place.filename)}:{place.lineno} {place.name}"
            for place in (traceback.extract_stack(frame) if frame is not None else ())
        ]
        logger.error(
            "The thread %s has not answered for %s s; it stands at\n%s",
            name,
            round(PATIENCE_SECONDS),
            "\n".join(stack) or "  (it has ended)",
        )
        self._on_stuck(name, stack)
