"""Whether the files that a connection writes to are still those at their path.

A file that is deleted, moved away or replaced while the program has it open goes on taking
commits, and nobody will ever find them: https://www.sqlite.org/howtocorrupt.html (4.4). SQLite
itself does not look for it in WAL mode.

Files are told apart by device and number as stat gives them. Some network folders give no number,
or another one later: without one only existence and size count, and a number that differs is
compared once more with the number which the open file itself has now. Windows does not let an open
database be moved or deleted at all.
"""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

Stat = Callable[[str | int], os.stat_result]


class FileStanding(StrEnum):
    """What is at the path."""

    HERE = "here"
    SHRUNK = "shrunk"
    """The very file, but shorter than before: a VACUUM by another program, or cut off."""
    LOST = "lost"
    """Nothing, or another file."""


class _Held:
    """One file, and what it was known by. Raises OSError where there is none."""

    def __init__(self, path: Path, stat: Stat) -> None:
        self._path = str(path)
        self._stat = stat
        # Held open only to be asked for its number. On Windows that would hinder SQLite.
        self._open = os.open(path, os.O_RDONLY) if os.name == "posix" else None
        try:
            found = stat(self._path)
        except OSError:
            self.close()
            raise
        self._device, self._number, self._size = found.st_dev, found.st_ino, found.st_size

    def standing(self) -> FileStanding:
        """As it is now; one call of the system."""
        try:
            found = self._stat(self._path)
        except OSError:
            return FileStanding.LOST
        if found.st_ino != self._number or found.st_dev != self._device:
            if not self._is_open_file(found):
                return FileStanding.LOST
            self._device, self._number = found.st_dev, found.st_ino
        if found.st_size < self._size:
            return FileStanding.SHRUNK
        self._size = found.st_size
        return FileStanding.HERE

    def accept_size(self) -> None:
        """It is rightly shorter than before."""
        self._size = 0

    def _is_open_file(self, found: os.stat_result) -> bool:
        if self._open is None:
            return found.st_ino == 0 or self._number == 0  # not known on one of both occasions
        try:
            return os.path.samestat(self._stat(self._open), found)
        except OSError:  # a network folder does not know it any more
            return False

    def close(self) -> None:
        """Let go. Twice is fine."""
        if self._open is not None:
            os.close(self._open)
            self._open = None


class FilePlace:
    """Of one database file and the log beside it. Any thread may ask; the writer holds and frees.

    `close` may be called only when this process has no connection to the file any more: on POSIX
    systems closing any handle gives up the locks that SQLite holds on the same file.
    https://www.sqlite.org/howtocorrupt.html (2.2)
    """

    def __init__(self, path: Path, stat: Stat = os.stat) -> None:
        """`stat` is asked for paths and for open files."""
        self._path = path
        self._stat = stat
        self._file: _Held | None = None
        self._log: _Held | None = None

    def hold_file(self) -> None:
        """From now on the file that is at the path is the right one. Twice is fine.

        Raises OSError where there is none.
        """
        if self._file is None:
            self._file = _Held(self._path, self._stat)

    def hold_log(self) -> None:
        """The log that was just opened by the connection is the right one. Raises OSError."""
        self.free_log()
        self._log = _Held(self._path.with_name(self._path.name + "-wal"), self._stat)

    def free_log(self) -> None:
        """No connection writes to the log any more: it may be removed, and be another one later."""
        log, self._log = self._log, None
        if log is not None:
            log.close()

    @property
    def is_written(self) -> bool:
        """Whether a connection writes to the log."""
        return self._log is not None

    def file(self) -> FileStanding:
        """What is at the path of the database itself. HERE while nothing is held."""
        held = self._file
        return FileStanding.HERE if held is None else held.standing()

    def all(self) -> FileStanding:
        """Of database and log. A log may become shorter: whoever writes it back may cut it off."""
        standing, log = self.file(), self._log
        if log is not None and log.standing() is FileStanding.LOST:
            return FileStanding.LOST
        return standing

    def accept_size(self) -> None:
        """The file is sound although it is shorter than before."""
        if self._file is not None:
            self._file.accept_size()

    def close(self) -> None:
        """Hold nothing any more. Twice is fine."""
        self.free_log()
        held, self._file = self._file, None
        if held is not None:
            held.close()
