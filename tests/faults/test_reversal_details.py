"""FAULTS D15: when money went back, until when a bank waits, and what is nothing of the kind."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, SECRET, event_body, issued
from tests.faults.office import Office
from tests.reversal_events import dispute_event, refund_event, refunded_charge
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.stripe.keys import StripeKeys


def _paid(office: Office, **how: Any) -> str:
    """A paid invoice; its intent is pi_one."""
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, intent_id="pi_one", **how)) == 200
    return invoice_id


def _sums(office: Office, invoice_id: str) -> tuple[str, int]:
    row = office.row(invoice_id)
    return row.status.value, row.paid_minor


def test_d15_refunds_told_before_their_payment_keep_their_own_times(office: Office) -> None:
    """They decide what is owed, so the newest news must not stand for all."""
    invoice_id = issued(office.at)
    times = [NOON - timedelta(hours=2), NOON - timedelta(hours=1)]
    for number, at in enumerate(times):
        office.deliver(refund_event("pi_one", 1000, refund_id=f"re_{number}", created=at, made=at))
    office.deliver(event_body(invoice_id, intent_id="pi_one", created=NOON - timedelta(hours=3)))
    kept = office.at.rows(
        "SELECT stripe_object_id, received_at FROM payments WHERE reversal_of NOT NULL ORDER BY 1"
    )
    assert kept == [(f"re_{number}", to_text(at)) for number, at in enumerate(times)]


def test_mb5_a_dispute_that_was_won_is_no_returned_debit(office: Office) -> None:
    """When only its charge tells that it was a debit: nothing was returned, nothing is told."""
    invoice_id = _paid(office, intent={"payment_method_types": ["card", "sepa_debit"]})
    later = NOON + timedelta(days=9)
    office.deliver(dispute_event("pi_one"))
    office.deliver(dispute_event("pi_one", kind="charge.dispute.funds_withdrawn"))
    won: dict[str, Any] = {"status": "won", "created": later}
    office.deliver(dispute_event("pi_one", kind="charge.dispute.funds_reinstated", **won))
    office.deliver(dispute_event("pi_one", kind="charge.dispute.closed", **won))
    assert _sums(office, invoice_id) == ("paid", 11900)
    told = refunded_charge("pi_one", 0, payment_method_details={"type": "sepa_debit"})
    office.deliver(told | {"type": "charge.updated", "created": int(later.timestamp())})
    [payment] = {one.method for one in office.at.books.payments(invoice_id)}
    assert payment == "sepa_debit"
    assert "debit_returned" not in office.notices()


@pytest.mark.parametrize("by", ["the dispute", "the payment", "its charge"])
def test_mb5_a_returned_debit_that_ends_is_no_lost_dispute(office: Office, by: str) -> None:
    """Whoever told that it was a debit: its end is nothing new to staff."""
    offered = ["sepa_debit"] if by == "the payment" else ["card", "sepa_debit"]
    invoice_id = _paid(office, intent={"payment_method_types": offered})
    if by == "its charge":
        told = refunded_charge("pi_one", 0, payment_method_details={"type": "sepa_debit"})
        office.deliver(told | {"type": "charge.updated"})
    how = {"type": "sepa_debit", "sepa_debit": {}} if by == "the dispute" else None
    office.deliver(dispute_event("pi_one", payment_method_details=how))
    lost: dict[str, Any] = {"status": "lost", "created": NOON + timedelta(days=1)}
    office.deliver(
        dispute_event("pi_one", kind="charge.dispute.closed", payment_method_details=how, **lost)
    )
    assert _sums(office, invoice_id) == ("open", 0)
    assert office.actions(invoice_id)[-1] == "debit_returned"
    assert "dispute_lost" not in office.notices()


def test_d15_an_inquiry_says_until_when_the_bank_waits(office: Office) -> None:
    invoice_id = _paid(office)
    until = NOON + timedelta(days=7)
    due: dict[str, Any] = {"evidence_details": {"due_by": int(until.timestamp())}}
    office.deliver(dispute_event("pi_one", status="warning_needs_response", **due))
    line = office.at.books.history(invoice_id)[0]
    assert (line.action, line.detail["respond_by"]) == ("dispute_opened", until.isoformat())


def test_d15_a_refund_of_the_other_mode_is_reviewed(tmp_path: Path) -> None:
    """Also where no key says yet in which mode the office works."""
    office = Office(tmp_path / "data", StripeKeys(webhook_secrets=(SECRET,)))
    try:
        invoice_id = _paid(office)
        body = refund_event("pi_one", 1900, livemode=True)
        office.deliver(body)
        assert office.outcome(body) == ("needs_review", "wrong_mode")
        assert _sums(office, invoice_id) == ("paid", 11900)
    finally:
        office.close()


def test_d15_a_refund_of_one_cent_is_a_refund(office: Office) -> None:
    invoice_id = _paid(office)
    office.deliver(refund_event("pi_one", 1))
    assert _sums(office, invoice_id) == ("partially_paid", 11899)
    assert office.actions(invoice_id)[-1] == "refunded"


def test_mb5_a_charge_is_listed_with_the_invoice_that_it_paid(office: Office) -> None:
    invoice_id = _paid(office)
    body = refunded_charge("pi_one", 0) | {"type": "charge.updated"}
    office.deliver(body)
    assert office.outcome(body) == ("ignored", "charge_noted")
    assert office.event(body["id"]).invoice_label == office.row(invoice_id).number


def test_d15_each_refund_is_booked_under_its_own_name(office: Office) -> None:
    """Staff say of each of them whether it is owed again, so none may hide in another one. What
    was told without its name first stays under its charge."""
    later = NOON + timedelta(hours=1)
    nameless = refunded_charge("pi_one", 2000)
    events = [
        event_body(issued(office.at), intent_id="pi_one"),
        nameless,
        refund_event("pi_one", 2000, refund_id="re_first"),
        refund_event("pi_one", 3000, refund_id="re_second", created=later),
        refund_event("pi_one", 1000, refund_id="re_third", created=later + timedelta(hours=1)),
    ]
    for body in events:
        office.deliver(body)
    charge = nameless["data"]["object"]["id"]
    assert _went_back(office) == [(charge, -2000), ("re_second", -3000), ("re_third", -1000)]


def test_d15_also_where_the_payment_is_told_last(office: Office) -> None:
    nameless = refunded_charge("pi_one", 2000)
    named = refund_event("pi_one", 3000, refund_id="re_named", created=NOON + timedelta(hours=1))
    for body in (nameless, named, event_body(issued(office.at), intent_id="pi_one")):
        office.deliver(body)
    charge = nameless["data"]["object"]["id"]
    assert _went_back(office) == [(charge, -2000), ("re_named", -3000)]


def test_d15_a_refund_that_cannot_be_true_holds_up_no_other_one(office: Office) -> None:
    """Both were told before their payment."""
    nonsense = refund_event("pi_one", 0, refund_id="re_nonsense")
    office.deliver(nonsense)
    office.deliver(
        refund_event("pi_one", 1900, refund_id="re_true", created=NOON + timedelta(hours=1))
    )
    invoice_id = _paid(office)
    assert office.outcome(nonsense) == ("needs_review", "bad_amount")
    assert _sums(office, invoice_id) == ("partially_paid", 10000)


def _went_back(office: Office) -> list[tuple[str, int]]:
    return office.at.rows(
        "SELECT stripe_object_id, amount_minor FROM payments WHERE reversal_of NOT NULL ORDER BY 1"
    )
