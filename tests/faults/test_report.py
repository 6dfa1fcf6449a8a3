"""The report and its mutations: what it counts; it cannot call a broken program sound."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.faults import report
from tests.faults.mutations import MUTATIONS
from tests.faults.rows import LATER, NOW, row_of
from tests.places import CHECKOUT

AUTHENTICITY = "tests/faults/test_authenticity.py"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("test_a2_wrong_signature", "A2"),
        ("test_j24_backups_0600[x::y]", "J24"),
        ("test_ma4_never_more_than_the_total", "MA4"),
        ("test_sa11a_a_part_of_a_row", "SA11a"),
        ("test_head_is_the_newest_migration", None),
        ("test_a_row_with_only_the_columns", None),
    ],
)
def test_the_name_of_a_test_says_its_row(name: str, row: str | None) -> None:
    assert row_of(name) == row


def test_every_row_stands_in_one_place() -> None:
    assert not set(NOW) & set(LATER)
    assert sum(not row.startswith(("M", "SA")) for row in NOW) == 133


def test_every_mutation_finds_its_place() -> None:
    for mutation in MUTATIONS:
        for name, before, after in mutation.changes:
            assert (CHECKOUT / name).read_text("utf-8").count(before) == 1, mutation.name
            assert before != after


def test_its_help_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "--mutations" in told
    assert "missing" not in told


def test_it_fails_when_rows_are_missing() -> None:
    code, lines = _report(AUTHENTICITY, "-k", "test_a6_only_v0")
    assert code == 1
    assert any(line.startswith("A6 ") and " passed " in line for line in lines)
    assert any(line.startswith("missing: A1 ") for line in lines)
    assert f"1 of {len(NOW)} rows passed ({len(LATER)} come with later issues)" in lines
    assert lines[-1].endswith(" passed, 0 failed")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_that_crashes_takes_only_its_own_tests_along(tmp_path: Path) -> None:
    dying = _file(
        tmp_path,
        """
        import os, pytest, signal
        def test_a1_comes_before(): pass
        def test_a2_dies(): os.kill(os.getpid(), signal.SIGKILL)
        def test_a3_never_comes(): pass
        """,
    )
    other = _file(tmp_path, "def test_a5_of_another_file(): pass")
    code, lines = _report(str(tmp_path))
    assert code == 1
    states = {line.split()[0]: line for line in lines if line.startswith("A")}
    assert [row for row in NOW if " passed " in states.get(row, "")] == ["A1", "A5"]
    ending = "process ended by signal 9"
    for row in ("A2", "A3"):
        assert " failed " in states[row]
        assert lines[lines.index(states[row]) + 1].strip() == f"failed: {ending}"
    assert any(
        line.startswith(f"{dying}: {ending}, last in ") and line.endswith("::test_a2_dies")
        for line in lines
    )
    assert not any(line.startswith(str(other)) for line in lines)
    assert "failed: A2 A3" in lines
    assert lines[-1] == "2 passed, 2 failed"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_crash_after_the_last_test_is_told(tmp_path: Path) -> None:
    late = _file(
        tmp_path,
        """
        import atexit, os
        def test_a1_passes(): atexit.register(os.abort)
        """,
    )
    code, lines = _report("--long", "-k", "a1", str(late))
    assert code == 1
    assert f"{late}: process ended by signal 6" in lines
    assert lines[-1] == "1 passed, 0 failed"


def test_a_file_that_cannot_be_read_fails_it(tmp_path: Path) -> None:
    _file(tmp_path, "import no_such_module")
    _file(tmp_path, "def test_a1_passes(): pass")
    code, lines = _report("--long", "-k", "a1", str(tmp_path))
    assert (code, lines[-1]) == (1, "1 passed, 0 failed")
    assert any(line.startswith("E ") and "no_such_module" in line for line in lines)
    assert "looking for the tests: pytest ended with code 1" in lines


def _file(folder: Path, text: str) -> Path:
    """A file of tests in a folder of its own."""
    number = len(list(folder.iterdir()))
    path = folder / f"part{number}" / f"test_part{number}.py"
    path.parent.mkdir()
    path.write_text(dedent(text), "utf-8")
    return path


def _report(*arguments: str) -> tuple[int, list[str]]:
    """Exit code, and what was printed."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.report", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    return run.returncode, run.stdout.strip().splitlines()
