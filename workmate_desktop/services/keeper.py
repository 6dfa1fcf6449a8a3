"""The one thread of a part that works by itself: start, wake, work, pause, stop, join."""

import logging
from collections.abc import Callable
from typing import Optional

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Waiting, Worker

logger = logging.getLogger("workmate.keeper")

FAULT_SECONDS = 60.0
"""After a fault it is tried again: a bug or a full disk must not end a part for good."""


class Keeper:
    """Calls `work` on a thread of its own, again and again, never twice at a time.

    `work` returns the seconds until its next time; None: only when woken. What it raises is
    logged, and it is called again after FAULT_SECONDS. `cancelled` is set once the thread has to
    end: all that `work` does outside of the program gives up soon after.
    """

    def __init__(
        self,
        waiting: Waiting,
        name: str,
        work: Callable[[], float | None],
        *,
        first: float | None = 0.0,
        at_end: Callable[[], None] = lambda: None,
        after: Optional["Keeper"] = None,
    ) -> None:
        """`first`: seconds until the first time, None as above. `at_end` is called on the thread
        when it ends. `after`: one that may still be ending; this one begins when it has.
        """
        self._waiting = waiting
        self._name = name
        self._work = work
        self._first = first
        self._at_end = at_end
        self._after = after
        self._wake = waiting.signal()
        self._gate = waiting.lock()
        self._thread: Worker | None = None
        self._ending = False
        self.cancelled = waiting.signal()

    @property
    def ending(self) -> bool:
        """Whether nothing new is to be begun."""
        return self._ending

    def start(self) -> bool:
        """Begin. False: it was told to end before (while the program was still starting)."""
        with self._gate:
            if self._thread is None and not self._ending:
                self._thread = self._waiting.start(self._run, self._name)
            return not self._ending

    def wake(self) -> None:
        """Work now, or once more after what is under way. Any thread; returns at once."""
        self._wake.set()

    def end(self) -> None:
        """Cancel what is under way and begin nothing new. Returns at once."""
        self._begin_nothing()
        self.cancelled.set()

    def stop(self, deadline: float = 5.0, patience: float = 0.0) -> bool:
        """End and wait for it, `deadline` seconds at most. True when it has ended. Twice is fine.

        What is under way may be finished within `patience` seconds before it is cancelled.
        """
        thread = self._begin_nothing()
        ends = self._waiting.monotonic() + deadline
        if thread is not None and patience > 0:
            thread.join(min(patience, deadline))
        self.cancelled.set()
        if thread is None:
            return True
        thread.join(max(0.0, ends - self._waiting.monotonic()))
        return not thread.is_alive()

    def _begin_nothing(self) -> Worker | None:
        with self._gate:
            self._ending = True
            self._wake.set()
            return self._thread

    # --- the thread ----------------------------------------------------------------------

    def _run(self) -> None:
        if self._after is not None:
            self._after.wait_for_end()
            self._after = None
        pause = self._first
        try:
            while not self._ending:
                if pause is None or pause > 0:
                    self._wake.wait(pause)
                self._wake.clear()  # before the work: who wakes it meanwhile wants it once more
                if not self._ending:
                    pause = self._once()
        finally:
            self._at_end()

    def wait_for_end(self) -> None:
        """Wait for its thread, however long it takes."""
        if self._thread is not None:
            self._thread.join()

    def _once(self) -> float | None:
        try:
            return self._work()
        except UserError as error:  # the database does not work just now
            logger.warning("The thread %s is held up: %s", self._name, error.code)
        except Exception:
            logger.exception("The thread %s failed", self._name)
        return FAULT_SECONDS
