"""The program when nothing happens, and when it ends: processor use at rest, and the stop."""

import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.contestants import Ours, WrongBooks
from tests.benchmarks.deliveries import SECRET, SECRET_KEY, Deliveries
from tests.benchmarks.generator import fill_for_deliveries, new_data_dir
from tests.benchmarks.load import processor_seconds
from tests.benchmarks.table import Goal, Row
from tests.places import CHECKOUT
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME

INVOICES = 1_000
_SETTLE_SECONDS = 6.0
_IN_FLIGHT = 8


@dataclass
class Measured:
    """Share of one core at rest (percent), of the window and of `serve`; the stop (ms)."""

    window_percent: float = 0.0
    serve_percent: float = 0.0
    stop_ms: list[float] = field(default_factory=list)


def measure(folder: Path, rounds: int, seconds: float) -> tuple[Measured, list[str]]:
    """Idle for `seconds` each; then the stop with deliveries in flight, once a round."""
    data = folder / "calm"
    file = new_data_dir(data)
    fill_for_deliveries(file, INVOICES)
    backup.make(file, data, SystemClock().today().isoformat())
    found, wrong = Measured(), []
    print(f"  at rest, {seconds:.0f} s each: window, serve", file=sys.stderr)
    for which, name in ((["gui"], "window_percent"), (["serve"], "serve_percent")):
        with (data / "console.txt").open("w") as console:
            process = subprocess.Popen(_command(which), cwd=CHECKOUT, env=_environment(data),
                                       stderr=console, text=True)  # fmt: skip
        _wait_for(data / "listener.json", process)
        threading.Event().wait(_SETTLE_SECONDS)
        before = processor_seconds(process.pid)
        threading.Event().wait(seconds)
        used = processor_seconds(process.pid) - before
        setattr(found, name, max(0.001, used / seconds * 100))
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    racer = Ours(folder, 2_000)
    racer.prepare()
    for number in range(rounds):
        print(f"  stop in flight, round {number + 1} of {rounds}", file=sys.stderr)
        try:
            found.stop_ms.append(_stop(racer))
        except WrongBooks as error:
            wrong.append(f"stop, round {number + 1}: {error}")
    return found, wrong


def _stop(racer: Ours) -> float:
    """Milliseconds from the last answer to the end of the process, told to stop meanwhile."""
    data = racer.fresh_data()
    process, port = racer.start(data)
    threading.Event().wait(2.0)
    deliveries = Deliveries(f"127.0.0.1:{port}")
    last = [0.0] * _IN_FLIGHT
    statuses: list[int] = []
    lock = threading.Lock()

    def send(at: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            for number in range(at, 2_000, _IN_FLIGHT):
                try:
                    connection.sendall(deliveries.request(number))
                    answer = connection.recv(4096)
                except OSError:
                    return
                if not answer:
                    return
                last[at] = time.monotonic()
                with lock:
                    statuses.append(int(answer[9:12]))

    threads = [threading.Thread(target=send, args=(at,)) for at in range(_IN_FLIGHT)]
    for thread in threads:
        thread.start()
    threading.Event().wait(0.2)
    hanging = threading.Timer(30, process.kill)
    hanging.start()
    process.send_signal(signal.SIGTERM)
    process.wait()  # with a limit it would look every 50 ms only, and count those too
    ended = time.monotonic()
    hanging.cancel()
    if process.returncode != 0:
        raise WrongBooks(f"the stop ended with {process.returncode}")
    for thread in threads:
        thread.join()
    accepted = statuses.count(200)
    books = sqlite3.connect(data / FILE_NAME)
    (kept,) = books.execute("SELECT count(*) FROM payments").fetchone()
    books.close()
    if kept < accepted:
        raise WrongBooks(f"{accepted} answered 200, {kept} kept")
    return (ended - max(last)) * 1000


def _command(which: list[str]) -> list[str]:
    return [sys.executable, "-m", "workmate_desktop", *(w for w in which if w != "gui")]


def _environment(data: Path) -> dict[str, str]:
    return os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKMATE_DATA_DIR": str(data),
        "WORKMATE_PORT": "0",
        "WORKMATE_TUNNEL": "off",
        "WORKMATE_STRIPE_SECRET_KEY": SECRET_KEY,
        "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
        "WORKMATE_STRIPE_API_BASE": "http://127.0.0.1:9",
    }


def _wait_for(state: Path, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + 60
    while not state.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the program did not start")
        threading.Event().wait(0.02)
    json.loads(state.read_text("utf-8"))


def rows(found: Measured) -> list[Row]:
    """The rows of a program at rest, and of its stop."""
    stop = statistics.median(found.stop_ms) if found.stop_ms else 0.0
    return [
        Row("at rest: % of one core, window", 0, found.window_percent, Goal.at_most_itself(0.5)),
        Row("at rest: % of one core, serve", 0, found.serve_percent, Goal.at_most_itself(0.5)),
        Row("stop with 8 requests in flight: ms from the last answer to the end of the process",
            0, stop, Goal.at_most_itself(50)),
    ]  # fmt: skip
