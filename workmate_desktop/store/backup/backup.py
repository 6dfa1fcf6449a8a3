"""Backups: VACUUM INTO a file of its own, verified; domain/backups.py says which are kept.

Copying the database file of a running program loses what is still in the WAL.
https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from workmate_desktop.domain.backups import backup_name, kept_of
from workmate_desktop.domain.errors import UserError
from workmate_desktop.store.common.whole_files import sync_folder
from workmate_desktop.store.database.engine import FILE_NAME, create_file
from workmate_desktop.store.database.untrusted import reading


class BackupFailed(Exception):
    """The backup could not be made or did not pass its check; the books are unharmed."""


FOLDER = "backups"
_UNFINISHED = ".unfinished"
_ASKED_EVERY = 1000
"""Steps of SQLite's machine: of a copy, about a hundred rows."""
SEAL_HEAD = "SELECT COALESCE(max(no), 0) FROM seals"


def make(
    database: Path, data_dir: Path, name: str, give_up: Callable[[], bool] | None = None
) -> Path:
    """A verified backup `backups/<name>.sqlite3`, replacing one of the same name.

    Reads a snapshot, so bookings go on meanwhile; once `give_up` says so, it ends.
    What a kill left unfinished is swept up, and what need not be kept any more. Raises
    BackupFailed, OSError.
    """
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(f"*{_UNFINISHED}"):
        if backup_name(left.stem) is not None:
            left.unlink()
    target = folder / f"{name}.sqlite3"
    _write(database, target, give_up)
    thin(data_dir)
    return target


def thin(data_dir: Path) -> None:
    """Delete what need not be kept any more. Files with other names are somebody else's."""
    named = {name: path for path in all_backups(data_dir) if (name := backup_name(path.stem))}
    for name in named.keys() - kept_of(named):
        named[name].unlink()


def copy_to(data_dir: Path, target: Path) -> Path:
    """A verified copy of the books in a file that staff chose; one that is there is replaced.

    Reads a snapshot, so bookings go on meanwhile. Raises UserError backup_target_is_books,
    BackupFailed, OSError.
    """
    if target.resolve().parent == data_dir.resolve():
        raise UserError("backup_target_is_books")
    _write(data_dir / FILE_NAME, target)
    return target


def _write(database: Path, target: Path, give_up: Callable[[], bool] | None = None) -> None:
    """Whole and checked under another name first: a bad copy never replaces a good one."""
    unfinished = target.with_name(target.stem + _UNFINISHED)
    unfinished.unlink(missing_ok=True)
    create_file(unfinished)  # VACUUM INTO accepts an empty file; so it is 0600 from the start
    try:
        _vacuum_into(database, unfinished, give_up)
        if not is_good(unfinished):
            raise BackupFailed("not verified")
        if database_id(unfinished) != database_id(database):
            raise BackupFailed("not a copy of these books")
        with unfinished.open("r+b") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
        sync_folder(target.parent)
    except sqlite3.Error as error:
        raise BackupFailed(type(error).__name__) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _vacuum_into(database: Path, target: Path, give_up: Callable[[], bool] | None) -> None:
    uri = f"{database.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        # https://www.sqlite.org/c3ref/progress_handler.html
        connection.set_progress_handler(give_up, _ASKED_EVERY)
        connection.execute("VACUUM INTO ?", (str(target),))


def all_backups(data_dir: Path) -> list[Path]:
    """Newest first, by date and time in the name; files with other names come last."""
    found = [(backup_name(path.stem), path) for path in (data_dir / FOLDER).glob("*.sqlite3")]
    named = sorted(((name, path) for name, path in found if name is not None), reverse=True)
    others = sorted((path for name, path in found if name is None), reverse=True)
    return [path for _name, path in named] + others


def seal_head(path: Path) -> int | None:
    """The number of a backup's newest seal: it grows with all that is booked. None: unknown."""
    try:
        with reading(path) as connection:
            row = connection.execute(SEAL_HEAD).fetchone()
    except (sqlite3.Error, OSError):  # damaged, or of a version without seals
        return None
    return row[0] if isinstance(row[0], int) else None


def newest_good(data_dir: Path) -> Path | None:
    """The newest backup that passes its check."""
    return next((path for path in all_backups(data_dir) if is_good(path)), None)


def is_good(path: Path) -> bool:
    """The file is a sound SQLite database with our tables."""
    try:
        with reading(path) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            connection.execute("SELECT count(*) FROM invoices").fetchone()
    except (sqlite3.Error, OSError):
        return False
    return bool(sound)


def database_id(path: Path) -> str | None:
    """The id that the file carries. Raises sqlite3.Error."""
    with reading(path) as connection:
        row = connection.execute("SELECT value FROM settings WHERE key = 'database_id'").fetchone()
    return None if row is None else str(row[0])
