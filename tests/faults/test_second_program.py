"""FAULTS F15: two programs on the same data."""

import os
import subprocess
import threading
import time
from pathlib import Path

from tests.factories import encoded, post, sign, stored_event
from tests.faults.programs import NO_STRIPE, serve_command, serving, state_of
from tests.free_port import free_port


def test_f15_serve_refuses_with_a_clear_line(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    port = free_port()
    with serving(data_dir, port) as first:
        second = subprocess.run(
            serve_command(data_dir, 0),
            env={**os.environ, **NO_STRIPE},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert second.returncode == 1
        (line,) = second.stderr.strip().splitlines()
        assert "läuft schon ein anderes Programm" in line
        assert second.stdout == ""
        # The first is not disturbed: neither its listener nor its state file.
        raw = encoded(stored_event("pi_created"))
        assert post(port, raw, sign(raw, at=time.time())) == 200
        state = state_of(data_dir)
        assert (state["pid"], state["port"]) == (first.pid, port)


def test_f15_a_killed_program_leaves_no_lock_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir, free_port()) as first:
        first.kill()
        first.wait(10)
    with serving(data_dir, free_port()) as second:
        # The file follows the bind, and what the killed run left was taken away before it.
        deadline = time.monotonic() + 10
        while not (data_dir / "listener.json").exists() and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        assert state_of(data_dir)["pid"] == second.pid
