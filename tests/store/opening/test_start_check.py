"""The check that runs beside the start: what it says is as good as the one of `store.open`."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import issued, make_books
from tests.faults.test_database_file import (
    _half,
    _other_header,
    _random_pages,
    _zero_header,
    _zero_schema,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.file_names import FILE_NAME, PLAN
from workmate_desktop.store.opening import open as opening
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.opening.start_check import StartCheck, begin_check

TODAY = "2026-11-23"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    office = make_books(tmp_path)
    for _ in range(40):
        issued(office)
    office.close()
    return tmp_path


def test_sound_books_are_checked_once(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_again(*_: object) -> None:
        raise AssertionError("checked twice")

    begun = begin_check(data_dir, Threads())
    assert begun is not None
    monkeypatch.setattr(opening, "_check", not_again)
    open_database(data_dir, TODAY, Threads(), begun).database.close()
    with pytest.raises(AssertionError):
        open_database(data_dir, TODAY, Threads())


@pytest.mark.parametrize(
    "damage", [_zero_header, _other_header, _random_pages, _half, _zero_schema]
)
def test_f7_a_damaged_database_is_refused_as_without(
    data_dir: Path, damage: Callable[[Path], None]
) -> None:
    damage(data_dir / FILE_NAME)
    before = (data_dir / FILE_NAME).read_bytes()
    begun = begin_check(data_dir, Threads())
    if begun is not None:
        assert not begun.found_sound()
    with pytest.raises(UserError) as refused:
        open_database(data_dir, TODAY, Threads(), begun)
    assert refused.value.code in ("database_damaged", "database_missing")
    assert (data_dir / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("way", ["missing", "empty", "a restore is to be finished"])
def test_nothing_is_begun_where_another_file_comes_first(data_dir: Path, way: str) -> None:
    path = data_dir / FILE_NAME
    if way == "missing":
        path.unlink()
    elif way == "empty":
        os.truncate(path, 0)
    else:
        (data_dir / PLAN).write_text("{}")
    assert begin_check(data_dir, Threads()) is None
    assert path.exists() == (way != "missing")


def test_what_an_unclean_end_left_in_the_wal_is_checked_as_well(data_dir: Path) -> None:
    other = sqlite3.connect(data_dir / FILE_NAME)
    other.execute("INSERT INTO settings VALUES ('a', 'b')")
    other.commit()  # stands in the WAL
    begun = StartCheck(data_dir / FILE_NAME, Threads())
    assert begun.found_sound()
    other.close()


def test_it_ends_when_it_is_told_to(data_dir: Path) -> None:
    begun = begin_check(data_dir, Threads())
    assert begun is not None
    begun.stop()
    begun.stop()
    begun.found_sound()  # whatever it says, it does not wait
    (data_dir / FILE_NAME).rename(data_dir / "gone")
