"""Connections to the database: opened in one way, and asserted to be what we asked for."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool, QueuePool

BUSY_TIMEOUT_MS = 4000
"""How long a write waits for another process before it counts as busy."""

FILE_NAME = "workmate.sqlite3"


def _assert_pragma(connection: sqlite3.Connection, name: str, wanted: object) -> None:
    found = connection.execute(f"PRAGMA {name}").fetchone()[0]
    if found != wanted:
        raise RuntimeError(f"PRAGMA {name} is {found!r}, not {wanted!r}")


def open_connection(
    path: Path, *, read_only: bool, busy_timeout_ms: int = BUSY_TIMEOUT_MS
) -> sqlite3.Connection:
    """A driver connection in autocommit mode with every PRAGMA asserted.

    The file must exist: SQLite would silently create an empty one (FACTS). WAL with
    synchronous=FULL is what makes a commit survive a power cut.
    https://www.sqlite.org/pragma.html#pragma_synchronous

    Raises sqlite3.Error when the file cannot be opened or is no database.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=busy_timeout_ms / 1000,
        cached_statements=256,
    )
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.execute("PRAGMA journal_mode=WAL")
        _assert_pragma(connection, "journal_mode", "wal")
        _assert_pragma(connection, "synchronous", 2)
        _assert_pragma(connection, "foreign_keys", 1)
        _assert_pragma(connection, "query_only", int(read_only))
    except BaseException:
        connection.close()
        raise
    return connection


def create_file(path: Path) -> None:
    """An empty file only its owner can read; SQLite gives WAL and SHM the same mode.

    Raises FileExistsError, OSError.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


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
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._closing = threading.Lock()

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
        with self._closing:
            unused = pool.checkedout() == 0
            self.reading.dispose()
            self.writing.dispose()
        return unused
