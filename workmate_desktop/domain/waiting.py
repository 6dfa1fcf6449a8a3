"""Where the program starts threads and waits: one port, so that a test can decide who goes on.

Services, store and listener start, wait and lock through `Waiting` alone. In the program that is
gateways/system/threads.py. In the simulator (tests/simulator) exactly one thread runs at a time,
every wait hands over to another one that the seed names, and time passes only while all of them
wait.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

T = TypeVar("T")


class Signal(Protocol):
    """threading.Event: something that is set once and can be waited for."""

    def is_set(self) -> bool:
        """Whether it is set."""
        ...

    def set(self) -> None:
        """Set it and wake whoever waits."""
        ...

    def clear(self) -> None:
        """Take it back."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, `timeout` seconds at most. Whether it is set."""
        ...


class Lock(Protocol):
    """threading.Lock, in a `with`."""

    def __enter__(self) -> Any: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
        /,
    ) -> Any: ...


class Worker(Protocol):
    """A thread that was started."""

    @property
    def ident(self) -> int | None:
        """The number of the thread, for the watchdog's look at its stack."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, `timeout` seconds at most."""
        ...

    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        ...


class Queue(Protocol[T]):
    """queue.SimpleQueue: things that one thread takes in the order in which others put them."""

    def put(self, item: T) -> None:
        """Add one at the end. Never waits."""
        ...

    def get(self, block: bool = True, timeout: float | None = None) -> T:
        """Take the first, waiting `timeout` seconds at most. Raises queue.Empty."""
        ...

    def get_nowait(self) -> T:
        """Take the first. Raises queue.Empty where there is none."""
        ...

    def qsize(self) -> int:
        """How many there are; an estimate."""
        ...


class Waiting(Protocol):
    """All that can hold a thread up, and the time that passes meanwhile."""

    def monotonic(self) -> float:
        """Seconds on a clock that nobody sets; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...

    def start(self, work: Callable[[], None], name: str) -> Worker:
        """Run `work` in a thread of its own. The program may end while it still runs."""
        ...

    def signal(self) -> Signal:
        """A new signal, not set."""
        ...

    def lock(self) -> Lock:
        """A new lock. Whoever holds one may wait."""
        ...

    def line(self) -> Queue[Any]:
        """A new, empty line."""
        ...

    def future(self) -> "Future[Any]":
        """A new future; whoever asks for its result waits through this port."""
        ...
