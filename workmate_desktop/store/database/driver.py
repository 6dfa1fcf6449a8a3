"""Connections of the driver: opened in one way, and asserted to be what we asked for."""

import os
import sqlite3
from pathlib import Path

BUSY_TIMEOUT_MS = 4000
"""How long a write waits for another process before it counts as busy."""


def _assert_pragma(connection: sqlite3.Connection, name: str, wanted: object) -> None:
    found = connection.execute(f"PRAGMA {name}").fetchone()[0]
    if found != wanted:
        raise RuntimeError(f"PRAGMA {name} is {found!r}, not {wanted!r}")


def open_connection(
    path: Path,
    *,
    read_only: bool,
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> sqlite3.Connection:
    """A driver connection in autocommit mode with every PRAGMA asserted.

    The file must exist: SQLite would silently create an empty one. WAL with
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
        factory=factory,
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
