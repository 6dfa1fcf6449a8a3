"""FAULTS D15: refund, dispute or SEPA return later, in every order, and told once each."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOON, event_body, issued
from tests.faults.office import Office
from tests.reversal_events import dispute_event, failed_charge, refund_event, refunded_charge
from tests.waiting import PATIENCE
from workmate_desktop.domain.history import Notice
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery
from workmate_desktop.words.notice_words import notice_words


def _paid(office: Office, **how: Any) -> tuple[str, str]:
    """A paid invoice and its intent."""
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, intent_id="pi_one", **how)) == 200
    assert office.row(invoice_id).status == "paid"
    return invoice_id, "pi_one"


def _state(office: Office, invoice_id: str) -> tuple[str, int, int, int]:
    row = office.row(invoice_id)
    return row.status.value, row.paid_minor, row.refunded_minor, row.charged_back_minor


def _entries(office: Office) -> list[tuple[int, str]]:
    return office.at.rows(
        "SELECT amount_minor, kind FROM payments WHERE reversal_of IS NOT NULL ORDER BY rowid"
    )


@pytest.mark.parametrize(
    ("amount", "status", "refunded"),
    [(1900, "partially_paid", False), (11900, "open", True)],
)
def test_d15_a_refund(office: Office, amount: int, status: str, refunded: bool) -> None:
    invoice_id, intent = _paid(office)
    body = refund_event(intent, amount)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("booked", None)
    assert _state(office, invoice_id) == (status, 11900 - amount, amount, 0)
    assert office.row(invoice_id).refunded is refunded
    assert office.actions(invoice_id)[-1] == "refunded"
    assert office.notices() == ["refunded"]


def test_d15_a_refunded_charge_alone_is_enough(office: Office) -> None:
    """Older API versions of an account name no refund, only the sum of them."""
    invoice_id, intent = _paid(office)
    assert office.deliver(refunded_charge(intent, 1900)) == 200
    assert office.deliver(refunded_charge(intent, 5000)) == 200
    assert _state(office, invoice_id) == ("partially_paid", 6900, 5000, 0)
    assert _entries(office) == [(-1900, "refund"), (-3100, "refund")]


_ONE_REFUND = ("charge.refunded", "refund.created", "refund.updated", "payment")


@pytest.mark.parametrize("order", list(itertools.permutations(_ONE_REFUND)))
def test_d15_all_that_stripe_says_of_one_refund_in_any_order(
    office: Office, order: tuple[str, ...]
) -> None:
    invoice_id = issued(office.at)
    bodies = {
        "payment": event_body(invoice_id, intent_id="pi_one"),
        "charge.refunded": refunded_charge("pi_one"),
        "refund.created": refund_event("pi_one", status="pending"),
        "refund.updated": refund_event("pi_one", kind="refund.updated"),
    }
    for name in order:
        assert office.deliver(bodies[name]) == 200
        assert office.deliver(bodies[name]) == 200
    assert _state(office, invoice_id) == ("partially_paid", 10000, 1900, 0)
    assert _entries(office) == [(-1900, "refund")]
    assert office.actions(invoice_id).count("refunded") == 1
    assert office.notices() == ["refunded"]


_FAILED_REFUND = ("created", "charge", "failed", "payment")


@pytest.mark.parametrize("order", list(itertools.permutations(_FAILED_REFUND)))
def test_d15_a_failed_refund_brings_the_money_back(office: Office, order: tuple[str, ...]) -> None:
    invoice_id = issued(office.at)
    bodies = {
        "payment": event_body(invoice_id, intent_id="pi_one"),
        "created": refund_event("pi_one", 11900),
        "charge": refunded_charge("pi_one", 11900),
        "failed": refund_event("pi_one", 11900, kind="refund.failed", status="failed"),
    }
    for name in order:
        assert office.deliver(bodies[name]) == 200
    assert _state(office, invoice_id) == ("paid", 11900, 0, 0)
    assert sum(amount for amount, _ in _entries(office)) == 0
    # Nothing is deleted: what was booked stays, and is followed by its opposite.
    assert [kind for _, kind in _entries(office)] in ([], ["refund", "refund_failed"])


def test_d15_a_failed_refund_is_told(office: Office) -> None:
    invoice_id, intent = _paid(office)
    office.deliver(refund_event(intent, 11900))
    office.deliver(refund_event(intent, 11900, kind="refund.failed", status="failed"))
    assert office.actions(invoice_id)[-2:] == ["refunded", "refund_failed"]
    assert office.notices() == ["refunded", "refund_failed"]


def test_d15_several_refunds_of_one_payment(office: Office) -> None:
    invoice_id, intent = _paid(office)
    for number, amount in enumerate((1900, 5000, 5000), start=1):
        office.deliver(refund_event(intent, amount, refund_id=f"re_{number}"))
    assert _state(office, invoice_id) == ("open", 0, 11900, 0)
    assert office.row(invoice_id).refunded
    assert office.notices() == ["refunded"] * 3


def test_d15_an_unpaid_part_stays_owed_beside_a_refund(office: Office) -> None:
    """5000 of 11900 came and went: 6900 were never paid, so it is not Erstattet. The 5000 that
    the office gave back itself are nothing to ask for again."""
    invoice_id = issued(office.at)
    office.deliver(event_body(invoice_id, amount=5000, intent_id="pi_one"))
    office.deliver(refund_event("pi_one", 5000))
    row = office.row(invoice_id)
    assert (row.status, row.refunded, row.outstanding_minor) == ("open", False, 6900)
    assert not row.partly_refunded  # that is shown as Bezahlt
    assert row.due_date is not None
    assert row.overdue(row.due_date + timedelta(days=1))


def test_d15_a_refunded_invoice_is_never_overdue(office: Office) -> None:
    invoice_id, intent = _paid(office)
    office.deliver(refund_event(intent, 11900))
    row = office.row(invoice_id)
    office.at.clock.advance(days=60)
    figures = office.at.books.figures(False, office.at.clock.today())
    assert not row.overdue(office.at.clock.today())
    assert (figures.outstanding_minor, figures.overdue_minor) == (0, 0)
    assert row.outstanding_minor == 0


def test_d15_a_part_that_the_office_gave_back_is_not_owed(office: Office) -> None:
    """Teilbezahlt by the sum, but nobody has to pay: not in Offen, not in Überfällig."""
    invoice_id, intent = _paid(office)
    office.deliver(refund_event(intent, 1900))
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor) == ("partially_paid", 0)
    assert (row.partly_refunded, row.refunded) == (True, False)
    office.at.clock.advance(days=60)
    today = office.at.clock.today()
    figures = office.at.books.figures(False, today)
    assert (figures.outstanding_minor, figures.overdue_minor) == (0, 0)
    for wanted in (InvoiceFilter.OPEN, InvoiceFilter.OVERDUE):
        assert figures.counts[wanted] == 0
        assert office.at.books.invoice_page(InvoiceQuery(False, today, wanted)) == []
    assert not row.overdue(today)


_DISPUTE = ("created", "withdrawn", "won", "reinstated", "payment")


@pytest.mark.parametrize("order", list(itertools.permutations(_DISPUTE)))
def test_d15_a_dispute_that_is_won_in_any_order(office: Office, order: tuple[str, ...]) -> None:
    invoice_id = issued(office.at)
    later = NOON + timedelta(days=40)
    bodies = {
        "payment": event_body(invoice_id, intent_id="pi_one"),
        "created": dispute_event("pi_one"),
        "withdrawn": dispute_event("pi_one", kind="charge.dispute.funds_withdrawn"),
        "won": dispute_event("pi_one", kind="charge.dispute.closed", status="won", created=later),
        "reinstated": dispute_event(
            "pi_one", kind="charge.dispute.funds_reinstated", status="won", created=later
        ),
    }
    for name in order:
        assert office.deliver(bodies[name]) == 200
    assert _state(office, invoice_id) == ("paid", 11900, 0, 0)
    kinds = [kind for _, kind in _entries(office)]
    assert kinds in ([], ["dispute", "dispute_won"])


def test_d15_a_dispute_that_is_lost(office: Office) -> None:
    invoice_id, intent = _paid(office)
    office.deliver(dispute_event(intent))
    office.deliver(dispute_event(intent, kind="charge.dispute.funds_withdrawn"))
    row = office.row(invoice_id)
    assert (row.status, row.charged_back, row.refunded) == ("open", True, False)
    lost = dispute_event(
        intent, kind="charge.dispute.closed", status="lost", created=NOON + timedelta(days=40)
    )
    office.deliver(lost)
    assert _state(office, invoice_id) == ("open", 0, 0, 11900)
    assert office.actions(invoice_id)[-2:] == ["disputed", "dispute_lost"]
    assert office.notices() == ["disputed", "dispute_lost"]


def test_d15_an_inquiry_moves_no_money(office: Office) -> None:
    invoice_id, intent = _paid(office)
    office.deliver(dispute_event(intent, status="warning_needs_response"))
    office.deliver(dispute_event(intent, kind="charge.dispute.closed", status="warning_closed"))
    assert _state(office, invoice_id) == ("paid", 11900, 0, 0)
    assert office.notices() == ["dispute_opened"]


def test_d15_a_returned_direct_debit(office: Office) -> None:
    """Stripe tells of it as a dispute that is lost at once."""
    invoice_id, intent = _paid(office, intent={"payment_method_types": ["sepa_debit"]})
    returned: dict[str, Any] = {
        "status": "lost",
        "method": "sepa_debit",
        "reason": "insufficient_funds",
    }
    office.deliver(dispute_event(intent, **returned))
    office.deliver(dispute_event(intent, kind="charge.dispute.funds_withdrawn", **returned))
    office.deliver(dispute_event(intent, kind="charge.dispute.closed", **returned))
    assert _state(office, invoice_id) == ("open", 0, 0, 11900)
    assert office.row(invoice_id).charged_back
    assert office.actions(invoice_id)[-1] == "debit_returned"
    assert office.notices() == ["debit_returned"]


@pytest.mark.parametrize("early", [True, False])
def test_d15_a_charge_that_fails_after_its_success(office: Office, early: bool) -> None:
    invoice_id = issued(office.at)
    bodies = [event_body(invoice_id, intent_id="pi_one"), failed_charge("pi_one")]
    for body in reversed(bodies) if early else bodies:
        assert office.deliver(body) == 200
    assert _state(office, invoice_id) == ("open", 0, 0, 11900)
    assert _entries(office) == [(-11900, "return")]


def test_d15_a_failed_attempt_of_a_paid_intent_takes_nothing_back(office: Office) -> None:
    invoice_id, intent = _paid(office)
    office.deliver(failed_charge(intent, taken_back=False))
    office.deliver(failed_charge(intent, charge_id="ch_an_earlier_attempt"))
    assert _state(office, invoice_id) == ("paid", 11900, 0, 0)
    assert _entries(office) == []


def test_d15_refund_and_dispute_of_the_same_payment(office: Office) -> None:
    invoice_id, intent = _paid(office)
    office.deliver(refund_event(intent, 1900))
    office.deliver(dispute_event(intent, 10000))
    assert _state(office, invoice_id) == ("open", 0, 1900, 10000)
    row = office.row(invoice_id)
    assert (row.refunded, row.charged_back) == (False, True)


def test_d15_money_without_an_invoice_goes_back_too(office: Office) -> None:
    assert office.deliver(event_body(None, intent_id="pi_lost")) == 200
    body = refund_event("pi_lost", 11900)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("booked", None)
    assert office.at.value("SELECT sum(amount_minor) FROM payments") == 0


def test_d15_a_reversal_goes_along_when_its_payment_is_assigned(office: Office) -> None:
    first, intent = _paid(office)
    second = issued(office.at)
    office.deliver(refund_event(intent, 1900))
    [(payment_id,)] = office.at.rows("SELECT id FROM payments WHERE reversal_of IS NULL")
    office.at.writer.submit(lambda t: t.payments.assign(payment_id, second)).result(PATIENCE)
    assert office.row(first).paid_minor == 0
    assert office.row(second).paid_minor == 10000
    assert office.row(second).refunded_minor == 1900


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (refund_event("pi_one", 0), "bad_amount"),
        (refund_event("pi_one", 1900, currency="usd"), "other_currency"),
        (refund_event("pi_one", 1900, livemode=True), "wrong_mode"),
        (dispute_event("pi_one", 10**13), "bad_amount"),
    ],
)
def test_d15_what_cannot_be_true_is_for_review(
    office: Office, body: dict[str, Any], reason: str
) -> None:
    invoice_id, _ = _paid(office)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", reason)
    assert _state(office, invoice_id) == ("paid", 11900, 0, 0)
    assert office.notices() == ["needs_review"]


def test_d15_a_refund_of_a_payment_that_is_not_ours(office: Office) -> None:
    body = refund_event("pi_of_another_shop")
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("ignored", "payment_unknown")
    assert office.notices() == []


def test_d15_ids_that_are_none(office: Office) -> None:
    assert office.deliver(refund_event("pi_one", refund_id="x" * 300)) == 400
    assert office.deliver(refund_event("nonsense")) == 400


def test_an_overpayment_that_was_given_back_is_told_as_over(office: Office) -> None:
    """The notice would ask staff for ever to speak with the customer about it."""
    _, intent = _paid(office, amount=13100)
    [told] = office.at.books.notice_page()
    assert (told.kind, told.read_at) == ("overpaid", None)
    office.deliver(refund_event(intent, 200, refund_id="re_1"))
    assert "over_at" not in _overpaid(office).detail
    office.deliver(refund_event(intent, 1000, refund_id="re_2"))
    over = _overpaid(office)
    assert "over_at" in over.detail and over.read_at is not None
    assert notice_words(over).why == "Inzwischen behoben."


def test_an_overpayment_taken_off_the_invoice_is_told_as_over(office: Office) -> None:
    """Of this invoice alone: another one stays overpaid."""
    _paid(office, amount=13100)
    other = issued(office.at)
    day = office.at.clock.today()
    pay = office.at.invoicing.add_manual_payment
    payment = pay(other, 12000, "cash", day).result(PATIENCE)
    office.at.invoicing.reverse_payment(payment, "Irrtum").result(PATIENCE)
    over = {one.invoice_id: "over_at" in one.detail for one in office.at.books.notice_page()}
    assert over.pop(other) is True
    assert list(over.values()) == [False]


def _overpaid(office: Office) -> Notice:
    [found] = [one for one in office.at.books.notice_page() if one.kind == "overpaid"]
    return found


_EXCESS_THEN_DISPUTE = ("refund", "dispute")


@pytest.mark.parametrize("order", list(itertools.permutations(_EXCESS_THEN_DISPUTE)))
def test_d15_what_the_bank_took_is_owed_although_an_excess_was_given_back(
    office: Office, order: tuple[str, ...]
) -> None:
    """2000 too much came and went back; the bank took the rest: all of it is owed again."""
    invoice_id, intent = _paid(office, amount=13900)
    before = office.at.books.figures(False, office.at.clock.today())
    bodies = {"refund": refund_event(intent, 2000), "dispute": dispute_event(intent, 11900)}
    for name in order:
        assert office.deliver(bodies[name]) == 200
    assert _state(office, invoice_id) == ("open", 0, 2000, 11900)
    row = office.row(invoice_id)
    assert (row.outstanding_minor, row.refunded, row.charged_back) == (11900, False, True)
    after = office.at.books.figures(False, office.at.clock.today())
    assert after.outstanding_minor - before.outstanding_minor == 11900
    won = dispute_event(intent, 11900, status="won", created=NOON + timedelta(days=30))
    assert office.deliver(won) == 200
    assert office.row(invoice_id).outstanding_minor == 0
    assert office.row(invoice_id).status == "paid"
