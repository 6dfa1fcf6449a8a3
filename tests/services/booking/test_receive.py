"""The one entry for events: sources, processing again, a bug while booking, log lines."""

import logging
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from tests.factories import (
    NOON,
    OfficeBooks,
    encoded,
    event_body,
    issued,
    make_books,
    sign,
    stored_event,
)
from tests.reversal_events import refund_event
from tests.store.gate import Gate
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import EventRecorded, InvoiceChanged, NoticeAdded
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.services.booking import book as booking
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.store.database.errors import StoreUnavailable
from workmate_desktop.store.events.write import EventVerbs
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.seals.seals import check
from workmate_desktop.store.transaction import Transaction


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def deliver(office: OfficeBooks, body: dict[str, Any]) -> int:
    raw = encoded(body)
    return status(office.receive.delivery(raw, sign(raw)))


def status(answer: Any) -> int:
    return answer if isinstance(answer, int) else answer.result(PATIENCE)


@pytest.mark.parametrize("source", Source)
def test_every_source_books_alike_and_is_kept(office: OfficeBooks, source: Source) -> None:
    invoice_id = issued(office)
    event = parse(encoded(event_body(invoice_id)), NOON)
    assert office.receive.event(event, source).result(PATIENCE) == 200
    kept = office.books.event(event.id)
    assert kept is not None
    assert (kept.source, kept.outcome, kept.invoice_id) == (source, "booked", invoice_id)
    assert kept.invoice_label == "TEST-2026-0001"
    line = office.books.history(invoice_id)[0]
    assert (line.detail["source"], line.actor) == (source.value, "stripe")


def test_an_expected_simulation_says_so(office: OfficeBooks) -> None:
    body = event_body(issued(office))
    office.receive.expect_simulation(body["id"])
    assert deliver(office, body) == 200
    kept = office.books.event(body["id"])
    assert kept is not None and kept.source is Source.SIMULATION


def test_changes_are_announced(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    office.settled()
    office.changes.clear()
    body = event_body(invoice_id, amount=99999)
    deliver(office, body)
    office.settled()
    assert {InvoiceChanged(invoice_id), EventRecorded(body["id"])} <= set(office.changes)
    assert any(isinstance(change, NoticeAdded) for change in office.changes)
    office.changes.clear()
    deliver(office, body)
    office.settled()
    assert office.changes == []  # a duplicate changes nothing, so it tells nothing


# --- a bug of our own --------------------------------------------------------------------


def _broken(*_arguments: object, **_more: object) -> None:
    raise ZeroDivisionError("a bug in booking")


def test_a_bug_in_booking_keeps_the_event_and_can_be_mended(
    office: OfficeBooks, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    invoice_id = issued(office)
    body = event_body(invoice_id)
    with monkeypatch.context() as broken:
        broken.setattr(booking, "update_status", _broken)
        assert deliver(office, body) == 200
    kept = office.books.event(body["id"])
    assert kept is not None
    assert kept.outcome == "needs_review"
    assert (kept.detail["reason"], kept.detail["error"]) == ("program_error", "ZeroDivisionError")
    assert office.value("SELECT count(*) FROM payments") == 0  # the half booking was undone
    assert [notice.kind for notice in office.books.notice_page()] == ["needs_review"]
    assert "a bug in booking" in caplog.text  # with its trace, for support
    # After the update: Erneut verarbeiten.
    assert office.receive.reprocess(body["id"]).result(PATIENCE) == "booked"
    row = office.books.invoice_row(invoice_id)
    assert row is not None and row.status == "paid"
    mended = office.books.event(body["id"])
    assert mended is not None and "error" not in mended.detail


def test_a_bug_in_one_booking_of_a_group_harms_no_other(
    office: OfficeBooks, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bodies = [event_body(issued(office)) for _ in range(3)]
    unlucky = bodies[1]["data"]["object"]["metadata"]["invoice_id"]

    def sometimes_broken(t: Transaction, invoice: InvoiceToBook) -> object:
        return _broken() if invoice.id == unlucky else update_status(t, invoice)

    monkeypatch.setattr(booking, "update_status", sometimes_broken)
    gate = Gate(office.writer)  # by then all are booked
    answers = [office.receive.delivery(raw, sign(raw)) for raw in map(encoded, bodies)]
    gate.open()
    assert [status(answer) for answer in answers] == [200, 200, 200]
    outcomes = [office.books.event(body["id"]).outcome for body in bodies]
    assert outcomes == ["booked", "needs_review", "booked"]
    assert office.value("SELECT count(*) FROM payments") == 2
    assert caplog.text.count("Booking of") == 1
    with office.database.reader() as connection:
        raw_connection = connection.connection.driver_connection
        assert isinstance(raw_connection, sqlite3.Connection)
        *_, findings = check(raw_connection)
    assert not findings.tampered and not findings.added


def test_a_bug_outside_of_booking_fails_the_future(
    office: OfficeBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workmate_desktop.services.booking.receive.book", _broken)
    raw = encoded(event_body("x"))
    answer = office.receive.delivery(raw, sign(raw))
    assert not isinstance(answer, int)
    assert isinstance(answer.exception(10), ZeroDivisionError)  # the listener answers 503
    assert office.value("SELECT count(*) FROM stripe_events") == 0


def test_the_disk_failing_in_the_middle_of_booking_is_no_bug(
    office: OfficeBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: object, _intent_id: str) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise OperationalError("SELECT", None, error)

    deliver(office, event_body(issued(office), intent_id="pi_one"))
    body = refund_event("pi_one", 1900)
    raw = encoded(body)
    with monkeypatch.context() as broken:
        broken.setattr(EventVerbs, "said_about", fails)
        answer = office.receive.delivery(raw, sign(raw))
        assert not isinstance(answer, int)
        with pytest.raises(StoreUnavailable):  # the listener answers 503, Stripe comes again
            answer.result(PATIENCE)
    assert office.books.event(body["id"]) is None
    assert deliver(office, body) == 200
    kept = office.books.event(body["id"])
    assert kept is not None and kept.outcome == "booked"


# --- Erneut verarbeiten ------------------------------------------------------------------


def test_processing_again_is_safe_at_any_time(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    booked, failed = event_body(invoice_id), event_body(invoice_id, failed="generic_decline")
    for body in (booked, failed):
        deliver(office, body)
    before = office.rows("SELECT * FROM payments"), office.books.history(invoice_id)
    for _ in range(3):
        assert office.receive.reprocess(booked["id"]).result(PATIENCE) == "booked"
        assert office.receive.reprocess(failed["id"]).result(PATIENCE) == "failure_recorded"
    after = office.rows("SELECT * FROM payments"), office.books.history(invoice_id)
    assert after == before


def test_processing_again_what_still_cannot_be_decided(office: OfficeBooks) -> None:
    body = event_body("RE-1999-0001")
    deliver(office, body)
    for _ in range(2):
        assert office.receive.reprocess(body["id"]).result(PATIENCE) == "needs_review"
    assert office.value("SELECT count(*) FROM payments") == 1
    assert office.value("SELECT count(*) FROM notices") == 1  # told once


def test_processing_again_after_the_keys_changed(office: OfficeBooks) -> None:
    """Wrong mode: nothing was booked, and the very event books it once the keys fit."""
    invoice_id = issued(office, livemode=True)
    body = event_body(invoice_id, livemode=True, instance=office.instance_id)
    deliver(office, body)
    assert office.receive.reprocess(body["id"]).result(PATIENCE) == "needs_review"
    office.keys = StripeKeys("pk_live_1234", "sk_live_1234", ("whsec_x",))
    assert office.receive.reprocess(body["id"]).result(PATIENCE) == "booked"
    row = office.books.invoice_row(invoice_id)
    assert row is not None and row.status == "paid"


def test_processing_an_ignored_event_again(office: OfficeBooks) -> None:
    body = stored_event("pi_created")
    deliver(office, body)
    assert office.receive.reprocess(body["id"]).result(PATIENCE) == "ignored"
    foreign = event_body(issued(office), account="acct_1")
    deliver(office, foreign)
    office.account = "acct_1"  # our own after all: Verbindung testen had not been pressed yet
    assert office.receive.reprocess(foreign["id"]).result(PATIENCE) == "booked"


def test_a_failure_in_review_is_recorded_later(office: OfficeBooks) -> None:
    body = event_body("TEST-2026-0001", failed="expired_card")
    deliver(office, body)
    invoice_id = issued(office)
    assert office.receive.reprocess(body["id"]).result(PATIENCE) == "failure_recorded"
    row = office.books.invoice_row(invoice_id)
    assert row is not None and row.payment_failed


def test_only_what_is_surely_test_money_stays_away_with_the_deleted_test_data(
    office: OfficeBooks,
) -> None:
    deliver(office, event_body(issued(office), created=NOON + timedelta(seconds=60)))
    office.invoicing.delete_test_data().result(PATIENCE)
    of_test, unclear = event_body(issued(office)), event_body(issued(office))
    del unclear["livemode"]
    for body, outcome in ((of_test, "ignored"), (unclear, "needs_review")):
        assert deliver(office, body) == 200
        kept = office.books.event(body["id"])
        assert kept is not None and kept.outcome == outcome


def test_an_unknown_event(office: OfficeBooks) -> None:
    error = office.receive.reprocess("evt_nothing").exception(10)
    assert isinstance(error, UserError) and error.code == "event_unknown"


# --- times, pages, lines -----------------------------------------------------------------


def test_the_time_of_the_answer_is_noted_once(office: OfficeBooks) -> None:
    body = event_body(issued(office))
    raw = encoded(body)
    for seconds in (0.00312, 9.0):
        future = office.receive.delivery(raw, sign(raw))
        assert not isinstance(future, int)
        future.result(PATIENCE)
        office.receive.answered(200, seconds, future)
        office.receive.answered(200, 1.0, None)
        office.settled()
    kept = office.books.event(body["id"])
    assert kept is not None and kept.answer_ms == 3.12


def test_event_filters_and_pages(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    bodies = [
        event_body(invoice_id),
        event_body(invoice_id, failed="generic_decline"),
        event_body("RE-1999-0001"),
        stored_event("pi_created"),
    ]
    for body in bodies:
        office.clock.advance(seconds=1)
        raw = encoded(body)
        office.receive.delivery(raw, sign(raw, at=office.clock.now())).result(PATIENCE)
    ids = [body["id"] for body in bodies]

    def found(which: EventFilter, text: str = "") -> list[str]:
        return [row.id for row in office.books.event_page(which, text)]

    assert found(EventFilter.ALL) == ids[::-1]
    assert found(EventFilter.ERRORS) == [ids[2], ids[1]]
    assert found(EventFilter.REVIEW) == [ids[2]]
    assert found(EventFilter.ALL, "TEST-2026-0001") == [ids[1], ids[0]]
    assert found(EventFilter.ALL, "payment_failed") == [ids[1]]
    assert found(EventFilter.ALL, bodies[2]["data"]["object"]["id"]) == [ids[2]]
    last = office.books.last_event()
    assert last is not None and last.id == ids[3]
    first_page = office.books.event_page(limit=2)
    rest = office.books.event_page(after=first_page[-1])
    assert [row.id for row in (*first_page, *rest)] == ids[::-1]
    assert office.books.event("evt_nothing") is None


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({}, "[Stripe] Payment recorded for Invoice TEST-2026-0001: €119.00"),
        ({"failed": "x"}, "[Stripe] Payment failed for Invoice TEST-2026-0001: Insufficient"),
        ({"metadata": {}}, "needs_review (no_invoice)"),
    ],
)
def test_log_lines(
    office: OfficeBooks, body: dict[str, Any], line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    office.receive = Receive(
        office.writer,
        office.clock,
        office.instance_id,
        lambda: office.keys,
        failure_text=lambda _decline, _code: "Insufficient funds",
    )
    sent = event_body(issued(office), **body)
    deliver(office, sent)
    deliver(office, sent)
    office.settled()
    assert f"[Stripe] Webhook verified: {sent['type']}" in caplog.text
    assert line in caplog.text
    assert f"[Stripe] Event {sent['id']} was known already" in caplog.text


def test_refusals_are_counted_and_told(office: OfficeBooks) -> None:
    told: list[int] = []
    receive = Receive(
        office.writer,
        office.clock,
        office.instance_id,
        lambda: office.keys,
        on_refusal=lambda: told.append(1),
    )
    raw = encoded(event_body("x"))
    old = sign(raw, at=NOON - timedelta(hours=1))
    for header in (None, "t=1,v1=0", "ü", old, sign(raw, "whsec_other")):
        assert receive.delivery(raw, header) == 400
    assert receive.refusals.counts() == {
        "missing": 1,
        "wrong": 2,
        "malformed": 1,
        "too_old": 1,
    }
    assert (len(told), receive.refusals.in_a_row) == (5, 2)
