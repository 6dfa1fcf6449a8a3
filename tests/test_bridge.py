"""The crossing between threads: what refers to widgets never ends its life in another thread."""

import threading
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from tests.waiting import PATIENCE
from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.changes import EventRecorded, InvoiceChanged
from workmate_desktop.domain.errors import UserError


class Kept:
    """Stands for a widget that a callback refers to; tells the thread in which it is freed."""

    def __init__(self) -> None:
        self.freed_in: list[threading.Thread] = []
        self.answers: list[object] = []

    def bound(self) -> "_Bound":
        return _Bound(self)


class _Bound:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def __call__(self, *answer: object) -> None:
        self._kept.answers.append(answer)

    def __del__(self) -> None:
        self._kept.freed_in.append(threading.current_thread())


@pytest.fixture
def bridge(qtbot: QtBot) -> Bridge:
    return Bridge()


def test_callbacks_are_freed_in_the_gui_thread_however_long_the_future_is_held(
    bridge: Bridge, qtbot: QtBot
) -> None:
    kept, told = Kept(), threading.Event()
    future: Future[int] = Future()
    bridge.when_done(future, kept.bound(), kept.bound())

    def answer(held: "list[Future[int]]") -> None:
        held[0].set_result(1)
        told.wait(PATIENCE)  # as a pool's thread that is not scheduled for a while
        held.clear()

    thread = threading.Thread(target=answer, args=([future],))
    del future
    thread.start()
    qtbot.waitUntil(lambda: kept.answers == [(1,)])
    told.set()
    thread.join()
    qtbot.waitUntil(lambda: len(kept.freed_in) == 2)
    assert set(kept.freed_in) == {threading.main_thread()}


def test_work_is_freed_in_the_gui_thread(bridge: Bridge, qtbot: QtBot) -> None:
    for _ in range(200):  # a race: the pool's thread against this one
        kept = Kept()
        bridge.run_in_background(kept.bound(), kept.bound())
        qtbot.waitUntil(lambda k=kept: len(k.freed_in) == 2)  # type: ignore[misc]
        assert set(kept.freed_in) == {threading.main_thread()}


def test_an_error_reaches_failed_and_nobody_once_closed(bridge: Bridge, qtbot: QtBot) -> None:
    errors: list[Exception] = []

    def fail() -> None:
        raise ValueError("no")

    bridge.run_in_background(fail, failed=errors.append)
    qtbot.waitUntil(lambda: len(errors) == 1)
    bridge.close()
    bridge.run_in_background(fail, failed=errors.append)
    late: Future[int] = Future()
    bridge.when_done(late, errors.append)  # type: ignore[arg-type]
    late.set_result(1)
    QCoreApplication.processEvents()
    assert len(errors) == 1


def test_a_fault_of_the_program_is_logged_whoever_answers_it(
    bridge: Bridge, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    """Staff read that it can be copied from the Protokoll, so it must stand there."""
    errors: list[Exception] = []
    for error in (ValueError("no"), UserError("disk_full")):
        future: Future[int] = Future()
        bridge.when_done(future, failed=errors.append)
        future.set_exception(error)
    qtbot.waitUntil(lambda: len(errors) == 2)
    faults = [each for each in caplog.records if each.levelname == "ERROR"]
    assert [type(each.exc_info[1]) for each in faults if each.exc_info] == [ValueError]


def test_payments_one_after_the_other_are_told_without_a_pause(
    bridge: Bridge, qtbot: QtBot
) -> None:
    told: list[tuple[str, ...]] = []
    bridge.invoices_changed.connect(told.append)
    for number in range(3):
        bridge.note_log()  # neither do lines of the log make a payment wait
        QCoreApplication.processEvents()
        bridge.announce([InvoiceChanged(f"in_{number}"), EventRecorded(f"evt_{number}")])
        QCoreApplication.processEvents()
        assert told[-1] == (f"in_{number}",)


def test_what_follows_many_changes_is_told_together(bridge: Bridge, qtbot: QtBot) -> None:
    told: list[tuple[str, ...]] = []
    bridge.invoices_changed.connect(told.append)
    bridge.announce([InvoiceChanged(f"in_{number}") for number in range(100)])
    QCoreApplication.processEvents()
    assert len(told) == 1
    for number in range(3):
        bridge.announce([InvoiceChanged(f"later_{number}")])
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] == ("later_0", "later_1", "later_2")
