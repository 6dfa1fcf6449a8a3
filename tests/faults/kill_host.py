"""Starts the real program again and again, quickly: a process that has everything imported forks.

`python -m tests.faults.kill_host serve|gui`. Orders are lines of JSON on stdin: `arguments` of
the command line, `output` (file for what it prints), and perhaps `point` and `nth`: where the
program then kills itself. Each start prints two lines: `{"pid"}`, and `{"code"}` at its end.

The points are planted from outside, around the objects of the program; it holds no hooks.
"""

import importlib
import json
import os
import random
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import workmate_desktop.__main__ as program
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.store import writer
from workmate_desktop.store.database.engine import FILE_NAME
from workmate_desktop.store.events.write import EventVerbs
from workmate_desktop.store.transaction import Transaction

POINTS = (
    "after_receive",
    "inside_transaction",
    "before_commit",
    "after_commit_before_answer",
    "after_answer",
    "during_checkpoint",
)
PRELOADED = {
    "serve": ("workmate_desktop.app.commands.serve",),
    "gui": (
        "workmate_desktop.app.window.program",
        "workmate_desktop.app.window.crash_watch",
        "workmate_desktop.app.core",
        "workmate_desktop.app.window.pages",
        "workmate_desktop.ui.invoices.editor.dialog",
    ),
}
"""What the program imports while it starts, most of it behind the painted window."""
CHECKPOINT_PAGES = 60
"""A smaller WAL for `during_checkpoint`, so that one comes within a few deliveries."""


def die() -> None:
    """As if the power of the process were cut: nothing is flushed, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def plant(point: str, nth: int, data_dir: Path) -> None:
    """Let the `nth` pass of `point` be the last."""
    left = [nth]

    def passed() -> None:
        left[0] -= 1
        if left[0] <= 0:
            die()

    if point == "after_receive":
        _around(Receive, "delivery", before=passed)
    elif point == "inside_transaction":
        _around(EventVerbs, "add", after=passed)
    elif point == "before_commit":
        _around(Transaction, "write_seals", after=passed)
    elif point == "after_commit_before_answer":
        _around(writer.Writer, "_note_trouble", before=passed)
    elif point == "after_answer":
        _around(Receive, "answered", after=passed)
    elif point == "during_checkpoint":
        _kill_in_checkpoint(data_dir / FILE_NAME)
    else:
        raise ValueError(point)


def _around(
    owner: type,
    name: str,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        result = original(*args, **kwargs)
        after()
        return result

    setattr(owner, name, wrapped)


def _kill_in_checkpoint(database: Path) -> None:
    """In WAL mode only a checkpoint writes to the main file: kill when its first write is seen."""
    original = writer.Writer._commit

    def commit(
        self: writer.Writer, batch: Any, raw: sqlite3.Connection, transaction: Transaction
    ) -> None:
        if not watching:
            raw.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
            watching.append(threading.Thread(target=watch, daemon=True))
            watching[0].start()
        original(self, batch, raw, transaction)

    def watch() -> None:
        before = database.stat().st_mtime_ns
        while database.stat().st_mtime_ns == before:
            pass
        for _ in range(random.randrange(200)):  # some writes later
            database.stat()
        die()

    watching: list[threading.Thread] = []
    writer.Writer._commit = commit  # type: ignore[method-assign]


def _become(order: dict[str, Any]) -> None:
    """The child: the program itself, from its `main` on."""
    output = os.open(order["output"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    if order.get("point"):
        arguments = order["arguments"]
        plant(order["point"], order["nth"], Path(arguments[arguments.index("--data-dir") + 1]))
    sys.argv = ["workmate-desktop", *order["arguments"]]
    code = 1
    try:
        code = program.main()
    finally:
        os._exit(code)


def main(command: str) -> None:
    """Take orders until stdin ends."""
    for name in PRELOADED[command]:
        importlib.import_module(name)
    assert threading.active_count() == 1  # a fork takes no other thread along
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        print(json.dumps({"pid": pid}), flush=True)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
