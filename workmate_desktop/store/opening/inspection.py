"""Look at a database without changing it, also while the program runs: for `doctor`."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from workmate_desktop.domain.schema import Difference
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.store.backup import backup, rescue
from workmate_desktop.store.common.settings import DATABASE_ID, INSTANCE_ID, setting
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.opening.open import remembered_id
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.schema.check import SchemaAltered, look
from workmate_desktop.store.schema.schema import Looked


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found. `trouble` is a code of store.open (database_missing, database_damaged …),
    `database_older` before an update's first start, `database_not_wal` for a file that this
    program did not write last; None when the database is sound.

    `database_altered` with `differences`: somebody changed tables, indexes or triggers.
    `size_bytes` holds what waits in the WAL too. `backup` is the newest that passed its check.
    `backups` counts all of them. `rescued` are books that hold more than those in their place
    (`database_rescued`).
    """

    exists: bool
    trouble: str | None
    size_bytes: int = 0
    version: str | None = None
    instance_id: str | None = None
    backup: Path | None = None
    backups: int = 0
    rescued: Path | None = None
    differences: tuple[Difference, ...] = ()


def _trouble_in(connection: Connection, looked: Looked, known_id: str | None) -> str | None:
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
        return "database_damaged"
    if looked.differences:
        return "database_altered"
    if migrate.needs_migration(connection):
        return "database_older"
    return "database_foreign" if known_id != setting(connection, DATABASE_ID) else None


def inspect(data_dir: Path, waiting: Waiting) -> Inspection:
    """Check the whole database. Never migrates, never locks out the program that uses it.

    https://www.sqlite.org/pragma.html#pragma_integrity_check. Raises OSError when the folder
    itself cannot be read.
    """
    path = data_dir / FILE_NAME
    backups = len(backup.all_backups(data_dir))
    newest = backup.newest_good(data_dir)
    known_id = remembered_id(data_dir)
    saved = rescue.to_offer(data_dir, known_id)
    if saved is not None:
        return Inspection(
            path.exists(), "database_rescued", backup=newest, backups=backups, rescued=saved
        )
    if not path.exists() or path.stat().st_size == 0:
        trouble = None if known_id is None else "database_missing"
        return Inspection(False, trouble, backup=newest, backups=backups)
    wal = path.with_name(FILE_NAME + "-wal")
    size = path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    version, instance_id = None, None
    differences: tuple[Difference, ...] = ()
    database = Database(path, waiting)
    try:
        with database.reader() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            looked = look(raw)
            version, differences = looked.version, looked.differences
            trouble = _trouble_in(connection, looked, known_id)
            instance_id = setting(connection, INSTANCE_ID) if trouble is None else None
    except SchemaAltered as altered:
        trouble, differences = altered.code, (altered.difference,)
    except migrate.NewerDatabase:
        trouble = "database_newer"
    except RuntimeError:  # the journal mode is another: restored by hand, or never ours
        trouble = "database_not_wal"
    except Exception as error:
        found = trouble_of(error)
        if found is None:
            raise
        trouble = found.value
    finally:
        database.close()
    return Inspection(
        True, trouble, size, version, instance_id, newest, backups, differences=differences
    )
