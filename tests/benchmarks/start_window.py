"""Starts a window and tells when what was to be seen, in milliseconds since the process began.

`python -m tests.benchmarks.start_window bare|ours <monotonic seconds of the start>`. The clock
is the system's (CLOCK_MONOTONIC), so the parent's reading can be subtracted. Nothing of the
program is changed: paint events are looked at from outside.
"""

import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
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


class Watch(QObject):
    """Looks at the program from outside: its window, its first table with rows, its port."""

    def __init__(self, application: QApplication, port: int) -> None:
        super().__init__()
        self.seen: dict[str, float] = {}
        self.window: QMainWindow | None = None
        self._application = application
        self._table: QTableView | None = None
        self._filters = {name: FirstPaint(name, self.seen) for name in ("painted", "rows")}
        self._poll = QTimer(self)
        self._poll.timeout.connect(self._look)
        self._poll.start(POLL_MS)
        application.installEventFilter(self)
        threading.Thread(target=self._knock, args=(port,), daemon=True).start()

    @property
    def complete(self) -> bool:
        """Nothing is waited for any more."""
        wanted = {"painted", "rows", "listening", "answered"}
        return wanted <= set(self.seen) or since_start() > GIVE_UP_MS

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QMainWindow):
            self._application.removeEventFilter(self)
            self.window = watched
            watched.installEventFilter(self._filters["painted"])
        return False

    def _look(self) -> None:
        if self.window is None or self._table is not None:
            return
        for table in self.window.findChildren(QTableView):
            if table.model() is not None and table.model().rowCount() and table.isVisible():
                self._table = table
                table.viewport().installEventFilter(self._filters["rows"])
                table.viewport().update()
                return

    def _knock(self, port: int) -> None:
        """On a thread, as Stripe would: is the port bound, and when does somebody answer?"""
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), 60) as connection:
                    note(self.seen, "listening")
                    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
                    connection.sendall(request.encode())
                    if connection.recv(64):
                        note(self.seen, "answered")
                    return
            except ConnectionRefusedError:
                time.sleep(POLL_MS / 1000)


def ours() -> dict[str, float]:
    """The program as `python -m workmate_desktop` starts it, on WORKMATE_DATA_DIR."""
    from workmate_desktop.app.options import read_options
    from workmate_desktop.app.window.run import make_application, start_window

    application = make_application()
    options = read_options([], os.environ)
    watch = Watch(application, options.port)
    program = start_window(application, options)
    assert program is not None
    seen = watch.seen
    ended = QTimer()

    def end_when_complete() -> None:
        if watch.complete:
            ended.stop()
            QTimer.singleShot(SETTLE_MS, finish)

    def finish() -> None:
        seen["memory_mb"] = resident_mb()
        program.stop()

    ended.timeout.connect(end_when_complete)
    ended.start(POLL_MS)
    application.exec()
    program.stop()
    return seen


if __name__ == "__main__":
    print(json.dumps(bare() if sys.argv[1] == "bare" else ours()))
