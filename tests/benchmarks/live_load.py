"""Sends payments of one cent to the visible rows, and tells when each was sent.

`python -m tests.benchmarks.live_load '<JSON of LiveLoad>'` prints one JSON object. A process of
its own, so that it does not take the window's time.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.deliveries import Deliveries


@dataclass
class LiveLoad:
    """`rate` events a second to the rows in turn; 0 is as fast as they are answered.

    Event numbers begin at `first`. `others` are invoices that are paid in full in between when
    saturated: each connection but one pays those. `paid` is what each row has had so far.
    """

    port: int
    rate: float
    seconds: float
    first: int
    rows: list[int]
    paid: list[int]
    others: list[int]


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._answered: asyncio.Future[int] | None = None

    async def post(self, request: bytes) -> int:
        """Send, and wait for the status."""
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered

    def data_received(self, data: bytes) -> None:
        # An answer is one short packet; its status is all that matters here.
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(int(data[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError("the connection was closed"))


class LiveRun:
    """One run."""

    def __init__(self, load: LiveLoad) -> None:
        self._load = load
        self._deliveries = Deliveries(f"127.0.0.1:{load.port}")
        self._paid = list(load.paid)
        self._next = load.first
        self.sent: list[tuple[int, int, float]] = []
        """(invoice, cents paid on it with this one, when): what the row must show."""
        self.accepted = 0
        self.refused = 0

    def _cent(self) -> tuple[bytes, int, int]:
        number, self._next = self._next, self._next + 1
        place = (number - self._load.first) % len(self._load.rows)
        self._paid[place] += 1
        row = self._load.rows[place]
        return self._deliveries.request(number, invoice=row, amount=1), row, self._paid[place]

    async def _send_cent(self, connection: _Connection) -> None:
        request, row, paid = self._cent()
        self.sent.append((row, paid, time.monotonic()))
        self._count(await connection.post(request))

    def _count(self, status: int) -> None:
        if status == 200:
            self.accepted += 1
        else:
            self.refused += 1

    async def go(self) -> dict[str, Any]:
        """Send everything; the figures."""
        loop, load = asyncio.get_running_loop(), self._load
        open_ = [
            (await loop.create_connection(_Connection, "127.0.0.1", load.port))[1] for _ in range(8)
        ]
        began = time.monotonic()
        if load.rate:
            await self._paced(open_, began)
        else:
            requests = [self._deliveries.request(n) for n in load.others]
            began = time.monotonic()
            lanes = [self._others(c, requests[at::7], began) for at, c in enumerate(open_[1:])]
            await asyncio.gather(self._cents(open_[0], began), *lanes)
        seconds = time.monotonic() - began
        for connection in open_:
            connection.transport.close()
        return {
            "sent": self.sent,
            "accepted": self.accepted,
            "refused": self.refused,
            "seconds": seconds,
            "paid": self._paid,
            "next": self._next,
            "others": self.accepted - len(self.sent),
        }

    async def _paced(self, open_: list[_Connection], began: float) -> None:
        """Open loop: what is due is sent whether or not the one before was answered."""
        free: asyncio.Queue[_Connection] = asyncio.Queue()
        for connection in open_:
            free.put_nowait(connection)
        under_way: set[asyncio.Task[None]] = set()

        async def one(connection: _Connection) -> None:
            await self._send_cent(connection)
            free.put_nowait(connection)

        for number in range(int(self._load.seconds * self._load.rate)):
            await asyncio.sleep(max(0.0, began + number / self._load.rate - time.monotonic()))
            task = asyncio.create_task(one(await free.get()))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _others(self, connection: _Connection, requests: list[bytes], began: float) -> None:
        for request in requests:
            if time.monotonic() - began > self._load.seconds:
                return
            self._count(await connection.post(request))

    async def _cents(self, connection: _Connection, began: float) -> None:
        """The visible rows, one each 20 ms: a probe, not the load."""
        while time.monotonic() - began < self._load.seconds:
            await self._send_cent(connection)
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(LiveRun(LiveLoad(**json.loads(sys.argv[1]))).go())))
