"""SAFE S4 with real processes: the file goes under load, the server ends, the next one starts."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import encoded, event_body, post, sign
from tests.faults.programs import KEYS, NO_STRIPE, serve_command, serving
from tests.free_port import free_port
from tests.waiting import PATIENCE
from workmate_desktop.store.database.engine import FILE_NAME

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets nobody delete or move a file that is open"
)
SENDERS = 6


class Senders:
    """Deliver new payments until they are stopped; what was answered how is kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.answers: dict[str, int] = {}
        self.bodies: dict[str, bytes] = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        while not self._stop.is_set():
            body = event_body("RE-2026-0001")
            raw = encoded(body)
            self.bodies[body["id"]] = raw
            self.answers[body["id"]] = post(self._port, raw, sign(raw, at=time.time()))

    def wait_for(self, status: int, count: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while sum(answer == status for answer in tuple(self.answers.values())) < count:
            assert time.monotonic() < deadline, f"not {count} times {status}"
            threading.Event().wait(0.01)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    @property
    def confirmed(self) -> set[str]:
        return {event for event, answer in self.answers.items() if answer == 200}


def _delete_all(data_dir: Path) -> None:
    for file in data_dir.glob(f"{FILE_NAME}*"):
        file.unlink()


def _delete_file(data_dir: Path) -> None:
    (data_dir / FILE_NAME).unlink()


def _delete_log(data_dir: Path) -> None:
    (data_dir / f"{FILE_NAME}-wal").unlink()


def _replace(data_dir: Path) -> None:
    older = data_dir / ".older"
    shutil.copyfile(data_dir / "before.sqlite3", older)
    older.replace(data_dir / FILE_NAME)
    (data_dir / f"{FILE_NAME}-wal").unlink()


def _move_folder(data_dir: Path) -> None:
    data_dir.rename(data_dir.with_name("verschoben"))


def _run(data_dir: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = [sys.executable, "-m", "workmate_desktop", *arguments, "--data-dir", str(data_dir)]
    environment = {**os.environ, **NO_STRIPE, **KEYS}
    return subprocess.run(
        program, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


def _events(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM stripe_events")}


@pytest.mark.parametrize(
    ("harm", "end"),
    [
        (_delete_all, signal.SIGTERM),
        (_delete_file, signal.SIGKILL),
        (_delete_log, signal.SIGKILL),
        (_replace, signal.SIGTERM),
        (_move_folder, signal.SIGKILL),
    ],
)
def test_sa4_each_confirmed_delivery_is_there_after_the_next_start(
    tmp_path: Path, harm: Callable[[Path], None], end: signal.Signals
) -> None:
    data_dir, port = tmp_path / "data", free_port()
    with serving(data_dir, port) as program:
        senders = Senders(port)
        try:
            senders.wait_for(200, 5)
            with closing(sqlite3.connect(data_dir / FILE_NAME)) as books:
                books.execute("VACUUM INTO ?", (str(data_dir / "before.sqlite3"),))
            senders.wait_for(200, 60)
            harm(data_dir)
            senders.wait_for(503, 10)
        finally:
            senders.stop()
        assert set(senders.answers.values()) == {200, 503}
        _wait_for_the_rescue(tmp_path)
        program.send_signal(end)
        program.wait(PATIENCE)
    confirmed = senders.confirmed
    assert len(confirmed) >= 60
    if harm is not _delete_log:  # what it held was written back into the file
        _use_the_rescued_books(data_dir, port, confirmed)
    with serving(data_dir, port):
        again = {
            event: post(port, raw, sign(raw, at=time.time()))
            for event, raw in senders.bodies.items()
        }
    assert set(again.values()) == {200}
    assert confirmed <= _events(data_dir / FILE_NAME) == set(senders.bodies)
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as books:
        intents = "SELECT count(*), count(DISTINCT stripe_payment_intent_id) FROM payments"
        assert books.execute(intents).fetchone() == (len(again), len(again))


def _use_the_rescued_books(data_dir: Path, port: int, confirmed: set[str]) -> None:
    """As the refused start says it."""
    before = (data_dir / FILE_NAME).exists()
    refused = subprocess.run(
        serve_command(data_dir, port),
        env={**os.environ, **NO_STRIPE, **KEYS},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert refused.returncode == 1
    found = re.search(r"restore '(.+)' --yes", refused.stderr)
    assert found, refused.stderr
    assert "gerettet" in refused.stderr
    assert (data_dir / FILE_NAME).exists() is before  # no empty books beside them
    assert f"restore '{found[1]}' --yes" in _run(data_dir, "doctor").stdout
    assert confirmed <= _events(Path(found[1]))
    put = _run(data_dir, "restore", found[1], "--yes")
    assert put.returncode == 0, put.stderr


def _wait_for_the_rescue(tmp_path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not list(tmp_path.rglob("gerettet-*.sqlite3")):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
