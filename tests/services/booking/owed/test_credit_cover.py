"""A credit that was used gives way when the money of its invoice goes back: what is unused first,
then the newest, of whichever payment and in whatever order that is told."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, OfficeBooks, customer, draft, event_body, make_books
from tests.faults.money_at_stripe import Post
from tests.reversal_events import dispute_event, refund_event
from tests.services.booking.review_office import actions, deliver, row
from tests.waiting import PATIENCE

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


@pytest.fixture
def becker(office: OfficeBooks) -> str:
    return customer(office, "Fahrschule Becker")


def _issue(office: OfficeBooks, who: str, *kept: str) -> str:
    return office.invoicing.issue(draft(who, total_minor=10000, credit_ids=kept)).result(PATIENCE)


def _pay(office: OfficeBooks, invoice_id: str, minor: int, intent: str) -> None:
    deliver(office, event_body(invoice_id, amount=minor, intent_id=intent))


def _refund(office: OfficeBooks, minor: int, intent: str, name: str = "re_one") -> None:
    deliver(office, _refunded(minor, intent, name))


def _refunded(minor: int, intent: str, name: str = "re_one", hours: int = 1) -> dict[str, Any]:
    at = NOON + timedelta(hours=hours)
    return refund_event(intent, minor, refund_id=name, created=at, charge=f"ch_{intent}")


def _failed(minor: int, intent: str, name: str = "re_one", hours: int = 1) -> dict[str, Any]:
    at = NOON + timedelta(hours=hours)
    return refund_event(
        intent, minor, refund_id=name, kind="refund.failed", status="failed", made=at,
        created=at + timedelta(days=2), charge=f"ch_{intent}", event_id=f"evt_failed_{name}",
    )  # fmt: skip


def _used(office: OfficeBooks, who: str, origin: str) -> str:
    """All that is too much there, on a new invoice; returns that."""
    office.clock.advance(minutes=1)
    return _issue(office, who, office.review.keep_credit(origin).result(PATIENCE))


def _owed(office: OfficeBooks, *invoices: str) -> list[int]:
    return [row(office, one).outstanding_minor for one in invoices]


def _too_much(office: OfficeBooks, *invoices: str) -> list[int]:
    return [row(office, one).overpaid_minor for one in invoices]


def _gone(office: OfficeBooks) -> int:
    return int(
        office.value("SELECT count(*) FROM notices WHERE kind = 'credit_gone' AND read_at IS NULL")
    )


def test_mb7_a_refund_of_another_payment_takes_the_credit_back(
    office: OfficeBooks, becker: str
) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 10000, "pi_one")
    _pay(office, origin, 2000, "pi_two")  # of which the credit is
    target = _used(office, becker, origin)
    assert _owed(office, origin, target) == [0, 8000]
    _refund(office, 2000, "pi_one")
    assert _owed(office, origin, target) == [0, 10000]
    found = row(office, origin)
    assert (found.status, found.received_minor, found.forgiven_minor) == ("paid", 10000, 0)
    assert actions(office, target)[-1] == "move_undone"
    assert office.books.history(target)[0].detail["because_gone"] is True
    assert _gone(office) == 1


def test_mb7_what_is_unused_goes_back_first(office: OfficeBooks, becker: str) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    target = _used(office, becker, origin)
    _pay(office, origin, 1000, "pi_two")
    _refund(office, 1000, "pi_one")
    assert _owed(office, origin, target) == [0, 8000]
    assert _too_much(office, origin) == [0]
    assert _gone(office) == 0
    _refund(office, 700, "pi_one", "re_two")
    assert _owed(office, origin, target) == [0, 8700]


def test_mb7_paid_twice_and_the_second_payment_goes_back(office: OfficeBooks, becker: str) -> None:
    """What of the credit is still covered is of the other payment then."""
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    _pay(office, origin, 12000, "pi_two")
    spare = office.review.keep_credit(origin).result(PATIENCE)
    target = _issue(office, becker)
    office.review.use_credits([spare], target).result(PATIENCE)  # 100 of 140
    _refund(office, 12000, "pi_two")
    assert _owed(office, origin, target) == [0, 8000]
    assert _too_much(office, origin, target) == [0, 0]
    shares = office.rows(
        "SELECT invoice_id, sum(amount_minor) FROM payments"
        " WHERE ?1 IN (stripe_payment_intent_id, (SELECT p.stripe_payment_intent_id FROM payments p"
        " WHERE p.id = payments.reversal_of)) GROUP BY 1 HAVING sum(amount_minor) <> 0 ORDER BY 2",
        "pi_one",
    )
    assert shares == [(target, 2000), (origin, 10000)]
    (moved,) = office.review.moves_of(target)
    assert moved.amount_minor == 2000
    office.review.undo(moved.id).result(PATIENCE)
    assert _owed(office, origin, target) == [0, 10000]
    assert _too_much(office, origin) == [2000]


def test_mb7_the_newest_credit_gives_way_first(office: OfficeBooks, becker: str) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    older = _used(office, becker, origin)
    _pay(office, origin, 3000, "pi_two")
    newer = _used(office, becker, origin)
    _refund(office, 4000, "pi_one")
    assert _owed(office, origin, older, newer) == [0, 9000, 10000]
    assert [one.amount_minor for one in office.review.moves_of(older)] == [1000]


@pytest.mark.parametrize("how", ["dispute", "typed", "back by hand"])
def test_mb7_however_the_money_goes(office: OfficeBooks, becker: str, how: str) -> None:
    origin = _issue(office, becker)
    today = office.clock.today()
    enter = office.invoicing.add_manual_payment
    typed = enter(origin, 10000, "cash", today).result(PATIENCE)
    _pay(office, origin, 10000, "pi_one")
    target = _used(office, becker, origin)
    assert _owed(office, origin, target) == [0, 0]
    if how == "dispute":
        deliver(office, dispute_event("pi_one", 10000, created=LATER))
    elif how == "typed":
        office.clock.advance(minutes=1)
        office.invoicing.reverse_payment(typed, "Falsche Rechnung").result(PATIENCE)
    else:
        office.clock.advance(minutes=1)
        office.invoicing.pay_back(origin, 10000, "cash", today, "Kulanz").result(PATIENCE)
    assert _owed(office, origin, target) == [0, 10000]
    assert row(office, origin).received_minor == 10000


def test_mb7_a_wrong_entry_of_money_given_back_brings_the_credit_back(
    office: OfficeBooks, becker: str
) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    target = _used(office, becker, origin)
    office.clock.advance(minutes=1)
    today = office.clock.today()
    back = office.invoicing.pay_back(origin, 2000, "cash", today, "Kulanz").result(PATIENCE)
    assert _owed(office, origin, target) == [0, 10000]
    office.clock.advance(minutes=1)
    office.invoicing.reverse_payment(back, "Versehen").result(PATIENCE)
    assert _owed(office, origin, target) == [0, 8000]
    assert _gone(office) == 0


def test_mb7_a_credit_of_a_credit(office: OfficeBooks, becker: str) -> None:
    first = _issue(office, becker)
    _pay(office, first, 15000, "pi_one")
    second = _used(office, becker, first)  # 50 of it are paid
    _pay(office, second, 7000, "pi_two")
    third = _used(office, becker, second)
    assert _owed(office, first, second, third) == [0, 0, 8000]
    _refund(office, 5000, "pi_one")
    assert _owed(office, first, second, third) == [0, 3000, 10000]
    assert _too_much(office, first, second, third) == [0, 0, 0]


def test_mb7_what_was_split_beside_a_credit_stays(office: OfficeBooks, becker: str) -> None:
    first, second = _issue(office, becker), _issue(office, becker)
    office.invoicing.add_manual_payment(second, 4000, "cash", office.clock.today()).result(PATIENCE)
    _pay(office, first, 16000, "pi_one")
    credit = office.review.keep_credit(first).result(PATIENCE)
    office.review.use_credits([credit], second).result(PATIENCE)
    office.invoicing.add_manual_payment(second, 4000, "cash", office.clock.today()).result(PATIENCE)
    third = _issue(office, becker)
    office.review.split(second, third, 4000).result(PATIENCE)
    _refund(office, 6000, "pi_one")
    assert _owed(office, first, second, third) == [0, 6000, 6000]
    parts = office.rows("SELECT invoice_id, sum(amount_minor) FROM payments GROUP BY 1")
    assert dict(parts) == {first: 10000, second: 4000, third: 4000}


@pytest.mark.parametrize(("back", "moved", "undone"), [(1500, 500, 0), (1501, 499, 1)])
def test_mb7_of_what_was_moved_on_from_a_credit_comes_back_only_what_is_missing(
    office: OfficeBooks, becker: str, back: int, moved: int, undone: int
) -> None:
    """20 were used as a credit where 20 were owed again; that was wrong, so 5 of them moved on."""
    origin, target, third = (_issue(office, becker) for _ in range(3))
    _pay(office, target, 10000, "pi_target")
    deliver(office, _refunded(2000, "pi_target", "re_target", hours=0))
    office.clock.advance(minutes=1)
    [refund] = [one for one in office.books.payments(target) if one.amount_minor < 0]
    office.invoicing.owe_again([refund.id], "Ware ist da").result(PATIENCE)
    _pay(office, origin, 12000, "pi_one")
    credit = office.review.keep_credit(origin).result(PATIENCE)
    office.review.use_credits([credit], target).result(PATIENCE)
    [said] = office.books.owed_again(target)
    office.invoicing.not_owed_again([said.decision_id]).result(PATIENCE)
    office.review.split(target, third, 500).result(PATIENCE)
    _refund(office, back, "pi_one")
    assert _owed(office, origin, third) == [0, 10000 - moved]
    assert [one.amount_minor for one in office.review.moves_of(third)] == [moved]
    assert actions(office, third).count("move_undone") == undone


def test_mb7_a_refund_that_failed_brings_the_credit_back(office: OfficeBooks, becker: str) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    target = _used(office, becker, origin)
    _refund(office, 2000, "pi_one")
    assert (_owed(office, origin, target), _gone(office)) == ([0, 10000], 1)
    assert office.review.credits_of(origin) == []  # not kept for anything: it is used, and gone
    deliver(office, _failed(2000, "pi_one"))
    assert (_owed(office, origin, target), _gone(office)) == ([0, 8000], 0)
    assert actions(office, target)[-2:] == ["move_undone", "credit_used"]
    (moved,) = office.review.moves_of(target)
    assert (moved.amount_minor, moved.here, moved.credit) == (2000, True, True)


def test_mb7_money_that_comes_later_does_not_bring_it_back(
    office: OfficeBooks, becker: str
) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    target = _used(office, becker, origin)
    _refund(office, 2000, "pi_one")
    late = event_body(origin, amount=500, intent_id="pi_two", created=LATER + timedelta(hours=1))
    deliver(office, late)
    assert (_owed(office, origin, target), _too_much(office, origin)) == ([0, 10000], [500])


def test_mb7_credits_say_the_same_in_every_order(office: OfficeBooks, becker: str) -> None:
    """30 and 40 too much, used on two invoices; 25 go back and fail, 50 go back, 5 more come."""
    for number, order in enumerate(list(permutations(range(5)))[::5]):
        one, two, more = f"pi_one{number}", f"pi_two{number}", f"pi_more{number}"
        a, b, c = f"re_a{number}", f"re_b{number}", f"re_c{number}"
        # After all that was told before, as it is for staff.
        start, day = NOON + timedelta(days=9 * number), 9 * 24 * number
        office.clock.moment = start
        post = Post(office)
        origin = _issue(office, becker)
        post.deliver(event_body(origin, amount=13000, intent_id=one, created=start))
        older = _used(office, becker, origin)
        paid = office.clock.now()
        post.deliver(event_body(origin, amount=4000, intent_id=two, created=paid))
        newer = _used(office, becker, origin)
        soon = start + timedelta(minutes=30)
        told = [
            _refunded(2500, one, a, day + 1),
            _failed(2500, one, a, day + 1),
            _refunded(3500, one, b, day + 2),
            _refunded(1500, two, c, day + 3),
            event_body(origin, amount=500, intent_id=more, created=soon),
        ]
        for place in order:
            post.deliver(told[place])
        # 75 were too much, 50 went back: 5 unused, 40 of the newer credit, 5 of the older one.
        assert _owed(office, origin, older, newer) == [0, 7500, 10000], order
        assert _too_much(office, origin, older, newer) == [0, 0, 0], order


def test_mb7_a_kept_credit_that_is_covered_no_more_says_so(
    office: OfficeBooks, becker: str
) -> None:
    origin = _issue(office, becker)
    _pay(office, origin, 12000, "pi_one")
    office.review.keep_credit(origin).result(PATIENCE)
    _pay(office, origin, 1000, "pi_two")
    newer = office.review.keep_credit(origin).result(PATIENCE)
    _refund(office, 500, "pi_one")
    kept = office.review.credits_of(origin)
    assert [(one.amount_minor, one.covered) for one in kept] == [(2000, True), (1000, False)]
    office.review.undo(newer).result(PATIENCE)  # then the rest of it can be kept
    office.review.keep_credit(origin).result(PATIENCE)
    kept = office.review.credits_of(origin)
    assert [(one.amount_minor, one.covered) for one in kept] == [(2000, True), (500, True)]
