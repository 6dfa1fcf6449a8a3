"""The window with its frame stands on a screen that is there, whatever it remembers.

Whole programs on screens that the offscreen platform is told to have; a screen of 1920 × 1080 at
150 % has 1280 × 720 logical pixels, and a task bar takes some of every height.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMargins, QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.ui.window.main_window import MainWindow, fitting, home_of

PROGRAM = """
import json, os, sys
from PySide6.QtCore import QTimer
from workmate_desktop.app.window import first_window
from workmate_desktop.app.options import read_options
from workmate_desktop.app.window.run import make_application
from workmate_desktop.ui.window.main_window import window_state

application = make_application()
do = sys.argv[1]
first = first_window.FirstWindow(read_options([], os.environ))
if not first.show():
    raise SystemExit("closed")
window = first.window
if do == "large":
    window.setGeometry(1400, 60, 2000, 1200)
if do == "maximized":
    window.setGeometry(1400, 60, 2000, 1200)
    window.showMaximized()
for _ in range(20):
    application.processEvents()
frame, margins = window.frameGeometry(), window.windowHandle().frameMargins()
normal = window.normalGeometry().marginsAdded(margins)
told = {
    "frame": frame.getRect(),
    "normal": normal.getRect(),
    "margins": [margins.left(), margins.top()],
    "maximized": window.isMaximized(),
    "least": [window.minimumWidth(), window.minimumHeight()],
    "screens": [screen.availableGeometry().getRect() for screen in application.screens()],
    "page": window.centralWidget().size().toTuple(),
}
first.memory.save({"window": window_state(window)})
print(json.dumps(told), flush=True)
first.give_up()
os._exit(0)
"""


class Office:
    """A data folder, and windows opened on different screens one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, *screens: tuple[int, int, int, int, float], do: str = "") -> dict[str, Any]:
        """Screens as (x, y, width, height, factor), in device pixels but for the place."""
        config = self._folder / "screens.json"
        described = [
            {"name": f"S{at}", "x": x, "y": y, "width": w, "height": h, "dpr": 1, "logicalDpi": 96}
            for at, (x, y, w, h, _) in enumerate(screens)
        ]
        config.write_text(json.dumps({"screens": described}), "utf-8")
        environment = os.environ | {
            "QT_QPA_PLATFORM": f"offscreen:configfile={config}",
            "QT_SCALE_FACTOR": str(screens[0][4]),
            "WORKMATE_DATA_DIR": str(self._folder / "data"),
        }
        finished = subprocess.run(
            [sys.executable, "-c", PROGRAM, do],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout.splitlines()[-1])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def whole(told: dict[str, Any]) -> None:
    """The frame, now and after going back from maximised, is on one of the screens."""
    screens = [QRect(*screen) for screen in told["screens"]]
    for name in ("normal",) if told["maximized"] else ("frame", "normal"):
        frame = QRect(*told[name])
        assert any(screen.contains(frame) for screen in screens), (name, told)


SMALL = [
    (0, 0, 1280, 800, 1),
    (0, 0, 1366, 768, 1),
    (0, 0, 1920, 1080, 1.5),
    (0, 0, 1366, 768, 1.5),
    (0, 0, 1024, 600, 1),
]


@pytest.mark.parametrize("screen", SMALL, ids=str)
def test_me2_the_first_window_fits_a_small_screen(
    office: Office, screen: tuple[int, int, int, int, float]
) -> None:
    told = office.open(screen)
    assert told["margins"] != [0, 0]  # else the frame would not be tried
    whole(told)
    whole(office.open(screen))  # and as it was remembered


def test_me2_a_large_screen_gets_the_window_as_it_was_drawn(office: Office) -> None:
    told = office.open((0, 0, 2560, 1440, 1))
    whole(told)
    assert told["page"] == [1280, 800]
    assert told["least"] == [880, 560]


@pytest.mark.parametrize("screen", SMALL, ids=str)
def test_me2_a_larger_monitor_is_gone(
    office: Office, screen: tuple[int, int, int, int, float]
) -> None:
    large = (0, 0, 3840, 2160, 1.0)
    before = office.open(large, do="large")
    assert before["frame"][2] >= 2000
    whole(office.open(screen))


def test_me2_a_second_monitor_is_gone(office: Office) -> None:
    first, second = (0, 0, 1920, 1080, 1.0), (1920, 0, 1920, 1080, 1.0)
    told = office.open(first, second, do="large")
    assert told["frame"][0] >= 1300
    whole(office.open(first))


@pytest.mark.parametrize("screen", SMALL[:3], ids=str)
def test_me2_what_was_maximised_stays_so_and_goes_back_to_what_fits(
    office: Office, screen: tuple[int, int, int, int, float]
) -> None:
    assert office.open((0, 0, 3840, 2160, 1.0), do="maximized")["maximized"]
    told = office.open(screen)
    assert told["maximized"]
    whole(told)


SIDES = st.integers(min_value=-4000, max_value=6000)
SIZES = st.integers(min_value=1, max_value=5000)
RECTS = st.builds(QRect, SIDES, SIDES, SIZES, SIZES)
SCREENS = st.lists(
    st.builds(QRect, SIDES, SIDES, st.integers(640, 5120), st.integers(400, 2880)),
    min_size=1,
    max_size=3,
)
FRAMES = st.builds(QMargins, *[st.integers(0, 60)] * 4)


@given(RECTS, FRAMES, SCREENS)
def test_me2_any_place_fits_any_screens(wanted: QRect, frame: QMargins, screens: list[Any]) -> None:
    home = home_of(wanted, frame, screens)
    fitted = fitting(wanted, frame, home)
    assert home.contains(fitted.marginsAdded(frame))
    assert fitting(fitted, frame, home) == fitted
    if any(screen.contains(wanted.marginsAdded(frame)) for screen in screens):
        assert fitted == wanted  # what fits is left alone


def test_me2_a_monitor_goes_while_the_window_is_shown(qtbot: QtBot, qapp: QApplication) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.setGeometry(5000, 3000, 1280, 800)
    qapp.screenRemoved.emit(qapp.primaryScreen())
    margins = window.windowHandle().frameMargins()
    screen = qapp.primaryScreen().availableGeometry()
    qtbot.waitUntil(lambda: screen.contains(window.geometry().marginsAdded(margins)))
