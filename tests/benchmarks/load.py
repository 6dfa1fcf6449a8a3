"""The load generator: a process of its own, raw keep-alive connections on one asyncio loop.

`python -m tests.benchmarks.load '<JSON of Load>'` prints one JSON object. Each connection sends
its next delivery as soon as the answer to the one before is complete.
"""

import asyncio
import gc
import json
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.deliveries import Deliveries


@dataclass
class Load:
    """What to send. Deliveries are `first` … `first + most - 1`; `repeats` of them come twice."""

    port: int
    pid: int
    connections: int
    first: int
    most: int
    seconds: float
    warm_up: float
    repeats: int = 20


def processor_seconds(pid: int) -> float:
    """What the threads of a process used so far, in seconds: to the nanosecond, where the
    process's own sum counts ticks of 10 ms (proc(5), schedstat: the first field).
    """
    nanoseconds = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # a thread that just ended
            nanoseconds += int((task / "schedstat").read_text("ascii").split()[0])
    return nanoseconds / 1e9


class _Sender(asyncio.Protocol):
    """One connection: send, await the whole answer, send the next."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._answer = b""
        self._sent = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def next(self) -> None:
        """Send what comes next, or say that this connection is done."""
        request = self._run.take()
        if request is None:
            self._run.done()
            return
        self._sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        answer = self._answer + data if self._answer else data
        end = answer.find(b"\r\n\r\n")
        if end < 0:
            self._answer = answer
            return
        head = answer[:end].lower()
        at = head.find(b"content-length:")
        assert at >= 0, answer
        length = int(head[at + 15 :].partition(b"\r")[0])
        if len(answer) < end + 4 + length:
            self._answer = answer
            return
        self._answer = b""
        self._run.note(int(answer[9:12]), now - self._sent, now)
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost()


class Run:
    """One run against one server."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._requests: list[bytes] = []
        self._next = 0
        self._active = 0
        self._until = 0.0
        self._limit = 0
        self._latencies: list[float] = []
        self._statuses: dict[int, int] = {}
        self._last = 0.0
        self._idle = asyncio.Event()
        self._connections_lost = 0
        self._ending = False

    def take(self) -> bytes | None:
        """The next delivery; None when the time or the deliveries are used up."""
        if self._next >= self._limit or time.perf_counter() >= self._until:
            return None
        self._next += 1
        return self._requests[self._next - 1]

    def note(self, status: int, seconds: float, now: float) -> None:
        """One answer came."""
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._latencies.append(seconds)
        self._last = now

    def done(self) -> None:
        """One connection has nothing more to send."""
        self._active -= 1
        if self._active == 0:
            self._idle.set()

    def lost(self) -> None:
        """A connection broke; unexpected before the end."""
        if not self._ending:
            self._connections_lost += 1
            self.done()

    async def go(self) -> dict[str, object]:
        """Warm up, measure, repeat a few, try a bad signature."""
        load = self.load
        host = f"127.0.0.1:{load.port}"
        deliveries = Deliveries(host)
        numbers = range(load.first, load.first + load.most)
        self._requests = [deliveries.request(number) for number in numbers]
        loop = asyncio.get_running_loop()
        senders = []
        for _ in range(load.connections):
            _, sender = await loop.create_connection(lambda: _Sender(self), "127.0.0.1", load.port)
            senders.append(sender)
        gc.collect()
        gc.freeze()
        self._limit = load.most // 4
        await self._burst(senders, load.warm_up)
        warm = self._next
        statuses_warm = dict(self._statuses)
        self._latencies.clear()
        self._limit = load.most
        before, started = processor_seconds(load.pid), time.perf_counter()
        await self._burst(senders, load.seconds)
        elapsed = self._last - started
        processor = processor_seconds(load.pid) - before
        latencies = sorted(self._latencies)
        statuses = dict(self._statuses)
        sent = self._next
        repeated = await self._again(senders, self._requests[: min(load.repeats, sent)])
        wrong = [deliveries.request(load.first, "whsec_somebodyelse")] * 3
        refused = await self._again(senders, wrong)
        self._ending = True
        for sender in senders:
            sender.transport.close()
        measured = len(latencies)
        return {
            "load": asdict(load),
            "sent": sent,
            "accepted": statuses.get(200, 0),
            "statuses": {str(status): count for status, count in statuses.items()},
            "warm_up": [warm, {str(k): v for k, v in statuses_warm.items()}],
            "repeated": repeated,
            "refused": refused,
            "lost": self._connections_lost,
            "measured": measured,
            "seconds": elapsed,
            "rate": measured / elapsed if elapsed > 0 else 0.0,
            "p50_ms": _percentile(latencies, 0.50) * 1000,
            "p99_ms": _percentile(latencies, 0.99) * 1000,
            "processor_per_1000": processor / measured * 1000 if measured else 0.0,
        }

    async def _burst(self, senders: list[_Sender], seconds: float) -> None:
        self._idle.clear()
        self._active = len(senders)
        self._until = time.perf_counter() + seconds
        for sender in senders:
            sender.next()
        await asyncio.wait_for(self._idle.wait(), seconds + 60)

    async def _again(self, senders: list[_Sender], requests: list[bytes]) -> dict[str, int]:
        """Send these over all connections; the answers by status."""
        known = dict(self._statuses)
        self._requests, self._next, self._limit = requests, 0, len(requests)
        await self._burst(senders, 60)
        return {
            str(status): count - known.get(status, 0)
            for status, count in self._statuses.items()
            if count != known.get(status, 0)
        }


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Run(Load(**json.loads(sys.argv[1]))).go())))
