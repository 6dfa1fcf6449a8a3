"""Slow, silent and vanishing clients: FAULTS B6–B8."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.listener.clockwork import Clockwork, StoppedClock, hub_of, sent
from tests.listener.support import (
    BODY,
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
from tests.waiting import PATIENCE
from workmate_desktop.listener.limits import Limits

QUICK = Limits(header_seconds=0.3, body_seconds=0.5, idle_seconds=0.4, linger_seconds=0.2)
ENDLESS = Limits(header_seconds=600, body_seconds=600, idle_seconds=600)
"""With these nobody is thrown out for being slow while a test runs."""


@pytest.fixture
def clockwork() -> Iterator[Clockwork]:
    """With the limits that are shipped."""
    loop, receive = StoppedClock(), FakeReceive()
    yield Clockwork(loop, hub_of(loop, receive), receive)
    loop.close()


TRICKLES = [
    (b"\r\n", b"\n"),
    (b"POST /", b"x"),
    (b"POST / HTTP/1.1\r\nX: ", b"x"),
    (b"POST / HTTP/1.1\r\nX: y\r\nY", b"y"),
]
"""What is begun, and what is sent again and again."""


def trickle_until_closed(sock: socket.socket, byte: bytes) -> bytes:
    """Send a byte again and again until the other side ends; return its words."""
    until, got = time.monotonic() + PATIENCE, b""
    sock.settimeout(0.02)
    while time.monotonic() < until:
        try:
            sock.send(byte)
            piece = sock.recv(4096)
        except TimeoutError:
            continue
        except OSError:  # reset or broken pipe: closed, with our own last bytes unread
            return got
        if not piece:
            return got
        got += piece
    raise AssertionError("never closed")


def test_b6_slow_header_is_closed_within_five_seconds(clockwork: Clockwork) -> None:
    """With the limits that are shipped; a trickle and a silent connection side by side."""
    silent, slow = clockwork.line(), clockwork.line()
    slow.send(sent()[:40])
    slow.trickle(b"x", 4.7)
    assert not silent.is_closing() and not slow.is_closing()
    slow.trickle(b"x", 0.3)
    assert silent.is_closing() and silent.answers == b""
    assert slow.answers.startswith(b"HTTP/1.1 408 ")
    slow.trickle(b"x", 1.1)  # thrown away, so that the answer arrives
    assert slow.is_closing()
    assert clockwork.receive.seen == []


@pytest.mark.parametrize(("start", "byte"), TRICKLES)
def test_b6_no_trickle_extends_the_header(clockwork: Clockwork, start: bytes, byte: bytes) -> None:
    line = clockwork.line()
    line.send(start)
    line.trickle(byte, 4.7)
    assert not line.is_closing()
    line.trickle(byte, 0.3 + 1.1)
    assert line.is_closing()


@pytest.mark.parametrize(("start", "byte"), TRICKLES)
def test_b6_a_trickle_over_a_socket_is_closed(start: bytes, byte: bytes) -> None:
    with listening(FakeReceive(), QUICK) as listener, connected(listener) as sock:
        sock.sendall(start)
        trickle_until_closed(sock, byte)


def test_b6_the_header_of_a_later_request_has_the_same_deadline(clockwork: Clockwork) -> None:
    line = clockwork.line()
    clockwork.loop.passes(4)
    line.send(sent())
    clockwork.loop.passes(60)
    line.send(b"POST / HT")
    clockwork.loop.passes(4.7)
    assert line.answers.count(b"HTTP/1.1 ") == 1
    clockwork.loop.passes(0.3)
    first, second = line.answers.split(b"HTTP/1.1 ")[1:]
    assert first.startswith(b"200 ") and second.startswith(b"408 ")
    clockwork.loop.passes(1.1)
    assert line.is_closing()


def test_b7_slow_body_is_closed_in_time(clockwork: Clockwork) -> None:
    line = clockwork.line()
    clockwork.loop.passes(4)
    line.send(sent(b"{", content_length="100000"))
    line.trickle(b" ", 9.7)
    assert line.answers == b""
    line.trickle(b" ", 0.3)  # within 10 s
    assert line.answers.startswith(b"HTTP/1.1 408 ")
    assert clockwork.hub.counters.answers[408] == 1
    clockwork.loop.passes(1.1)
    assert line.is_closing()
    assert clockwork.receive.seen == []


def test_b7_a_slow_body_over_a_socket_is_closed() -> None:
    receive = FakeReceive()
    limits = Limits(header_seconds=600, body_seconds=0.5, linger_seconds=0.2)
    with listening(receive, limits) as listener, connected(listener) as sock:
        sock.sendall(request(listener, b"{", content_length="100000"))
        assert trickle_until_closed(sock, b" ").startswith(b"HTTP/1.1 408 ")
    assert receive.seen == []


def test_b7_a_refused_body_that_never_comes_is_closed(clockwork: Clockwork) -> None:
    line = clockwork.line()
    line.send(sent(b"", path="/other", content_length="100"))
    assert line.answers.startswith(b"HTTP/1.1 404 ")  # at once, without the body
    clockwork.loop.passes(9.7)
    assert not line.is_closing()
    clockwork.loop.passes(0.2)
    clockwork.loop.passes(1.1)
    assert line.is_closing()


def test_an_idle_connection_is_closed(clockwork: Clockwork) -> None:
    line = clockwork.line()
    line.send(sent())
    assert line.answers.startswith(b"HTTP/1.1 200 ")
    clockwork.loop.passes(74.9)
    assert not line.is_closing()
    clockwork.loop.passes(0.2)
    assert line.is_closing()
    assert clockwork.refusals == {}


def test_b8_beside_350_half_open_connections_an_event_is_answered() -> None:
    """At once: none of them is ever given up for being slow."""
    receive = FakeReceive()
    with listening(receive, ENDLESS) as listener, ExitStack() as stack:
        half_open = []
        for number in range(350):
            sock = stack.enter_context(connected(listener))
            if number % 2:
                sock.sendall(b"POST /api HTTP/1.1\r\nHost: ")
            half_open.append(sock)
            if number % 50 == 49:
                assert ask(listener, request(listener)).status == 200
        # The oldest were closed for the newest, and never more than 64 were held.
        for sock in half_open[: 350 - 64]:
            assert is_closed(sock)
        assert listener.counters.most_connections <= 64
        assert listener.counters.open_connections <= 64
        assert listener.counters.evicted >= 350 - 64


def test_b8_a_flood_of_new_connections_does_not_push_out_an_event() -> None:
    """The half-open ones arrive while the events do, as fast as one client can make them. An event
    is sent as soon as its connection stands, as Stripe does.
    """
    done, turn, free = threading.Event(), threading.Lock(), threading.Event()

    def flood(port: int) -> None:
        held: list[socket.socket] = []
        while not done.is_set():
            free.wait()
            with turn:
                held.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            if len(held) > 200:
                held.pop(0).close()
        for sock in held:
            sock.close()

    with listening(FakeReceive(), ENDLESS) as listener, ThreadPoolExecutor(1) as pool:
        assert listener.port is not None
        free.set()
        flooding = pool.submit(flood, listener.port)
        try:
            for _ in range(50):
                with ExitStack() as stack:
                    free.clear()
                    with turn:
                        sock = stack.enter_context(connected(listener))
                        sock.sendall(request(listener))
                    free.set()
                    answer = read_answer(sock)
                assert answer is not None and answer.status == 200
        finally:
            done.set()
            free.set()
        flooding.result(PATIENCE)
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
