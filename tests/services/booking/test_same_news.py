"""MONEY D4: what was found before its event came is the same piece of news, and one line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import encoded, event_body
from tests.services.booking.review_office import deliver, waiting
from tests.services.catch_up.absence import Absence
from tests.services.catch_up.test_comparison import Compared
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.domain.stripe.events import FOUND_BY_INVOICE, Source
from workmate_desktop.gateways.stripe.webhook import parse
from workmate_desktop.services.catch_up.comparison import Found


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Compared]:
    absence = Absence(tmp_path)
    absence.first_run()
    yield Compared(absence)
    absence.close()


def listed(there: Compared) -> list[tuple[str, str]]:
    """(outcome, invoice) of each line of the list of events."""
    page = there.office.books.event_page(EventFilter.ALL, "", None, 1000)
    return [(row.outcome.value, row.invoice_label or "") for row in page]


def test_md4_what_the_comparison_found_is_one_line_when_the_list_brings_it(
    there: Compared,
) -> None:
    invoices = there.at.invoices(30)
    for invoice in invoices:
        there.at.pay(invoice)
    assert there.run().payments == 30
    notices = len(there.office.books.notice_page())
    there.at.later(minutes=1)
    result = there.at.run()
    assert (result.complete, result.found) == (True, 0)
    assert [outcome for outcome, _ in listed(there)] == ["booked"] * 30
    assert len(there.office.books.notice_page()) == notices
    for invoice in invoices:
        [line] = [one for one in there.office.books.history(invoice) if "payment" in one.action]
        assert line.action == "payment_booked"
    # Polled once more, and after a new start: nothing is asked or told anew.
    there.at.later(minutes=1)
    assert there.at.run().found == 0
    there.at.catch_up = there.at.new_catch_up()
    assert there.at.run().found == 0
    assert len(listed(there)) == 30


def test_md4_by_webhook_too_and_it_is_answered_200(there: Compared) -> None:
    [invoice] = there.at.invoices(1)
    there.at.pay(invoice)
    there.run()
    [event] = [one for one in there.at.stripe.events if one["type"] == "payment_intent.succeeded"]
    for _ in range(2):
        deliver(there.office, event)
    assert listed(there) == [("booked", "TEST-2026-0001")]
    assert there.office.value("SELECT count(*) FROM stripe_events") == 1
    assert there.office.value("SELECT count(*) FROM payments") == 1


def test_md4_money_that_waits_waits_once(there: Compared) -> None:
    [invoice] = there.at.invoices(1)
    there.at.pay(invoice)
    there.office.invoicing.cancel(invoice, "Doppelt").result(PATIENCE)
    assert there.run().reviews == 1
    there.at.later(minutes=1)
    there.at.run()
    assert len(waiting(there.office)) == len(listed(there)) == 1


def test_md4_the_other_way_round_it_is_one_line_as_well(there: Compared) -> None:
    """The event came while the comparison was asking."""
    office = there.office
    [invoice] = there.at.invoices(1)
    body = event_body(invoice, intent_id="pi_3Race")
    deliver(office, body)
    made = body | {"id": f"{FOUND_BY_INVOICE}pi_3Race"}
    event = parse(encoded(made), office.clock.now())
    [receipt] = office.receive.fetched([event], Source.CATCH_UP, lambda _t: None).result(PATIENCE)
    assert receipt.known
    assert listed(there) == [("booked", "TEST-2026-0001")]


def test_md4_what_its_event_told_in_the_meantime_is_no_result_of_the_comparison(
    there: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event came when the comparison had looked which payments are missing."""
    [invoice] = there.at.invoices(1)
    there.at.pay(invoice)
    [event] = [one for one in there.at.stripe.events if one["type"] == "payment_intent.succeeded"]
    fetched = there.office.receive.fetched

    def late(*asked: Any) -> Any:
        deliver(there.office, event)
        return fetched(*asked)

    monkeypatch.setattr(there.office.receive, "fetched", late)
    assert there.run() == Found(fees=1)
    assert there.results() == []
    assert there.state(invoice)[:2] == ("paid", 11900)


def test_md4_two_events_of_stripe_about_one_payment_stay_two_lines(there: Compared) -> None:
    [invoice] = there.at.invoices(1)
    for _ in range(2):
        deliver(there.office, event_body(invoice, intent_id="pi_3Twice"))
    assert sorted(outcome for outcome, _ in listed(there)) == ["booked", "duplicate"]


def test_md4_a_refund_that_the_comparison_found_is_one_line(there: Compared) -> None:
    invoice, intent = there.paid_invoice()
    there.dashboard.refund(intent, 1900)
    assert there.run().reversals == 1
    before = listed(there)
    there.at.later(minutes=1)
    there.at.run()
    told = {row.type for row in there.office.books.event_page(EventFilter.ALL, "", None, 100)}
    refunds = there.office.value("SELECT count(*) FROM stripe_events WHERE type = 'refund.created'")
    assert (refunds, "refund.created" in told) == (1, True)
    assert len(listed(there)) <= len(before) + 1  # charge.refunded tells the sum, not the refund
    assert there.state(invoice)[:3] == ("partially_paid", 10000, 1900)
