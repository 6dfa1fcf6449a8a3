"""Overpaid money kept as a credit: offered once, traceable on both invoices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, at_once, customer, draft, event_body, make_books
from tests.reversal_events import refund_event
from tests.services.review_office import actions, deliver, row
from workmate_desktop.domain.errors import UserError


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


@pytest.fixture
def becker(office: OfficeBooks) -> str:
    return customer(office, "Fahrschule Becker")


@pytest.fixture
def overpaid(office: OfficeBooks, becker: str) -> str:
    invoice_id = office.invoicing.issue(draft(becker)).result(10)
    deliver(office, event_body(invoice_id, amount=13100))
    return invoice_id


def _refused(future: Any) -> str:
    with pytest.raises(UserError) as caught:
        future.result(10)
    return caught.value.code


def _offered(office: OfficeBooks, customer_id: str) -> list[tuple[str, int]]:
    return [
        (one.invoice_label, one.amount_minor)
        for one in office.review.open_credits(customer_id, False)
    ]


def test_kept_offered_used(office: OfficeBooks, becker: str, overpaid: str) -> None:
    assert _offered(office, becker) == []
    credit_id = office.review.keep_credit(overpaid).result(10)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]
    assert office.review.open_credits(becker, True) == []
    assert office.review.open_credits(customer(office, "Andere"), False) == []
    following = office.invoicing.issue(draft(becker)).result(10)
    office.review.use_credits([credit_id], following).result(10)
    assert _offered(office, becker) == []
    assert actions(office, overpaid)[-2:] == ["credit_kept", "credit_used"]
    assert office.books.history(overpaid)[0].detail["other"] == "TEST-2026-0002"
    assert office.books.history(following)[0].detail["origin"] == "TEST-2026-0001"
    assert _refused(office.review.use_credits([credit_id], following)) == "credit_used_already"
    assert _refused(office.review.undo(credit_id)) == "credit_used_already"
    # Words only: nothing is booked.
    assert row(office, following).paid_minor == 0
    assert row(office, overpaid).paid_minor == 13100


def test_kept_once_however_often_it_is_clicked(office: OfficeBooks, overpaid: str) -> None:
    def click() -> str:
        try:
            office.review.keep_credit(overpaid).result(10)
        except UserError as error:
            return error.code
        return "done"

    assert sorted(at_once([click] * 4)) == ["credit_nothing_left"] * 3 + ["done"]


def test_only_what_came_on_top_is_kept_a_second_time(office: OfficeBooks, overpaid: str) -> None:
    office.review.keep_credit(overpaid).result(10)
    deliver(office, event_body(overpaid, amount=500))
    office.review.keep_credit(overpaid).result(10)
    assert office.rows("SELECT amount_minor FROM review_decisions ORDER BY rowid") == [
        (1200,),
        (500,),
    ]


def test_taken_back(office: OfficeBooks, becker: str, overpaid: str) -> None:
    credit_id = office.review.keep_credit(overpaid).result(10)
    office.review.undo(credit_id).result(10)
    assert _offered(office, becker) == []
    assert _refused(office.review.undo(credit_id)) == "review_undone_already"
    office.review.keep_credit(overpaid).result(10)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]


def test_a_credit_ends_with_its_money(office: OfficeBooks, becker: str, overpaid: str) -> None:
    """The bank fetches the money again: a second credit goes, and the first stays as it was."""
    first = office.review.keep_credit(overpaid).result(10)
    deliver(office, event_body(overpaid, amount=500, intent_id="pi_3Later"))
    second = office.review.keep_credit(overpaid).result(10)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200), ("TEST-2026-0001", 500)]
    deliver(office, refund_event("pi_3Later", 500))
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]
    following = office.invoicing.issue(draft(becker)).result(10)
    assert _refused(office.review.use_credits([second], following)) == "credit_nothing_left"
    office.review.use_credits([first], following).result(10)
    assert actions(office, following)[-1] == "credit_used"


def test_a_deleted_draft_or_cancelled_invoice_gives_the_credit_back(
    office: OfficeBooks, becker: str, overpaid: str
) -> None:
    credit_id = office.review.keep_credit(overpaid).result(10)
    unissued = office.invoicing.save_draft(draft(becker)).result(10)
    office.review.use_credits([credit_id], unissued).result(10)
    assert _offered(office, becker) == []
    office.invoicing.delete_draft(unissued).result(10)
    assert len(_offered(office, becker)) == 1
    following = office.invoicing.issue(draft(becker)).result(10)
    office.review.use_credits([credit_id], following).result(10)
    office.invoicing.cancel(following, "Doppelt").result(10)
    assert len(_offered(office, becker)) == 1
