"""The program's own Stripe client, speaking to a stand-in without a socket: for tests that ask
thousands of times.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from stripe import RequestsClient, StripeClient

from tests.standins.stripe_api import StripeStandIn
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.stripe.api import StripeApi


class DirectApi(StripeApi):
    """Everything but the connection is the program's."""

    def __init__(self, stripe: StripeStandIn, key: str, cancelled: Signal) -> None:
        super().__init__(key, cancelled=cancelled)
        self._direct = StripeClient(key, http_client=_Direct(stripe))

    def _connected(self) -> StripeClient:
        return self._direct


class _Direct(RequestsClient):
    def __init__(self, stripe: StripeStandIn) -> None:
        super().__init__()
        self._stripe = stripe

    def request(  # type: ignore[override] # as in stripe's RequestsClient itself
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        given = headers or {}
        address = urlsplit(url)
        status, body = self._stripe.answer(
            method.upper(),
            address.path,
            address.query if method.upper() == "GET" else str(post_data or ""),
            given["Authorization"].removeprefix("Bearer "),
            given.get("Idempotency-Key"),
            given.get("Stripe-Version"),
        )
        return json.dumps(body).encode(), status, {"Request-Id": "req_StandIn0000001"}
