"""FAULTS D: how much money, in which currency, for an invoice in which state."""

import threading
from datetime import date

import pytest

from tests.factories import at_once, customer, draft, event_body, issued
from tests.faults.lengths import runs
from tests.faults.office import Office
from tests.waiting import PATIENCE


def test_d1_exact(office: Office) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id)
    assert office.deliver(body) == 200
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor, row.overpaid) == ("paid", 11900, False)
    assert office.outcome(body) == ("booked", None)
    assert office.actions(invoice_id) == ["created", "issued", "payment_booked"]
    assert office.notices() == []
    (payment,) = office.at.books.payments(invoice_id)
    assert payment.stripe_payment_intent_id == body["data"]["object"]["id"]
    assert (payment.amount_minor, payment.currency, payment.method) == (11900, "eur", "card")


def test_d1_the_invoice_is_found_by_its_number_too(office: Office) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(office.row(invoice_id).number)) == 200
    assert office.row(invoice_id).status == "paid"


@pytest.mark.parametrize("amount", [1, 5950, 11899])
def test_d2_less(office: Office, amount: int) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, amount=amount)) == 200
    row = office.row(invoice_id)
    assert (row.status, row.outstanding_minor) == ("partially_paid", 11900 - amount)
    assert office.notices() == []


@pytest.mark.parametrize("amount", [11901, 23800])
def test_d3_more(office: Office, amount: int) -> None:
    invoice_id = issued(office.at)
    assert office.deliver(event_body(invoice_id, amount=amount)) == 200
    row = office.row(invoice_id)
    assert (row.status, row.overpaid, row.outstanding_minor) == ("paid", True, 0)
    (notice,) = office.at.books.notice_page()
    assert (notice.kind, notice.detail["amount_minor"]) == ("overpaid", amount - 11900)


@pytest.mark.parametrize(
    ("asked", "received", "status"),
    [(11900, 5000, "partially_paid"), (5000, 11900, "paid"), (99999, 11900, "paid")],
)
def test_d4_amount_received_counts(office: Office, asked: int, received: int, status: str) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, amount=asked, intent={"amount_received": received})
    assert office.deliver(body) == 200
    assert (office.row(invoice_id).paid_minor, office.row(invoice_id).status) == (received, status)


@pytest.mark.parametrize("currency", ["usd", "jpy", "chf"])
def test_d5_other_currency(office: Office, currency: str) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, currency=currency)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "other_currency")
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor) == ("open", 0)
    assert office.unassigned() == [(body["data"]["object"]["id"], 11900, currency)]
    assert office.notices() == ["needs_review"]


@pytest.mark.parametrize("currency", ["EUR", "euro", "", None, 978, "e€r"])
def test_d5_currency_that_is_none(office: Office, currency: object) -> None:
    invoice_id = issued(office.at)
    body = event_body(invoice_id, currency=currency)
    assert office.deliver(body) == 200
    assert office.outcome(body)[0] == "needs_review"
    assert office.row(invoice_id).status == "open"


@pytest.mark.parametrize(
    ("currency", "minor", "line"),
    [("jpy", 119, "JPY 119"), ("jpy", 9007199254740, None), ("krw", 1, "KRW 1")],
)
def test_d6_currencies_without_decimals(
    office: Office, currency: str, minor: int, line: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    minor = min(minor, 10**12)
    caplog.set_level("INFO")
    invoice_id = issued(office.at, total_minor=minor, currency=currency)
    assert office.deliver(event_body(invoice_id, amount=minor, currency=currency)) == 200
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor, row.overpaid) == ("paid", minor, False)
    office.at.settled()  # the log follows the answer
    if line is not None:
        assert f"Payment recorded for Invoice TEST-2026-0001: {line}" in caplog.text


@pytest.mark.parametrize(
    ("currency", "minor", "line"),
    [("kwd", 11900, "KWD 11.900"), ("bhd", 1, "BHD 0.001"), ("tnd", 999999999999, None)],
)
def test_d7_currencies_with_three_decimals(
    office: Office, currency: str, minor: int, line: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    invoice_id = issued(office.at, total_minor=minor, currency=currency)
    assert office.deliver(event_body(invoice_id, amount=minor, currency=currency)) == 200
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor, row.overpaid) == ("paid", minor, False)
    office.at.settled()  # the log follows the answer
    if line is not None:
        assert f"Payment recorded for Invoice TEST-2026-0001: {line}" in caplog.text


def test_d8_never_a_float(office: Office) -> None:
    """0.1 + 0.2 in cents, and amounts beyond what a float can hold exactly with decimals."""
    invoice_id = issued(office.at, total_minor=999_999_999_999)
    parts = [10, 20, 333_333_333_333, 999_999_999_999 - 10 - 20 - 333_333_333_333]
    for part in parts:
        assert office.deliver(event_body(invoice_id, amount=part)) == 200
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor, row.overpaid) == ("paid", 999_999_999_999, False)
    kinds = {kind for (kind,) in office.at.rows("SELECT typeof(amount_minor) FROM payments")}
    kinds |= {kind for (kind,) in office.at.rows("SELECT typeof(paid_minor) FROM invoices")}
    assert kinds == {"integer"}


def test_d9_two_parts_at_once(office: Office) -> None:
    for _ in range(runs(50, 300)):
        invoice_id = issued(office.at)
        halves = [event_body(invoice_id, amount=5950) for _ in range(2)]
        answers = at_once([lambda body=body: office.deliver(body) for body in halves])
        assert answers == [200, 200]
        row = office.row(invoice_id)
        assert (row.status, row.paid_minor) == ("paid", 11900)


def test_d9_two_parts_at_once_for_50_invoices_in_one_go(office: Office) -> None:
    """All 100 parts wait together, so that several land in one group commit."""
    invoices = [issued(office.at) for _ in range(50)]
    gate = threading.Event()
    office.at.writer.submit(lambda _t: gate.wait(PATIENCE))
    bodies = [event_body(invoice_id, amount=5950) for invoice_id in invoices for _ in range(2)]
    calls = [lambda body=body: office.deliver(body) for body in bodies[:60]]
    threading.Timer(0.3, gate.set).start()
    assert set(at_once(calls)) == {200}
    assert {office.deliver(body) for body in bodies[60:]} == {200}
    assert {office.row(invoice_id).status.value for invoice_id in invoices} == {"paid"}


def test_d10_already_paid_by_bank_transfer(office: Office) -> None:
    invoice_id = issued(office.at)
    office.at.invoicing.add_manual_payment(
        invoice_id, 11900, "bank_transfer", date(2026, 11, 21)
    ).result(PATIENCE)
    body = event_body(invoice_id)
    assert office.deliver(body) == 200
    row = office.row(invoice_id)
    assert (row.status, row.paid_minor, row.overpaid) == ("paid", 23800, True)
    assert office.outcome(body) == ("booked", None)
    assert office.notices() == ["overpaid"]


def test_d11_cancelled_invoice(office: Office) -> None:
    invoice_id = issued(office.at)
    office.at.invoicing.cancel(invoice_id, "Doppelt ausgestellt").result(PATIENCE)
    body = event_body(invoice_id)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "invoice_cancelled")
    assert office.row(invoice_id).status == "cancelled"
    assert office.row(invoice_id).paid_minor == 0
    assert len(office.unassigned()) == 1
    assert office.notices() == ["needs_review"]


def test_d11_money_for_a_cancelled_invoice_ends_the_failure_before_it(office: Office) -> None:
    """The customer's second attempt was paid, wherever the money belongs."""
    invoice_id = issued(office.at)
    office.deliver(event_body(invoice_id, failed="insufficient_funds", intent_id="pi_one"))
    failed_at = "SELECT last_failed_at FROM invoices"
    assert office.at.value(failed_at) is not None
    office.at.invoicing.cancel(invoice_id, "Doppelt ausgestellt").result(PATIENCE)
    office.deliver(event_body(invoice_id, intent_id="pi_one"))
    assert len(office.unassigned()) == 1
    assert office.at.value(failed_at) is None


def test_d12_draft(office: Office) -> None:
    invoice_id = office.at.invoicing.save_draft(draft(customer(office.at))).result(PATIENCE)
    body = event_body(invoice_id)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "invoice_draft")
    assert office.row(invoice_id).status == "draft"
    assert len(office.unassigned()) == 1
    # Issued afterwards, Erneut verarbeiten puts the very same money on it.
    office.at.invoicing.issue(draft(customer(office.at)), invoice_id).result(PATIENCE)
    assert office.at.receive.reprocess(body["id"]).result(PATIENCE) == "booked"
    assert office.row(invoice_id).status == "paid"
    assert office.unassigned() == []
    assert office.at.value("SELECT count(*) FROM payments") == 1


def test_d13_deleted_invoice(office: Office) -> None:
    invoice_id = office.at.invoicing.save_draft(draft(customer(office.at))).result(PATIENCE)
    office.at.invoicing.delete_draft(invoice_id).result(PATIENCE)
    body = event_body(invoice_id)
    assert office.deliver(body) == 200
    assert office.outcome(body) == ("needs_review", "unknown_invoice")
    assert office.row_or_none(invoice_id) is None
    assert len(office.unassigned()) == 1
    assert office.notices() == ["needs_review"]
