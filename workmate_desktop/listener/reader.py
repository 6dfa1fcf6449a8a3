"""HTTP to requests: httptools reads, ``rules`` judges the header, whole requests come out.

llhttp, inside httptools, already refuses what requests are smuggled with: two lengths, a length
beside chunks, folded header lines, bare line feeds, odd chunk sizes. What it lets through and
should not is refused here: trailers, packed transfer codings, other versions, upgrades.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserInvalidMethodError,
    HttpParserUpgrade,
    HttpRequestParser,
)

from workmate_desktop.listener import rules
from workmate_desktop.listener.hub import Hub
from workmate_desktop.listener.rules import JUDGED_HEADERS, HeaderRefusal

SLICE: Final = 16 * 1024
"""Bytes parsed at a time: bounds how far ahead of its answers a pipelining client gets."""

IDLE, HEAD, BODY = range(3)
"""Where a connection stands: between requests, inside a header, inside a body."""

_NONE_DOUBLED: Final[frozenset[bytes]] = frozenset()


class _Enough(Exception):
    """Stops the parser; the answer is already decided."""


class Request(NamedTuple):
    """One request that is ready for its answer."""

    refusal: HeaderRefusal | None
    """Set when the answer is decided without the services."""
    body: bytes
    signature: str | None
    keep_alive: bool
    """Whether further requests may follow on the connection."""
    head: bool
    """Whether the answer goes without its body, being one to HEAD."""


class RequestReader:
    """Reads the requests of one connection, one after the other.

    ``submit`` is called with each request, in order; ``expects`` when the sender waits for a
    100 before it sends the body.
    """

    def __init__(
        self, hub: Hub, submit: Callable[[Request], None], expects: Callable[[], None]
    ) -> None:
        self.stage = IDLE
        self.finished = 0
        """Requests read completely."""
        self.last = False
        """No further request is read from this connection."""
        self.refused = False
        """The request being read was answered from its header; its body is read off and dropped."""
        self._hub = hub
        self._limits = hub.limits
        self._submit = submit
        self._expects = expects
        self._parser: HttpRequestParser | None = HttpRequestParser(self)
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._doubled = _NONE_DOUBLED
        self._fields = 0
        self._head_bytes = 0  # of the complete header fields
        self._raw_bytes = 0  # of the unfinished header, or of the body with its chunk framing
        self._pieces: list[bytes] = []
        self._body_size = 0
        self._keep_alive = True
        self._is_head = False

    def feed(self, data: bytes) -> None:
        """Parse at most SLICE bytes; ``submit`` is called from within."""
        if self.last:
            return
        finished = self.finished
        assert self._parser is not None
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError as error:
            if not self.last:  # not _Enough but a bug of ours: told and logged as such
                self._hub.fault(error.__context__ or error)
                self.refuse(rules.OWN_FAULT)
        except HttpParserInvalidMethodError:
            if not self.last:
                known = self._raw_bytes or rules.is_method(data.lstrip(b"\r\n"))
                self.refuse(rules.UNKNOWN_METHOD if known else rules.MALFORMED)
        except HttpParserUpgrade:  # no HttpParserError; also after a CONNECT
            if not self.last:  # refused at the end of the header already
                self.refuse(rules.UPGRADE)
        except HttpParserError:
            if not self.last:
                self.refuse(rules.MALFORMED)
        if self.stage != IDLE and not self.last and self.finished == finished:
            self._count_raw(len(data))

    def refuse(self, refusal: HeaderRefusal) -> None:
        """Submit an answer from the header alone, or give up on input that makes no sense."""
        keep_alive = self._keep_alive and not refusal.close
        if not keep_alive:
            self.last = True
        self._submit(Request(refusal, b"", None, keep_alive, self._is_head))

    def end(self) -> None:
        """Read nothing further and let go of the parser, which holds on to this object."""
        self.last = True
        self._parser = None
        self._pieces = []

    # What httptools calls

    def on_message_begin(self) -> None:
        """Forget the request before."""
        if self.last:
            raise _Enough
        self.stage = HEAD
        self._is_head = False
        self._target = b""
        self._headers = {}
        self._doubled = _NONE_DOUBLED
        self._fields = self._head_bytes = self._raw_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Take the request target, which may come in parts."""
        self._target = self._target + url if self._target else url
        self._head_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the header fields that are judged, count the others."""
        if self.stage == BODY:  # a trailer: nothing of ours, and a way to smuggle
            if not self.last:
                self.refuse(rules.MALFORMED)
            raise _Enough
        self._fields += 1
        self._head_bytes += len(name) + len(value)
        name = name.lower()
        if name in JUDGED_HEADERS:
            headers = self._headers
            if name in headers:
                self._doubled |= {name}
            headers[name] = value
        elif name.startswith(b"sec-fetch-"):
            self._headers[b"origin"] = value  # both say: a browser

    def on_headers_complete(self) -> None:
        """Judge the header; a refusal is answered without waiting for the body."""
        limits, headers, parser = self._limits, self._headers, self._parser
        assert parser is not None
        method = parser.get_method()
        version = parser.get_http_version()
        self._is_head = method == b"HEAD"
        self._keep_alive = version == "1.1" and parser.should_keep_alive()
        chunked = b"transfer-encoding" in headers
        refusal: HeaderRefusal | None
        if self._head_bytes > limits.header_bytes or self._fields > limits.header_fields:
            refusal = rules.HEADER_TOO_LARGE
        elif version != "1.1" and (version != "1.0" or chunked):
            refusal = rules.MALFORMED
        else:
            hosts = (self._hub.local_hosts, self._hub.hosts.allowed)
            refusal = rules.judge(
                method, self._target, headers, self._doubled, hosts, limits.body_bytes
            )
            if parser.should_upgrade():  # the parser would skip the body
                refusal = refusal or rules.UPGRADE
                self._keep_alive = False
        self.refused = refusal is not None
        self.stage = BODY
        self._body_size = self._raw_bytes = 0
        self._pieces = []
        if refusal is None:
            if headers.get(b"expect", b"").lower() == b"100-continue" and version == "1.1":
                self._expects()
            return
        # Only a short body of known length is worth reading off for the next request's sake.
        if chunked or b"expect" in headers or self._length() > limits.body_bytes:
            self._keep_alive = False
        self.refuse(refusal)

    def on_body(self, body: bytes) -> None:
        """Collect the body, up to the limit."""
        if self.refused:
            return
        self._body_size += len(body)
        if self._body_size > self._limits.body_bytes:
            self.refuse(rules.TOO_LARGE)
            raise _Enough
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Hand the request over, or queue it behind the one before."""
        self.stage = IDLE
        self.finished += 1
        if self.refused:
            return
        pieces = self._pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._pieces = []
        signature = self._headers.get(b"stripe-signature")
        text = None if signature is None else signature.decode("latin-1")
        if not self._keep_alive:
            self.last = True
        self._submit(Request(None, body, text, self._keep_alive, False))

    def _count_raw(self, size: int) -> None:
        """Bound an unfinished header, and a body of tiny chunks with its framing."""
        self._raw_bytes += size
        if self.stage == HEAD:
            if self._raw_bytes > self._limits.header_bytes:
                self.refuse(rules.HEADER_TOO_LARGE)
        elif self._raw_bytes > 2 * self._limits.body_bytes + 2 * SLICE:
            self.refuse(rules.TOO_LARGE)

    def _length(self) -> int:
        return int(self._headers.get(b"content-length", b"0"))
