"""domain.waiting.Waiting by the baton: whoever waits here hands it on."""

import queue
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from tests.simulator.baton import Baton, Party
from workmate_desktop.domain.waiting import Lock, Queue, Signal, Worker


class Office:
    """domain.waiting.Waiting for one process of the program."""

    def __init__(self, baton: Baton) -> None:
        self.baton = baton

    def monotonic(self) -> float:
        return self.baton.now

    def sleep(self, seconds: float) -> None:
        self.baton.block(seconds)

    def start(self, work: Callable[[], None], name: str) -> Worker:
        return SimWorker(self.baton, self.baton.begin(work, name, self))

    def signal(self) -> Signal:
        return SimSignal(self.baton)

    def lock(self) -> Lock:
        return SimLock(self.baton)

    def line(self) -> Queue[Any]:
        return SimLine(self.baton)

    def future(self) -> Future[Any]:
        future = SimFuture(self.baton)
        future.set_running_or_notify_cancel()
        return future


class SimWorker:
    """A thread that was started."""

    def __init__(self, baton: Baton, party: Party) -> None:
        self._baton = baton
        self._party = party

    @property
    def ident(self) -> int | None:
        return self._party.ident

    def join(self, timeout: float | None = None) -> None:
        until = None if timeout is None else self._baton.now + timeout
        while not self._party.done:
            left = None if until is None else until - self._baton.now
            if left is not None and left <= 0:
                return
            self.watch()
            self._baton.block(left)

    def watch(self) -> None:
        """Be woken at its end, if one waits by then."""
        self._party.watchers.append(self._baton.me)

    def is_alive(self) -> bool:
        return not self._party.done


class SimSignal:
    """threading.Event."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self._set = False
        self._waiting: list[Party] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        waiting, self._waiting = self._waiting, []
        for party in waiting:
            self._baton.wake(party)

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        baton = self._baton
        if self._set:
            baton.perhaps()
            return True
        me = baton.me
        self._waiting.append(me)
        try:
            woken = baton.block(timeout)
        finally:
            if me in self._waiting:
                self._waiting.remove(me)
        return woken or self._set


class SimLock:
    """threading.Lock: the waiting ones get it in turn."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self._owner: Party | None = None
        self._waiting: deque[Party] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        baton = self._baton
        baton.perhaps()
        me = baton.me
        if self._owner is None:
            self._owner = me
            return True
        if not blocking:
            return False
        self._waiting.append(me)
        try:
            baton.block(None if timeout < 0 else timeout)
        finally:
            if me in self._waiting:
                self._waiting.remove(me)
        return self._owner is me

    def release(self) -> None:
        if self._owner is None:
            raise RuntimeError("release unlocked lock")
        self._owner = None
        while self._waiting:
            following = self._waiting.popleft()
            if following.waits:
                self._owner = following
                self._baton.wake(following)
                return

    def locked(self) -> bool:
        return self._owner is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


class SimLine:
    """queue.SimpleQueue."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self._items: deque[Any] = deque()
        self._waiting: deque[Party] = deque()

    def put(self, item: Any) -> None:
        self._items.append(item)
        while self._waiting:
            party = self._waiting.popleft()
            if party.waits:
                self._baton.wake(party)
                return

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        baton = self._baton
        until = None if timeout is None else baton.now + timeout
        while not self._items:
            left = None if until is None else until - baton.now
            if not block or (left is not None and left <= 0):
                raise queue.Empty
            self._waiting.append(baton.me)
            baton.block(left)
        return self._items.popleft()

    def get_nowait(self) -> Any:
        return self.get(block=False)

    def qsize(self) -> int:
        return len(self._items)

    def empty(self) -> bool:
        return not self._items


class SimFuture(Future[Any]):
    """Whoever asks for its result hands the baton on."""

    def __init__(self, baton: Baton) -> None:
        super().__init__()
        self._baton = baton
        self._waiting: list[Party] = []

    def set_result(self, result: Any) -> None:
        super().set_result(result)
        self._wake()

    def set_exception(self, exception: BaseException | None) -> None:
        super().set_exception(exception)
        self._wake()

    def result(self, timeout: float | None = None) -> Any:
        self._settled(timeout)
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._settled(timeout)
        return super().exception(0)

    def _settled(self, timeout: float | None) -> None:
        until = None if timeout is None else self._baton.now + timeout
        while not self.done():
            left = None if until is None else until - self._baton.now
            if left is not None and left <= 0:
                raise TimeoutError
            self._waiting.append(self._baton.me)
            self._baton.block(left)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for party in waiting:
            self._baton.wake(party)
