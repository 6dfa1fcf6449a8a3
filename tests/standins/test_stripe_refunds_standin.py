"""The stand-in's refunds and disputes are as strict as Stripe's, with Stripe's shapes and order."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.standins.stripe_dashboard import Dashboard
from tests.standins.stripe_refunds import fee_of


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn() as server:
        yield server


def ask(
    stripe: StripeStandIn, method: str, path: str, key: str | None = None, **form: Any
) -> tuple[int, dict[str, Any]]:
    return stripe.answer(method, path, urlencode(form), SECRET_KEY, key)


def paid(stripe: StripeStandIn) -> str:
    form: dict[str, Any] = {
        "amount": 11900,
        "currency": "eur",
        "confirm": "true",
        "payment_method": "pm_card_visa",
    }
    _, intent = ask(stripe, "POST", "/v1/payment_intents", **form)
    return str(intent["id"])


def test_a_refund_and_its_events(stripe: StripeStandIn) -> None:
    intent = paid(stripe)
    status, refund = ask(stripe, "POST", "/v1/refunds", payment_intent=intent, amount=1900)
    assert (status, refund["status"], refund["payment_intent"]) == (200, "succeeded", intent)
    assert "livemode" not in refund
    types = [event["type"] for event in stripe.events[-3:]]
    assert types == ["refund.created", "charge.refunded", "refund.updated"]
    charge = stripe.events[-2]["data"]["object"]
    assert (charge["amount_refunded"], charge["refunded"]) == (1900, False)
    assert "livemode" not in stripe.events[-1]["data"]["object"]


def test_the_same_key_is_the_same_refund(stripe: StripeStandIn) -> None:
    intent = paid(stripe)
    answers = [
        ask(stripe, "POST", "/v1/refunds", "key", payment_intent=intent, amount=1900)
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(ask(stripe, "GET", "/v1/refunds")[1]["data"]) == 1
    status, error = ask(stripe, "POST", "/v1/refunds", "key", payment_intent=intent, amount=1)
    assert (status, error["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"amount": 11901}, None),
        ({"amount": 0}, None),
        ({"amount": "x"}, "parameter_invalid_integer"),
        ({"reason": "because"}, None),
        ({"colour": "red"}, "parameter_unknown"),
        ({"payment_intent": "pi_nobody"}, "resource_missing"),
    ],
)
def test_refused(stripe: StripeStandIn, form: dict[str, Any], code: str | None) -> None:
    asked = {"payment_intent": paid(stripe)} | form
    status, error = ask(stripe, "POST", "/v1/refunds", **asked)
    assert status in (400, 404)
    assert error["error"].get("code") == code
    assert ask(stripe, "GET", "/v1/refunds")[1]["data"] == []


def test_no_more_than_was_paid(stripe: StripeStandIn) -> None:
    intent = paid(stripe)
    ask(stripe, "POST", "/v1/refunds", payment_intent=intent)
    _, error = ask(stripe, "POST", "/v1/refunds", payment_intent=intent)
    assert error["error"]["code"] == "charge_already_refunded"


def test_a_dispute_takes_the_money_and_gives_it_back(stripe: StripeStandIn) -> None:
    intent, desk = paid(stripe), Dashboard(stripe)
    dispute = desk.dispute(intent)
    _, error = ask(stripe, "POST", "/v1/refunds", payment_intent=intent)
    assert error["error"]["code"] == "charge_disputed"
    desk.close_dispute(dispute, won=True)
    assert [event["type"] for event in stripe.events[-4:]] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    [listed] = ask(stripe, "GET", "/v1/disputes", payment_intent=intent)[1]["data"]
    assert (listed["id"], listed["status"]) == (dispute, "won")


def test_charges_carry_their_fee_when_asked(stripe: StripeStandIn) -> None:
    intent = paid(stripe)
    expand = {"expand[]": "data.balance_transaction"}
    [charge] = ask(stripe, "GET", "/v1/charges", payment_intent=intent, **expand)[1]["data"]
    transaction = charge["balance_transaction"]
    assert (transaction["fee"], transaction["net"]) == (fee_of(11900), 11900 - fee_of(11900))
    [plain] = ask(stripe, "GET", "/v1/charges")[1]["data"]
    assert plain["balance_transaction"] == transaction["id"]
