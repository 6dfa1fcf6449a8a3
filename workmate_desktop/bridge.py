"""The one crossing between threads and Qt.

Changes come in on the writer's thread, work is done in the background pool, log lines come from
the log's thread; out of here come signals and calls in the GUI thread, and only there.

The bridge is created in the GUI thread, and only its own QObject slots are connected across
threads: a plain function connected to an emitter of another thread would run in that thread.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import ceil
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from workmate_desktop.domain.changes import (
    Change,
    CustomerChanged,
    EventRecorded,
    EverythingChanged,
    InvoiceChanged,
    InvoiceRemoved,
    NoticeAdded,
    ReceptionChanged,
    SettingsChanged,
)
from workmate_desktop.domain.errors import UserError

T = TypeVar("T")
logger = logging.getLogger("workmate.bridge")

COALESCE_MS = 4
"""After some changes at once, what follows within so many milliseconds is told together. A single
payment makes nobody wait: telling it takes less time than most pauses between two."""
FRAME_MS = 16
"""After many changes at once the next ones wait for so long: nobody sees more than a frame."""
_SOME = 8
_MANY = 24
"""A payment makes two or three changes."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Whom to tell about a future, and what is being done meanwhile.

    Only the GUI thread holds these: they refer to widgets, and a widget that lost its last
    reference in another thread would be destroyed there, which crashes Qt.
    """

    done: Callable[[Any], None]
    failed: Callable[[Exception], None] | None
    owner: QObject | None
    work: Callable[[], Any] | None = None


class Bridge(QObject):
    """Signals for views; each carries a tuple of ids without repetition.

    `invoices_changed`, `customers_changed`, `events_recorded`, `notices_added`: ids.
    `settings_changed`, `reception_changed`, `everything_changed`, `log_added`: no values.
    """

    invoices_changed = Signal(object)
    customers_changed = Signal(object)
    events_recorded = Signal(object)
    notices_added = Signal(object)
    settings_changed = Signal()
    reception_changed = Signal()
    everything_changed = Signal()
    log_added = Signal()

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self._answers: list[tuple[int, Future[Any]]] = []
        self._waiting: dict[int, _Waiting] = {}
        self._numbers = count()
        self._log_lines = False
        self._waking = False
        self._quiet_until = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="background")
        self._closed = False

    # --- from any thread -----------------------------------------------------------------

    def announce(self, changes: Sequence[Change]) -> None:
        """Take changes; to be registered with the announcer."""
        with self._lock:
            self._changes.extend(changes)
            wake = not self._waking
            self._waking = True
        if wake:
            self._emit_woken()

    def note_log(self) -> None:
        """A log line was added; to be registered with the log."""
        with self._lock:
            self._log_lines = True
            wake = not self._waking
            self._waking = True
        if wake:
            self._emit_woken()

    def _answered(self, number: int, future: "Future[Any]") -> None:
        with self._lock:
            self._answers.append((number, future))
            wake = not self._waking
            self._waking = True
        if wake:
            self._emit_woken()

    def _work(self, number: int) -> Any:
        """In the pool. Its own references end before the future is answered."""
        work = self._waiting[number].work
        assert work is not None
        return work()

    def _emit_woken(self) -> None:
        if not self._closed and isValid(self):
            self._woken.emit()

    # --- GUI thread ----------------------------------------------------------------------

    def run_in_background(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Do `work` in the pool; then `done` or `failed` is called in the GUI thread.

        Nothing is called any more once `owner` was destroyed. An error that staff cannot mend,
        or that nobody answers, is logged as a bug; `failed` has only to say it.
        """
        number = next(self._numbers)
        self._waiting[number] = _Waiting(done, failed, owner, work)
        try:
            future = self._pool.submit(self._work, number)
        except RuntimeError:
            del self._waiting[number]  # the program is ending
            return
        future.add_done_callback(partial(self._answered, number))

    def when_done(
        self,
        future: "Future[T]",
        done: Callable[[T], None] = lambda _result: None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Call `done` or `failed` in the GUI thread when `future` is answered."""
        number = next(self._numbers)
        self._waiting[number] = _Waiting(done, failed, owner)
        future.add_done_callback(partial(self._answered, number))

    def close(self, deadline_free: bool = True) -> None:
        """Call nobody any more. Work under way in the pool is left to end by itself."""
        self._closed = True
        self._timer.stop()
        self._pool.shutdown(wait=not deadline_free, cancel_futures=True)

    @Slot()
    def _wake(self) -> None:
        if self._closed:
            return  # what was announced before the stop would read books that are closed
        with self._lock:
            answers, self._answers = self._answers, []
        for number, future in answers:
            self._finish(self._waiting.pop(number), future)
        if self._timer.isActive():
            return
        wait = self._quiet_until - time.monotonic()
        if wait > 0:
            self._timer.start(ceil(wait * 1000))
        else:
            self._deliver()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            changes, self._changes = self._changes, []
            answers, self._answers = self._answers, []
            log_lines, self._log_lines = self._log_lines, False
            self._waking = False
        for number, future in answers:
            self._finish(self._waiting.pop(number), future)
        if changes:
            self._tell(changes)
        if log_lines:
            self.log_added.emit()
        if len(changes) >= _SOME:
            pause = FRAME_MS if len(changes) >= _MANY else COALESCE_MS
            self._quiet_until = time.monotonic() + pause / 1000

    def _tell(self, changes: list[Change]) -> None:
        ids: dict[type, dict[str, None]] = {}
        for change in changes:
            match change:
                case InvoiceChanged(key) | InvoiceRemoved(key):
                    ids.setdefault(InvoiceChanged, {})[key] = None
                case CustomerChanged(key) | EventRecorded(key) | NoticeAdded(key):
                    ids.setdefault(type(change), {})[key] = None
                case _:
                    ids.setdefault(type(change), {})
        if EverythingChanged in ids:
            self.everything_changed.emit()
        signals: dict[type, Any] = {
            InvoiceChanged: self.invoices_changed,
            CustomerChanged: self.customers_changed,
            EventRecorded: self.events_recorded,
            NoticeAdded: self.notices_added,
        }
        for kind, signal in signals.items():
            if kind in ids:
                signal.emit(tuple(ids[kind]))
        if SettingsChanged in ids:
            self.settings_changed.emit()
        if ReceptionChanged in ids:
            self.reception_changed.emit()

    def _finish(self, waiting: _Waiting, future: "Future[Any]") -> None:
        gone = waiting.owner is not None and not isValid(waiting.owner)
        if self._closed or future.cancelled() or gone:
            return
        error = future.exception()
        if error is None:
            waiting.done(future.result())
            return
        if waiting.failed is None or not isinstance(error, UserError):
            logger.error("Background work failed", exc_info=error)
        if waiting.failed is not None and isinstance(error, Exception):
            waiting.failed(error)
