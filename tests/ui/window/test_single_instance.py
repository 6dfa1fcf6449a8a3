"""The knock of a second start: heard from another process, not after the end, not from before."""

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.waiting import PATIENCE
from workmate_desktop.ui.window.single_instance import Doorbell, ring

KNOCK = """
import sys, pathlib
from workmate_desktop.ui.window.single_instance import ring
sys.exit(0 if ring(pathlib.Path(sys.argv[1])) else 7)
"""


def _ring_elsewhere(data_dir: Path) -> int:
    return subprocess.run([sys.executable, "-c", KNOCK, str(data_dir)], timeout=PATIENCE).returncode


def test_another_process_is_heard_each_time(qtbot: QtBot, tmp_path: Path) -> None:
    bell = Doorbell(tmp_path)
    for _ in range(3):
        with qtbot.waitSignal(bell.rung):
            assert _ring_elsewhere(tmp_path) == 0
        assert list((tmp_path / "doorbell").iterdir()) == []
    bell.close()


def test_without_a_window_nobody_hears(qtbot: QtBot, tmp_path: Path) -> None:
    assert not ring(tmp_path)
    bell = Doorbell(tmp_path)
    bell.close()
    assert not ring(tmp_path)
    assert list(tmp_path.iterdir()) == []
    again = Doorbell(tmp_path)
    with qtbot.waitSignal(again.rung):
        assert ring(tmp_path)
    again.close()


def test_a_knock_left_by_a_killed_run_is_not_heard(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "doorbell").mkdir()
    assert ring(tmp_path)
    bell = Doorbell(tmp_path)
    with qtbot.assertNotEmitted(bell.rung, wait=200):
        pass
    with qtbot.waitSignal(bell.rung):
        assert ring(tmp_path)
    bell.close()


def test_a_folder_that_cannot_be_made_is_no_fault(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "doorbell").write_text("in the way")
    bell = Doorbell(tmp_path)
    assert not ring(tmp_path)
    bell.close()
