"""The office that faults happen to: real SQLite file, real receive, real listener."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office in test mode whose listener runs."""
    made = Office(tmp_path / "data")
    yield made
    made.close()
