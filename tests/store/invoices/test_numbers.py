"""Invoice numbers: gapless per year, never given twice, whoever issues at the same time."""

import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.factories import OfficeBooks, at_once, customer, draft, issued, make_books
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.store.transaction import Transaction

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
            office.invoicing.issue(draft(customer_id)).result(PATIENCE)

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
            cwd=CHECKOUT,
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
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    office = make_books(tmp_path)
    assert _numbers(office, "TEST-%") == _gapless(100)
    office.close()


def test_an_issue_that_fails_leaves_no_gap(office: OfficeBooks) -> None:
    customer_id = customer(office)
    office.invoicing.issue(draft(customer_id)).result(PATIENCE)
    for bad in (draft(customer_id, items=()), draft("nobody")):
        with pytest.raises(UserError, match="draft_incomplete"):
            office.invoicing.issue(bad).result(PATIENCE)
    office.invoicing.issue(draft(customer_id)).result(PATIENCE)
    assert _numbers(office, "TEST-%") == _gapless(2)


def test_a_cancelled_number_stays_taken(office: OfficeBooks) -> None:
    first = issued(office)
    office.invoicing.cancel(first, "Irrtum").result(PATIENCE)
    issued(office)
    assert _numbers(office, "TEST-%") == _gapless(2)


def test_every_year_and_both_books_count_for_themselves(office: OfficeBooks) -> None:
    customer_id = customer(office)
    for year in (2025, 2026, 2026, 2025, 2027):
        for livemode in (True, False):
            day = date(year, 5, 1)
            office.invoicing.issue(
                draft(customer_id, issue_date=day, due_date=day, livemode=livemode)
            ).result(PATIENCE)
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
    ).result(PATIENCE)
    for _ in range(2):
        office.invoicing.issue(draft(customer_id)).result(PATIENCE)
    assert _numbers(office, "TEST-2026-1%") == ["TEST-2026-10000", "TEST-2026-10001"]


# --- numbers that others wrote (MONEY C1) ----------------------------------------------------


def _write(office: OfficeBooks, *numbers: str, livemode: int = 1) -> None:
    """Rows of another program, with the public columns only."""
    for number in numbers:
        office.writer.submit(partial(_write_one, number, livemode)).result(PATIENCE)


def _write_one(number: str, livemode: int, t: Transaction) -> None:
    t.raw.execute(
        "INSERT INTO invoices (id, number, status, livemode, currency, total_minor,"
        " created_at) VALUES (?, ?, 'open', ?, 'eur', 1, '2026-11-01T08:00:00Z')",
        (f"id {number}", number, livemode),
    )


def _issue(office: OfficeBooks, *, livemode: bool = True, year: int = 2026) -> str:
    day = date(year, 5, 1)
    made = draft(customer(office), livemode=livemode, issue_date=day, due_date=day)
    invoice = office.books.invoice(office.invoicing.issue(made).result(PATIENCE))
    assert invoice is not None and invoice.row.number is not None
    return invoice.row.number


ODD = (
    "RE-2026-0007-K",
    "RE-2026-",
    "RE-2026-x",
    "RE-2026--12",
    "RE-2026-12a",
    "RE-2026-1.5",
    "RE-2026-1e3",
    "RE-2026-²",
    "RE-2026-٣",
    "RE-2026-0008 ",
    " RE-2026-0009",
    "re-2026-0500",
    "RE-2026-20261130120000",
    "RE-2026-99999999999999999999",
    "RE-2026-9223372036854775807",
    "RE-2026-000000000000000",
    "RE-20260777",
    "XRE-2026-0888",
    "RE-2026-0007'; DROP TABLE invoices; --",
    "",
    "4711",
)


@pytest.mark.parametrize("number", ODD)
def test_mc1_a_number_of_any_form_stops_nothing(office: OfficeBooks, number: str) -> None:
    first = _issue(office)
    _write(office, number)
    assert office.invoicing.next_number(date(2026, 3, 1), livemode=True) == "RE-2026-0002"
    assert [first, _issue(office), _issue(office)] == [f"RE-2026-000{n}" for n in (1, 2, 3)]


def test_mc1_with_all_of_them_it_counts_on_from_the_highest_of_ours(office: OfficeBooks) -> None:
    _write(office, *ODD, "RE-2026-0041", "RE-2026-7", "RE-2027-0003")
    assert [_issue(office), _issue(office)] == ["RE-2026-0042", "RE-2026-0043"]
    assert _issue(office, year=2027) == "RE-2027-0004"
    assert _issue(office, livemode=False) == "TEST-2026-0001"
    _write(office, "TEST-2026-0002-K", "TEST-2026-0005", livemode=0)
    assert _issue(office, livemode=False) == "TEST-2026-0006"


def test_mc1_a_number_in_the_wrong_circle_is_not_given_again(office: OfficeBooks) -> None:
    _write(office, "RE-2026-0001", livemode=0)
    assert _issue(office) == "RE-2026-0002"


# --- where an office begins (MONEY C5) -------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "begin", "first", "next_year"),
    [
        ("RE-{JJJJ}-{NNNN}", 120, ["RE-2026-0120", "RE-2026-0121"], "RE-2027-0001"),
        ("{JJ}/{NNN}", 7, ["26/007", "26/008"], "27/001"),
        ("{NNNN}/{JJJJ}", 99, ["0099/2026", "0100/2026"], "0001/2027"),
        ("{JJJJ}{NNNN}", 9999, ["20269999", "202610000"], "20270001"),
        ("R{NNNNN}", 4711, ["R04711", "R04712"], "R04713"),
        ("{N}", 1, ["1", "2"], "3"),
        ("Rg. {NN} Büro", 3, ["Rg. 03 Büro", "Rg. 04 Büro"], "Rg. 05 Büro"),
    ],
)
def test_mc5_an_office_goes_on_where_its_old_program_ended(
    office: OfficeBooks, form: str, begin: int, first: list[str], next_year: str
) -> None:
    office.invoicing.begin_numbers(form, 2026, begin).result(PATIENCE)
    assert office.invoicing.numbering(2026).number == first[0]
    _write(office, *ODD)
    odd = [number for number in first if number in ODD]
    assert not odd
    assert [_issue(office), _issue(office)] == first
    assert _issue(office, year=2027) == next_year
    # Test invoices stay apart, whatever the office chose.
    assert _issue(office, livemode=False) == "TEST-2026-0001"


def test_mc5_taken_numbers_are_left_out_and_no_other(office: OfficeBooks) -> None:
    office.invoicing.begin_numbers("{NNN}/{JJ}", 2026, 5).result(PATIENCE)
    _write(office, "006/26", "007/26", "x/26", "/26")
    assert [_issue(office), _issue(office), _issue(office)] == ["005/26", "008/26", "009/26"]
    # It is noted how far the counting went, so that no issue tries all numbers before it.
    kept = "SELECT value FROM settings WHERE key = 'next_number.live.2026'"
    assert office.value(kept) == "10"


def test_mc5_a_number_that_was_given_is_refused(office: OfficeBooks) -> None:
    assert [_issue(office), _issue(office)] == ["RE-2026-0001", "RE-2026-0002"]
    for running in (1, 2):
        with pytest.raises(UserError, match="number_taken") as refused:
            office.invoicing.begin_numbers("RE-{JJJJ}-{NNNN}", 2026, running).result(PATIENCE)
        assert refused.value.values["next"] == 3
    office.invoicing.begin_numbers("RE-{JJJJ}-{NNNNNN}", 2026, 3).result(PATIENCE)
    assert _issue(office) == "RE-2026-000003"
    # Another format is another row of numbers; back in the old one nothing is given twice.
    office.invoicing.begin_numbers("A{N}", 2026, 1).result(PATIENCE)
    assert _issue(office) == "A1"
    with pytest.raises(UserError, match="number_taken"):
        office.invoicing.begin_numbers("RE-{JJJJ}-{NNNN}", 2026, 3).result(PATIENCE)
    office.invoicing.begin_numbers("RE-{JJJJ}-{NNNN}", 2026, 4).result(PATIENCE)
    assert _issue(office) == "RE-2026-0004"


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("", "empty"),
        ("RE-{JJJJ}", "no_running"),
        ("RE-2026-0001", "no_running"),
        ("{NNNN}-{NN}", "twice"),
        ("{JJ}{JJJJ}{N}", "twice"),
        ("{MM}-{NNNN}", "unknown_placeholder"),
        ("RE-{NNNN", "unknown_placeholder"),
        ("RE-{NNNN}}", "unknown_placeholder"),
        ("{NNNNNNNNNN}", "unknown_placeholder"),
        ("RE–{NNNN}", "letters"),
        ("RE*{NNNN}", "letters"),
        ("RE\n{NNNN}", "letters"),
        ("TEST-{JJJJ}-{NNNN}", "like_a_test"),
        ("test{NNNN}", "like_a_test"),
        ("R" * 40 + "{NNNN}", "too_long"),
    ],
)
def test_mc5_what_is_no_format_is_refused(office: OfficeBooks, form: str, problem: str) -> None:
    with pytest.raises(UserError, match="number_format_wrong") as refused:
        office.invoicing.begin_numbers(form, 2026, 1).result(PATIENCE)
    assert refused.value.values["problem"] == problem
    assert office.invoicing.numbering(2026).number == "RE-2026-0001"
    for running in (0, -1, 10**9):
        with pytest.raises(UserError, match="number_not_positive"):
            office.invoicing.begin_numbers("R{N}", 2026, running).result(PATIENCE)


def test_mc5_placeholders_may_be_typed_small(office: OfficeBooks) -> None:
    office.invoicing.begin_numbers(" re-{jjjj}-{nnn} ", 2026, 12).result(PATIENCE)
    assert _issue(office) == "re-2026-012"


def test_mc5_settings_that_cannot_be_are_passed_over(office: OfficeBooks) -> None:
    def spoil(t: Transaction) -> None:
        t.settings.set("number_format", "RE-{JJJJ}")
        t.settings.set("next_number.live.2026", "soon")

    office.writer.submit(spoil).result(PATIENCE)
    assert _issue(office) == "RE-2026-0001"


def test_mc5_200_at_once_in_a_format_whose_count_is_noted(office: OfficeBooks) -> None:
    office.invoicing.begin_numbers("{NNN}-{JJ}", 2026, 801).result(PATIENCE)
    customer_id = customer(office)

    def issue_ten() -> None:
        for _ in range(10):
            office.invoicing.issue(draft(customer_id, livemode=True)).result(PATIENCE)

    at_once([issue_ten] * 20)
    numbers = [office.value("SELECT count(*) FROM invoices"), *_numbers(office, "%-26")]
    assert numbers == [200, *sorted(f"{running:03d}-26" for running in range(801, 1001))]


def test_mc5_an_issue_that_fails_takes_no_number(office: OfficeBooks) -> None:
    office.invoicing.begin_numbers("{NNN}-{JJ}", 2026, 5).result(PATIENCE)
    with pytest.raises(UserError, match="draft_incomplete"):
        office.invoicing.issue(draft(customer(office), items=(), livemode=True)).result(PATIENCE)
    assert _issue(office) == "005-26"


def test_mc5_without_test_data_the_test_numbers_begin_anew(office: OfficeBooks) -> None:
    office.writer.submit(lambda t: t.settings.set("next_number.test.2026", "50")).result(PATIENCE)
    assert _issue(office, livemode=False) == "TEST-2026-0050"
    office.invoicing.begin_numbers("R{N}", 2026, 7).result(PATIENCE)
    office.invoicing.delete_test_data().result(PATIENCE)
    assert (_issue(office, livemode=False), _issue(office)) == ("TEST-2026-0001", "R7")
