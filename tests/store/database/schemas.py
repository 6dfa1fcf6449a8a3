"""Files as somebody with another program leaves them: other tables, older versions."""

import sqlite3
from contextlib import closing
from pathlib import Path

from workmate_desktop.store.database.driver import create_file
from workmate_desktop.store.database.file_names import FILE_NAME
from workmate_desktop.store.schema.expected import make


def rewrite_table(raw: sqlite3.Connection, table: str, old: str, new: str) -> None:
    """Change the words of a table in the file itself; its rows stay as they are."""
    (sql,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    assert old in sql, sql
    (version,) = raw.execute("PRAGMA schema_version").fetchone()
    raw.execute("PRAGMA writable_schema=ON")
    raw.execute(
        "UPDATE sqlite_schema SET sql = ? WHERE name = ? AND type = 'table'",
        (sql.replace(old, new, 1), table),
    )
    raw.execute(f"PRAGMA schema_version={version + 1}")
    raw.execute("PRAGMA writable_schema=OFF")


def old_books(folder: Path, version: str) -> None:
    """Empty books of an older version."""
    create_file(folder / FILE_NAME)
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as raw:
        make(raw, version)
