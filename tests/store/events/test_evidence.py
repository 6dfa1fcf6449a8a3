"""What the books prove for the production checklist: each figure by rows, newest first."""

import pytest

from tests.factories import NOON, OfficeBooks, encoded, event_body, issued, sign
from tests.waiting import PATIENCE
from workmate_desktop.domain.reception.evidence import Evidence
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED, Source
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.store.events.evidence import evidence


def _seen(office: OfficeBooks, *, livemode: bool = False) -> Evidence:
    office.settled()
    return office.books.evidence(livemode=livemode)


def _record(office: OfficeBooks, source: Source, **what: object) -> str:
    """An event that came like this. Returns its id."""
    body = event_body(**what)  # type: ignore[arg-type]
    event = parse(encoded(body), office.clock.now())
    assert office.receive.event(event, source).result(PATIENCE) == 200
    return str(body["id"])


def test_empty_books_prove_nothing(office: OfficeBooks) -> None:
    assert _seen(office) == Evidence()


def test_a_payment_by_webhook(office: OfficeBooks) -> None:
    invoice = issued(office)
    body = encoded(event_body(invoice))
    answer = office.receive.delivery(body, sign(body))
    assert not isinstance(answer, int) and answer.result(PATIENCE) == 200
    office.receive.answered(200, 0.0062, answer)
    found = _seen(office)
    assert found.delivered_at == NOON
    assert found.delivered_types == {PAYMENT_SUCCEEDED}
    assert found.payment is not None
    assert (found.payment.number, found.payment.amount_minor) == ("TEST-2026-0001", 11900)
    assert found.payment.source is Source.WEBHOOK
    assert found.answers is not None
    assert (found.answers.count, found.answers.slowest_ms) == (1, 6.2)
    assert _seen(office, livemode=True).payment is None
    assert _seen(office, livemode=True).answers == found.answers


def test_a_payment_that_came_as_a_webhook_counts_before_a_newer_one(office: OfficeBooks) -> None:
    _record(office, Source.WEBHOOK, invoice_id=issued(office))
    office.clock.advance(hours=1)
    _record(office, Source.POLL, invoice_id=issued(office))
    found = _seen(office)
    assert found.payment is not None and found.payment.source is Source.WEBHOOK
    assert found.delivered_at == NOON


@pytest.mark.parametrize("source", [Source.POLL, Source.CATCH_UP])
def test_a_fetched_payment_counts_and_a_simulated_one_does_not(
    office: OfficeBooks, source: Source
) -> None:
    _record(office, Source.SIMULATION, invoice_id=issued(office))
    assert _seen(office).payment is None
    assert _seen(office).simulated_at == NOON
    _record(office, source, invoice_id=issued(office))
    found = _seen(office)
    assert found.payment is not None and found.payment.source is source
    assert found.delivered_at is None


def test_money_that_nobody_could_book_proves_nothing(office: OfficeBooks) -> None:
    _record(office, Source.WEBHOOK, invoice_id="RE-1999-0001")
    found = _seen(office)
    assert found.payment is None
    assert found.delivered_at == NOON  # but it was delivered


def test_types_of_the_last_thirty_days(office: OfficeBooks) -> None:
    _record(office, Source.WEBHOOK, invoice_id=issued(office), failed="insufficient_funds")
    assert _seen(office).delivered_types == {PAYMENT_FAILED}
    office.clock.advance(days=31)
    assert _seen(office).delivered_types == frozenset()
    assert _seen(office).delivered_at == NOON


def test_a_failure_is_told_until_somebody_takes_the_notice_away(office: OfficeBooks) -> None:
    _record(office, Source.WEBHOOK, invoice_id=issued(office), failed="insufficient_funds")
    found = _seen(office)
    assert (found.failed_at, found.failures_untold) == (NOON, 0)
    office.writer.submit(lambda t: t.raw.execute("DELETE FROM notices")).result(PATIENCE)
    assert _seen(office).failures_untold == 1


def test_a_mail_that_waits_in_vain(office: OfficeBooks) -> None:
    office.writer.submit(lambda t: t.settings.set("mail.on", "1")).result(PATIENCE)
    _record(office, Source.WEBHOOK, invoice_id=issued(office), failed="insufficient_funds")
    found = _seen(office)
    assert (found.mail_on, found.mail_waits_since) == (True, None)  # it was not tried yet
    office.writer.submit(lambda t: t.raw.execute("UPDATE mail_outbox SET attempts = 1")).result(
        PATIENCE
    )
    assert _seen(office).mail_waits_since == NOON


@pytest.mark.parametrize("source", [Source.POLL, Source.WEBHOOK])
def test_very_many_events_are_not_walked_through(office: OfficeBooks, source: Source) -> None:
    rows = [
        (f"evt_{number:06d}", f"2026-11-{1 + number % 22:02d}T00:00:00.000Z", source.value)
        for number in range(20_000)
    ]
    insert = (
        "INSERT INTO stripe_events (id, type, created_at, received_at, source, outcome, livemode,"
        " detail) VALUES (?, 'payment_intent.succeeded', '', ?, ?, 'booked', 0, '{}')"
    )
    office.writer.submit(lambda t: t.raw.executemany(insert, rows)).result(PATIENCE)
    ticks = []
    with office.database.reader() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(lambda: ticks.append(1), 1000)  # steps of SQLite's machine
        try:
            evidence(connection, livemode=False, now=NOON)
        finally:
            raw.set_progress_handler(None, 0)
    assert len(ticks) < 20  # one walk through 20,000 rows takes some 100
