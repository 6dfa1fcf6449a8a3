"""FAULTS C: the signature is right, the content is odd."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import LIVE_KEYS, encoded, event_body, issued, stored_event
from tests.faults.office import Office


def _alarm(office: Office) -> list[object]:
    office.at.settled()
    return [
        json.loads(detail).get("reason")
        for (detail,) in office.at.rows(
            "SELECT detail FROM notices WHERE kind = 'unreadable_event'"
        )
    ]


def _nothing_booked(office: Office) -> bool:
    return (
        office.at.value("SELECT count(*) FROM stripe_events") == 0
        and office.at.value("SELECT count(*) FROM payments") == 0
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"id": "evt_1",}', b"not json", b"[" * 100_000, b'{"id":"evt_1","id":"evt_2"}'],
    ids=["empty", "cut", "comma", "text", "deep", "twice"],
)
def test_c1_broken_json(office: Office, body: bytes) -> None:
    assert office.deliver(body) == 400
    assert len(_alarm(office)) == 1
    assert _nothing_booked(office)


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"', b"true", b"1e999"])
def test_c2_not_an_object(office: Office, body: bytes) -> None:
    assert office.deliver(body) == 400
    assert _alarm(office) == ["not_an_object"]
    assert _nothing_booked(office)


def test_c1_the_alarm_is_raised_once_a_day(office: Office) -> None:
    for _ in range(5):
        assert office.deliver(b"{") == 400
    assert len(_alarm(office)) == 1
    office.at.clock.advance(hours=25)
    assert office.deliver(b"{") == 400
    assert len(_alarm(office)) == 2


@pytest.mark.parametrize(
    "amount",
    "NaN Infinity 119.00 11900.0 1e4 true false 0 -11900 1000000000001 null [] {}".split(),
)
def test_c4_amount_that_cannot_be(office: Office, amount: str) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, amount="AMOUNT")
    raw = encoded(body).replace(b'"AMOUNT"', amount.encode())
    assert office.deliver(raw) == 200
    assert office.outcome(body) == ("needs_review", "bad_amount")
    assert office.at.value("SELECT count(*) FROM payments") == 0
    assert office.row(invoice_id).status == "open"
    assert office.notices() == ["needs_review"]


@pytest.mark.parametrize(
    "amount", ["11900", "", "9" * 40, 10**40], ids=["text", "empty", "9s", "10^40"]
)
def test_c4_amount_as_text_or_huge(office: Office, amount: Any) -> None:
    body = event_body(issued(office.at), amount=amount)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "bad_amount")
    assert office.at.value("SELECT count(*) FROM payments") == 0


def test_c4_the_largest_amount_is_booked(office: Office) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, amount=10**12)) == 200
    assert office.row(invoice_id).paid_minor == 10**12


@pytest.mark.parametrize(
    "name",
    [
        "unhandled_customer_created",
        "pi_created",
        "pi_canceled",
        "pi_processing_sepa",
        "pi_requires_action",
        "checkout_session_completed",
    ],
)
def test_c6_unknown_type(office: Office, name: str) -> None:
    body = stored_event(name)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("ignored", "unknown_type")
    assert office.notices() == []
    assert office.at.value("SELECT count(*) FROM payments") == 0


def test_c6_a_refund_of_another_shop_is_no_news(office: Office) -> None:
    body = stored_event("charge_refunded_partial")
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("ignored", "payment_unknown")
    assert office.notices() == []
    assert office.at.value("SELECT count(*) FROM payments") == 0


@pytest.mark.parametrize("version", ["2010-01-01", "2099-12-31.future", None, 7, "<b>"])
def test_c7_any_api_version(office: Office, version: Any) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, api_version=version)) == 200
    assert office.row(invoice_id).status == "paid"


def test_c8_thin_event(office: Office) -> None:
    body = stored_event("thin_event_v2")
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("ignored", "thin_event")
    assert office.notices() == ["thin_event"]


def test_c9_foreign_account(office: Office) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, account="acct_foreign")
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("ignored", "foreign_account")
    assert office.notices() == ["foreign_account"]
    assert office.row(invoice_id).status == "open"


def test_c9_our_own_account_is_booked(office: Office) -> None:
    office.at.account = "acct_own"
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, account="acct_own")) == 200
    assert office.row(invoice_id).status == "paid"


@pytest.mark.parametrize("failed", [None, "generic_decline"])
def test_c10_livemode_of_the_event_differs_from_the_keys(
    office: Office, failed: str | None
) -> None:
    invoice_id = issued(office.at, livemode=True)
    body = event_body(invoice_id, livemode=True, failed=failed)
    assert office.deliver(body) == 200
    # A failure brings no money, so nobody has to decide anything about it.
    assert office.outcome(body) == ("ignored" if failed else "needs_review", "wrong_mode")
    assert office.row(invoice_id).status == "open"
    assert not office.row(invoice_id).payment_failed
    assert office.at.value("SELECT count(*) FROM payments") == 0


@pytest.mark.parametrize("live_event", [True, False])
def test_c10_livemode_of_the_invoice_differs(tmp_path: Path, live_event: bool) -> None:
    keys = LIVE_KEYS if live_event else None
    office = Office(tmp_path / "data", keys) if keys else Office(tmp_path / "data")
    try:
        invoice_id = issued(office.at, livemode=not live_event)
        body = event_body(invoice_id, livemode=live_event)
        assert office.deliver(body) == 200
        assert office.outcome(body) == ("needs_review", "wrong_mode")
        assert office.row(invoice_id).status == "open"
        assert office.at.value("SELECT count(*) FROM payments") == 0
    finally:
        office.close()


@pytest.mark.parametrize("livemode", ["true", 1, None, []])
def test_c10_livemode_that_is_no_bool(office: Office, livemode: Any) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, livemode=livemode)
    assert office.deliver(body) == 200
    assert office.outcome(body)[0] == "needs_review"
    assert office.row(invoice_id).status == "open"


def _wrong_ids(prefix: str) -> list[Any]:
    """Not `prefix_…`, not plain characters, or one character too long."""
    start = f"{prefix}_"
    texts = ["", "x", prefix, start, f"{start}ä", f"{start}a b", f"{start}\x00", f"{start}1\n"]
    return [*texts, start.ljust(256, "a"), 7, None, [start]]


def _short(value: object) -> str:
    return ascii(value)[:12]


@pytest.mark.parametrize("value", _wrong_ids("evt"), ids=_short)
def test_c11_event_id(office: Office, value: Any) -> None:
    assert office.deliver(event_body("x", id=value)) == 400
    assert _alarm(office) == ["event_id"]
    assert _nothing_booked(office)


@pytest.mark.parametrize("value", _wrong_ids("pi"), ids=_short)
def test_c11_intent_id(office: Office, value: Any) -> None:
    assert office.deliver(event_body("x", intent={"id": value})) == 400
    assert _alarm(office) == ["intent_id"]
    assert _nothing_booked(office)


def test_c11_ids_of_255_characters_are_kept(office: Office) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, event_id="evt_" + "a" * 251, intent_id="pi_" + "b" * 252)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("booked", None)


@pytest.mark.parametrize(
    "intent",
    [
        {"status": "processing"},
        {"status": "requires_payment_method"},
        {"status": "canceled"},
        {"status": None},
        {"status": ""},
        {"amount_received": 0},
        {"amount_received": None},
    ],
)
def test_c12_succeeded_without_success(office: Office, intent: dict[str, Any]) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, intent=intent)
    assert office.deliver(body) == 200
    assert office.outcome(body)[0] == "needs_review"
    assert office.row(invoice_id).status == "open"
    assert office.at.value("SELECT count(*) FROM payments") == 0
    assert office.notices() == ["needs_review"]


@pytest.mark.parametrize(
    "metadata",
    [{}, None, [], "text", {"invoice_id": ""}, {"invoice_id": None}, {"invoice_id": {}}],
    ids=repr,
)
def test_c13_no_invoice_id(office: Office, metadata: Any) -> None:
    body = event_body(amount=10000, intent={"metadata": metadata})
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "no_invoice")
    intent_id = body["data"]["object"]["id"]
    assert office.unassigned() == [(intent_id, 10000, "eur")]
    (notice,) = office.at.books.notice_page()
    assert notice.detail["amount_minor"] == 10000  # "100,00 € ohne Rechnung"
    assert notice.detail["reason"] == "no_invoice"


@pytest.mark.parametrize(
    "reference", ["RE-2026-9999", "42", "00000000-0000-4000-8000-000000000000"]
)
def test_c14_unknown_invoice_id(office: Office, reference: str) -> None:
    body = event_body(reference)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "unknown_invoice")
    assert len(office.unassigned()) == 1
    assert office.notices() == ["needs_review"]


@pytest.mark.parametrize("by_number", [True, False])
def test_c15_id_and_number_disagree(office: Office, by_number: bool) -> None:
    first, second = issued(office.at), issued(office.at)
    numbers = office.row(first).number, office.row(second).number
    reference = numbers[0] if by_number else first
    body = event_body(metadata={"invoice_id": reference, "invoice_number": numbers[1]})
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "invoice_mismatch")
    assert [office.row(first).status, office.row(second).status] == ["open", "open"]
    assert len(office.unassigned()) == 1


def test_c15_id_and_number_that_agree_are_booked(office: Office) -> None:
    invoice_id = issued(office.at)
    number = office.row(invoice_id).number
    first = event_body(metadata={"invoice_id": invoice_id, "invoice_number": number}, amount=900)
    second = event_body(metadata={"invoice_id": number, "invoice_number": number}, amount=11000)
    assert [office.deliver(first), office.deliver(second)] == [200, 200]
    assert office.row(invoice_id).status == "paid"


HOSTILE = [
    "'; DROP TABLE payments; --",
    '" OR 1=1 --',
    "<img src=file:///etc/passwd>",
    "<b>Rechnung</b>",
    "a\x00b",
    "\u202eRE-0001",
    "🧾💶",
    "\ud800",
    "x" * 5000,
    "%s%n{0}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:14])
def test_c16_hostile_metadata_is_text(office: Office, text: str) -> None:
    keys = ("invoice_id", "invoice_number", "workmate_instance", "note")
    for key in keys:
        body = event_body(metadata={key: text})
        assert office.deliver(body) == 200
        ours = key in ("invoice_id", "invoice_number")
        assert office.outcome(body)[0] == ("needs_review" if ours else "ignored")
        assert office.at.books.event_page(text=text[:20]) is not None
    assert office.at.value("SELECT count(*) FROM payments") == 2  # others' money is not kept
    assert office.at.value("PRAGMA quick_check") == "ok"
    stored = office.event(body["id"])
    assert all(isinstance(value, str | bool) for value in stored.detail.values())


def test_c16_sql_in_the_reference_stays_as_it_came(office: Office) -> None:
    body = event_body("'; DROP TABLE payments; --")
    office.deliver(body)
    assert office.event(body["id"]).detail["invoice_ref"] == "'; DROP TABLE payments; --"


def test_c17_other_installation(office: Office) -> None:
    invoice_id = issued(office.at)
    other = event_body(metadata={"invoice_id": invoice_id, "workmate_instance": "someone else"})
    assert office.deliver(other) == 200
    assert office.outcome(other) == ("needs_review", "other_installation")
    assert office.row(invoice_id).status == "open"
    own = event_body(
        metadata={"invoice_id": invoice_id, "workmate_instance": office.at.instance_id}
    )
    assert office.deliver(own) == 200
    assert office.row(invoice_id).status == "paid"
