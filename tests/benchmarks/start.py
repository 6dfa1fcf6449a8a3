"""Start: from the process to the painted window, the first rows, the bound listener."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.deliveries import SECRET, SECRET_KEY
from tests.benchmarks.generator import fill_for_deliveries, new_data_dir
from tests.benchmarks.table import Goal, Row
from tests.places import CHECKOUT
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.store.backup import backup

INVOICES = 1_000
Measured = dict[str, list[dict[str, float]]]


def measure(folder: Path, rounds: int) -> Measured:
    """What `start_window` tells, bare and ours, one after the other."""
    data = folder / "start"
    file = new_data_dir(data)
    fill_for_deliveries(file, INVOICES)
    backup.make(file, data, SystemClock().today().isoformat())
    results: Measured = {"bare": [], "ours": []}
    for number in range(rounds + 1):
        for which, runs in results.items():
            print(f"  round {number} of {rounds}: {which}", file=sys.stderr)
            found = start_once(which, data)
            if number:  # the first one only warms the file cache
                runs.append(found)
    return results


def rows(results: Measured) -> list[Row]:
    """The rows of start and memory."""
    bare = _median(results["bare"], "painted")
    return [
        Row("start: to the painted window, ms", bare, _median(results["ours"], "painted"),
            Goal.at_most(1.25)),
        Row("start: to the first rows, ms", bare, _median(results["ours"], "rows"),
            Goal.at_most(2.2)),
        Row("start: to the bound listener, ms", bare, _median(results["ours"], "listening"),
            Goal.at_most(3.0)),
        Row("start: to the first answer at the port, ms", bare,
            _median(results["ours"], "answered"), None),
        Row(f"memory with {INVOICES:,} invoices, MB over the bare window", 0,
            _median(results["ours"], "memory_mb") - _median(results["bare"], "memory_mb"),
            Goal.at_most_itself(70)),
    ]  # fmt: skip


def start_once(which: str, data: Path, key: str = SECRET_KEY) -> dict[str, float]:
    """What `start_window` tells of one start. The secret key decides which book is shown."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKMATE_DATA_DIR": str(data),
        "WORKMATE_PORT": str(free_port()),
        "WORKMATE_TUNNEL": "off",
        "WORKMATE_STRIPE_SECRET_KEY": key,
        "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
        "WORKMATE_STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
    command = [sys.executable, "-m", "tests.benchmarks.start_window", which]
    done = subprocess.run(
        [*command, repr(time.monotonic())],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,  # a child that hangs is a failure, not a long wait
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def free_port() -> int:
    """A port that nobody has: the program binds it before anybody could ask it which one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _median(runs: list[dict[str, float]], name: str) -> float:
    values = [run[name] for run in runs if name in run]
    return statistics.median(values) if values else 0.0
