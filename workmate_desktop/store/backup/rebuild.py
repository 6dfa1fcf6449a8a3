"""Books made anew from the rows of a file that anybody may have written.

Tables, indexes and triggers are the program's own; of the file come rows alone, and only such as
fit in: of the right type, without a number twice, readable. Its triggers and views never run, and
what is derived is derived again: the search here, the sums at the next start
(store/upkeep/recount.py).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.schema import Difference, How, SchemaPart
from workmate_desktop.store.database.driver import create_file
from workmate_desktop.store.database.untrusted import guard, reading, size_of
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.schema.check import SchemaAltered as AlteredSchema
from workmate_desktop.store.schema.check import look, remember
from workmate_desktop.store.schema.expected import (
    expected,
    known_tables,
    make,
    quoted,
)
from workmate_desktop.store.schema.schema import Looked
from workmate_desktop.store.seals.settings import settings_sealed

_OWN = frozenset({"alembic_version", "folding", "event_search_state", "event_search_again"})
"""Tables whose rows the program makes itself."""
FORGOTTEN = ("owed.recount", "owed.checked_on", "seals.checked_on", "seals.told")
"""Settings that say what was checked: these rows were not."""
_FARTHEST_ROW = 2**53
_MOST_UNUSED = 1_000_000
"""Numbers of rows that were given and whose rows are gone: more than ever were."""
_TYPES = {"TEXT": "text", "INTEGER": "integer", "BLOB": "blob", "REAL": "real"}
_TIMES = frozenset(
    {"at", "created_at", "received_at", "keyed_at", "active_at", "closed_at", "read_at"}
    | {"next_at", "changed_at", "last_paid_at", "last_failed_at", "running_since"}
)
_WRITTEN_SO = "????-??-??T??:??:??.???Z"


class RowsAltered(UserError):
    """The rows of this file cannot be used; says why. Values: part, how, name."""

    def __init__(self, difference: Difference) -> None:
        super().__init__("backup_altered", **difference.as_values())
        self.difference = difference


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: Sequence[str]
    types: Sequence[str]

    @property
    def names(self) -> str:
        return ", ".join(quoted(column) for column in self.columns)

    def of_type(self, wanted: str) -> list[str]:
        pairs = zip(self.columns, self.types, strict=True)
        return [quoted(column) for column, kind in pairs if kind == wanted]


def look_through(source: Path) -> Looked:
    """Is the file whole, and which of its tables and triggers differ?

    Raises RowsAltered where rows cannot be taken from it, NewerDatabase, sqlite3.DatabaseError (no
    database, or damaged), OSError.
    """
    with reading(source) as connection:
        try:
            looked = look(connection)
        except AlteredSchema as error:  # not even its version is known
            raise RowsAltered(error.difference) from error
        # Whether indexes agree with their tables does not matter: none is taken along.
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
        with expected(looked.version) as made:
            for table in _tables(made):
                _see_whether_its_rows_can_be_read(connection, table, looked)
        for one in looked.differences:
            if one.part is SchemaPart.TABLE and one.how is How.FOREIGN:
                raise RowsAltered(one)  # it may hold what a later version wrote
    return looked


def rebuild(source: Path, target: Path, looked: Looked) -> None:
    """Make `target`, a new file of the same version with the rows of `source`.

    Raises as `look_through`; then `target` is to be deleted.
    """
    create_file(target)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        # Nobody needs the file before it is whole: it is synced once, at the end.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        make(connection, looked.version)
        tables = list(_tables(connection))
        later = _taken_away(connection)
        guard(connection, 2 * size_of(source))
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("ATTACH ? AS other", (f"{source.absolute()}",))
        connection.execute("BEGIN")
        for table in tables:
            _copy(connection, table)
            _see_whether_it_fits(connection, table)
        _count_on(connection)
        with settings_sealed(connection):
            forgotten = ", ".join("?" for _ in FORGOTTEN)
            connection.execute(f"DELETE FROM settings WHERE key IN ({forgotten})", FORGOTTEN)
            remember(connection, looked.differences)
        connection.execute("COMMIT")
        connection.execute("DETACH other")
        connection.execute("PRAGMA trusted_schema=ON")  # from here on all of it is the program's
        connection.execute("BEGIN")
        for name, statement in later:
            try:
                connection.execute(statement)
            except sqlite3.Error as error:  # a number twice, or JSON that is none
                raise _no_room(error, Difference(SchemaPart.VALUE, How.FOREIGN, name)) from error
        connection.execute("INSERT INTO invoice_search (invoice_search) VALUES ('rebuild')")
        connection.execute("COMMIT")


def leave_tables_only(copy: Path) -> None:
    """Drop the triggers, views and indexes of a file of which only rows are wanted.

    Nothing of it runs. Raises sqlite3.Error, OSError.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        guard(connection, size_of(copy))
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        rows = connection.execute(
            "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
            " OR type = 'index' AND sql IS NOT NULL ORDER BY type DESC"
        ).fetchall()
        connection.execute("BEGIN")
        for kind, name in rows:
            connection.execute(f"DROP {kind} IF EXISTS {quoted(name)}")
        connection.execute("COMMIT")


def _tables(made: sqlite3.Connection) -> Iterator[_Table]:
    for name in known_tables(made):
        if name not in _OWN:
            rows = made.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
            yield _Table(name, [row[1] for row in rows], [row[2] for row in rows])


def _see_whether_its_rows_can_be_read(
    source: sqlite3.Connection, table: _Table, looked: Looked
) -> None:
    """Raises RowsAltered."""
    whole = Difference(SchemaPart.TABLE, How.MISSING, table.name)
    if whole in looked.differences:
        raise RowsAltered(whole)
    if Difference(SchemaPart.TABLE, How.CHANGED, table.name) not in looked.differences:
        return
    found = {row[1]: row[6] for row in source.execute(f"PRAGMA table_xinfo({quoted(table.name)})")}
    for column in table.columns:
        if column not in found:
            raise RowsAltered(Difference(SchemaPart.TABLE, How.MISSING, f"{table.name}.{column}"))
        if found[column] != 0:  # reckoned by an expression of the file
            raise RowsAltered(Difference(SchemaPart.TABLE, How.CHANGED, f"{table.name}.{column}"))
    # Columns of a later version hold what this one would throw away.
    with expected(migrate.HEAD) as newest:
        later = {row[1] for row in newest.execute(f"PRAGMA table_xinfo({quoted(table.name)})")}
    for column in sorted(found.keys() & later - set(table.columns)):
        raise RowsAltered(Difference(SchemaPart.TABLE, How.FOREIGN, f"{table.name}.{column}"))


def _taken_away(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Drop indexes and triggers; returns their names and statements, to be made when all rows are
    there: that is quicker, and the triggers are for what happens, not for what has happened."""
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema"
        " WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid"
    ).fetchall()
    for kind, name, _table, _sql in rows:
        connection.execute(f"DROP {kind} {quoted(name)}")
    return [(f"{table}.{name}", sql) for _kind, name, table, sql in rows]


def _copy(connection: sqlite3.Connection, table: _Table) -> None:
    name = quoted(table.name)
    connection.execute(f"DELETE FROM main.{name}")  # the migrations write settings
    try:
        connection.execute(
            f"INSERT INTO main.{name} ({table.names})"
            f" SELECT {table.names} FROM other.{name} NOT INDEXED"
        )
    except sqlite3.Error as error:
        raise _no_room(error, Difference(SchemaPart.VALUE, How.FOREIGN, table.name)) from error


def _no_room(error: sqlite3.Error, difference: Difference) -> sqlite3.Error | RowsAltered:
    """A row that does not fit is one thing, a full disk or an unreadable page is another."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    of_rows = (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG)
    return RowsAltered(difference) if code in (*of_rows, sqlite3.SQLITE_ERROR) else error


def _see_whether_it_fits(connection: sqlite3.Connection, table: _Table) -> None:
    """Types, rows that could not be followed by others, and texts. Raises RowsAltered."""
    name = quoted(table.name)
    for written, kind in _TYPES.items():
        columns = table.of_type(written)
        wrong = " OR ".join(f"typeof({one}) NOT IN ('{kind}', 'null')" for one in columns)
        if wrong and connection.execute(f"SELECT 1 FROM {name} WHERE {wrong} LIMIT 1").fetchone():
            raise RowsAltered(Difference(SchemaPart.VALUE, How.CHANGED, table.name))
    texts = table.of_type("TEXT")
    if texts:
        # One value per row: its letters are read as the program reads them.
        joined = " || ".join(f"ifnull({one}, '')" for one in texts)
        try:
            for _ in connection.execute(f"SELECT {joined} FROM {name}"):
                pass
        except sqlite3.OperationalError as error:  # letters that are none
            if getattr(error, "sqlite_errorcode", None) is not None:
                raise _no_room(
                    error, Difference(SchemaPart.VALUE, How.CHANGED, table.name)
                ) from error
            raise RowsAltered(Difference(SchemaPart.VALUE, How.CHANGED, table.name)) from error
    _see_whether_times(connection, table)


def _see_whether_times(connection: sqlite3.Connection, table: _Table) -> None:
    columns = [column for column in table.columns if column in _TIMES]
    if not columns:
        return
    other = " OR ".join(
        f"{one} NOT GLOB '{_WRITTEN_SO}' OR julianday({one}) IS NULL AND {one} IS NOT NULL"
        for one in columns
    )
    names = ", ".join(columns)
    for row in connection.execute(f"SELECT {names} FROM {quoted(table.name)} WHERE {other}"):
        for column, text in zip(columns, row, strict=True):
            try:
                from_text(text or "2000-01-01")
            except ValueError as error:
                name = f"{table.name}.{column}"
                raise RowsAltered(Difference(SchemaPart.VALUE, How.CHANGED, name)) from error


def _count_on(connection: sqlite3.Connection) -> None:
    """Numbers of rows that were given are not given again: seals cut off at the end are missed."""
    rows = connection.execute("SELECT name, seq FROM main.sqlite_sequence").fetchall()
    for name, highest in rows:
        lowest = connection.execute(f"SELECT min(rowid) FROM main.{quoted(name)}").fetchone()[0]
        if highest > _FARTHEST_ROW or (lowest or 0) < 0:
            raise RowsAltered(Difference(SchemaPart.VALUE, How.CHANGED, name))
        try:
            given = connection.execute(
                "SELECT max(seq) FROM other.sqlite_sequence WHERE name = ? AND seq > ? AND seq <= ?"
                " AND typeof(seq) = 'integer'",
                (name, highest, highest + _MOST_UNUSED),
            ).fetchone()[0]
        except sqlite3.OperationalError:
            continue  # a file without AUTOINCREMENT: of other tables
        if given is not None:
            connection.execute(
                "UPDATE main.sqlite_sequence SET seq = ? WHERE name = ?", (given, name)
            )
