"""FAULTS F7 to F10, F18, J24: the database file itself and its backups."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.factories import (
    at_once,
    customer,
    draft,
    event_body,
    issued,
    make_books,
)
from tests.faults.office import Office
from tests.places import CHECKOUT, PACKAGE
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.seal_check import SealCheck
from workmate_desktop.services.upkeep.upkeep import Upkeep
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME, Database, create_file
from workmate_desktop.store.opening.open import open_database, restore_backup
from workmate_desktop.store.schema import migrate

TODAY = "2026-11-23"


def _made(data_dir: Path, invoices: int = 40) -> None:
    """Books that are a good deal larger than a page, with a backup, and closed."""
    office = make_books(data_dir)
    customer_id = customer(office)
    for _ in range(invoices):
        office.invoicing.issue(draft(customer_id)).result(PATIENCE)
    backup.make(office.path, data_dir, "2026-11-22")
    office.close()


def _refusal(data_dir: Path) -> UserError:
    with pytest.raises(UserError) as refused:
        open_database(data_dir, TODAY, Threads())
    return refused.value


def _zero_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def _other_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"PK\x03\x04 not a database at all".ljust(4096, b"x"))


def _random_pages(path: Path) -> None:
    random_ = random.Random(7)
    pages = path.stat().st_size // 4096
    with path.open("r+b") as file:
        for page in range(2, pages, 3):
            file.seek(page * 4096)
            file.write(random_.randbytes(4096))


def _half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _zero_schema(path: Path) -> None:
    """The header says SQLite, the page with the tables is gone."""
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\0" * (4096 - 100))


@pytest.mark.parametrize(
    "damage", [_zero_header, _other_header, _random_pages, _half, _zero_schema]
)
def test_f7_damaged_database(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    _made(tmp_path)
    path = tmp_path / FILE_NAME
    damage(path)
    before = path.read_bytes()
    refused = _refusal(tmp_path)
    assert refused.code in ("database_damaged", "database_missing")
    assert refused.values["backup"] == "2026-11-22.sqlite3"
    assert path.read_bytes() == before
    kept = restore_backup(tmp_path, "2026-11-22.sqlite3", "jetzt")
    assert (kept / FILE_NAME).read_bytes() == before
    office = Office(tmp_path)
    try:
        assert office.at.value("SELECT count(*) FROM invoices") == 40
        assert office.deliver(event_body("TEST-2026-0001")) == 200
    finally:
        office.close()


def test_f7_a_damaged_backup_is_not_offered(tmp_path: Path) -> None:
    _made(tmp_path)
    shutil.copy(tmp_path / "backups/2026-11-22.sqlite3", tmp_path / "backups/2026-11-21.sqlite3")
    _random_pages(tmp_path / "backups/2026-11-22.sqlite3")
    _half(tmp_path / FILE_NAME)
    assert _refusal(tmp_path).values["backup"] == "2026-11-21.sqlite3"
    with pytest.raises(UserError, match="backup_damaged"):
        restore_backup(tmp_path, "2026-11-22.sqlite3", "jetzt")


def test_f7_no_listener_is_started(tmp_path: Path) -> None:
    """A damaged database needs a person first (app.refused.Refused)."""
    refused = pytest.importorskip("workmate_desktop.app.refused")
    for code in ("database_damaged", "database_missing", "database_foreign", "database_newer"):
        assert code not in refused.STRIPE_MAY_COME_AGAIN


@pytest.mark.parametrize("way", ["missing", "empty", "without tables", "only a backup is left"])
def test_f8_missing_or_empty_though_known(tmp_path: Path, way: str) -> None:
    _made(tmp_path)
    path = tmp_path / FILE_NAME
    path.unlink()
    if way == "empty":
        path.touch()
    elif way == "without tables":
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("VACUUM")
        connection.close()
    elif way == "only a backup is left":
        (tmp_path / "database-id").unlink()
    size = path.stat().st_size if path.exists() else None
    refused = _refusal(tmp_path)
    assert refused.code == "database_missing"
    assert refused.values["backup"] == "2026-11-22.sqlite3"
    assert (path.stat().st_size if path.exists() else None) == size  # never a silent new one


def test_f8_the_database_of_another_office_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    _made(tmp_path / "a")
    _made(tmp_path / "b", invoices=1)
    shutil.copy(tmp_path / "a" / FILE_NAME, tmp_path / "b" / FILE_NAME)
    assert _refusal(tmp_path / "b").code == "database_foreign"


def test_f9_written_by_a_newer_version(tmp_path: Path) -> None:
    _made(tmp_path)
    path = tmp_path / FILE_NAME
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("ALTER TABLE payments ADD COLUMN from_the_future TEXT")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = path.read_bytes()
    backups = sorted(backup.all_backups(tmp_path))
    assert _refusal(tmp_path).code == "database_newer"
    assert path.read_bytes() == before
    assert sorted(backup.all_backups(tmp_path)) == backups


# --- F10: a program of the next version, made of a copy of this one -----------------------------

NEXT = f"{int(migrate.HEAD) + 1:04d}"
_NEXT = f"""
from alembic import op
revision = "{NEXT}"
down_revision = "{migrate.HEAD}"
def upgrade():
    connection = op.get_bind()
    connection.exec_driver_sql("ALTER TABLE customers ADD COLUMN phone TEXT")
    connection.exec_driver_sql("CREATE TABLE reminders (id TEXT PRIMARY KEY)")
    connection.exec_driver_sql("UPDATE customers SET phone = '0'")
    connection.exec_driver_sql("CREATE INDEX customers_by_phone ON customers (phone)")
"""
_OPEN = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.opening import open as opening
assert migrate.HEAD == sys.argv[5] or sys.argv[4] == "first", migrate.__file__
left = int(sys.argv[3])
migrating = False
true_migrate = migrate.migrate
def noting(connection, to="head"):
    global migrating
    migrating = True
    true_migrate(connection, to)
migrate.migrate = noting
@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global left
    if migrating:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
from workmate_desktop.gateways.system.threads import Threads
opening.open_database(Path(sys.argv[2]), "2026-11-23", Threads()).database.close()
print("statements", int(sys.argv[3]) - left)
"""


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package whose newest migration is `NEXT`."""
    folder = tmp_path_factory.mktemp("next")
    target = folder / "workmate_desktop"
    for name in ("domain", "gateways", "store"):
        shutil.copytree(PACKAGE / name, target / name)
    (target / "__init__.py").write_text("")
    (target / f"store/migrations/versions/v{NEXT}_next.py").write_text(_NEXT)
    names = target / Path(migrate.__file__).relative_to(PACKAGE)
    text = names.read_text("utf-8")
    text = text.replace(f'HEAD = "{migrate.HEAD}"', f'HEAD = "{NEXT}"')
    text = text.replace("KNOWN = (", f'KNOWN = ("{NEXT}", ')
    names.write_text(text)
    return folder


def _open_with(program: Path, data_dir: Path, kill_after: int, kind: str) -> "str | int":
    """What was printed, or the signal that ended it."""
    run = subprocess.run(
        [sys.executable, "-c", _OPEN, str(program), str(data_dir), str(kill_after), kind, NEXT],
        capture_output=True,
        text=True,
    )
    if run.returncode < 0:
        return run.returncode
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_f10_an_older_version_is_backed_up_and_migrated(tmp_path: Path, next_version: Path) -> None:
    _made(tmp_path)
    assert "statements" in str(_open_with(next_version, tmp_path, 10**6, "next"))
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (NEXT,)
        assert connection.execute("SELECT count(*) FROM invoices").fetchone() == (40,)
        assert connection.execute("SELECT phone FROM customers").fetchone() == ("0",)
    connection.close()
    before_update = tmp_path / "backups" / f"{TODAY}-vor-update.sqlite3"
    with sqlite3.connect(before_update) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.HEAD,)
    old.close()
    assert _refusal(tmp_path).code == "database_newer"  # this program is now the older one


def test_f10_killed_while_migrating_it_is_old_or_new(tmp_path: Path, next_version: Path) -> None:
    (tmp_path / "made").mkdir()
    _made(tmp_path / "made")
    states = []
    for kill_after in range(1, 100):
        data_dir = tmp_path / f"killed-{kill_after}"
        shutil.copytree(tmp_path / "made", data_dir)
        ended = _open_with(next_version, data_dir, kill_after, "next")
        with sqlite3.connect(data_dir / FILE_NAME) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            columns = {row[1] for row in connection.execute("PRAGMA table_info(customers)")}
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        new = version == NEXT
        assert ("phone" in columns, "reminders" in tables, "customers_by_phone" in tables) == (
            (new,) * 3
        ), f"mixed after {kill_after} statements"
        states.append(version)
        if ended != -signal.SIGKILL:
            break
        assert "statements" in str(_open_with(next_version, data_dir, 10**6, "next"))
    assert states[0] == migrate.HEAD
    assert states[-1] == NEXT
    assert len(states) > 5


def test_f10_killed_while_the_books_are_brought_to_this_version(tmp_path: Path) -> None:
    """The true migrations, from the first version on, with something booked to seal."""
    made = tmp_path / "made"
    made.mkdir()
    path = made / FILE_NAME
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as old:
        migrate.migrate(old, "0001")
        old.exec_driver_sql(
            "INSERT INTO payments (id, amount_minor, currency, method, livemode, received_at,"
            " created_at) VALUES ('p', 100, 'eur', 'cash', 1, '2026-11-20', '2026-11-20')"
        )
    database.close()
    for kill_after in (1, 3, 10, 20, 40, 60):
        data_dir = tmp_path / f"killed-{kill_after}"
        shutil.copytree(made, data_dir)
        assert _open_with(CHECKOUT, data_dir, kill_after, "first") == -signal.SIGKILL
        with sqlite3.connect(data_dir / FILE_NAME) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        assert version in ("0001", migrate.HEAD)
        assert ("seals" in tables) is (version == migrate.HEAD)
        office = make_books(data_dir)
        check = SealCheck(office.writer, office.database, office.clock).run().findings
        with sqlite3.connect(data_dir / FILE_NAME) as connection:
            settings = {row[0] for row in connection.execute("SELECT key FROM settings")}
        connection.close()
        # The payment, and who these books are.
        own = settings & {"workmate_instance", "database_id"}
        assert (check.rows, check.tampered, check.added) == (1 + len(own), False, [])
        assert backup.all_backups(data_dir)  # made before the migration
        office.close()


def test_f10_killed_in_the_very_first_start(tmp_path: Path) -> None:
    for kill_after in (1, 2, 5, 10, 40, 120, 150):
        data_dir = tmp_path / str(kill_after)
        data_dir.mkdir()
        assert _open_with(CHECKOUT, data_dir, kill_after, "first") == -signal.SIGKILL
        office = make_books(data_dir)
        issued(office)
        office.close()


# --- F18, J24 ----------------------------------------------------------------------------


def test_f18_backup_while_100_events_arrive(office: Office, tmp_path: Path) -> None:
    customer_id = customer(office.at)
    first = [office.at.invoicing.issue(draft(customer_id)).result(PATIENCE) for _ in range(150)]
    for invoice_id in first[:50]:
        assert office.deliver(event_body(invoice_id)) == 200
    begun = threading.Event()

    def deliver(invoice_id: str) -> int:
        begun.set()
        return office.deliver(event_body(invoice_id))

    def deliver_all(invoice_ids: list[str]) -> list[int]:
        return [deliver(invoice_id) for invoice_id in invoice_ids]

    def back_up() -> list[Path]:
        begun.wait(PATIENCE)
        data_dir = office.at.data_dir
        return [backup.make(office.at.path, data_dir, f"2026-11-{day}") for day in (10, 11, 12)]

    waiting = first[50:]
    calls: list[Callable[[], object]] = [
        partial(deliver_all, waiting[start::10]) for start in range(10)
    ]
    calls.insert(0, back_up)
    backups, *answers = at_once(calls)
    assert {status for part in answers for status in part} == {200}
    assert office.at.value("SELECT count(*) FROM invoices WHERE status = 'paid'") == 150
    for path in backups:
        with sqlite3.connect(path) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            paid, booked = copy.execute(
                "SELECT (SELECT count(*) FROM invoices WHERE status = 'paid'),"
                " (SELECT count(*) FROM payments)"
            ).fetchone()
            assert paid == booked >= 50  # one moment, nothing half
        copy.close()


def test_j24_backups_0600(office: Office) -> None:
    issued(office.at)
    Upkeep(
        office.at.writer, office.at.database, office.at.data_dir, office.at.clock, Threads()
    ).look_after()
    folder = office.at.data_dir / backup.FOLDER
    assert folder.stat().st_mode & 0o777 == 0o700
    (made,) = folder.iterdir()
    assert made.stat().st_mode & 0o777 == 0o600
