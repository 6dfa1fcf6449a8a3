"""Why the database could not do its work, told apart from SQLite's result codes.

https://www.sqlite.org/rescode.html
"""

import sqlite3
from enum import StrEnum

from workmate_desktop.domain.errors import UserError


class StoreTrouble(StrEnum):
    """What is wrong with the database right now."""

    BUSY = "database_busy"
    FULL = "disk_full"
    READ_ONLY = "database_read_only"
    DAMAGED = "database_damaged"
    UNREADABLE = "database_unreadable"
    LOST = "database_lost"
    """The file was moved away, deleted or replaced while it was open (file_watch.py)."""


_PRIMARY_CODES = {
    sqlite3.SQLITE_BUSY: StoreTrouble.BUSY,
    sqlite3.SQLITE_LOCKED: StoreTrouble.BUSY,
    sqlite3.SQLITE_FULL: StoreTrouble.FULL,
    sqlite3.SQLITE_READONLY: StoreTrouble.READ_ONLY,
    sqlite3.SQLITE_PERM: StoreTrouble.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StoreTrouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: StoreTrouble.DAMAGED,
    sqlite3.SQLITE_IOERR: StoreTrouble.UNREADABLE,
    sqlite3.SQLITE_CANTOPEN: StoreTrouble.UNREADABLE,
}


class StoreUnavailable(UserError):
    """The database cannot be written at the moment; nothing of the job was kept."""

    def __init__(self, trouble: StoreTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def trouble_of(error: BaseException) -> StoreTrouble | None:
    """The trouble behind an SQLite error; None when the error is a bug of ours.

    SQLAlchemy wraps the driver's error: the result code is on the original.
    https://docs.sqlalchemy.org/en/21/core/exceptions.html#sqlalchemy.exc.DBAPIError
    """
    if isinstance(error, StoreUnavailable):
        return error.trouble
    code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return StoreTrouble.FULL  # no room for the index of the WAL
    return _PRIMARY_CODES.get(code & 0xFF)
