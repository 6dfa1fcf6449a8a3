"""The program as a process of its own, and what can be asked of it from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOBODY, SECRET
from tests.waiting import PATIENCE

KEYS = {
    "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
    "WORKMATE_STRIPE_SECRET_KEY": "sk_test_1234",
    "WORKMATE_STRIPE_PUBLISHABLE_KEY": "pk_test_1234",
}
NO_STRIPE = {"WORKMATE_STRIPE_API_BASE": NOBODY}


def serve_command(data_dir: Path, port: int) -> list[str]:
    """The command line of an office server."""
    program = [sys.executable, "-m", "workmate_desktop", "serve"]
    return [*program, "--data-dir", str(data_dir), "--port", str(port)]


@contextmanager
def serving(
    data_dir: Path, port: int, keys: Mapping[str, str] = KEYS, errors: Path | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """`serve`, listening on `port`; ended by SIGTERM. What it prints goes to `errors`."""
    target = (errors or data_dir.with_name("serve.txt")).open("w", encoding="utf-8")
    with (
        target,
        subprocess.Popen(
            serve_command(data_dir, port),
            env={**os.environ, **NO_STRIPE, **keys},
            stderr=target,
            stdout=target,
            text=True,
        ) as process,
    ):
        try:
            _wait_until_it_listens(port, process, Path(target.name))
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)


def state_of(data_dir: Path) -> dict[str, Any]:
    """listener.json."""
    found: dict[str, Any] = json.loads((data_dir / "listener.json").read_text("utf-8"))
    return found


def _wait_until_it_listens(port: int, process: "subprocess.Popen[str]", printed: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"serve ended by itself: {printed.read_text('utf-8')}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    process.kill()
    pytest.fail("nothing listened within 30 s")
