"""The machine under the figures: what it is, and what else it was doing meanwhile."""

import os
import platform
import resource
import sqlite3
import subprocess
import time
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_BUSY_SHARE = 0.1


class Others:
    """How many cores other processes used since this object was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy, self._own = _busy_seconds(), _own_seconds()

    def cores(self) -> float:
        """The average; children count as ours once they have ended."""
        busy, own = _busy_seconds() - self._busy, _own_seconds() - self._own
        return max(0.0, busy - own) / (time.monotonic() - self._began)

    def sentence(self) -> str:
        """What a reader of the figures must know."""
        cores, all_cores = self.cores(), os.cpu_count() or 1
        told = f"other processes used {cores:.2f} of {all_cores} cores meanwhile"
        if cores > _BUSY_SHARE * all_cores:
            told += ": TOO MUCH, rates and latencies say little, CPU s per 1,000 a bit more"
        return told


def hardware(folder: Path) -> str:
    """One line: processor, system, Python, SQLite, and the file system of `folder`."""
    found = subprocess.run(
        ["stat", "--file-system", "--format=%T", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()} "
        f"{_major_minor(platform.release())}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {found.stdout.strip() or 'unknown'} file system"
    )


def _major_minor(release: str) -> str:
    """6.1 of 6.1.0-25-amd64: builds are nobody's business."""
    return ".".join(release.split("-", maxsplit=1)[0].split(".")[:2])


def _busy_seconds() -> float:
    """User, nice, system, irq and softirq time of all processes (proc(5), /proc/stat)."""
    fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    return sum(int(fields[at]) for at in (0, 1, 2, 5, 6)) / _TICK


def _own_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
