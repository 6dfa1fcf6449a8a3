"""The listener's thread: bind, start, accept, stop, join."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from workmate_desktop.domain.waiting import Waiting, Worker
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.listener.binding import ListenerError
from workmate_desktop.listener.counters import ListenerCounters
from workmate_desktop.listener.hosts import HostNames, local_hosts
from workmate_desktop.listener.hub import Hub, OnAnswer, Receive
from workmate_desktop.listener.limits import Limits
from workmate_desktop.listener.net import LoopbackNet, Net
from workmate_desktop.listener.protocol import Connection

__all__ = ["HostNames", "Limits", "Listener", "ListenerCounters", "ListenerError"]

_BEAT_SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 0.5


class Listener:
    """The webhook listener. ``start`` and ``stop`` may be called from any other thread.

    ``receive`` is asked, on the listener's thread, about every request that has the right form;
    ``on_answer`` hears of each answer there. ``counters`` may be read from anywhere.
    """

    def __init__(
        self,
        receive: Receive,
        *,
        waiting: Waiting | None = None,
        net: Net | None = None,
        host_names: HostNames | None = None,
        on_answer: OnAnswer | None = None,
        log: logging.Logger | None = None,
        limits: Limits | None = None,
        bound: socket.socket | None = None,
    ) -> None:
        """``bound`` is what ``net.bind`` gave for the port of the first ``start``."""
        self.counters = ListenerCounters()
        self._receive = receive
        self._host_names = host_names or HostNames()
        self._on_answer = on_answer
        self._log = log or logging.getLogger("workmate.listener")
        self._limits = limits or Limits()
        self._bound = bound
        self._waiting = waiting or Threads()
        self._net = net or LoopbackNet()
        self._lock = self._waiting.lock()  # start and stop, one at a time
        self._thread: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stop_seconds = 0.0
        self._port: int | None = None
        self.beat: Callable[[], None] = lambda: None
        """Called on the listener's thread every few seconds, as long as it is not held up."""

    @property
    def port(self) -> int | None:
        """The port in use, or None while stopped."""
        return self._port if self.running else None

    @property
    def running(self) -> bool:
        """Whether requests are being taken."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, port: int) -> int:
        """Bind ``port`` on 127.0.0.1, or the next free one, and take requests; return the port.

        0 means any free port. Returns as soon as the port is bound: a request sent then is
        answered. Raises ListenerError when nothing can be bound.
        """
        with self._lock:
            if self.running:
                raise RuntimeError("the listener is already running")
            bound, self._bound = self._bound or self._net.bind(port), None
            self._port = bound.getsockname()[1]
            loop, stop = self._net.loop(), asyncio.Event()
            self._loop, self._stop = loop, stop
            self._thread = self._waiting.start(lambda: self._run(bound, loop, stop), "listener")
            return self._port

    def stop(self, deadline: float = 2.0) -> None:
        """Take no more requests, let answers in flight finish within ``deadline`` s, join.

        Twice is fine, and ``start`` works again afterwards.
        """
        with self._lock:
            thread, loop, stop = self._thread, self._loop, self._stop
            if self._bound is not None:
                self._bound.close()
                self._bound = None
            if thread is None or loop is None or stop is None:
                return
            self._stop_seconds = deadline
            with suppress(RuntimeError):  # the loop is closed: the thread is ending by itself
                loop.call_soon_threadsafe(stop.set)
            thread.join(deadline + 1.0)
            if thread.is_alive():
                self._log.error("[Stripe] the listener thread did not end in time")
            self._thread = self._loop = self._stop = None

    def _run(
        self, bound: socket.socket, loop: asyncio.AbstractEventLoop, stop: asyncio.Event
    ) -> None:
        hub = Hub(
            receive=self._receive,
            hosts=self._host_names,
            local_hosts=local_hosts(bound.getsockname()[1]),
            limits=self._limits,
            counters=self.counters,
            on_answer=self._on_answer,
            log=self._log,
            loop=loop,
        )
        try:
            loop.run_until_complete(self._serve(hub, bound, stop))
        except Exception:  # noqa: BLE001 - the end of the thread: logged, and ``running`` says so
            self._log.exception("[Stripe] the listener ended by a fault")
        finally:
            bound.close()
            loop.close()

    async def _serve(self, hub: Hub, bound: socket.socket, stop: asyncio.Event) -> None:
        accepting = asyncio.ensure_future(_accept(hub, bound))
        stopping = asyncio.ensure_future(stop.wait())
        beating = asyncio.ensure_future(self._beat())
        await asyncio.wait((accepting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        beating.cancel()
        accepting.cancel()
        try:
            await accepting  # a fault in accepting ends the listener, visibly
        except asyncio.CancelledError:
            pass
        finally:
            bound.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(hub.stop(), self._stop_seconds)
            hub.close()
            await asyncio.sleep(0)  # lets the transports close their sockets
            await asyncio.gather(stopping, beating, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            self.beat()
            await asyncio.sleep(_BEAT_SECONDS)


async def _accept(hub: Hub, bound: socket.socket) -> None:
    """Accept one by one: who came first is read before many who came later can evict it."""
    loop = hub.loop
    while True:
        try:
            peer, _ = await loop.sock_accept(bound)
        except ConnectionError:
            continue  # gone before it was accepted
        except OSError as error:  # no descriptors or no memory left: the kernel's queue waits
            name = errno.errorcode.get(error.errno or 0, "unknown")
            hub.refusals.note(f"connection not accepted ({name})", logging.ERROR)
            await asyncio.sleep(_RETRY_SECONDS)
            continue
        try:
            await hub.room()
            await loop.connect_accepted_socket(lambda: Connection(hub), peer)
        except OSError:
            peer.close()  # gone meanwhile
        except asyncio.CancelledError:
            peer.close()
            raise
