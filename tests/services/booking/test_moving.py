"""One payment for several invoices: no sum ever holds its money twice, and it can be undone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, event_body, make_books
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
def both(office: OfficeBooks) -> tuple[str, str]:
    """Two invoices over 119,00, and 238,00 that came for the first."""
    who = customer(office, "Fahrschule Becker")
    first = office.invoicing.issue(draft(who)).result(PATIENCE)
    second = office.invoicing.issue(draft(who)).result(PATIENCE)
    deliver(office, event_body(first, amount=23800, intent_id="pi_both"))
    return first, second


def _refund(intent: str, minor: int, **more: Any) -> dict[str, Any]:
    """A refund that was made when all the rest had happened."""
    return refund_event(intent, minor, created=NOON + timedelta(hours=1), **more)


def _refused(future: Any) -> str:
    with pytest.raises(UserError) as caught:
        future.result(PATIENCE)
    return caught.value.code


def _received_this_month(office: OfficeBooks) -> int:
    return office.books.figures(False, office.clock.today()).paid_this_month_minor


def test_mb7_one_payment_pays_two_invoices(office: OfficeBooks, both: tuple[str, str]) -> None:
    first, second = both
    received = _received_this_month(office)
    office.review.split(first, second, 11900).result(PATIENCE)
    for invoice_id in both:
        found = row(office, invoice_id)
        assert (found.status, found.paid_minor, found.overpaid) == ("paid", 11900, False)
    assert _received_this_month(office) == received
    assert office.value("SELECT count(*) FROM payments WHERE kind IS NULL") == 1
    assert actions(office, first)[-1] == actions(office, second)[-1] == "money_moved"
    last_paid = "SELECT last_paid_at FROM invoices WHERE id = ?"
    assert office.value(last_paid, second) is None  # nothing was received for it itself


def test_mb7_both_rows_go_together(office: OfficeBooks, both: tuple[str, str]) -> None:
    first, second = both
    office.review.split(first, second, 11900).result(PATIENCE)
    (away,) = office.review.moves_of(first)
    (here,) = office.review.moves_of(second)
    assert away.id == here.id and here.here and not away.here
    office.review.undo(away.id).result(PATIENCE)
    assert row(office, first).overpaid_minor == 11900
    assert row(office, second).outstanding_minor == 11900
    assert office.value("SELECT sum(amount_minor) FROM payments WHERE kind = 'moved'") == 0


def test_mb7_no_more_than_there_is_and_than_is_owed(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    first, second = both
    assert _refused(office.review.split(first, second, 11901)) == "move_too_much"
    assert _refused(office.review.split(first, second, 0)) == "amount_invalid"
    assert _refused(office.review.split(second, first, 100)) in (
        "move_too_much", "review_invoice_closed",
    )  # fmt: skip
    office.review.keep_credit(first).result(PATIENCE)  # what is kept as a credit is not free
    assert _refused(office.review.split(first, second, 1)) == "move_too_much"


def test_mb7_a_refund_takes_the_credit_back_first(office: OfficeBooks) -> None:
    """120 of 100 came, 20 of it were used as a credit; all 20 go back to the customer."""
    who = customer(office, "Fahrschule Becker")
    origin = office.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)
    deliver(office, event_body(origin, amount=12000, intent_id="pi_credit"))
    credit = office.review.keep_credit(origin).result(PATIENCE)
    target = office.invoicing.issue(
        draft(who, total_minor=10000, credit_ids=(credit,))
    ).result(PATIENCE)  # fmt: skip
    assert row(office, target).outstanding_minor == 8000
    deliver(office, _refund("pi_credit", 2000))
    assert row(office, target).outstanding_minor == 10000  # owed again
    found = row(office, origin)
    assert (found.paid_minor, found.outstanding_minor, found.overpaid_minor) == (10000, 0, 0)
    assert not found.partly_refunded  # it was too much, so nothing was given back on purpose
    line = office.books.history(target)[0]
    assert line.action == "move_undone" and line.detail["because_gone"] is True
    assert office.value("SELECT count(*) FROM notices WHERE kind = 'credit_gone'") == 1


def test_mb7_a_part_of_the_credit_gives_way(office: OfficeBooks) -> None:
    who = customer(office, "Fahrschule Becker")
    origin = office.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)
    deliver(office, event_body(origin, amount=12000, intent_id="pi_credit"))
    credit = office.review.keep_credit(origin).result(PATIENCE)
    target = office.invoicing.issue(
        draft(who, total_minor=10000, credit_ids=(credit,))
    ).result(PATIENCE)  # fmt: skip
    deliver(office, _refund("pi_credit", 500))
    assert row(office, target).outstanding_minor == 8500
    assert row(office, origin).overpaid_minor == 0
    assert row(office, origin).paid_minor == 10000


def test_mb7_a_refund_beyond_the_credit_is_given_back_on_purpose(office: OfficeBooks) -> None:
    who = customer(office, "Fahrschule Becker")
    origin = office.invoicing.issue(draft(who, total_minor=10000)).result(PATIENCE)
    deliver(office, event_body(origin, amount=12000, intent_id="pi_credit"))
    credit = office.review.keep_credit(origin).result(PATIENCE)
    target = office.invoicing.issue(
        draft(who, total_minor=10000, credit_ids=(credit,))
    ).result(PATIENCE)  # fmt: skip
    deliver(office, _refund("pi_credit", 12000))
    found = row(office, origin)
    assert (found.paid_minor, found.outstanding_minor, found.refunded) == (0, 0, True)
    assert row(office, target).outstanding_minor == 10000


def test_mb7_the_whole_of_a_split_payment_goes_back_from_both(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    first, second = both
    office.review.split(first, second, 11900).result(PATIENCE)
    deliver(office, _refund("pi_both", 23800))
    for invoice_id in both:
        found = row(office, invoice_id)
        assert (found.paid_minor, found.outstanding_minor, found.refunded) == (0, 0, True)
    waiting = "SELECT count(*) FROM stripe_events WHERE outcome = 'needs_review'"
    assert office.value(waiting) == 0


def test_mb7_a_part_of_a_split_payment_asks_which_invoice(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    first, second = both
    office.review.split(first, second, 11900).result(PATIENCE)
    deliver(office, _refund("pi_both", 11900, refund_id="re_half", event_id="evt_half"))
    assert row(office, first).refunded  # it counts on the first one until answered
    assert row(office, second).status == "paid"
    (item,) = office.review.open_items()
    assert item.reason == "split_refunded"
    office.review.place_reversal(item.id, second).result(PATIENCE)
    assert (row(office, first).status, row(office, first).paid_minor) == ("paid", 11900)
    found = row(office, second)
    assert (found.paid_minor, found.outstanding_minor, found.refunded) == (0, 0, True)
    assert office.review.open_items() == []
    # Stripe repeats itself: nothing is booked twice.
    deliver(office, _refund("pi_both", 11900, refund_id="re_half", event_id="evt_again"))
    assert row(office, first).paid_minor == 11900
    deliver(
        office,
        _refund("pi_both", 11900, refund_id="re_half", event_id="evt_dead", status="failed"),
    )
    assert row(office, second).paid_minor == 11900  # and it failed where it had been placed


def test_mb7_each_part_that_goes_back_is_asked_about_on_its_own(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    """The second question does not end the first."""
    first, second = both
    office.review.split(first, second, 11900).result(PATIENCE)
    for number in (1, 2):
        deliver(office, _refund("pi_both", 1000, refund_id=f"re_{number}"))
        assert [one.reason for one in office.review.open_items()] == ["split_refunded"] * number
    waiting = "SELECT count(*) FROM notices WHERE kind = 'needs_review' AND read_at IS NULL"
    assert office.value(waiting) == 2


def test_mb7_moved_money_keeps_its_assignment(office: OfficeBooks) -> None:
    """Money in Klärung nötig that was split cannot be unassigned before the split is undone."""
    who = customer(office, "Fahrschule Becker")
    first = office.invoicing.issue(draft(who)).result(PATIENCE)
    second = office.invoicing.issue(draft(who)).result(PATIENCE)
    deliver(office, event_body("RE-1999-0001", amount=23800, intent_id="pi_lost"))
    (item,) = office.review.open_items()
    decision = office.review.assign(item.id, first).result(PATIENCE)
    office.review.split(first, second, 11900).result(PATIENCE)
    assert _refused(office.review.undo(decision)) == "review_money_moved"
    (moved,) = office.review.moves_of(second)
    office.review.undo(moved.id).result(PATIENCE)
    office.review.undo(decision).result(PATIENCE)
    assert row(office, first).outstanding_minor == row(office, second).outstanding_minor == 11900


def test_mb7_a_payment_by_hand_that_was_split_stays(office: OfficeBooks) -> None:
    who = customer(office, "Fahrschule Becker")
    first = office.invoicing.issue(draft(who)).result(PATIENCE)
    second = office.invoicing.issue(draft(who)).result(PATIENCE)
    today = office.clock.today()
    entry = office.invoicing.add_manual_payment(first, 23800, "bank_transfer", today).result(
        PATIENCE
    )
    office.review.split(first, second, 11900).result(PATIENCE)
    assert _refused(office.invoicing.reverse_payment(entry, "Vertan")) == "review_money_moved"
    (moved,) = office.review.moves_of(first)
    assert _refused(office.invoicing.reverse_payment(moved.id, "Vertan")) == "payment_not_manual"
    rows = office.rows("SELECT id FROM payments WHERE kind = 'moved'")
    for (key,) in rows:
        assert _refused(office.invoicing.reverse_payment(key, "Vertan")) == "payment_not_manual"
    office.review.undo(moved.id).result(PATIENCE)
    office.invoicing.reverse_payment(entry, "Vertan").result(PATIENCE)
    assert row(office, first).paid_minor == row(office, second).paid_minor == 0


def test_mb7_a_question_that_ended_by_itself_ends_its_notice(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    first, second = both
    office.review.split(first, second, 11900).result(PATIENCE)
    deliver(office, _refund("pi_both", 5000, refund_id="re_half", event_id="evt_half"))
    unread = "SELECT count(*) FROM notices WHERE kind = 'needs_review' AND read_at IS NULL"
    assert (office.value(unread), len(office.review.open_items())) == (1, 1)
    deliver(
        office,
        _refund("pi_both", 5000, refund_id="re_half", event_id="evt_dead", status="failed"),
    )
    assert (office.value(unread), len(office.review.open_items())) == (0, 0)
