"""The daily comparison: what no event brought is found, once a day, and told once."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import LIVE_KEYS, event_body
from tests.services.booking.review_office import deliver, waiting
from tests.services.catch_up.absence import Absence
from tests.standins.stripe_dashboard import Dashboard
from tests.standins.stripe_http import Fault
from tests.standins.stripe_refunds import fee_of
from tests.waiting import PATIENCE, Steered
from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.errors import UserError
from workmate_desktop.services.catch_up.comparison import FEES_AT_ONCE, Comparison, Found

NOBODY_CANCELS = threading.Event()


class Compared:
    """An office whose events never come, and its account at Stripe."""

    def __init__(self, absence: Absence) -> None:
        self.at = absence
        self.office = absence.office
        self.dashboard = Dashboard(absence.stripe)
        self.seconds = 0.0
        self.comparison = self.new()

    def new(self) -> Comparison:
        """As after a new start."""
        office = self.office
        return Comparison(
            office.writer,
            office.database,
            office.receive,
            self.at.clock,
            self.at.api,
            lambda: office.keys,
            office.instance_id,
            Steered(monotonic=lambda: self.seconds),
        )

    def run(self) -> Found:
        """What is due now: the comparison, and the fees of new payments."""
        found = self.comparison.compare(NOBODY_CANCELS)
        return replace(found, fees=found.fees + self.comparison.fetch_fees(NOBODY_CANCELS))

    def paid_invoice(self) -> tuple[str, str]:
        """An invoice that was paid, and told by an event."""
        [invoice] = self.at.invoices(1)
        self.at.later(minutes=1)
        self.at.pay(invoice)
        assert self.at.run().complete
        [(intent,)] = self.office.rows(
            "SELECT stripe_payment_intent_id FROM payments WHERE invoice_id = ?", invoice
        )
        return invoice, intent

    def state(self, invoice: str) -> tuple[str, int, int, int]:
        row = self.office.books.invoice_row(invoice)
        assert row is not None
        return row.status.value, row.paid_minor, row.refunded_minor, row.charged_back_minor

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.at.stripe.asked)

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.at.notices("comparison_result")]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Compared]:
    absence = Absence(tmp_path)
    absence.first_run()
    yield Compared(absence)
    absence.close()


def test_nothing_new_is_told_to_nobody(there: Compared) -> None:
    there.paid_invoice()
    assert there.run() == Found(fees=1)
    assert there.results() == []


def test_a_payment_that_no_event_brought(there: Compared) -> None:
    [invoice] = there.at.invoices(1)
    there.at.pay(invoice)
    assert there.run() == Found(payments=1, fees=1)
    assert there.state(invoice)[:2] == ("paid", 11900)
    [notice] = there.results()
    assert (notice["payments"], notice["reversals"]) == (1, 0)
    # Its event comes after all.
    there.at.later(minutes=1)
    there.at.run()
    assert there.office.value("SELECT count(*) FROM payments") == 1


@pytest.mark.parametrize("set_aside", [False, True])
def test_what_staff_decide_or_have_decided_is_left_to_them(
    there: Compared, set_aside: bool
) -> None:
    """Its event came while keys of the other mode were there, so no payment holds the money."""
    office = there.office
    [invoice] = there.at.invoices(1)
    test_keys, office.keys = office.keys, LIVE_KEYS
    event_id = deliver(office, event_body(invoice, intent_id="pi_3StandIn000000000001"))
    if set_aside:
        office.review.set_aside(event_id, "Probe").result(PATIENCE)
    office.keys = test_keys
    there.at.pay(invoice)
    [intent] = there.at.stripe._ledger.all_of("payment_intent", False)
    assert intent["id"] == "pi_3StandIn000000000001"
    assert there.run() == Found()
    assert waiting(office) == ([] if set_aside else [event_id])
    assert there.state(invoice)[0] == "open"
    if not set_aside:
        office.receive.reprocess(event_id).result(PATIENCE)
        assert there.state(invoice)[0] == "paid"


def test_money_of_other_programs_is_none_of_ours(there: Compared) -> None:
    for order, instance in (("ORDER-77", ""), ("ORDER-78", "another-office")):
        of_a_shop: dict[str, Any] = {"metadata[workmate_instance]": instance}
        there.at.pay(order, **of_a_shop)
    assert there.run() == Found()
    assert there.office.value("SELECT count(*) FROM stripe_events") == 0


def test_refunds_disputes_and_returned_debits(there: Compared) -> None:
    part, all_of_it, disputed, won, returned, failed = (there.paid_invoice() for _ in range(6))
    there.dashboard.refund(part[1], 1900)
    there.dashboard.refund(all_of_it[1], 11900)
    there.dashboard.dispute(disputed[1])
    there.dashboard.close_dispute(there.dashboard.dispute(won[1]), won=True)
    there.dashboard.take_back(returned[1])
    there.dashboard.fail_refund(there.dashboard.refund(failed[1], 11900))
    found = there.run()
    assert (found.payments, found.reversals, found.reviews) == (0, 4, 0)
    assert there.state(part[0]) == ("partially_paid", 10000, 1900, 0)
    assert there.state(all_of_it[0]) == ("open", 0, 11900, 0)
    assert there.state(disputed[0]) == ("open", 0, 0, 11900)
    assert there.state(won[0]) == ("paid", 11900, 0, 0)
    assert there.state(returned[0]) == ("open", 0, 0, 11900)
    assert there.state(failed[0]) == ("paid", 11900, 0, 0)
    assert len(there.results()) == 1
    before = there.office.rows("SELECT amount_minor, kind FROM payments ORDER BY rowid")
    there.at.later(days=1)
    there.at.run()  # the events come after all
    there.run()
    # A dispute that was won before anybody heard of it shows in the events as it was.
    assert there.state(won[0]) == ("paid", 11900, 0, 0)
    assert there.office.rows("SELECT amount_minor, kind FROM payments ORDER BY rowid") == before
    assert len(there.results()) == 1


def test_a_dispute_is_followed_to_its_end(there: Compared) -> None:
    invoice, intent = there.paid_invoice()
    dispute = there.dashboard.dispute(intent)
    there.run()
    assert there.state(invoice)[0] == "open"
    there.dashboard.close_dispute(dispute, won=True)
    there.at.later(days=1)
    assert there.run().reversals == 1
    assert there.state(invoice) == ("paid", 11900, 0, 0)
    # As Stripe's own events are called: https://docs.stripe.com/api/events/types
    assert there.office.rows(
        "SELECT type FROM stripe_events WHERE type LIKE 'charge.dispute.%' ORDER BY rowid"
    ) == [("charge.dispute.updated",), ("charge.dispute.closed",)]


def test_once_a_day_also_after_a_new_start(there: Compared) -> None:
    invoice, intent = there.paid_invoice()
    there.run()
    there.dashboard.refund(intent, 1900)
    there.comparison = there.new()
    there.at.later(hours=23)
    assert there.run().reversals == 0
    assert there.asked("/v1/refunds") == 1
    there.at.later(hours=1)
    assert there.run().reversals == 1
    assert there.state(invoice)[0] == "partially_paid"


def test_a_clock_that_was_set_back_does_not_put_it_off(there: Compared) -> None:
    there.run()
    there.at.clock.set(there.at.clock.true_time - timedelta(days=400))
    there.run()
    assert there.asked("/v1/disputes") == 2


def test_what_breaks_off_is_done_again(there: Compared) -> None:
    [invoice] = there.at.invoices(1)
    there.at.pay(invoice)
    there.at.stripe.fail_next(Fault.RATE_LIMIT)
    with pytest.raises(UserError):
        there.run()
    assert there.state(invoice)[0] == "open"
    assert there.run().payments == 1


def test_what_stripe_misses_on_the_first_page_is_no_reason_to_begin_anew(there: Compared) -> None:
    there.at.stripe.fail_next(Fault.MISSING)
    with pytest.raises(UserError):
        there.run()
    assert there.asked("/v1/charges") == 1


def test_more_than_a_page(there: Compared) -> None:
    invoices = there.at.invoices(130)
    there.at.pay_all(invoices, days=2)
    assert there.run().payments == 130
    assert there.at.paid() == 130
    assert there.asked("/v1/charges") == 2 + FEES_AT_ONCE


def test_the_fee_of_a_new_payment(there: Compared) -> None:
    there.run()
    invoice, _ = there.paid_invoice()
    assert there.run() == Found(fees=1)
    [fee] = there.office.books.fees(invoice).values()
    assert (fee.fee_minor, fee.net_minor, fee.currency) == (
        fee_of(11900),
        11900 - fee_of(11900),
        "eur",
    )
    asked = there.asked("/v1/charges")
    assert there.run() == Found()
    assert there.asked("/v1/charges") == asked


def test_a_payment_that_stripe_does_not_know_is_not_asked_for_all_the_time(
    there: Compared,
) -> None:
    _, intent = there.paid_invoice()
    with there.at.stripe.locked():
        for one in there.at.stripe._ledger.objects.values():
            if one.get("payment_intent") == intent:
                one["balance_transaction"] = None
    there.run()
    asked = there.asked("/v1/charges")
    for _ in range(5):
        there.seconds += 30
        assert there.run() == Found()
    assert there.asked("/v1/charges") == asked
    there.seconds += 600
    there.run()
    assert there.asked("/v1/charges") == asked + 1


def test_without_a_key_no_fee_is_asked_for(there: Compared) -> None:
    there.paid_invoice()
    there.office.keys = None
    asked = len(there.at.stripe.asked)
    assert there.comparison.fetch_fees(NOBODY_CANCELS) == 0
    assert len(there.at.stripe.asked) == asked


def test_a_fee_that_is_known_days_later_is_announced(there: Compared) -> None:
    """The page of the invoice shows it at once."""
    invoice, intent = there.paid_invoice()
    [charge] = [
        one
        for one in there.at.stripe._ledger.objects.values()
        if one.get("payment_intent") == intent
    ]
    transaction, charge["balance_transaction"] = charge["balance_transaction"], None
    assert there.run() == Found()
    charge["balance_transaction"] = transaction
    there.office.changes.clear()
    there.seconds += 600
    assert there.run() == Found(fees=1)
    assert InvoiceChanged(invoice) in there.office.changes


@pytest.mark.parametrize("ahead_days", [-1000, 1000])
def test_sa9_fees_are_asked_for_whatever_the_clock_of_this_pc_says(
    tmp_path: Path, ahead_days: int
) -> None:
    absence = Absence(tmp_path, pc_is_ahead=86_400.0 * ahead_days)
    try:
        compared = Compared(absence)
        compared.paid_invoice()
        assert compared.comparison.fetch_fees(NOBODY_CANCELS) == 1
    finally:
        absence.close()
