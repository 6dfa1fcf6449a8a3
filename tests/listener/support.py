"""Raw sockets against a real listener, and a stand-in for the services' receive."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.listener.limits import Limits
from workmate_desktop.listener.protocol import OnAnswer, Receipt, Receive
from workmate_desktop.listener.server import HostNames, Listener
from workmate_desktop.store.database.confirmation import tell_all

BODY = b'{"id": "evt_1"}'
SIGNED = "t=1,v1=right"
CHUNKED: dict[str, Any] = {
    "drop": ("content-length",),
    "extra": ("Transfer-Encoding: chunked",),
}  # for request(): the body follows by chunked()


class Answer(NamedTuple):
    """One HTTP answer as it came over the socket."""

    status: int
    headers: dict[str, str]
    body: bytes


class FakeReceive:
    """Accepts what is signed SIGNED; keeps all it was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, str | None]] = []

    def __call__(self, body: bytes, signature: str | None) -> Receipt | int:
        self.seen.append((body, signature))
        return 200 if signature == SIGNED else 400


class SlowReceive:
    """Hands out receipts that the test resolves when it likes."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.bodies: list[bytes] = []
        self._arrived = threading.Condition()

    def __call__(self, body: bytes, signature: str | None) -> Receipt | int:
        receipt = Receipt(str(len(self.receipts)), Threads())
        with self._arrived:
            self.receipts.append(receipt)
            self.bodies.append(body)
            self._arrived.notify_all()
        return receipt

    def wait_for(self, count: int) -> None:
        """Wait until ``count`` messages have been handed over."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.receipts) >= count, PATIENCE)


def settle(receipt: Receipt, failure: Exception | None = None) -> None:
    """Settle a receipt as the writer does after the commit."""
    if failure is None:
        receipt.set_result()
    else:
        receipt.set_exception(failure)
    tell_all([receipt])


@contextmanager
def listening(
    receive: Receive,
    limits: Limits | None = None,
    *,
    hosts: HostNames | None = None,
    on_answer: OnAnswer | None = None,
) -> Iterator[Listener]:
    """Run a listener on any free port."""
    listener = Listener(receive, limits=limits, host_names=hosts, on_answer=on_answer)
    listener.start(0)
    try:
        yield listener
    finally:
        listener.stop()


def port_of(listener: Listener) -> int:
    """Return the port of a running listener."""
    assert listener.port is not None
    return listener.port


@contextmanager
def connected(listener: Listener) -> Iterator[socket.socket]:
    """Open a connection that gives up after PATIENCE seconds."""
    with socket.create_connection(("127.0.0.1", port_of(listener)), timeout=PATIENCE) as sock:
        yield sock


def request(
    listener: Listener,
    body: bytes = BODY,
    *,
    method: str = "POST",
    path: str = WEBHOOK_PATH,
    version: str = "1.1",
    drop: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
    **headers: str,
) -> bytes:
    """Build a request that would be accepted; ``headers`` replace (``content_type=…``)."""
    return request_to(
        port_of(listener),
        body,
        method=method,
        path=path,
        version=version,
        drop=drop,
        extra=extra,
        **headers,
    )


def request_to(
    port: int,
    body: bytes,
    *,
    method: str = "POST",
    path: str = WEBHOOK_PATH,
    version: str = "1.1",
    drop: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
    **headers: str,
) -> bytes:
    """The same for a port of which there is no listener."""
    fields = {
        "host": f"127.0.0.1:{port}",
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(body)),
        "stripe-signature": SIGNED,
    }
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"{method} {path} HTTP/{version}"]
    lines += [f"{name}: {value}" for name, value in fields.items() if name not in drop]
    lines += extra
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Encode a chunked body, with another end where a test wants one."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def read_answer(sock: socket.socket, *, head: bool = False) -> Answer | None:
    """Read exactly one answer; None when the connection was closed instead."""
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        if not piece:
            assert raw == b"", f"closed inside an answer: {raw!r}"
            return None
        raw += piece
    first, *lines = raw.decode("latin-1").split("\r\n")[:-2]
    headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
    body = b""
    length = 0 if head else int(headers.get("content-length", "0"))
    while len(body) < length:
        body += sock.recv(length - len(body))
    return Answer(int(first.split(" ")[1]), headers, body)


def ask(listener: Listener, raw: bytes, *, head: bool = False) -> Answer:
    """Send ``raw`` over an own connection and return its answer."""
    with connected(listener) as sock:
        sock.sendall(raw)
        answer = read_answer(sock, head=head)
    assert answer is not None, "closed without an answer"
    return answer


def is_closed(sock: socket.socket) -> bool:
    """Wait until the other side closes; False when something else arrives."""
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def listener_threads() -> list[threading.Thread]:
    """Return the listener threads alive now."""
    return [thread for thread in threading.enumerate() if thread.name == "listener"]
