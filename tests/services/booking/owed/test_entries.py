"""What happened to an invoice, in the order of Stripe's times: what is owed is computed from it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, event_body, make_books
from tests.reversal_events import dispute_event, refunded_charge
from tests.services.booking.review_office import deliver
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.owed import EntryKind
from workmate_desktop.services.booking.owed.entries import entries_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def _hours(number: int) -> datetime:
    return NOON + timedelta(hours=number)


@pytest.mark.parametrize(
    ("status", "moves", "gone"),
    [
        ("needs_response", [-5000], [5000]),
        ("won", [-5000, 4999], [1]),
        ("won", [-5000, 5000], []),
    ],
)
def test_ma8_refunds_without_names_keep_their_times_beside_a_dispute(
    office: OfficeBooks, status: str, moves: list[int], gone: list[int]
) -> None:
    who = customer(office, "Fahrschule Becker")
    invoice_id = office.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)
    deliver(office, event_body(invoice_id, amount=10000, intent_id="pi_one"))
    deliver(office, refunded_charge("pi_one", 2000, created=_hours(1)))
    deliver(office, refunded_charge("pi_one", 5000, created=_hours(3)))
    listed = [{"amount": minor, "currency": "eur"} for minor in moves]
    deliver(office, dispute_event("pi_one", 5000, created=_hours(4)))
    deliver(
        office,
        dispute_event(
            "pi_one", 5000, kind="charge.dispute.updated", status=status, created=_hours(5),
            balance_transactions=listed,
        ),
    )  # fmt: skip
    found = office.writer.submit(lambda t: entries_of(t, invoice_id, "eur")).result(PATIENCE)
    told = [(one.kind, one.at, one.amount_minor) for one in found]
    assert [one for one in told if one[0] is EntryKind.REFUND] == [
        (EntryKind.REFUND, _hours(1), 2000),
        (EntryKind.REFUND, _hours(3), 3000),
    ]
    assert [minor for kind, _, minor in told if kind is EntryKind.TAKEN] == gone
