"""A commit whose jobs do not all succeed: what failed is left out, and the others run once more."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from tests.factories import OfficeBooks
from tests.store.gate import Gate, traced
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import InvoiceChanged, NoticeAdded
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.store.database.errors import StoreTrouble, StoreUnavailable
from workmate_desktop.store.pending import OnceMore
from workmate_desktop.store.seals.seals import check
from workmate_desktop.store.transaction import Transaction

Job = Callable[[Transaction], Any]


def _note(text: str) -> Callable[[Transaction], str]:
    return lambda t: t.notices.add(NoticeKind.OVERPAID, text=text)


def _together(office: OfficeBooks, *jobs: Job) -> list[Future[Any]]:
    """The jobs, done in one batch of their own, and answered."""
    gate = Gate(office.writer)
    futures = [office.writer.submit(job) for job in jobs]
    gate.open()
    for future in futures:
        future.exception(PATIENCE)
    office.settled()
    return futures


def _kept(office: OfficeBooks) -> list[str]:
    return [row[0] for row in office.rows("SELECT detail FROM notices ORDER BY rowid")]


def _ours(statements: list[str]) -> list[str]:
    """Those after the commit of the gate, up to our own."""
    ours = statements[statements.index("COMMIT") + 1 :]
    return ours[: ours.index("COMMIT") + 1]


def test_no_job_needs_a_savepoint(office: OfficeBooks) -> None:
    statements = traced(office)
    _together(office, _note("1"), _note("2"))
    ours = _ours(statements)
    assert any(text.startswith("INSERT INTO notices") for text in ours)
    assert not [text for text in ours if "SAVEPOINT" in text or "ROLLBACK" in text]
    assert _kept(office) == ['{"text":"1"}', '{"text":"2"}']


@pytest.mark.parametrize("error", [UserError("amount_invalid"), ValueError("a bug")])
def test_a_bad_one_fails_alone(office: OfficeBooks, error: Exception) -> None:
    def bad(t: Transaction) -> None:
        t.notices.add(NoticeKind.OVERPAID, text="never kept")
        t.changed(InvoiceChanged("never told"))
        raise error

    statements = traced(office)
    before, failed, after = _together(office, _note("before"), bad, _note("after"))
    assert failed.exception() is error
    assert before.result() and after.result()
    assert _kept(office) == ['{"text":"before"}', '{"text":"after"}']
    ours = [text for text in _ours(statements) if text.startswith(("BEGIN", "ROLL", "COMM"))]
    assert ours == ["BEGIN IMMEDIATE", "ROLLBACK", "BEGIN IMMEDIATE", "COMMIT"]
    office.settled()  # it is told after the answer
    assert InvoiceChanged("never told") not in office.changes
    # What was told of the first attempt would name rows that do not exist.
    told = [change for change in office.changes if isinstance(change, NoticeAdded)]
    assert told == [NoticeAdded(before.result()), NoticeAdded(after.result())]


def test_each_bad_one_of_a_batch_fails_alone(office: OfficeBooks) -> None:
    """Also one that fails for what another one did which failed later."""

    def bad(number: int) -> Job:
        def job(t: Transaction) -> None:
            _note(f"bad {number}")(t)
            raise ValueError(number)

        return job

    jobs = [bad(number) if number % 3 == 1 else _note(str(number)) for number in range(40)]
    futures = _together(office, *jobs)
    assert [isinstance(one.exception(), ValueError) for one in futures] == [
        number % 3 == 1 for number in range(40)
    ]
    assert _kept(office) == [f'{{"text":"{n}"}}' for n in range(40) if n % 3 != 1]
    with office.database.reader() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        *_, findings = check(raw)
    # No seal of an attempt that was undone, and one for each row that was kept.
    assert not findings.tampered and not findings.added
    assert findings.broken_at is None


def test_all_bad_ones_leave_nothing(office: OfficeBooks) -> None:
    def bad(t: Transaction) -> None:
        _note("never kept")(t)
        raise UserError("no")

    futures = _together(office, bad, bad, bad)
    assert all(isinstance(one.exception(), UserError) for one in futures)
    assert _kept(office) == []
    assert office.writer.submit(_note("next")).result(PATIENCE)


def test_a_job_that_has_learned_runs_once_more(office: OfficeBooks) -> None:
    found: list[str] = []

    def job(t: Transaction) -> str:
        if found:
            return _note("instead")(t)
        _note("half of it")(t)
        found.append("what to leave out")
        raise OnceMore

    _, learned, _ = _together(office, _note("before"), job, _note("after"))
    assert learned.result()
    assert _kept(office) == [f'{{"text":"{text}"}}' for text in ("before", "instead", "after")]


def test_a_broken_rule_of_the_database_fails_its_job_alone(office: OfficeBooks) -> None:
    def twice(t: Transaction) -> None:
        for _ in range(2):
            t.raw.execute("INSERT INTO settings VALUES ('same', 'x')")

    bad, good = _together(office, twice, _note("good"))
    assert isinstance(bad.exception(), sqlite3.IntegrityError)
    assert good.result()
    assert office.value("SELECT count(*) FROM settings WHERE key = 'same'") == 0


def test_a_full_disk_is_told_to_all_and_not_tried_again(office: OfficeBooks) -> None:
    class FullDisk(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_FULL

    runs: list[int] = []

    def full(_t: Transaction) -> None:
        runs.append(1)
        raise FullDisk("database or disk is full")

    for future in _together(office, _note("x"), full):
        error = future.exception()
        assert isinstance(error, StoreUnavailable)
        assert error.trouble is StoreTrouble.FULL
    assert len(runs) == 1
    assert _kept(office) == []
