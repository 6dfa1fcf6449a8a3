"""SAFE S4 in odd folders and on failing disks: the writer lives on, and what was saved is found."""

import errno
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.factories import event_body, issued
from tests.faults.office import Office
from tests.faults.test_file_gone import TODAY, _paid, _refusal
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.backup import backup, rescue
from workmate_desktop.store.backup.rescue import rescued
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.database.file_identity import FilePlace, FileStanding
from workmate_desktop.store.file_watch import FileWatch
from workmate_desktop.store.opening.open import open_database, restore_backup

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets nobody delete or move a file that is open"
)


def _commit(office: Office) -> None:
    office.at.writer.submit(lambda _t: None).result(PATIENCE)


def test_sa4_a_disk_that_fails_while_saving_ends_no_writer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the log is gone: what it held is written back, and that fails."""

    class Failing:
        def __init__(self, raw: sqlite3.Connection) -> None:
            self._raw: Any = raw

        def __getattr__(self, name: str) -> object:
            return getattr(self._raw, name)

        def execute(self, sql: str, *values: object) -> Any:
            if "wal_checkpoint" in sql:
                raise sqlite3.OperationalError("disk I/O error")
            return self._raw.execute(sql, *values)

    save: Any = FileWatch.save_if_due
    monkeypatch.setattr(
        FileWatch, "save_if_due", lambda self, raw, once=False: save(self, Failing(raw), once)
    )
    issued(office.at)
    office.at.path.with_name(f"{FILE_NAME}-wal").unlink()
    for _ in range(2):
        with pytest.raises(UserError, match="database_lost"):
            _commit(office)
    assert rescued(office.at.data_dir)


def test_sa4_a_network_folder_that_forgot_the_open_file(tmp_path: Path) -> None:
    """NFS: another file is at the path, and the handle of the old one is stale."""
    path, other = tmp_path / FILE_NAME, tmp_path / "other"
    path.write_bytes(b"a")
    other.write_bytes(b"b")

    def stat(asked: str | int) -> os.stat_result:
        if isinstance(asked, int):
            raise OSError(errno.ESTALE, "Stale file handle")
        return Path(asked).stat()

    place = FilePlace(path, stat)
    place.hold_file()
    other.replace(path)
    assert place.all() is FileStanding.LOST
    place.close()


@pytest.mark.parametrize("name", ["Büro [2026]", "Büro*", "Büro?"])
def test_sa4_what_was_saved_beside_a_folder_with_signs_in_its_name(
    tmp_path: Path, name: str
) -> None:
    office = Office(tmp_path / name)
    data_dir = office.at.data_dir
    assert office.deliver(event_body(issued(office.at))) == 200
    shutil.rmtree(data_dir)
    office.close()
    data_dir.mkdir()
    assert _refusal(data_dir).code == "database_rescued"


def test_sa4_an_older_copy_of_the_whole_folder_hides_nothing(tmp_path: Path) -> None:
    """The folder was deleted, what was confirmed was saved beside it, and then somebody puts
    yesterday's copy of the folder in its place."""
    office = Office(tmp_path / "Büro")
    data_dir = office.at.data_dir
    issued(office.at)
    backup.make(office.at.path, data_dir, "2026-11-22")
    yesterday = tmp_path / "gestern"
    shutil.copytree(data_dir, yesterday)
    with closing(sqlite3.connect(yesterday / FILE_NAME)) as copy:
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body = event_body(issued(office.at))
    assert office.deliver(body) == 200
    shutil.rmtree(data_dir)
    office.close()
    yesterday.rename(data_dir)
    refused = _refusal(data_dir)
    assert refused.code == "database_rescued"
    restore_backup(data_dir, str(refused.values["rescued"]), "jetzt")
    open_database(data_dir, TODAY, Threads()).database.close()
    assert _paid(data_dir / FILE_NAME) == {body["data"]["object"]["id"]}
    # Years later the books are gone once more: what was saved today is no answer to that.
    assert not list(tmp_path.glob("gerettet-*"))


def test_sa4_what_lies_elsewhere_is_asked_about_once(tmp_path: Path) -> None:
    """Staff take another backup instead: then the next start does not ask again."""
    office = Office(tmp_path / "Büro")
    data_dir = office.at.data_dir
    issued(office.at)
    backup.make(office.at.path, data_dir, "2026-11-22")
    yesterday = tmp_path / "gestern"
    shutil.copytree(data_dir, yesterday)
    assert office.deliver(event_body(issued(office.at))) == 200
    shutil.rmtree(data_dir)
    office.close()
    yesterday.rename(data_dir)
    assert _refusal(data_dir).code == "database_rescued"
    kept = restore_backup(data_dir, "2026-11-22.sqlite3", "jetzt")
    open_database(data_dir, TODAY, Threads()).database.close()
    assert list(kept.glob("gerettet-*.sqlite3"))


def test_sa4_the_end_waits_until_large_books_are_saved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = rescue._copy

    def slowly(raw: sqlite3.Connection, target: Path) -> None:
        Threads().sleep(1.0)
        copy(raw, target)

    monkeypatch.setattr(rescue, "_copy", slowly)
    body = event_body(issued(office.at))
    assert office.deliver(body) == 200
    office.at.path.unlink()
    assert office.at.writer.stop(deadline=0.1)
    (saved,) = rescued(office.at.data_dir)
    assert _paid(saved) == {body["data"]["object"]["id"]}


def test_sa4_a_writer_that_did_not_end_keeps_its_locks(office: Office) -> None:
    """Closing any other handle of the file would give them up."""
    issued(office.at)
    place = office.at.database.place
    assert place.is_written
    office.at.database.close()
    office.at.path.rename(office.at.path.with_name("anderswo.sqlite3"))
    assert place.file() is FileStanding.LOST, "it was let go of"
    office.at.writer.stop()
    office.at.database.close()
    assert place.file() is FileStanding.HERE


def test_sa4_what_cannot_be_moved_hinders_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved in a folder in which this program may delete nothing any more."""
    office = Office(tmp_path / "Büro")
    issued(office.at)
    with closing(sqlite3.connect(office.at.path)) as books:
        books.execute("VACUUM INTO ?", (str(tmp_path / "gerettet-Büro-20261123-120000.sqlite3"),))
    office.close()

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("workmate_desktop.store.backup.rescue.shutil.move", refuse)
    open_database(office.at.data_dir, TODAY, Threads()).database.close()
    assert list(tmp_path.glob("gerettet-*"))
