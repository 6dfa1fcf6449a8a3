"""Slow, silent and vanishing clients: FAULTS B6–B8, and what a receipt's time may be."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from tests.listener.support import (
    BODY,
    WAIT,
    FakeReceive,
    SlowReceive,
    ask,
    connected,
    is_closed,
    listening,
    read_answer,
    request,
    settle,
)
from workmate_desktop.listener.counters import ListenerCounters
from workmate_desktop.listener.hosts import HostNames
from workmate_desktop.listener.hub import Hub
from workmate_desktop.listener.limits import Limits
from workmate_desktop.listener.protocol import Connection, Receipt
from workmate_desktop.listener.server import Listener
from workmate_desktop.store.confirmation import tell_all

pytestmark = pytest.mark.alone

QUICK = Limits(header_seconds=0.3, body_seconds=0.5, idle_seconds=0.4, linger_seconds=0.2)


def trickle_until_closed(sock: socket.socket, byte: bytes) -> tuple[float, bytes]:
    """Send a byte again and again until the other side ends; return the seconds and its words."""
    began, got = time.monotonic(), b""
    sock.settimeout(0.02)
    while time.monotonic() - began < WAIT:
        try:
            sock.send(byte)
            piece = sock.recv(4096)
        except TimeoutError:
            continue
        except OSError:  # reset or broken pipe: closed, with our own last bytes unread
            return time.monotonic() - began, got
        if not piece:
            return time.monotonic() - began, got
        got += piece
    raise AssertionError("never closed")


def test_b6_slow_header_is_closed_within_five_seconds() -> None:
    """With the limits that are shipped; a trickle and a silent connection side by side."""
    with listening(FakeReceive()) as listener, connected(listener) as slow:
        began = time.monotonic()
        with connected(listener) as silent:
            slow.sendall(request(listener)[:40])
            seconds, got = trickle_until_closed(slow, b"x")
            assert is_closed(silent)
            assert time.monotonic() - began <= 5.2
    assert 4 < seconds <= 5
    assert got == b"" or got.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("start", [b"", b"\r\n", b"P", b"POST / HTTP/1.1\r\nX: "])
def test_b6_no_trickle_extends_the_header(start: bytes) -> None:
    with listening(FakeReceive(), QUICK) as listener, connected(listener) as sock:
        sock.sendall(start)
        seconds, _ = trickle_until_closed(sock, b"\n" if start == b"\r\n" else b"x")
    assert seconds < 2


def test_b6_the_header_of_a_later_request_has_the_same_deadline() -> None:
    with listening(FakeReceive(), QUICK) as listener, connected(listener) as sock:
        sock.sendall(request(listener) + b"POST / HT")
        first, second = read_answer(sock), read_answer(sock)
        assert first is not None
        assert second is not None
        assert (first.status, second.status) == (200, 408)
        assert is_closed(sock)


def test_b7_slow_body_is_closed_in_time() -> None:
    assert Limits().body_seconds < 10  # the mechanism is the one below
    receive = FakeReceive()
    with listening(receive, QUICK) as listener, connected(listener) as sock:
        sock.sendall(request(listener, b"{", content_length="100000"))
        seconds, got = trickle_until_closed(sock, b" ")
        assert got.startswith(b"HTTP/1.1 408 ")
        assert 0.4 < seconds < 2
        assert listener.counters.answers[408] == 1
    assert receive.seen == []


def test_b7_a_refused_body_that_never_comes_is_closed() -> None:
    with listening(FakeReceive(), QUICK) as listener, connected(listener) as sock:
        sock.sendall(request(listener, b"", path="/other", content_length="100"))
        answer = read_answer(sock)  # at once, without the body
        assert answer is not None
        assert answer.status == 404
        assert is_closed(sock)


def test_an_idle_connection_is_closed() -> None:
    with listening(FakeReceive(), QUICK) as listener, connected(listener) as sock:
        sock.sendall(request(listener))
        answer = read_answer(sock)
        assert answer is not None
        assert is_closed(sock)
        assert listener.counters.refusals() == {}


def test_b8_beside_350_half_open_connections_an_event_is_answered_in_a_second() -> None:
    receive = FakeReceive()
    with listening(receive) as listener, ExitStack() as stack:
        half_open = []
        for number in range(350):
            sock = stack.enter_context(connected(listener))
            if number % 2:
                sock.sendall(b"POST /api HTTP/1.1\r\nHost: ")
            half_open.append(sock)
            if number % 50 == 49:
                sent = time.monotonic()
                assert ask(listener, request(listener)).status == 200
                assert time.monotonic() - sent < 1
        # The oldest were closed for the newest, and never more than 64 were held.
        for sock in half_open[: 350 - 64]:
            assert is_closed(sock)
        assert listener.counters.most_connections <= 64
        assert listener.counters.open_connections <= 64
        assert listener.counters.evicted >= 350 - 64


def test_b8_a_flood_of_new_connections_does_not_push_out_an_event() -> None:
    """The half-open ones arrive while the events do, as fast as one client can make them."""
    done = threading.Event()

    def flood(port: int) -> None:
        held: list[socket.socket] = []
        while not done.is_set():
            held.append(socket.create_connection(("127.0.0.1", port), timeout=WAIT))
            if len(held) > 200:
                held.pop(0).close()
        for sock in held:
            sock.close()

    with listening(FakeReceive()) as listener, ThreadPoolExecutor(1) as pool:
        assert listener.port is not None
        flooding = pool.submit(flood, listener.port)
        try:
            for _ in range(50):
                sent = time.monotonic()
                assert ask(listener, request(listener)).status == 200
                assert time.monotonic() - sent < 1
        finally:
            done.set()
        flooding.result(WAIT)
        assert listener.counters.evicted > 0


def test_b8_what_is_being_booked_is_never_evicted() -> None:
    receive = SlowReceive()
    with listening(receive, Limits(connections=4)) as listener, ExitStack() as stack:
        booking = [stack.enter_context(connected(listener)) for _ in range(3)]
        for sock in booking:
            sock.sendall(request(listener))
        receive.wait_for(3)
        half_sent = stack.enter_context(connected(listener))
        half_sent.sendall(request(listener, expect="100-continue")[:-1])
        assert read_answer(half_sent) is not None  # 100: its header has been read
        booking.append(stack.enter_context(connected(listener)))
        booking[3].sendall(request(listener))
        assert is_closed(half_sent)  # rather than one that waits for its commit
        receive.wait_for(4)
        late = stack.enter_context(connected(listener))  # waits in the kernel's queue
        late.sendall(request(listener, b"late"))
        for receipt in receive.receipts[:4]:
            settle(receipt)
        for sock in booking:
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 200
        receive.wait_for(5)
        settle(receive.receipts[4])
        answer = read_answer(late)
        assert answer is not None
        assert answer.status == 200
        assert listener.counters.most_connections == 4


def test_a_half_closing_client_gets_its_answer() -> None:
    receive = SlowReceive()
    with listening(receive) as listener, connected(listener) as sock:
        sock.sendall(request(listener, b"1") + request(listener, b"2"))
        receive.wait_for(1)
        sock.shutdown(socket.SHUT_WR)
        assert ask(listener, request(listener, path="/other")).status == 404  # so the end is read
        for count in (1, 2):
            receive.wait_for(count)
            settle(receive.receipts[count - 1])
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 200
        assert is_closed(sock)


def test_a_receipt_that_never_comes_is_answered_503() -> None:
    receive = SlowReceive()
    with listening(receive, Limits(answer_seconds=0.2)) as listener:
        answer = ask(listener, request(listener))
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        settle(receive.receipts[0])  # too late, and harmless


def test_a_client_that_takes_no_answers_is_not_read_on() -> None:
    """Pipelined requests cannot fill the memory with answers nobody reads."""
    receive = FakeReceive()
    with listening(receive, QUICK) as listener, connected(listener) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(0.2)
        raw = request(listener, b"", path="/other") * 200
        sent = 0
        try:
            while sent < 50_000_000:
                sent += sock.send(raw)
        except (TimeoutError, ConnectionError):
            pass  # either way: not taken any more
        assert sent < 50_000_000


def test_a_client_that_hangs_up_is_booked_all_the_same() -> None:
    receive = SlowReceive()
    answered: list[int] = []
    with listening(receive, on_answer=lambda status, *_: answered.append(status)) as listener:
        with connected(listener) as sock:
            sock.sendall(request(listener))
            receive.wait_for(1)
        with connected(listener) as sock:
            sock.sendall(request(listener, b"second"))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset
            receive.wait_for(2)
        for receipt in receive.receipts:
            settle(receipt)
        assert receive.bodies == [BODY, b"second"]
        with connected(listener) as sock:
            sock.sendall(request(listener, b"third"))
            receive.wait_for(3)
            settle(receive.receipts[2])
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 200


def test_pipelined_requests_wait_for_the_receipt_before() -> None:
    receive = SlowReceive()
    with listening(receive) as listener, connected(listener) as sock:
        sock.sendall(request(listener, b"1") + request(listener, b"2") + request(listener, b"3"))
        for count, status in [(1, 200), (2, 503), (3, 200)]:
            receive.wait_for(count)
            assert len(receive.receipts) == count  # the next one only after this answer
            settle(receive.receipts[count - 1], None if status == 200 else OSError("planted"))
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == status
    assert receive.bodies == [b"1", b"2", b"3"]


def _raising(fault: Exception) -> Callable[[bytes, str | None], Receipt | int]:
    def receive(body: bytes, signature: str | None) -> Receipt | int:
        raise fault

    return receive


def _failing(fault: Exception) -> Callable[[bytes, str | None], Receipt | int]:
    def receive(body: bytes, signature: str | None) -> Receipt | int:
        receipt = Receipt("evt_1")
        receipt.set_exception(fault)
        return receipt

    return receive


@pytest.mark.parametrize("kind", [_raising, _failing])
def test_our_own_fault_is_503_and_logged(
    kind: Callable[[Exception], Callable[[bytes, str | None], Receipt | int]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening(kind(RuntimeError("planted"))) as listener, connected(listener) as sock:
        for _ in range(3):
            sock.sendall(request(listener))
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 503
            assert b"planted" not in answer.body
    faults = [record for record in caplog.records if record.exc_info]
    assert len(faults) == 1  # once with its trace, the others counted
    assert "planted" in caplog.text


def test_a_status_that_does_not_exist_is_our_own_fault() -> None:
    with listening(lambda body, signature: 500) as listener:
        assert ask(listener, request(listener)).status == 503


def test_each_answer_is_reported_with_its_receipt() -> None:
    receive = SlowReceive()
    reports: list[tuple[int, float, Receipt | None]] = []
    listener: Listener
    with listening(receive, on_answer=lambda *report: reports.append(report)) as listener:
        with connected(listener) as sock:
            sock.sendall(request(listener))
            receive.wait_for(1)
            settle(receive.receipts[0])
            assert read_answer(sock) is not None
        ask(listener, request(listener, path="/other"))
    assert [(status, receipt) for status, _, receipt in reports] == [
        (200, receive.receipts[0]),
        (404, None),
    ]
    assert all(0 <= seconds < WAIT for _, seconds, _ in reports)


def test_an_observer_that_fails_does_not_cost_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*report: object) -> None:
        raise RuntimeError("planted")

    with listening(FakeReceive(), on_answer=fail) as listener, connected(listener) as sock:
        for _ in range(2):
            sock.sendall(request(listener))
            answer = read_answer(sock)
            assert answer is not None
            assert answer.status == 200
    assert "planted" in caplog.text


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts how often another thread woke it."""

    woken = 0

    def call_soon_threadsafe(self, *args: Any, **kwargs: Any) -> asyncio.Handle:
        self.woken += 1
        return super().call_soon_threadsafe(*args, **kwargs)


class Answered(Connection):
    """Notes its receipts instead of answering them."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.receipts: list[Receipt] = []

    def complete(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


def test_a_group_of_receipts_wakes_the_loop_once() -> None:
    loop = CountingLoop()
    hub = Hub(
        receive=FakeReceive(),
        hosts=HostNames(),
        local_hosts=frozenset(),
        limits=Limits(),
        counters=ListenerCounters(),
        on_answer=None,
        log=logging.getLogger("workmate.listener"),
        loop=loop,
    )
    connections = [Answered(hub) for _ in range(32)]
    for group in (1, 2):
        receipts = [Receipt(str(number)) for number in range(32)]
        for receipt, connection in zip(receipts, connections, strict=True):
            receipt.asker = connection
            receipt.when_done(hub.completed)
            receipt.set_result()
        assert loop.woken == group - 1
        tell_all(receipts)
        assert loop.woken == group
        loop.run_until_complete(asyncio.sleep(0))
        assert all(len(connection.receipts) == group for connection in connections)
    loop.close()
