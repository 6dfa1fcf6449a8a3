"""One program per data folder: a lock that the system lets go of when the process dies.

No library: the standard one has it, and a lock file of PIDs would survive a kill.

A file can be deleted while it is locked, and the next program would make and lock another one. So
the folder itself is locked, too. Windows cannot lock a folder, but lets nobody delete an open file.
Some network folders cannot either: there the file alone counts.
"""

import os
import sys
from pathlib import Path
from typing import IO

FILE = "workmate.lock"


class InstanceLock:
    """`acquire` says whether this process is the only one on the folder."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._file: IO[str] | None = None
        self._folder: int | None = None

    def acquire(self) -> bool:
        """True: the folder is ours until `release` or the end of the process. Twice is fine.

        Raises OSError when the folder cannot be written at all.
        """
        if self._file is not None:
            return True
        handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        file = os.fdopen(handle, "r+", encoding="utf-8")
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        try:
            self._folder = _lock_folder(self._path.parent)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go. Twice is fine."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _lock_folder(_folder: Path) -> int | None:
        return None

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lock_folder(folder: Path) -> int | None:
        """The locked folder; None where there is no such thing. Raises BlockingIOError."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise
        except OSError:
            os.close(handle)
            return None
        return handle
