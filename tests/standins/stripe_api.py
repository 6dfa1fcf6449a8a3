"""A small, strict Stripe: real HTTP on loopback, Stripe's shapes, wording and refusals.

    with StripeStandIn() as stripe:
        StripeApi(SECRET_KEY, api_base=stripe.url).account()

Every resource group has its own file; this one holds the server, the keys, the idempotency
keys and the faults that a test can order. Whoever listens is told every event.
"""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.standins import stripe_params, stripe_versions
from tests.standins.signing import signature_header
from tests.standins.stripe_account import AccountResources
from tests.standins.stripe_checkout import CheckoutPage
from tests.standins.stripe_holds import HoldResources
from tests.standins.stripe_http import Fault, handler_for
from tests.standins.stripe_ledger import ACCOUNT_ID, Ledger
from tests.standins.stripe_links import LinkResources
from tests.standins.stripe_payments import PaymentResources
from tests.standins.stripe_refunds import RefundResources
from tests.standins.stripe_refusals import (
    Refusal,
    expired_key,
    invalid,
    no_key,
    no_right,
    other_parameters,
    wrong_key,
)
from tests.standins.stripe_routes import Asked, Call, Route
from tests.waiting import PATIENCE

RESTRICTED_KEY = "rk_test_StandIn0000000000004242"
SECRET_KEY = "sk_test_StandIn0000000000004242"
LIVE_KEY = "sk_live_StandIn0000000000004242"
PUBLISHABLE_KEY = "pk_test_StandIn0000000000004242"


@dataclass
class Key:
    """A secret or restricted key (rk_…). `rights` None means all of them but those it `lacks`.

    The right to write something is the right to read it, too.
    """

    rights: frozenset[str] | None = None
    revoked: bool = False
    lacks: frozenset[str] = frozenset()

    def may(self, right: str) -> bool:
        """Whether Stripe lets it."""
        if right in self.lacks or self.rights is None:
            return right not in self.lacks
        return right in self.rights or right.removesuffix("_read") + "_write" in self.rights


class StripeStandIn:
    """The server. Start it with `with`; `url` is the API base.

    `skew` (seconds) is how far Stripe's clock is ahead of this PC's.
    `keys` may be changed by tests: revoke one, or add one with few rights.
    """

    def __init__(
        self, *, account_name: str = "Büro Koblenz", clock: Callable[[], float] = time.time
    ) -> None:
        self.skew = 0.0
        self.keys = {SECRET_KEY: Key(), LIVE_KEY: Key()}
        self.asked: list[Asked] = []
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        """Called with every event, without the lock, in the thread that caused it."""
        self.before_answer: Callable[[Asked], None] | None = None
        """Called with every request before it is carried out, without the lock."""
        self.stopping = threading.Event()
        self._clock = clock
        self._faults: deque[Fault] = deque()
        self._answers: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._ledger = Ledger(self.now)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._account = AccountResources(self._ledger, account_name)
        self._refunds = RefundResources(self._ledger)
        self._payments = PaymentResources(self._ledger, self._refunds)
        self._holds = HoldResources(self._ledger, self._payments, self._refunds)
        self._links = LinkResources(self._ledger, self.url)
        self._routes = [
            *self._account.routes(),
            *self._holds.routes(),
            *self._payments.routes(),
            *self._links.routes(),
            *self._refunds.routes(),
        ]
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="stripe-stand-in",
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        # Waits for the answers in flight; a hanging one ends with `stopping`.
        self._server.server_close()

    def now(self) -> float:
        """Stripe's time, in seconds since 1970."""
        return self._clock() + self.skew

    @property
    def account(self) -> Ledger:
        """How this account is: `api_version`, `names_charges`, `largest_page` … may be set."""
        return self._ledger

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event so far, oldest first."""
        with self._lock:
            return list(self._ledger.events)

    def add_routes(self, routes: list[Route]) -> None:
        """Let a further group answer, such as the Stripe CLI's sessions."""
        self._routes += routes

    def fail_next(self, fault: Fault, times: int = 1) -> None:
        """The next `times` requests fail in this way before anything is done."""
        with self._lock:
            self._faults.extend([fault] * times)

    def clear_faults(self) -> None:
        """Whatever was ordered and has not happened yet does not happen."""
        with self._lock:
            self._faults.clear()

    def forget_keys(self) -> None:
        """Idempotency keys are older than 24 hours."""
        with self._lock:
            self._answers.clear()

    def next_fault(self, asked: Asked) -> Fault | None:
        """Called by the handler, once per request."""
        with self._lock:
            self.asked.append(asked)
            return self._faults.popleft() if self._faults else None

    def open_link(self, url: str) -> CheckoutPage:
        """What a customer does with the address of a payment link. Raises LinkInactive."""
        return CheckoutPage(self, self._ledger, self._payments, self._links, url)

    def usable_links(self, livemode: bool = False) -> list[dict[str, Any]]:
        """Every payment link that a customer could pay now."""
        with self._lock:
            links = self._ledger.all_of("payment_link", livemode)
            return [json.loads(json.dumps(one)) for one in links if one["active"]]

    def switch_off(self, url: str) -> None:
        """What someone does with a payment link in the Dashboard."""
        with self._lock:
            self._ledger.objects[url.rpartition("/")[2]]["active"] = False

    def forget_links(self) -> None:
        """As after "delete all test data" in the Dashboard, or with the keys of another account."""
        with self._lock:
            for made in (False, True):
                for link in self._ledger.all_of("payment_link", made):
                    del self._ledger.objects[link["id"]]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else changes anything meanwhile; afterwards the listeners are told."""
        try:
            with self._lock:
                try:
                    yield
                finally:
                    told, self._ledger.unsent = self._ledger.unsent, []
        finally:
            for event in told:
                for listener in list(self.listeners):
                    listener(event)

    def keep_error(self, asked: str, key: str, idempotency_key: str | None) -> None:
        """A 500 becomes the answer of this idempotency key, as Stripe does it."""
        error = {"type": "api_error", "message": "An unknown error occurred"}
        with self._lock:
            self._answers[f"{key} {idempotency_key}"] = (asked, 500, {"error": error})

    def answer(
        self,
        method: str,
        path: str,
        text: str,
        key: str,
        idempotency_key: str | None,
        version: str | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON for one request; `text` are its form-encoded parameters.

        `version` is that of its Stripe-Version header; without it the account's own counts.
        """
        with self._lock:
            try:
                status, body = self._answer_once(
                    method, path, text, key, idempotency_key, version or self._ledger.api_version
                )
            except Refusal as refusal:
                status, body = refusal.status, {"error": refusal.error}
            told, self._ledger.unsent = self._ledger.unsent, []
        for event in told:
            for listener in list(self.listeners):
                listener(event)
        return status, body

    def _answer_once(
        self,
        method: str,
        path: str,
        text: str,
        key: str,
        idempotency_key: str | None,
        version: str,
    ) -> tuple[int, dict[str, Any]]:
        known = self._authorised(key)
        route, object_id = self._route(method, path)
        if not known.may(route.right):
            raise no_right(key, ACCOUNT_ID, route.right)
        once = f"{key} {idempotency_key}" if idempotency_key and method == "POST" else None
        asked = f"{path}?{text}"
        if once in self._answers:
            first_asked, status, body = self._answers[once]
            if first_asked != asked:
                raise other_parameters(idempotency_key or "")
            return status, body
        pairs = stripe_params.read(text)
        stripe_params.refuse_unknown(route.endpoint, pairs)
        call = Call(stripe_params.nested(pairs), "_live_" in key, object_id, idempotency_key)
        expand = self._may_expand(call.params.get("expand", []), key)
        try:
            status, body = 200, self._ledger.shown(route.answer(call), version)
            stripe_versions.expanded(body, expand, version, self._ledger.objects)
        except Refusal as refusal:
            # As Stripe does it: a refusal while the request was carried out (a declined card)
            # is the answer that is repeated, one for wrong parameters is not kept.
            if refusal.status != 402:
                raise
            error = self._ledger.shown(refusal.error, version)
            status, body = refusal.status, {"error": error}
        if once is not None:
            self._answers[once] = (asked, status, json.loads(json.dumps(body)))
        return status, body

    def _may_expand(self, paths: list[str], key: str) -> list[str]:
        for part in {part for path in paths for part in path.split(".")}:
            right = stripe_versions.EXPANSION_RIGHTS.get(part)
            if right is not None and not self.keys[key].may(right):
                raise no_right(key, ACCOUNT_ID, right)
        return paths

    def _authorised(self, key: str) -> Key:
        if not key:
            raise no_key()
        if key not in self.keys:
            raise wrong_key(key)
        if self.keys[key].revoked:
            raise expired_key(key)
        return self.keys[key]

    def _route(self, method: str, path: str) -> tuple[Route, str]:
        for route in self._routes:
            object_id = route.id_in(method, path)
            if object_id is not None:
                return route, object_id
        raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)

    def disable_endpoint(self, endpoint_id: str) -> None:
        """What Stripe does after days of failed deliveries."""
        with self._lock:
            self._ledger.objects[endpoint_id]["status"] = "disabled"

    def roll_secret(self, endpoint_id: str, valid_for: float) -> str:
        """What someone does in the Dashboard: returns the new secret of the endpoint.

        Its deliveries are signed with the old one, too, for `valid_for` seconds.
        """
        with self._lock:
            return self._account.roll(endpoint_id, valid_for)

    def deliver(self, event: dict[str, Any], url: str, secret: str, *more: str) -> int:
        """POST `event` to `url`, signed with all these secrets, as Stripe does; the status."""
        body = json.dumps(event, indent=2).encode()
        request = urllib.request.Request(url, body, method="POST")
        request.add_header("Content-Type", "application/json; charset=utf-8")
        request.add_header("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        request.add_header("Stripe-Signature", signature_header(body, secret, self.now(), *more))
        # Without a proxy from the environment: loopback only.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with contextlib.closing(_open(opener, request)) as answer:
            answer.read()
            return int(answer.status)

    def deliver_to_endpoints(self, event: dict[str, Any], reach: Callable[[str], str]) -> list[int]:
        """POST `event` to every enabled endpoint that wants it.

        `reach` says which loopback address stands for an endpoint's public one.
        """
        with self._lock:
            wanting = [
                (reach(one["url"]), self._account.secrets_of(one["id"]))
                for one in self._ledger.all_of("webhook_endpoint", event["livemode"])
                if one["status"] == "enabled" and {event["type"], "*"} & set(one["enabled_events"])
            ]
        return [self.deliver(event, url, *secrets) for url, secrets in wanting]


def _open(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> Any:
    try:
        return opener.open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as refusal:
        return refusal
