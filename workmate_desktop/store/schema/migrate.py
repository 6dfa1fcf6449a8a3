"""Bring the database to the version of this program, or refuse.

Alembic is imported only when there is something to do: it would cost every start.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0017"
"""The newest revision in migrations/versions; a test compares."""

KNOWN = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
)


class NewerDatabase(Exception):
    """The database was written by a newer version of this program."""


def is_newer(version: str) -> bool:
    """What a later version of this program would write. Anything else no version ever wrote."""
    return version.isascii() and version.isdecimal() and len(version) == 4 and version > HEAD


def version_of(connection: "Connection") -> str | None:
    """The revision of the database; None for one without tables."""
    known = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    ).scalar()
    if known is None:
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def needs_migration(connection: "Connection") -> bool:
    """True when the database is older than this program. Raises NewerDatabase."""
    version = version_of(connection)
    if version == HEAD:
        return False
    if version is not None and version not in KNOWN:
        raise NewerDatabase(version)
    return True


def migrate(connection: "Connection", to: str = "head") -> None:
    """Run what is missing in one transaction: killed in the middle, it is old or new.

    `to` is another revision than the newest for tests of a migration.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "workmate_desktop.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    # Else a rename reads every view of the file: those of a report would be bent to the old name,
    # and one that is broken would end the update. https://www.sqlite.org/lang_altertable.html
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        command.upgrade(config, to)
    except BaseException:
        raw = connection.connection.driver_connection
        if raw is not None and raw.in_transaction:  # on a full disk SQLite has undone it already
            connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
