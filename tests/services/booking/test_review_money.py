"""Moved money whose payment goes back in unusual ways: no cent counts twice, nobody is stuck."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, event_body, make_books
from tests.reversal_events import refund_event, refunded_charge
from tests.services.booking.review_office import deliver, item, row, waiting
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.services.booking.refunds import Refunds
from workmate_desktop.store.transaction import Transaction


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close_never_accused()


@pytest.fixture
def becker(office: OfficeBooks) -> str:
    return customer(office, "Fahrschule Becker")


@pytest.fixture
def both(office: OfficeBooks, becker: str) -> tuple[str, str]:
    """238,00 came for two invoices over 119,00 each, and were split."""
    first = office.invoicing.issue(draft(becker)).result(PATIENCE)
    second = office.invoicing.issue(draft(becker)).result(PATIENCE)
    deliver(office, event_body(first, amount=23800, intent_id="pi_both"))
    office.review.split(first, second, 11900).result(PATIENCE)
    return first, second


def _refund(intent: str, minor: int, **more: Any) -> dict[str, Any]:
    return refund_event(intent, minor, created=NOON + timedelta(hours=1), **more)


def _refused(future: Any) -> str:
    with pytest.raises(UserError) as caught:
        future.result(PATIENCE)
    return caught.value.code


def _issue(office: OfficeBooks, who: str, total_minor: int, *kept: str) -> str:
    made = draft(who, total_minor=total_minor, credit_ids=kept)
    return office.invoicing.issue(made).result(PATIENCE)


def test_a_credit_gives_way_in_part_on_an_invoice_that_was_paid_besides(
    office: OfficeBooks, becker: str
) -> None:
    origin = _issue(office, becker, 10000)
    deliver(office, event_body(origin, amount=15000, intent_id="pi_credit"))
    target = _issue(office, becker, 5000, office.review.keep_credit(origin).result(PATIENCE))
    deliver(office, event_body(target, amount=5000))  # the customer paid it all the same
    deliver(office, _refund("pi_credit", 3000))
    assert waiting(office) == []
    assert (row(office, origin).paid_minor, row(office, origin).overpaid_minor) == (10000, 0)
    assert (row(office, target).paid_minor, row(office, target).overpaid_minor) == (7000, 2000)


def test_a_credit_that_was_moved_on_gives_way_to_the_end(office: OfficeBooks, becker: str) -> None:
    """The money of A counts on C by way of B: it comes back to A, and B is as it was."""
    today = office.clock.today()
    origin = _issue(office, becker, 10000)
    deliver(office, event_body(origin, amount=15000, intent_id="pi_credit"))
    credit = office.review.keep_credit(origin).result(PATIENCE)
    between = _issue(office, becker, 10000)
    office.invoicing.add_manual_payment(between, 10000, "cash", today).result(PATIENCE)
    back = office.invoicing.pay_back(between, 5000, "cash", today, "Nachlass").result(PATIENCE)
    office.invoicing.owe_again([back], "Doch nicht").result(PATIENCE)
    office.review.use_credits([credit], between).result(PATIENCE)
    office.invoicing.reverse_payment(back, "Vertan").result(PATIENCE)
    assert row(office, between).overpaid_minor == 5000
    last = _issue(office, becker, 5000, office.review.keep_credit(between).result(PATIENCE))
    assert row(office, last).status == "paid"
    (first_move,) = [one for one in office.review.moves_of(between) if one.here]
    assert _refused(office.review.undo(first_move.id)) == "review_money_moved"
    deliver(office, _refund("pi_credit", 3000))
    assert (row(office, origin).paid_minor, row(office, origin).forgiven_minor) == (10000, 0)
    assert (row(office, between).paid_minor, row(office, between).overpaid_minor) == (10000, 0)
    assert (row(office, last).paid_minor, row(office, last).outstanding_minor) == (2000, 3000)


def test_a_split_whose_share_was_refunded_is_not_taken_back(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    first, second = both
    deliver(office, _refund("pi_both", 11900))
    office.review.place_reversal(waiting(office)[0], second).result(PATIENCE)
    (moved,) = office.review.moves_of(second)
    assert _refused(office.review.undo(moved.id)) == "review_undo_refunded"
    assert (row(office, first).paid_minor, row(office, first).overpaid_minor) == (11900, 0)
    assert (row(office, second).paid_minor, row(office, second).refunded) == (0, True)


def test_which_invoice_is_not_asked_any_more_once_the_refund_failed(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    deliver(office, _refund("pi_both", 11900))
    assert len(waiting(office)) == 1
    deliver(office, _refund("pi_both", 11900, kind="refund.failed", status="failed"))
    assert waiting(office) == []
    assert [row(office, one).paid_minor for one in both] == [11900, 11900]


def test_which_invoice_is_not_asked_any_more_once_the_split_was_undone(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    first, second = both
    deliver(office, _refund("pi_both", 11900))
    (moved,) = office.review.moves_of(second)
    office.review.undo(moved.id).result(PATIENCE)
    assert waiting(office) == []
    assert (row(office, first).paid_minor, row(office, first).outstanding_minor) == (11900, 0)
    assert row(office, second).outstanding_minor == 11900
    # What was booked of it stays booked, whatever Stripe repeats.
    deliver(office, _refund("pi_both", 11900, kind="refund.updated"))
    assert row(office, first).paid_minor == 11900


def test_a_refund_of_a_split_payment_that_was_set_aside_stays_booked(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    deliver(office, _refund("pi_both", 11900))
    office.review.set_aside(waiting(office)[0], "Erledigt").result(PATIENCE)
    deliver(office, _refund("pi_both", 100, refund_id="re_two"))
    assert sum(row(office, one).paid_minor for one in both) == 11800


def test_processing_again_still_asks_which_invoice(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    event_id = deliver(office, _refund("pi_both", 11900))
    office.receive.reprocess(event_id).result(PATIENCE)
    assert waiting(office) == [event_id]


def test_a_refund_booked_under_its_charge_fails_where_it_was_placed(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    later = NOON + timedelta(hours=1)
    deliver(office, refunded_charge("pi_both", 11900, created=later))
    office.review.place_reversal(waiting(office)[0], both[1]).result(PATIENCE)
    deliver(office, _refund("pi_both", 11900))
    deliver(office, _refund("pi_both", 11900, kind="refund.failed", status="failed"))
    assert [row(office, one).paid_minor for one in both] == [11900, 11900]


def test_all_of_a_payment_goes_back_that_was_split_and_used_as_a_credit(
    office: OfficeBooks, becker: str
) -> None:
    first, second = (_issue(office, becker, 10000) for _ in range(2))
    deliver(office, event_body(first, amount=25000, intent_id="pi_all"))
    office.review.split(first, second, 10000).result(PATIENCE)
    third = _issue(office, becker, 10000, office.review.keep_credit(first).result(PATIENCE))
    deliver(office, _refund("pi_all", 25000))
    assert [row(office, one).paid_minor for one in (first, second, third)] == [0, 0, 0]
    assert [row(office, one).outstanding_minor for one in (first, second, third)] == [0, 0, 10000]


def test_stripe_gives_nothing_back_that_went_back_by_hand_from_where_it_was_moved(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    today = office.clock.today()
    office.invoicing.pay_back(both[1], 11900, "cash", today, "Kulanz").result(PATIENCE)
    stripe = Refunds(
        office.writer,
        office.database,
        office.receive,
        office.clock,
        lambda _key, _cancelled: pytest.fail("Stripe was asked"),
        lambda: office.keys,
        "anna",
    )
    payment = office.value("SELECT id FROM payments WHERE kind IS NULL")
    with pytest.raises(UserError) as caught:
        stripe.refund(payment, 23800, "Kulanz")
    assert caught.value.code == "refund_by_hand_already"


def test_more_than_one_share_of_a_split_payment_goes_back(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    deliver(office, _refund("pi_both", 20000))
    assert waiting(office) == []
    assert [row(office, one).paid_minor for one in both] == [0, 3800]


def test_the_rest_goes_back_from_where_it_is(office: OfficeBooks, both: tuple[str, str]) -> None:
    """50,00 were placed on the second; then all that is left goes back."""
    deliver(office, _refund("pi_both", 5000))
    office.review.place_reversal(waiting(office)[0], both[1]).result(PATIENCE)
    deliver(office, _refund("pi_both", 18800, refund_id="re_rest"))
    assert [row(office, one).paid_minor for one in both] == [0, 0]


def test_which_invoice_is_not_asked_any_more_once_all_went_back(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    deliver(office, _refund("pi_both", 11900))
    deliver(office, _refund("pi_both", 11900, refund_id="re_rest"))
    assert waiting(office) == []
    assert [row(office, one).paid_minor for one in both] == [0, 0]


def test_nothing_is_given_back_by_hand_while_stripe_is_asked_for_the_moved_money(
    office: OfficeBooks, both: tuple[str, str]
) -> None:
    key = office.value("SELECT id FROM payments WHERE kind IS NULL")

    def ask(t: Transaction) -> None:
        payment = t.payments.get(key)
        assert payment is not None
        t.refunds.ask(payment, 23800, "Kulanz", "anna")

    office.writer.submit(ask).result(PATIENCE)
    today = office.clock.today()
    for invoice_id in both:
        entry = office.invoicing.pay_back(invoice_id, 11900, "cash", today, "Kulanz")
        assert _refused(entry) == "refund_under_way"


def test_a_question_that_matters_no_more_can_be_answered_with_the_first(
    office: OfficeBooks, becker: str, both: tuple[str, str]
) -> None:
    """The second passes its share on, so that the refund cannot have been of it."""
    first, second = both
    event_id = deliver(office, _refund("pi_both", 11900))
    third = _issue(office, becker, 100)
    offered = office.review.suggestions(item(office, event_id))
    assert [one.row.id for one in offered] == [first, second]
    (moved,) = office.review.moves_of(second)

    def take(t: Transaction) -> None:
        payment = t.payments.get(office.value("SELECT id FROM payments WHERE kind IS NULL"))
        assert payment is not None
        t.moves.add(payment, second, third, 100, moved.id, "anna")

    office.writer.submit(take).result(PATIENCE)
    assert _refused(office.review.place_reversal(event_id, second)) == "review_decided"
    office.review.place_reversal(event_id, first).result(PATIENCE)
    assert waiting(office) == []


def test_a_credit_that_was_split_gives_way_to_the_end(office: OfficeBooks, becker: str) -> None:
    """As money that was moved on as a credit; and nobody is asked which invoice it was for."""
    today = office.clock.today()
    origin = _issue(office, becker, 10000)
    deliver(office, event_body(origin, amount=15000, intent_id="pi_credit"))
    credit = office.review.keep_credit(origin).result(PATIENCE)
    between = _issue(office, becker, 10000)
    office.invoicing.add_manual_payment(between, 10000, "cash", today).result(PATIENCE)
    back = office.invoicing.pay_back(between, 5000, "cash", today, "Nachlass").result(PATIENCE)
    office.invoicing.owe_again([back], "Doch nicht").result(PATIENCE)
    office.review.use_credits([credit], between).result(PATIENCE)
    office.invoicing.reverse_payment(back, "Vertan").result(PATIENCE)
    last = _issue(office, becker, 5000)
    office.review.split(between, last, 5000).result(PATIENCE)
    deliver(office, _refund("pi_credit", 3000))
    assert waiting(office) == []
    assert (row(office, origin).paid_minor, row(office, origin).forgiven_minor) == (10000, 0)
    assert [row(office, one).paid_minor for one in (between, last)] == [10000, 2000]


def test_no_time_of_deleted_test_money_stays(office: OfficeBooks) -> None:
    deliver(office, event_body("RE-1999-0001", amount=11900, intent_id="pi_dead"))
    deliver(office, _refund("pi_dead", 1900, kind="refund.failed", status="failed"))
    assert office.value("SELECT count(*) FROM money_times WHERE object_id = 're_one'") == 1
    charge = {
        "id": "ch_3Shop00000000001",
        "amount": 11900,
        "amount_captured": 11900,
        "created": int(NOON.timestamp()),
        "payment_intent": "pi_shop",
        "status": "succeeded",
    }
    of_shop = event_body(
        None, intent_id="pi_shop", metadata={"order": "7"}, intent={"latest_charge": charge}
    )
    deliver(office, of_shop)
    assert office.value("SELECT count(*) FROM money_times WHERE object_id = 'pi_shop'") == 1
    office.invoicing.delete_test_data().result(PATIENCE)
    assert office.value("SELECT count(*) FROM money_times") == 0


@pytest.mark.parametrize("sum_first", [True, False])
def test_each_refund_of_a_split_payment_is_asked_about(
    office: OfficeBooks, both: tuple[str, str], sum_first: bool
) -> None:
    """The first is told by the sum of its charge, and only then by its id."""
    _first, second = both
    later = NOON + timedelta(hours=1)
    deliver(office, refunded_charge("pi_both", 4000, created=later))
    deliver(office, _refund("pi_both", 4000))
    office.review.place_reversal(waiting(office)[0], second).result(PATIENCE)
    two = [
        refunded_charge("pi_both", 9000, created=later + timedelta(hours=1)),
        refund_event("pi_both", 5000, refund_id="re_two", created=later + timedelta(hours=1)),
    ]
    for one in two if sum_first else two[::-1]:
        deliver(office, one)
    (asked,) = waiting(office)
    office.review.place_reversal(asked, second).result(PATIENCE)
    assert [row(office, one).paid_minor for one in both] == [11900, 2900]


def test_taking_back_a_credit_that_was_used_in_part_brings_back_that_part(
    office: OfficeBooks, becker: str
) -> None:
    origin = _issue(office, becker, 10000)
    deliver(office, event_body(origin, amount=15000, intent_id="pi_credit"))
    target = _issue(office, becker, 2000, office.review.keep_credit(origin).result(PATIENCE))
    (moved,) = office.review.moves_of(target)
    assert [one.amount_minor for one in office.review.credits_of(origin)] == [3000]
    office.review.undo(moved.id).result(PATIENCE)
    assert row(office, origin).overpaid_minor == 5000
    offered = office.review.open_credits(becker, False)
    assert [one.amount_minor for one in offered] == [2000, 3000]
    kept = office.review.credits_of(origin)
    assert [one.amount_minor for one in kept] == [2000, 3000]
