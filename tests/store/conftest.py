"""Books on a real SQLite file, and a plain connection as reports use it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, make_books
from tests.waiting import PATIENCE


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


@pytest.fixture
def outside(office: OfficeBooks) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection: no functions, no settings of ours."""
    connection = sqlite3.connect(office.path, isolation_level=None, timeout=PATIENCE)
    connection.execute("PRAGMA foreign_keys=ON")
    yield connection
    connection.close()
