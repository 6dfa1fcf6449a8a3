"""Stripe's lists: a page must move on, and an answer has an end."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from tests.gateways.endless import Endless, in_turns, the_same
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.gateways.stripe.api import StripeApi
from workmate_desktop.gateways.stripe.endpoints import StripeEndpoints
from workmate_desktop.gateways.stripe.events import StripeEvents
from workmate_desktop.gateways.stripe.links import StripeLinks, request_for
from workmate_desktop.gateways.stripe.movements import StripeMovements
from workmate_desktop.gateways.stripe.refunds import StripeRefunds
from workmate_desktop.gateways.system.bounded import LARGEST

KEY = "sk_test_51HollowKeyForTests"
MOST_CALLS = 6
REQUEST = request_for(
    "ref",
    invoice_id="i",
    invoice_number="RE-1",
    instance="here",
    amount_minor=100,
    currency="eur",
    inactive_message="",
)


def window(api: StripeApi) -> None:
    """As services/catch_up/catch_up.py reads a window of time."""
    events = StripeEvents(api)
    page = events.since(1)
    while page.more:
        page = events.since(1, before=page.events[-1].id)


def onward(api: StripeApi) -> None:
    """As services/catch_up/catch_up.py goes on from its cursor."""
    events = StripeEvents(api)
    anchor, more = "evt_0", True
    while more:
        page = events.newest_after(anchor)
        more = page.more
        anchor = page.events[-1].id


LISTS: dict[str, tuple[str, Callable[[StripeApi], object]]] = {
    "endpoints": ("webhook_endpoint", lambda api: StripeEndpoints(api).all()),
    "events since": ("event", window),
    "events after": ("event", onward),
    "search": ("payment_intent", lambda api: list(StripeEvents(api).payments_for(["RE-1"]))),
    "links": ("payment_link", lambda api: StripeLinks(api).active_like(REQUEST)),
    "charges": ("charge", lambda api: list(StripeMovements(api, livemode=False).charges(1))),
    "charges of": ("charge", lambda api: StripeMovements(api, livemode=False).charges_of("pi_1")),
    "refunds": ("refund", lambda api: list(StripeMovements(api, livemode=False).refunds(1, 2))),
    "disputes": ("dispute", lambda api: list(StripeMovements(api, livemode=False).disputes(1, 2))),
    "refund of ours": (
        "refund",
        lambda api: StripeRefunds(api, livemode=False).made_for("pi_1", "r"),
    ),
}
FIELDS: dict[str, Any] = {
    "url": "https://office.example/hook",
    "active": True,
    "metadata": {},
    "type": "charge.failed",
    "status": "succeeded",
}


@pytest.mark.parametrize("name", LISTS)
def test_sa10_the_same_page_for_ever_is_refused_after_a_few_calls(name: str) -> None:
    kind, read = LISTS[name]
    with Endless(the_same(kind, "a_1", "a_2", **FIELDS)) as stripe:
        with pytest.raises(StripeRefused) as refused:
            read(StripeApi(KEY, api_base=stripe.url))
        assert refused.value.kind is StripeRefusal.STANDS_STILL
        assert len(stripe.asked) <= MOST_CALLS


@pytest.mark.parametrize("name", LISTS)
def test_sa10_two_pages_in_turns_for_ever(name: str) -> None:
    kind, read = LISTS[name]
    pages = in_turns(the_same(kind, "a_1", "a_2", **FIELDS), the_same(kind, "a_3", **FIELDS))
    with Endless(pages) as stripe:
        with pytest.raises(StripeRefused) as refused:
            read(StripeApi(KEY, api_base=stripe.url))
        assert refused.value.kind is StripeRefusal.STANDS_STILL
        assert len(stripe.asked) <= MOST_CALLS


@pytest.mark.parametrize("name", [name for name in LISTS if name != "search"])
def test_sa10_an_empty_page_with_more_behind_it_is_no_end(name: str) -> None:
    kind, read = LISTS[name]
    with Endless(the_same(kind)) as stripe:
        with pytest.raises(StripeRefused) as refused:
            read(StripeApi(KEY, api_base=stripe.url))
        assert refused.value.kind is StripeRefusal.STANDS_STILL
        assert len(stripe.asked) <= MOST_CALLS


@pytest.mark.parametrize("name", LISTS)
def test_sa10_a_page_that_came_twice_is_no_trouble(name: str) -> None:
    kind, read = LISTS[name]
    last = the_same(kind, "a_3", **FIELDS)("") | {"has_more": False, "next_page": None}
    first = the_same(kind, "a_1", "a_2", **FIELDS)
    with Endless(in_turns(first, first, lambda _path: last)) as stripe:
        read(StripeApi(KEY, api_base=stripe.url))
        assert len(stripe.asked) == 3


def test_sa10_polling_from_the_same_event_again_and_again_is_no_standing_still() -> None:
    page = the_same("event", "evt_1", type="charge.failed")("") | {"has_more": False}
    with Endless(lambda _path: page) as stripe:
        events = StripeEvents(StripeApi(KEY, api_base=stripe.url))
        for _ in range(10):
            assert events.newest_after("evt_0").events[0].id == "evt_1"
            assert events.since(1).events[0].id == "evt_1"


@pytest.mark.parametrize("declared", [True, False])
def test_sa10_an_answer_that_is_too_large_is_refused_while_it_comes(declared: bool) -> None:
    with Endless(lambda _path: 300_000_000, declared=declared) as stripe:
        api = StripeApi(KEY, api_base=stripe.url)
        tracemalloc.start()
        try:
            with pytest.raises(StripeRefused) as refused:
                StripeEvents(api).greet()
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert refused.value.kind is StripeRefusal.TOO_LARGE
        assert len(stripe.asked) == 1, "it is not asked for once more"
        assert peak < 2.5 * LARGEST
        assert stripe.sent < 2 * LARGEST


def test_sa10_a_large_answer_below_the_limit_is_read() -> None:
    page = the_same("event", "evt_1", type="x" * (LARGEST // 2))("") | {"has_more": False}
    with Endless(lambda _path: page) as stripe:
        [event] = StripeEvents(StripeApi(KEY, api_base=stripe.url)).since(1).events
        assert len(event.body) > LARGEST // 2
