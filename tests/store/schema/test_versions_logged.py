"""What the log says of the database at each start."""

import logging
import sqlite3
from pathlib import Path

import pytest

from tests.factories import make_books
from workmate_desktop.store.schema.migrate import HEAD


def test_sa11_the_version_of_sqlite_stands_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "workmate"):
        make_books(tmp_path).close()
    [line] = [one for one in caplog.messages if one.startswith("[Database] Opened")]
    assert f"version {HEAD}" in line
    assert f"SQLite {sqlite3.sqlite_version}" in line
