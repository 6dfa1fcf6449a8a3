"""FAULTS E: events come twice, late, at once and in any order.

Long: `python3 run.py faults --long -k "test_e2 or test_d9 or test_e7"`
(200 times eight at once, 300 pairs at once).
"""

import random
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    NOON,
    OfficeBooks,
    at_once,
    customer,
    draft,
    encoded,
    event_body,
    issued,
    make_books,
    sign,
)
from tests.faults.lengths import runs
from tests.faults.office import Office
from tests.faults.reference_model import Model
from tests.services.catch_up.absence import Absence
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.gateways.stripe.webhook import parse


def _one_payment(office: Office, invoice_id: str) -> bool:
    row = office.row(invoice_id)
    return (
        (row.status, row.paid_minor) == ("paid", 11900)
        and office.at.value("SELECT count(*) FROM payments") == 1
        and office.actions(invoice_id).count("payment_booked") == 1
    )


def test_e1_same_event_twice(office: Office) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, amount=20000)
    assert [office.deliver(body), office.deliver(body)] == [200, 200]
    assert office.row(invoice_id).paid_minor == 20000
    assert office.at.value("SELECT count(*) FROM payments") == 1
    assert office.notices() == ["overpaid"]
    assert office.at.value("SELECT count(*) FROM stripe_events") == 1


def test_e1_same_failure_twice(office: Office) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, failed="insufficient_funds")
    assert [office.deliver(body), office.deliver(body)] == [200, 200]
    assert office.notices() == ["payment_failed"]
    assert office.actions(invoice_id).count("payment_failed") == 1


def test_e2_eight_times_at_once(office: Office) -> None:
    for _ in range(runs(10, 200)):
        invoice_id = issued(office.at)
        body = event_body(invoice_id, amount=11901)
        before = office.counts()
        assert at_once([lambda body=body: office.deliver(body)] * 8) == [200] * 8
        after = office.counts()
        assert office.row(invoice_id).paid_minor == 11901
        new = {name: after[name] - before[name] for name in after}
        assert new == {"stripe_events": 1, "payments": 1, "invoice_history": 1, "notices": 1}


def test_e3_same_intent_under_another_event_id(office: Office) -> None:
    invoice_id = issued(office.at)
    first = event_body(invoice_id, intent_id="pi_same")
    second = event_body(invoice_id, intent_id="pi_same")
    assert [office.deliver(first), office.deliver(second)] == [200, 200]
    assert _one_payment(office, invoice_id)
    assert office.outcome(second) == ("duplicate", "same_intent")
    assert office.notices() == []


def test_e3_the_database_itself_refuses_a_second_payment_of_an_intent(office: Office) -> None:
    issued(office.at)
    assert office.deliver(event_body(intent_id="pi_same")) == 200
    with pytest.raises(Exception, match=r"UNIQUE|booked"):
        office.at.writer.submit(
            lambda t: t.raw.execute(
                "INSERT INTO payments (id, stripe_payment_intent_id, amount_minor, currency,"
                " method, livemode, received_at, created_at)"
                " VALUES ('second', 'pi_same', 1, 'eur', 'card', 0, 'x', 'x')"
            )
        ).result(PATIENCE)


def test_e4_failed_then_succeeded(office: Office) -> None:
    invoice_id = issued(office.at)
    failed = event_body(invoice_id, failed="generic_decline", intent_id="pi_one")
    assert office.deliver(failed) == 200
    assert office.row(invoice_id).payment_failed
    assert office.row(invoice_id).status == "open"
    succeeded = event_body(invoice_id, intent_id="pi_one", created=NOON + timedelta(minutes=1))
    assert office.deliver(succeeded) == 200
    assert _one_payment(office, invoice_id)
    assert not office.row(invoice_id).payment_failed
    assert office.actions(invoice_id) == ["created", "issued", "payment_failed", "payment_booked"]
    attempts = office.at.books.failed_attempts(invoice_id)
    assert [attempt.decline_code for attempt in attempts] == ["generic_decline"]


@pytest.mark.parametrize("same_intent", [True, False])
@pytest.mark.parametrize("minutes", [-5, 5])
def test_e5_succeeded_then_failed(office: Office, same_intent: bool, minutes: int) -> None:
    """A late failure never un-pays; `minutes`: when Stripe says that it happened."""
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, intent_id="pi_one")) == 200
    late = event_body(
        invoice_id,
        failed="generic_decline",
        intent_id="pi_one" if same_intent else "pi_two",
        created=NOON + timedelta(minutes=minutes),
    )
    assert office.deliver(late) == 200
    assert _one_payment(office, invoice_id)
    assert not office.row(invoice_id).payment_failed
    assert office.outcome(late) == ("failure_recorded", None)


def test_e5_a_late_failure_of_a_part_payment(office: Office) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, amount=5000, intent_id="pi_one")) == 200
    late = event_body(
        invoice_id, failed="generic_decline", intent_id="pi_one", created=NOON - timedelta(hours=1)
    )
    assert office.deliver(late) == 200
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor, row.payment_failed) == ("partially_paid", 5000, False)


# --- E6 ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeBooks]:
    """One database for all sequences: each has invoices of its own."""
    made = make_books(tmp_path_factory.mktemp("e6"))
    yield made
    made.close()


def _random_sequence(random_: random.Random, references: list[str]) -> list[dict[str, Any]]:
    """Up to 12 events about few intents, some of them sent again or about other invoices."""
    stamp = random_.getrandbits(60)
    intents = [f"pi_{stamp:x}x{n}" for n in range(random_.randint(1, 4))]
    # An intent belongs to one invoice and one currency, as at Stripe; amounts may differ.
    belongs = {
        intent: (random_.choice(references), random_.choice(["eur"] * 5 + ["usd"]))
        for intent in intents
    }
    events: list[dict[str, Any]] = []
    for number in range(random_.randint(1, 12)):
        if events and random_.random() < 0.25:
            events.append(random_.choice(events))
            continue
        intent = random_.choice(intents)
        invoice, currency = belongs[intent]
        events.append(
            {
                "id": f"evt_{stamp:x}x{number}",
                "intent": intent,
                "kind": random_.choice(["succeeded", "succeeded", "failed"]),
                "invoice": invoice,
                "amount": random_.choice([1, 5000, 5950, 11899, 11900, 11901]),
                "currency": currency,
                "at": random_.randint(0, 10_000),
            }
        )
    random_.shuffle(events)
    return events


def _as_stripe_sends_it(event: dict[str, Any]) -> bytes:
    return encoded(
        event_body(
            event["invoice"],
            amount=event["amount"],
            failed="generic_decline" if event["kind"] == "failed" else None,
            currency=event["currency"],
            event_id=event["id"],
            intent_id=event["intent"],
            created=NOON + timedelta(seconds=event["at"]),
        )
    )


@pytest.mark.parametrize("block", range(10))
def test_e6_100_random_sequences_equal_the_model(shared_books: OfficeBooks, block: int) -> None:
    office = shared_books
    customer_id = customer(office)
    for seed in range(block * 100, block * 100 + 100):
        random_ = random.Random(seed)
        invoicing = office.invoicing
        kinds = ["issued", "issued", random_.choice(["issued", "draft", "cancelled"])]
        futures: list[Future[str]] = [
            invoicing.save_draft(draft(customer_id))
            if kind == "draft"
            else invoicing.issue(draft(customer_id))
            for kind in kinds
        ]
        ids = [future.result(PATIENCE) for future in futures]
        for invoice_id, kind in zip(ids, kinds, strict=True):
            if kind == "cancelled":
                invoicing.cancel(invoice_id, "x").result(PATIENCE)
        model = Model(
            {
                invoice_id: {"state": kind, "total": 11900, "currency": "eur"}
                for invoice_id, kind in zip(ids, kinds, strict=True)
            }
        )
        before = (
            office.value("SELECT count(*) FROM stripe_events WHERE outcome = 'needs_review'"),
            office.value("SELECT count(*) FROM stripe_events WHERE outcome = 'duplicate'"),
        )
        answers = []
        for event in _random_sequence(random_, [*ids, "RE-1999-0001"]):
            model.take(event)
            raw = _as_stripe_sends_it(event)
            answers.append(office.receive.delivery(raw, sign(raw)))
        assert all(not isinstance(a, int) and a.result(PATIENCE) == 200 for a in answers)
        for invoice_id in ids:
            row = office.books.invoice_row(invoice_id)
            assert row is not None
            found = (row.status.value, row.paid_minor, row.payment_failed)
            wanted = (
                model.status(invoice_id),
                model.paid(invoice_id),
                model.failed_marker(invoice_id),
            )
            assert found == wanted, f"seed {seed}"
        after = (
            office.value("SELECT count(*) FROM stripe_events WHERE outcome = 'needs_review'"),
            office.value("SELECT count(*) FROM stripe_events WHERE outcome = 'duplicate'"),
        )
        assert after == (before[0] + model.review, before[1] + model.duplicates), f"seed {seed}"
        for intent, (target, amount) in model.money.items():
            assert office.rows(
                "SELECT invoice_id, amount_minor FROM payments WHERE stripe_payment_intent_id = ?",
                intent,
            ) == [(target, amount)], f"seed {seed}"


# --- E7, E8 ------------------------------------------------------------------------------


def test_e7_webhook_and_catch_up_at_once(office: Office) -> None:
    for _ in range(runs(30, 300)):
        invoice_id = issued(office.at)
        body = event_body(invoice_id)
        fetched = parse(encoded(body), NOON)
        payments = office.at.value("SELECT count(*) FROM payments")
        answers = at_once(
            [
                lambda body=body: office.deliver(body),
                lambda fetched=fetched: office.at.receive.event(fetched, Source.CATCH_UP).result(
                    PATIENCE
                ),
            ]
        )
        assert answers == [200, 200]
        assert office.row(invoice_id).paid_minor == 11900
        assert office.at.value("SELECT count(*) FROM payments") == payments + 1
        assert office.actions(invoice_id).count("payment_booked") == 1


def test_e7_webhooks_beside_the_real_catch_up(tmp_path: Path) -> None:
    """Five payments come by webhook while the catch-up fetches them from Stripe's event list."""
    absence = Absence(tmp_path)
    try:
        absence.first_run()
        rounds = runs(4, 60)
        for _ in range(rounds):
            invoices = absence.invoices(5)
            for invoice_id in invoices:
                absence.pay(invoice_id)
            events = [
                encoded(event)
                for event in absence.stripe.events
                if event["type"] == "payment_intent.succeeded"
                and event["data"]["object"]["metadata"]["invoice_id"] in invoices
            ]
            assert len(events) == 5

            def deliver(raw: bytes) -> int:
                signed = sign(raw, at=absence.clock.true_seconds())
                answer = absence.office.receive.delivery(raw, signed)
                return answer if isinstance(answer, int) else answer.result(PATIENCE)

            calls = [lambda raw=raw: deliver(raw) for raw in events]
            *answers, fetched = at_once([*calls, absence.run])
            assert answers == [200] * 5
            assert fetched.complete
            absence.later(minutes=1)
        assert absence.run().complete
        assert absence.paid() == rounds * 5
        booked = "SELECT count(*) FROM invoice_history WHERE action = 'payment_booked'"
        assert absence.office.value(booked) == rounds * 5
    finally:
        absence.close()


def test_e8_nothing_local_knows_the_intent(office: Office) -> None:
    """The link was made by another program or run: metadata alone finds the invoice."""
    invoice_id = issued(office.at)
    number = office.row(invoice_id).number
    body = event_body(
        metadata={
            "invoice_id": invoice_id,
            "invoice_number": number,
            "workmate_instance": office.at.instance_id,
        },
        intent_id="pi_never_seen_before",
    )
    assert office.deliver(body) == 200
    assert _one_payment(office, invoice_id)


def test_e8_the_event_before_the_invoice_is_kept_and_booked_later(tmp_path: Path) -> None:
    office = Office(tmp_path / "data")
    try:
        body = event_body("TEST-2026-0001")
        assert office.deliver(body) == 200
        assert office.outcome(body) == ("needs_review", "unknown_invoice")
        invoice_id = issued(office.at)
        assert office.row(invoice_id).number == "TEST-2026-0001"
        assert office.at.receive.reprocess(body["id"]).result(PATIENCE) == "booked"
        assert _one_payment(office, invoice_id)
    finally:
        office.close()
