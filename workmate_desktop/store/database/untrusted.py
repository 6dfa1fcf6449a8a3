"""Reading a file that anybody may have written: nothing of it runs, and nothing of it lasts.

Views and triggers of the file are refused as soon as a statement would use one, and SQLite's steps
are counted: a file that lets it run for ever is given up. https://www.sqlite.org/security.html

What rows are copied from is opened with `trusted_schema` off as well (store/backup/rebuild.py). Not
so whole books: SQLite 3.40 takes the JSON functions in their own indexes for unsafe.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

LONGEST_CELL = 32 * 1024 * 1024
"""Bytes of one value; the longest that the program writes are some hundred kB."""
_AT_LEAST = 400_000_000
_PER_BYTE = 120
"""Steps of SQLite's machine: some seconds, and ten times what sound books of that size take."""
_LOOK_EVERY = 1_000_000


def guard(connection: sqlite3.Connection, size_bytes: int) -> None:
    """From now on `connection` runs nothing that its files bring along, and ends in time.

    `size_bytes` of all that is read. What goes on too long raises sqlite3.OperationalError with
    SQLITE_INTERRUPT, a view or trigger sqlite3.DatabaseError with SQLITE_AUTH.
    """
    left = [_AT_LEAST + _PER_BYTE * size_bytes]

    def one_look() -> bool:
        left[0] -= _LOOK_EVERY
        return left[0] < 0

    connection.set_progress_handler(one_look, _LOOK_EVERY)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
    connection.execute("PRAGMA cell_size_check=ON")
    connection.execute("PRAGMA mmap_size=0")
    connection.set_authorizer(_nothing_of_the_file)


def _nothing_of_the_file(
    action: int, _one: str | None, _two: str | None, _file: str | None, source: str | None
) -> int:
    """`source` is the view or trigger that a statement would run."""
    refused = source is not None or action == sqlite3.SQLITE_RECURSIVE
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Never writes; `rw` because a WAL cannot be read without its index beside it.

    Raises OSError, sqlite3.Error.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA query_only=ON")
        guard(connection, size_of(path))
        yield connection


def size_of(path: Path) -> int:
    """Bytes of a database and of the WAL beside it. Raises OSError."""
    wal = path.with_name(path.name + "-wal")
    return path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
