"""The connections of one database file: one for the writer, a pool for all readers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool, QueuePool

from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.store.database.driver import BUSY_TIMEOUT_MS, create_file, open_connection
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable
from workmate_desktop.store.database.file_identity import FilePlace, FileStanding
from workmate_desktop.store.database.file_names import FILE_NAME

__all__ = ["BUSY_TIMEOUT_MS", "FILE_NAME", "Database", "create_file", "open_connection"]


class Connect(Protocol):
    """store.driver.open_connection: every connection of the running program comes from it."""

    def __call__(
        self, path: Path, *, read_only: bool, busy_timeout_ms: int = BUSY_TIMEOUT_MS
    ) -> sqlite3.Connection: ...


class Database:
    """The engines of one database file: one for the writer thread, one for all readers.

    `waiting` is also how whoever writes and reads here waits.
    """

    def __init__(
        self,
        path: Path,
        waiting: Waiting,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
        connect: Connect = open_connection,
    ) -> None:
        self.path = path
        self.waiting = waiting
        self._connect = connect
        self.place = FilePlace(path)
        """Whether the open file is the one at `path`."""
        # AUTOCOMMIT: transactions are begun by hand, as BEGIN IMMEDIATE or as snapshots.
        self.writing: Engine = create_engine(
            "sqlite://",
            creator=lambda: connect(path, read_only=False, busy_timeout_ms=busy_timeout_ms),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self.reading: Engine = create_engine(
            "sqlite://",
            creator=self._open_reader,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=8,
            # The reader last used: its cache is still warm.
            pool_use_lifo=True,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._quick: sqlite3.Connection | None = None
        self._one_by_one = waiting.lock()
        self._gate = waiting.lock()
        self._readers = 0
        self._given_up = False

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A reading connection; each statement sees the newest commit.

        Raises StoreUnavailable when the file is being replaced, see `close`.
        """
        with self._gate:
            if self._given_up:
                raise StoreUnavailable(StoreTrouble.UNREADABLE)
            self._readers += 1
        try:
            with self.reading.connect() as connection:
                yield connection
        finally:
            with self._gate:
                self._readers -= 1

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A reading connection whose statements all see the same moment. Raises as `reader`."""
        with self.reader() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    @contextmanager
    def quick(self) -> Iterator[sqlite3.Connection]:
        """The driver's own reading connection, for the few rows that each payment changes.

        Each statement sees the newest commit, once all of the one before it is fetched. So one
        thread at a time: beside an unfinished statement the next would share its older snapshot.
        Raises as `reader`.
        """
        with self._one_by_one:
            if self._given_up:
                raise StoreUnavailable(StoreTrouble.UNREADABLE)
            if self._quick is None:
                self._quick = self._open_reader()
            yield self._quick

    def _open_reader(self) -> sqlite3.Connection:
        """Beside a replaced file there must be no connection to the log of the true one."""
        if self.place.all() is FileStanding.LOST:
            raise StoreUnavailable(StoreTrouble.LOST)
        return self._connect(self.path, read_only=True)

    def close(self, wait_seconds: float = 0.0) -> bool:
        """Close the idle readers. The writer closes its own connection when it stops.

        With `wait_seconds` the file is to be replaced: nobody begins to read any more, and
        readers under way are waited for, so long at most. True: no reader is left, so the file
        may be replaced. (The last connection removes the WAL by its name when it closes: it must
        never do so beside a new file. A view may be about to read when its books are closed.)
        """
        with self._gate:
            self._given_up = wait_seconds > 0
        deadline = self.waiting.monotonic() + wait_seconds
        while self._readers and self.waiting.monotonic() < deadline:
            self.waiting.sleep(0.01)
        with self._one_by_one:
            if self._quick is not None:
                self._quick.close()
                self._quick = None
        unused = self._readers == 0
        self.reading.dispose()
        self.writing.dispose()
        if unused and not self.place.is_written:  # by a writer that did not end in time
            self.place.close()
        return unused
