"""FAULTS A: nothing is believed, and nothing stored, before the signature is proven."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import LIVE_KEYS, SECRET, encoded, event_body, issued, sign
from tests.faults.office import Office
from tests.standins.signing import signature
from workmate_desktop.domain.stripe.keys import StripeKeys

OTHER = "whsec_other5678"


def _nothing_stored(office: Office) -> bool:
    office.at.settled()
    return set(office.counts().values()) == {0}


@pytest.mark.parametrize("header", [None, "", " ", "t=", "t=1,v1=", "nonsense"])
def test_a1_signature_missing_or_empty(office: Office, header: str | None) -> None:
    assert office.send(event_body("x"), header) == 400
    assert _nothing_stored(office)


def test_a2_wrong_signature(office: Office) -> None:
    assert office.deliver(event_body("x"), secret=OTHER) == 400
    assert office.deliver(event_body("x"), secret=SECRET + "x") == 400
    assert office.at.receive.refusals.counts() == {"wrong": 2}
    assert office.at.receive.refusals.in_a_row == 2
    assert _nothing_stored(office)


def test_a2_one_right_delivery_tells_strangers_from_a_wrong_secret(office: Office) -> None:
    for _ in range(3):
        office.deliver(event_body("x"), secret=OTHER)
    assert office.at.receive.refusals.authentic == 0  # "Webhook Secret passt nicht"
    assert office.deliver(event_body("x")) == 200
    for _ in range(3):
        office.deliver(event_body("x"), secret=OTHER)
    refusals = office.at.receive.refusals
    assert (refusals.authentic, refusals.in_a_row) == (1, 3)  # "Fremde Zugriffe abgewehrt"


def test_a2_signature_of_another_body(office: Office) -> None:
    body = encoded(event_body("x", amount=1))
    assert office.send(encoded(event_body("x", amount=2)), sign(body)) == 400
    assert _nothing_stored(office)


def test_a3_older_than_300_s(office: Office) -> None:
    now = office.at.clock.now()
    assert office.deliver(event_body("x"), at=now - timedelta(seconds=301)) == 400
    assert _nothing_stored(office)
    assert office.deliver(event_body("x"), at=now - timedelta(seconds=300)) == 200


@pytest.mark.parametrize("seconds", [301, 3600, 10 * 365 * 86400])
def test_a4_in_the_future(office: Office, seconds: int) -> None:
    now = office.at.clock.now()
    assert office.deliver(event_body("x"), at=now + timedelta(seconds=seconds)) == 400
    assert _nothing_stored(office)
    assert office.deliver(event_body("x"), at=now + timedelta(seconds=300)) == 200


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a5_several_v1_one_right(office: Office, place: int) -> None:
    invoice_id = issued(office.at)
    body = encoded(event_body(invoice_id))
    at = int(office.at.clock.now().timestamp())
    found = ["0" * 64, signature(body, OTHER, at)]
    found.insert(place, signature(body, SECRET, at))
    header = ",".join([f"t={at}", *(f"v1={value}" for value in found)])
    assert office.send(body, header) == 200
    assert office.row(invoice_id).status == "paid"


def test_a6_only_v0(office: Office) -> None:
    body = encoded(event_body("x"))
    at = int(office.at.clock.now().timestamp())
    assert office.send(body, f"t={at},v0={signature(body, SECRET, at)}") == 400
    assert _nothing_stored(office)


@pytest.mark.parametrize("letter", ["ü", "€", "\x80", "日"])
def test_a7_non_ascii_header(office: Office, letter: str) -> None:
    body = encoded(event_body("x"))
    assert office.send(body, sign(body) + letter) == 400
    assert office.send(body, f"{letter}{sign(body)}") == 400
    assert _nothing_stored(office)


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b'{"id": "evt_\xc3"}', b"\xed\xa0\x80"])
def test_a8_body_not_utf8(office: Office, body: bytes) -> None:
    assert office.deliver(body) == 400
    assert _nothing_stored(office)


@pytest.mark.parametrize("keys", [None, StripeKeys(), StripeKeys("pk_test_1", "sk_test_1")])
def test_a11_no_secret_configured(office: Office, keys: StripeKeys | None) -> None:
    body = event_body(issued(office.at))
    office.at.keys = keys
    assert office.deliver(body) == 503
    assert office.at.value("SELECT count(*) FROM stripe_events") == 0
    office.at.keys = StripeKeys(webhook_secrets=(SECRET,))  # entered: Stripe comes again
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("booked", None)


def test_a12_two_active_secrets(office: Office) -> None:
    first, second = issued(office.at), issued(office.at)
    office.at.keys = StripeKeys("pk_test_1234", "sk_test_1234", (SECRET, OTHER))
    assert office.deliver(event_body(first), secret=SECRET) == 200
    assert office.deliver(event_body(second), secret=OTHER) == 200
    assert [office.row(first).status, office.row(second).status] == ["paid", "paid"]


def test_a13_secret_offered_in_header_or_query(office: Office) -> None:
    body = event_body("x")
    path = f"/api/backoffice/finance/stripe/webhook?secret={SECRET}&webhook_secret={SECRET}"
    assert office.send(body, None, path=path) == 400
    headers = [
        f"X-Webhook-Secret: {SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"Stripe-Webhook-Secret: {SECRET}",
    ]
    assert office.send(body, None, headers=headers) == 400
    assert office.send(body, SECRET) == 400
    assert _nothing_stored(office)


def test_a14_authentic_delivery_repeated(office: Office) -> None:
    invoice_id = issued(office.at)
    raw = encoded(event_body(invoice_id))
    header = sign(raw)
    assert office.send(raw, header) == 200
    office.at.settled()
    before = office.counts(), office.row(invoice_id)
    for seconds in (1, 100, 199):
        office.at.clock.advance(seconds=seconds)
        assert office.send(raw, header) == 200
    office.at.settled()
    assert (office.counts(), office.row(invoice_id)) == before


@pytest.mark.parametrize("changed", [b" ", b"\n"])
def test_a15_body_reformatted_on_the_way(office: Office, changed: bytes) -> None:
    raw = encoded(event_body("x"))
    for sent in (raw + changed, raw.replace(b": ", b":"), raw.replace(b"\n", b"\r\n")):
        assert office.send(sent, sign(raw)) == 400
    assert _nothing_stored(office)


def test_a12_the_mode_of_the_keys_is_no_matter_of_authenticity(tmp_path: Path) -> None:
    live = Office(tmp_path / "live", LIVE_KEYS)
    try:
        body = event_body(livemode=False)
        assert live.deliver(body) == 200
        assert live.outcome(body) == ("needs_review", "wrong_mode")
    finally:
        live.close()
