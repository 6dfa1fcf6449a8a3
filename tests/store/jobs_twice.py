"""A program whose jobs all run twice: what they did first is undone, as after a job that failed.

So each job has to leave nothing behind but its transaction and what it returns.
"""

import functools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workmate_desktop
from workmate_desktop.store.pending import Pending
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

_PROGRAM = Path(workmate_desktop.__file__).parent


def run_jobs_twice(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """From now on. Returns which jobs of the program were repeated; it grows."""
    all_done = Writer._all_done
    seen: set[str] = set()

    def twice(
        self: Writer, batch: list[Pending[Any]], raw: sqlite3.Connection, transaction: Transaction
    ) -> bool:
        done = all_done(self, batch, raw, transaction)
        if not done or getattr(self, "repeated", None) is batch:
            return done
        self.repeated = batch  # type: ignore[attr-defined]
        seen.update(place for one in batch if (place := job_of(one.job)))
        return False  # the writer undoes it all, and runs what did not fail once more

    monkeypatch.setattr(Writer, "_all_done", twice)
    return seen


def job_of(job: Callable[..., object]) -> str:
    """`services/invoices/invoicing.py Invoicing.cancel`: whoever gave it to the writer; "" for a
    job of a test."""
    while isinstance(job, functools.partial):
        job = job.func
    code = getattr(job, "__code__", None)
    path = Path(code.co_filename) if code is not None else Path()
    if code is None or not path.is_relative_to(_PROGRAM):
        return ""
    name = code.co_qualname.partition(".<locals>")[0]
    return f"{path.relative_to(_PROGRAM).as_posix()} {name}"
