"""Books whose file is gone from its place are saved from the connection that still has it open.

SQLite's backup API reads what that connection reads, also out of files that have no name any more.
https://www.sqlite.org/backup.html. The copy lies in the data folder as `gerettet-<time>.sqlite3`,
where the next start finds it; without that folder in the nearest one that exists.
"""

import glob
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from workmate_desktop.store.backup import backup
from workmate_desktop.store.common.whole_files import sync_folder
from workmate_desktop.store.database.driver import create_file
from workmate_desktop.store.database.file_names import FILE_NAME
from workmate_desktop.store.database.file_names import RESCUED_PREFIX as PREFIX

logger = logging.getLogger("workmate.store")

_SEARCH = "CREATE VIRTUAL"


class RescueFailed(Exception):
    """No copy could be made, or it did not pass its check."""


def save(raw: sqlite3.Connection, data_dir: Path, stamp: str) -> Path:
    """All that `raw` sees, in a checked file of its own (0600). `raw` is in no transaction.

    `stamp` becomes part of the name. Raises RescueFailed.
    """
    troubles: list[str] = []
    for folder, start in _places(data_dir):
        target = folder / f"{start}{stamp}.sqlite3"
        unfinished = target.with_suffix(".unfinished")
        try:
            unfinished.unlink(missing_ok=True)
            create_file(unfinished)
            _copy(raw, unfinished)
            unfinished.replace(target)
            sync_folder(folder)
            return target
        except (OSError, sqlite3.Error, RescueFailed) as error:
            troubles.append(f"{folder}: {type(error).__name__} {error}")
            _remove(unfinished)
    raise RescueFailed("; ".join(troubles))


def _places(data_dir: Path) -> Iterator[tuple[Path, str]]:
    """(folder, beginning of the name): the data folder or the nearest above it, then the user's.

    Outside of the data folder its name is part of the file's.
    """
    data_dir = data_dir.absolute()
    if _answers(data_dir):
        yield data_dir, PREFIX
    outside = f"{PREFIX}{data_dir.name}-"
    above = next((folder for folder in data_dir.parents if _answers(folder)), None)
    if above is not None:
        yield above, outside
    home = Path("~").expanduser()
    if _answers(home) and home != above:
        yield home, outside


def _answers(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return False


def _copy(raw: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        raw.backup(copy)
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        if copy.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise RescueFailed("not sound")
        if copy.execute(backup.SEAL_HEAD).fetchone() != raw.execute(backup.SEAL_HEAD).fetchone():
            raise RescueFailed("not whole")
    with target.open("r+b") as file:
        os.fsync(file.fileno())


def _remove(unfinished: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        try:
            Path(f"{unfinished}{suffix}").unlink(missing_ok=True)
        except OSError as error:
            logger.warning("A copy that is not whole stays behind: %s", error.strerror)


def rescued(data_dir: Path) -> list[Path]:
    """The rescued books in the data folder, newest first, checked or not; whole paths."""
    return sorted(data_dir.absolute().glob(f"{PREFIX}*.sqlite3"), reverse=True)


def _rescued_elsewhere(data_dir: Path) -> list[Path]:
    """Those of a data folder that was gone itself."""
    data_dir = data_dir.absolute()
    folders = dict.fromkeys([*data_dir.parents, Path("~").expanduser()])
    name = f"{PREFIX}{glob.escape(data_dir.name)}-*.sqlite3"
    found = [path for folder in folders for path in folder.glob(name)]
    return sorted(found, key=lambda path: path.name, reverse=True)


def all_rescued(data_dir: Path, known_id: str | None) -> list[Path]:
    """Everything that was rescued of this folder's books; what lies elsewhere only where their id
    is known, and is the same."""
    elsewhere = _rescued_elsewhere(data_dir) if known_id is not None else []
    return rescued(data_dir) + [path for path in elsewhere if _id_of(path) == known_id]


def _id_of(path: Path) -> str | None:
    try:
        return backup.database_id(path)
    except (sqlite3.Error, OSError):
        return None


def to_offer(data_dir: Path, known_id: str | None) -> Path | None:
    """Rescued books that hold what the books in their place do not; None where there are none.

    `known_id`: the id of the books that belong into this folder, if that is known. Quick where
    nothing was ever rescued. Raises OSError.
    """
    books = data_dir / FILE_NAME
    missing = not books.exists() or books.stat().st_size == 0
    found = rescued(data_dir)
    if missing or known_id is not None:  # or nothing would say whose they are
        found += _rescued_elsewhere(data_dir)
    for path in found:
        if not backup.is_good(path):
            continue
        their_id = backup.database_id(path)
        if known_id is not None and their_id != known_id:
            continue
        if missing or not _is_in(path, books):
            return path
    return None


def _is_in(path: Path, books: Path) -> bool:
    """Whether the books hold everything that was rescued: they are the same, or have gone on.

    What cannot be read holds nothing.
    """
    uri = f"{books.absolute().as_uri()}?mode=rw"  # a log cannot be read without its index
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("ATTACH ? AS rescued", (f"{path.absolute().as_uri()}?mode=ro",))
            connection.execute("BEGIN")
            return _has_gone_on(connection) or _is_same(connection)
    except sqlite3.Error:
        return False


def _has_gone_on(connection: sqlite3.Connection) -> bool:
    """The chain of seals of these books holds the newest rescued seal, and later ones."""
    last = "SELECT no, chain FROM rescued.seals ORDER BY no DESC LIMIT 1"
    row = connection.execute(last).fetchone()
    if row is None:
        return False
    here = connection.execute("SELECT chain FROM main.seals WHERE no = ?", (row[0],)).fetchone()
    (head,) = connection.execute("SELECT max(no) FROM main.seals").fetchone()
    return bool(here == (row[1],) and head > row[0])


def _is_same(connection: sqlite3.Connection) -> bool:
    """No rescued row is missing here."""
    tables = "SELECT name, sql FROM rescued.sqlite_master WHERE type = 'table'"
    found = dict(connection.execute(tables).fetchall())
    # What the search keeps for itself follows from the other tables.
    search = tuple(f"{name}_" for name, sql in found.items() if sql.startswith(_SEARCH))
    for name, sql in found.items():
        if sql.startswith(_SEARCH) or name.startswith(search):
            continue
        missing = f'SELECT * FROM rescued."{name}" EXCEPT SELECT * FROM main."{name}"'
        if connection.execute(f"SELECT EXISTS ({missing})").fetchone() != (0,):
            return False
    return True


def put_aside(data_dir: Path, known_id: str | None) -> None:
    """What was rescued is in the books: it goes to the backups, where it hinders no start, and
    where nobody takes it for the newest state when the books are gone once more.

    `known_id`: as for `to_offer`.
    """
    moved = move_all(data_dir, known_id, data_dir / backup.FOLDER)
    for path in moved:
        logger.info("The books hold all that was rescued in %s", path.name)


def move_all(data_dir: Path, known_id: str | None, folder: Path) -> list[Path]:
    """Move everything that was rescued of this folder's books; returns what. What lies where this
    program may not delete stays there: no start is refused for that.
    """
    moved = []
    for path in all_rescued(data_dir, known_id):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            shutil.move(path, folder / path.name)
            moved.append(path)
        except OSError as error:
            logger.warning("%s could not be moved: %s", path, error.strerror)
    return moved
