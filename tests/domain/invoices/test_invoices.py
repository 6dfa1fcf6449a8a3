"""Invoices: the one place that decides the status, and what is derived from it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.invoices.invoices import (
    OWED,
    Invoice,
    InvoiceItem,
    InvoiceRow,
    InvoiceStatus,
    number_for,
    status_after,
)

DRAFT, OPEN = InvoiceStatus.DRAFT, InvoiceStatus.OPEN
PARTIAL, PAID, CANCELLED = (
    InvoiceStatus.PARTIALLY_PAID,
    InvoiceStatus.PAID,
    InvoiceStatus.CANCELLED,
)
ISSUED = (OPEN, PARTIAL, PAID)
TODAY = date(2026, 11, 23)

ROW = InvoiceRow(
    id="i1",
    number="RE-2026-0117",
    customer_name="Praxis Dr. Aydin",
    issue_date=TODAY,
    due_date=TODAY + timedelta(days=14),
    total_minor=47600,
    paid_minor=0,
    currency="eur",
    status=OPEN,
    livemode=True,
    payment_failed=False,
)


@pytest.mark.parametrize(
    ("paid", "status"),
    [
        (-1, OPEN),
        (0, OPEN),
        (1, PARTIAL),
        (47599, PARTIAL),
        (47600, PAID),
        (47601, PAID),
        (10**12, PAID),
    ],
)
@pytest.mark.parametrize("current", ISSUED)
def test_status_follows_the_sum_alone(
    current: InvoiceStatus, paid: int, status: InvoiceStatus
) -> None:
    assert status_after(current, 47600, paid) is status


@given(st.sampled_from([DRAFT, CANCELLED]), st.integers(), st.integers())
def test_money_never_moves_a_draft_or_a_cancelled_invoice(
    current: InvoiceStatus, total: int, paid: int
) -> None:
    assert status_after(current, total, paid) is current


@given(
    st.integers(1, 10**12),
    st.lists(st.integers(-(10**6), 10**6), max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_order_of_payments_gives_the_same_status(
    total: int, amounts: list[int], random: object
) -> None:
    def booked_one_by_one(sequence: list[int]) -> InvoiceStatus:
        status, paid = OPEN, 0
        for amount in sequence:
            paid += amount
            status = status_after(status, total, paid)
        return status

    shuffled = list(amounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert booked_one_by_one(amounts) is booked_one_by_one(shuffled)


@given(st.sampled_from(ISSUED), st.integers(1, 10**12), st.integers(-(10**12), 10**12))
def test_deciding_twice_decides_the_same(current: InvoiceStatus, total: int, paid: int) -> None:
    once = status_after(current, total, paid)
    assert status_after(once, total, paid) is once


@given(st.sampled_from(ISSUED), st.integers(1, 10**12), st.integers(0, 10**12))
def test_a_reversal_takes_the_status_back(current: InvoiceStatus, total: int, paid: int) -> None:
    assert status_after(status_after(current, total, paid), total, 0) is OPEN


@given(st.sampled_from(list(InvoiceStatus)), st.integers(1, 10**9), st.integers(0, 2 * 10**9))
def test_outstanding_and_overpaid_never_together(
    current: InvoiceStatus, total: int, paid: int
) -> None:
    row = replace(
        ROW, status=status_after(current, total, paid), total_minor=total, paid_minor=paid
    )
    assert row.outstanding_minor >= 0
    assert not (row.outstanding_minor and row.overpaid)
    if row.status in OWED:
        assert row.outstanding_minor == total - paid
    else:
        assert row.outstanding_minor == 0


@pytest.mark.parametrize(
    ("status", "days_after_due", "overdue"),
    [
        (OPEN, -1, False),
        (OPEN, 0, False),
        (OPEN, 1, True),
        (PARTIAL, 1, True),
        (PAID, 1, False),
        (CANCELLED, 1, False),
        (DRAFT, 1, False),
    ],
)
def test_overdue(status: InvoiceStatus, days_after_due: int, overdue: bool) -> None:
    row = replace(ROW, status=status)
    assert row.due_date is not None
    assert row.overdue(row.due_date + timedelta(days=days_after_due)) is overdue
    assert replace(row, due_date=None).overdue(TODAY) is False


def test_a_draft_is_never_overpaid() -> None:
    assert replace(ROW, status=DRAFT, total_minor=0, paid_minor=100).overpaid is False
    assert replace(ROW, status=PAID, paid_minor=47601).overpaid is True
    assert replace(ROW, status=PAID, paid_minor=47600).overpaid is False


@pytest.mark.parametrize(
    ("running", "livemode", "number"),
    [
        (1, True, "RE-2026-0001"),
        (119, True, "RE-2026-0119"),
        (12345, True, "RE-2026-12345"),
        (1, False, "TEST-2026-0001"),
    ],
)
def test_numbers(running: int, livemode: bool, number: str) -> None:
    assert number_for(2026, running, livemode=livemode) == number


def test_a_whole_invoice_sums_its_positions() -> None:
    invoice = Invoice(
        row=ROW,
        customer_id="c1",
        items=(InvoiceItem("Wartung", Decimal(4), "Std.", 10000, Decimal(19)),),
        service_date=None,
        note="",
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert invoice.totals.total_minor == ROW.total_minor
