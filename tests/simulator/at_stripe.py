"""Stripe as it may be: answers late, never, twice or wrongly; delivers in any order, or forgets.

The objects and rules are those of the strict stand-in, asked by the program's own client. What
travels is simulated: an API call takes time and may be lost on the way there or back; an event
goes over the simulated net to every endpoint that wants it, and comes again until it is taken.
"""

import email.utils
import heapq
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests.exceptions
from stripe import RequestsClient, StripeClient
from stripe import _error as stripe_error

from tests.simulator.baton import Baton
from tests.simulator.net import Caller
from tests.simulator.outside import Ngrok, TrueTime
from tests.simulator.waits import SimSignal
from tests.standins.signing import signature_header
from tests.standins.stripe_api import StripeStandIn
from tests.standins.stripe_http import _ERRORS, Fault
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import SUBSCRIBED_TYPES
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.stripe.api import StripeApi

API_FAULTS = (
    Fault.RATE_LIMIT,
    Fault.SERVER_ERROR,
    Fault.SERVER_ERROR_KEPT,
    Fault.UNAVAILABLE_HTML,
    Fault.CAPTIVE_PORTAL,
    Fault.FOREIGN_JSON,
    Fault.RESET,
    Fault.RESET_AFTER,
    Fault.HANG,
    Fault.CONFLICT,
)
AGAIN_AFTER = (2.0, 10.0, 60.0, 300.0, 1200.0)
"""Seconds until an event that was not taken is delivered again; then it is given up."""
_CALL_SECONDS = 20.0


@dataclass
class Delivery:
    """One event on its way to one endpoint."""

    event: dict[str, Any]
    endpoint: str
    tries: int = 0
    extra: bool = False
    """A repetition of something that was taken already."""


class SimStripe:
    """The account, what happens to calls, and the post."""

    def __init__(self, baton: Baton, chance: random.Random, true: TrueTime, ngrok: Ngrok) -> None:
        self.baton = baton
        self.chance = chance
        self.true = true
        self.lies = 0.0
        """So many seconds its `Date` is wrong."""
        self.trouble_until = 0.0
        self.trouble: tuple[Fault, ...] = ()
        self.calls = 0
        self.hit: Counter[str] = Counter()
        self.account = _StandIn(clock=true.seconds)
        self.account.listeners.append(self._on_event)
        self.net_call: Callable[[int | None, Caller], None] = lambda _port, caller: caller.lose()
        self.on_answer: Callable[[Delivery, Caller], None] = lambda _delivery, _caller: None
        self.delays: tuple[float, ...] = (0.05, 0.05, 0.2, 1.0)
        self.forgets_per_mille = 0
        self.repeats_per_mille = 50
        self.forgotten: list[str] = []
        self.delivered: Counter[str] = Counter()
        self._ngrok = ngrok
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self.on_way: dict[int, Delivery] = {}
        self._wake = SimSignal(baton)

    # --- the post --------------------------------------------------------------------------

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do this then, in Stripe's own thread."""
        at = self.baton.now + seconds
        heapq.heappush(self._agenda, (at, next(self._numbers), act))
        self._wake.set()

    def work(self) -> None:
        """The thread of everything that happens by itself outside of the program."""
        while True:
            now = self.baton.now
            while self._agenda and self._agenda[0][0] <= now:
                heapq.heappop(self._agenda)[2]()
            self._wake.wait(self._agenda[0][0] - now if self._agenda else None)
            self._wake.clear()

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] not in SUBSCRIBED_TYPES:
            return
        if self.chance.randrange(1000) < self.forgets_per_mille:
            self.forgotten.append(event["id"])
            return
        for endpoint in self.endpoints():
            self._send(Delivery(event, endpoint["id"]), self.chance.choice(self.delays))

    def send_odd(self, event: dict[str, Any]) -> None:
        """A message of Stripe's that cannot be true goes to everyone."""
        for endpoint in self.endpoints():
            self._send(Delivery(event, endpoint["id"]), 0.05)

    def endpoints(self) -> list[dict[str, Any]]:
        """Those that events go to now."""
        with self.account.locked():
            all_ = self.account.account.all_of("webhook_endpoint", False)
            return [one for one in all_ if one["status"] == "enabled"]

    def _send(self, delivery: Delivery, seconds: float) -> None:
        number = next(self._numbers)
        self.on_way[number] = delivery
        self.later(seconds, lambda: self._deliver(number, delivery))

    def _deliver(self, number: int, delivery: Delivery) -> None:
        found = self.account.account.objects.get(delivery.endpoint)
        if found is None or found["status"] != "enabled":
            del self.on_way[number]
            return
        address = urlsplit(found["url"])
        body = json.dumps(delivery.event, indent=2).encode()
        secrets = self.account.secrets_of(delivery.endpoint)
        caller = Caller(
            self.baton,
            self.pieces(self.request(address.netloc, body, secrets)),
            lambda one: self._told(number, delivery, one),
            cut=self.chance.randrange(1000) < 15,
            what=delivery.event["id"],
            signed_at=self.true.seconds(),
        )
        self.net_call(self._ngrok.reached(address.netloc), caller)

    def request(
        self, host: str, body: bytes, secrets: tuple[str, ...], after: float = 0.0
    ) -> bytes:
        """A delivery as it travels, signed now; `after`: seconds later than now."""
        mixed = self.chance.sample(secrets, len(secrets))
        signed = signature_header(body, mixed[0], self.true.seconds() + after, *mixed[1:])
        head = (
            f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: {host}\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n"
            f"Stripe-Signature: {signed}\r\n\r\n"
        )
        return head.encode() + body

    def pieces(self, data: bytes) -> list[tuple[float, bytes]]:
        """All at once mostly, else in a few parts."""
        if self.chance.randrange(10) < 7:
            return [(0.0, data)]
        cuts = sorted(self.chance.randrange(1, len(data)) for _ in range(self.chance.randint(1, 4)))
        parts = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) if a < b]
        return [(self.chance.choice([0.0, 0.001, 0.05, 0.6]), part) for part in parts]

    def _told(self, number: int, delivery: Delivery, caller: Caller) -> None:
        self.on_answer(delivery, caller)
        del self.on_way[number]
        if caller.status == 200:
            self.delivered[delivery.event["id"]] += 1
            if self.chance.randrange(1000) < self.repeats_per_mille:
                event = delivery.event
                if self.chance.randrange(2):  # the same news as another event
                    event = event | {"id": f"{event['id'].removesuffix('again')}again"}
                again = Delivery(event, delivery.endpoint, extra=True)
                self._send(again, self.chance.choice([0.0, 3.0, 500.0]))
        elif delivery.tries < len(AGAIN_AFTER):
            again = Delivery(delivery.event, delivery.endpoint, delivery.tries + 1, delivery.extra)
            self._send(again, AGAIN_AFTER[delivery.tries])
        elif not delivery.extra:
            self.forgotten.append(delivery.event["id"])

    # --- the API ---------------------------------------------------------------------------

    def api(self, key: str, cancelled: Any, on_date: Callable[[datetime], None]) -> StripeApi:
        """The program's client, connected to this."""
        return _SimApi(self, key, cancelled, on_date)

    def trouble_now(self) -> Fault | None:
        """What happens to the call at hand."""
        if self.baton.now >= self.trouble_until or self.chance.randrange(3) == 0:
            return None
        return self.chance.choice(self.trouble)


class _StandIn(StripeStandIn):
    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self._links._address = "https://buy.stripe.com"  # where customers are sent

    def secrets_of(self, endpoint: str) -> tuple[str, ...]:
        """What its deliveries are signed with."""
        return tuple(self._account.secrets_of(endpoint))

    def close(self) -> None:
        """It never listened."""
        self._server.server_close()


class _SimApi(StripeApi):
    """Everything but connection and waiting is the program's."""

    def __init__(
        self, stripe: SimStripe, key: str, cancelled: Any, on_date: Callable[[datetime], None]
    ) -> None:
        super().__init__(key, on_server_date=on_date, cancelled=cancelled)
        self._stripe = stripe
        self._until = 0.0
        self._simulated: StripeClient | None = None

    def call(self, ask: Callable[[StripeClient], Any]) -> Any:
        baton = self._stripe.baton
        self._until = baton.now + _CALL_SECONDS
        if self._cancelled.is_set():
            raise StripeRefused(StripeRefusal.CANCELLED)
        return self._ask(ask)

    def _connected(self) -> StripeClient:
        if self._simulated is None:
            self._simulated = StripeClient(
                self._key, http_client=_Travels(self._stripe, self), max_network_retries=1
            )
        return self._simulated

    def passes(self, seconds: float) -> None:
        """Time on the way. Raises StripeRefused where nobody waits any more."""
        baton = self._stripe.baton
        ends = baton.now + seconds
        while baton.now < ends:
            if baton.now >= self._until:
                raise StripeRefused(StripeRefusal.TIMEOUT)
            step = 0.5 if seconds > 5 else seconds
            baton.block(min(step, ends - baton.now))
            if self._cancelled.is_set():
                raise StripeRefused(StripeRefusal.CANCELLED)


class _Travels(RequestsClient):
    """One call there and back."""

    def __init__(self, stripe: SimStripe, api: _SimApi) -> None:
        super().__init__()
        self._stripe = stripe
        self._api = api

    def _sleep_time_seconds(self, *_given: Any, **_more: Any) -> float:
        self._api.passes(0.5)
        return 0.0

    def request(  # type: ignore[override] # as in stripe's RequestsClient itself
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        stripe, chance = self._stripe, self._stripe.chance
        stripe.calls += 1
        self._api.passes(chance.choice([0.01, 0.05, 0.05, 0.3]))
        given = headers or {}
        address = urlsplit(url)
        asked = (
            method.upper(),
            address.path,
            address.query if method.upper() == "GET" else str(post_data or ""),
            given["Authorization"].removeprefix("Bearer "),
            given.get("Idempotency-Key"),
        )
        fault = stripe.trouble_now()
        if fault is not None:
            stripe.hit[fault.value] += 1
            if fault is Fault.HANG:
                self._api.passes(1000.0)
            if fault is Fault.RESET:
                self._broken()
            if fault is Fault.SERVER_ERROR_KEPT:
                stripe.account.keep_error(f"{asked[1]}?{asked[2]}", asked[3], asked[4])
                fault = Fault.SERVER_ERROR
            if fault in _ERRORS:
                status, kind, message, code = _ERRORS[fault]
                error = {"type": kind, "message": message, "code": code}
                return self._answer({"error": error}, status)
            if fault is not Fault.RESET_AFTER:
                status = 503 if fault is Fault.UNAVAILABLE_HTML else 200
                body = b"[]" if fault is Fault.FOREIGN_JSON else b"<!DOCTYPE html><html></html>"
                return body, status, {}
        status, answer = stripe.account.answer(*asked, given.get("Stripe-Version"))
        if fault is Fault.RESET_AFTER:
            self._broken()
        self._api.passes(chance.choice([0.01, 0.05, 0.3]))
        return self._answer(answer, status)

    def _answer(self, body: Any, status: int) -> tuple[bytes, int, Mapping[str, str]]:
        date = email.utils.formatdate(self._stripe.true.seconds() + self._stripe.lies, usegmt=True)
        headers = {"Request-Id": "req_StandIn0000001", "Date": date}
        self._api._note_date(headers)
        return json.dumps(body).encode(), status, headers

    def _broken(self) -> None:
        cause = requests.exceptions.ConnectionError("reset")
        error = stripe_error.APIConnectionError("reset", should_retry=True)  # type: ignore[no-untyped-call]
        raise error from cause
