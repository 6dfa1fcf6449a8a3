"""Starts a window and tells when what was to be seen, in milliseconds since the process began.

`python -m tests.benchmarks.start_window bare|ours <monotonic seconds of the start>`. The clock
is the system's (CLOCK_MONOTONIC), so the parent's reading can be subtracted. Nothing of the
program is changed: paint events are looked at from outside.
"""

import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView, QWidget

STARTED = float(sys.argv[2])
POLL_MS = 2
GIVE_UP_MS = 60_000
SETTLE_MS = 500
"""After the listener is bound the start goes on for a moment; then memory is read."""


def since_start() -> float:
    """Milliseconds."""
    return (time.monotonic() - STARTED) * 1000


def note(seen: dict[str, float], name: str) -> None:
    """The first time only: milliseconds since the start, and the processor's until now."""
    if name not in seen:
        seen[name], seen[f"cpu_{name}"] = since_start(), time.process_time() * 1000


class FirstPaint(QObject):
    """Notes the moment after the first paint event of a widget, then steps out of the way."""

    def __init__(self, name: str, seen: dict[str, float]) -> None:
        super().__init__()
        self._name, self._seen = name, seen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._note)  # after this paint event was handled
        return False

    def _note(self) -> None:
        note(self._seen, self._name)


def resident_mb() -> float:
    """Memory of this process in the machine, in MB."""
    with Path("/proc/self/status").open(encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


def bare() -> dict[str, float]:
    """A PySide6 main window with nothing in it."""
    application = QApplication([])
    window = QMainWindow()
    window.resize(1280, 800)
    seen: dict[str, float] = {}
    watcher = FirstPaint("painted", seen)
    window.installEventFilter(watcher)
    window.show()
    poll = QTimer()
    poll.timeout.connect(lambda: application.quit() if seen else None)
    poll.start(POLL_MS)
    application.exec()
    return seen | {"memory_mb": resident_mb()}


def ours() -> dict[str, float]:
    """The program as `python -m workmate_desktop` starts it, on WORKMATE_DATA_DIR."""
    from workmate_desktop.app.options import read_options
    from workmate_desktop.app.window import make_application, start_window

    seen: dict[str, float] = {}
    application = make_application()
    watcher = FirstPaint("painted", seen)
    rows_watcher = FirstPaint("rows", seen)
    options = read_options([], os.environ)

    # The window exists only inside start_window: catch it as it is shown.
    class Catch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt
            if event.type() == QEvent.Type.Show and isinstance(watched, QMainWindow):
                application.removeEventFilter(self)
                watched.installEventFilter(watcher)
            return False

    catch = Catch()
    application.installEventFilter(catch)
    program = start_window(application, options)
    assert program is not None
    watched_tables: list[QWidget] = []

    def poll_once() -> None:
        if not watched_tables:
            for table in program.window.findChildren(QTableView):
                if table.model() is not None and table.model().rowCount() and table.isVisible():
                    watched_tables.append(table)
                    table.viewport().installEventFilter(rows_watcher)
                    table.viewport().update()
                    break
        core = program.core
        if core is not None and core.listener.port is not None:
            note(seen, "listening")
        if {"painted", "rows", "listening"} <= set(seen) or since_start() > GIVE_UP_MS:
            poll.stop()
            QTimer.singleShot(SETTLE_MS, finish)

    def finish() -> None:
        seen["memory_mb"] = resident_mb()
        program.stop()

    poll = QTimer()
    poll.timeout.connect(poll_once)
    poll.start(POLL_MS)
    application.exec()
    program.stop()
    return seen


if __name__ == "__main__":
    print(json.dumps(bare() if sys.argv[1] == "bare" else ours()))
