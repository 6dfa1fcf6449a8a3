"""What is a trouble, when it is over, and what is merely no sign of one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.factories import NOON
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind, is_slow
from workmate_desktop.services.catch_up.catch_up import CatchUpResult
from workmate_desktop.services.reception.troubles import (
    CLOCK_SECONDS,
    MissedDeliveries,
    TroubleFacts,
    over,
    recognise,
)

K = TroubleKind
SLOW, QUICK = (1.0,) * 5, (0.01,) * 5


def kinds(**facts: object) -> set[TroubleKind]:
    return {trouble.kind for trouble in recognise(TroubleFacts(**facts))}  # type: ignore[arg-type]


def test_nothing_known_is_no_trouble_and_nothing_is_over() -> None:
    assert recognise(TroubleFacts()) == ()
    assert over(TroubleFacts()) == frozenset()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"wrong_in_a_row": 2}, set()),
        ({"wrong_in_a_row": 3}, {K.SECRET_MISMATCH}),
        ({"wrong_in_a_row": 3, "authentic": 1}, {K.STRANGERS_REFUSED}),
        # The secret was right once, and was replaced at Stripe since then.
        ({"wrong_in_a_row": 3, "authentic": 1, "missed_runs": 1}, {K.SECRET_MISMATCH}),
        ({"missed_runs": 1}, set()),
        ({"missed_runs": 2}, {K.DELIVERIES_MISSING}),
        ({"missed_runs": 2, "wrong_in_a_row": 3}, {K.SECRET_MISMATCH}),
        ({"answer_seconds": SLOW}, {K.ANSWERS_SLOW}),
        ({"answer_seconds": SLOW[:4]}, set()),
        ({"answer_seconds": (*SLOW, 0.99)}, set()),
        ({"answer_seconds": (0.01, *SLOW)}, {K.ANSWERS_SLOW}),
        ({"clock_offset": 119.0}, set()),
        ({"clock_offset": -119.0}, set()),
        ({"clock_offset": CLOCK_SECONDS}, {K.CLOCK_WRONG}),
        ({"clock_offset": -CLOCK_SECONDS}, {K.CLOCK_WRONG}),
        ({"out_of_time_in_a_row": 3}, {K.CLOCK_WRONG}),
        ({"out_of_time_in_a_row": 2}, set()),
        ({"endpoint_enabled": True}, set()),
        ({"endpoint_enabled": False}, {K.ENDPOINT_DISABLED}),
        ({"quota_refused": True}, {K.QUOTA_USED_UP}),
    ],
)
def test_facts_in_troubles_out(facts: dict[str, object], expected: set[TroubleKind]) -> None:
    assert kinds(**facts) == expected


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [(-720.0, 12), (720.0, -12), (-600.4, 10), (48 * 3600.0, -2880), (-48 * 3600.0, 2880)],
)
def test_g1_the_clock_is_told_in_minutes(offset: float, minutes: int) -> None:
    """The offset is Stripe's clock minus ours: negative when this PC is ahead."""
    assert recognise(TroubleFacts(clock_offset=offset)) == (Trouble(K.CLOCK_WRONG, minutes),)


@pytest.mark.parametrize(
    ("kind", "proof"),
    [
        (K.SECRET_MISMATCH, {"authentic": 1}),
        (K.DELIVERIES_MISSING, {"authentic": 1}),
        (K.ANSWERS_SLOW, {"answer_seconds": QUICK}),
        (K.CLOCK_WRONG, {"clock_measured": True}),
        (K.ENDPOINT_DISABLED, {"endpoint_enabled": True}),
        (K.QUOTA_USED_UP, {"tunnel_online": True}),
    ],
)
def test_over_only_by_evidence(kind: TroubleKind, proof: dict[str, object]) -> None:
    assert kind in over(TroubleFacts(**proof))  # type: ignore[arg-type]
    assert kind not in over(TroubleFacts())


def test_what_is_here_is_not_over() -> None:
    facts = TroubleFacts(
        authentic=4, wrong_in_a_row=3, missed_runs=2, clock_offset=999, tunnel_online=True
    )
    facts = replace(facts, clock_measured=True, quota_refused=True, answer_seconds=SLOW)
    assert not over(facts) & {trouble.kind for trouble in recognise(facts)}
    assert K.CLOCK_WRONG not in over(facts) and K.SECRET_MISMATCH not in over(facts)


def test_slow_needs_all_of_the_last_ones() -> None:
    assert is_slow([0.1, *SLOW]) and not is_slow([*SLOW[1:], 0.1]) and not is_slow([])


# --- deliveries that stop arriving --------------------------------------------------------


class Runs:
    """A MissedDeliveries, told what the catch-up does."""

    def __init__(self) -> None:
        self.missed = MissedDeliveries()
        self.at: datetime = NOON
        self.last: CatchUpResult | None = None
        self.authentic = 0
        self.delivers = True

    def look(self) -> int:
        self.missed.note(
            self.last,
            self.at if self.last else None,
            delivers=self.delivers,
            authentic=self.authentic,
        )
        return self.missed.runs

    def run(self, payments: int = 0, **fields: object) -> int:
        self.at += timedelta(minutes=10)
        self.last = CatchUpResult(payments=payments, complete=True, **fields)  # type: ignore[arg-type]
        return self.look()


def test_the_first_run_with_a_tunnel_finds_what_was_missed_before_it() -> None:
    runs = Runs()
    assert runs.run(payments=5) == 0
    assert [runs.run(payments=1), runs.run(payments=1)] == [1, 2]


def test_a_look_between_two_runs_counts_nothing() -> None:
    runs = Runs()
    runs.run()
    runs.run(payments=1)
    assert [runs.look(), runs.look()] == [1, 1]


def test_an_empty_run_says_nothing() -> None:
    runs = Runs()
    assert [runs.run(), runs.run(payments=1), runs.run(), runs.run(payments=1)] == [0, 1, 1, 2]


def test_a_delivery_that_arrives_begins_anew() -> None:
    runs = Runs()
    runs.run()
    assert runs.run(payments=1) == 1
    runs.authentic += 1
    assert runs.look() == 0
    assert runs.run(payments=1) == 1


def test_the_tunnel_was_away_meanwhile() -> None:
    runs = Runs()
    runs.run()
    runs.delivers = False
    runs.look()
    runs.delivers = True
    assert runs.run(payments=3) == 0  # that is what the catch-up is for
    assert runs.run(payments=1) == 1


def test_without_a_tunnel_nothing_is_expected() -> None:
    runs = Runs()
    runs.delivers = False
    assert [runs.run(payments=1) for _ in range(4)] == [0, 0, 0, 0]


def test_the_pc_slept() -> None:
    runs = Runs()
    runs.run()
    assert runs.run(payments=2, absent=True) == 0
