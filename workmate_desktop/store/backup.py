"""Backups: VACUUM INTO a file of its own, verified, the newest 14 kept.

Copying the database file of a running program loses what is still in the WAL (FACTS).
https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
"""

import sqlite3
from pathlib import Path

from workmate_desktop.store.engine import create_file


class BackupFailed(Exception):
    """The backup could not be made or did not pass its check; the books are unharmed."""


FOLDER = "backups"
KEPT = 14


def make(database: Path, data_dir: Path, name: str) -> Path:
    """A verified backup `backups/<name>.sqlite3`, replacing one of the same name.

    Reads a snapshot, so bookings go on meanwhile. Raises BackupFailed, OSError.
    """
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{name}.sqlite3"
    unfinished = folder / f"{name}.unfinished"
    unfinished.unlink(missing_ok=True)
    create_file(unfinished)  # VACUUM INTO accepts an empty file; so it is 0600 from the start
    try:
        _vacuum_into(database, unfinished)
    except sqlite3.Error as error:
        unfinished.unlink()
        raise BackupFailed(type(error).__name__) from error
    if not is_good(unfinished):
        unfinished.unlink()
        raise BackupFailed("not verified")
    unfinished.replace(target)
    for old in all_backups(data_dir)[KEPT:]:
        old.unlink()
    return target


def _vacuum_into(database: Path, target: Path) -> None:
    connection = sqlite3.connect(
        f"{database.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None
    )
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


def all_backups(data_dir: Path) -> list[Path]:
    """Newest first, by the date in the name."""
    return sorted((data_dir / FOLDER).glob("*.sqlite3"), reverse=True)


def newest_good(data_dir: Path) -> Path | None:
    """The newest backup that passes its check."""
    return next((path for path in all_backups(data_dir) if is_good(path)), None)


def is_good(path: Path) -> bool:
    """The file is a sound SQLite database with our tables."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            connection.execute("SELECT count(*) FROM invoices").fetchone()
        finally:
            connection.close()
    except sqlite3.Error:
        return False
    return bool(sound)
