"""Desktop notifications over a real session bus, to a notification service of our own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.ui.notify.dbus import session_bus_is_there

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs dbus-daemon"
)

_CLIENT = """
import sys, time
from PySide6.QtCore import QCoreApplication, QTimer
from workmate_desktop.bridge import Bridge
from workmate_desktop.ui.notify.dbus import DBusMessages
application = QCoreApplication([])
bridge = Bridge()
messages = DBusMessages(bridge)
ticks = [time.monotonic()]
ticking = QTimer()
ticking.timeout.connect(lambda: ticks.append(time.monotonic()))
ticking.start(5)
messages.show("Klärung nötig", "89,00 € ohne Rechnung", "n-1")
def clicked(key):
    print("clicked", key, flush=True)
    application.quit()
messages.clicked.connect(clicked)
QTimer.singleShot(int(sys.argv[1]), application.quit)
application.exec()
longest = max(after - before for before, after in zip(ticks, ticks[1:]))
print("blocked", longest, file=sys.stderr)
print("blocked", longest > 20, flush=True)  # D-Bus gives a call up after 25 s
messages.close()
bridge.close()
"""


@pytest.fixture
def bus() -> Iterator[dict[str, str]]:
    """A session bus of its own; the environment that leads to it."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        yield {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address, "PYTHONPATH": str(CHECKOUT)}
        daemon.kill()


@pytest.fixture
def service(
    bus: dict[str, str], request: pytest.FixtureRequest
) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.standins.notification_server", request.param],
        env=bus,
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def client(bus: dict[str, str], limit_ms: int = 15_000) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", _CLIENT, str(limit_ms)],
        env=bus,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("service", [""], indirect=True)
def test_a_notification_is_shown_and_its_click_comes_back(
    bus: dict[str, str], service: "subprocess.Popen[str]"
) -> None:
    ran = client(bus)
    assert ran.stdout.splitlines() == ["clicked n-1", "blocked False"], ran.stderr
    assert service.stdout is not None
    assert json.loads(service.stdout.readline()) == {
        "app": "WorkmateOS Desktop",
        "summary": "Klärung nötig",
        "body": "89,00 € ohne Rechnung",
        "actions": ["default", ""],
        "replaces": 0,
        "timeout": -1,
    }


@pytest.mark.parametrize("service", ["plain"], indirect=True)
def test_a_service_without_actions_gets_none(
    bus: dict[str, str], service: "subprocess.Popen[str]"
) -> None:
    ran = client(bus, 3000)
    assert ran.returncode == 0, ran.stderr
    assert service.stdout is not None
    assert json.loads(service.stdout.readline())["actions"] == []


def test_without_a_service_the_program_goes_on(bus: dict[str, str]) -> None:
    ran = client(bus, 3000)
    assert (ran.returncode, ran.stdout) == (0, "blocked False\n")
    assert "No desktop notification: org.freedesktop.DBus.Error.ServiceUnknown" in ran.stderr


@pytest.mark.parametrize("service", ["silent", "stuck"], indirect=True)
def test_a_silent_service_holds_up_nothing(
    bus: dict[str, str], service: "subprocess.Popen[str]"
) -> None:
    ran = client(bus, 3000)
    assert (ran.returncode, ran.stdout) == (0, "blocked False\n"), ran.stderr


def test_no_bus_is_started_where_there_is_none(tmp_path: Path) -> None:
    assert not session_bus_is_there({})
    assert not session_bus_is_there({"XDG_RUNTIME_DIR": str(tmp_path)})
    (tmp_path / "bus").touch()
    assert session_bus_is_there({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert session_bus_is_there({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"})
