"""A thread that hangs is told once, with the place where it stands; sleep is no hanging."""

import logging
import threading
from datetime import UTC, datetime

import pytest

from tests.waiting import Steered
from workmate_desktop.services.upkeep.watchdog import PATIENCE_SECONDS, Heart, Watchdog


class Time:
    """Two clocks that go together until the PC sleeps."""

    def __init__(self) -> None:
        self.wall = 1_000_000.0
        self.monotonic = 50.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall, UTC)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


class Dog:
    def __init__(self) -> None:
        self.time = Time()
        self.told: list[tuple[str, ...]] = []
        self.stacks: dict[str, list[str]] = {}
        self.dog = Watchdog(
            Steered(monotonic=lambda: self.time.monotonic),
            self.time,  # type: ignore[arg-type]
            self.told.append,
            self.stacks.__setitem__,
        )

    def look(self, times: int = 1, seconds: float = 5.0) -> None:
        for _ in range(times):
            self.time.passes(seconds)
            self.dog.look(5.0)


def test_a_hanging_thread_is_named_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("workmate").propagate = True
    watched = Dog()
    heart = Heart(lambda: watched.time.monotonic, threading.get_ident)
    begun, end = threading.Event(), threading.Event()

    def hangs_here() -> None:
        heart.beat()
        begun.set()
        end.wait(30)

    thread = threading.Thread(target=hangs_here)
    thread.start()
    begun.wait(10)
    watched.dog.watch("listener", heart.waiting_since, heart.thread_id)
    watched.look(int(PATIENCE_SECONDS / 5))
    assert watched.told == []
    with caplog.at_level(logging.INFO, "workmate.watchdog"):
        watched.look(20)
        assert watched.told == [("listener",)]  # once, however long it lasts
        assert any("hangs_here" in line for line in watched.stacks["listener"])
        assert "hangs_here" in caplog.text
        heart.beat()
        watched.look()
        assert watched.told == [("listener",), ()]
        assert "goes on" in caplog.text
    end.set()
    thread.join(10)


def test_sleep_and_standstill_are_no_hanging() -> None:
    watched = Dog()
    heart = Heart(lambda: watched.time.monotonic, threading.get_ident)
    watched.dog.watch("window", heart.waiting_since, heart.thread_id)
    heart.beat()
    watched.look()
    watched.time.wall += 8 * 3600  # asleep; the monotonic clock stood still
    watched.look()
    watched.time.passes(3600)  # asleep; the monotonic clock ran on (or SIGSTOP)
    watched.look(int(PATIENCE_SECONDS / 5))
    assert watched.told == []
    watched.look(2)
    assert watched.told == [("window",)]  # a whole patience after waking up


def test_who_rests_is_not_asked() -> None:
    watched = Dog()
    since: list[float | None] = [None]
    watched.dog.watch("writer", lambda: since[0], lambda: None)
    watched.look(50)
    assert watched.told == []
    since[0] = watched.time.monotonic
    watched.look(8)
    assert watched.told == [("writer",)]
    watched.dog.forget("writer")
    watched.look()
    assert watched.told[-1] == ()


def test_the_thread_starts_and_stops() -> None:
    watched = Dog()
    watched.dog.start()
    watched.dog.stop()
    watched.dog.stop()
