"""Strangers who open connections without end, in a process of their own; and Stripe beside them."""

import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.hostile import head, unsigned
from tests.waiting import PATIENCE

HELD = 800
"""Connections that the strangers keep open, as far as they are let."""
SENDERS = 4
"""Of Stripe's events at once."""


def starts(port: int) -> dict[str, bytes]:
    """What a stranger sends on each connection, after which nothing follows."""
    body = head(port, "Content-Type: application/json", "Content-Length: 400") + b"{"
    return {
        "slow bodies": body,
        "slow headers": body[:60],
        "silent": b"",
        "refused bodies": head(port, "Content-Length: 400", path="/other"),
        "unsigned, kept alive": unsigned(port),
    }


@contextmanager
def flooding(port: int, kind: str, each_second: int) -> Iterator[Callable[[], float]]:
    """A flood; yields what tells how many connections a second were really opened so far."""
    command = [sys.executable, "-m", "tests.faults.flood", str(port), kind, str(each_second)]
    began = time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()  # it has begun
        told: list[float] = []

        def rate() -> float:
            """Ends it."""
            if not told:
                assert process.stdin is not None and process.stdout is not None
                process.stdin.close()
                told.append(int(process.stdout.readline()) / (time.monotonic() - began))
            return told[0]

        try:
            yield rate
        finally:
            rate()


@dataclass
class Answered:
    """What became of real events."""

    statuses: list[int] = field(default_factory=list)
    """Of each; 0 where the connection was closed, or no answer came in time."""
    seconds: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of those answered 200, 0 to 1."""
        return self.statuses.count(200) / len(self.statuses)


def deliver(port: int, requests: list[bytes], pause: float, rate: float) -> Answered:
    """Each over a connection of its own, `rate` a second; `pause` seconds (of Stripe's net)
    from the connection to the header, and again to the body.
    """
    found, lock = Answered(), threading.Lock()
    began = time.monotonic()

    def one(number: int) -> None:
        wait = threading.Event().wait
        wait(max(0.0, began + number / rate - time.monotonic()))
        top, _, body = requests[number].partition(b"\r\n\r\n")
        started, status = time.monotonic(), 0
        try:
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
                for part in (top + b"\r\n\r\n", body):
                    wait(pause)
                    connection.sendall(part)
                answer = connection.recv(200)
            status = int(answer[9:12] or 0)
        except OSError:
            pass  # pushed out, or not answered: 0
        with lock:
            found.statuses.append(status)
            found.seconds.append(time.monotonic() - started)

    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(one, range(len(requests))))
    return found


def _flood(port: int, start: bytes, each_second: int) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("begun", flush=True)
    held: deque[socket.socket] = deque()
    opened, due = 0, time.monotonic()
    while not ended.is_set():
        due += 1 / each_second
        if due > time.monotonic():
            ended.wait(due - time.monotonic())
        sock = socket.socket()
        sock.settimeout(5)
        try:
            sock.connect(("127.0.0.1", port))
            sock.sendall(start)
            opened += 1
        except OSError:
            pass  # not accepted in time, or pushed out already
        held.append(sock)
        if len(held) > HELD:
            held.popleft().close()
    print(opened, flush=True)


if __name__ == "__main__":
    _flood(int(sys.argv[1]), starts(int(sys.argv[1]))[sys.argv[2]], int(sys.argv[3]))
