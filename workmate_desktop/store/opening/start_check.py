"""The check of the whole file at start, begun while most of the program is still being imported.

It reads every page, the longer the more years the books hold, and SQLite needs no Python for it: on
a thread of its own it costs the start next to nothing. By the driver alone, as `early_books`.
"""

import sqlite3
from pathlib import Path

from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.store.database.driver import open_connection
from workmate_desktop.store.database.file_names import FILE_NAME, PLAN

CHECK = "PRAGMA quick_check(1)"
"""https://www.sqlite.org/pragma.html#pragma_quick_check"""


class StartCheck:
    """Looks through the books from now on. Whoever begins it holds the lock of the folder until
    the books are opened: nobody else writes to them meanwhile.
    """

    def __init__(self, path: Path, waiting: Waiting) -> None:
        """Raises sqlite3.Error, RuntimeError."""
        self._connection = open_connection(path, read_only=True)
        self._sound = False
        self._thread = waiting.start(self._run, "start-check")

    def found_sound(self) -> bool:
        """Waits for the end. False: not known to be sound, so that it has to be checked again."""
        self._thread.join()
        return self._sound

    def stop(self) -> None:
        """End it before its time. Twice is fine."""
        while self._thread.is_alive():
            try:
                self._connection.interrupt()
            except sqlite3.ProgrammingError:
                return  # it has just ended and closed
            self._thread.join(0.01)

    def _run(self) -> None:
        try:
            self._sound = self._connection.execute(CHECK).fetchone() == ("ok",)
        except sqlite3.Error:
            self._sound = False  # store.open meets it again, and has the words for it
        finally:
            self._connection.close()


def begin_check(data_dir: Path, waiting: Waiting) -> StartCheck | None:
    """None where there is nothing to check, or another file is to be put in its place first."""
    path = data_dir / FILE_NAME
    try:
        if (data_dir / PLAN).exists() or not path.exists() or path.stat().st_size == 0:
            return None
        return StartCheck(path, waiting)
    except (sqlite3.Error, RuntimeError, OSError):
        return None  # as in _run
