"""Answers of others have an end here, however long they are there."""

import time
from collections.abc import Callable
from typing import IO, Any

LARGEST = 20_000_000
"""Bytes of an answer of Stripe's, unpacked. A page of 100 events has 1 MB at most times; the
largest event that is possible has 630 kB (docs/lab/facts.md), and is alone on few pages."""

_CHUNK = 65_536


class TooLarge(OSError):
    """The answer was given up while it came."""


def read(answer: IO[bytes], largest: int) -> bytes:
    """The whole answer. Raises `TooLarge`, without having kept more than `largest` bytes."""
    found = answer.read(largest + 1)
    if len(found) > largest:
        raise TooLarge
    return found


def no_login(request: Any) -> Any:
    """For `Session.auth` of requests: who asks is said in a header, if at all.

    Without it requests would look into `.netrc` for a login, which would even take the place of
    the header: https://requests.readthedocs.io/en/latest/user/authentication/
    """
    return request


def whole_answer(largest: int, seconds: float) -> Callable[..., Any]:
    """For `Session.hooks["response"]` of requests: reads the body instead of requests.

    An answer that is larger, or drips for longer than `seconds`, ends in `TooLarge`, or in
    requests' own Timeout, while it comes.
    """

    def take(response: Any, **_how: Any) -> Any:
        from requests import exceptions

        if _declared(response.headers.get("Content-Length")) > largest:
            response.close()
            raise TooLarge
        ends = time.monotonic() + seconds
        taken = bytearray()
        for chunk in response.iter_content(_CHUNK):
            taken += chunk
            if len(taken) > largest:
                response.close()
                raise TooLarge
            if time.monotonic() > ends:
                response.close()
                raise exceptions.ReadTimeout(response=response)
        # What `content` of requests would have kept: https://requests.readthedocs.io/en/latest/api/
        response._content = bytes(taken)
        response._content_consumed = True
        return response

    return take


def _declared(length: str | None) -> int:
    return int(length) if length is not None and length.isascii() and length.isdigit() else 0
