"""Requests that two readers could understand differently: refused, and the connection closed."""

from collections.abc import Callable

import pytest

from tests.listener.support import (
    BODY,
    CHUNKED,
    FakeReceive,
    chunked,
    connected,
    is_closed,
    listening,
    read_answer,
    request,
)
from workmate_desktop.listener.server import Listener

SMUGGLING = {
    "length and chunked": (("Transfer-Encoding: chunked",), b"0\r\n\r\n"),
    "two lengths": (("Content-Length: 15",), BODY),
    "folded line": (("X: a", " b"), BODY),
    "name with blank": (("X : a",), BODY),
    "control character": (("X: a\x00b",), BODY),
    "upgrade": (("Connection: Upgrade", "Upgrade: h2c"), BODY),
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_smuggling_by_headers_is_refused_and_closed(name: str) -> None:
    extra, body = SMUGGLING[name]
    _refused_and_closed(lambda listener: request(listener, body, extra=extra))


@pytest.mark.parametrize("length", ["+15", "15, 15", "0x0f", "-1", "", "9" * 40, "1 5"])
def test_smuggling_by_length_is_refused_and_closed(length: str) -> None:
    _refused_and_closed(lambda listener: request(listener, content_length=length))


@pytest.mark.parametrize(
    "body",
    [
        b"f\nxxxxxxxxxxxxxxx\n0\n\n",
        b"0xf\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"f \r\n" + BODY + b"\r\n0\r\n\r\n",
        b"-1\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"e\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"f" * 20 + b"\r\n" + BODY,
        chunked(BODY, end=b"0\r\nHost: evil.example\r\n\r\n"),
        chunked(BODY, end=b"0\r\nX: y\r\n\r\n"),
    ],
)
def test_smuggling_by_chunks_is_refused_and_closed(body: bytes) -> None:
    _refused_and_closed(lambda listener: request(listener, b"", **CHUNKED) + body)


@pytest.mark.parametrize("coding", ["identity", "xchunked", "chunked, gzip", "gzip", ""])
def test_other_transfer_codings_are_refused_and_closed(coding: str) -> None:
    extra = (f"Transfer-Encoding: {coding}",)
    _refused_and_closed(
        lambda listener: (
            request(listener, b"", drop=("content-length",), extra=extra) + chunked(BODY)
        )
    )


@pytest.mark.parametrize("version", ["0.9", "2.0", "1.2", "11", ""])
def test_other_versions_are_refused_and_closed(version: str) -> None:
    _refused_and_closed(lambda listener: request(listener, version=version))


@pytest.mark.parametrize(
    "change", [lambda raw: raw.replace(b"\r\n", b"\n"), lambda raw: raw.replace(b"\r\nh", b"\rh")]
)
def test_bare_line_ends_are_refused_and_closed(change: Callable[[bytes], bytes]) -> None:
    _refused_and_closed(lambda listener: change(request(listener)))


@pytest.mark.parametrize("name", ["upgrade", "connect"])
def test_an_upgrade_is_refused_without_a_fault_of_ours(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The parser stops at them in a way of its own; asyncio would print its trace."""
    receive = FakeReceive()
    with listening(receive) as listener, connected(listener) as sock:
        if name == "upgrade":
            raw = request(listener, extra=("Connection: Upgrade", "Upgrade: h2c"))
        else:
            raw = request(listener, b"", method="CONNECT", path="evil.example:443")
        sock.sendall(raw)
        answer = read_answer(sock)
        assert answer is not None
        assert 400 <= answer.status < 500
        assert is_closed(sock)
    assert receive.seen == []
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == []


def _refused_and_closed(make: Callable[[Listener], bytes]) -> None:
    receive = FakeReceive()
    with listening(receive) as listener, connected(listener) as sock:
        # A good request stands before and behind: the one behind must never be believed.
        sock.sendall(request(listener, b"before") + make(listener) + request(listener, b"behind"))
        first, second = read_answer(sock), read_answer(sock)
        assert first is not None
        assert first.status == 200
        assert second is not None
        assert (second.status, second.headers["connection"]) == (400, "close")
        assert is_closed(sock)
    assert [body for body, _ in receive.seen] == [b"before"]
