"""FAULTS F15: a second start on the same data brings the first window to the front."""

import os
import subprocess
import sys
from collections.abc import Callable

from tests.factories import NOBODY
from tests.journey.desk import Desk


def test_f15_a_second_window_brings_the_first_to_the_front(start: Callable[..., Desk]) -> None:
    desk = start()
    desk.wait_until_ready()
    window, port = desk.program.window, desk.core.listener.port
    window.showMinimized()
    desk.wait(window.isMinimized)
    data_dir = str(desk.program.options.data_dir)
    with subprocess.Popen(
        [sys.executable, "-m", "workmate_desktop", "--data-dir", data_dir, "--port", "0"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "WORKMATE_STRIPE_API_BASE": NOBODY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as second:
        desk.wait(lambda: second.poll() is not None)
        assert second.communicate() == ("", "")
        assert second.returncode == 0
    desk.wait(lambda: not window.isMinimized())
    assert window.isVisible()
    assert desk.core.listener.port == port  # the first goes on as it was


def test_h7_a_second_start_shows_the_first_window_whatever_it_was_doing(
    start: Callable[..., Desk],
) -> None:
    desk = start()
    desk.wait_until_ready()
    desk.open_stripe()
    window = desk.program.window
    window.hide()
    data_dir = str(desk.program.options.data_dir)
    for kind in ((), ("serve",)):
        with subprocess.Popen(
            [sys.executable, "-m", "workmate_desktop", *kind, "--data-dir", data_dir],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "WORKMATE_STRIPE_API_BASE": NOBODY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as second:
            desk.wait(lambda: second.poll() is not None)
            out, err = second.communicate()
        if kind:  # a server cannot show a window: it says so in one line
            assert second.returncode == 1 and len(err.splitlines()) == 1
            assert "läuft schon ein anderes Programm" in err
        else:
            assert (second.returncode, out, err) == (0, "", "")
            desk.wait(window.isVisible)
    assert window.stack.currentWidget() is desk.pages.stripe
    assert desk.stripe_sends(desk.event(None)) == 503  # no secret, but it listens as before
