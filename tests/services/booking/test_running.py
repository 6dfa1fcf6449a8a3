"""Zahlung läuft: payments that take days. Events in any order give the same marker."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    NOON,
    OfficeBooks,
    encoded,
    event_body,
    issued,
    make_books,
    stored_event,
)
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.events import Outcome, Source
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.words.history import history_title

INTENT = "pi_3Running"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def processing(invoice_id: str, at: datetime = NOON, **metadata: str) -> dict[str, Any]:
    body = event_body(invoice_id, intent_id=INTENT, created=at)
    body["type"] = "payment_intent.processing"
    intent = body["data"]["object"]
    intent |= {"status": "processing", "amount_received": 0, "payment_method_types": ["sepa_debit"]}
    intent["metadata"] |= metadata
    return body


def canceled(invoice_id: str, at: datetime) -> dict[str, Any]:
    body = event_body(invoice_id, intent_id=INTENT, created=at)
    body["type"] = "payment_intent.canceled"
    body["data"]["object"] |= {"status": "canceled", "amount_received": 0}
    return body


def checkout(invoice_id: str, at: datetime, status: str = "unpaid") -> dict[str, Any]:
    body = stored_event("checkout_session_completed")
    body |= {"id": f"evt_session{at.timestamp():.0f}", "created": int(at.timestamp())}
    session = body["data"]["object"]
    session |= {"payment_intent": INTENT, "payment_status": status, "livemode": False}
    session["metadata"] = {"invoice_id": invoice_id}
    return body


def failed(invoice_id: str, at: datetime) -> dict[str, Any]:
    return event_body(invoice_id, failed="generic_decline", intent_id=INTENT, created=at)


def succeeded(invoice_id: str, at: datetime) -> dict[str, Any]:
    return event_body(invoice_id, intent_id=INTENT, created=at)


def tell(office: OfficeBooks, body: dict[str, Any]) -> tuple[str, object]:
    event = parse(encoded(body), office.clock.now())
    assert office.receive.event(event, Source.WEBHOOK).result(PATIENCE) == 200
    kept = office.books.event(event.id)
    assert kept is not None
    return kept.outcome.value, kept.detail.get("reason")


def running(office: OfficeBooks, invoice_id: str) -> datetime | None:
    row = office.books.invoice_row(invoice_id)
    assert row is not None
    return row.running_since


def test_a_payment_that_takes_days_shows_until_it_is_paid(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    assert tell(office, processing(invoice_id)) == ("ignored", "payment_running")
    assert running(office, invoice_id) == NOON
    assert office.books.history(invoice_id)[0].action == "payment_running"
    assert office.books.notice_page() == []
    tell(office, checkout(invoice_id, NOON + timedelta(seconds=2)))
    assert [line.action for line in office.books.history(invoice_id)].count("payment_running") == 1
    tell(office, succeeded(invoice_id, NOON + timedelta(days=5)))
    assert running(office, invoice_id) is None
    row = office.books.invoice_row(invoice_id)
    assert row is not None and row.status == "paid"


@pytest.mark.parametrize("end", [succeeded, failed, canceled])
def test_any_order_gives_the_same_marker(office: OfficeBooks, end: Any) -> None:
    later = NOON + timedelta(days=5)
    for kinds in itertools.permutations(range(3)):
        invoice_id = issued(office)
        bodies = [
            processing(invoice_id),
            checkout(invoice_id, NOON + timedelta(seconds=2)),
            end(invoice_id, later),
        ]
        for body in bodies:  # each invoice has an own intent
            about = body["data"]["object"]
            name = "payment_intent" if about["object"] == "checkout.session" else "id"
            about[name] = f"pi_{invoice_id.replace('-', '')}"
            body["id"] = f"evt_{invoice_id.replace('-', '')}{bodies.index(body)}"
        for at in kinds:
            tell(office, bodies[at])
        assert running(office, invoice_id) is None, kinds


def test_a_second_try_after_a_failure_runs_again(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    tell(office, processing(invoice_id))
    tell(office, failed(invoice_id, NOON + timedelta(days=5)))
    assert running(office, invoice_id) is None
    again = NOON + timedelta(days=6)
    tell(office, processing(invoice_id, again))
    assert running(office, invoice_id) == again


def test_a_voucher_runs_without_a_processing_event(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    assert tell(office, checkout(invoice_id, NOON)) == ("ignored", "payment_running")
    assert running(office, invoice_id) == NOON
    tell(office, canceled(invoice_id, NOON + timedelta(days=3)))
    assert running(office, invoice_id) is None


def test_a_paid_checkout_is_no_running_payment(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    assert tell(office, checkout(invoice_id, NOON, "paid")) == ("ignored", "unknown_type")
    assert running(office, invoice_id) is None


def test_what_is_not_ours_is_ignored(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    other = processing(invoice_id, workmate_instance="somebody-else")
    real = processing(invoice_id) | {"livemode": True}
    nobody = processing("RE-1999-0001")
    without = processing(invoice_id)
    without["data"]["object"]["id"] = "seti_1"
    for body in (other, real, nobody, without):
        assert tell(office, body) == ("ignored", "unknown_type")
    assert running(office, invoice_id) is None
    assert office.books.notice_page() == []


def test_processing_again_changes_nothing(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    body = processing(invoice_id)
    tell(office, body)
    before = office.books.history(invoice_id)
    assert office.receive.reprocess(body["id"]).result(PATIENCE) is Outcome.IGNORED
    assert office.books.history(invoice_id) == before
    assert running(office, invoice_id) == NOON


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_mb6_a_payment_that_was_called_off_is_the_last_word(
    office: OfficeBooks, order: tuple[int, ...]
) -> None:
    invoice_id = issued(office)
    bodies = [
        processing(invoice_id),
        checkout(invoice_id, NOON + timedelta(seconds=2)),
        canceled(invoice_id, NOON + timedelta(minutes=8)),
    ]
    for place in order:
        tell(office, bodies[place])
        tell(office, bodies[place])
    lines = [line.action for line in office.books.history(invoice_id)]
    assert lines[:2] == ["payment_canceled", "payment_running"]
    assert lines.count("payment_canceled") == lines.count("payment_running") == 1
    assert history_title(office.books.history(invoice_id)[0]).startswith("Zahlung abgebrochen")


def test_mb6_what_never_ran_is_not_told_as_called_off(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    tell(office, canceled(invoice_id, NOON))
    assert [line.action for line in office.books.history(invoice_id)] == ["issued", "created"]


@pytest.mark.parametrize("end", [succeeded, failed])
def test_mb6_late_news_that_it_runs_is_not_the_last_word(office: OfficeBooks, end: Any) -> None:
    invoice_id = issued(office)
    tell(office, end(invoice_id, NOON + timedelta(days=5)))
    tell(office, processing(invoice_id))
    assert "payment_running" not in [line.action for line in office.books.history(invoice_id)]
