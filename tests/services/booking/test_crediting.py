"""Overpaid money kept as a credit: offered once, traceable on both invoices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, at_once, customer, draft, event_body, make_books
from tests.reversal_events import refund_event
from tests.services.booking.review_office import actions, deliver, row
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close_never_accused()


@pytest.fixture
def becker(office: OfficeBooks) -> str:
    return customer(office, "Fahrschule Becker")


@pytest.fixture
def overpaid(office: OfficeBooks, becker: str) -> str:
    invoice_id = office.invoicing.issue(draft(becker)).result(PATIENCE)
    deliver(office, event_body(invoice_id, amount=13100))
    return invoice_id


def _refused(future: Any) -> str:
    with pytest.raises(UserError) as caught:
        future.result(PATIENCE)
    return caught.value.code


def _offered(office: OfficeBooks, customer_id: str) -> list[tuple[str, int]]:
    return [
        (one.invoice_label, one.amount_minor)
        for one in office.review.open_credits(customer_id, False)
    ]


def test_kept_offered_used(office: OfficeBooks, becker: str, overpaid: str) -> None:
    assert _offered(office, becker) == []
    credit_id = office.review.keep_credit(overpaid).result(PATIENCE)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]
    assert office.review.open_credits(becker, True) == []
    assert office.review.open_credits(customer(office, "Andere"), False) == []
    following = office.invoicing.issue(draft(becker)).result(PATIENCE)
    office.review.use_credits([credit_id], following).result(PATIENCE)
    assert _offered(office, becker) == []
    assert actions(office, overpaid)[-2:] == ["credit_kept", "credit_used"]
    assert office.books.history(overpaid)[0].detail["other"] == "TEST-2026-0002"
    assert office.books.history(following)[0].detail["origin"] == "TEST-2026-0001"
    assert _refused(office.review.use_credits([credit_id], following)) == "credit_used_already"
    assert _refused(office.review.undo(credit_id)) == "credit_used_already"
    # The money counts there now, and for nothing else.
    assert row(office, following).paid_minor == 1200
    assert row(office, following).outstanding_minor == 11900 - 1200
    assert row(office, overpaid).paid_minor == 11900
    assert not row(office, overpaid).overpaid


def test_kept_once_however_often_it_is_clicked(office: OfficeBooks, overpaid: str) -> None:
    def click() -> str:
        try:
            office.review.keep_credit(overpaid).result(PATIENCE)
        except UserError as error:
            return error.code
        return "done"

    assert sorted(at_once([click] * 4)) == ["credit_nothing_left"] * 3 + ["done"]


def test_only_what_came_on_top_is_kept_a_second_time(office: OfficeBooks, overpaid: str) -> None:
    office.review.keep_credit(overpaid).result(PATIENCE)
    deliver(office, event_body(overpaid, amount=500))
    office.review.keep_credit(overpaid).result(PATIENCE)
    assert office.rows("SELECT amount_minor FROM review_decisions ORDER BY rowid") == [
        (1200,),
        (500,),
    ]


def test_taken_back(office: OfficeBooks, becker: str, overpaid: str) -> None:
    credit_id = office.review.keep_credit(overpaid).result(PATIENCE)
    office.review.undo(credit_id).result(PATIENCE)
    assert _offered(office, becker) == []
    assert _refused(office.review.undo(credit_id)) == "review_undone_already"
    office.review.keep_credit(overpaid).result(PATIENCE)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]


def test_a_credit_ends_with_its_money(office: OfficeBooks, becker: str, overpaid: str) -> None:
    """The bank fetches the money again: a second credit goes, and the first stays as it was."""
    first = office.review.keep_credit(overpaid).result(PATIENCE)
    deliver(office, event_body(overpaid, amount=500, intent_id="pi_3Later"))
    second = office.review.keep_credit(overpaid).result(PATIENCE)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200), ("TEST-2026-0001", 500)]
    deliver(office, refund_event("pi_3Later", 500))
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]
    following = office.invoicing.issue(draft(becker)).result(PATIENCE)
    assert _refused(office.review.use_credits([second], following)) == "credit_nothing_left"
    office.review.use_credits([first], following).result(PATIENCE)
    assert actions(office, following)[-1] == "credit_used"


def test_a_deleted_draft_gives_the_credit_back(
    office: OfficeBooks, becker: str, overpaid: str
) -> None:
    credit_id = office.review.keep_credit(overpaid).result(PATIENCE)
    kept = draft(becker, credit_ids=(credit_id,))
    unissued = office.invoicing.save_draft(kept).result(PATIENCE)
    assert _offered(office, becker) == []
    assert [one.id for one in office.review.chosen_credits(unissued)] == [credit_id]
    office.invoicing.delete_draft(unissued).result(PATIENCE)
    assert len(_offered(office, becker)) == 1


def test_mb8_credits_are_chosen_by_id(office: OfficeBooks, becker: str) -> None:
    """Two credits over the same amount: taking one leaves the other."""
    ids = []
    for _ in range(2):
        invoice_id = office.invoicing.issue(draft(becker)).result(PATIENCE)
        deliver(office, event_body(invoice_id, amount=13100, intent_id=f"pi_{invoice_id[-9:]}"))
        ids.append(office.review.keep_credit(invoice_id).result(PATIENCE))
    assert _offered(office, becker) == [("TEST-2026-0001", 1200), ("TEST-2026-0002", 1200)]
    following = office.invoicing.issue(draft(becker, credit_ids=(ids[1],))).result(PATIENCE)
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]
    assert row(office, following).outstanding_minor == 10700
    (moved,) = office.review.moves_of(following)
    assert (moved.here, moved.credit, moved.other_label, moved.amount_minor) == (
        True, True, "TEST-2026-0002", 1200,
    )  # fmt: skip


def test_mb7_a_credit_larger_than_the_invoice_stays_in_part(
    office: OfficeBooks, becker: str, overpaid: str
) -> None:
    credit_id = office.review.keep_credit(overpaid).result(PATIENCE)
    small = draft(becker, total_minor=500, credit_ids=(credit_id,))
    following = office.invoicing.issue(small).result(PATIENCE)
    assert row(office, following).status == "paid"
    assert row(office, overpaid).overpaid_minor == 700
    assert _offered(office, becker) == [("TEST-2026-0001", 700)]


def test_mb7_a_used_credit_can_be_taken_back(
    office: OfficeBooks, becker: str, overpaid: str
) -> None:
    credit_id = office.review.keep_credit(overpaid).result(PATIENCE)
    following = office.invoicing.issue(draft(becker, credit_ids=(credit_id,))).result(PATIENCE)
    (moved,) = office.review.moves_of(following)
    office.review.undo(moved.id).result(PATIENCE)
    assert row(office, following).outstanding_minor == 11900
    assert row(office, overpaid).overpaid_minor == 1200
    assert _offered(office, becker) == [("TEST-2026-0001", 1200)]
    assert _refused(office.review.undo(moved.id)) == "review_undone_already"
    assert office.review.moves_of(following) == []


def test_mb7_an_issue_that_fails_leaves_the_draft_and_its_credit(
    office: OfficeBooks, becker: str, overpaid: str
) -> None:
    credit_id = office.review.keep_credit(overpaid).result(PATIENCE)
    kept = office.invoicing.save_draft(draft(becker, credit_ids=(credit_id,))).result(PATIENCE)
    deliver(office, refund_event("pi_3QRlLwKZ2eZvKYlo0001", 13100))
    intent = office.value("SELECT stripe_payment_intent_id FROM payments LIMIT 1")
    deliver(office, refund_event(intent, 1200, refund_id="re_excess", event_id="evt_excess"))
    assert row(office, overpaid).overpaid_minor == 0
    assert _refused(office.invoicing.issue(draft(becker), kept)) == "credit_nothing_left"
    assert row(office, kept).number is None
    office.invoicing.issue(draft(becker, credit_ids=()), kept).result(PATIENCE)
    assert row(office, kept).outstanding_minor == 11900
