"""The stand-in is worth something only while it is as strict as Stripe. Asked by stripe-python."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
import stripe as stripe_python

from tests.standins.stripe_api import LIVE_KEY, SECRET_KEY, Key, StripeStandIn
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.gateways.stripe.webhook import verify

INTENT: Any = {"amount": 11900, "currency": "eur", "payment_method_types": ["card"]}


@pytest.fixture
def standin() -> Iterator[StripeStandIn]:
    with StripeStandIn() as running:
        yield running


@pytest.fixture
def sessions() -> Iterator[list[requests.Session]]:
    opened: list[requests.Session] = []
    yield opened
    for session in opened:
        session.close()


@pytest.fixture
def client(standin: StripeStandIn, sessions: list[requests.Session]) -> stripe_python.StripeClient:
    return client_of(standin, sessions)


def client_of(
    standin: StripeStandIn, sessions: list[requests.Session], key: str = SECRET_KEY
) -> stripe_python.StripeClient:
    sessions.append(requests.Session())
    sessions[-1].trust_env = False
    return stripe_python.StripeClient(
        key,
        base_addresses={"api": standin.url},
        max_network_retries=0,
        http_client=stripe_python.RequestsClient(session=sessions[-1], timeout=PATIENCE),
    )


def pay(client: stripe_python.StripeClient, card: str = "pm_card_visa", **fields: Any) -> Any:
    params = INTENT | {"confirm": True, "payment_method": card} | fields
    return client.v1.payment_intents.create(params)


def test_a_card_is_charged(client: stripe_python.StripeClient, standin: StripeStandIn) -> None:
    intent = pay(client, metadata={"invoice_id": "RE-2026-0001"})
    assert (intent.status, intent.amount_received) == ("succeeded", 11900)
    assert client.v1.payment_intents.retrieve(intent.id).metadata["invoice_id"] == "RE-2026-0001"
    assert [event["type"] for event in standin.events] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    # An event shows its object as it was then.
    assert standin.events[0]["data"]["object"]["status"] == "requires_payment_method"


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_card_is_declined_and_another_one_pays(
    client: stripe_python.StripeClient,
    standin: StripeStandIn,
    card: str,
    code: str,
    decline_code: str | None,
) -> None:
    with pytest.raises(stripe_python.CardError) as declined:
        pay(client, card)
    assert declined.value.code == code
    event = standin.events[-1]
    error = event["data"]["object"]["last_payment_error"]
    assert event["type"] == "payment_intent.payment_failed"
    assert (error["code"], error.get("decline_code")) == (code, decline_code)
    intent_id = event["data"]["object"]["id"]
    paid = client.v1.payment_intents.confirm(intent_id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    with pytest.raises(stripe_python.InvalidRequestError, match="status of succeeded"):
        client.v1.payment_intents.cancel(intent_id)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"amout": 1}, "amout"),
        ({"shipping": {"nick": "x"}}, r"shipping\[nick\]"),
        ({"payment_method_options": {"card": {"nope": "x"}}}, r"card\]\[nope\]"),
    ],
)
def test_unknown_parameters_are_refused(
    client: stripe_python.StripeClient, standin: StripeStandIn, params: dict[str, Any], named: str
) -> None:
    with pytest.raises(stripe_python.InvalidRequestError, match=f"unknown parameter: .*{named}"):
        client.v1.payment_intents.create(INTENT | params)
    assert standin.events == []


@pytest.mark.parametrize("params", [{"amount": "1.5"}, {"amount": "0"}, {"confirm": "perhaps"}])
def test_wrong_values_are_refused(
    client: stripe_python.StripeClient, params: dict[str, Any]
) -> None:
    with pytest.raises(stripe_python.InvalidRequestError):
        client.v1.payment_intents.create(INTENT | params)


def test_the_same_idempotency_key_makes_one_object(
    client: stripe_python.StripeClient, standin: StripeStandIn
) -> None:
    options: Any = {"idempotency_key": "invoice-1"}
    first = client.v1.payment_intents.create(INTENT, options)
    assert client.v1.payment_intents.create(INTENT, options).id == first.id
    assert len(standin.events) == 1
    with pytest.raises(stripe_python.IdempotencyError, match="same parameters"):
        client.v1.payment_intents.create(INTENT | {"amount": 1}, options)


def test_an_answer_lost_after_the_deed_is_found_by_its_idempotency_key(
    client: stripe_python.StripeClient, standin: StripeStandIn
) -> None:
    options: Any = {"idempotency_key": "invoice-1"}
    standin.fail_next(Fault.RESET_AFTER)
    with pytest.raises(stripe_python.APIConnectionError):
        client.v1.payment_intents.create(INTENT, options)
    assert len(standin.events) == 1
    client.v1.payment_intents.create(INTENT, options)
    assert len(standin.events) == 1


def test_keys(standin: StripeStandIn, sessions: list[requests.Session]) -> None:
    with pytest.raises(stripe_python.AuthenticationError, match="Invalid API Key"):
        client_of(standin, sessions, "sk_test_nobody").v1.balance.retrieve()
    standin.keys["rk_test_few"] = Key(rights=frozenset({"rak_balance_read"}))
    few = client_of(standin, sessions, "rk_test_few")
    assert few.v1.balance.retrieve().livemode is False
    with pytest.raises(stripe_python.PermissionError, match="'rak_event_read'"):
        few.v1.events.list()
    assert client_of(standin, sessions, LIVE_KEY).v1.balance.retrieve().livemode is True


def test_test_and_live_objects_are_apart(
    client: stripe_python.StripeClient, standin: StripeStandIn, sessions: list[requests.Session]
) -> None:
    intent = pay(client)
    live = client_of(standin, sessions, LIVE_KEY)
    with pytest.raises(stripe_python.InvalidRequestError, match="No such payment_intent"):
        live.v1.payment_intents.retrieve(intent.id)
    assert live.v1.events.list().data == []


def test_events_are_paged_newest_first(
    client: stripe_python.StripeClient, standin: StripeStandIn
) -> None:
    for _ in range(7):
        client.v1.payment_intents.create(INTENT)
    ids = [event["id"] for event in standin.events]
    page = client.v1.events.list({"limit": 3})
    assert ([event.id for event in page.data], page.has_more) == (ids[:3:-1], True)
    older = [event.id for event in client.v1.events.list({"limit": 3}).auto_paging_iter()]
    assert older == ids[::-1]
    # ending_before with auto-paging goes on in order of time, as a catch-up needs it.
    newer = client.v1.events.list({"limit": 2, "ending_before": ids[1]}).auto_paging_iter()
    assert [event.id for event in newer] == ids[2:]
    assert client.v1.events.retrieve(ids[0]).id == ids[0]
    with pytest.raises(stripe_python.InvalidRequestError):
        client.v1.events.list({"ending_before": "evt_unknown"})


def test_events_reach_back_thirty_days(
    client: stripe_python.StripeClient, standin: StripeStandIn
) -> None:
    pay(client)
    created = standin.events[0]["created"]
    assert len(client.v1.events.list({"created": {"gte": created}}).data) == 3
    assert client.v1.events.list({"created": {"lt": created}}).data == []
    assert len(client.v1.events.list({"type": "payment_intent.succeeded"}).data) == 1
    standin.skew = 31 * 86_400
    assert client.v1.events.list().data == []
    with pytest.raises(stripe_python.InvalidRequestError, match="No such event"):
        client.v1.events.retrieve(standin.events[0]["id"])


def endpoint(client: stripe_python.StripeClient, **fields: Any) -> Any:
    params = {"url": "https://office.example/hook", "enabled_events": ["payment_intent.succeeded"]}
    return client.v1.webhook_endpoints.create(params | fields)  # type: ignore[arg-type]


def test_an_endpoint_tells_its_secret_once(client: stripe_python.StripeClient) -> None:
    made = endpoint(client)
    assert made.secret.startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(made.id)
    changed = client.v1.webhook_endpoints.update(made.id, {"disabled": True})
    assert changed.status == "disabled"
    assert client.v1.webhook_endpoints.delete(made.id).deleted
    assert client.v1.webhook_endpoints.list().data == []


def test_at_most_sixteen_endpoints(client: stripe_python.StripeClient) -> None:
    for _ in range(16):
        endpoint(client)
    with pytest.raises(stripe_python.InvalidRequestError, match="maximum of 16"):
        endpoint(client)


def test_an_endpoint_is_delivered_what_it_wants(
    client: stripe_python.StripeClient, standin: StripeStandIn
) -> None:
    got: list[tuple[bytes, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((body, self.headers["Stripe-Signature"]))
            self.send_response(503)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    secret = endpoint(client).secret
    pay(client)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        here = f"http://127.0.0.1:{server.server_address[1]}/"
        statuses = [standin.deliver_to_endpoints(one, lambda _: here) for one in standin.events]
        server.shutdown()
        thread.join()
    assert statuses == [[], [], [503]]
    [(body, header)] = got
    verify(body, header, [secret], time.time())
    assert json.loads(body)["type"] == "payment_intent.succeeded"


def test_a_payment_link_is_made_and_switched_off(client: stripe_python.StripeClient) -> None:
    item = {
        "quantity": 1,
        "price_data": {"currency": "eur", "unit_amount": 100, "product_data": {"name": "RE-1"}},
    }
    params: Any = {
        "line_items": [item],
        "payment_intent_data": {"metadata": {"invoice_id": "RE-1"}},
        "restrictions": {"completed_sessions": {"limit": 1}},
    }
    link = client.v1.payment_links.create(params)
    assert (link.active, link.payment_intent_data.metadata["invoice_id"]) == (True, "RE-1")
    assert client.v1.payment_links.update(link.id, {"active": False}).active is False
    assert client.v1.payment_links.list({"active": True}).data == []
