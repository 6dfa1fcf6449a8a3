"""Kills what changes the disk at each of its steps: a process that has everything imported forks.

`python -m tests.store.backup.killed make|replace`. Orders are lines on stdin, `step folder`; each
is answered with the exit code, -9 where the process killed itself before its step-th change.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.places import CHECKOUT
from workmate_desktop.store.backup import backup, restore
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.schema.expected import expected
from workmate_desktop.store.schema.migrate import HEAD

KilledAt = Callable[[Path, int], bool]
"""Told the data folder and the step; whether it came to its end instead of that step."""


@contextmanager
def killing(what: str) -> Iterator[KilledAt]:
    """A process that does `what` again and again."""
    command = [sys.executable, "-m", "tests.store.backup.killed", what]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as forking:
        assert forking.stdin is not None and forking.stdout is not None
        orders, codes = forking.stdin, forking.stdout

        def killed_at(folder: Path, step: int) -> bool:
            print(step, folder, file=orders, flush=True)
            code = int(codes.readline())
            assert code in (0, -signal.SIGKILL), "what it printed is above"
            return code == 0

        yield killed_at
        orders.close()


def _make(folder: Path, counting: Callable[[Any], Any]) -> None:
    for name in ("_vacuum_into", "is_good"):
        setattr(backup, name, counting(getattr(backup, name)))
    backup.make(folder / FILE_NAME, folder, "2026-11-23-1400")


def _replace(folder: Path, _counting: object) -> None:
    restore.stage(folder, folder / "backups/2026-11-22.sqlite3")
    restore.decide(folder, "20261123-120000")
    restore.finish(folder)


WORK = {"make": _make, "replace": _replace}


def _die_at(step: int) -> Callable[[Any], Any]:
    """Every change of the disk goes through one of these; returns what counts one more."""
    left = [step]

    def counting(true: Any) -> Any:
        def call(*args: Any, **how: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*args, **how)

        return call

    for name in ("replace", "rename", "unlink", "mkdir"):
        setattr(Path, name, counting(getattr(Path, name)))
    for name in ("open", "fsync"):
        setattr(os, name, counting(getattr(os, name)))
    return counting


def _become(what: str, folder: Path, step: int) -> None:
    code = 1
    try:
        WORK[what](folder, _die_at(step))
        code = 0
    except BaseException:  # noqa: BLE001 - nothing of the one that forked may go on here
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def main(what: str) -> None:
    """Take orders until stdin ends."""
    with expected(HEAD):
        pass  # made here, so that no child makes it once more
    for line in sys.stdin:
        step, _, folder = line.rstrip("\n").partition(" ")
        pid = os.fork()
        if pid == 0:
            _become(what, Path(folder), int(step))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
