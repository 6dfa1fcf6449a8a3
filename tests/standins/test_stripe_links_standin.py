"""The stand-in's payment links are as strict as Stripe's, and can be paid like them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.standins.stripe_checkout import Declined, LinkInactive

LINKS = "/v1/payment_links"
FORM = {
    "line_items[0][quantity]": 1,
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": 11900,
    "line_items[0][price_data][product_data][name]": "RE-2026-0001",
    "metadata[invoice_id]": "i1",
    "payment_intent_data[metadata][invoice_id]": "i1",
    "restrictions[completed_sessions][limit]": 1,
    "inactive_message": "Zu spät",
}


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn() as server:
        yield server


def post(
    stripe: StripeStandIn, form: dict[str, Any], path: str = LINKS, key: str | None = None
) -> tuple[int, dict[str, Any]]:
    return stripe.answer("POST", path, urlencode(form), SECRET_KEY, key)


def made(stripe: StripeStandIn) -> str:
    status, link = post(stripe, FORM)
    assert status == 200, link
    return str(link["url"])


def types(stripe: StripeStandIn) -> list[str]:
    return [event["type"] for event in stripe.events]


def test_unknown_parameters_are_refused(stripe: StripeStandIn) -> None:
    status, body = post(stripe, FORM | {"expires_at": 1})
    assert (status, body["error"]["code"]) == (400, "parameter_unknown")
    status, body = post(stripe, FORM | {"payment_intent_data[metadat][x]": 1})
    assert status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"line_items[0][price_data][unit_amount]": 49},
        {"inactive_message": "x" * 501},
        {"restrictions[completed_sessions][limit]": 0},
    ],
)
def test_values_that_stripe_refuses(stripe: StripeStandIn, change: dict[str, Any]) -> None:
    assert post(stripe, FORM | change)[0] == 400
    assert stripe.usable_links() == []


def test_the_same_key_gives_the_same_link_and_no_other_parameters(stripe: StripeStandIn) -> None:
    first, second = post(stripe, FORM, key="k1"), post(stripe, FORM, key="k1")
    assert first == second and len(stripe.usable_links()) == 1
    status, body = post(stripe, FORM | {"inactive_message": "Anders"}, key="k1")
    assert (status, body["error"]["type"]) == (400, "idempotency_error")
    stripe.forget_keys()
    assert post(stripe, FORM, key="k1")[1]["id"] != first[1]["id"]


def test_switched_off_it_shows_its_message(stripe: StripeStandIn) -> None:
    url = made(stripe)
    open_page = stripe.open_link(url)
    assert post(stripe, {"active": "false"}, f"{LINKS}/{url.rpartition('/')[2]}")[0] == 200
    with pytest.raises(LinkInactive) as told:
        stripe.open_link(url)
    assert told.value.message == "Zu spät"
    open_page.pay("4242424242424242")  # a page that was open already still takes the payment


def test_a_card_pays_it_once(stripe: StripeStandIn) -> None:
    url = made(stripe)
    page, late = stripe.open_link(url), stripe.open_link(url)
    with pytest.raises(Declined):
        page.pay("4000000000000002")
    assert types(stripe)[-1] == "payment_intent.payment_failed"
    page.pay("4242424242424242")
    assert types(stripe)[-2:] == ["payment_intent.succeeded", "checkout.session.completed"]
    intent, session = (event["data"]["object"] for event in stripe.events[-2:])
    assert (intent["amount_received"], intent["metadata"]) == (11900, {"invoice_id": "i1"})
    assert (session["payment_status"], session["payment_intent"]) == ("paid", intent["id"])
    with pytest.raises(LinkInactive):
        late.pay("4242424242424242")
    assert stripe.usable_links() == []


@pytest.mark.parametrize(("paid", "last"), [(True, "succeeded"), (False, "payment_failed")])
def test_a_debit_takes_days(stripe: StripeStandIn, paid: bool, last: str) -> None:
    page = stripe.open_link(made(stripe))
    page.pay_by_sepa()
    assert types(stripe)[-2:] == ["payment_intent.processing", "checkout.session.completed"]
    assert json.loads(json.dumps(stripe.events[-1]))["data"]["object"]["payment_status"] == "unpaid"
    page.settle(paid=paid)
    assert types(stripe)[-2] == f"payment_intent.{last}"
