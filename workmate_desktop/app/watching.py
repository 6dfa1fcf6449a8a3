"""Which threads of the books the watchdog watches. No Qt: for the window and for `serve`."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from workmate_desktop.services.upkeep.crash import CrashFiles
from workmate_desktop.services.upkeep.watchdog import Heart, Watchdog

if TYPE_CHECKING:
    from workmate_desktop.app.core import Core

logger = logging.getLogger("workmate.crash")

LISTENER, WRITER = "listener", "writer"


def watch_core(watchdog: Watchdog, core: "Core") -> None:
    """Watch the threads of the books."""
    heart = Heart(core.outside.waiting.monotonic, threading.get_ident)
    core.listener.beat = heart.beat
    watchdog.watch(
        LISTENER,
        lambda: heart.waiting_since() if core.listener.running else None,
        heart.thread_id,
    )
    watchdog.watch(WRITER, core.writer.busy_since, lambda: core.writer.thread_id)


class ServerWatch:
    """`serve` has no window to tell in: everything goes to the log and the console."""

    def __init__(self, core: "Core") -> None:
        self._files = CrashFiles(core.options.data_dir)
        self._watchdog = Watchdog(core.outside.waiting, core.clock, lambda _stuck: None)
        self._hook: Callable[[threading.ExceptHookArgs], object] = threading.excepthook
        watch_core(self._watchdog, core)

    def start(self) -> None:
        """Say how the last run ended, and watch over this one."""
        self._hook, threading.excepthook = threading.excepthook, self._on_thread_error
        last = self._files.begin()
        if last is not None:
            logger.error("Report of the last run:\n%s", last)
            self._files.forget()
        self._watchdog.start()

    def stop(self) -> None:
        """The program ends as it should."""
        self._watchdog.stop()
        if threading.excepthook == self._on_thread_error:
            threading.excepthook = self._hook
        self._files.end()

    def _on_thread_error(self, happened: threading.ExceptHookArgs) -> None:
        if isinstance(happened.exc_value, Exception):
            name = happened.thread.name if happened.thread else "?"
            logger.error("Unexpected error in the thread %s", name, exc_info=happened.exc_value)
