"""The look for processes that were left behind finds them, and only those."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import left_behind
from tests.left_behind import Processes
from tests.waiting import PATIENCE

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")

SLEEPER = "import sys; sys.stdin.read()"
ORPHAN_MAKER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()", sys.argv[1]],
                         stdin=sys.stdin)
print(child.pid, flush=True)
"""


@pytest.fixture
def hasty(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> Processes:
    monkeypatch.setattr(left_behind, "_GRACE", 0.1)
    return processes


def test_a_child_that_runs_on_is_found(hasty: Processes) -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdin=subprocess.PIPE) as child:
        assert [line.split()[0] for line in hasty.left()] == [str(child.pid)]
        assert hasty.left() == []  # looked for once after each start
        hasty.seen_starting = True
        assert hasty.left() == []  # told already: no later test is at fault
        assert child.stdin is not None
        child.stdin.close()
        child.wait(PATIENCE)


def test_an_orphan_with_the_folder_of_the_test_is_found(hasty: Processes, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN_MAKER, str(tmp_path) + "/"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as maker:
        assert maker.stdout is not None and maker.stdin is not None
        orphan = maker.stdout.readline().strip()
        maker.wait(PATIENCE)
        assert [line.split()[0] for line in hasty.left()] == [orphan]
        maker.stdin.close()  # ends it; the fixture sees to that
    hasty.seen_starting = True


def test_without_a_start_nothing_is_looked_for(
    hasty: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_behind, "_pids", lambda: pytest.fail("looked"))
    assert hasty.left() == []
