"""How long Stripe waits while strangers trouble the listener: FAULTS B8 and B15; and how many of
its events arrive beside bodies that never end, SA5.

(That it is answered at all, and that nothing of theirs is kept, the tests show.)
"""

import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import mean

from tests.benchmarks.contestants import Ours, Sent, WrongBooks
from tests.benchmarks.deliveries import SECRET, Deliveries
from tests.benchmarks.table import Goal, Row
from tests.factories import post, sign
from tests.faults.flood import deliver, flooding
from tests.faults.hostile import answers_to, unsigned

_EVENTS = 50
_HALF_OPEN = 350
_A_MINUTE = 4_000
_SENDERS = 2
_BODIES = 1_500
_BESIDE_BODIES = 20.0  # of Stripe's events a second
_PAUSE = 0.01  # seconds from connection to header to body, as over a net

Measured = dict[str, list[float]]


def measure(folder: Path, rounds: int) -> tuple[Measured, list[str]]:
    """Milliseconds of each event by "half-open" and "flood"; of "bodies" the share in %."""
    office = Ours(folder, 3 * _EVENTS * rounds)
    office.prepare()
    data = office.fresh_data()
    process, port = office.start(data)
    found: Measured = {"half-open": [], "flood": [], "bodies": []}
    sender = _Stripe(port)
    try:
        for _ in range(rounds):
            with ExitStack() as stack:
                for _ in range(_HALF_OPEN):
                    stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
                found["half-open"] += [sender.milliseconds() for _ in range(_EVENTS)]
            stop = threading.Event()
            floods = [threading.Thread(target=_flood, args=(port, stop)) for _ in range(_SENDERS)]
            for thread in floods:
                thread.start()
            for _ in range(_EVENTS):
                found["flood"].append(sender.milliseconds())
                stop.wait(0.05)
            stop.set()
            for thread in floods:
                thread.join()
            with flooding(port, "slow bodies", _BODIES):
                answered = deliver(port, sender.next(_EVENTS), _PAUSE, _BESIDE_BODIES)
            found["bodies"].append(100 * answered.share)
    finally:
        office.stop(process)
    if min(found["bodies"]) < 100:  # which of them were booked is not known
        return found, []
    try:
        office.check(data, [Sent(0, sender.sent)])
    except WrongBooks as error:
        return {}, [f"strangers: {error}"]
    return found, []


class _Stripe:
    """Sends one event after the other, each over a connection of its own."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._port = port
        self._deliveries = Deliveries(f"127.0.0.1:{port}")

    def milliseconds(self) -> float:
        body = self._deliveries.body(self.sent)
        signature = sign(body, SECRET, time.time())
        began = time.perf_counter()
        status = post(self._port, body, signature, timeout=60)
        took = (time.perf_counter() - began) * 1000
        if status != 200:
            raise WrongBooks(f"answer {status} beside strangers")
        self.sent += 1
        return took

    def next(self, count: int) -> list[bytes]:
        """The requests of the next events, for somebody else to send."""
        self.sent += count
        return [self._deliveries.request(self.sent - count + number) for number in range(count)]


def _flood(port: int, stop: threading.Event) -> None:
    raw, due = unsigned(port), time.monotonic()
    while not stop.is_set():
        answers_to(port, [raw])
        due += _SENDERS * 60 / _A_MINUTE
        stop.wait(max(0.0, due - time.monotonic()))


def rows(found: Measured) -> list[Row]:
    """The slowest event of all, and the share of all rounds: a promise for each."""
    names = {
        "half-open": (f"beside {_HALF_OPEN} half-open connections: slowest event ms", 1000.0),
        "flood": (f"beside {_A_MINUTE:,} unsigned requests a minute: slowest event ms", 2000.0),
    }
    table = [
        Row(name, 0.0, max(found[kind]), Goal.at_most_itself(limit))
        for kind, (name, limit) in names.items()
        if kind in found
    ]
    if "bodies" in found:
        name = f"beside {_BODIES:,} slow bodies a second: events answered, %"
        table.append(Row(name, 0.0, mean(found["bodies"]), Goal.at_least_itself(99.0)))
    return table
