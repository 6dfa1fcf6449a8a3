"""What other programs and people do to a database file: the ways of `hostile_backups`."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.store.database.schemas import rewrite_table


def sql(*statements: str) -> Callable[[Path], object]:
    """What a program does to the file that knows nothing of ours."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            for statement in statements:
                raw.execute(statement)

    return change


def without_triggers(*statements: str) -> Callable[[Path], object]:
    """The triggers of a file keep nobody from anything who takes them away first."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            for (name,) in raw.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            raw.execute("PRAGMA ignore_check_constraints=ON")
            for statement in statements:
                raw.execute(statement)

    return change


def table(name: str, old: str, new: str, *statements: str) -> Callable[[Path], object]:
    """A table of other words; then more, without triggers."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            rewrite_table(raw, name, old, new)
        without_triggers(*statements)(path)

    return change


def made_anew(name: str, columns: str, *statements: str) -> Callable[[Path], object]:
    """A table made anew with `columns` ({0}: the names), its rows copied, and more statements."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            names = ", ".join(
                row[1] for row in raw.execute(f"PRAGMA table_info({name})") if row[1] != "row_no"
            )
        without_triggers(
            f"ALTER TABLE {name} RENAME TO was",
            f"CREATE TABLE {name} ({columns.format(names)})",
            f"INSERT INTO {name} ({names}) SELECT {names} FROM was",
            "DROP TABLE was",
            *statements,
        )(path)

    return change


def written(path_of: Callable[[Path], Path], content: bytes) -> Callable[[Path], object]:
    """Other bytes in its place, or beside it."""
    return lambda path: path_of(path).write_bytes(content)


def strange_module(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute(
            "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES"
            " ('table', 'evil', 'evil', 0, 'CREATE VIRTUAL TABLE evil USING nonsense (a)')"
        )


def broken_words(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute(
            "UPDATE sqlite_schema SET sql = 'CREATE TABLE payments (' WHERE name='payments'"
        )


def in_a_link(path: Path) -> None:
    path.rename(path.with_name("true"))
    path.symlink_to(path.with_name("true"))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def utf_16(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA encoding='UTF-16'")
        for name in ("invoices", "payments", "settings", "alembic_version"):
            raw.execute(f"CREATE TABLE {name} (version_num TEXT)")
        raw.execute("INSERT INTO alembic_version VALUES ('0016')")


def look_alike(path: Path) -> None:
    path.unlink()
    sql(
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('0016')",
        "CREATE TABLE invoices (id, status, number)",
        "CREATE TABLE payments (id, amount_minor)",
        "CREATE TABLE settings (key, value)",
    )(path)
