"""The connections of one database file: one for the writer, a pool for all readers."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool, QueuePool

from workmate_desktop.store.driver import BUSY_TIMEOUT_MS, create_file, open_connection
from workmate_desktop.store.file_names import FILE_NAME

__all__ = ["BUSY_TIMEOUT_MS", "FILE_NAME", "Database", "create_file", "open_connection"]


class Database:
    """The engines of one database file: one for the writer thread, one for all readers."""

    def __init__(self, path: Path, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.path = path
        self._busy_timeout_ms = busy_timeout_ms
        # AUTOCOMMIT: transactions are begun by hand, as BEGIN IMMEDIATE or as snapshots.
        self.writing: Engine = create_engine(
            "sqlite://",
            creator=lambda: open_connection(
                path, read_only=False, busy_timeout_ms=self._busy_timeout_ms
            ),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self.reading: Engine = create_engine(
            "sqlite://",
            creator=lambda: open_connection(path, read_only=True),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=8,
            # The reader last used: its cache is still warm.
            pool_use_lifo=True,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._closing = threading.Lock()
        self._quick: sqlite3.Connection | None = None
        self._one_by_one = threading.Lock()

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A reading connection; each statement sees the newest commit."""
        with self.reading.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A reading connection whose statements all see the same moment."""
        with self.reading.connect() as connection:
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
        """
        with self._one_by_one:
            if self._quick is None:
                self._quick = open_connection(self.path, read_only=True)
            yield self._quick

    def close(self, wait_seconds: float = 0.0) -> bool:
        """Close the idle readers. The writer closes its own connection when it stops.

        Waits `wait_seconds` at most for readers under way. True: no reader is left, so the file
        may be replaced. (The last connection removes the WAL by its name when it closes: it must
        never do so beside a new file.)
        """
        pool = self.reading.pool
        assert isinstance(pool, QueuePool)
        deadline = time.monotonic() + wait_seconds
        while pool.checkedout() and time.monotonic() < deadline:
            time.sleep(0.01)
        with self._one_by_one:
            if self._quick is not None:
                self._quick.close()
                self._quick = None
        with self._closing:
            unused = pool.checkedout() == 0
            self.reading.dispose()
            self.writing.dispose()
        return unused
