"""The window as a process of its own: starts, answers, ends on SIGTERM, leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import NOBODY, post
from tests.places import CHECKOUT
from tests.waiting import PATIENCE

_POLL = 0.02

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, no display."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("WORKMATE_")
        and name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return {
        **clean,
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "WORKMATE_PORT": "0",
        "WORKMATE_STRIPE_API_BASE": NOBODY,
    }


def begin(environment: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "workmate_desktop", *arguments],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def window(
    environment: dict[str, str],
) -> "Iterator[subprocess.Popen[str]]":
    process = begin({**environment, "QT_QPA_PLATFORM": "offscreen"}, "--demo")
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def listener_of(folder: Path, process: "subprocess.Popen[str]") -> int:
    """The port, as soon as listener.json tells it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for file in folder.glob("workmate-demo-*/listener.json"):
            return int(json.loads(file.read_text("utf-8"))["port"])
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(_POLL)


def children_of(pid: int) -> str:
    """The processes that it has started; "" for none."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").strip()


def test_the_window_ends_on_sigterm_and_leaves_nothing(
    window: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    port = listener_of(tmp_path, window)
    assert post(port, b"{}", None) == 400
    if Path("/proc/self/task").exists():
        assert children_of(window.pid) == ""
    window.send_signal(signal.SIGTERM)
    out, err = window.communicate(timeout=PATIENCE)
    assert window.returncode == 0, err
    assert "in time" not in out + err  # no part was given up at its deadline
    assert list(tmp_path.glob("workmate-demo-*")) == []
    assert "Traceback" not in out + err
    with pytest.raises(ConnectionRefusedError):
        post(port, b"{}", None)


def test_sigterm_during_the_start_ends_it_too(
    window: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    deadline = time.monotonic() + PATIENCE
    while not list(tmp_path.glob("workmate-demo-*/workmate.sqlite3")):
        assert time.monotonic() < deadline
        time.sleep(_POLL)
    window.send_signal(signal.SIGTERM)
    _out, err = window.communicate(timeout=PATIENCE)
    assert window.returncode == 0, err
    assert "Traceback" not in err
    assert list(tmp_path.glob("workmate-demo-*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_one_line_and_no_qt_abort(
    environment: dict[str, str], tmp_path: Path
) -> None:
    process = begin(environment)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert out == ""
    assert re.fullmatch(r"[^\n]*serve[^\n]*serve --demo[^\n]*\n", err), err
    assert not (tmp_path / ".local").exists()  # no data folder was made


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_an_unreachable_display_is_told_in_one_line(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """DISPLAY may be set and lead nowhere: over ssh, in a container."""
    process = begin({**environment, "DISPLAY": ":9917"}, "--demo")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, (process.returncode, out, err)
    assert out == ""
    assert re.fullmatch(r"[^\n]*serve[^\n]*serve --demo[^\n]*\n", err), err
    assert list(tmp_path.glob("workmate-demo-*")) == []


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_display_that_answers_is_used(environment: dict[str, str], tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(theirs), "-nolisten", "tcp"],
        pass_fds=[theirs],
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        process = begin({**environment, "DISPLAY": f":{number}"}, "--demo")
        try:
            listener_of(tmp_path, process)
        finally:
            process.terminate()
            _out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
    finally:
        screen.terminate()
        screen.wait(PATIENCE)
