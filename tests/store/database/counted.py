"""What SQLite does, counted by itself: the same on a slow PC and on a busy one."""

import sqlite3
import threading
from collections.abc import Callable

from sqlalchemy import event

from workmate_desktop.store.database.engine import Database


class Steps:
    """Counts the steps of SQLite's machine, in the thread that made it or in all threads.

    https://www.sqlite.org/c3ref/progress_handler.html
    """

    def __init__(self, *, only_here: bool = False) -> None:
        self.number = 0
        self._thread = threading.get_ident() if only_here else None

    def __call__(self) -> int:
        if self._thread is None or self._thread == threading.get_ident():
            self.number += 1
        return 0  # go on

    def of(self, work: Callable[[], object]) -> int:
        """Those of `work`."""
        self.number = 0
        work()
        return self.number

    def watch(self, raw: sqlite3.Connection) -> None:
        """Count what this connection runs."""
        raw.set_progress_handler(self, 1)

    def watch_readers(self, database: Database) -> None:
        """Count what all readers of these books run."""
        event.listen(database.reading, "checkout", lambda raw, _entry, _proxy: self.watch(raw))
        with database.quick() as raw:
            self.watch(raw)
