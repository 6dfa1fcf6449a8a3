"""The listener's connections without sockets, beside a clock that goes on only when told to."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from tests.listener.support import BODY, FakeReceive, request_to
from workmate_desktop.listener.counters import ListenerCounters
from workmate_desktop.listener.hosts import HostNames, local_hosts
from workmate_desktop.listener.hub import Hub, Receive
from workmate_desktop.listener.limits import Limits
from workmate_desktop.listener.protocol import Connection

PORT = 8000


class StoppedClock(asyncio.SelectorEventLoop):
    """A loop whose time goes on only when a test says so. Counts how often a thread woke it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.woken = 0

    def time(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        """Let time go by, and what is due happen."""
        self.now += seconds
        for _ in range(3):  # what is due, what that asks for, and its end
            self.run_until_complete(asyncio.sleep(0))

    def call_soon_threadsafe(self, *args: Any, **kwargs: Any) -> asyncio.Handle:  # type: ignore[override]
        self.woken += 1
        return super().call_soon_threadsafe(*args, **kwargs)


class Line(asyncio.Transport):
    """The other side of one connection: sends, and sees when it was closed."""

    def __init__(self, hub: Hub, loop: StoppedClock) -> None:
        super().__init__()
        self.connection = Connection(hub)
        self.answers = b""
        self.closed_at: float | None = None
        self._loop = loop
        self.connection.connection_made(self)

    def send(self, data: bytes) -> None:
        if not self.is_closing():
            self.connection.data_received(data)

    def trickle(self, byte: bytes, seconds: float) -> None:
        """Ten a second, until it is closed."""
        for _ in range(round(seconds * 10)):
            self._loop.passes(0.1)
            self.send(byte)

    def write(self, data: Any) -> None:
        self.answers += bytes(data)

    def is_closing(self) -> bool:
        return self.closed_at is not None

    def close(self) -> None:
        if self.closed_at is None:
            self.closed_at = self._loop.now
            self._loop.call_soon(self.connection.connection_lost, None)

    abort = close

    def write_eof(self) -> None:
        """Nothing more is told; the other side may go on."""

    def pause_reading(self) -> None:
        """A test sends one thing after the other."""

    resume_reading = pause_reading


@dataclass
class Clockwork:
    """The listener's connections beside a clock that stands still."""

    loop: StoppedClock
    hub: Hub
    receive: FakeReceive

    def line(self) -> Line:
        return Line(self.hub, self.loop)

    @property
    def refusals(self) -> dict[str, int]:
        return dict(self.hub.counters.refusals())


def hub_of(loop: asyncio.AbstractEventLoop, receive: Receive) -> Hub:
    return Hub(
        receive=receive,
        hosts=HostNames(),
        local_hosts=local_hosts(PORT),
        limits=Limits(),
        counters=ListenerCounters(),
        on_answer=None,
        log=logging.getLogger("workmate.listener"),
        loop=loop,
    )


def sent(body: bytes = BODY, **how: Any) -> bytes:
    """A request to PORT; as `support.request`."""
    return request_to(PORT, body, **how)
