"""FAULTS F1 to F6, F17: the database is locked, the disk full or read-only."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tests.factories import encoded, event_body, issued, make_books, post, sign
from tests.faults.disks import SmallDisk, small_disk
from tests.faults.office import Office
from tests.faults.programs import serving
from tests.free_port import free_port
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.steps import StepName
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.services.steps import Steps
from workmate_desktop.services.upkeep.upkeep import Upkeep
from workmate_desktop.store.database.engine import FILE_NAME, Database, create_file
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable, trouble_of
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.writer import Writer

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


@contextmanager
def held_by_another_program(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process has the write lock until a line is written to it."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("\n", timeout=PATIENCE)


def _let_go(process: "subprocess.Popen[str]") -> None:
    process.communicate("\n", timeout=PATIENCE)


def _let_go_after(process: "subprocess.Popen[str]", seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, _let_go, [process])
    timer.start()
    return timer


def test_f1_locked_less_than_4_s(tmp_path: Path) -> None:
    """It waits, and so does the sender. How long at most is the driver's to count: see below."""
    office = Office(tmp_path / "data", busy_timeout_ms=60_000)
    try:
        invoice_id = issued(office.at)
        with held_by_another_program(office.at.path) as process, ThreadPoolExecutor(1) as pool:
            delivered = pool.submit(office.deliver, event_body(invoice_id))
            with pytest.raises(TimeoutError):
                delivered.result(0.5)
            _let_go(process)
            assert delivered.result(PATIENCE) == 200
        assert office.row(invoice_id).status == "paid"
        assert office.at.troubles == []
    finally:
        office.close()


def test_f1_the_driver_waits_4_s(office: Office) -> None:
    found = office.at.writer.submit(lambda t: t.raw.execute("PRAGMA busy_timeout").fetchone())
    assert found.result(PATIENCE) == (4000,)


@pytest.mark.parametrize("real", [False, True], ids=["300 ms", "4 s"])
def test_f2_locked_longer(tmp_path: Path, real: bool) -> None:
    office = Office(tmp_path / "data") if real else Office(tmp_path / "data", busy_timeout_ms=300)
    try:
        invoice_id = issued(office.at)
        body = event_body(invoice_id)
        with held_by_another_program(office.at.path) as process:
            started = time.monotonic()
            assert office.deliver(body) == 503
            waited = time.monotonic() - started
            assert waited >= (3.5 if real else 0.25)
            assert office.at.writer.trouble is StoreTrouble.BUSY
            assert office.row(invoice_id).status == "open"
            assert office.at.value("SELECT count(*) FROM stripe_events") == 0
            _let_go(process)
        assert office.deliver(body) == 200  # Stripe comes again
        assert office.row(invoice_id).status == "paid"
        assert office.at.troubles == [StoreTrouble.BUSY, None]
    finally:
        office.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


def test_f4_disk_full(disk: SmallDisk) -> None:
    office = Office(disk.path / "data")
    try:
        paid_before = issued(office.at)
        assert office.deliver(event_body(paid_before)) == 200
        invoice_id = issued(office.at)
        body = event_body(invoice_id)
        disk.fill()
        # What is in the WAL already may still fit; then no more.
        answers = [office.deliver(event_body("RE-1999-0001")) for _ in range(20)]
        assert answers[-1] == 503
        assert office.deliver(body) == 503
        assert office.at.writer.trouble is StoreTrouble.FULL  # "Datenträger voll"
        with pytest.raises(StoreUnavailable, match="disk_full"):
            issued(office.at)
        disk.make_room()
        assert office.deliver(body) == 200
        assert office.at.writer.trouble is None
        assert office.at.troubles == [StoreTrouble.FULL, None]
        assert office.row(invoice_id).status == "paid"
        assert office.row(paid_before).status == "paid"
        kept = office.at.value("SELECT count(*) FROM stripe_events")
        assert kept == 2 + answers.count(200)  # every 200 is durable, every 503 left nothing
        assert office.at.value("PRAGMA integrity_check") == "ok"
    finally:
        office.close()


def test_f4_warning_below_500_mb(disk: SmallDisk) -> None:
    office = Office(disk.path / "data")
    try:
        upkeep = Upkeep(
            office.at.writer, office.at.database, office.at.data_dir, office.at.clock, Threads()
        )
        upkeep.look_after()
        office.at.settled()
        (notice,) = office.at.books.notice_page()
        assert notice.kind == "disk_low"
        assert 0 <= int(str(notice.detail["free_mb"])) < 500
        upkeep.look_after()
        office.at.settled()
        assert office.notices() == ["disk_low"]  # once a day
    finally:
        office.close()


def test_f4_a_backup_that_does_not_fit_leaves_nothing_behind(disk: SmallDisk) -> None:
    office = Office(disk.path / "data")
    try:
        invoice_id = issued(office.at)
        steps = Steps(office.at.writer, office.at.database, office.at.clock)
        upkeep = Upkeep(
            office.at.writer,
            office.at.database,
            office.at.data_dir,
            office.at.clock,
            Threads(),
            steps,
        )
        disk.fill()
        for _ in range(2):
            upkeep.look_after()
            office.at.clock.advance(hours=1)
        assert not list((office.at.data_dir / "backups").glob("*"))
        assert steps.states()[StepName.BACKUP].trouble == "disk_full"
        disk.make_room()
        assert office.deliver(event_body(invoice_id)) == 200
        office.at.settled()
        assert "step_failed" in office.notices()
        upkeep.look_after()
        assert len(list((office.at.data_dir / "backups").glob("*.sqlite3"))) == 1
        assert not steps.states()[StepName.BACKUP].failing
    finally:
        office.close()


def _refusal(data_dir: Path) -> str:
    with pytest.raises(UserError) as refused:
        open_database(data_dir, "2026-11-23", Threads())
    return refused.value.code


def _made(data_dir: Path) -> str:
    """Books with one issued invoice, closed again; the invoice's id."""
    data_dir.mkdir(mode=0o700, exist_ok=True)
    office = make_books(data_dir)
    invoice_id = issued(office)
    office.close()
    return invoice_id


def test_f5_start_on_a_full_disk(disk: SmallDisk) -> None:
    data_dir = disk.path / "data"
    invoice_id = _made(data_dir)
    disk.fill()
    assert _refusal(data_dir) == "disk_full"
    disk.make_room()
    office = Office(data_dir)
    try:
        assert office.deliver(event_body(invoice_id)) == 200
    finally:
        office.close()


def test_f5_first_start_on_a_full_disk(disk: SmallDisk) -> None:
    data_dir = disk.path / "data"
    data_dir.mkdir(mode=0o700)
    disk.fill()
    assert _refusal(data_dir) == "disk_full"
    disk.make_room()
    _made(data_dir)  # nothing half is left that would be in the way


def test_f5_the_disk_is_full_in_the_middle_of_a_migration(disk: SmallDisk) -> None:
    path = disk.path / FILE_NAME
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as connection:
        migrate.migrate(connection, "0001")
        connection.exec_driver_sql("BEGIN")
        for number in range(3000):  # to be sealed, so that much is written
            connection.exec_driver_sql(
                "INSERT INTO payments (id, amount_minor, currency, method, livemode, received_at,"
                " created_at) VALUES (?, 100, 'eur', 'cash', 1, '2026-11-20', '2026-11-20')",
                (f"payment-{number:032}",),
            )
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("PRAGMA cache_size=10")  # what is written goes out at once
        disk.fill()
        with pytest.raises(OperationalError) as failed:
            migrate.migrate(connection)
        assert trouble_of(failed.value) is StoreTrouble.FULL
        disk.make_room()
        assert migrate.version_of(connection) == "0001"
        migrate.migrate(connection)
        assert migrate.version_of(connection) == migrate.HEAD
    database.close()


def test_f5_the_listener_answers_503_until_a_start_succeeds(disk: SmallDisk) -> None:
    _503_then_200(disk, disk.fill, disk.make_room)


def test_f6_the_listener_answers_503_until_a_start_succeeds(disk: SmallDisk) -> None:
    _503_then_200(disk, lambda: disk.read_only(True), lambda: disk.read_only(False))


def _503_then_200(disk: SmallDisk, spoil: Callable[[], None], mend: Callable[[], None]) -> None:
    data_dir = disk.path / "data"
    invoice_id = _made(data_dir)
    (data_dir / "workmate.lock").touch(0o600)  # of the run before
    raw = encoded(event_body(invoice_id))
    port = free_port()
    printed = disk.path.with_name("serve.txt")  # outside of the disk that is spoilt
    spoil()
    with serving(data_dir, port, errors=printed):
        assert post(port, raw, sign(raw, at=time.time())) == 503
    mend()
    with serving(data_dir, port):
        assert post(port, raw, sign(raw, at=time.time())) == 200


def test_f6_read_only_folder(disk: SmallDisk) -> None:
    data_dir = disk.path / "data"
    _made(data_dir)
    disk.read_only(True)
    assert _refusal(data_dir) == "database_read_only"
    disk.read_only(False)
    open_database(data_dir, "2026-11-23", Threads()).database.close()


def test_f6_first_start_on_a_read_only_folder(disk: SmallDisk) -> None:
    data_dir = disk.path / "data"
    data_dir.mkdir()
    disk.read_only(True)
    assert _refusal(data_dir) == "database_read_only"


def test_f6_becoming_writable_again_heals_a_running_writer(disk: SmallDisk) -> None:
    """The writer meets a read-only file while running, and needs no restart afterwards."""
    data_dir = disk.path / "data"
    invoice_id = _made(data_dir)
    office = Office(data_dir)
    office.listener.stop()
    office.at.close()  # nothing may be open for writing while the disk is remounted
    disk.read_only(True)
    office.at.database = Database(data_dir / FILE_NAME, Threads())
    writer = Writer(office.at.database, office.at.clock, lambda _c: None, office.at.troubles.append)
    office.at.writer = office.at.receive._writer = writer
    writer.start()
    office.port = office.listener.start(0)
    try:
        body = event_body(invoice_id)
        assert office.deliver(body) == 503
        assert writer.trouble in (StoreTrouble.READ_ONLY, StoreTrouble.UNREADABLE)
        disk.read_only(False)
        assert office.deliver(body) == 200
        assert writer.trouble is None
    finally:
        office.close()


@pytest.mark.parametrize("way", ["full", "no folder", "a file in its place"])
def test_f17_log_folder_full_or_unwritable(
    disk: SmallDisk, tmp_path: Path, way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The log lies on a bad place, the books on a good one: payments go on."""
    folder = disk.path / "log-data"
    folder.mkdir()
    if way == "full":
        disk.fill()
    elif way == "no folder":
        disk.read_only(True)
    else:
        (folder / "logs").write_text("in the way")
    log = ProgramLog(folder)
    log.start()
    office = Office(tmp_path / "data")
    try:
        invoice_id = issued(office.at)
        for _ in range(3):
            logging.getLogger("workmate.test").warning("x" * 8000)
        assert office.deliver(event_body(invoice_id)) == 200
        assert office.row(invoice_id).status == "paid"
    finally:
        office.close()
        log.stop()
    assert any("Payment recorded" in entry.text for entry in log.entries())
    assert "Traceback" not in capfd.readouterr().err
