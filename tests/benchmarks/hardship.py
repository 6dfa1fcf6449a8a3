"""Receiving under hardship: each sync takes 2 ms more, and one core is busy with something else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import receiving
from tests.benchmarks.contestants import Floor, Original, Ours
from tests.benchmarks.table import Goal, Row, not_measured

SOURCE = Path(__file__).with_name("slow_disk.c")
_GOALS = {("slow", 32): Goal.at_least(20.0)}
"""The others inform."""
_NAMES = {"slow": "slow disk (sync +2 ms)", "busy": "one core busy"}
_RACERS = (Ours, Original, Floor)

Measured = dict[str, receiving.Results]


def measure(folder: Path, rounds: int, seconds: float) -> tuple[Measured, list[str]]:
    """Results by "slow" and "busy"; "slow" is missing where there is no C compiler."""
    results: Measured = {}
    wrong: list[str] = []
    for name, hardship in (("slow", _slow_disk(folder)), ("busy", _busy_core())):
        print(f"  {name}", file=sys.stderr)
        with hardship as there:
            if there:
                place = folder / name
                place.mkdir()
                results[name], found = receiving.measure(place, rounds, seconds, _RACERS)
                wrong += [f"{name}: {line}" for line in found]
    return results, wrong


@contextmanager
def _slow_disk(folder: Path) -> Iterator[bool]:
    """Every process started meanwhile syncs slowly. False: it could not be arranged."""
    compiler, library = shutil.which("cc"), folder / "slow_disk.so"
    command = [str(compiler), "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    if compiler is None or subprocess.run(command, check=False).returncode != 0:
        yield False
        return
    before = os.environ.get("LD_PRELOAD")
    os.environ["LD_PRELOAD"] = str(library)
    try:
        yield True
    finally:
        if before is None:
            del os.environ["LD_PRELOAD"]
        else:
            os.environ["LD_PRELOAD"] = before


@contextmanager
def _busy_core() -> Iterator[bool]:
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield True
    finally:
        spinning.kill()
        spinning.wait()


def rows(results: Measured) -> list[Row]:
    """Each kind and number of connections, beside the original's way in the same conditions."""
    table: list[Row] = []
    for kind, what in _NAMES.items():
        for number in receiving.CONNECTIONS:
            goal = _GOALS.get((kind, number))
            name = f"{what}, {number} connection{'s' if number > 1 else ''}: events/s, × original"
            if kind not in results:
                table.append(not_measured(name, goal, "no C compiler (cc) here"))
                continue
            rate = {key: of[number].median("rate") for key, of in results[kind].items()}
            table.append(
                Row(name, rate["floor"], rate["ours"], goal, peer=rate["original"], to_peer=True)
            )
    return table


def details(results: Measured) -> list[str]:
    """All contestants side by side."""
    lines: list[str] = []
    for kind, found in results.items():
        lines += [kind, *receiving.details(found)]
    return lines
