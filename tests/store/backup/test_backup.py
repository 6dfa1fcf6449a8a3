"""Backups: whole, verified, made by themselves, and thinned."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, issued, make_books
from tests.store.backup.killed import killing
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import (
    CustomerChanged,
    EventRecorded,
    InvoiceRemoved,
    NoticeAdded,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.backup_keeper import BackupKeeper
from workmate_desktop.services.upkeep.upkeep import Upkeep
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.opening.open import restore_backup


def test_a_backup_holds_what_is_still_in_the_wal(office: OfficeBooks) -> None:
    invoice_id = issued(office)
    path = backup.make(office.path, office.data_dir, "2026-11-23")
    assert backup.is_good(path)
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT id FROM invoices").fetchall() == [(invoice_id,)]
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_one_a_day_is_kept_for_14_days(office: OfficeBooks) -> None:
    issued(office)
    names = [f"2026-11-{day:02d}" for day in range(1, 21)]
    for name in names:
        backup.make(office.path, office.data_dir, name)
    kept = [path.stem for path in backup.all_backups(office.data_dir)]
    assert kept == names[:-15:-1]
    assert backup.newest_good(office.data_dir).name == "2026-11-20.sqlite3"


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
    upkeep = Upkeep(office.writer, office.database, office.data_dir, office.clock, Threads())
    upkeep.look_after()
    first = backup.all_backups(office.data_dir)[0].stat().st_mtime_ns
    upkeep.look_after()
    assert backup.all_backups(office.data_dir)[0].stat().st_mtime_ns == first
    office.clock.advance(days=1)
    upkeep.look_after()
    names = [path.stem for path in backup.all_backups(office.data_dir)]
    assert names == ["2026-11-24", "2026-11-23"]


def kept(office: OfficeBooks) -> list[str]:
    return [path.stem for path in backup.all_backups(office.data_dir)]


def invoices_in(office: OfficeBooks, name: str) -> int:
    path = office.data_dir / backup.FOLDER / f"{name}.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM invoices").fetchone()[0])


class Slow(Threads):
    """How long each copy takes, in seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self._now, self._calls = seconds, 0.0, 0

    def monotonic(self) -> float:
        self._calls += 1
        if self._calls % 2 == 0:
            self._now += self.seconds
        return self._now


def keeper(office: OfficeBooks, seconds: float = 0.1) -> BackupKeeper:
    """As after a start of the program."""
    return BackupKeeper(
        office.writer, office.database, office.data_dir, office.clock, Slow(seconds)
    )


def test_md2_after_changes_at_most_once_an_hour(office: OfficeBooks) -> None:
    made = keeper(office)
    made.look_after()
    assert kept(office) == ["2026-11-23"]
    office.clock.advance(hours=3)
    made.look_after()
    assert kept(office) == ["2026-11-23"], "nothing has changed"
    for _ in range(4):
        issued(office)
    made.look_after()
    assert kept(office) == ["2026-11-23-1500", "2026-11-23"]
    assert invoices_in(office, "2026-11-23-1500") == 4
    issued(office)
    office.clock.advance(minutes=59)
    made.look_after()
    assert len(kept(office)) == 2
    office.clock.advance(minutes=1)
    made.look_after()
    assert kept(office)[0] == "2026-11-23-1600"
    assert invoices_in(office, "2026-11-23-1600") == 5


def test_md2_what_has_no_seal_is_a_change_too(office: OfficeBooks) -> None:
    """A customer was corrected, an event waits for staff: the announcer tells."""
    for change in (CustomerChanged("c"), EventRecorded("e"), InvoiceRemoved("i")):
        made = keeper(office)
        made.look_after()
        before = len(kept(office))
        office.clock.advance(hours=1)
        made.on_changes([NoticeAdded("n")])
        made.look_after()
        assert len(kept(office)) == before
        made.on_changes([change])
        made.look_after()
        assert len(kept(office)) == min(before + 1, 3)


def test_md2_the_last_state_is_copied_at_the_end(office: OfficeBooks) -> None:
    made = keeper(office)
    made.look_after()
    made.at_end()
    assert kept(office) == ["2026-11-23"], "nothing has changed"
    issued(office)
    office.clock.advance(minutes=7)
    made.at_end()
    assert kept(office) == ["2026-11-23-1207", "2026-11-23"]
    assert invoices_in(office, "2026-11-23-1207") == 1
    keeper(office).look_after()
    assert len(kept(office)) == 2, "the next start finds it"


def test_md2_a_disk_that_fails_at_the_end_is_no_error(
    office: OfficeBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the simulator: the look whether anything changed was raised out of the stop."""
    made = keeper(office)
    made.look_after()
    issued(office)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR

    def fails() -> int:
        raise error

    monkeypatch.setattr(made, "_head", fails)
    made.at_end()
    assert kept(office) == ["2026-11-23"]


def test_md2_what_a_kill_left_uncopied_is_copied_after_the_next_start(office: OfficeBooks) -> None:
    keeper(office).look_after()
    issued(office)  # and killed: no copy at the end
    office.clock.advance(hours=1)
    keeper(office).look_after()
    assert kept(office) == ["2026-11-23-1300", "2026-11-23"]


def test_md2_slow_copies_are_made_at_starts_only(office: OfficeBooks) -> None:
    made = keeper(office, seconds=2.0)
    made.look_after()
    issued(office)
    office.clock.advance(hours=2)
    made.look_after()
    made.at_end()
    assert kept(office) == ["2026-11-23"]
    office.settled()
    again = keeper(office, seconds=1.9)  # it is known over the restart
    again.look_after()
    assert kept(office) == ["2026-11-23-1400", "2026-11-23"]
    issued(office)
    office.clock.advance(hours=1)
    again.look_after()
    assert kept(office)[0] == "2026-11-23-1500", "quick enough again"


def test_md2_the_end_waits_no_longer_than_its_bound(office: OfficeBooks) -> None:
    """Interrupted, and no half copy is left."""
    big = "x" * 1_000_000
    office.writer.submit(
        lambda t: [t.settings.set(f"filler.{number}", big) for number in range(60)]
    ).result(PATIENCE)
    with pytest.raises(backup.BackupFailed):
        backup.make(office.path, office.data_dir, "2026-11-23-1800", lambda: True)
    assert list((office.data_dir / backup.FOLDER).iterdir()) == []
    assert backup.make(office.path, office.data_dir, "2026-11-23-1801", lambda: False).exists()


def test_md2_what_a_kill_left_half_never_counts_and_is_swept_up(office: OfficeBooks) -> None:
    issued(office)
    backup.make(office.path, office.data_dir, "2026-11-22")
    folder = office.data_dir / backup.FOLDER
    (folder / "2026-11-22-1711.unfinished").write_bytes(b"half")
    (folder / "Notizen.unfinished").write_bytes(b"of somebody else")
    assert kept(office) == ["2026-11-22"]
    backup.make(office.path, office.data_dir, "2026-11-23")
    assert sorted(path.name for path in folder.iterdir()) == [
        "2026-11-22.sqlite3",
        "2026-11-23.sqlite3",
        "Notizen.unfinished",
    ]


def test_md2_names_of_before_are_listed_and_thinned_and_others_left_alone(
    office: OfficeBooks,
) -> None:
    folder = office.data_dir / backup.FOLDER
    for day in range(1, 21):
        backup.make(office.path, office.data_dir, f"2026-11-{day:02d}")
    shutil.copy(folder / "2026-11-20.sqlite3", folder / "Vor dem Umzug.sqlite3")
    shutil.copy(folder / "2026-11-20.sqlite3", folder / "2026-10-02-vor-update.sqlite3")
    for hour in (8, 9, 10, 11):
        backup.make(office.path, office.data_dir, f"2026-11-23-{hour:02d}30")
    assert kept(office) == [
        "2026-11-23-1130",
        "2026-11-23-1030",
        "2026-11-23-0930",
        *(f"2026-11-{day:02d}" for day in range(20, 7, -1)),
        "2026-10-02-vor-update",
        "Vor dem Umzug",
    ]


def test_md2_on_a_clock_set_back_no_copy_is_put_off(office: OfficeBooks) -> None:
    made = keeper(office)
    made.look_after()
    issued(office)
    office.clock.advance(minutes=-30)
    made.look_after()
    assert kept(office) == ["2026-11-23-1130", "2026-11-23"]


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


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_md2_killed_at_every_step_no_half_copy_counts(tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.mkdir()
    office = make_books(live)
    issued(office)
    for day in range(1, 23):
        backup.make(office.path, live, f"2026-11-{day:02d}")
    issued(office)
    office.close()
    with killing("make") as killed_at:
        for step in range(1, 40):
            folder = tmp_path / f"killed-{step}"
            shutil.copytree(live, folder)
            done = killed_at(folder, step)
            assert all(backup.is_good(path) for path in backup.all_backups(folder))
            assert len(backup.all_backups(folder)) >= 14
            backup.make(folder / FILE_NAME, folder, "2026-11-23-1500")
            names = sorted(path.name for path in (folder / backup.FOLDER).iterdir())
            assert not [name for name in names if name.endswith(".unfinished")]
            if done:
                break
    assert done
    assert step > 5
