"""Every dialog of the pictures shows all of itself, at 100 % and at 150 %."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.screenshots import SCREENS
from tests.ui.clipped import clipped
from tests.ui.painted import settle
from workmate_desktop.ui.kit.theme import Theme

DIALOGS = [name for name, screen in SCREENS.items() if not screen.width]


@pytest.mark.parametrize("name", DIALOGS)
def test_me6_nothing_in_a_dialog_is_cut_off(qtbot: QtBot, theme: Theme, name: str) -> None:
    module, _, function = SCREENS[name].build.partition(":")
    dialog: QWidget = getattr(importlib.import_module(module), function)(theme)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    settle()
    assert clipped(dialog) == []
    if "configfile" in os.environ["QT_QPA_PLATFORM"]:  # else the screen is of 800 × 800
        room = dialog.screen().availableGeometry()
        assert room.size().boundedTo(dialog.frameSize()) == dialog.frameSize()


@pytest.mark.parametrize(("scale", "which"), [("1.5", ""), ("2", "not wiederherstellen")])
def test_me6_nor_on_a_scaled_screen(tmp_path: Path, scale: str, which: str) -> None:
    """Of 1920 × 1080 with a task bar. Qt reads the factor once per process, so the test above runs
    again in one of its own."""
    if "QT_SCALE_FACTOR" in os.environ:
        pytest.skip("this is that process")
    config = tmp_path / "screens.json"
    screen = {"name": "S", "x": 0, "y": 0, "width": 1920, "height": 1040, "dpr": 1}
    config.write_text(json.dumps({"screens": [screen | {"logicalDpi": 96}]}), "utf-8")
    platform = f"offscreen:configfile={config}"
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", which, __file__],
        env=os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": platform},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stdout
