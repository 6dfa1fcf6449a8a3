"""The listener's loop and its sockets, without either: bytes in pieces, slow, or cut off.

The program's own hub, protocol and parser run on it; time is the baton's.
"""

import asyncio
import asyncio.base_events
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulator.baton import Baton
from tests.simulator.waits import SimSignal

GIVES_UP = 30.0
"""Seconds after which a sender waits no longer."""


class _Selector:
    """What the loop waits at: it is woken, or a timer is due."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self.woken = SimSignal(baton)

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None or timeout > 0:
            self.woken.wait(timeout)
        else:
            self._baton.perhaps()
        self.woken.clear()
        return []


class SimLoop(asyncio.base_events.BaseEventLoop):
    """An event loop in simulated time, whose sockets are `Bound` and `Caller`."""

    def __init__(self, baton: Baton) -> None:
        super().__init__()
        self._baton = baton
        self._selector = _Selector(baton)

    def time(self) -> float:
        return self._baton.now

    def create_task(self, coro: Any, **how: Any) -> asyncio.Task[Any]:
        task: Any = super().create_task(coro, **how)
        task._log_destroy_pending = False  # a killed program ends none of its tasks
        return task

    def _process_events(self, _events: list[Any]) -> None:
        """There are none: whatever happens is called from `call_soon_threadsafe`."""

    def _write_to_self(self) -> None:
        self._selector.woken.set()

    async def sock_accept(self, sock: Any) -> tuple[Any, Any]:
        bound: Bound = sock
        while not bound.arrived:
            bound.waiter = self.create_future()
            await bound.waiter
        return bound.arrived.popleft(), ("127.0.0.1", 0)

    async def connect_accepted_socket(  # type: ignore[override] # a caller is no socket
        self, protocol_factory: Callable[[], asyncio.Protocol], sock: Any, **_how: Any
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        protocol = protocol_factory()
        caller: Caller = sock
        transport = SimTransport(self, protocol, caller)
        self.call_soon(protocol.connection_made, transport)
        self.call_soon(caller.accepted, transport, self)
        await asyncio.sleep(0)
        return transport, protocol


class Bound:
    """A listening socket."""

    def __init__(self, net: "Net", port: int) -> None:
        self._net = net
        self.port = port
        self.arrived: deque[Caller] = deque()
        self.waiter: asyncio.Future[None] | None = None
        self.loop: SimLoop | None = None

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def arrive(self, caller: "Caller") -> None:
        """On the loop's thread."""
        if caller.over:
            return
        self.arrived.append(caller)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def close(self) -> None:
        self._net.listening.pop(self.port, None)
        while self.arrived:
            self.arrived.popleft().lose()


@dataclass(eq=False)
class Caller:
    """The other side of one connection: what it sends when, and what it heard.

    `told` is called once, when it is over. `cut`: it goes away in the middle.
    """

    baton: Baton
    pieces: list[tuple[float, bytes]]
    """(seconds after the one before, bytes)"""
    told: "Callable[[Caller], None]"
    cut: bool = False
    what: str = ""
    heard: bytes = b""
    sent_at: float | None = None
    """When the last byte was handed over."""
    answered_at: float | None = None
    over: bool = False
    reset: bool = False
    pushed_out: bool = False
    """The program broke the connection off, before or after everything was sent."""
    transport: "SimTransport | None" = None
    signed_at: float = 0.0
    """By Stripe's clock."""

    @property
    def status(self) -> int | None:
        """The status of the (only) answer."""
        head = self.heard.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else None

    def accepted(self, transport: "SimTransport", loop: SimLoop) -> None:
        """It was taken: begin to send."""
        self.transport = transport
        loop.call_later(sum(seconds for seconds, _ in self.pieces) + GIVES_UP, self._give_up)
        self._send_on(loop, 0)

    def _send_on(self, loop: SimLoop, number: int) -> None:
        """One piece after the other, each in its time."""
        while number < len(self.pieces):
            seconds, data = self.pieces[number]
            if seconds > 0:
                loop.call_later(seconds, self._send_and_on, loop, number, data)
                return
            self._send(data, number == len(self.pieces) - 1)
            number += 1

    def _send_and_on(self, loop: SimLoop, number: int, data: bytes) -> None:
        self._send(data, number == len(self.pieces) - 1)
        self._send_on(loop, number + 1)

    def _send(self, data: bytes, last: bool) -> None:
        transport = self.transport
        if self.over or transport is None or transport.is_closing():
            return
        if last and self.cut:
            transport.reset()
            self.lose()
            return
        if last:
            self.sent_at = self.baton.now
        transport.feed(data)

    def _give_up(self) -> None:
        if not self.over and self.transport is not None:
            self.transport.reset()
            self.lose()

    def hear(self, data: bytes) -> None:
        """The other side has written."""
        self.heard += data
        if self.answered_at is None and self.status is not None:
            self.answered_at = self.baton.now

    def end(self) -> None:
        """The connection is over in peace, or what was asked is answered."""
        if not self.over:
            self.over = True
            self.told(self)

    def lose(self) -> None:
        """It broke."""
        if not self.over:
            self.over = self.reset = True
            self.told(self)


class SimTransport(asyncio.Transport):
    """The program's end of a connection."""

    def __init__(self, loop: SimLoop, protocol: asyncio.Protocol, caller: Caller) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._caller = caller
        self._closing = False
        self._paused = False
        self._unread = b""

    def feed(self, data: bytes) -> None:
        """Bytes arrive."""
        if self._closing:
            return
        if self._paused:
            self._unread += data
        else:
            self._protocol.data_received(data)

    def reset(self) -> None:
        """The caller is gone."""
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, ConnectionResetError())

    def write(self, data: Any) -> None:
        if not self._closing:
            self._caller.hear(bytes(data))

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)
            self._caller.end()

    def abort(self) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)
            self._caller.pushed_out = True
            self._caller.lose()

    def write_eof(self) -> None:
        """The caller reads to the end and closes."""
        self._loop.call_later(0.01, self._caller_closes)

    def _caller_closes(self) -> None:
        if not self._closing and not self._protocol.eof_received():
            self.close()

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        if self._unread and not self._closing:
            data, self._unread = self._unread, b""
            self._loop.call_soon(self.feed, data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered."""


class Net:
    """The loopback address of one PC."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self.listening: dict[int, Bound] = {}
        self.callers: dict[Caller, None] = {}
        """Those whose connection is open."""

    def bind(self, port: int) -> Bound:
        """As listener.binding.bind: this port or the next free one."""
        while port in self.listening:
            port += 1
        bound = self.listening[port] = Bound(self, port)
        return bound

    def loop(self) -> SimLoop:
        """A new event loop, for the port that was bound last."""
        made = SimLoop(self._baton)
        for bound in self.listening.values():
            if bound.loop is None:
                bound.loop = made
        return made

    def call(self, port: int | None, caller: Caller) -> None:
        """Connect; refused where nobody listens."""
        bound = self.listening.get(port or 0)
        if bound is None or bound.loop is None or bound.loop.is_closed():
            caller.lose()
            return
        told = caller.told
        self.callers[caller] = None

        def over(one: Caller) -> None:
            self.callers.pop(one, None)
            told(one)

        caller.told = over
        bound.loop.call_soon_threadsafe(bound.arrive, caller)

    def cut_all(self) -> None:
        """The program is dead: every connection is reset, nobody listens any more."""
        self.listening.clear()
        for caller in list(self.callers):
            caller.lose()
