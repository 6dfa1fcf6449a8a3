"""domain.waiting.Waiting with the threads and the time of the system."""

import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workmate_desktop.domain.waiting import Lock, Queue, Signal, Worker

if TYPE_CHECKING:
    from concurrent.futures import Future


class Threads:
    """The real thing. It holds nothing, so one is as good as another."""

    def monotonic(self) -> float:
        """Seconds on the system's clock that nobody sets."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        time.sleep(seconds)

    def start(self, work: Callable[[], None], name: str) -> Worker:
        """Run `work` in a daemon thread."""
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    def signal(self) -> Signal:
        """An event."""
        return threading.Event()

    def lock(self) -> Lock:
        """A lock that is not re-entrant."""
        return threading.Lock()

    def line(self) -> Queue[Any]:
        """A queue without a limit."""
        return queue.SimpleQueue()

    def future(self) -> "Future[Any]":
        """A future that nobody can cancel any more."""
        from concurrent.futures import Future  # not before the first paint

        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        return future
