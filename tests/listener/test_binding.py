"""A port that is bound before there is anybody to answer: who comes waits, and is answered."""

import socket

import pytest

from tests.listener.support import BODY, SIGNED, FakeReceive
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.listener.binding import bind
from workmate_desktop.listener.server import Listener


def _post(port: int) -> bytes:
    return (
        f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Stripe-Signature: {SIGNED}\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    ).encode() + BODY


def test_who_came_before_the_start_is_answered_after_it() -> None:
    bound = bind(0)
    port = bound.getsockname()[1]
    listener = Listener(FakeReceive(), bound=bound)
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as early:
            early.sendall(_post(port))
            assert listener.port is None
            assert listener.start(port) == port
            assert early.recv(64).startswith(b"HTTP/1.1 200")
    finally:
        listener.stop()


def test_a_stop_without_a_start_gives_the_port_back() -> None:
    bound = bind(0)
    port = bound.getsockname()[1]
    Listener(FakeReceive(), bound=bound).stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), PATIENCE)


def test_the_second_start_binds_anew() -> None:
    listener = Listener(FakeReceive(), bound=bind(0))
    first = listener.start(0)
    listener.stop()
    assert listener.start(first) == first
    listener.stop()
