"""SA8: whatever something else than the program changes in the books is named, or put right.

Every column of every table is changed, every table loses a row and gets one, and two rows swap
their values; then the daily checks run. A new table or column makes these tests fail until it is
sealed (store/seals/tables.py), reckoned anew (store/upkeep/recount.py) or put into NOTHING_RESTS_ON
with a reason.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.factories import TestClock as Clock
from tests.factories import make_books
from tests.faults.full_books import fill
from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.books import Books
from workmate_desktop.services.upkeep.recount import Recount
from workmate_desktop.services.upkeep.seal_check import SealCheck
from workmate_desktop.store.common.tables import metadata
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.seals.tables import COLUMNS, TABLES, Sealed, which
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.words.notice_words import notice_words

NOTHING_RESTS_ON = {
    "folding": "letters for the search; written anew by an update, and no decision reads them",
    "customers.sort_name": "the order in the list of customers",
    "invoices.sort_customer": "the order in the list, made from the name",
    "invoices.search_text": "what the search looks through, made from number, name and amount",
    "stripe_events.answer_ms": "how long an answer took, of older versions; nothing reads it",
    "notices.read_at": "what the window remembers: whether somebody has read it",
    "mail_outbox": "which notice waits for its mail, for minutes; the notice itself is sealed, and"
    " the address is in the sealed settings",
    "seals.no": "its own number: see test_j23_changed_seals_are_told",
}
"""Tables and columns that need no seal."""


@dataclass
class Case:
    """Statements of somebody with a tool for SQLite, and whom they are about."""

    table: str
    column: str
    what: str
    statements: list[tuple[str, tuple[Any, ...]]]
    named: tuple[str, ...]
    """Ids one of which the notice must name."""
    before: list[tuple[Any, ...]]
    """What stood there."""
    look: str
    """How to see what stands there."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with full books, checked once as on every day."""
    folder: Path = tmp_path_factory.mktemp("full")
    office = make_books(folder)
    fill(office)
    Recount(office.writer, office.database, office.clock).run()
    report = SealCheck(office.writer, office.database, office.clock, lambda: None).run()
    assert not report.findings.tampered and not report.findings.added
    office.close()
    return folder


@contextmanager
def tool(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with a tool, who takes what forbids it away and puts it back afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA ignore_check_constraints=ON")
        found = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in found:
            raw.execute(f"DROP TRIGGER {name}")
        yield raw
        for _, sql in found:
            raw.execute(sql)


class AtOnce:
    """A writer that does each job at once and never waits for the disk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._connection = database.writing.connect()
        raw = self._connection.connection.driver_connection
        assert raw is not None
        self._raw = raw
        self._raw.execute("PRAGMA synchronous=OFF")
        self._transaction = Transaction(self._connection, self._raw, clock)

    def submit(self, job: Callable[[Transaction], Any]) -> Future[Any]:
        done: Future[Any] = Future()
        self._raw.execute("BEGIN IMMEDIATE")
        self._transaction.begin_job()
        done.set_result(job(self._transaction))
        self._transaction.write_seals()
        self._raw.execute("COMMIT")
        return done

    def close(self) -> None:
        self._connection.close()


def names_after(books: Path, path: Path, case: Case) -> tuple[list[Notice], list[Any], list[str]]:
    """(notices of a day later, what stands there then, what staff read)."""
    shutil.copyfile(books / FILE_NAME, path)
    with tool(path) as raw:
        for sql, values in case.statements:
            raw.execute(sql, values)
    clock = Clock()
    clock.advance(days=1)
    database = Database(path, Threads())
    writer: Any = AtOnce(database, clock)
    read = Books(database, clock)
    try:
        known = {notice.id for notice in read.notice_page()}
        Recount(writer, database, clock).run()
        SealCheck(writer, database, clock, lambda: None).run()
        kinds = (NoticeKind.CHANGED_OUTSIDE, NoticeKind.ADDED_OUTSIDE, NoticeKind.SUMS_MENDED)
        told = [n for n in read.notice_page() if n.id not in known and n.kind in kinds]
        words = [f"{notice_words(n).title}: {notice_words(n).why}" for n in told]
        with database.reader() as connection:
            stands = [tuple(row) for row in connection.exec_driver_sql(case.look)]
        return told, stands, words
    finally:
        writer.close()
        database.close()


def is_named(told: list[Notice], case: Case) -> bool:
    """A notice holds the row itself, or the invoice that it is about."""
    return any(
        str(row.get(key)) in case.named
        for notice in told
        for row in notice.detail.get("rows", [])  # type: ignore[attr-defined]
        for key in ("id", "invoice_id")
    )


def other(value: Any, column: str) -> Any:
    """Another value that might stand there."""
    if column == "status":
        return {"paid": "open", "open": "paid", "partially_paid": "paid"}.get(value, "open")
    if column == "outcome":
        return "ignored"
    if column in ("livemode", "paid"):
        return 1 - value
    if isinstance(value, int | float):
        return value + 4711
    if value is None:
        return "2026-11-22T08:00:00.000Z" if column.endswith(("_at", "_since")) else "x"
    if isinstance(value, bytes):
        return value[::-1]
    if re.match(r"20[0-9]{2}-", value):
        return f"19{value[2:]}"
    if value.startswith("{"):
        return '{"amount_minor": 1}'
    return f"{value}x"


def key_of(table: str) -> str:
    return next(column.name for column in metadata.tables[table].primary_key.columns)


def changes(raw: sqlite3.Connection) -> Iterator[Case]:
    for table in metadata.tables.values():
        key = key_of(table.name)
        for column in table.columns:
            yield from _one_value(raw, table.name, key, column.name)
            yield from _swapped(raw, table.name, key, column.name)
        yield _gone(raw, table.name, key)
        yield _added(raw, table.name, key)


def _one_value(raw: sqlite3.Connection, table: str, key: str, column: str) -> Iterator[Case]:
    """The value of one row becomes another; for invoices that of a draft as well."""
    for rows in (
        ("status <> 'draft'", "status = 'draft'") if table == "invoices" else (_which(table),)
    ):
        row_key, value = raw.execute(
            f"SELECT {key}, {column} FROM {table} WHERE {rows} ORDER BY {column} IS NULL, {key}"
        ).fetchone()
        new = other(value, column)
        yield Case(
            table, column, f"another value ({rows})" if table == "invoices" else "another value",
            [(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (new, row_key))],
            (*_ids(raw, table, key, row_key), str(new)),
            [(value,)], f"SELECT {column} FROM {table} WHERE {key} = {row_key!r}",
        )  # fmt: skip


def _swapped(raw: sqlite3.Connection, table: str, key: str, column: str) -> Iterator[Case]:
    if column in (key, "id"):
        return
    found = raw.execute(
        f"SELECT a.{key}, a.{column}, b.{key}, b.{column} FROM {table} a JOIN {table} b"
        f" ON a.{key} < b.{key} AND a.{column} IS NOT b.{column}"
        f" WHERE {_which(table, 'a.')} AND {_which(table, 'b.')} LIMIT 1"
    ).fetchone()
    if found is None:
        return
    first, one, second, two = found
    update = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"
    free = None if one is None or not _is_needed(table, column) else f"{one}-"
    yield Case(
        table, column, "swapped",
        [(update, (free, first)), (update, (one, second)), (update, (two, first))],
        (*_ids(raw, table, key, first), *_ids(raw, table, key, second)),
        [(one,), (two,)],
        f"SELECT {column} FROM {table} WHERE {key} IN ({first!r}, {second!r}) ORDER BY {key}",
    )  # fmt: skip


def _which(table: str, row: str = "") -> str:
    """The program's own notes among the settings are no matter of seals."""
    return which(Sealed.SETTING, row) if table == "settings" else "1"


def _is_needed(table: str, column: str) -> bool:
    return not metadata.tables[table].columns[column].nullable


def _gone(raw: sqlite3.Connection, table: str, key: str) -> Case:
    (row_key,) = raw.execute(
        f"SELECT {key} FROM {table} WHERE {_which(table)} ORDER BY {key} LIMIT 1"
    ).fetchone()
    look = f"SELECT count(*) FROM {table}"
    return Case(
        table, "", "a row less", [(f"DELETE FROM {table} WHERE {key} = ?", (row_key,))],
        _ids(raw, table, key, row_key), raw.execute(look).fetchall(), look,
    )  # fmt: skip


def _added(raw: sqlite3.Connection, table: str, key: str) -> Case:
    """A copy of a row under another key; what may stand there once only is left out."""
    names = [column.name for column in metadata.tables[table].columns]
    once = {column.name for column in metadata.tables[table].columns if column.unique}
    row = raw.execute(
        f"SELECT {', '.join(names)} FROM {table} WHERE {_which(table)} ORDER BY {key} LIMIT 1"
    ).fetchone()
    values = dict(zip(names, row, strict=True))
    for name in once:
        values[name] = f"{values[name]}-new" if _is_needed(table, name) else None
    values[key] = 4711 if isinstance(values[key], int) else f"{values[key]}-new"
    look = f"SELECT count(*) FROM {table}"
    return Case(
        table, "", "a row more",
        [(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            tuple(values[name] for name in names),
        )],
        (str(values[key]), str(values.get("id"))), raw.execute(look).fetchall(), look,
    )  # fmt: skip


def _ids(raw: sqlite3.Connection, table: str, key: str, row_key: Any) -> tuple[str, ...]:
    if table != "invoices":
        return (str(row_key),)
    return tuple(raw.execute("SELECT id FROM invoices WHERE row_no = ?", (row_key,)).fetchone())


def test_sa8_every_column_of_every_table_is_named_or_put_right(books: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(books / FILE_NAME)) as raw:
        cases = list(changes(raw))
    assert len(cases) > 300
    quiet, needless = [], set(NOTHING_RESTS_ON)
    for number, case in enumerate(cases):
        name = f"{case.table}.{case.column}"
        told, stands, words = names_after(books, tmp_path / f"{number}.sqlite3", case)
        healed = stands == case.before
        if is_named(told, case):
            assert all("{" not in text and "None" not in text for text in words), words
        elif case.table == "seals":
            if not told and name not in NOTHING_RESTS_ON:
                quiet.append(f"{name}: {case.what}")
        elif not healed and not ({name, case.table} & set(NOTHING_RESTS_ON)):
            quiet.append(f"{name}: {case.what}")
        elif not healed:
            needless -= {name, case.table}
    assert quiet == []
    assert needless <= {"seals.no"}  # what is named or put right needs no excuse


def test_sa8_every_table_in_the_file_is_decided(books: Path) -> None:
    """Also those that are not in store/common/tables.py."""
    with closing(sqlite3.connect(books / FILE_NAME)) as raw:
        found = {
            row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    search = {name for name in found if name.startswith(("event_search", "invoice_search"))}
    known = set(metadata.tables) | search | {"invoice_words", "alembic_version", "sqlite_sequence"}
    assert found == known


def test_sa8_what_is_sealed_is_there() -> None:
    for what, table in TABLES.items():
        names = {column.name for column in metadata.tables[table].columns}
        plain = {name for name in COLUMNS[what] if name.isidentifier()}
        assert plain <= names
        excused = {one.split(".")[1] for one in NOTHING_RESTS_ON if one.startswith(f"{table}.")}
        assert not plain & excused
