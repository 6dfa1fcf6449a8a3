"""The one thread: when it works, that it is woken, survives faults, and always ends."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.waiting import PATIENCE, Steered
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.keeper import FAULT_SECONDS, Keeper

Work = Callable[[], float | None]


class Rig:
    """Waits are told to the test and end when it says so, or when the keeper is woken."""

    def __init__(self) -> None:
        self.waits: queue.Queue[float | None] = queue.Queue()
        self.over = threading.Event()
        self.worked = 0
        self.answers: list[float | Exception | None] = []
        self.keepers: list[Keeper] = []

    def keeper(self, work: Work | None = None, **how: object) -> Keeper:
        made = Keeper(Steered(self._wait), "kept", work or self._work, **how)  # type: ignore[arg-type]
        self.keepers.append(made)
        return made

    def _wait(self, event: threading.Event, seconds: float | None) -> None:
        self.waits.put(seconds)
        while not event.wait(0.002):
            if self.over.is_set():
                self.over.clear()
                return

    def _work(self) -> float | None:
        self.worked += 1
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def waits_for(self) -> float | None:
        return self.waits.get(timeout=PATIENCE)


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    for keeper in made.keepers:
        assert keeper.stop(PATIENCE)
    assert not [one for one in threading.enumerate() if one.name == "kept"]


def test_it_works_at_once_and_again_after_each_pause(rig: Rig) -> None:
    rig.answers = [30.0, 0.0, 7.0]
    rig.keeper().start()
    assert rig.waits_for() == 30.0
    assert rig.worked == 1
    rig.over.set()
    assert rig.waits_for() == 7.0, "a pause of nothing is none"
    assert rig.worked == 3
    rig.over.set()
    assert rig.waits_for() is None


def test_the_first_time_may_be_later_or_when_woken(rig: Rig) -> None:
    rig.keeper(first=5.0).start()
    assert (rig.waits_for(), rig.worked) == (5.0, 0)
    woken = rig.keeper(first=None)
    woken.start()
    assert (rig.waits_for(), rig.worked) == (None, 0)
    woken.wake()
    assert (rig.waits_for(), rig.worked) == (None, 1)


def test_who_wakes_it_while_it_works_has_it_work_once_more(rig: Rig) -> None:
    begun, go_on = threading.Event(), threading.Event()
    times = []

    def work() -> None:
        times.append(1)
        begun.set()
        assert go_on.wait(PATIENCE)

    keeper = rig.keeper(work)
    keeper.start()
    assert begun.wait(PATIENCE)
    for _ in range(5):
        keeper.wake()
    go_on.set()
    rig.waits_for()
    rig.waits_for()
    assert len(times) == 2
    assert rig.waits.empty()


@pytest.mark.parametrize("fault", [ValueError("bug"), UserError("database_busy")])
def test_a_fault_is_logged_and_tried_again(
    rig: Rig, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    rig.answers = [fault, 1.0]
    with caplog.at_level(logging.WARNING, "workmate.keeper"):
        rig.keeper().start()
        assert rig.waits_for() == FAULT_SECONDS
    (record,) = caplog.records
    assert "kept" in record.getMessage()
    assert (record.exc_info is None) is isinstance(fault, UserError)
    rig.over.set()
    assert rig.waits_for() == 1.0


def test_a_stop_before_the_start_is_heeded(rig: Rig) -> None:
    keeper = rig.keeper()
    assert keeper.stop(PATIENCE)
    assert keeper.start() is False
    assert rig.worked == 0


def test_a_stop_cancels_what_is_under_way_and_comes_back_late_if_it_must(rig: Rig) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    keeper = rig.keeper(work, at_end=ended.set)
    keeper.start()
    assert begun.wait(PATIENCE)
    assert keeper.stop(0.01) is False
    assert keeper.cancelled.is_set()
    assert not ended.is_set()
    go_on.set()
    assert keeper.stop(PATIENCE)
    assert ended.is_set()


def test_with_patience_work_is_finished_before_it_would_be_cancelled(rig: Rig) -> None:
    begun = threading.Event()
    cancelled: list[bool] = []

    def work() -> None:
        begun.set()
        while not keeper.ending:  # nothing new is begun
            pass
        cancelled.append(keeper.cancelled.is_set())

    keeper = rig.keeper(work)
    keeper.start()
    assert begun.wait(PATIENCE)
    assert keeper.stop(patience=60)
    assert cancelled == [False]


def test_one_after_another_waits_for_its_end(rig: Rig) -> None:
    go_on = threading.Event()
    first = Keeper(Threads(), "kept", lambda: go_on.wait(PATIENCE) and None)
    first.start()
    assert first.stop(0.01) is False
    second = rig.keeper(after=first)
    second.start()
    assert second.stop(0.05) is False
    assert rig.worked == 0
    go_on.set()
    assert first.stop(PATIENCE)
