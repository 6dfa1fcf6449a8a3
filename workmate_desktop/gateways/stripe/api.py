"""Stripe's API, asked with the office's secret key.

Every call may take up to its whole time limit: make it in a worker, never in the window's
thread. Setting `cancelled`, or `close` from any thread, ends a call within 50 ms.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import InvalidStateError
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from workmate_desktop.domain.payments.pay_address import domain_of_website
from workmate_desktop.domain.stripe.account import AccountInfo, StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.keys import livemode_of
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system import bounded, deadline

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

T = TypeVar("T")

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_RIGHT = re.compile(r"Having the '([A-Za-z0-9_]{1,100})' permission")
_CODE = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)
_NEEDED = frozenset({"Authorization", "Content-Type", "Idempotency-Key", "Stripe-Version"})
_SENDABLE = re.compile(r"[\x21-\x7e]{1,500}")


def checked_api_base(address: str) -> str:
    """`address` if it is http(s) to this very PC and nothing else.

    Raises `ValueError` otherwise: whoever could name another base would be sent the key.
    """
    parts = urlsplit(address)
    try:
        port_is_fine = parts.port != 0
    except ValueError:
        port_is_fine = False
    if (
        parts.scheme not in ("http", "https")
        or parts.hostname not in _LOOPBACK
        or not port_is_fine
        or "@" in parts.netloc
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError("Another Stripe API base is accepted only on this computer (127.0.0.1)")
    return address.rstrip("/")


class StripeApi:
    """One account's API.

    `api_base` None is Stripe; anything else must be a loopback address (`ValueError`).
    `timeout` (seconds) bounds a whole call, repeats included. `on_server_date` is told the
    time of each of Stripe's answers (UTC, whole seconds) in a thread of the call's own: the
    measure of how wrong this PC's clock is. `cancelled`, once set, ends this and all later
    calls with `CANCELLED`. A proxy named in the environment is used.
    """

    def __init__(
        self,
        secret_key: str,
        *,
        api_base: str | None = None,
        timeout: float = 20.0,
        on_server_date: Callable[[datetime], None] | None = None,
        cancelled: Signal | None = None,
    ) -> None:
        self._key = secret_key
        self._api_base = None if api_base is None else checked_api_base(api_base)
        self._timeout = timeout
        self._on_server_date = on_server_date
        self._client: StripeClient | None = None
        self._cancelled = cancelled or threading.Event()
        self._session: Any = None

    def account(self) -> AccountInfo:
        """Who the key belongs to. Raises `StripeRefused`.

        A restricted key that may not read the account is refused with `NO_RIGHT` and the name
        of the right: without an answer nobody could tell whose account it is.
        """
        account = plain(self.call(lambda client: client.v1.accounts.retrieve_current()))
        account_id = account.get("id")
        if not isinstance(account_id, str):
            raise StripeRefused(StripeRefusal.NOT_STRIPE)
        profile = account.get("business_profile") or {}
        website = domain_of_website(profile.get("url"))
        return AccountInfo(account_id, _name_of(account), livemode_of(self._key) is True, website)

    def close(self) -> None:
        """Set `cancelled`: the call that is under way and all later ones are given up.

        The connection itself ends with its own time limit, in a thread nobody waits for.
        """
        self._cancelled.set()

    def call(self, ask: "Callable[[StripeClient], T]") -> T:
        """What `ask` gets from Stripe, within the time limit. Raises `StripeRefused`.

        For the gateways of single resources, such as stripe_events.py.
        """
        # Other characters cannot stand in a header at all, so no key of Stripe's has them.
        if not _SENDABLE.fullmatch(self._key):
            raise StripeRefused(StripeRefusal.WRONG_KEY)
        if self._cancelled.is_set():
            raise StripeRefused(StripeRefusal.CANCELLED)
        pending = deadline.start(lambda: self._ask(ask), "stripe-api")
        ends = time.monotonic() + self._timeout
        given_up = None
        while given_up is None:
            try:
                return pending.result(0.05)
            except TimeoutError:
                if self._cancelled.is_set():
                    given_up = StripeRefused(StripeRefusal.CANCELLED)
                elif time.monotonic() > ends:
                    given_up = StripeRefused(StripeRefusal.TIMEOUT)
        with suppress(InvalidStateError):
            pending.set_exception(given_up)
        raise given_up

    def _ask(self, ask: "Callable[[StripeClient], T]") -> T:
        from stripe import StripeError

        try:
            return ask(self._connected())
        except StripeError as error:
            refused = _refusal(error)
        finally:
            if self._session is not None:
                self._session.close()
        # Outside the handler: Stripe's own text, which may repeat what was sent, ends here.
        raise refused

    def _connected(self) -> "StripeClient":
        if self._client is None:
            import requests
            import stripe
            from stripe import RequestsClient, StripeClient

            # Otherwise it makes an id of this PC, keeps it in the home folder and sends it with
            # every question, beside the system's name and version (SECURITY, what Stripe sees).
            stripe.enable_telemetry = False

            note_date = self._note_date

            class DatedClient(RequestsClient):
                """Tells the time in the head of every answer, refusals included."""

                def request(  # type: ignore[override] # as in stripe's RequestsClient itself
                    self,
                    method: str,
                    url: str,
                    headers: Mapping[str, str] | None,
                    post_data: Any = None,
                ) -> tuple[bytes, int, Mapping[str, str]]:
                    answer = super().request(method, url, _told(headers or {}), post_data)
                    note_date(answer[2])
                    return answer

            self._session = requests.Session()
            # Stripe never redirects; a captive portal does.
            self._session.max_redirects = 0
            # A proxy of the environment must not be asked for this very PC.
            self._session.trust_env = self._api_base is None
            self._session.auth = bounded.no_login
            self._session.hooks["response"].append(
                bounded.whole_answer(bounded.LARGEST, self._timeout)
            )
            self._client = StripeClient(
                self._key,
                base_addresses={} if self._api_base is None else {"api": self._api_base},
                max_network_retries=1,
                http_client=DatedClient(
                    timeout=(min(10.0, self._timeout), self._timeout), session=self._session
                ),
            )
        return self._client

    def _note_date(self, headers: Mapping[str, str]) -> None:
        # Only Stripe's answers have a request id; a portal's idea of the time is none of ours.
        if self._on_server_date is None or not headers.get("Request-Id", "").startswith("req_"):
            return
        try:
            date = parsedate_to_datetime(headers.get("Date", ""))
        except ValueError:
            return
        self._on_server_date(date.astimezone(UTC))


def _told(headers: Mapping[str, str]) -> dict[str, str]:
    """Of what the library would send only what the question needs: versions of it add to the rest
    (a description of this PC, times of earlier questions, the program that called it)."""
    from stripe import VERSION

    told = {name: value for name, value in headers.items() if name in _NEEDED}
    told["User-Agent"] = f"Stripe/v1 PythonBindings/{VERSION}"
    told["X-Stripe-Client-User-Agent"] = json.dumps({"bindings_version": VERSION, "lang": "python"})
    return told


ApiFactory = Callable[[str, Signal], StripeApi]
"""The API with this secret key; every call ends when the event is set."""


def plain(found: object) -> dict[str, Any]:
    """Stripe's object as a dictionary; empty for any other JSON that someone answered."""
    from stripe import StripeObject

    return found.to_dict(for_json=True) if isinstance(found, StripeObject) else {}


def _name_of(account: dict[str, Any]) -> str:
    settings = account.get("settings") or {}
    dashboard = settings.get("dashboard") or {}
    profile = account.get("business_profile") or {}
    for name in (dashboard.get("display_name"), profile.get("name")):
        if isinstance(name, str) and name.strip():
            return name.strip()
    return str(account["id"])


def _refusal(error: "StripeError") -> StripeRefused:
    import stripe

    status = error.http_status
    details = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    code = details.get("code") if isinstance(details, dict) else None
    known = code if isinstance(code, str) and _CODE.fullmatch(code) else None
    if isinstance(error, stripe.IdempotencyError):
        known = "idempotency_error"  # Stripe gives it no code, but a type of its own
    right = None
    if isinstance(error, stripe.APIConnectionError):
        kind = _connection_problem(error.__cause__)
    elif isinstance(error, stripe.AuthenticationError):
        kind = StripeRefusal.REVOKED if known == "api_key_expired" else StripeRefusal.WRONG_KEY
    elif isinstance(error, stripe.PermissionError):
        kind = StripeRefusal.NO_RIGHT
        found = _RIGHT.search(error.user_message or "")
        right = found.group(1) if found else None
    elif isinstance(error, stripe.RateLimitError) or status == 429:
        kind = StripeRefusal.RATE_LIMITED
    elif status is not None and status >= 500:
        kind = StripeRefusal.STRIPE_DOWN
    elif details is None:
        kind = StripeRefusal.NOT_STRIPE
    else:
        kind = StripeRefusal.OTHER
    return StripeRefused(kind, right=right, status=status, stripe_code=known)


def _connection_problem(cause: BaseException | None) -> StripeRefusal:
    from requests import exceptions

    if isinstance(cause, bounded.TooLarge):
        return StripeRefusal.TOO_LARGE
    if isinstance(cause, exceptions.Timeout):
        return StripeRefusal.TIMEOUT
    if isinstance(cause, (exceptions.SSLError, exceptions.TooManyRedirects)):
        return StripeRefusal.NOT_STRIPE
    if isinstance(cause, exceptions.RequestException):
        return StripeRefusal.NO_NET
    return StripeRefusal.OTHER
