"""SAFE S4: the file of the books is deleted, moved or replaced while the program has it open."""

import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import draft, event_body, issued
from tests.faults.office import Office
from tests.store.gate import Gate
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.backup import backup
from workmate_desktop.store.backup.rescue import rescued
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.store.database.file_identity import FilePlace, FileStanding
from workmate_desktop.store.opening.open import open_database, restore_backup
from workmate_desktop.store.transaction import Transaction

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets nobody delete or move a file that is open"
)
TODAY = "2026-11-23"


def _paid(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT stripe_payment_intent_id FROM payments"
        return {intent for (intent,) in connection.execute(sql)}


def _refusal(data_dir: Path) -> UserError:
    with pytest.raises(UserError) as refused:
        open_database(data_dir, TODAY, Threads())
    return refused.value


def _delete(path: Path) -> None:
    path.unlink()


def _delete_all(path: Path) -> None:
    for file in path.parent.glob(f"{FILE_NAME}*"):
        file.unlink()


def _delete_log(path: Path) -> None:
    path.with_name(f"{FILE_NAME}-wal").unlink()


def _move(path: Path) -> None:
    path.rename(path.with_name("anderswo.sqlite3"))


def _replace(path: Path) -> None:
    """As programs that keep folders alike do it: an older copy, moved into the place."""
    older = path.with_name(".older")
    shutil.copyfile(path, older)
    older.replace(path)


def _replace_all(path: Path) -> None:
    """By the last backup; its log was taken along."""
    older = path.with_name(".older")
    shutil.copyfile(path.parent / backup.FOLDER / "2026-11-22.sqlite3", older)
    older.replace(path)
    path.with_name(f"{FILE_NAME}-wal").unlink()


def _replace_log(path: Path) -> None:
    older = path.with_name(".older")
    older.write_bytes(b"")
    older.replace(path.with_name(f"{FILE_NAME}-wal"))


WHOLE = [_delete_log, _replace_log, _replace]
"""After them the file in the place holds all the same what was confirmed."""
GONE = [_delete, _delete_all, _move, _replace_all, *WHOLE]


def _wait(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    pytest.fail("it did not come to pass")


@pytest.mark.parametrize("harm", GONE)
def test_sa4_nothing_is_confirmed_that_nobody_would_find(
    office: Office, harm: Callable[[Path], None]
) -> None:
    data_dir = office.at.data_dir
    invoices = [issued(office.at) for _ in range(3)]
    backup.make(office.at.path, data_dir, "2026-11-22")
    bodies = [event_body(invoice) for invoice in invoices]
    assert [office.deliver(body) for body in bodies] == [200, 200, 200]
    harm(office.at.path)
    late = event_body(invoices[0], amount=700)
    assert office.deliver(late) == 503
    assert office.deliver(late) == 503
    assert office.at.writer.trouble is StoreTrouble.LOST
    _wait(lambda: office.at.writer.rescued is not None)
    (saved,) = rescued(data_dir)
    assert office.at.writer.rescued == saved
    assert saved.stat().st_mode & 0o777 == 0o600
    # Whatever happens from here on: the next start does not go on without them.
    copy = data_dir.with_name("killed")
    shutil.copytree(data_dir, copy)
    wanted = {body["data"]["object"]["id"] for body in bodies}
    kept_in = copy / saved.name
    assert wanted <= _paid(kept_in)
    try:
        open_database(copy, TODAY, Threads()).database.close()
        assert harm in WHOLE
        assert wanted <= _paid(copy / FILE_NAME)
    except UserError as refused:
        assert refused.code == "database_rescued"
        assert refused.values["rescued"] == str(kept_in)
        restore_backup(copy, str(kept_in), "jetzt")
    again = Office(copy)
    try:
        assert wanted <= _paid(copy / FILE_NAME)
        assert [again.deliver(body) for body in (*bodies, late, late)] == [200] * 5
        sums = "SELECT count(*), sum(amount_minor) FROM payments"
        assert again.at.rows(sums) == [(4, 3 * 11900 + 700)]
        assert not rescued(copy)
    finally:
        again.close()


def test_sa4_gone_while_a_group_is_committed(office: Office) -> None:
    """The look after COMMIT, not only the one before: nothing of the group is confirmed."""
    invoice = issued(office.at)
    gate = Gate(office.at.writer)
    body = event_body(invoice)
    answers: list[int] = []
    sender = threading.Thread(target=lambda: answers.append(office.deliver(body)))
    sender.start()
    _wait(lambda: office.at.writer.waiting > 0)

    def just_before_the_commit(t: Transaction) -> None:
        def swap(statement: str) -> None:
            if statement == "COMMIT":
                t.raw.set_trace_callback(None)
                office.at.path.unlink()

        t.raw.set_trace_callback(swap)

    office.at.writer.submit_later(just_before_the_commit)
    gate.open()
    sender.join(PATIENCE)
    assert answers == [503]
    _wait(lambda: office.at.writer.rescued is not None)
    (saved,) = rescued(office.at.data_dir)
    intent = body["data"]["object"]["id"]
    assert intent in _paid(saved)  # kept all the same; its repetition is known by its id
    restore_after = office.at.data_dir
    office.close()
    restore_backup(restore_after, str(saved), "jetzt")
    again = Office(restore_after)
    try:
        assert [again.deliver(body), again.deliver(body)] == [200, 200]
        assert again.at.rows("SELECT count(*), sum(amount_minor) FROM payments") == [(1, 11900)]
    finally:
        again.close()


def test_sa4_the_file_comes_back_and_all_goes_on(office: Office) -> None:
    invoice = issued(office.at)
    path = office.at.path
    away = path.with_name("anderswo.sqlite3")
    path.rename(away)
    body = event_body(invoice)
    assert office.deliver(body) == 503
    _wait(lambda: bool(rescued(office.at.data_dir)))
    away.rename(path)
    _wait(lambda: office.at.writer.trouble is None)
    assert office.deliver(body) == 200
    assert office.at.troubles[-2:] == [StoreTrouble.LOST, None]
    assert not rescued(office.at.data_dir)
    office.close()
    assert _paid(path) == {body["data"]["object"]["id"]}
    open_database(office.at.data_dir, TODAY, Threads()).database.close()


def test_sa4_another_file_that_comes_instead_is_not_taken(office: Office) -> None:
    path = office.at.path
    invoice = issued(office.at)
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    path.unlink()
    assert office.deliver(event_body(invoice)) == 503
    copy.rename(path)
    before = path.read_bytes()
    assert office.deliver(event_body(invoice)) == 503
    assert path.read_bytes() == before
    with pytest.raises(UserError, match="database_lost"):
        office.at.invoicing.issue(draft(customer_id="x")).result(PATIENCE)


def test_sa4_the_whole_folder_is_gone(tmp_path: Path) -> None:
    office = Office(tmp_path / "Büro")
    data_dir = office.at.data_dir
    invoice = issued(office.at)
    body = event_body(invoice)
    assert office.deliver(body) == 200
    shutil.rmtree(data_dir)
    assert office.deliver(event_body(invoice)) == 503
    _wait(lambda: office.at.writer.rescued is not None)
    saved = office.at.writer.rescued
    assert saved is not None
    assert saved.parent == tmp_path
    assert saved.name.startswith("gerettet-Büro-")
    assert saved.stat().st_mode & 0o777 == 0o600
    office.close()
    data_dir.mkdir()
    refused = _refusal(data_dir)
    assert (refused.code, refused.values["rescued"]) == ("database_rescued", str(saved))
    assert not (data_dir / FILE_NAME).exists()
    restore_backup(data_dir, str(saved), "jetzt")
    open_database(data_dir, TODAY, Threads()).database.close()
    assert _paid(data_dir / FILE_NAME) == {body["data"]["object"]["id"]}


def test_sa4_gone_while_nobody_writes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workmate_desktop.store.writer.IDLE_SECONDS", 0.1)
    issued(office.at)  # the next wait is a short one
    _delete_all(office.at.path)
    _wait(lambda: bool(rescued(office.at.data_dir)))
    assert office.at.writer.trouble is StoreTrouble.LOST


def test_sa4_at_the_stop_at_the_latest(office: Office) -> None:
    invoice = issued(office.at)
    body = event_body(invoice)
    assert office.deliver(body) == 200
    _delete_all(office.at.path)
    office.close()
    (saved,) = rescued(office.at.data_dir)
    assert _paid(saved) == {body["data"]["object"]["id"]}


def test_sa4_what_cannot_be_saved_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workmate_desktop.store.file_watch.SAVE_AGAIN_SECONDS", 0.2)
    monkeypatch.setattr("pathlib.Path.expanduser", lambda _path: Path("/nowhere"))
    full = True

    def create(path: Path) -> None:
        if full:
            raise OSError(28, "No space left on device")
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    monkeypatch.setattr("workmate_desktop.store.backup.rescue.create_file", create)
    invoice = issued(office.at)
    _delete(office.at.path)
    assert office.deliver(event_body(invoice)) == 503
    assert office.at.writer.rescued is None
    full = False
    _wait(lambda: office.at.writer.rescued is not None)


# --- an intact file never turns red ------------------------------------------------------


def test_sa4_a_vacuum_and_a_log_cut_off_by_others_are_no_harm(office: Office) -> None:
    office.at.writer.submit(lambda t: t.settings.set("big", "N" * 2_000_000)).result(PATIENCE)
    with closing(sqlite3.connect(office.at.path, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = office.at.path.stat().st_size
        office.at.writer.submit(lambda t: t.settings.set("big", "")).result(PATIENCE)
        other.execute("VACUUM")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert office.at.path.stat().st_size < before
    invoice = issued(office.at)
    assert office.deliver(event_body(invoice)) == 200
    assert office.at.troubles == []


def test_sa4_copies_and_touched_files_are_no_harm(office: Office) -> None:
    invoice = issued(office.at)
    path, data_dir = office.at.path, office.at.data_dir
    backup.make(path, data_dir, TODAY)
    shutil.copyfile(path, data_dir / "copy.sqlite3")
    os.utime(path)
    path.chmod(0o640)
    path.with_name(f"{FILE_NAME}-shm").unlink()
    os.link(path, data_dir / "another-name.sqlite3")
    assert office.deliver(event_body(invoice)) == 200
    assert office.at.troubles == []
    assert not rescued(data_dir)


@pytest.mark.parametrize("numbers", ["none", "other ones later"])
def test_sa4_a_folder_that_gives_no_numbers(tmp_path: Path, numbers: str) -> None:
    """Then the open file says whether it is the same, or existence and size count alone."""
    path = tmp_path / FILE_NAME
    path.write_bytes(b"x" * 100)
    later = 0

    def stat(what: str | int) -> os.stat_result:
        found = list(os.stat(what))  # noqa: PTH116 - of open files, too
        found[1] = 0 if numbers == "none" else found[1] + later
        return os.stat_result(found)

    place = FilePlace(path, stat)
    place.hold_file()
    assert place.all() is FileStanding.HERE
    later = 7
    assert [place.all(), place.all()] == [FileStanding.HERE, FileStanding.HERE]
    os.truncate(path, 99)
    assert place.all() is FileStanding.SHRUNK
    path.unlink()
    assert place.all() is FileStanding.LOST
    path.write_bytes(b"y" * 200)
    assert place.all() is (FileStanding.HERE if numbers == "none" else FileStanding.LOST)
    place.close()


def test_sa4_a_file_cut_off_is_damaged_and_what_can_be_is_saved(office: Office) -> None:
    invoice = issued(office.at)
    body = event_body(invoice)
    assert office.deliver(body) == 200
    with closing(sqlite3.connect(office.at.path, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert office.deliver(event_body(invoice)) == 200
    os.truncate(office.at.path, 3 * 4096)
    assert office.deliver(event_body(invoice)) == 503
    assert office.at.writer.trouble is StoreTrouble.DAMAGED
    assert office.deliver(event_body(invoice)) == 503


def test_sa4_rescued_books_that_hold_nothing_more_hinder_no_start(office: Office) -> None:
    data_dir = office.at.data_dir
    issued(office.at)
    _move(office.at.path)
    future: Future[object] = office.at.writer.submit(lambda _t: None)
    with pytest.raises(UserError, match="database_lost"):
        future.result(PATIENCE)
    _wait(lambda: bool(rescued(data_dir)))
    office.close()
    away = data_dir / "anderswo.sqlite3"
    log = office.at.path.with_name(f"{FILE_NAME}-wal")
    away.rename(office.at.path)
    assert log.exists()  # SQLite left it: it belongs to a file that had gone
    open_database(data_dir, TODAY, Threads()).database.close()
    assert not rescued(data_dir)
    assert list((data_dir / backup.FOLDER).glob("gerettet-*"))


def test_sa4_another_backup_may_be_chosen_instead(office: Office) -> None:
    data_dir = office.at.data_dir
    issued(office.at)
    backup.make(office.at.path, data_dir, "2026-11-22")
    issued(office.at)
    _replace_all(office.at.path)
    with pytest.raises(UserError):
        office.at.writer.submit(lambda _t: None).result(PATIENCE)
    office.close()
    assert _refusal(data_dir).code == "database_rescued"
    kept = restore_backup(data_dir, "2026-11-22.sqlite3", "jetzt")
    open_database(data_dir, TODAY, Threads()).database.close()
    assert list(kept.glob("gerettet-*.sqlite3"))


def test_sa4_rescued_books_of_another_folder_are_not_offered(office: Office) -> None:
    data_dir = office.at.data_dir
    issued(office.at)
    other = Office(data_dir.with_name("other"))
    other.close()
    with closing(sqlite3.connect(other.at.path)) as source:
        source.execute("VACUUM INTO ?", (str(data_dir / "gerettet-20261123-120000.sqlite3"),))
    office.close()
    open_database(data_dir, TODAY, Threads()).database.close()


def test_sa4_a_folder_named_from_where_the_program_was_started(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir = office.at.data_dir
    issued(office.at)
    _delete_all(office.at.path)
    office.close()
    monkeypatch.chdir(data_dir.parent)
    here = Path(data_dir.name)
    restore_backup(here, str(_refusal(here).values["rescued"]), "jetzt")
    open_database(here, TODAY, Threads()).database.close()
