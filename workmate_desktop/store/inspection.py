"""Look at a database without changing it, also while the program runs: for `doctor`."""

from dataclasses import dataclass
from pathlib import Path

from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.store import backup, migrate, rescue
from workmate_desktop.store.engine import FILE_NAME, Database
from workmate_desktop.store.errors import trouble_of
from workmate_desktop.store.open import remembered_id
from workmate_desktop.store.settings import DATABASE_ID, INSTANCE_ID, setting


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found. `trouble` is a code of store.open (database_missing, database_damaged …),
    `database_older` before an update's first start, `database_not_wal` for a file that this
    program did not write last; None when the database is sound.

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
    database = Database(path, waiting)
    try:
        with database.reader() as connection:
            version = migrate.version_of(connection)
            trouble = None
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
                trouble = "database_damaged"
            elif migrate.needs_migration(connection):
                trouble = "database_older"
            elif known_id != setting(connection, DATABASE_ID):
                trouble = "database_foreign"
            else:
                instance_id = setting(connection, INSTANCE_ID)
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
    return Inspection(True, trouble, size, version, instance_id, newest, backups)
