"""The tunnel's tests: a stand-in agent that leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.ngrok_play import StandInNgrok


@pytest.fixture
def ngrok(tmp_path: Path) -> Iterator[StandInNgrok]:
    """An executable stand-in agent; a test that leaves one running fails."""
    standin = StandInNgrok(tmp_path / "agent")
    yield standin
    assert standin.end_all() == []


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder
