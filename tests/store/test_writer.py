"""The writer thread: group commit, bad jobs, answers after the commit, deferred jobs."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.factories import OfficeBooks, make_books
from tests.factories import TestClock as Clock
from tests.store.gate import Gate, traced
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import Change, InvoiceChanged, NoticeAdded
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import MAX_BATCH, Writer


def _noted(text: str) -> Callable[[Transaction], None]:
    note = _note(text)

    def noted(t: Transaction) -> None:
        note(t)

    return noted


def _note(text: str) -> Callable[[Transaction], str]:
    return lambda t: t.notices.add(NoticeKind.OVERPAID, text=text)


def test_many_waiting_jobs_share_one_commit(office: OfficeBooks) -> None:
    statements = traced(office)
    gate = Gate(office.writer)
    futures = [office.writer.submit(_note(str(number))) for number in range(100)]
    assert not any(future.done() for future in futures)
    gate.open()
    for future in futures:
        future.result(PATIENCE)
    assert statements.count("COMMIT") == 2  # the gate's, and one for all hundred
    assert statements.count("BEGIN IMMEDIATE") == 2
    assert "BEGIN" not in statements
    assert office.value("SELECT count(*) FROM notices") == 100


def test_a_batch_has_a_limit(office: OfficeBooks) -> None:
    statements = traced(office)
    gate = Gate(office.writer)
    futures = [office.writer.submit(lambda _t: None) for _ in range(2 * MAX_BATCH + 1)]
    gate.open()
    for future in futures:
        future.result(PATIENCE)
    assert statements.count("COMMIT") == 1 + 3


def test_one_job_does_not_wait_for_more(office: OfficeBooks) -> None:
    statements = traced(office)
    for _ in range(3):
        office.writer.submit(_note("x")).result(PATIENCE)
    assert statements.count("COMMIT") == 3


@pytest.mark.parametrize("error", [UserError("amount_invalid"), ValueError("a bug")])
def test_a_bad_job_does_not_fail_its_batch(office: OfficeBooks, error: Exception) -> None:
    statements = traced(office)

    def bad(t: Transaction) -> None:
        t.notices.add(NoticeKind.OVERPAID, text="never kept")
        t.changed(InvoiceChanged("never told"))
        raise error

    gate = Gate(office.writer)
    futures: list[Future[Any]] = [office.writer.submit(_note("before"))]
    futures.append(office.writer.submit(bad))
    futures.append(office.writer.submit(_note("after")))
    gate.open()
    assert futures[1].exception(10) is error
    assert futures[0].result(PATIENCE) and futures[2].result(PATIENCE)
    assert statements.count("COMMIT") == 2
    kept = office.rows("SELECT detail FROM notices ORDER BY rowid")
    assert kept == [('{"text":"before"}',), ('{"text":"after"}',)]
    office.settled()
    assert InvoiceChanged("never told") not in office.changes


def test_a_broken_rule_of_the_database_fails_its_job_alone(office: OfficeBooks) -> None:
    def twice(t: Transaction) -> None:
        for _ in range(2):
            t.raw.execute("INSERT INTO settings VALUES ('same', 'x')")

    gate = Gate(office.writer)
    bad, good = office.writer.submit(twice), office.writer.submit(_note("good"))
    gate.open()
    assert isinstance(bad.exception(10), sqlite3.IntegrityError)
    assert good.result(PATIENCE)
    assert office.value("SELECT count(*) FROM settings WHERE key = 'same'") == 0


def test_futures_are_answered_only_after_the_commit(office: OfficeBooks) -> None:
    """What another connection sees at the moment of the answer."""
    seen: list[int] = []

    def look(_future: "Future[str]") -> None:
        reading = sqlite3.connect(office.path)
        seen.append(reading.execute("SELECT count(*) FROM notices").fetchone()[0])
        reading.close()

    gate = Gate(office.writer)
    for number in range(10):
        office.writer.submit(_note(str(number))).add_done_callback(look)
    assert seen == []
    gate.open()
    office.settled()
    assert seen == [10] * 10


def test_nothing_is_announced_before_the_commit(tmp_path: Path) -> None:
    office = make_books(tmp_path)
    told: list[tuple[type, int]] = []

    def look(changes: Any) -> None:
        reading = sqlite3.connect(office.path)
        count = reading.execute("SELECT count(*) FROM notices").fetchone()[0]
        reading.close()
        told.extend((type(change), count) for change in changes)

    office.announcer.listen(look)
    office.writer.submit(_note("x")).result(PATIENCE)
    office.settled()
    assert told == [(NoticeAdded, 1)]
    office.close()


def test_a_failing_commit_answers_everyone_and_keeps_nothing(office: OfficeBooks) -> None:
    class FullDisk(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_FULL

    def full(_t: Transaction) -> None:
        raise FullDisk("database or disk is full")

    gate = Gate(office.writer)
    futures: list[Future[Any]] = [office.writer.submit(_note("x")), office.writer.submit(full)]
    gate.open()
    for future in futures:
        error = future.exception(10)
        assert isinstance(error, StoreUnavailable)
        assert error.trouble is StoreTrouble.FULL
    assert office.value("SELECT count(*) FROM notices") == 0
    assert office.writer.trouble is StoreTrouble.FULL
    office.writer.submit(_note("again")).result(PATIENCE)
    assert office.troubles == [StoreTrouble.FULL, None]


def test_what_follows_comes_after_every_answer_and_only_after_success(
    office: OfficeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[list[str], bool]] = []
    gate = Gate(office.writer)
    futures: list[Future[str]] = []

    def tell(notice_ids: Sequence[str]) -> None:
        told.append((list(notice_ids), all(future.done() for future in futures)))
        raise ZeroDivisionError

    def bad(_t: Transaction) -> str:
        raise UserError("no")

    futures += [office.writer.submit(job, tell) for job in (_note("1"), bad, _note("2"))]
    gate.open()
    office.settled()
    assert told == [([futures[0].result(), futures[2].result()], True)]  # once for the commit
    assert "What follows a commit failed" in caplog.text


def test_a_future_cannot_be_taken_back(office: OfficeBooks) -> None:
    gate = Gate(office.writer)
    future = office.writer.submit(_note("x"))
    assert not future.cancel()
    gate.open()
    assert future.result(PATIENCE)
    assert office.writer.submit(lambda _t: 7).result(PATIENCE) == 7  # the thread lives on


# --- deferred jobs -----------------------------------------------------------------------


def _wait_for(check: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    waiting = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if check():
            return True
        waiting.wait(0.01)
    return False


def test_a_deferred_job_is_done_without_any_other(office: OfficeBooks) -> None:
    office.settled()  # the thread waits without a limit now
    office.writer.submit_later(_noted("alone"))
    assert _wait_for(lambda: office.value("SELECT count(*) FROM notices") == 1)


def test_deferred_jobs_ride_along_with_the_next_commit(office: OfficeBooks) -> None:
    statements = traced(office)
    gate = Gate(office.writer)
    for number in range(5):
        office.writer.submit_later(_noted(f"later {number}"))
    future = office.writer.submit(_note("now"))
    gate.open()
    future.result(PATIENCE)
    assert office.value("SELECT count(*) FROM notices") == 6
    assert statements.count("COMMIT") == 2


def test_a_failing_deferred_job_is_logged_and_harms_nobody(
    office: OfficeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    def bad(_t: Transaction) -> None:
        raise ValueError("deferred")

    office.writer.submit_later(bad)
    office.writer.submit(_note("x")).result(PATIENCE)
    assert _wait_for(lambda: "A deferred job failed" in caplog.text)
    assert office.value("SELECT count(*) FROM notices") == 1


def test_a_deferred_job_outlasts_another_program(office: OfficeBooks) -> None:
    with closing(sqlite3.connect(office.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        office.writer.submit_later(_noted("deferred"))
        with pytest.raises(StoreUnavailable):
            office.writer.submit(_note("refused")).result(PATIENCE)
        other.execute("ROLLBACK")
    office.writer.submit(_note("x")).result(PATIENCE)
    assert office.value("SELECT count(*) FROM notices") == 2


def test_a_deferred_job_on_a_damaged_page_does_not_hold_up_the_others(office: OfficeBooks) -> None:
    tries = []

    def bad(_t: Transaction) -> None:
        tries.append(1)
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    gate = Gate(office.writer)
    office.writer.submit_later(bad)
    together = office.writer.submit(_note("x"))
    gate.open()
    with pytest.raises(StoreUnavailable):
        together.result(PATIENCE)
    assert office.writer.submit(_note("y")).result(PATIENCE)
    assert tries == [1]


# --- start and stop ----------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    make_books(tmp_path).close()
    yield tmp_path / FILE_NAME


def _writer(path: Path) -> tuple[Database, Writer, list[Change]]:
    database, changes = Database(path, Threads()), list[Change]()
    return database, Writer(database, Clock(), changes.extend), changes


def test_stop_finishes_what_is_queued(path: Path) -> None:
    database, writer, _ = _writer(path)
    writer.start()
    gate = Gate(writer)
    futures = [writer.submit(_note(str(number))) for number in range(600)]
    writer.submit_later(_noted("later"))
    threading.Timer(0.05, gate.opened.set).start()
    assert writer.stop()
    assert all(future.done() and future.exception() is None for future in futures)
    with database.reader() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM notices").scalar()
    assert count == 601
    database.close()
    assert not Path(f"{path}-wal").exists()  # closed cleanly


def test_start_stop_start_stop(path: Path) -> None:
    database, writer, _ = _writer(path)
    assert writer.stop()  # never started
    for _ in range(3):
        writer.start()
        with pytest.raises(RuntimeError, match="already"):
            writer.start()
        assert writer.submit(_note("x")).result(PATIENCE)
        assert writer.stop()
        assert writer.stop()
    database.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "writer"]


def test_after_the_stop_jobs_are_refused_at_once(path: Path) -> None:
    database, writer, _ = _writer(path)
    writer.start()
    assert writer.stop()
    assert isinstance(writer.submit(_note("x")).exception(0), StoreUnavailable)
    writer.submit_later(lambda _t: None)
    database.close()


def test_a_stop_that_takes_too_long_says_so(path: Path) -> None:
    database, writer, _ = _writer(path)
    writer.start()
    gate = Gate(writer)
    assert not writer.stop(deadline=0.05)
    gate.open()
    assert _wait_for(lambda: not [t for t in threading.enumerate() if t.name == "writer"])
    database.close()


def test_a_database_that_cannot_be_opened_is_told_to_everyone_and_tried_again(path: Path) -> None:
    moved = path.with_suffix(".moved")
    path.rename(moved)
    database, writer, _ = _writer(path)
    writer.start()
    error = writer.submit(_note("x")).exception(10)
    assert isinstance(error, StoreUnavailable) and error.trouble is StoreTrouble.UNREADABLE
    assert not path.exists()  # never a silent new one
    moved.rename(path)
    assert writer.submit(_note("x")).result(PATIENCE)
    assert writer.stop()
    database.close()
