"""Faults of the program: told plainly, never silently, with a report to copy."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from tests.journey.desk import Desk
from tests.waiting import PATIENCE
from workmate_desktop.app.window.crash_watch import CrashWatch
from workmate_desktop.services.upkeep import watchdog
from workmate_desktop.ui.window.crash_dialog import CrashDialog

PRIVATE = "Müller GmbH, sk_live_abcDEF0123456789"


class Faulty(QObject):
    @Slot()
    def fails(self) -> None:
        raise LookupError(PRIVATE)


@pytest.fixture
def watched() -> Iterator[Callable[[Desk], CrashWatch]]:
    made: list[CrashWatch] = []

    def watch(desk: Desk) -> CrashWatch:
        made.append(CrashWatch(desk.program))
        made[-1].start()
        return made[-1]

    yield watch
    for each in made:
        each.stop()


def copied(desk: Desk, dialog: CrashDialog) -> str:
    desk.click(dialog, "Bericht kopieren")
    report = QGuiApplication.clipboard().text()
    desk.click(dialog, "Schließen")
    desk.wait_closed(CrashDialog)
    assert PRIVATE not in report
    assert "Müller" not in report
    return report


def test_a_fault_in_a_slot_is_shown_once_and_the_program_goes_on(
    desk: Desk, watched: Callable[[Desk], CrashWatch]
) -> None:
    watched(desk)
    faulty = Faulty()
    QTimer.singleShot(0, faulty.fails)
    dialog = desk.dialog(CrashDialog)
    assert "Das Programm läuft weiter" in desk.seen(dialog)
    report = copied(desk, dialog)
    assert "LookupError" in report
    assert "fails" in report
    log = desk.program._log
    assert log is not None
    told = "Unexpected error in the thread MainThread"
    desk.wait(lambda: any(told in entry.text for entry in log.entries()))
    QTimer.singleShot(0, faulty.fails)  # the same place again: the log knows
    desk.bot.wait(100)
    assert desk.open_dialog(CrashDialog) is None


def test_a_fault_in_another_thread_is_shown(
    desk: Desk, watched: Callable[[Desk], CrashWatch]
) -> None:
    watched(desk)
    thread = threading.Thread(target=Faulty().fails, name="background-7")
    thread.start()
    thread.join(PATIENCE)
    report = copied(desk, desk.dialog(CrashDialog))
    assert "Thread: background-7" in report


def test_a_hanging_writer_is_told_in_the_banner_and_goes_when_it_goes_on(
    desk: Desk, watched: Callable[[Desk], CrashWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "PATIENCE_SECONDS", 0.3)
    watch = watched(desk)
    go_on = threading.Event()
    waiting = desk.core.writer.submit(lambda _t: go_on.wait(PATIENCE))
    banner = desk.program.window.banner

    def looks(true: Callable[[], bool]) -> bool:
        watch.watchdog.look(0.0)
        return true()

    desk.wait(lambda: looks(lambda: "antwortet nicht mehr" in banner.text()))
    assert "writer" in watch.watchdog.stuck
    go_on.set()
    waiting.result(PATIENCE)
    desk.wait(lambda: looks(lambda: "antwortet nicht" not in banner.text()))


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_native_crash_of_the_window_is_told_at_the_next_start(
    start: Callable[..., Desk],
    watched: Callable[[Desk], CrashWatch],
    data_dir: Path,
    number: signal.Signals,
    qtbot: Any,
) -> None:
    options = ["--data-dir", str(data_dir), "--port", "0"]
    process = subprocess.Popen([sys.executable, "-m", "workmate_desktop", *options])
    try:
        qtbot.waitUntil((data_dir / "listener.json").exists)
        process.send_signal(number)
        assert process.wait(PATIENCE) == -number
    finally:
        process.kill()
    desk = start()
    desk.wait_until_ready()
    watch = watched(desk)
    if number == signal.SIGKILL:  # somebody else's doing: no fault of the program
        assert watch.dialog is None
        return
    dialog = desk.dialog(CrashDialog)
    assert "zuletzt durch einen Fehler beendet" in desk.seen(dialog)
    report = copied(desk, dialog)
    assert "Segmentation fault" in report
    assert "Listening on" in report  # the last lines of the log
    assert str(Path.home()) not in report
