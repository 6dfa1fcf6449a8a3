"""The real program under a real X server, with a tray: hidden start, closing, Beenden.

The tray is a stand-in that speaks the D-Bus protocol of today's desktops; the menu is used as a
desktop uses it (com.canonical.dbusmenu).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.factories import NOBODY
from tests.places import CHECKOUT
from tests.waiting import PATIENCE

TOOLS = ("Xvfb", "openbox", "dbus-daemon", "gdbus", "xdotool")
pytestmark = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}"
)


class TrayDesktop:
    """X server, window manager, session bus and tray; everything ends with the `with`."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "daten"
        self._ends = ExitStack()
        display, number = os.pipe()
        self.start(["Xvfb", "-displayfd", str(number), "-nolisten", "tcp"], pass_fds=(number,))
        os.close(number)
        bus = self.start(
            ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE
        )
        with os.fdopen(display) as told:
            screen = told.readline().strip()
        assert bus.stdout is not None
        self.environment = {
            **os.environ,
            "DISPLAY": f":{screen}",
            "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(),
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "WORKMATE_STRIPE_API_BASE": NOBODY,
        }
        self.start(["openbox"], stdout=subprocess.DEVNULL)
        host = self.start([sys.executable, "-m", "tests.standins.tray_host"], stdout=-1)
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n"
        self._signs = host.stdout

    def start(self, command: list[str], **how: object) -> "subprocess.Popen[str]":
        """A process that is killed at the end, if it still runs."""
        environment = getattr(self, "environment", os.environ)
        process: subprocess.Popen[str] = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=environment,
            text=True,
            **{"stderr": subprocess.DEVNULL, **how},  # type: ignore[call-overload]
        )

        def end() -> None:
            if process.poll() is None:
                process.kill()
            process.communicate()

        self._ends.callback(end)
        return process

    def program(self, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "workmate_desktop", "--data-dir", str(self.data_dir)]
        return self.start([*command, "--port", "0", *arguments])

    def sign(self) -> str:
        """The bus name of the next sign beside the clock, once it is there."""
        return self._signs.readline().strip()

    def menu(self, sign: str) -> dict[str, int]:
        """The entries of its menu: words → number."""
        layout = self._call(sign, "GetLayout", "0", "--", "-1", "[]")
        found = re.findall(r"<\((\d+), \{([^}]*)\}", layout)
        entries = {}
        for number, properties in found:
            label = re.search(r"'label': <'([^']*)'>", properties)
            if label is not None:
                entries[label.group(1).replace("_", "")] = int(number)
        return entries

    def choose(self, sign: str, words: str) -> None:
        """Click an entry of the menu."""
        number = self.menu(sign)[words]
        self._call(sign, "Event", str(number), "clicked", "<''>", "0")

    def windows(self) -> list[str]:
        """The visible windows of the program."""
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "^WorkmateOS Desktop$"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return found.stdout.split()

    def close_window(self) -> None:
        """Alt+F4: the window manager asks the window to close, as with the cross."""
        keys = ["windowactivate", "--sync", self.windows()[0], "key", "alt+F4"]
        subprocess.run(["xdotool", *keys], env=self.environment, check=True)

    def _call(self, sign: str, method: str, *arguments: str) -> str:
        command = ["gdbus", "call", "--session", "--dest", sign, "--object-path", "/MenuBar"]
        ran = subprocess.run(
            [*command, "--method", f"com.canonical.dbusmenu.{method}", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def close(self) -> None:
        self._ends.close()


def wait(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come so"
        time.sleep(0.05)


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[TrayDesktop]:
    made = TrayDesktop(tmp_path)
    yield made
    made.close()


def children(pid: int) -> list[str]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return found.stdout.split()


def test_hidden_start_open_close_and_end_through_the_tray(desktop: TrayDesktop) -> None:
    desktop.data_dir.mkdir()
    (desktop.data_dir / "window.json").write_text('{"background": "stay"}', "utf-8")
    program = desktop.program("--hidden")
    sign = desktop.sign()
    listening = desktop.data_dir / "listener.json"
    wait(listening.exists)
    assert desktop.windows() == []
    wait(lambda: any(words.startswith("Empfang") for words in desktop.menu(sign)))
    desktop.choose(sign, "Öffnen")
    wait(desktop.windows)
    desktop.close_window()
    wait(lambda: not desktop.windows())
    assert program.poll() is None and listening.exists()  # it goes on
    second = desktop.program()
    assert second.wait(PATIENCE) == 0
    wait(desktop.windows)
    desktop.choose(sign, "Beenden")
    assert program.wait(PATIENCE) == 0
    assert not listening.exists()
    assert children(program.pid) == []


def test_a_signal_ends_the_hidden_program(desktop: TrayDesktop) -> None:
    program = desktop.program("--hidden")
    desktop.sign()
    wait((desktop.data_dir / "listener.json").exists)
    program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE) == 0
    assert not (desktop.data_dir / "listener.json").exists()
