"""What all connections of one running listener share. Lives in the listener thread.

Only ``completed`` is called from another thread, the writer's.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, Final

from workmate_desktop.listener.counters import ListenerCounters, RefusalLog
from workmate_desktop.listener.hosts import HostNames
from workmate_desktop.listener.limits import Limits
from workmate_desktop.listener.rules import OWN_FAULT
from workmate_desktop.store.database.confirmation import Confirmation

if TYPE_CHECKING:
    from workmate_desktop.listener.protocol import Connection

Receipt = Confirmation
"""Settled by the writer thread after the commit: 200, or our own fault and so 503."""

Receive = Callable[[bytes, str | None], Receipt | int]
"""The services' one entry for an event: raw body and ``Stripe-Signature`` header, or None.

Returns the status at once (400 not authentic, 503 not configured), or a receipt. Must return
within microseconds: it runs on the listener's loop.
"""

OnAnswer = Callable[[int, float, Receipt | None], None]
"""Called after each answer was handed to the socket: status, seconds since the request was
complete, and its receipt where there was one. Runs on the listener's loop: keep it cheap."""

_DECIDED: Final = frozenset((200, 400, 503))
_REASONS: Final = {400: "not authentic", 503: "not ready (503)"}


class Hub:
    """The connections, their deadlines, and the way back from the writer thread."""

    def __init__(
        self,
        *,
        receive: Receive,
        hosts: HostNames,
        local_hosts: frozenset[bytes],
        limits: Limits,
        counters: ListenerCounters,
        on_answer: OnAnswer | None,
        log: logging.Logger,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.limits = limits
        self.counters = counters
        self.loop = loop
        self.local_hosts = local_hosts
        self.hosts = hosts
        self.stopping = False
        self.refusals = RefusalLog(log, loop, counters)
        self._receive = receive
        self._on_answer = on_answer
        self._log = log
        self._connections: dict[Connection, None] = {}  # in the order of their arrival
        self._changed = asyncio.Event()  # a connection went away or was answered
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf

    # Requests

    def ask(self, body: bytes, signature: str | None) -> Receipt | int:
        """Hand one message to the services; our own fault becomes 503, so that Stripe returns."""
        try:
            result = self._receive(body, signature)
        except Exception as fault:  # noqa: BLE001 - the boundary: logged with its trace, told as 503
            self.refusals.note(OWN_FAULT.reason, logging.ERROR, fault)
            return 503
        return self._checked(result) if isinstance(result, int) else result

    def status_of(self, receipt: Receipt) -> int:
        """Return the status a settled receipt stands for; a failed one is our own fault."""
        if receipt.failure is None:
            return 200
        self.refusals.note(OWN_FAULT.reason, logging.ERROR, receipt.failure)
        return 503

    def _checked(self, status: int) -> int:
        if status == 200:
            return status
        if status not in _DECIDED:
            self._log.error("[Stripe] receive decided on status %s, which does not exist", status)
            status = 503
        self.refusals.note(_REASONS[status])
        return status

    def answered(self, status: int, seconds: float, receipt: Receipt | None) -> None:
        """Tell whoever wants to know that an answer went out."""
        if self._on_answer is not None:
            try:
                self._on_answer(status, seconds, receipt)
            except Exception:  # noqa: BLE001 - logged; the answer itself is out
                self._log.exception("[Stripe] noting an answer failed")

    def fault(self, fault: BaseException) -> None:
        """Log a bug of our own with its trace."""
        self._log.error("[Stripe] a request could not be handled", exc_info=fault)

    # The way back from the writer

    def completed(self, receipts: Sequence[Receipt]) -> None:
        """Take the receipts that one commit has settled, in whichever thread it was.

        The loop is woken once for all of them: waking it costs more than an answer.
        """
        try:
            self.loop.call_soon_threadsafe(self._deliver, receipts)
        except RuntimeError:
            # The loop was closed by a stop whose deadline passed. The booking stands, nobody
            # waits for the answer any more, and Stripe delivers the event once again.
            self._log.info("[Stripe] an event was booked after the listener had stopped")

    def _deliver(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            connection: Connection = receipt.asker
            try:
                connection.complete(receipt)
            except Exception as fault:  # noqa: BLE001 - logged; the others of the group go on
                self.fault(fault)
                connection.abort()

    # Connections

    def add(self, connection: "Connection") -> None:
        """Hold a new connection."""
        self._connections[connection] = None
        held = len(self._connections)
        self.counters.open_connections = held
        self.counters.most_connections = max(self.counters.most_connections, held)

    def remove(self, connection: "Connection") -> None:
        """Let go of a connection; twice is fine."""
        self._connections.pop(connection, None)
        self.counters.open_connections = len(self._connections)
        self._changed.set()

    def freed(self) -> None:
        """Note that a connection was answered: it may be evicted again."""
        self._changed.set()

    async def room(self) -> None:
        """Return when one more connection may be held, after evicting the least useful one.

        Where every single one is in the middle of an answer, the newcomer waits in the kernel's
        queue: nothing that is being booked is given up for it.
        """
        while len(self._connections) >= self.limits.connections:
            now = self.loop.time()
            victim = min(self._connections, key=lambda connection: connection.usefulness(now))
            if not victim.is_booking():
                self.counters.evicted += 1
                self.refusals.note("connection closed to make room")
                victim.abort()
                self.remove(victim)
                return
            self._changed.clear()
            await self._changed.wait()

    async def stop(self) -> None:
        """Let answers in flight finish, close everything else; return when none is left."""
        self.stopping = True
        for connection in list(self._connections):
            connection.stop()
        while self._connections:
            self._changed.clear()
            await self._changed.wait()

    def close(self) -> None:
        """Drop what is left, without an answer, and the timers."""
        for connection in list(self._connections):
            connection.abort()
        if self._timer is not None:
            self._timer.cancel()
        self.refusals.close()

    # Deadlines

    def watch(self, connection: "Connection", deadline: float) -> None:
        """Expire ``connection`` at ``deadline`` (loop time) unless a later call moves it.

        One timer serves all connections, set to the earliest deadline; moving one away is free,
        which a timer for each request would not be.
        """
        connection.deadline = deadline
        if deadline < self._timer_at:
            self._set_timer(deadline)

    def _set_timer(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = when
        self._timer = None if when == inf else self.loop.call_at(when, self._expire)

    def _expire(self) -> None:
        # The timer is done: deadlines set meanwhile are seen by the look over all of them below.
        self._timer, self._timer_at = None, -inf
        now = self.loop.time()
        for connection in list(self._connections):
            if connection.deadline <= now:
                connection.expire()
        self._set_timer(min((one.deadline for one in self._connections), default=inf))
