"""The writer without its thread, on connections that fail when a test wants it."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.factories import TestClock as Clock
from tests.factories import make_books
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.waiting import Worker
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.driver import open_connection
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer


def _note(text: str) -> Callable[[Transaction], str]:
    return lambda t: t.notices.add(NoticeKind.OVERPAID, text=text)


class NoThread(Threads):
    """Starts none: the test takes the steps."""

    def start(self, work: Callable[[], None], name: str) -> Worker:
        return super().start(lambda: None, name)


class Faulty(sqlite3.Connection):
    """Fails the next commit when it is told to."""

    fails = False

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and Faulty.fails:
            Faulty.fails = False
            fault = sqlite3.OperationalError("database or disk is full")
            fault.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise fault
        return super().execute(sql, *values)


def test_the_writer_goes_step_by_step_on_any_thread(tmp_path: Path) -> None:
    make_books(tmp_path).close()
    database = Database(
        tmp_path / FILE_NAME, NoThread(), connect=partial(open_connection, factory=Faulty)
    )
    writer = Writer(database, Clock(), lambda _changes: None)
    writer.start()
    jobs = [writer.submit(_note(str(number))) for number in range(3)]
    assert not any(job.done() for job in jobs)
    assert writer.step()
    assert all(job.result(0) for job in jobs)
    lost = writer.submit(_note("lost"))
    Faulty.fails = True
    assert writer.step()
    with pytest.raises(StoreUnavailable) as refused:
        lost.result(0)
    assert refused.value.trouble is StoreTrouble.FULL
    assert writer.trouble is StoreTrouble.FULL
    last = writer.submit(_note("last"))
    assert writer.stop()
    assert writer.step() is False
    assert last.result(0)
    database.close()
