"""Every answer the listener can give, built once: a status and a constant JSON body, no more."""

from typing import Final

_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}

STATUSES: Final = tuple(_REASONS)
"""All statuses the listener ever sends."""

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Interim answer to ``Expect: 100-continue`` once the header has passed."""


def _build(status: int, *, keep_alive: bool, head: bool) -> bytes:
    body = b'{"received": true}' if status == 200 else b'{"received": false}'
    lines = [
        f"HTTP/1.1 {status} {_REASONS[status]}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    if status == 405:
        lines.append("Allow: POST")
    if not keep_alive:
        lines.append("Connection: close")
    # The answer to HEAD has the length of the body it does not have (RFC 9110, 9.3.2).
    return "\r\n".join([*lines, "", ""]).encode("ascii") + (b"" if head else body)


ANSWERS: Final = {
    (status, keep_alive, head): _build(status, keep_alive=keep_alive, head=head)
    for status in STATUSES
    for keep_alive in (True, False)
    for head in (True, False)
}
"""(status, connection stays open, request was HEAD) → the bytes to send."""
