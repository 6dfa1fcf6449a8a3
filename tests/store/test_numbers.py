"""Invoice numbers: gapless per year, never given twice, whoever issues at the same time."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, at_once, customer, draft, issued, make_books
from workmate_desktop.domain.errors import UserError

_ISSUE_FIFTY = """
import sys
from pathlib import Path
from tests.factories import customer, draft, make_books
office = make_books(Path(sys.argv[1]))
customer_id = customer(office)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(50):
    office.invoicing.issue(draft(customer_id)).result(30)
office.close()
"""


def _numbers(office: OfficeBooks, pattern: str) -> list[str]:
    found = office.rows("SELECT number FROM invoices WHERE number LIKE ?", pattern)
    return sorted(number for (number,) in found)


def _gapless(count: int, prefix: str = "TEST-2026-") -> list[str]:
    return [f"{prefix}{running:04d}" for running in range(1, count + 1)]


def test_200_issued_at_once_from_threads(office: OfficeBooks) -> None:
    customer_id = customer(office)

    def issue_ten() -> None:
        for _ in range(10):
            office.invoicing.issue(draft(customer_id)).result(30)

    at_once([issue_ten] * 20)
    assert _numbers(office, "TEST-%") == _gapless(200)


def test_issued_at_once_by_two_programs(tmp_path: Path) -> None:
    make_books(tmp_path).close()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _ISSUE_FIFTY, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    office = make_books(tmp_path)
    assert _numbers(office, "TEST-%") == _gapless(100)
    office.close()


def test_an_issue_that_fails_leaves_no_gap(office: OfficeBooks) -> None:
    customer_id = customer(office)
    office.invoicing.issue(draft(customer_id)).result(10)
    for bad in (draft(customer_id, items=()), draft("nobody")):
        with pytest.raises(UserError, match="draft_incomplete"):
            office.invoicing.issue(bad).result(10)
    office.invoicing.issue(draft(customer_id)).result(10)
    assert _numbers(office, "TEST-%") == _gapless(2)


def test_a_cancelled_number_stays_taken(office: OfficeBooks) -> None:
    first = issued(office)
    office.invoicing.cancel(first, "Irrtum").result(10)
    issued(office)
    assert _numbers(office, "TEST-%") == _gapless(2)


def test_every_year_and_both_books_count_for_themselves(office: OfficeBooks) -> None:
    customer_id = customer(office)
    for year in (2025, 2026, 2026, 2025, 2027):
        for livemode in (True, False):
            day = date(year, 5, 1)
            office.invoicing.issue(
                draft(customer_id, issue_date=day, due_date=day, livemode=livemode)
            ).result(10)
    assert _numbers(office, "RE-%") == sorted(
        ["RE-2025-0001", "RE-2025-0002", "RE-2026-0001", "RE-2026-0002", "RE-2027-0001"]
    )
    assert len(_numbers(office, "TEST-%")) == 5
    assert office.invoicing.next_number(date(2028, 1, 1), livemode=True) == "RE-2028-0001"


def test_beyond_9999(office: OfficeBooks) -> None:
    customer_id = customer(office)
    office.writer.submit(
        lambda t: t.raw.execute(
            "INSERT INTO invoices (id, number, customer_id, status, livemode, currency,"
            " total_minor, created_at) VALUES ('x', 'TEST-2026-9999', ?, 'open', 0, 'eur', 1, 'x')",
            (customer_id,),
        )
    ).result(10)
    for _ in range(2):
        office.invoicing.issue(draft(customer_id)).result(10)
    assert _numbers(office, "TEST-2026-1%") == ["TEST-2026-10000", "TEST-2026-10001"]
