"""The write-ahead log is written back in a quiet moment, not while somebody waits."""

import sqlite3
import threading
from collections.abc import Callable

import pytest

from tests.factories import OfficeBooks
from tests.store.gate import Gate, traced
from tests.waiting import PATIENCE
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.store.transaction import Transaction

WRITE_BACK = "PRAGMA wal_checkpoint(PASSIVE)"


def _add(t: Transaction) -> None:
    t.notices.add(NoticeKind.OVERPAID, text="a text of some length " * 20)


def _work(office: OfficeBooks, jobs: int) -> None:
    for future in [office.writer.submit(_add) for _ in range(jobs)]:
        future.result(PATIENCE)


def _wait_for(check: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    waiting = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if check():
            return True
        waiting.wait(0.01)
    return False


def test_it_is_written_back_once_when_it_is_quiet(office: OfficeBooks) -> None:
    statements = traced(office)
    before = office.path.read_bytes()
    _work(office, 100)
    assert _wait_for(lambda: WRITE_BACK in statements)
    assert "COMMIT" not in statements[statements.index(WRITE_BACK) :]
    # In WAL mode only a checkpoint writes to the database file.
    assert _wait_for(lambda: office.path.read_bytes() != before)
    assert office.value("SELECT count(*) FROM notices") == 100
    _work(office, 1)
    assert not _wait_for(lambda: statements.count(WRITE_BACK) > 1, 1.0)


def test_some_jobs_are_not_worth_it(office: OfficeBooks) -> None:
    statements = traced(office)
    _work(office, 20)
    assert not _wait_for(lambda: WRITE_BACK in statements, 1.0)


def test_a_reader_does_not_hold_it_up(office: OfficeBooks) -> None:
    with sqlite3.connect(office.path, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM notices").fetchone()
        statements = traced(office)
        _work(office, 100)
        assert _wait_for(lambda: WRITE_BACK in statements)
        _work(office, 1)  # the writer goes on
        assert reader.execute("SELECT count(*) FROM notices").fetchone() == (0,)
    reader.close()
    assert office.value("SELECT count(*) FROM notices") == 101


def test_a_failure_is_told_to_the_log_and_harms_nobody(
    office: OfficeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    def deny(t: Transaction) -> None:
        t.raw.set_authorizer(
            lambda _action, name, *_: (
                sqlite3.SQLITE_DENY if name == "wal_checkpoint" else sqlite3.SQLITE_OK
            )
        )

    office.writer.submit(deny).result(PATIENCE)
    _work(office, 100)
    assert _wait_for(lambda: "could not be written back" in caplog.text)
    assert office.writer.trouble is None
    _work(office, 1)
    assert office.value("SELECT count(*) FROM notices") == 101


def test_nothing_is_written_back_while_somebody_waits(office: OfficeBooks) -> None:
    statements = traced(office)
    gate = Gate(office.writer)
    futures = [office.writer.submit(_add) for _ in range(600)]
    gate.open()
    for future in futures:
        future.result(PATIENCE)
    assert _wait_for(lambda: WRITE_BACK in statements)
    assert statements.count("COMMIT") == 4  # the gate's, and three for six hundred
    assert statements.index(WRITE_BACK) > statements.index("COMMIT") + 3
    assert "COMMIT" not in statements[statements.index(WRITE_BACK) :]
