"""Backups: whole, verified, the newest 14 kept."""

import sqlite3
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, issued, make_books
from workmate_desktop.domain.errors import UserError
from workmate_desktop.services.upkeep import Upkeep
from workmate_desktop.store import backup
from workmate_desktop.store.engine import FILE_NAME
from workmate_desktop.store.open import restore_backup


def test_a_backup_holds_what_is_still_in_the_wal(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    path = backup.make(office.path, office.data_dir, "2026-11-23")
    assert backup.is_good(path)
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT id FROM invoices").fetchall() == [(invoice_id,)]
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_newest_14_are_kept(office: OfficeBooks) -> None:
    issued(office)
    names = [f"2026-11-{day:02d}" for day in range(1, 21)]
    for name in names:
        backup.make(office.path, office.data_dir, name)
    kept = [path.stem for path in backup.all_backups(office.data_dir)]
    assert kept == names[:-15:-1]
    assert backup.newest_good(office.data_dir).name == "2026-11-20.sqlite3"  # type: ignore[union-attr]


def test_one_of_the_same_name_is_replaced_only_by_a_good_one(office: OfficeBooks) -> None:
    first = issued(office)
    path = backup.make(office.path, office.data_dir, "2026-11-23")
    before = path.read_bytes()
    with pytest.raises(backup.BackupFailed):
        backup.make(office.data_dir / "nowhere.sqlite3", office.data_dir, "2026-11-23")
    assert path.read_bytes() == before
    issued(office)
    backup.make(office.path, office.data_dir, "2026-11-23")
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT count(*) FROM invoices").fetchone() == (2,)
    copy.close()
    assert first
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # nothing unfinished


@pytest.mark.parametrize("content", [b"", b"x" * 5000])
def test_what_is_no_database_is_not_good(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(content)
    assert not backup.is_good(path)
    assert not backup.is_good(tmp_path / "missing.sqlite3")
    assert not (tmp_path / "missing.sqlite3").exists()


def test_once_a_day(office: OfficeBooks) -> None:
    upkeep = Upkeep(office.writer, office.database, office.data_dir, office.clock)
    upkeep.look_after()
    first = backup.all_backups(office.data_dir)[0].stat().st_mtime_ns
    upkeep.look_after()
    assert backup.all_backups(office.data_dir)[0].stat().st_mtime_ns == first
    office.clock.advance(days=1)
    upkeep.look_after()
    names = [path.stem for path in backup.all_backups(office.data_dir)]
    assert names == ["2026-11-24", "2026-11-23"]


def test_a_restored_backup_opens_and_keeps_what_it_replaced(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    issued(office)
    backup.make(office.path, tmp_path, "2026-11-22")
    issued(office)
    office.close()
    kept = restore_backup(tmp_path, "2026-11-22.sqlite3", "20261123")
    assert (kept / FILE_NAME).exists()
    office = make_books(tmp_path)
    assert office.value("SELECT count(*) FROM invoices") == 1
    office.close()
    with pytest.raises(UserError, match="backup_not_found"):
        restore_backup(tmp_path, "2020-01-01.sqlite3", "later")
