"""Nothing fails silently: unexpected errors and hanging threads of the window's process.

Installed by app/window/run.py around the running program, not by the program itself, because the
hooks belong to the whole process. PySide hands an exception in a slot to sys.excepthook too.
"""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workmate_desktop.app.watching import watch_core
from workmate_desktop.domain.changes import ReceptionChanged
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.crash import CrashFiles, report_of, report_of_stack
from workmate_desktop.services.upkeep.watchdog import Heart, Watchdog

if TYPE_CHECKING:  # the first paint waits for none of these
    from workmate_desktop.app.core import Core
    from workmate_desktop.app.window.program import WindowProgram
    from workmate_desktop.ui.window.crash_dialog import CrashDialog

logger = logging.getLogger("workmate.crash")

WINDOW = "window"
_BEAT_MS = 2000
_Place = tuple[str, str, int]


class CrashWatch(QObject):
    """Lives in the GUI thread, from after the start of `program` until after its stop."""

    _happened = Signal(str)

    def __init__(self, program: "WindowProgram") -> None:
        super().__init__()
        self._program = program
        self._files = CrashFiles(program.options.data_dir)
        waiting = Threads()
        self._heart = Heart(waiting.monotonic, threading.get_ident)
        self._timer = QTimer(self, interval=_BEAT_MS)
        self._timer.timeout.connect(self._heart.beat)
        self.watchdog = Watchdog(waiting, program.clock, self._on_change, self._on_stuck)
        self.dialog: CrashDialog | None = None
        self._told: set[_Place] = set()
        self._thread_hook: Callable[[threading.ExceptHookArgs], object] = threading.excepthook
        self._hook = sys.excepthook
        self._core: Core | None = None
        self._happened.connect(self._show)

    def start(self) -> None:
        """Install the hooks; tell of the last run if it ended by a fault."""
        self._hook, sys.excepthook = sys.excepthook, self._on_error
        self._thread_hook, threading.excepthook = threading.excepthook, self._on_thread_error
        last = self._files.begin()
        self._heart.beat()
        self._timer.start()
        self.watchdog.watch(WINDOW, self._heart.waiting_since, self._heart.thread_id)
        self._program.books_opened.connect(self._on_books_opened)
        self._on_books_opened()
        self.watchdog.start()
        if last is not None:
            self._open(last, ended=True)

    def stop(self) -> None:
        """The program ended as it should. Twice is fine."""
        self._timer.stop()
        self.watchdog.stop()
        if sys.excepthook == self._on_error:
            sys.excepthook = self._hook
        if threading.excepthook == self._on_thread_error:
            threading.excepthook = self._thread_hook
        self._files.end()

    def keep(self, error: BaseException) -> None:
        """The program ends by this: the next start tells."""
        self._files.keep(report_of(error, WINDOW, self._log_lines()))

    # --- any thread ------------------------------------------------------------------------

    def _on_error(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception):
            self._hook(kind, error, trace)
            return
        self._note(error, threading.current_thread().name)

    def _on_thread_error(self, happened: threading.ExceptHookArgs) -> None:
        if isinstance(happened.exc_value, Exception):
            self._note(happened.exc_value, happened.thread.name if happened.thread else "?")

    def _note(self, error: Exception, thread: str) -> None:
        logger.error("Unexpected error in the thread %s", thread, exc_info=error)
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        code = trace.tb_frame.f_code if trace is not None else None
        place = (
            type(error).__name__,
            code.co_filename if code else "",
            trace.tb_lineno if trace else 0,
        )
        if place in self._told:
            return  # a fault in painting comes sixty times a second
        self._told.add(place)
        self._happened.emit(report_of(error, thread, self._log_lines()))

    def _on_change(self, stuck: tuple[str, ...]) -> None:
        """The watchdog's thread says who hangs."""
        if WINDOW not in stuck:
            self._files.forget()
        core = self._core
        if core is not None:
            core.announcer.announce([ReceptionChanged()])

    def _on_stuck(self, name: str, stack: list[str]) -> None:
        if name == WINDOW:  # staff will end it by force; the next start tells
            title = f"The thread {name} does not answer"
            self._files.keep(report_of_stack(title, stack, self._log_lines()))

    def _log_lines(self) -> list[str]:
        return self._files.log_tail()

    # --- GUI thread --------------------------------------------------------------------------

    @Slot()
    def _on_books_opened(self) -> None:
        program = self._program
        if program.core is not None and program.pages is not None:
            self._core = program.core
            watch_core(self.watchdog, program.core)
            program.pages.set_stuck_threads(lambda: self.watchdog.stuck)

    @Slot(str)
    def _show(self, report: str) -> None:
        self._open(report, ended=False)

    def _open(self, report: str, *, ended: bool) -> None:
        if self.dialog is not None:
            return  # one at a time; the log has all
        from workmate_desktop.ui.window.crash_dialog import CrashDialog

        self.dialog = CrashDialog(self._program.theme, report, self._program.window, ended=ended)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()
        if ended:
            self._files.forget()

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None
