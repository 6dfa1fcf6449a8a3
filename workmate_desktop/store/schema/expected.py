"""What the migrations make, beside what a file holds: the differences by name, and mending them.

Only for files whose digest is another one (store/schema/schema.py): making the expected schema
costs some tenths of a second.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING

from workmate_desktop.domain.schema import Difference, How, SchemaPart
from workmate_desktop.store.schema import migrate
from workmate_desktop.store.schema.schema import (
    BEHIND_SEARCHES,
    DIGESTS,
    TABLES,
    Key,
    Looked,
    Schema,
    UnknownVersion,
    read_schema,
    said_version,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

logger = logging.getLogger("workmate.schema")

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')"""
    r"""|"(?P<quoted>(?:[^"]|"")*)"|`(?P<ticks>[^`]*)`|\[(?P<square>[^]]*)\]"""
    r"""|(?P<word>\w+)|(?P<sign>\S)""",
    re.DOTALL,
)
_VIRTUAL = ("create", "virtual", "table")


def compare(raw: sqlite3.Connection) -> Looked:
    """How the schema of the file differs from the one of its own version.

    Runs nothing of what is in the file. Raises UnknownVersion, sqlite3.Error.
    """
    found = read_schema(raw)
    version = said_version(raw, found)
    digest = found.digest
    if DIGESTS.get(version) == digest:
        return Looked(version, ())
    if migrate.is_newer(version):
        raise UnknownVersion(version)  # it may have the very same tables
    # What a file says of its version is one row of a table: its tables know better.
    known = next((one for one, made in DIGESTS.items() if made == digest), None)
    if known is not None:
        return Looked(known, (Difference(SchemaPart.VERSION, How.CHANGED, version),))
    if version not in migrate.KNOWN:
        raise UnknownVersion(version)
    with expected(version) as made:
        return Looked(version, tuple(_differences(found, read_schema(made))))


@contextmanager
def expected(version: str) -> Iterator[sqlite3.Connection]:
    """An empty database of this version, in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as raw:
        make(raw, version)
        yield raw


def make(raw: sqlite3.Connection, version: str) -> None:
    """Let an empty database be as the migrations up to `version` make it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.deserialize(_migrated(version))
        made.backup(raw)


@cache
def _migrated(version: str) -> bytes:
    """The file that the migrations make. Who looks at a backup needs it more than once."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as raw:
        with _engine_on(raw).connect() as connection:
            migrate.migrate(connection, version)
        return raw.serialize()


def _engine_on(raw: sqlite3.Connection) -> "Engine":
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    return create_engine(
        "sqlite://", creator=lambda: raw, poolclass=StaticPool, isolation_level="AUTOCOMMIT"
    )


def _differences(found: Schema, made: Schema) -> Iterator[Difference]:
    for key in sorted(made.parts.keys() | found.parts.keys()):
        is_, right = found.parts.get(key), made.parts.get(key)
        if is_ == right or (is_ is not None and right is not None and tidy(is_) == tidy(right)):
            continue
        how = How.MISSING if is_ is None else How.FOREIGN if right is None else How.CHANGED
        yield Difference(_part(key, right), how, key[1])
    for name in sorted(found.without_data - made.without_data):
        yield Difference(SchemaPart.SEARCH, How.MISSING, name)


def _part(key: Key, right: str | None) -> SchemaPart:
    if key[0] in ("index", "trigger"):
        return SchemaPart(key[0])
    if right is not None:
        return SchemaPart.SEARCH if tidy(right)[:3] == _VIRTUAL else SchemaPart.TABLE
    # A foreign one under a name of the program's: of another version, or a view instead of it.
    if key[1] in BEHIND_SEARCHES or key[1] in ("invoice_search", "invoice_words", "event_search"):
        return SchemaPart.SEARCH
    return SchemaPart.TABLE


def mend(raw: sqlite3.Connection, looked: Looked) -> None:
    """Put right what is made by the program alone. In an open transaction.

    Nothing is done where something is beyond mending. Afterwards all sums are to be reckoned anew.
    Raises sqlite3.IntegrityError where rows do not fit (a number twice), other sqlite3.Error.
    """
    if looked.hopeless is not None:
        raise ValueError(looked.hopeless)
    # What others took away is known to a connection only after it has read once more; until then
    # SQLite says of a missing trigger that it already exists.
    raw.execute("SELECT count(*) FROM main.sqlite_schema").fetchone()
    with expected(looked.version) as made:
        right = {
            (str(kind), str(name).lower()): str(sql)
            for kind, name, sql in made.execute("SELECT type, name, sql FROM sqlite_schema")
        }
        # Triggers first: they must not see the mending, nor stand in the way of it.
        order = {
            SchemaPart.TRIGGER: 0,
            SchemaPart.INDEX: 1,
            SchemaPart.SEARCH: 2,
            SchemaPart.VERSION: 3,
        }
        todo = sorted(looked.differences, key=lambda one: order[one.part])
        for one in todo:
            _drop(raw, one)
        for one in reversed(todo):
            if one.part is SchemaPart.VERSION:
                raw.execute("UPDATE alembic_version SET version_num = ?", (looked.version,))
            elif one.part is SchemaPart.SEARCH:
                _make_search(raw, one.name, right, made)
            elif one.how is not How.FOREIGN:
                raw.execute(right[one.part.value, one.name])
    logger.warning(
        "The schema differed and was mended: %s",
        ", ".join(f"{one.part} {one.name} {one.how}" for one in looked.differences),
    )


def _drop(raw: sqlite3.Connection, one: Difference) -> None:
    if one.part in (SchemaPart.TRIGGER, SchemaPart.INDEX) and one.how is not How.MISSING:
        raw.execute(f"DROP {one.part.value} {quoted(one.name)}")
    elif one.part is SchemaPart.SEARCH:
        _drop_search(raw, one.name)


def _drop_search(raw: sqlite3.Connection, name: str) -> None:
    names = [name] if name == "invoice_words" else [name, *_behind(name)]
    for found in names:
        kind = raw.execute(
            "SELECT type FROM sqlite_schema WHERE lower(name) = ?", (found,)
        ).fetchone()
        if kind is not None and kind[0] in ("table", "view"):
            raw.execute(f"DROP {kind[0]} {quoted(found)}")


def _behind(name: str) -> Sequence[str]:
    return sorted(one for one in BEHIND_SEARCHES if one.startswith(f"{name}_"))


def _make_search(
    raw: sqlite3.Connection, name: str, right: dict[Key, str], made: sqlite3.Connection
) -> None:
    sql = right.get(("table", name))
    if sql is None:
        return
    raw.execute(sql)
    if name == "invoice_search":
        raw.execute("INSERT INTO invoice_search (invoice_search) VALUES ('rebuild')")
    elif name == "event_search":
        raw.executemany(
            "INSERT INTO event_search (event_search, rank) VALUES (?, ?)",
            made.execute("SELECT k, v FROM event_search_config WHERE k <> 'version'").fetchall(),
        )
        raw.execute("DELETE FROM event_search_state")  # it is filled anew, in the background


def quoted(name: str) -> str:
    """An identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def known_tables(raw: sqlite3.Connection) -> list[str]:
    """The tables of an empty database that hold rows of their own, in the order of their making."""
    rows = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    return [str(name) for name, sql in rows if name in TABLES and tidy(str(sql))[:3] != _VIRTUAL]


def tidy(sql: str) -> tuple[str, ...]:
    """The words of a statement, whatever quotes and blanks another program wrote around them."""
    found = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        if kind == "comment":
            continue
        piece = match[kind] if kind is not None else ""
        found.append(piece if kind == "text" else piece.lower())
    words = tuple(found)
    for start, end in (("create", 1), ("create", 2)):
        if words[:1] == (start,) and words[1 + end : 4 + end] == ("if", "not", "exists"):
            words = words[: 1 + end] + words[4 + end :]
    return words
