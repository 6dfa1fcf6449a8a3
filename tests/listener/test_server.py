"""Start, stop, restart, ports, the state file, and whatever bytes may come."""

import json
import logging
import os
import socket
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.listener.support import (
    FakeReceive,
    SlowReceive,
    ask,
    connected,
    is_closed,
    listener_threads,
    listening,
    read_answer,
    request,
    settle,
)
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.listener import binding
from workmate_desktop.listener.limits import Limits
from workmate_desktop.listener.server import Listener, ListenerError
from workmate_desktop.listener.state_file import STATE_FILE, remove_state_file, write_state_file


def test_no_thread_is_left_after_a_stop() -> None:
    before = set(threading.enumerate())
    endless = Limits(header_seconds=600)
    with listening(FakeReceive(), endless) as listener, connected(listener) as half_open:
        assert ask(listener, request(listener)).status == 200
        assert len(listener_threads()) == 1
        listener.stop(600)  # does not wait for the half-open one
        assert is_closed(half_open)
        assert not listener.running
        assert listener.port is None
        assert listener.counters.open_connections == 0
    assert set(threading.enumerate()) == before


def test_stopping_twice_and_starting_again() -> None:
    listener = Listener(FakeReceive())
    listener.stop()  # never started: nothing to do
    port = listener.start(0)
    for _ in range(3):
        assert ask(listener, request(listener)).status == 200
        listener.stop()
        listener.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        assert listener.start(port) == port  # connections in TIME_WAIT do not count
    with pytest.raises(RuntimeError, match="already running"):
        listener.start(0)
    listener.stop()
    assert listener_threads() == []


def test_a_request_in_flight_is_answered_before_the_stop() -> None:
    receive = SlowReceive()
    with (
        listening(receive) as listener,
        connected(listener) as sock,
        connected(listener) as idle,
        ThreadPoolExecutor(1) as pool,
    ):
        sock.sendall(request(listener) + request(listener, b"queued"))
        receive.wait_for(1)
        stopping = pool.submit(listener.stop, PATIENCE)
        assert is_closed(idle)  # closed at once, so the stop has begun
        settle(receive.receipts[0])
        answer = read_answer(sock)
        assert answer is not None
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        stopping.result(PATIENCE)
    assert len(receive.receipts) == 1  # the queued one comes again by itself


def test_a_stop_does_not_wait_longer_than_its_deadline(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    receive = SlowReceive()
    endless = Limits(answer_seconds=600)
    with listening(receive, endless) as listener, connected(listener) as sock:
        sock.sendall(request(listener))
        receive.wait_for(1)
        listener.stop(0.1)
        assert is_closed(sock)
        settle(receive.receipts[0])  # the writer is done after the listener has gone
    assert "after the listener had stopped" in caplog.text
    assert listener_threads() == []


def test_h6_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        listener = Listener(FakeReceive())
        try:
            port = listener.start(taken)
            assert port == listener.port
            assert taken < port <= taken + 50
            assert ask(listener, request(listener)).status == 200
        finally:
            listener.stop()


def test_h6_a_port_taken_on_all_addresses_is_taken() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("", 0))
        other.listen()
        with listening(FakeReceive()) as first:
            assert first.port is not None
            second = Listener(FakeReceive())
            try:
                assert second.start(other.getsockname()[1]) != other.getsockname()[1]
            finally:
                second.stop()


def test_two_listeners_do_not_share_a_port() -> None:
    with listening(FakeReceive()) as first:
        assert first.port is not None
        second = Listener(FakeReceive())
        try:
            assert second.start(first.port) != first.port
        finally:
            second.stop()


def test_nothing_bindable_is_an_error_staff_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "ADDRESS", "192.0.2.1")  # TEST-NET: on no machine
    listener = Listener(FakeReceive())
    with pytest.raises(ListenerError):
        listener.start(0)
    assert not listener.running
    assert listener_threads() == []


def test_it_listens_on_this_machine_only() -> None:
    with listening(FakeReceive()) as listener:
        assert listener.port is not None
        with pytest.raises(OSError):
            socket.create_connection(("::1", listener.port), timeout=PATIENCE)
        if sys.platform == "linux":
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.2", listener.port), timeout=PATIENCE)


def test_the_state_file_is_private_and_whole(tmp_path: Path) -> None:
    for url in (None, "https://office.ngrok-free.dev"):
        path = write_state_file(
            tmp_path,
            pid=os.getpid(),
            port=8000,
            path=WEBHOOK_PATH,
            public_url=url,
            started_at="2026-10-25T00:30:00Z",
        )
        assert path == tmp_path / STATE_FILE
        assert json.loads(path.read_text(encoding="utf-8")) == {
            "pid": os.getpid(),
            "port": 8000,
            "path": "/api/backoffice/finance/stripe/webhook",
            "public_url": url,
            "started_at": "2026-10-25T00:30:00Z",
        }
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [path]  # nothing half-written beside it
    remove_state_file(tmp_path)
    remove_state_file(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_state_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).mkdir()
    with pytest.raises(OSError):
        write_state_file(
            tmp_path, pid=1, port=1, path="/", public_url=None, started_at="2026-01-01T00:00:00Z"
        )
    assert [path.name for path in tmp_path.iterdir()] == [STATE_FILE]


# Garbage


PARTS = st.sampled_from(
    [
        b"POST ",
        b"GET ",
        WEBHOOK_PATH.encode(),
        b" HTTP/1.1",
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"Host: 127.0.0.1",
        b"Content-Length: 5",
        b"Content-Length: 99999999",
        b"Transfer-Encoding: chunked",
        b"Content-Type: application/json",
        b"Connection: Upgrade\r\nUpgrade: h2c",
        b"Expect: 100-continue",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"\x00",
        b"\xff" * 20,
    ]
)
GARBAGE = st.lists(PARTS | st.binary(max_size=64), max_size=30).map(b"".join)
MANGLED = st.tuples(st.just(None), st.integers(0, 300), st.binary(max_size=8))


@pytest.fixture(scope="module")
def quick_listener() -> "object":
    with listening(FakeReceive(), Limits(header_seconds=1, body_seconds=1)) as listener:
        yield listener


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(garbage=GARBAGE | MANGLED, cuts=st.lists(st.integers(1, 200), max_size=4))
def test_garbage_never_gives_5xx_and_never_hangs(
    quick_listener: Listener, garbage: bytes | tuple[None, int, bytes], cuts: list[int]
) -> None:
    if isinstance(garbage, tuple):  # a good request with some bytes replaced
        _, at, piece = garbage
        good = request(quick_listener)
        garbage = good[:at] + piece + good[at + len(piece) :]
    got = b""
    with connected(quick_listener) as sock:
        try:
            for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), None], strict=True):
                sock.sendall(garbage[start:end])
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                got += piece
        except ConnectionError:
            pass  # refused and closed while we were still sending
    statuses = [part[:3] for part in got.split(b"HTTP/1.1 ")[1:]]
    assert all(status[:1] in (b"1", b"2", b"4") for status in statuses), got
    assert quick_listener.running


def test_after_garbage_the_listener_answers(quick_listener: Listener) -> None:
    assert ask(quick_listener, request(quick_listener)).status == 200
    assert quick_listener.counters.answers[503] == 0


def test_what_a_run_killed_while_writing_its_state_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".listener.json.k1ll3d").write_text("", encoding="utf-8")
    (tmp_path / "other.json").write_text("", encoding="utf-8")
    remove_state_file(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["other.json"]
