"""The writer's look at its own files: nothing is confirmed that nobody would find again.

What it has confirmed before is saved as soon as the files are gone from their place (rescue.py).
When they come back, all goes on.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from workmate_desktop.domain.clock import Clock
from workmate_desktop.store.backup import rescue
from workmate_desktop.store.database.driver import open_connection
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable
from workmate_desktop.store.database.file_identity import FileStanding
from workmate_desktop.store.opening.start_check import CHECK

logger = logging.getLogger("workmate.store")

SAVE_AGAIN_SECONDS = 10.0
SAVING_SECONDS = 120.0
"""So long the end of the program waits for a copy: large books on a slow disk."""
IDLE_SECONDS = 10.0
"""So often it is looked for although nobody writes."""


class FileWatch:
    """For the writer's thread alone; `trouble` and `rescued` may be read by any."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._path = database.path
        self._place = database.place
        self._clock = clock
        self._waiting = database.waiting
        self.trouble: StoreTrouble | None = None
        """LOST, or DAMAGED for a file that was cut off; None while all is well."""
        self.rescued: Path | None = None
        """Where what was confirmed lies, while there is trouble and since it could be saved."""
        self._saved: tuple[sqlite3.Connection, int] | None = None
        self._tried_at: float | None = None

    def connected(self) -> None:
        """The writer has just opened its connection. Raises StoreUnavailable."""
        try:
            self._place.hold_file()
            self._place.hold_log()
        except OSError as error:  # gone within the last moment
            raise StoreUnavailable(StoreTrouble.LOST) from error
        self.require()

    def disconnected(self) -> None:
        """The writer has closed it."""
        self._place.free_log()

    def look(self) -> StoreTrouble | None:
        """What is wrong with the files now; two calls of the system. DAMAGED stays."""
        if self.trouble is StoreTrouble.DAMAGED:
            return self.trouble
        standing = self._place.all()
        if standing is FileStanding.SHRUNK and self._is_sound():
            self._place.accept_size()  # a VACUUM by another program
            standing = self._place.all()
        if standing is FileStanding.HERE:
            if self.trouble is not None:
                self._came_back()
        elif self.trouble is None:
            self.trouble = (
                StoreTrouble.LOST if standing is FileStanding.LOST else StoreTrouble.DAMAGED
            )
            logger.critical("The files of the books are %s", standing.value)
        return self.trouble

    def require(self) -> None:
        """Just before a commit, of the file alone. Raises StoreUnavailable.

        What goes between this and the commit is kept, and not confirmed.
        """
        if self.trouble is None and self._place.file() is FileStanding.HERE:
            return
        trouble = self.look()
        if trouble is not None:
            raise StoreUnavailable(trouble)

    def save_if_due(self, raw: sqlite3.Connection, at_once: bool = False) -> bool:
        """While there is trouble: save what is not saved yet, every ten seconds at most.

        Whether it did.
        """
        if self.trouble is None or raw.in_transaction or self._is_saved(raw):
            return False
        now = self._waiting.monotonic()
        if not at_once and self._tried_at is not None and now - self._tried_at < SAVE_AGAIN_SECONDS:
            return False
        self._tried_at = now
        before, stamp = self.rescued, f"{self._clock.local(self._clock.now()):%Y%m%d-%H%M%S}"
        try:
            self.rescued = rescue.save(raw, self._path.parent, stamp)
        except rescue.RescueFailed as error:
            logger.critical("The books could not be saved: %s", error)
            return False
        logger.critical("All that was booked until now is saved in %s", self.rescued)
        self._saved = (raw, raw.total_changes)
        if before is not None and before != self.rescued:
            _remove(before)
        if self.trouble is StoreTrouble.LOST and self._place.file() is FileStanding.HERE:
            # Only the log is gone from its place: what it holds belongs into the file.
            try:
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error as error:
                logger.warning("The log could not be written back: %s", error)
        return True

    def _is_saved(self, raw: sqlite3.Connection) -> bool:
        try:
            there = self.rescued is not None and self.rescued.exists()
        except OSError:  # in a folder that does not answer
            return False
        return there and self._saved == (raw, raw.total_changes)

    def _came_back(self) -> None:
        """The very files that everything was written to are in their place again."""
        logger.warning("The files of the books are in their place again")
        saved, self.rescued = self.rescued, None
        self.trouble = self._saved = self._tried_at = None
        if saved is not None:
            _remove(saved)  # no more than what the books hold

    def _is_sound(self) -> bool:
        """By a connection of its own, which has nothing of the file in its memory."""
        try:
            with closing(open_connection(self._path, read_only=True)) as connection:
                return bool(connection.execute(CHECK).fetchone() == ("ok",))
        except (sqlite3.Error, RuntimeError):
            return False


def _remove(saved: Path) -> None:
    try:
        saved.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s could not be removed: %s", saved, error.strerror)
