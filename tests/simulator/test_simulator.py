"""The simulator: 60 short lives, and that it is what it says of itself.

Long: `python3 run.py simulate --steps 1000000` (an hour on one core).
"""

import os
import random
import subprocess
import sys
from collections import Counter

import pytest

from tests.faults.money_office import Step
from tests.places import CHECKOUT
from tests.simulator.baton import Baton, Stuck
from tests.simulator.life import invented, live
from tests.simulator.mutants import MUTANTS
from tests.simulator.shrink import kind_of, shrunk
from tests.simulator.waits import Office

LIVES = 60
PARTS = 10
"""So that many cores share them."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_lives_go_right(part: int) -> None:
    for seed in range(part, LIVES, PARTS):
        story = live(seed, invented(seed))
        if story.wrong:
            pytest.fail(str(shrunk(story)))
        assert sum(story.steps.values()) >= 200
        assert sum(story.faults.values()) >= 3


@pytest.mark.timeout(600)
def test_the_same_seed_is_the_same_life_byte_for_byte() -> None:
    """In another process, too, where sets of texts have another order."""
    here = str(live(11, invented(11)))
    assert str(live(11, invented(11))) == here
    told = [sys.executable, "-m", "tests.simulator.told", "11"]
    for order in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": order}
        there = subprocess.run(
            told, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
        )
        assert there.stdout == here + "\n", there.stderr


def test_a_life_has_three_faults_at_least() -> None:
    for seed in range(300):
        assert Counter(act.what.partition(" ")[0] for act in invented(seed))["fault"] >= 3


@pytest.mark.timeout(600)
def test_what_goes_wrong_is_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody says that a kill is wrong: of a whole life the kill is left."""
    monkeypatch.setattr(
        "tests.simulator.faults.Faults._kill", lambda self: self.world.find("made up: 7")
    )
    acts = [*invented(3)[:6], Step("fault kill", 1), *invented(3)[6:9]]
    story = live(3, acts)
    assert story.wrong == ["made up: 7"]
    assert [act.what for act in shrunk(story).acts] == ["fault kill"]
    assert kind_of("a delivery waited 20.6 s: evt_7") == kind_of("a delivery waited 31.0 s: evt_8")


@pytest.mark.timeout(600)
def test_a_program_that_swallows_errors_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of `run.py simulate --mutants`, without a copy of the program."""
    monkeypatch.setattr("workmate_desktop.listener.hub.Hub.status_of", lambda _hub, _receipt: 200)
    [mutant] = [one for one in MUTANTS if one.name == "error swallowed with 200"]
    story = live(mutant.seed, mutant.life)
    assert "answered 200, and cannot be read" in story.wrong[0]


def test_every_mutant_finds_its_place_and_breaks_something_else() -> None:
    assert len(MUTANTS) >= 24
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)
    for mutant in MUTANTS:
        for name, before, after in mutant.changes:
            text = (CHECKOUT / name).read_text("utf-8")
            assert text.count(before) == 1, f"{mutant.name}: {before!r} in {name}"
            assert after not in (before,)


# --- the baton ---------------------------------------------------------------------------------


def test_everyone_waiting_for_someone_is_told_with_their_stacks() -> None:
    baton = Baton(random.Random(1))
    office = Office(baton)

    def waits_for_ever() -> None:
        office.signal().wait()

    office.start(waits_for_ever, "one who waits")
    with pytest.raises(Stuck, match=r"(?s)everyone waits.*one who waits.*waits_for_ever"):
        office.signal().wait()
    baton.kill(office)


def test_a_loop_without_time_is_told() -> None:
    baton = Baton(random.Random(1))
    office = Office(baton)

    def runs_round() -> None:
        while True:
            baton.pause()

    office.start(runs_round, "one who runs round")
    with pytest.raises(Stuck, match="no time passes"):
        office.sleep(1.0)
    baton.kill(office)


def test_a_kill_ends_everyone_where_they_wait_and_runs_nothing_after() -> None:
    baton = Baton(random.Random(1))
    doomed, other = Office(baton), Office(baton)
    done: list[str] = []

    def first(name: str, office: Office) -> None:
        office.sleep(1.0)
        done.append(name)

    lock = doomed.lock()

    def holds() -> None:
        with lock:
            doomed.sleep(100.0)

    doomed.start(lambda: first("doomed", doomed), "doomed")
    doomed.start(holds, "holds")
    doomed.start(holds, "waits for the lock")
    survivor = other.start(lambda: first("other", other), "other")
    other.sleep(0.5)
    baton.kill(doomed)
    assert baton.alive(doomed) == []
    survivor.join()
    assert done == ["other"]
    assert baton.now < 10_010  # nobody waited for the dead


def test_time_passes_only_while_everyone_waits() -> None:
    baton = Baton(random.Random(1))
    office = Office(baton)
    began = office.monotonic()
    order: list[str] = []

    def later(seconds: float) -> None:
        office.sleep(seconds)
        order.append(f"{seconds} at {office.monotonic() - began}")

    workers = [office.start(lambda s=s: later(s), "later") for s in (3600.0, 1.0, 60.0)]  # type: ignore[misc]
    for worker in workers:
        worker.join()
    assert order == ["1.0 at 1.0", "60.0 at 60.0", "3600.0 at 3600.0"]


def test_another_seed_lets_another_one_go_on() -> None:
    def order(seed: int) -> str:
        baton = Baton(random.Random(seed))
        office = Office(baton)
        line, told = office.line(), []

        def puts(name: str) -> None:
            for _ in range(5):
                line.put(name)
                baton.pause()

        workers = [office.start(lambda n=n: puts(n), n) for n in "abc"]  # type: ignore[misc]
        for worker in workers:
            worker.join()
        while line.qsize():
            told.append(line.get_nowait())
        return "".join(told)

    orders = [order(seed) for seed in range(8)]
    assert len(set(orders)) > 4
    assert [order(seed) for seed in range(8)] == orders
