"""Requests that no honest sender would make: generated ones, and some made by hand."""

import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from hypothesis import strategies as st

from tests.factories import sign
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

CANARY = "hostileCanary7391"
"""In each of them somewhere; must be found nowhere afterwards."""
WRONG_SECRET = "whsec_somebody_else"
MAY_ANSWER = frozenset((400, 403, 404, 405, 408, 413, 415, 421, 431))

_BODY = b'{"id": "evt_' + CANARY.encode() + b'", "object": "event", "type": "payment_intent'
_BODY += b'.succeeded", "data": {"object": {"id": "pi_1", "amount_received": 1}}}'
_BOMB = gzip.compress(bytes(20_000_000))


def head(port: int, *lines: str, method: str = "POST", path: str = WEBHOOK_PATH) -> bytes:
    """A request line, our Host, and `lines`."""
    fields = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"X-Note: {CANARY}", *lines]
    return "\r\n".join([*fields, "", ""]).encode("utf-8", "surrogateescape")


def unsigned(port: int, body: bytes = _BODY, *more: str) -> bytes:
    """Well formed, but signed by somebody else."""
    kind = "Content-Type: application/json"
    signed = f"Stripe-Signature: {sign(body, WRONG_SECRET)}"
    return head(port, kind, f"Content-Length: {len(body)}", signed, *more) + body


def hand_made(port: int) -> dict[str, bytes]:
    """Smuggled, huge, pipelined, chunked, compressed."""
    kind = "Content-Type: application/json"
    chunked = "Transfer-Encoding: chunked"
    piece = b"%x\r\n%s\r\n" % (len(_BODY), _BODY)
    megabyte = b"x" * 1_048_576
    two = unsigned(port)
    zipped = zlib.compress(_BODY)
    return {
        "length and chunks": head(port, kind, chunked, "Content-Length: 5") + piece + b"0\r\n\r\n",
        "two lengths": head(port, kind, "Content-Length: 5", f"Content-Length: {len(_BODY)}")
        + _BODY,
        "hidden second request": head(port, kind, "Content-Length: 4") + b"0\r\n\r" + two,
        "chunked twice": head(port, kind, chunked, chunked) + piece + b"0\r\n\r\n" + two,
        "obscured coding": head(port, kind, "Transfer-Encoding: \x0bchunked") + piece,
        "tab before colon": head(port, kind, "Content-Length\t: 4") + b"abcd" + two,
        "trailers": head(port, kind, chunked) + piece + b"0\r\nHost: evil.example\r\n\r\n",
        "chunk size overflow": head(port, kind, chunked) + b"fffffffffffffffff\r\n" + _BODY,
        "negative chunk": head(port, kind, chunked) + b"-5\r\nabcde\r\n0\r\n\r\n",
        "chunk extension": head(port, kind, chunked) + b"5;" + b"a" * 60_000 + b"\r\nabcde\r\n",
        "many tiny chunks": head(port, kind, chunked) + b"1\r\nx\r\n" * 30_000 + b"0\r\n\r\n",
        "huge chunked": head(port, kind, chunked) + b"100000\r\n" + megabyte + b"\r\n100000\r\n",
        "huge by length": head(port, kind, "Content-Length: 999999999999") + megabyte,
        "just too large": head(port, kind, "Content-Length: 1048577") + megabyte + b"x",
        "huge header": head(port, kind, "X-Long: " + "a" * 200_000),
        "many headers": head(port, kind, *[f"X-{n}: {n}" for n in range(2_000)]),
        "long path": head(port, kind, path="/" + "a" * 100_000),
        "gzip bomb": head(port, kind, "Content-Encoding: gzip", f"Content-Length: {len(_BOMB)}")
        + _BOMB,
        "gzip bomb as coding": head(port, kind, "Transfer-Encoding: gzip, chunked")
        + b"%x\r\n%s\r\n0\r\n\r\n" % (len(_BOMB), _BOMB),
        "deflate": head(port, kind, "Content-Encoding: deflate", f"Content-Length: {len(zipped)}")
        + zipped,
        "brotli": unsigned(port, _BODY, "Content-Encoding: br"),
        "pipelined": two * 60,
        "pipelined with junk": two * 3 + b"\x16\x03\x01\x02\x00\x01" + two,
        "tls hello": bytes.fromhex("160301020001000200030300") + bytes(500),
        "http/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100),
        "upgrade": unsigned(port, _BODY, "Connection: Upgrade", "Upgrade: h2c"),
        "expect": unsigned(port, _BODY, "Expect: 100-continue"),
        "deep json": unsigned(port, b"[" * 500_000),
        "not utf-8": unsigned(port, b"\xff\xfe\x00" * 1000),
        "nul in header": head(port, kind, "X: a\x00b"),
        "web page": unsigned(port, _BODY, "Origin: https://evil.example"),
        "secret in query": head(port, kind, path=WEBHOOK_PATH + "?secret=" + CANARY),
        "absolute form": head(port, kind, path=f"http://evil.example{WEBHOOK_PATH}"),
        "connect": head(port, method="CONNECT", path="evil.example:443"),
        "only line ends": b"\r\n" * 50_000,
        "nothing": b"",
    }


_text = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40)
_signature = st.one_of(
    st.none(),
    _text,
    st.builds(
        "t={},v{}={}".format, st.integers(-1, 2**40), st.integers(0, 2), st.text("0f", max_size=80)
    ),
)
_header = st.one_of(
    st.sampled_from(
        [
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: identity",
            "Content-Encoding: gzip",
            "Content-Length: 0",
            "Content-Length: 7",
            "Content-Length: -1",
            "Content-Length: 1e3",
            "Connection: close",
            "Connection: Upgrade",
            "Origin: null",
            "Sec-Fetch-Site: cross-site",
            "Host: evil.example",
            "Expect: 100-continue",
            "Content-Type: text/plain",
            " folded: line",
            f"Cookie: {CANARY}",
        ]
    ),
    st.builds("{}: {}".format, st.sampled_from(["X", "Accept", "Via", "Stripe-Signature"]), _text),
    _text,
)
_body = st.one_of(
    st.just(_BODY),
    st.binary(max_size=300),
    st.builds(lambda text: text.encode("utf-8", "surrogatepass"), st.text(max_size=100)),
    st.builds(lambda n: b"[" * n, st.integers(0, 5_000)),
    st.builds(lambda n: b'{"a":' * n, st.integers(0, 2_000)),
    st.just(b"5\r\nabcde\r\n0\r\n\r\n"),
)


@st.composite
def requests(draw: Any, port: int) -> list[bytes]:
    """One to three requests on one connection, in pieces as they are sent."""
    raw = b""
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        method = draw(st.sampled_from(["POST"] * 6 + ["GET", "PUT", "OPTIONS", "post", "Ö", ""]))
        path = draw(st.sampled_from([WEBHOOK_PATH] * 6 + ["/", "*", f"/{CANARY}", "//x", "/%00"]))
        body = draw(_body)
        signature = draw(_signature)
        lines = [f"Content-Length: {draw(st.sampled_from([len(body)] * 5 + [0, 3, 10**7]))}"]
        lines += ["Content-Type: application/json"] if draw(st.integers(0, 5)) else []
        lines += [f"Stripe-Signature: {signature}"] if signature is not None else []
        lines += draw(st.lists(_header, max_size=4))
        made = head(port, *lines, method=method, path=path) + body
        if draw(st.integers(0, 3)) == 0:  # some bytes changed
            place = draw(st.integers(0, len(made)))
            made = made[:place] + draw(st.binary(min_size=1, max_size=6)) + made[place + 3 :]
        raw += made
    cut = draw(st.integers(0, len(raw)))
    return [raw[:cut], raw[cut:]] if draw(st.booleans()) else [raw]


@contextmanager
def trickling(port: int, connections: int) -> Iterator[None]:
    """Beside what else happens: senders that give one byte of a request at a time, for ever."""
    stop = threading.Event()
    raw = unsigned(port)

    def trickle() -> None:
        with ExitStack() as stack:
            held: list[tuple[socket.socket, int]] = []
            while not stop.wait(0.1):
                while len(held) < connections:
                    fresh = socket.create_connection(("127.0.0.1", port), PATIENCE)
                    held.append((stack.enter_context(fresh), 0))
                kept = []
                for sock, place in held:
                    try:
                        sock.sendall(raw[place : place + 1])
                        kept.append((sock, place + 1))
                    except ConnectionError:  # closed in time, as it must be
                        sock.close()
                held = kept

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def answers_to(port: int, pieces: list[bytes], timeout: float = PATIENCE) -> list[int]:
    """Send, say that nothing follows, and read to the end: the statuses of all answers."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        except (ConnectionError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
        try:
            while piece := connection.recv(65536):
                got += piece
        except ConnectionError:
            pass  # reset, with our own last bytes unread
    return statuses_in(got)


def statuses_in(got: bytes) -> list[int]:
    """Each answer must be whole: a status line of ours, with the length of its body."""
    found = []
    while got:
        assert got.startswith(b"HTTP/1.1 "), got[:80]
        top, _, rest = got.partition(b"\r\n\r\n")
        length = 0
        for line in top.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not top.startswith(b"HTTP/1.1 100 "):  # the wish of an "Expect"; the answer follows
            found.append(int(top[9:12]))
        got = rest[length:]
    return found
