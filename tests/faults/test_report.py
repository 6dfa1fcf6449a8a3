"""The report itself: what it counts, and that it cannot call a broken program sound."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.report import row_of
from tests.faults.rows import LATER, NOW

ROOT = Path(__file__).resolve().parents[2]
AUTHENTICITY = "tests/faults/test_authenticity.py"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("test_a2_wrong_signature", "A2"),
        ("test_j24_backups_0600[x::y]", "J24"),
        ("test_head_is_the_newest_migration", None),
        ("test_a_row_with_only_the_columns", None),
    ],
)
def test_the_name_of_a_test_says_its_row(name: str, row: str | None) -> None:
    assert row_of(name) == row


def test_every_row_stands_in_one_place() -> None:
    assert not set(NOW) & set(LATER)
    assert len(NOW) == 133


def test_it_fails_when_rows_are_missing() -> None:
    run = subprocess.run(
        [*(sys.executable, "-m", "tests.faults.report"), AUTHENTICITY, "-k", "test_a6_only_v0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    lines = run.stdout.strip().splitlines()
    assert run.returncode == 1
    assert any(line.startswith("A6 ") and " passed " in line for line in lines)
    assert any(line.startswith("missing: A1 ") for line in lines)
    assert f"1 of {len(NOW)} rows passed ({len(LATER)} come with later issues)" in lines
    assert lines[-1].endswith(" passed, 0 failed")
