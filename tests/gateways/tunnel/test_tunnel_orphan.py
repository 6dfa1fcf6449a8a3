"""H5: what a killed run left behind is ended, and never anything else."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.gateways.tunnel.tunnel_support import open_tunnel, settings, until
from tests.standins.ngrok_play import NAME, TOKEN, StandInNgrok, is_running
from tests.waiting import PATIENCE
from workmate_desktop.gateways.tunnel import agent as tunnel_agent
from workmate_desktop.gateways.tunnel import orphan as tunnel_orphan
from workmate_desktop.gateways.tunnel.files import (
    CONFIG_FILE,
    STATE_FILE,
    KnownAgent,
    known_agent,
    remember_agent,
)
from workmate_desktop.gateways.tunnel.ngrok import Ngrok

KEEPER = """
    import atexit, sys, threading, time
    from pathlib import Path
    from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelStatus
    from workmate_desktop.gateways.system.clock import SystemClock
    from workmate_desktop.gateways.system.threads import Threads
    from workmate_desktop.gateways.tunnel.ngrok import Ngrok
    from workmate_desktop.services.connection.tunnel import Tunnel

    # Others take their time at the exit too: long enough for the keeper to try again.
    atexit.register(time.sleep, 1.5)
    wanted, online = TunnelSettings(sys.argv[3], executable=sys.argv[2]), threading.Event()

    def told(state):
        if state.status is TunnelStatus.ONLINE:
            online.set()

    Tunnel(Ngrok(Path(sys.argv[1])), SystemClock(), Threads(), lambda: wanted, told).start(9)
    online.wait(20)
    print("open", flush=True)
    sys.stdin.readline()
"""

PROGRAM = """
    import sys, threading
    from pathlib import Path
    from workmate_desktop.domain.connection.tunnel import TunnelSettings
    from workmate_desktop.gateways.system.threads import Threads
    from workmate_desktop.gateways.tunnel.ngrok import Ngrok

    wanted = TunnelSettings(sys.argv[3], executable=sys.argv[2])
    gateway = Ngrok(Path(sys.argv[1]))
    gateway.open(wanted, 9, threading.Event(), lambda: None, lambda percent: None)
    print("open", flush=True)
    sys.stdin.readline()
    if sys.argv[4] == "raise":
        raise RuntimeError("an error that nobody catches")
"""


def _program(
    ngrok: StandInNgrok, data_dir: Path, end: str, source: str = PROGRAM
) -> "subprocess.Popen[str]":
    """A run of the program with an open tunnel."""
    arguments = [str(data_dir), str(ngrok.executable), TOKEN, end]
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None and run.stdout.readline() == "open\n"
    return run


def _kill(run: "subprocess.Popen[str]") -> None:
    run.kill()
    run.communicate()


@pytest.mark.parametrize("stubborn", [False, True])
def test_h5_the_agent_of_a_killed_run_is_ended_at_the_next_start(
    ngrok: StandInNgrok, data_dir: Path, monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    monkeypatch.setattr(tunnel_orphan, "GRACE", 0.3)
    monkeypatch.setattr(tunnel_agent, "GRACE", 0.3)
    ngrok.play(stubborn=stubborn)
    _kill(_program(ngrok, data_dir, "wait"))
    (orphan,) = ngrok.running
    gateway = Ngrok(data_dir)
    assert open_tunnel(gateway, settings(ngrok)) == f"https://{NAME}"
    assert not is_running(orphan)
    assert len(ngrok.running) == 1
    gateway.close()


def test_h5_it_is_ended_too_where_no_tunnel_is_wanted_any_more(
    ngrok: StandInNgrok, data_dir: Path
) -> None:
    _kill(_program(ngrok, data_dir, "wait"))
    assert len(ngrok.running) == 1
    Ngrok(data_dir).end_orphan()
    assert ngrok.running == []
    assert list(data_dir.iterdir()) == []  # neither the token


def test_h5_another_program_with_that_pid_is_left_alone(
    ngrok: StandInNgrok, data_dir: Path
) -> None:
    other = subprocess.Popen(["sleep", "60"])
    try:
        remember_agent(data_dir, KnownAgent(other.pid, str(ngrok.executable)))
        Ngrok(data_dir).end_orphan()
        assert other.poll() is None
        assert not (data_dir / STATE_FILE).exists()
    finally:
        other.kill()
        other.wait()


def test_h5_the_users_own_ngrok_is_left_alone(
    ngrok: StandInNgrok, data_dir: Path, tmp_path: Path
) -> None:
    """The same program, but not with our configuration file."""
    others = tmp_path / "others"
    others.mkdir()
    theirs = Ngrok(others)
    open_tunnel(theirs, settings(ngrok))
    (pid,) = ngrok.running
    remember_agent(data_dir, KnownAgent(pid, str(ngrok.executable)))
    Ngrok(data_dir).end_orphan()
    assert is_running(pid)
    theirs.close()


def test_h5_another_program_with_our_configuration_file_is_left_alone(
    ngrok: StandInNgrok, data_dir: Path
) -> None:
    """An editor in which someone looks at it, say."""
    config = str(data_dir / CONFIG_FILE)
    editor = subprocess.Popen([sys.executable, "-c", "input()", config], stdin=subprocess.PIPE)
    try:
        remember_agent(data_dir, KnownAgent(editor.pid, str(ngrok.executable)))
        Ngrok(data_dir).end_orphan()
        assert editor.poll() is None
    finally:
        editor.kill()
        editor.communicate()


def test_h5_a_system_without_pidfd_has_the_same_rules(
    ngrok: StandInNgrok, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    monkeypatch.setattr(tunnel_orphan, "GRACE", 0.3)
    ngrok.play(stubborn=True)
    _kill(_program(ngrok, data_dir, "wait"))
    other = subprocess.Popen(["sleep", "60"])
    try:
        kept = known_agent(data_dir)
        assert kept is not None
        remember_agent(data_dir, KnownAgent(other.pid, str(ngrok.executable)))
        Ngrok(data_dir).end_orphan()
        assert other.poll() is None and len(ngrok.running) == 1
        remember_agent(data_dir, kept)
        Ngrok(data_dir).end_orphan()
        assert until(lambda: ngrok.running == [])
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"pid": 0, "executable": "/x"}',
        '{"pid": -1, "executable": "/x"}',
        '{"pid": 1, "executable": "/x"}',
        '{"pid": true, "executable": "/x"}',
        '{"pid": "7", "executable": "/x"}',
        '{"pid": 7}',
        '{"pid": 7, "executable": ""}',
        '{"pid": 99999999999999999999, "executable": "/x"}',
    ],
)
def test_h5_a_file_that_names_nobody_ends_nobody(
    data_dir: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = []
    monkeypatch.setattr(signal, "pidfd_send_signal", lambda *given: ended.append(given))
    (data_dir / STATE_FILE).write_text(content, "utf-8")
    Ngrok(data_dir).end_orphan()
    assert ended == []


def test_the_file_names_the_process_and_its_program(ngrok: StandInNgrok, data_dir: Path) -> None:
    gateway = Ngrok(data_dir)
    open_tunnel(gateway, settings(ngrok))
    kept = json.loads((data_dir / STATE_FILE).read_text("utf-8"))
    assert kept == {"pid": ngrok.running[0], "executable": str(ngrok.executable)}
    gateway.close()


@pytest.mark.parametrize("end", ["return", "raise"])
def test_a_program_that_ends_without_closing_leaves_no_agent(
    ngrok: StandInNgrok, data_dir: Path, end: str
) -> None:
    run = _program(ngrok, data_dir, end)
    assert len(ngrok.running) == 1
    run.communicate("go on\n", timeout=PATIENCE)
    assert ngrok.running == []
    assert list(data_dir.iterdir()) == []


def test_a_keeper_that_nobody_stopped_starts_no_other_agent_at_the_exit(
    ngrok: StandInNgrok, data_dir: Path
) -> None:
    run = _program(ngrok, data_dir, "", KEEPER)
    _, errors = run.communicate("go on\n", timeout=PATIENCE)
    assert run.returncode == 0 and "Traceback" not in errors
    assert ngrok.running == []
    assert len(ngrok.starts) == 1
    assert list(data_dir.iterdir()) == []
