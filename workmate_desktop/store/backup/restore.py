"""Put a backup in the place of the books; killed anywhere, they are the old or the new ones.

Three steps. The rows of the chosen file are copied into new books (`stage`,
store/backup/rebuild.py). A small file then says that these shall take the place (`restore.json`:
the one moment that decides). What it says is done by moving files (`finish`), which may be broken
off and repeated: every opening of the database does so first. The old files are moved into a folder
of their own, never deleted.
"""

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.schema import Difference
from workmate_desktop.store.backup import rescue
from workmate_desktop.store.common.whole_files import sync_folder, write_whole
from workmate_desktop.store.database.driver import create_file
from workmate_desktop.store.database.file_names import FILE_NAME, ID_FILE, PLAN
from workmate_desktop.store.database.untrusted import guard, size_of
from workmate_desktop.store.invoices.given_numbers import keep_given
from workmate_desktop.store.schema.migrate import NewerDatabase
from workmate_desktop.store.seals.settings import settings_sealed

logger = logging.getLogger("workmate.store")

STAGED = "restore.sqlite3"
KEPT_PREFIX = "ersetzt-"
"""Folders of replaced books: `ersetzt-20261123-170300`."""

_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Staged:
    """A copy that may take the place of the books. `differences` from what the program makes were
    found in the file, and are none in the copy. `newer`: a newer version of the program wrote the
    file; it may be looked into, and not be used.
    """

    path: Path
    differences: tuple[Difference, ...] = ()
    newer: bool = False


def stage(data_dir: Path, source: Path) -> Staged:
    """Copy the rows of `source` into new books in the data folder. Nothing else is changed.

    A WAL beside it (the copy of a whole data folder) is taken along, so its payments are kept.
    Raises UserError backup_not_found, backup_foreign (not made by this program), backup_damaged,
    backup_altered (part, how, name: what in it cannot be used), disk_full; OSError. Then nothing
    of it is left.
    """
    discard(data_dir)
    if not source.is_file():
        raise UserError("backup_not_found")
    try:
        return _stage(data_dir, source)
    except sqlite3.Error as error:
        discard(data_dir)
        raise UserError(_code_of(error)) from error
    except BaseException:
        discard(data_dir)
        raise


def _stage(data_dir: Path, source: Path) -> Staged:
    # Only now: no start waits for it.
    from workmate_desktop.store.backup.rebuild import leave_tables_only, look_through, rebuild

    copy = data_dir / f"{STAGED}.unfinished"
    for suffix in ("", "-wal"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            target = copy.with_name(copy.name + suffix)
            create_file(target)
            shutil.copyfile(part, target)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        guard(connection, size_of(copy))
        connection.execute("PRAGMA journal_mode=DELETE")  # the WAL becomes part of the file
        if not _has_our_tables(connection):
            raise UserError("backup_foreign")
    try:
        looked = look_through(copy)
    except NewerDatabase:
        copy.replace(data_dir / STAGED)
        return Staged(data_dir / STAGED, newer=True)
    leave_tables_only(copy)
    fresh = data_dir / f"{STAGED}.fresh"
    rebuild(copy, fresh, looked)
    _sync(fresh)
    fresh.replace(data_dir / STAGED)
    copy.unlink()
    return Staged(data_dir / STAGED, looked.differences)


def _has_our_tables(connection: sqlite3.Connection) -> bool:
    """Some of them: which are missing is told better than that it is none of ours."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return "alembic_version" in names or {"invoices", "payments", "settings"} <= names


def _code_of(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", None) or 0
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return "disk_full"
    return "backup_foreign" if code == sqlite3.SQLITE_NOTADB else "backup_damaged"


def carry_settings(data_dir: Path, beginnings: Collection[str]) -> bool:
    """Give the staged copy those settings of today's books whose keys begin so.

    They tell of what goes back with no backup: which keys lie in the keyring, under the name of
    this installation. False, and nothing happens, where the copy is of another installation or
    the books of today cannot be read: damaged or missing ones are what a restore mends.
    """
    try:
        return _carry(data_dir, beginnings)
    except sqlite3.Error as error:
        logger.warning("No settings taken from the replaced books: %s", type(error).__name__)
        return False


def _carry(data_dir: Path, beginnings: Collection[str]) -> bool:
    books = data_dir / FILE_NAME
    kind = " OR ".join("substr(key, 1, length(?)) = ?" for _ in beginnings)
    values = [beginning for beginning in beginnings for _ in range(2)]
    with closing(
        sqlite3.connect((data_dir / STAGED).absolute().as_uri(), uri=True, isolation_level=None)
    ) as connection:
        guard(connection, size_of(books))
        # `rw` because a WAL cannot be read without its index beside it.
        connection.execute("ATTACH ? AS today", (f"{books.absolute().as_uri()}?mode=rw",))
        same = "SELECT value FROM {}.settings WHERE key = 'workmate_instance'"
        of_copy, of_today = (
            connection.execute(same.format(name)).fetchone() for name in ("main", "today")
        )
        if of_copy is None or of_copy != of_today:
            return False
        found = connection.execute(
            f"SELECT key, value FROM today.settings WHERE {kind}", values
        ).fetchall()
        connection.execute("DETACH today")  # the next line would lock it, too
        connection.execute("BEGIN IMMEDIATE")
        with settings_sealed(connection):
            connection.execute(f"DELETE FROM settings WHERE {kind}", values)
            connection.executemany("INSERT INTO settings (key, value) VALUES (?, ?)", found)
        connection.execute("COMMIT")
    return True


def discard(data_dir: Path) -> None:
    """Forget a staged copy that nobody wants after all."""
    (data_dir / f"{PLAN}.unfinished").unlink(missing_ok=True)
    for name in (STAGED, f"{STAGED}.unfinished", f"{STAGED}.fresh"):
        for suffix in ("", *_BESIDE):
            (data_dir / (name + suffix)).unlink(missing_ok=True)


def decide(data_dir: Path, stamp: str) -> Path:
    """From here on the staged copy is the books; `finish` makes it so, now or at the next start.

    Numbers that were given here will not be given again. Returns the folder that the old files
    move to. Raises OSError, also without a staged copy, and UserError backup_damaged.
    """
    (data_dir / STAGED).stat()
    try:
        keep_given(data_dir, data_dir / STAGED)
    except sqlite3.Error as error:
        raise UserError("backup_damaged") from error
    kept = data_dir / f"{KEPT_PREFIX}{stamp}"
    number = 1
    while kept.exists():
        number += 1
        kept = data_dir / f"{KEPT_PREFIX}{stamp}-{number}"
    with closing(sqlite3.connect(data_dir / STAGED)) as connection:
        row = connection.execute("SELECT value FROM settings WHERE key = 'database_id'").fetchone()
    plan = {"kept": kept.name, "database_id": row[0] if row else None}
    write_whole(data_dir / PLAN, json.dumps(plan))
    return kept


def finish(data_dir: Path) -> Path | None:
    """Do what was decided, as far as it is not done yet; sweep up what was not decided.

    No connection to the database may be open. Returns the folder with the old files, None when
    nothing was decided. Raises OSError.
    """
    plan = _plan(data_dir)
    if plan is None:
        discard(data_dir)
        return None
    kept_name, database_id = plan
    kept = data_dir / kept_name
    staged = data_dir / STAGED
    if staged.exists():
        kept.mkdir(mode=0o700, exist_ok=True)
        # The WAL first: the old one must never stand beside the new file.
        for suffix in (*_BESIDE, ""):
            old = data_dir / (FILE_NAME + suffix)
            if old.exists():
                old.replace(kept / old.name)
        rescue.move_all(data_dir, database_id or None, kept)  # decided upon, this way or another
        sync_folder(kept)
        sync_folder(data_dir)
        staged.replace(data_dir / FILE_NAME)
        sync_folder(data_dir)
    if database_id:
        write_whole(data_dir / ID_FILE, database_id + "\n")
    else:
        (data_dir / ID_FILE).unlink(missing_ok=True)
    (data_dir / PLAN).unlink()
    sync_folder(data_dir)
    return kept


def _plan(data_dir: Path) -> tuple[str, str | None] | None:
    """(name of the folder for the old files, id of the new database)."""
    try:
        found = json.loads((data_dir / PLAN).read_text("utf-8"))
        kept, database_id = found["kept"], found["database_id"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:  # not written by us: it comes whole
        raise UserError("database_damaged", backup=None) from error
    if Path(kept).name != kept or not kept.startswith(KEPT_PREFIX):
        raise UserError("database_damaged", backup=None)
    return kept, database_id


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
