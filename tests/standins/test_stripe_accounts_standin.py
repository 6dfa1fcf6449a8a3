"""The stand-in is as various as accounts are: keys, holds, API versions, pages, ways to pay."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe as stripe_python

from tests.standins.stripe_api import RESTRICTED_KEY, SECRET_KEY, Key, StripeStandIn
from tests.standins.stripe_dashboard import Dashboard
from tests.standins.stripe_refunds import fee_of

OLD, NEW = "2020-08-27", "2026-10-28.endive"


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn() as server:
        yield server


def ask(
    stripe: StripeStandIn,
    method: str,
    path: str,
    *,
    key: str = SECRET_KEY,
    version: str | None = None,
    **form: Any,
) -> dict[str, Any]:
    return stripe.answer(method, path, urlencode(form), key, None, version)[1]


def paid(stripe: StripeStandIn, amount: int = 11900, **more: Any) -> str:
    form: dict[str, Any] = {"amount": amount, "currency": "eur", "confirm": "true"} | more
    made = ask(stripe, "POST", "/v1/payment_intents", payment_method="pm_card_visa", **form)
    return str(made["id"])


def told(stripe: StripeStandIn, kind: str) -> list[dict[str, Any]]:
    """The objects of all events of this type, oldest first."""
    return [event["data"]["object"] for event in stripe.events if event["type"] == kind]


def link(stripe: StripeStandIn) -> str:
    form: dict[str, Any] = {
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 11900,
        "line_items[0][price_data][product_data][name]": "RE-2026-0001",
    }
    made = ask(stripe, "POST", "/v1/payment_links", **form)
    return str(made["url"])


# --- restricted keys -----------------------------------------------------------------------


def test_a_restricted_key_is_told_the_right_that_it_lacks(stripe: StripeStandIn) -> None:
    stripe.keys[RESTRICTED_KEY] = Key(lacks=frozenset({"rak_dispute_read"}))
    client = stripe_python.StripeClient(RESTRICTED_KEY, base_addresses={"api": stripe.url})
    assert client.v1.charges.list().data == []
    with pytest.raises(stripe_python.PermissionError) as refused:
        client.v1.disputes.list()
    assert refused.value.http_status == 403
    assert refused.value.user_message == (
        "The provided key 'rk_test_*******************4242' does not have the required "
        "permissions for this endpoint on account 'acct_1StandInKoblenz'. Having the "
        "'rak_dispute_read' permission would allow this request to continue."
    )
    body: Any = refused.value.json_body
    assert body["error"]["type"] == "invalid_request_error"


def test_the_right_to_write_is_the_right_to_read(stripe: StripeStandIn) -> None:
    stripe.keys[RESTRICTED_KEY] = Key(frozenset({"rak_charge_write"}))
    assert ask(stripe, "GET", "/v1/charges", key=RESTRICTED_KEY)["data"] == []
    stripe.keys[RESTRICTED_KEY] = Key(frozenset({"rak_charge_read"}))
    form = {"payment_intent": paid(stripe)}
    refused = ask(stripe, "POST", "/v1/refunds", key=RESTRICTED_KEY, **form)
    assert "'rak_charge_write'" in refused["error"]["message"]


def test_whoever_may_not_read_it_may_not_expand_it(stripe: StripeStandIn) -> None:
    paid(stripe)
    stripe.keys[RESTRICTED_KEY] = Key(frozenset({"rak_charge_read"}))
    expand = {"expand[]": "data.balance_transaction"}
    refused = ask(stripe, "GET", "/v1/charges", key=RESTRICTED_KEY, **expand)
    assert "'rak_balance_transaction_source_read'" in refused["error"]["message"]
    assert len(ask(stripe, "GET", "/v1/charges", key=RESTRICTED_KEY)["data"]) == 1


def test_what_is_no_object_cannot_be_expanded(stripe: StripeStandIn) -> None:
    refused = ask(stripe, "GET", "/v1/charges", **{"expand[]": "data.amount"})
    assert refused["error"]["message"] == "This property cannot be expanded (data.amount)."


# --- holds ---------------------------------------------------------------------------------


def test_a_hold_says_succeeded_and_has_moved_no_money(stripe: StripeStandIn) -> None:
    intent = paid(stripe, 10000, capture_method="manual")
    [charge] = ask(stripe, "GET", "/v1/charges", payment_intent=intent)["data"]
    assert (charge["status"], charge["paid"], charge["captured"]) == ("succeeded", True, False)
    assert (charge["amount_captured"], charge["balance_transaction"]) == (0, None)
    held = ask(stripe, "GET", f"/v1/payment_intents/{intent}")
    assert (held["status"], held["amount_capturable"]) == ("requires_capture", 10000)
    assert held["amount_received"] == 0
    assert [event["type"] for event in stripe.events[1:]] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
    ]


def test_what_is_not_captured_looks_like_a_refund(stripe: StripeStandIn) -> None:
    intent = paid(stripe, 10000, capture_method="manual")
    Dashboard(stripe).capture(intent, 6000)
    [charge] = ask(stripe, "GET", "/v1/charges", **{"expand[]": "data.balance_transaction"})["data"]
    assert (charge["captured"], charge["amount_captured"]) == (True, 6000)
    assert (charge["amount_refunded"], charge["refunded"]) == (4000, False)
    assert charge["balance_transaction"]["net"] == 6000 - fee_of(6000)
    [released] = ask(stripe, "GET", "/v1/refunds")["data"]
    assert (released["amount"], released["status"]) == (4000, "succeeded")
    assert released["balance_transaction"] is None
    [done] = told(stripe, "payment_intent.succeeded")
    assert (done["amount"], done["amount_received"]) == (10000, 6000)
    assert [event["type"] for event in stripe.events[-5:]] == [
        "charge.captured",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
        "refund.updated",
    ]
    # Only what was captured can really be given back.
    ask(stripe, "POST", "/v1/refunds", payment_intent=intent)
    assert [one["amount"] for one in ask(stripe, "GET", "/v1/refunds")["data"]] == [6000, 4000]


def test_a_hold_captured_as_a_whole_releases_nothing(stripe: StripeStandIn) -> None:
    intent = paid(stripe, 10000, capture_method="manual")
    done = ask(stripe, "POST", f"/v1/payment_intents/{intent}/capture")
    assert (done["status"], done["amount_received"]) == ("succeeded", 10000)
    assert ask(stripe, "GET", "/v1/refunds")["data"] == []


def test_a_hold_called_off_is_released(stripe: StripeStandIn) -> None:
    intent = paid(stripe, 10000, capture_method="manual")
    Dashboard(stripe).call_off(intent)
    [charge] = ask(stripe, "GET", "/v1/charges")["data"]
    assert (charge["captured"], charge["amount_refunded"], charge["refunded"]) == (
        False,
        10000,
        True,
    )
    assert told(stripe, "payment_intent.canceled")[0]["amount_received"] == 0


@pytest.mark.parametrize("amount", [0, 10001])
def test_no_more_than_the_hold_is_captured(stripe: StripeStandIn, amount: int) -> None:
    intent = paid(stripe, 10000, capture_method="manual")
    path = f"/v1/payment_intents/{intent}/capture"
    assert "error" in ask(stripe, "POST", path, amount_to_capture=amount)
    assert ask(stripe, "GET", f"/v1/payment_intents/{intent}")["status"] == "requires_capture"


def test_what_is_paid_already_is_not_captured_again(stripe: StripeStandIn) -> None:
    refused = ask(stripe, "POST", f"/v1/payment_intents/{paid(stripe)}/capture")
    assert refused["error"]["code"] == "payment_intent_unexpected_state"


# --- API versions --------------------------------------------------------------------------


def test_an_old_account_has_a_list_of_charges(stripe: StripeStandIn) -> None:
    stripe.account.api_version = OLD
    intent = paid(stripe)
    event = stripe.events[-1]
    about = event["data"]["object"]
    assert (event["type"], event["api_version"]) == ("payment_intent.succeeded", OLD)
    assert "latest_charge" not in about
    assert [charge["payment_intent"] for charge in about["charges"]["data"]] == [intent]
    assert about["charges"]["data"][0]["refunds"]["data"] == []
    assert about["capture_method"] == "automatic"
    assert "charges" in ask(stripe, "GET", f"/v1/payment_intents/{intent}")


def test_a_request_with_a_version_of_its_own_is_answered_in_it(stripe: StripeStandIn) -> None:
    stripe.account.api_version = OLD
    intent = paid(stripe)
    answer = ask(stripe, "GET", f"/v1/payment_intents/{intent}", version=NEW)
    assert answer["latest_charge"].startswith("ch_")
    assert "charges" not in answer
    # An event stays as it was written, whoever asks.
    [event] = ask(stripe, "GET", "/v1/events", version=NEW, type="payment_intent.succeeded")["data"]
    assert "latest_charge" not in event["data"]["object"]
    client = stripe_python.StripeClient(SECRET_KEY, base_addresses={"api": stripe.url})
    assert client.v1.payment_intents.retrieve(intent).latest_charge == answer["latest_charge"]


def test_an_old_account_tells_refunds_by_their_charge(stripe: StripeStandIn) -> None:
    stripe.account.api_version = OLD
    desk, intent = Dashboard(stripe), paid(stripe)
    first = desk.refund(intent, 2000)
    desk.fail_refund(first)
    desk.refund(intent, 3000)
    found = [event["type"] for event in stripe.events if "refund" in event["type"]]
    assert found == ["charge.refunded", "charge.refund.updated", "charge.refunded"]
    assert [one["amount_refunded"] for one in told(stripe, "charge.refunded")] == [2000, 3000]
    [failed] = told(stripe, "charge.refund.updated")
    assert (failed["id"], failed["status"], failed["amount"]) == (first, "failed", 2000)
    newest = told(stripe, "charge.refunded")[-1]["refunds"]["data"]
    assert [(one["amount"], one["status"]) for one in newest] == [
        (3000, "succeeded"),
        (2000, "failed"),
    ]


def test_a_new_account_tells_refunds_by_themselves(stripe: StripeStandIn) -> None:
    desk, intent = Dashboard(stripe), paid(stripe)
    desk.fail_refund(desk.refund(intent, 2000))
    found = [event["type"] for event in stripe.events if "refund" in event["type"]]
    assert found == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "refund.updated",
        "refund.failed",
    ]
    assert "refunds" not in told(stripe, "charge.refunded")[0]
    [charge] = ask(stripe, "GET", "/v1/charges", **{"expand[]": "data.refunds"})["data"]
    assert [one["status"] for one in charge["refunds"]["data"]] == ["failed"]


def test_an_intent_that_does_not_say_which_charge_paid_it(stripe: StripeStandIn) -> None:
    stripe.account.names_charges = False
    intent = paid(stripe)
    assert told(stripe, "payment_intent.succeeded")[0]["latest_charge"] is None
    assert ask(stripe, "GET", f"/v1/payment_intents/{intent}")["latest_charge"] is None
    stripe.account.api_version = OLD
    paid(stripe)
    assert "charges" not in told(stripe, "payment_intent.succeeded")[1]


# --- pages ---------------------------------------------------------------------------------


def test_pages_go_on_until_the_last(stripe: StripeStandIn) -> None:
    made = [paid(stripe, 100 + number) for number in range(5)]
    stripe.account.largest_page = 2
    client = stripe_python.StripeClient(SECRET_KEY, base_addresses={"api": stripe.url})
    first = client.v1.payment_intents.list({"limit": 100})
    assert (len(first.data), first.has_more) == (2, True)
    assert [one.id for one in first.auto_paging_iter()] == made[::-1]


def test_a_page_comes_twice(stripe: StripeStandIn) -> None:
    made = [paid(stripe, 100 + number) for number in range(4)][::-1]
    stripe.account.largest_page, stripe.account.repeat_pages = 2, 1
    client = stripe_python.StripeClient(SECRET_KEY, base_addresses={"api": stripe.url})
    found = [one.id for one in client.v1.payment_intents.list().auto_paging_iter()]
    assert found == [*made[:2], *made[:2], *made[2:]]


# --- how it was paid -----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["klarna", "link", "eps", "twint"])
def test_only_the_charge_says_how_it_was_paid(stripe: StripeStandIn, method: str) -> None:
    stripe.open_link(link(stripe)).pay_by(method)
    [intent] = told(stripe, "payment_intent.succeeded")
    assert intent["payment_method_types"] == ["card", "klarna", "link", "sepa_debit"]
    assert method not in str(intent["payment_method"])
    [charge] = ask(stripe, "GET", "/v1/charges")["data"]
    assert charge["id"] == intent["latest_charge"]
    assert charge["id"].startswith("py_")
    assert charge["payment_method_details"]["type"] == method


def test_a_card_on_a_link_is_one_of_several_ways(stripe: StripeStandIn) -> None:
    stripe.open_link(link(stripe)).pay("4242424242424242")
    [intent] = told(stripe, "payment_intent.succeeded")
    assert len(intent["payment_method_types"]) > 1
    [charge] = told(stripe, "charge.succeeded")
    assert (charge["id"], charge["payment_method_details"]["type"]) == (
        intent["latest_charge"],
        "card",
    )


def test_a_debit_is_pending_for_days(stripe: StripeStandIn) -> None:
    page = stripe.open_link(link(stripe))
    page.pay_by_sepa()
    [pending] = ask(stripe, "GET", "/v1/charges")["data"]
    assert (pending["status"], pending["paid"]) == ("pending", False)
    assert pending["payment_method_details"]["type"] == "sepa_debit"
    page.settle(paid=True)
    [charge] = told(stripe, "charge.succeeded")
    assert (charge["id"], charge["paid"]) == (pending["id"], True)


def test_a_debit_that_failed_and_a_card_that_paid_are_two_charges(stripe: StripeStandIn) -> None:
    intent = paid(stripe, confirm="false")
    failed = Dashboard(stripe).debit_fails(intent)
    ask(stripe, "POST", f"/v1/payment_intents/{intent}/confirm")
    card, debit = ask(stripe, "GET", "/v1/charges", payment_intent=intent)["data"]
    assert (debit["id"], debit["status"], card["status"]) == (failed, "failed", "succeeded")
    assert debit["failure_balance_transaction"] is not None
    assert told(stripe, "payment_intent.succeeded")[0]["latest_charge"] == card["id"]


# --- amounts in the balance ----------------------------------------------------------------


def test_the_balance_is_kept_in_one_currency(stripe: StripeStandIn) -> None:
    stripe.account.rates = {"usd": 0.5}
    paid(stripe, 10000, currency="usd")
    [charge] = ask(stripe, "GET", "/v1/charges", **{"expand[]": "data.balance_transaction"})["data"]
    moved = charge["balance_transaction"]
    assert (charge["amount"], charge["currency"]) == (10000, "usd")
    assert (moved["amount"], moved["currency"], moved["exchange_rate"]) == (5000, "eur", 0.5)
    assert moved["source"] == charge["id"]


def test_a_dispute_of_more_of_which_a_part_comes_back(stripe: StripeStandIn) -> None:
    desk = Dashboard(stripe)
    dispute = desk.dispute(paid(stripe, 10000), amount=10450, payment_intent=None)
    desk.close_dispute(dispute, won=True, back=7000)
    [told_back] = told(stripe, "charge.dispute.funds_reinstated")
    assert (told_back["amount"], told_back["payment_intent"]) == (10450, None)
    assert [one["amount"] for one in told_back["balance_transactions"]] == [-10450, 7000]
    [taken] = told(stripe, "charge.dispute.funds_withdrawn")
    assert [one["amount"] for one in taken["balance_transactions"]] == [-10450]
    listed = ask(stripe, "GET", f"/v1/disputes/{dispute}")
    assert (listed["status"], listed["is_charge_refundable"]) == ("won", False)
