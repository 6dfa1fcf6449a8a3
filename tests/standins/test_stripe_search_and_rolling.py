"""What the stand-in does for the catch-up and the endpoint's care is as strict as Stripe."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.standins.signing import signature
from tests.standins.stripe_api import LIVE_KEY, SECRET_KEY, StripeStandIn


@pytest.fixture
def standin() -> Iterator[StripeStandIn]:
    with StripeStandIn(clock=lambda: 1_800_000_000.0) as running:
        yield running


def ask(standin: StripeStandIn, method: str, path: str, key: str = SECRET_KEY, **form: Any) -> Any:
    status, answer = standin.answer(method, path, urlencode(form), key, None)
    return answer if status == 200 else answer["error"]


def pay(standin: StripeStandIn, invoice: str) -> str:
    form: dict[str, Any] = {
        "amount": 100,
        "currency": "eur",
        "confirm": "true",
        "payment_method": "pm_card_visa",
        "metadata[invoice_id]": invoice,
    }
    return str(ask(standin, "POST", "/v1/payment_intents", **form)["id"])


def search(standin: StripeStandIn, query: str, key: str = SECRET_KEY, **more: Any) -> Any:
    return ask(standin, "GET", "/v1/payment_intents/search", key, query=query, **more)


def test_search_finds_by_metadata_in_pages(standin: StripeStandIn) -> None:
    ids = [pay(standin, invoice) for invoice in ("a", "it's", "c", "a")]
    query = r"metadata['invoice_id']:'a' OR metadata['invoice_id']:'it\'s'"
    first = search(standin, query, limit=2)
    assert [one["id"] for one in first["data"]] == [ids[3], ids[1]]
    assert first["has_more"] is True
    rest = search(standin, query, limit=2, page=first["next_page"])
    assert [one["id"] for one in rest["data"]] == [ids[0]]
    assert (rest["has_more"], rest["next_page"]) == (False, None)
    assert search(standin, query, LIVE_KEY)["data"] == []


def test_search_expands_the_charge_only_when_asked(standin: StripeStandIn) -> None:
    pay(standin, "a")
    query = "metadata['invoice_id']:'a'"
    assert isinstance(search(standin, query)["data"][0]["latest_charge"], str)
    [intent] = search(standin, query, **{"expand[0]": "data.latest_charge"})["data"]
    assert intent["latest_charge"]["created"] == 1_800_000_000


@pytest.mark.parametrize(
    "query",
    [
        "invoice_id:a",
        "metadata['a']:'x' AND metadata['b']:'y'",
        " OR ".join(["metadata['a']:'x'"] * 11),
    ],
)
def test_search_refuses_what_stripe_refuses(standin: StripeStandIn, query: str) -> None:
    assert search(standin, query)["type"] == "invalid_request_error"


def test_a_rolled_secret_signs_beside_the_new_one_until_its_end() -> None:
    now = [1_800_000_000.0]
    with StripeStandIn(clock=lambda: now[0]) as standin:
        made = ask(
            standin,
            "POST",
            "/v1/webhook_endpoints",
            **{"url": "https://a.example", "enabled_events[0]": "*"},
        )
        new = standin.roll_secret(made["id"], valid_for=60)
        assert new != made["secret"]
        assert standin._account.secrets_of(made["id"]) == [new, made["secret"]]
        now[0] += 60
        assert standin._account.secrets_of(made["id"]) == [new]
        assert "secret" not in ask(standin, "GET", f"/v1/webhook_endpoints/{made['id']}")
        standin.disable_endpoint(made["id"])
        shown = ask(standin, "GET", f"/v1/webhook_endpoints/{made['id']}")
        assert shown["status"] == "disabled"


def test_signatures_of_two_secrets_differ() -> None:
    assert signature(b"x", "a", 1) != signature(b"x", "b", 1)
