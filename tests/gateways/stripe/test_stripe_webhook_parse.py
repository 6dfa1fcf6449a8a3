"""FAULTS group C at the gateway: a signed body becomes a StripeEvent, or UnreadableEvent."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.places import TESTS
from workmate_desktop.domain.stripe.events import StripeEvent, UnreadableEvent
from workmate_desktop.gateways.stripe.values import read_moment
from workmate_desktop.gateways.stripe.webhook import parse

EVENTS = TESTS / "stripe_events"
RECEIVED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NUL, SURROGATE, REPLACED = "\x00", "\ud83d", "\ufffd"


def load(name: str) -> dict[str, Any]:
    return dict(json.loads((EVENTS / f"{name}.json").read_bytes()))


def changed(name: str = "pi_succeeded", **intent: Any) -> bytes:
    """The body of `name` with fields of its payment intent replaced."""
    event = load(name)
    event["data"]["object"].update(intent)
    return json.dumps(event).encode()


def outer(name: str = "pi_succeeded", **fields: Any) -> bytes:
    """The body of `name` with fields of the event itself replaced."""
    return json.dumps(load(name) | fields).encode()


def read(body: bytes) -> StripeEvent:
    return parse(body, RECEIVED)


def reason_of(body: bytes) -> str:
    with pytest.raises(UnreadableEvent) as refusal:
        read(body)
    return refusal.value.reason


def test_a_payment() -> None:
    assert read((EVENTS / "pi_succeeded.json").read_bytes()) == StripeEvent(
        id="evt_3Qw01LabKoblenz000000",
        type="payment_intent.succeeded",
        created=datetime.fromtimestamp(1795416101, UTC),
        livemode=False,
        payment_intent_id="pi_3Qw01LabKoblenz0000000",
        amount_minor=11900,
        currency="eur",
        intent_status="succeeded",
        invoice_ref="42",
        invoice_number="RE-2026-0001",
        method="card",
        charge_id="ch_3Qw01LabKoblenz0000000",
        mentioned=("RE-2026-0001",),
    )


@pytest.mark.parametrize(
    ("name", "decline", "code", "method"),
    [
        ("pi_failed_generic_decline", "generic_decline", "card_declined", "card"),
        ("pi_failed_insufficient_funds", "insufficient_funds", "card_declined", "card"),
        ("pi_failed_without_last_payment_error", None, None, "card"),
    ],
)
def test_a_failure(name: str, decline: str | None, code: str | None, method: str) -> None:
    event = read((EVENTS / f"{name}.json").read_bytes())
    assert (event.decline_code, event.failure_code, event.method) == (decline, code, method)
    assert (event.amount_minor, event.problem) == (11900, None)


def test_a_failure_keeps_nothing_of_the_payer() -> None:
    event = read((EVENTS / "pi_failed_generic_decline.json").read_bytes())
    text = repr(event)
    for personal in ("jenny", "San Francisco", "4242", "Fake Street", "555", "AOB934"):
        assert personal not in text


@pytest.mark.parametrize("file", sorted(EVENTS.glob("*.json")), ids=lambda file: file.stem)
def test_every_known_body_is_read_without_a_problem(file: Path) -> None:
    event = read(file.read_bytes())
    assert event.type == load(file.stem)["type"]
    assert event.problem is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"id": "evt_1",}', b"{'id': 1}", b'\xef\xbb\xbf{"id": "evt_1"}', b"1 2"],
)
def test_c1_broken_json(body: bytes) -> None:
    assert reason_of(body) == "json"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5_000])
def test_c1_hostile_json(body: bytes) -> None:
    assert reason_of(body) == "json"


def test_c1_not_utf8() -> None:
    assert reason_of(b'{"id": "\xff"}') == "not_utf8"


def test_c1_a_key_given_twice() -> None:
    body = changed().replace(b'"amount_received": 11900', b'"amount_received": 1, "amount": 1')
    assert reason_of(body) == "duplicate_key"


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"evt_1"', b"true", b"[{}]", b"NaN"])
def test_c2_not_an_object(body: bytes) -> None:
    assert reason_of(body) == "not_an_object"


@pytest.mark.parametrize(
    "amount", [1.0, 100.5, True, "11900", 0, -1, 10**12 + 1, None, [], {}, float("nan"), 1e400]
)
@pytest.mark.parametrize(
    ("name", "field"),
    [("pi_succeeded", "amount_received"), ("pi_failed_generic_decline", "amount")],
)
def test_c4_amount(amount: Any, name: str, field: str) -> None:
    event = read(changed(name, **{field: amount}))
    assert (event.amount_minor, event.problem) == (None, "amount")


def test_c4_amount_missing() -> None:
    event = load("pi_succeeded")
    del event["data"]["object"]["amount_received"]
    read_event = read(json.dumps(event).encode())
    assert (read_event.amount_minor, read_event.problem) == (None, "amount")


def test_c4_largest_amount() -> None:
    assert read(changed(amount_received=10**12)).amount_minor == 10**12


def test_d4_what_was_received_counts() -> None:
    assert read(changed(amount=20000, amount_received=11900)).amount_minor == 11900


@pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "later.than.us"])
def test_c6_unknown_type(kind: str) -> None:
    event = read(outer(type=kind, data=None, livemode=None, created=None))
    assert (event.type, event.problem, event.amount_minor) == (kind, None, None)
    assert (event.thin, event.created) == (False, RECEIVED)


@pytest.mark.parametrize("version", [None, "2019-02-19", 7])
def test_c7_any_api_version(version: Any) -> None:
    assert read(outer(api_version=version)) == read(outer())


@pytest.mark.parametrize(
    "kind", ["v1.billing.meter.error_report_triggered", "payment_intent.succeeded"]
)
def test_c8_thin_event(kind: str) -> None:
    event = read(outer("thin_event_v2", type=kind))
    assert event.thin
    assert (event.type, event.created, event.problem) == (kind, RECEIVED, None)


def test_c9_account_is_kept() -> None:
    assert read((EVENTS / "pi_succeeded_connect.json").read_bytes()).account is not None


def test_c10_livemode() -> None:
    assert read((EVENTS / "pi_succeeded_livemode.json").read_bytes()).livemode


@pytest.mark.parametrize(("told", "livemode"), [(True, True), (False, False), ("true", False)])
def test_c10_livemode_of_an_event_that_is_only_listed(told: Any, livemode: bool) -> None:
    assert read(outer(type="customer.created", livemode=told)).livemode is livemode


@pytest.mark.parametrize(
    ("held", "received", "released"),
    [(11900, 5000, 6900), (11900, 11900, None), (5000, 11900, None), ("x", 5000, None)],
)
def test_mb1_what_of_a_hold_was_released(held: Any, received: int, released: int | None) -> None:
    assert read(changed(amount=held, amount_received=received)).released_minor == released


def test_mb9_a_refunded_charge_is_its_own_charge_and_says_what_of_a_hold_was_released() -> None:
    body = changed("charge_refunded_partial", amount=11900, amount_captured=5000)
    told = read(body).reversal
    assert told is not None
    assert told.charge_id == told.object_id == json.loads(body)["data"]["object"]["id"]
    assert told.released_minor == 6900


@pytest.mark.parametrize("livemode", [None, 1, "true", 0, []])
def test_c10_livemode_that_is_no_bool(livemode: Any) -> None:
    event = read(outer(livemode=livemode))
    assert (event.livemode, event.problem) == (False, "livemode")


BAD_IDS = [None, 7, "", "EVT_1", "evt_", "evt_ä", "evt_1\n", "evt_1 2", "pi_", "pi_/..", " pi_1"]


@pytest.mark.parametrize("value", [*BAD_IDS, "pi_1", "evt_" + "x" * 252])
def test_c11_event_id(value: Any) -> None:
    assert reason_of(outer(id=value)) == "event_id"


@pytest.mark.parametrize("value", [*BAD_IDS, "evt_1", "pi_" + "x" * 253])
def test_c11_intent_id(value: Any) -> None:
    assert reason_of(changed(id=value)) == "intent_id"


def test_c11_longest_ids() -> None:
    event = read(changed(id="pi_" + "x" * 252))
    assert len(event.payment_intent_id or "") == 255
    assert len(read(outer(id="evt_" + "x" * 251)).id) == 255


@pytest.mark.parametrize("data", [None, [], {}, {"object": None}, {"object": []}, "data"])
def test_c11_payment_without_an_intent(data: Any) -> None:
    assert reason_of(outer(data=data)) == "intent_id"


@pytest.mark.parametrize("kind", [None, 7, "", ["payment_intent.succeeded"]])
def test_type_that_is_no_text(kind: Any) -> None:
    assert reason_of(outer(type=kind)) == "event_type"


@pytest.mark.parametrize("metadata", [None, [], "RE-2026-0001", {}, {"invoice_id": None}])
def test_c13_no_metadata(metadata: Any) -> None:
    event = read(changed(metadata=metadata))
    assert (event.invoice_ref, event.problem) == (None, None)


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        ("'; DROP TABLE payments; --", "'; DROP TABLE payments; --"),
        ("<img src=x>", "<img src=x>"),
        ("a\u202eb 😀", "a\u202eb 😀"),
        (f"a{NUL}b", f"a{REPLACED}b"),
        (f"a{SURROGATE}b", f"a{REPLACED}b"),
        ("x" * 900, "x" * 500),
        ("  RE-2026-0001\n", "RE-2026-0001"),
        ("   ", None),
        ("", None),
        (42, "42"),
        (True, None),
        (4.2, None),
        ({"a": 1}, None),
    ],
)
def test_c16_metadata_is_text(given_value: Any, kept: str | None) -> None:
    event = read(changed(metadata={"invoice_id": given_value, "workmate_instance": given_value}))
    assert (event.invoice_ref, event.workmate_instance) == (kept, kept)


@pytest.mark.parametrize("code", ["Do Not Honor", "x" * 101, 7, "<b>", {"a": 1}])
def test_codes_are_kept_only_in_their_own_alphabet(code: Any) -> None:
    error = {"code": code, "decline_code": code, "payment_method": {"type": code}}
    event = read(changed("pi_failed_generic_decline", last_payment_error=error))
    assert (event.decline_code, event.failure_code, event.method) == (None, None, "card")


def test_method_is_not_guessed_among_several() -> None:
    assert read(changed(payment_method_types=["card", "sepa_debit"])).method is None


@pytest.mark.parametrize("created", [None, -1, 0, 1.5, True, "2026", 10**18])
def test_created_that_cannot_be_true(created: Any) -> None:
    event = read(outer(created=created))
    assert (event.created, event.problem) == (RECEIVED, "created")


@pytest.mark.parametrize("currency", [None, "EUR", "euro", "", 978, "e\n"])
def test_currency_that_is_none(currency: Any) -> None:
    event = read(changed(currency=currency))
    assert (event.currency, event.problem) == (None, "currency")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(field=st.sampled_from(sorted(load("pi_failed_generic_decline"))), value=json_values)
def test_any_value_in_any_field_of_the_event(field: str, value: Any) -> None:
    check(outer("pi_failed_generic_decline", **{field: value}))


INTENT_FIELDS = sorted(load("pi_failed_generic_decline")["data"]["object"])


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(INTENT_FIELDS), value=json_values)
def test_any_value_in_any_field_of_the_intent(field: str, value: Any) -> None:
    check(changed("pi_failed_generic_decline", **{field: value}))


@settings(max_examples=200, deadline=None)
@given(st.binary() | st.text().map(str.encode) | json_values.map(lambda v: json.dumps(v).encode()))
def test_any_body(body: bytes) -> None:
    check(body)


def check(body: bytes) -> None:
    """Nothing but UnreadableEvent may escape, and what is read can be stored."""
    try:
        event = read(body)
    except UnreadableEvent:
        return
    for kept in dataclasses.asdict(event).values():
        if isinstance(kept, str):
            kept.encode("utf-8")
            assert NUL not in kept
    assert event.amount_minor is None or type(event.amount_minor) is int


@pytest.mark.parametrize(
    ("told", "read_as"),
    [
        (1_262_304_000, datetime(2010, 1, 1, tzinfo=UTC)),
        (1_262_303_999, None),
        (4_102_444_799, datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (4_102_444_800, None),
        (1_795_416_101.0, None),
        (True, None),
    ],
)
def test_moments_that_can_be_true(told: Any, read_as: datetime | None) -> None:
    assert read_moment(told) == read_as
