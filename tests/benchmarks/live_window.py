"""A window that receives: the program, or the smallest honest one, looked at from outside.

`python -m tests.benchmarks.live_window ours|bare <data folder>` reads commands, a line each:
`begin` forgets what was seen so far, `catch_up` asks Stripe's stand-in for what was missed,
`report` prints one JSON object, `stop` ends. It prints its port first.

Nothing of the program is changed. A row counts as painted when the event loop comes back after
the paint event that followed its dataChanged: then the pixels are in the backing store.
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSocketNotifier,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMainWindow, QTableView

HEARTBEAT_MS = 2
SHOWN_ROWS = 14
"""So many rows at the top of the list are visible in the window's usual size. One that is not is
repainted by chance."""
_FIRST = Qt.EventPriority.HighEventPriority.value
_PAINTED = QEvent.Type(QEvent.registerEventType())


class Watch(QObject):
    """Notes when rows are painted with which paid amount, and the gaps of the event loop.

    `changed` gives the rows that differ: (what, minor units paid).
    """

    def __init__(self, view: QAbstractItemView, changed: Callable[[int, int], Any]) -> None:
        super().__init__()
        self._viewport = view.viewport()
        self._changed = changed
        self._waiting: dict[str, int] = {}
        self._painting: dict[str, int] = {}
        self.painted: list[tuple[str, int, float]] = []
        self.paints = 0
        self.gaps: list[float] = []
        self._tick = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(HEARTBEAT_MS)
        view.model().dataChanged.connect(self._on_changed)
        self._viewport.installEventFilter(self)

    def begin(self) -> None:
        """Forget what was seen."""
        self._waiting, self.painted, self.gaps, self.paints = {}, [], [], 0
        self._tick = time.monotonic()

    def _beat(self) -> None:
        now = time.monotonic()
        self.gaps.append((now - self._tick) * 1000)
        self._tick = now

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self._waiting.update(self._changed(first.row(), last.row()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.paints += 1
            if self._waiting:
                self._painting.update(self._waiting)
                self._waiting.clear()
                # Next in the loop: after all of this paint, before anything else.
                QCoreApplication.postEvent(self, QEvent(_PAINTED), _FIRST)
        return False

    def customEvent(self, event: QEvent) -> None:
        now = time.monotonic()
        self.painted += [(key, paid, now) for key, paid in self._painting.items()]
        self._painting.clear()

    def report(self) -> str:
        """JSON."""
        return json.dumps({"painted": self.painted, "gaps": self.gaps, "paints": self.paints})


class OneRow(QAbstractTableModel):
    """The model of the bare window: as many payments as were committed, each of one cent."""

    committed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.paid: dict[str, int] = {}
        self.fresh: dict[str, int] = {}
        self.committed.connect(self._on_committed, Qt.ConnectionType.QueuedConnection)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 7

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return f"{self.count}" if role == Qt.ItemDataRole.DisplayRole else None

    def _on_committed(self, invoices: list[str]) -> None:
        self.count += len(invoices)
        self.fresh = {}
        for invoice in invoices:
            self.fresh[invoice] = self.paid[invoice] = self.paid.get(invoice, 0) + 1
        self.dataChanged.emit(self.index(0, 0), self.index(0, 6))


def bare(data: Path) -> None:
    """Listener thread and writer thread of `peers.floor`, and one row that tells the count."""
    from tests.benchmarks.peers import floor

    application = QApplication([])
    window, view, model = QMainWindow(), QTableView(), OneRow()
    view.setModel(model)
    window.setCentralWidget(view)
    window.resize(1400, 900)
    window.show()
    watch = Watch(view, lambda _first, _last: model.fresh)
    ports: list[int] = []
    bound = threading.Event()

    def opened(port: int) -> None:
        ports.append(port)
        bound.set()

    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    serving = floor.serve(data, opened, stop, model.committed.emit)
    thread = threading.Thread(target=lambda: loop.run_until_complete(serving))
    thread.start()
    bound.wait()
    commands = _Commands(watch, application.quit)
    print(ports[0], flush=True)
    application.exec()
    commands.close()
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def ours(_data: Path) -> None:
    """The program, as `python -m workmate_desktop` starts it on WORKMATE_DATA_DIR."""
    from workmate_desktop.app.options import read_options
    from workmate_desktop.app.window.run import make_application, start_window

    application = make_application()
    program = start_window(application, read_options([], os.environ))
    assert program is not None
    program.window.resize(1400, 900)
    kept: list[QObject] = []

    def ready() -> None:
        core, pages = program.core, program.pages
        if core is None or pages is None or core.listener.port is None or not core.setup.loaded:
            return
        poll.stop()
        model, table = pages.invoices.model, pages.invoices.table
        assert table.rowAt(table.viewport().height() - 1) in (-1, *range(SHOWN_ROWS, 100))

        def changed(first: int, last: int) -> dict[str, int]:
            rows = [model.row_at(row) for row in range(first, min(last + 1, SHOWN_ROWS))]
            return {row.id: row.paid_minor for row in rows if row is not None}

        watch = Watch(table, changed)
        fetch = core.catch_up.request if core.catch_up is not None else None
        kept.extend((watch, _Commands(watch, program.stop, fetch)))
        print(core.listener.port, flush=True)

    poll = QTimer()
    poll.timeout.connect(ready)
    poll.start(20)
    application.exec()
    program.stop()


class _Commands(QObject):
    """Lines from the standard input, in the GUI thread."""

    def __init__(
        self, watch: Watch, stop: Callable[[], Any], fetch: Callable[[], Any] | None = None
    ) -> None:
        super().__init__()
        self._watch, self._stop, self._fetch = watch, stop, fetch
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """Read no more."""
        self._notifier.setEnabled(False)

    def _read(self) -> None:
        command = sys.stdin.readline().strip()
        if command == "begin":
            self._watch.begin()
            print("begun", flush=True)
        elif command == "report":
            print(self._watch.report(), flush=True)
        elif command == "catch_up" and self._fetch is not None:
            self._fetch()
        elif command in ("stop", ""):
            self.close()
            self._stop()


if __name__ == "__main__":
    (ours if sys.argv[1] == "ours" else bare)(Path(sys.argv[2]))
