"""Jobs that may be repeated: done together without savepoints, and once more when one fails."""

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
from workmate_desktop.store.database.errors import StoreUnavailable, Trouble
from workmate_desktop.store.transaction import Transaction

Job = Callable[[Transaction], Any]


def _note(text: str) -> Callable[[Transaction], str]:
    return lambda t: t.notices.add(NoticeKind.OVERPAID, text=text)


def _together(office: OfficeBooks, *jobs: Job, repeatable: bool = True) -> list[Future[Any]]:
    """The jobs, done in one batch of their own, and answered."""
    gate = Gate(office.writer)
    futures = [office.writer.submit(job, repeatable=repeatable) for job in jobs]
    gate.open()
    for future in futures:
        future.exception(10)
    office.settled()
    return futures


def _kept(office: OfficeBooks) -> list[str]:
    return [row[0] for row in office.rows("SELECT detail FROM notices ORDER BY rowid")]


def test_they_need_no_savepoint(office: OfficeBooks) -> None:
    statements = traced(office)
    _together(office, _note("1"), _note("2"))
    after_the_gate = statements[statements.index("COMMIT") + 1 :]
    ours = after_the_gate[: after_the_gate.index("COMMIT")]
    assert any(text.startswith("INSERT INTO notices") for text in ours)
    assert not [text for text in ours if "SAVEPOINT" in text or "ROLLBACK" in text]
    assert _kept(office) == ['{"text":"1"}', '{"text":"2"}']


def test_beside_one_that_may_not_be_repeated_each_has_its_savepoint(office: OfficeBooks) -> None:
    runs: list[int] = []

    def once(_t: Transaction) -> None:
        runs.append(1)
        raise ValueError("a bug")

    gate = Gate(office.writer)
    good = office.writer.submit(_note("good"), repeatable=True)
    bad = office.writer.submit(once)
    gate.open()
    assert isinstance(bad.exception(10), ValueError)
    assert good.result(PATIENCE)
    assert len(runs) == 1


@pytest.mark.parametrize("error", [UserError("amount_invalid"), ValueError("a bug")])
def test_a_bad_one_fails_alone(office: OfficeBooks, error: Exception) -> None:
    def bad(t: Transaction) -> None:
        t.notices.add(NoticeKind.OVERPAID, text="never kept")
        t.changed(InvoiceChanged("never told"))
        raise error

    before, failed, after = _together(office, _note("before"), bad, _note("after"))
    assert failed.exception() is error
    assert before.result() and after.result()
    assert _kept(office) == ['{"text":"before"}', '{"text":"after"}']
    office.settled()  # it is told after the answer
    assert InvoiceChanged("never told") not in office.changes
    # What was told of the first attempt would name rows that do not exist.
    told = [change for change in office.changes if isinstance(change, NoticeAdded)]
    assert told == [NoticeAdded(before.result()), NoticeAdded(after.result())]


def test_what_a_job_undoes_inside_is_undone(office: OfficeBooks) -> None:
    """A job that goes on after its savepoint failed must not keep what was written in it."""

    def job(t: Transaction) -> str:
        t.notices.add(NoticeKind.OVERPAID, text="outer")
        try:
            with t.savepoint():
                t.notices.add(NoticeKind.OVERPAID, text="inner")
                raise ZeroDivisionError
        except ZeroDivisionError:
            return t.notices.add(NoticeKind.OVERPAID, text="instead")

    _, went_on, _ = _together(office, _note("before"), job, _note("after"))
    assert went_on.result()
    texts = ["before", "outer", "instead", "after"]
    assert _kept(office) == [f'{{"text":"{text}"}}' for text in texts]


def test_a_broken_rule_of_the_database_fails_its_job_alone(office: OfficeBooks) -> None:
    def twice(t: Transaction) -> None:
        for _ in range(2):
            t.raw.execute("INSERT INTO settings VALUES ('same', 'x')")

    bad, good = _together(office, twice, _note("good"))
    assert isinstance(bad.exception(), sqlite3.IntegrityError)
    assert good.result()
    assert office.value("SELECT count(*) FROM settings WHERE key = 'same'") == 0


@pytest.mark.parametrize("inside", [False, True])
def test_a_full_disk_is_told_to_all_and_not_tried_again(office: OfficeBooks, inside: bool) -> None:
    class FullDisk(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_FULL

    runs: list[int] = []

    def full(t: Transaction) -> None:
        runs.append(1)
        if not inside:
            raise FullDisk("database or disk is full")
        with t.savepoint():
            raise FullDisk("database or disk is full")

    for future in _together(office, _note("x"), full):
        error = future.exception()
        assert isinstance(error, StoreUnavailable)
        assert error.trouble is Trouble.FULL
    assert len(runs) == 1
    assert _kept(office) == []
