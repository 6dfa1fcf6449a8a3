"""How much of a payment has gone back follows from the set of facts, never from their order."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON
from workmate_desktop.domain.payments.reversals import (
    TAKEN_BACK,
    Balance,
    Fact,
    Refunded,
    Reversal,
    Taken,
    Told,
    is_returned_debit,
    standing,
)


def at(minutes: int) -> Any:
    return NOON + timedelta(minutes=minutes)


def refund(
    name: str, amount: int, status: str = "succeeded", *, made: int, said: int, **more: Any
) -> Fact:
    return Fact(Reversal(Told.REFUND, name, status, at(made), "ch_1", **more), at(said), amount)


def total(amount: int, said: int, released: int | None = None) -> Fact:
    told = Reversal(
        Told.REFUNDED_TOTAL, "ch_1", "succeeded", at(said), "ch_1", released_minor=released
    )
    return Fact(told, at(said), amount)


def dispute(status: str, said: int, balance: Balance | None = None, **more: Any) -> Fact:
    told = Reversal(Told.DISPUTE, "dp_1", status, at(1), "ch_1", balance=balance, **more)
    return Fact(told, at(said), 10000)


def gave(amount: int, said: int) -> Fact:
    told = Reversal(Told.DISPUTE, "dp_1", "won", at(1), "ch_1", funds="reinstated")
    return Fact(told, at(said), amount)


def test_a_refund_without_its_sum_and_a_sum_without_its_refund() -> None:
    now = standing([refund("re_1", 2000, made=1, said=1), total(5000, 9)])
    assert now.refunds == (Refunded("re_1", 2000, at(1), counts=True),)
    assert now.unnamed == ((at(9), 3000),)
    assert now.refunded_minor == 5000


def test_ma8_a_sum_that_fell_is_no_floor() -> None:
    """20 went back and failed, then 30 went back; the second refund's id was never told."""
    facts = [total(2000, 2), refund("re_1", 2000, "failed", made=1, said=5), total(3000, 9)]
    assert standing(facts).refunded_minor == 3000
    assert standing([*facts, refund("re_2", 3000, made=9, said=9)]).refunded_minor == 3000


def test_ma8_a_refund_that_was_only_found_dead_may_have_counted() -> None:
    """A comparison saw it, nobody knows since when: no sum is taken for another refund's."""
    facts = [total(2000, 2), refund("re_1", 2000, "failed", made=1, said=60), total(2000, 9)]
    assert standing(facts).refunded_minor == 0


def test_ma8_unnamed_refunds_stand_at_their_times() -> None:
    now = standing([total(5000, 9), total(2000, 2), total(5000, 12)])
    assert now.unnamed == ((at(2), 2000), (at(9), 3000))


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        ([dispute("warning_needs_response", 1)], 0),
        ([dispute("needs_response", 1)], 10000),
        ([dispute("needs_response", 1), dispute("won", 9)], 0),
        ([dispute("won", 9), dispute("lost", 20)], 10000),
        ([dispute("needs_response", 1, Balance(1, 10450, 0))], 10450),
        ([dispute("won", 9, Balance(2, 10000, 7000))], 3000),
        ([dispute("needs_response", 1), gave(7000, 9), dispute("won", 8)], 3000),
        ([dispute("needs_response", 1, Balance(1, 10000, 0)), gave(7000, 9)], 3000),
        ([dispute("needs_response", 1), gave(10000, 9)], 0),
        # Of what is told later about it, only the money that came back says how much that was.
        ([dispute("needs_response", 1), gave(7000, 9), dispute("won", 12)], 3000),
        # The bank gives it back before the dispute has ended.
        ([dispute("under_review", 1), dispute("under_review", 9, funds="reinstated")], 0),
        ([dispute("lost", 9, Balance(2, 10000, 7000))], 3000),
        ([dispute("won", 9, Balance(1, 10000, 0))], 0),
        ([dispute("won", 9, Balance(2, 10000, 10000)), dispute("needs_response", 1)], 0),
        ([dispute("lost", 20, Balance(3, 20000, 10000)), dispute("won", 9)], 10000),
        (
            [
                dispute("won", 9, Balance(2, 10000, 10000)),
                dispute("lost", 20, funds="withdrawn"),
            ],
            10000,
        ),
    ],
)
def test_ma7_what_a_dispute_has_taken(facts: list[Fact], gone: int) -> None:
    assert standing(facts).disputes == {"dp_1": Taken(gone, at(1))}
    assert standing(facts[::-1]).disputes == {"dp_1": Taken(gone, at(1))}


@pytest.mark.parametrize(
    ("facts", "refunded"),
    [
        ([], 0),
        ([refund("re_0", 4000, made=1, said=1)], 0),
        ([total(4000, 1)], 0),
        ([refund("re_0", 4000, made=1, said=1), total(4000, 1)], 0),
        ([refund("re_0", 4000, made=1, said=1), refund("re_1", 1500, made=5, said=5)], 1500),
        ([total(5500, 5)], 1500),
        ([total(5500, 5), refund("re_1", 1500, made=5, said=5)], 1500),
        # As large as what was released, and later; or known to have moved money.
        ([refund("re_0", 4000, made=1, said=1), refund("re_1", 4000, made=5, said=5)], 4000),
        ([refund("re_1", 4000, made=5, said=5, moved=True)], 4000),
        ([refund("re_1", 4000, made=5, said=5), total(8000, 5)], 4000),
    ],
)
def test_mb1_the_released_rest_of_a_hold(facts: list[Fact], refunded: int) -> None:
    assert standing(facts, 4000).refunded_minor == refunded


def test_mb1_the_charge_itself_tells_what_was_released() -> None:
    facts = [refund("re_0", 4000, made=1, said=1), total(4000, 2, released=4000)]
    assert standing(facts).refunded_minor == 0


def test_a_late_failure_takes_once() -> None:
    told = Reversal(Told.FAILED_CHARGE, "ch_1", TAKEN_BACK, at(3), "ch_1")
    earlier = Reversal(Told.FAILED_CHARGE, "ch_1", TAKEN_BACK, at(0), "ch_1")
    facts = [Fact(told, at(3), 10000), Fact(earlier, at(0), 10000)]
    assert standing(facts).disputes == {"ch_1": Taken(10000, at(3))}


_SECONDS = st.integers(0, 4)
_FACTS = st.lists(
    st.one_of(
        st.builds(
            refund,
            st.sampled_from(["re_1", "re_2", "re_3"]),
            st.sampled_from([2000, 3000, 4000]),
            st.sampled_from(["pending", "succeeded", "failed", "canceled"]),
            made=_SECONDS,
            said=_SECONDS,
        ),
        st.builds(total, st.sampled_from([2000, 5000, 9000]), _SECONDS, st.sampled_from([None, 0])),
        st.builds(
            dispute,
            st.sampled_from(["warning_closed", "needs_response", "under_review", "won", "lost"]),
            _SECONDS,
            st.sampled_from([None, Balance(1, 10000, 0), Balance(2, 10000, 7000)]),
            funds=st.sampled_from([None, "withdrawn", "reinstated"]),
        ),
    ),
    max_size=7,
)


@given(_FACTS, st.randoms(use_true_random=False), st.sampled_from([None, 2000, 4000]))
def test_the_order_of_what_was_said_never_matters(
    facts: list[Fact], chance: Any, released: int | None
) -> None:
    wanted = standing(facts, released)
    shuffled = facts * 2
    chance.shuffle(shuffled)
    assert standing(shuffled, released) == wanted
    assert all(amount > 0 for _, amount in wanted.unnamed)


@pytest.mark.parametrize(
    ("method", "reason", "returned"),
    [
        ("sepa_debit", "fraudulent", True),
        ("card", "debit_not_authorized", False),
        ("stripe", "debit_not_authorized", True),
        (None, "insufficient_funds", True),
        (None, "fraudulent", False),
        ("klarna", None, False),
    ],
)
def test_mb5_a_returned_debit(method: str | None, reason: str | None, returned: bool) -> None:
    assert is_returned_debit(method, reason) is returned
