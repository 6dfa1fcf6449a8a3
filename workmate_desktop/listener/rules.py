"""Which request headers are let through: the table of answers in CONTRACT, in one place.

Only form is judged here. Whether a message is authentic is decided by
``services/booking/receive.py``.
"""

import re
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH


class HeaderRefusal(NamedTuple):
    """An answer that needs no look at the body."""

    status: int
    reason: str
    """For the log and the counters; constant text, never taken from the request."""
    close: bool = False
    """The rest of this connection cannot be read safely any more."""


MALFORMED: Final = HeaderRefusal(400, "malformed HTTP", close=True)
UPGRADE: Final = HeaderRefusal(400, "protocol upgrade", close=True)
TWO_SIGNATURES: Final = HeaderRefusal(400, "more than one signature header")
WEB_PAGE: Final = HeaderRefusal(403, "sent by a web page")
OTHER_PATH: Final = HeaderRefusal(404, "other path")
OTHER_METHOD: Final = HeaderRefusal(405, "other method")
UNKNOWN_METHOD: Final = HeaderRefusal(405, "other method", close=True)
TOO_SLOW: Final = HeaderRefusal(408, "too slow", close=True)
TOO_LARGE: Final = HeaderRefusal(413, "body too large", close=True)
OTHER_TYPE: Final = HeaderRefusal(415, "other content type")
ENCODED: Final = HeaderRefusal(415, "content encoding")
FOREIGN_HOST: Final = HeaderRefusal(421, "foreign host")
OWN_FAULT: Final = HeaderRefusal(503, "our own fault (503)", close=True)
HEADER_TOO_LARGE: Final = HeaderRefusal(431, "header too large", close=True)

JUDGED_HEADERS: Final = frozenset(
    (
        b"host",
        b"origin",
        b"content-type",
        b"content-encoding",
        b"content-length",
        b"transfer-encoding",
        b"expect",
        b"stripe-signature",
    )
)
"""Names, in lower case, whose values are kept; everything else is dropped unread."""

_PATH: Final = WEBHOOK_PATH.encode("ascii")
_JSON_TYPES: Final = frozenset(
    (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")
)
_JSON_TYPE: Final = re.compile(
    rb'application/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?', re.IGNORECASE
)
_METHOD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} ")


def is_method(start: bytes) -> bool:
    """Tell whether ``start`` looks like a request line's method, known to the parser or not."""
    return _METHOD.match(start) is not None


def judge(
    method: bytes,
    target: bytes,
    headers: dict[bytes, bytes],
    doubled: AbstractSet[bytes],
    hosts: tuple[frozenset[bytes], frozenset[bytes]],
    max_body: int,
) -> HeaderRefusal | None:
    """Judge one complete header; None lets it through.

    ``headers`` has the JUDGED_HEADERS that were present, names in lower case; ``doubled`` names
    those that were there twice. ``hosts`` are the allowed Host values of this machine and of the
    tunnel. The first rule that applies wins: framing, then Host (whom was it meant for?), then
    the rest in the order in which a sender would mend them.
    """
    coding = headers.get(b"transfer-encoding")
    if coding is not None and coding.strip().lower() != b"chunked":
        return MALFORMED  # "gzip, chunked": the parser takes it, and would hand out packed bytes
    host = headers.get(b"host")
    if host not in hosts[0] and host not in hosts[1] and not _is_known_host(host, hosts):
        return FOREIGN_HOST
    if b"host" in doubled:
        return FOREIGN_HOST
    # A query is nothing to us: whatever stands there counts as absent (a secret, too).
    if target != _PATH and target.partition(b"?")[0] != _PATH:
        return OTHER_PATH
    if method != b"POST":
        return OTHER_METHOD
    if b"origin" in headers:
        return WEB_PAGE
    kind = headers.get(b"content-type")
    if kind not in _JSON_TYPES and (kind is None or _JSON_TYPE.fullmatch(kind) is None):
        return OTHER_TYPE
    if b"content-type" in doubled:
        return OTHER_TYPE
    if b"content-encoding" in headers:
        return ENCODED
    length = headers.get(b"content-length")
    if length is not None and int(length) > max_body:
        return TOO_LARGE
    if b"stripe-signature" in doubled:
        return TWO_SIGNATURES
    return None


def _is_known_host(host: bytes | None, hosts: tuple[frozenset[bytes], frozenset[bytes]]) -> bool:
    """Compare as RFC 9110 does, without regard to case or trailing blanks; the rare way."""
    if host is None:
        return False
    name = host.strip().lower()
    return name in hosts[0] or name in hosts[1]
