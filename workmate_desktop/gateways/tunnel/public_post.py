"""One POST to our own public address, as Stripe would send it, within a time limit of our own.

TLS is always verified. Proxies and certificate authorities of the environment (HTTPS_PROXY,
REQUESTS_CA_BUNDLE) are used: an office may have no other way out.
https://requests.readthedocs.io/en/latest/user/advanced/#proxies
"""

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system import bounded, deadline

TIMEOUT_SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_MOST = 4096
"""Bytes of an answer that are looked at."""
_NGROK_CODE = re.compile(r"ERR_NGROK_\d{1,6}")
_AGENT = "WorkmateOS-SelfTest/1"
"""No browser's name: ngrok shows browsers a page of its own first."""


class PostProblem(StrEnum):
    """Why no answer came."""

    NAME_UNKNOWN = "name_unknown"
    """DNS does not know the address."""
    NO_NET = "no_net"
    TLS = "tls"
    """Nobody there who can prove to be this address."""
    PROXY = "proxy"
    TIMEOUT = "timeout"
    """It could not be handed over in time."""
    NO_ANSWER = "no_answer"
    """Handed over, but no answer came in time."""
    CANCELLED = "cancelled"


class PostFailed(Exception):
    """There is no answer."""

    def __init__(self, problem: PostProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the first bytes of it, and ngrok's own code where ngrok answered.

    `seconds` from the beginning of the connection to the answer.
    """

    status: int
    content_type: str
    start: bytes
    ngrok_code: str | None
    seconds: float


def post(
    url: str,
    body: bytes,
    signature: str,
    cancelled: Signal,
    timeout: float = TIMEOUT_SECONDS,
) -> Answer:
    """POST `body` with this `Stripe-Signature`; redirects are not followed.

    Blocks for `timeout` seconds at most, and ends within 50 ms of `cancelled`. Raises PostFailed;
    ValueError unless `url` is https, or http to this very PC.
    """
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if not local and (parts.scheme != "https" or not parts.hostname):
        raise ValueError("https is expected")
    if cancelled.is_set():
        raise PostFailed(PostProblem.CANCELLED)
    pending = deadline.start(
        lambda: _ask(url, body, signature, timeout, through_proxy=not local), "self-test"
    )
    ends = time.monotonic() + timeout
    given_up: PostFailed | None = None
    while given_up is None:
        try:
            return pending.result(0.05)
        except TimeoutError:
            if cancelled.is_set():
                given_up = PostFailed(PostProblem.CANCELLED)
            elif time.monotonic() > ends:
                given_up = PostFailed(PostProblem.NO_ANSWER)
    with suppress(InvalidStateError):
        pending.set_exception(given_up)
    raise given_up


def _ask(url: str, body: bytes, signature: str, timeout: float, *, through_proxy: bool) -> Answer:
    import requests

    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": _AGENT,
    }
    began = time.monotonic()
    with requests.Session() as session:
        session.trust_env = through_proxy
        session.auth = bounded.no_login  # or ngrok would read a login of .netrc
        try:
            with session.post(
                url,
                data=body,
                headers=headers,
                timeout=(min(_CONNECT_SECONDS, timeout), timeout),
                allow_redirects=False,
                stream=True,
            ) as answer:
                start = next(answer.iter_content(_MOST), b"")
                seconds = time.monotonic() - began
                return Answer(
                    answer.status_code,
                    answer.headers.get("Content-Type", ""),
                    start,
                    _ngrok_code(answer.headers.get("Ngrok-Error-Code", ""), start),
                    seconds,
                )
        except requests.RequestException as error:
            problem = _problem(error)
    raise PostFailed(problem)


def _ngrok_code(header: str, start: bytes) -> str | None:
    found = _NGROK_CODE.search(header) or _NGROK_CODE.search(start.decode("utf-8", "replace"))
    return found[0] if found else None


def _problem(error: Exception) -> PostProblem:
    from requests import exceptions

    if isinstance(error, exceptions.SSLError):
        return PostProblem.TLS
    if isinstance(error, exceptions.ProxyError):
        return PostProblem.PROXY
    if isinstance(error, exceptions.ConnectTimeout):
        return PostProblem.TIMEOUT
    if isinstance(error, exceptions.Timeout):
        return PostProblem.NO_ANSWER
    if any(isinstance(cause, TimeoutError) for cause in _causes(error)):
        return PostProblem.NO_ANSWER  # while the answer was being read
    if any(isinstance(cause, socket.gaierror) for cause in _causes(error)):
        return PostProblem.NAME_UNKNOWN
    return PostProblem.NO_NET


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what led to it."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        named = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [cause for cause in named if isinstance(cause, BaseException)]
