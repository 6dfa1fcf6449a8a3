"""No process is left behind by any test: looked for after each one that has started some.

A child counts, and so does whatever was orphaned but has the folder of the tests in its command
line (the stand-in agent, for instance). Only where there is a /proc.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE

_GRACE = PATIENCE
"""Seconds that one which was told to end may take."""
_OF_PYTHON = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


class Processes:
    """`seen_starting` is True once this process has started another one, by subprocess or a fork.

    An audit hook would hear of every start, and of each `id()` too: it makes `deepcopy` four times
    as slow.
    """

    def __init__(self, folder: Path) -> None:
        self.seen_starting = False
        self._told: set[str] = set()
        self._folder = os.fsencode(folder) + b"/"  # not pytest-12 in pytest-120
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._started)
        start = subprocess.Popen.__init__

        def noted_start(popen: "subprocess.Popen[Any]", *args: Any, **how: Any) -> None:
            self._started()
            start(popen, *args, **how)

        subprocess.Popen.__init__ = noted_start  # type: ignore[method-assign, assignment]

    def _started(self) -> None:
        self.seen_starting = True

    def left(self) -> list[str]:
        """The command lines of those that have not ended within a grace; forgets the start.

        Each is told once: the tests after the one that left it are not at fault.
        """
        if not self.seen_starting:
            return []
        self.seen_starting = False
        ends = time.monotonic() + _GRACE
        while (found := self._running()) and time.monotonic() < ends:
            time.sleep(0.02)
        self._told.update(found)
        return found

    def _running(self) -> list[str]:
        lines = [line for pid in _pids() if (line := self._ours(pid))]
        return [line for line in lines if line not in self._told]

    def _ours(self, pid: int) -> str:
        """Its command line, if it is one of ours that still runs."""
        try:
            state, parent = _stat(pid)
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""  # gone meanwhile
        ours = parent == os.getpid() or (self._folder in line and pid != os.getpid())
        text = line.replace(b"\0", b" ").decode("utf-8", "replace").strip()
        if state == "Z" or not ours or any(name in text for name in _OF_PYTHON):
            return ""
        return f"{pid} {text}"


def _pids() -> list[int]:
    try:
        return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
    except FileNotFoundError:
        return []


def _stat(pid: int) -> tuple[str, int]:
    """(state, parent)"""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return fields[0], int(fields[1])
