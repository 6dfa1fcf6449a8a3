"""Open the database at start: refuse what is not ours, damaged, missing or newer.

A missing or empty file would silently become a new empty database, so the id of the
database is remembered beside it, in `database-id`.
"""

import logging
import os
import platform
import sqlite3
import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from workmate_desktop.domain.backups import BEFORE_MENDING, BEFORE_UPDATE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.store.backup import backup, rescue, restore
from workmate_desktop.store.common.settings import DATABASE_ID, INSTANCE_ID, setting
from workmate_desktop.store.common.whole_files import write_whole
from workmate_desktop.store.database.driver import open_connection
from workmate_desktop.store.database.engine import Connect, Database, create_file
from workmate_desktop.store.database.errors import StoreTrouble, trouble_of
from workmate_desktop.store.database.file_names import FILE_NAME, ID_FILE, RESCUED_PREFIX
from workmate_desktop.store.invoices.given_numbers import begin_file
from workmate_desktop.store.opening.start_check import CHECK, StartCheck
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.schema.check import SchemaAltered, look, put_right
from workmate_desktop.store.seals.settings import settings_sealed, were_sealed

logger = logging.getLogger("workmate.database")

_NEW_ID = "INSERT INTO settings (key, value) VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class Opened:
    """The open database and the UUID of this installation."""

    database: Database
    instance_id: str


def open_database(
    data_dir: Path,
    today: str,
    waiting: Waiting,
    begun: StartCheck | None = None,
    connect: Connect = open_connection,
) -> Opened:
    """Check, migrate when needed (after a backup), and open. `today` names the backup.

    `begun` is the check of this file where it runs already, and nobody wrote since it began;
    `waiting` and `connect` are for the database.
    Raises UserError: database_missing, database_damaged, database_newer, database_foreign,
    database_altered (part, how, name: what in it was changed from outside), disk_full,
    database_read_only, database_busy, database_unreadable, backup_failed (before a migration);
    each with `backup`, the name of the newest good backup or None. Before them database_rescued,
    with the path `rescued` of books that were saved when their file was gone.
    """
    try:
        return _open(data_dir, today, begun, waiting, connect)
    except migrate.NewerDatabase as error:
        raise _refusal("database_newer", data_dir) from error
    except backup.BackupFailed as error:
        trouble = trouble_of(error.__cause__) if error.__cause__ else None
        raise _refusal(trouble.value if trouble else "backup_failed", data_dir) from error
    except PermissionError as error:
        raise _refusal(StoreTrouble.READ_ONLY.value, data_dir) from error
    except OSError as error:
        code = StoreTrouble.FULL if error.errno == 28 else StoreTrouble.UNREADABLE  # ENOSPC
        if error.errno == 30:  # EROFS
            code = StoreTrouble.READ_ONLY
        raise _refusal(code.value, data_dir) from error
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise _refusal(trouble.value, data_dir) from error


def _open(
    data_dir: Path, today: str, begun: StartCheck | None, waiting: Waiting, connect: Connect
) -> Opened:
    restore.finish(data_dir)  # one that was killed
    try:
        return _open_file(data_dir, today, begun, waiting, connect)
    except SchemaAltered as altered:
        _rebuild(data_dir, today, altered)
        return _open_file(data_dir, today, None, waiting, connect)


def _open_file(
    data_dir: Path, today: str, begun: StartCheck | None, waiting: Waiting, connect: Connect
) -> Opened:
    path = data_dir / FILE_NAME
    known_id = remembered_id(data_dir)
    saved = rescue.to_offer(data_dir, known_id)
    if saved is not None:
        raise _refusal("database_rescued", data_dir, rescued=str(saved))
    rescue.put_aside(data_dir, known_id)
    known = known_id is not None or bool(backup.all_backups(data_dir))
    empty = not path.exists() or path.stat().st_size == 0
    if empty and known:
        raise _refusal("database_missing", data_dir)
    if empty:
        path.unlink(missing_ok=True)
        create_file(path)
    elif not (os.access(path, os.W_OK) and os.access(data_dir, os.W_OK)):
        # SQLite would open it all the same, for reading only.
        raise _refusal(StoreTrouble.READ_ONLY.value, data_dir)
    database = Database(path, waiting, connect=connect)
    try:
        with database.writing.connect() as connection:
            if not empty:
                if begun is None or not begun.found_sound():
                    _check(connection, data_dir)
                # A first start that was killed leaves a file without tables.
                empty = _has_no_tables(connection)
                if empty and known:
                    raise _refusal("database_missing", data_dir)
            if empty:
                migrate.migrate(connection)
            else:
                _put_right(connection, data_dir, known_id, today)
                _update(connection, data_dir, today)
            ids = _own_ids(connection)
        if known_id is None:
            _remember_id(data_dir, ids[0])
        elif known_id != ids[0]:
            raise _refusal("database_foreign", data_dir)
        begin_file(data_dir)
        database.place.hold_file()
    except BaseException:
        database.close()
        raise
    # What support asks first; SQLite comes with Python, or with the system.
    logger.info(
        "[Database] Opened: version %s, SQLite %s, Python %s",
        migrate.HEAD,
        sqlite3.sqlite_version,
        platform.python_version(),
    )
    return Opened(database, ids[1])


def _check(connection: Connection, data_dir: Path) -> None:
    found = connection.exec_driver_sql(CHECK).scalar()
    if found != "ok":
        raise _refusal(StoreTrouble.DAMAGED.value, data_dir)


def _put_right(connection: Connection, data_dir: Path, known_id: str | None, today: str) -> None:
    """Mend triggers and indexes that somebody changed, before anything runs them.

    Raises SchemaAltered where that is not enough.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    looked = look(raw)
    if looked.hopeless is None and known_id not in (None, setting(connection, DATABASE_ID)):
        raise _refusal("database_foreign", data_dir)
    name = f"{today}-{BEFORE_MENDING}"
    put_right(raw, looked, lambda: backup.make(data_dir / FILE_NAME, data_dir, name))


def _update(connection: Connection, data_dir: Path, today: str) -> None:
    if migrate.needs_migration(connection):
        backup.make(data_dir / FILE_NAME, data_dir, f"{today}-{BEFORE_UPDATE}")
        migrate.migrate(connection)


def _rebuild(data_dir: Path, today: str, altered: SchemaAltered) -> None:
    """Tables are not as they were made: their rows go into new ones, if they fit.

    The old file is kept beside them, as with a restore. Raises UserError database_altered (part,
    how, name: what is wrong), OSError.
    """
    logger.warning("The tables were changed from outside: %s", altered.difference)
    try:
        restore.stage(data_dir, data_dir / FILE_NAME)
        kept = restore.decide(data_dir, today.replace("-", ""))
    except UserError as error:
        if error.code == StoreTrouble.FULL:
            raise _refusal(error.code, data_dir) from error
        found = error.values if error.code == "backup_altered" else altered.values
        raise _refusal("database_altered", data_dir, **found) from error
    restore.finish(data_dir)
    logger.warning("They were made anew; the old file is in %s", kept.name)


def _has_no_tables(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0


def _own_ids(connection: Connection) -> tuple[str, str]:
    """(id of the database, id of this installation); made on the first start.

    One that is missing later was taken away: another takes its place, and the daily check says so.
    """
    missing = [key for key in (DATABASE_ID, INSTANCE_ID) if setting(connection, key) is None]
    if missing:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("BEGIN IMMEDIATE")
        with nullcontext() if were_sealed(raw, missing) else settings_sealed(raw):
            for key in missing:
                raw.execute(_NEW_ID, (key, str(uuid.uuid4())))
        raw.execute("COMMIT")
    return setting(connection, DATABASE_ID) or "", setting(connection, INSTANCE_ID) or ""


def remembered_id(data_dir: Path) -> str | None:
    try:
        return (data_dir / ID_FILE).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def _remember_id(data_dir: Path, database_id: str) -> None:
    write_whole(data_dir / ID_FILE, database_id + "\n")


def _refusal(code: str, data_dir: Path, **values: str | int | None) -> UserError:
    newest = backup.newest_good(data_dir)
    return UserError(code, **{**values, "backup": newest.name if newest else None})


def restore_backup(data_dir: Path, name: str, stamp: str) -> Path:
    """Put the daily backup `name` in the place of a refused database; the old files are kept.

    `name` is the whole path for books that were rescued (`database_rescued`). Returns the folder
    with the old files. Raises UserError as restore.stage does, OSError.
    """
    source = Path(name)
    if not (source.is_absolute() and source.name.startswith(RESCUED_PREFIX)):
        source = data_dir / backup.FOLDER / source.name
    restore.stage(data_dir, source)
    kept = restore.decide(data_dir, stamp)
    restore.finish(data_dir)
    return kept
