"""FAULTS F15: two programs on the same data."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.factories import encoded, post, sign, stored_event
from tests.faults.programs import NO_STRIPE, serve_command, serving, state_of
from tests.free_port import free_port
from tests.waiting import PATIENCE
from workmate_desktop.gateways.system import instance_lock
from workmate_desktop.gateways.system.instance_lock import InstanceLock


def test_f15_serve_refuses_with_a_clear_line(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    port = free_port()
    with serving(data_dir, port) as first:
        second = subprocess.run(
            serve_command(data_dir, 0),
            env={**os.environ, **NO_STRIPE},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
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


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there")
def test_sa11d_a_deleted_lock_file_lets_no_second_program_in(tmp_path: Path) -> None:
    """Neither beside the running one, nor in its folder under another name."""
    data_dir = tmp_path / "data"
    environment = {**os.environ, **NO_STRIPE}
    with serving(data_dir, free_port()) as first:
        for folder in (data_dir, data_dir.with_name("verschoben")):
            if not folder.exists():
                data_dir.rename(folder)
            (folder / "workmate.lock").unlink()
            second = subprocess.run(
                serve_command(folder, 0),
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            assert second.returncode == 1
            assert "läuft schon ein anderes Programm" in second.stderr
        folder.rename(data_dir)
        (data_dir / "workmate.lock").unlink()
        put = [sys.executable, "-m", "workmate_desktop", "restore", str(data_dir / "x.sqlite3")]
        restore = subprocess.run(
            [*put, "--yes", "--data-dir", str(data_dir)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert restore.returncode == 1
        assert "läuft schon ein anderes Programm" in restore.stderr
        first.kill()
        first.wait(PATIENCE)
    with serving(data_dir, free_port()):
        pass  # a lock that a kill leaves behind hinders nobody


def test_sa11d_a_folder_that_cannot_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_lock, "_lock_folder", lambda _folder: None)
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)
    assert [first.acquire(), second.acquire(), first.acquire()] == [True, False, True]
    first.release()
    assert second.acquire()
    second.release()


def test_sa11d_both_locks_are_let_go(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)
    for _ in range(2):
        assert first.acquire()
        (tmp_path / "workmate.lock").unlink()
        assert not second.acquire()
        first.release()
        assert second.acquire()
        assert not first.acquire()
        second.release()


def test_f15_a_killed_program_leaves_no_lock_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir, free_port()) as first:
        first.kill()
        first.wait(PATIENCE)
    with serving(data_dir, free_port()) as second:
        # The file follows the bind, and what the killed run left was taken away before it.
        deadline = time.monotonic() + PATIENCE
        while not (data_dir / "listener.json").exists() and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        assert state_of(data_dir)["pid"] == second.pid
