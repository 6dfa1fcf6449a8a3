"""Views that a report made in the books' file neither hinder an update nor are bent by it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.factories import make_books
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import FILE_NAME, Database, create_file
from workmate_desktop.store.schema.migrate import migrate


def test_a_broken_view_and_one_of_a_rebuilt_table(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    create_file(path)
    database = Database(path, Threads())
    with database.writing.connect() as connection:
        migrate(connection, to="0016")
        connection.exec_driver_sql("CREATE VIEW broken AS SELECT gone FROM nowhere")
        connection.exec_driver_sql("CREATE VIEW paid AS SELECT id FROM charges WHERE paid = 1")
    database.close()
    make_books(tmp_path).close()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM paid").fetchone() == (0,)
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() >= ("0017",)
