"""The list, page by page, against a plain Python model of 2,000 invoices."""

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import OfficeBooks, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.domain.review import WaitingCount
from workmate_desktop.store.invoices.list import figures

TODAY = date(2026, 11, 23)
NAMES = ["Müller GmbH", "Ärztehaus", "Zahn & Co", "aal", "Bäcker", "Öko", "müller ag", "Straße"]
# Folded by hand, so that the model does not use what it checks.
FOLDED = ["muller gmbh", "arztehaus", "zahn & co", "aal", "backer", "oko", "muller ag", "strasse"]
COUNT = 2000
STATUSES = ["draft", "open", "open", "partially_paid", "paid", "cancelled"]


def _made(office: OfficeBooks) -> list[dict[str, Any]]:
    """Insert 2,000 invoices with many equal keys; returns the model."""
    random_ = random.Random(11)
    model: list[dict[str, Any]] = []
    running = {0: 0, 1: 0}

    def job(t: Any) -> None:
        for place, name in enumerate(NAMES):
            t.raw.execute("INSERT INTO customers (id, name) VALUES (?, ?)", (str(place), name))
        for number in range(COUNT):
            livemode = int(random_.random() < 0.1)
            status = random_.choice(
                ["draft", "open", "open", "partially_paid", "paid", "cancelled"]
            )
            issue = TODAY - timedelta(days=random_.randrange(60))
            due = issue + timedelta(days=random_.choice([7, 14, 30])) if number % 9 else None
            total = random_.choice([100, 11900, 119000, 50000])
            who = random_.randrange(len(NAMES))
            text = None
            if status != "draft":
                running[livemode] += 1
                text = f"{'RE' if livemode else 'TEST'}-2026-{running[livemode]:04d}"
            paid = {"partially_paid": total // 2, "paid": total}.get(status, 0)
            failed = to_text(office.clock.now()) if random_.random() < 0.1 else None
            t.raw.execute(
                "INSERT INTO invoices (id, number, customer_id, status, livemode, currency,"
                " total_minor, issue_date, due_date, created_at, last_failed_at)"
                " VALUES (?, ?, ?, ?, ?, 'eur', ?, ?, ?, ?, ?)",
                (
                    f"i{number}",
                    text,
                    str(who),
                    status,
                    livemode,
                    total,
                    issue.isoformat(),
                    due.isoformat() if due else None,
                    f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
                    failed,
                ),
            )
            day = date(2026, random_.choice([10, 11]), 10)
            closed = total // 4 if status == "paid" and number % 5 == 0 else 0
            paid -= closed  # Skonto is no money: it is sorted by what was received
            if closed:
                t.raw.execute(
                    "INSERT INTO payments (id, invoice_id, amount_minor, currency, method,"
                    " livemode, received_at, created_at, kind)"
                    " VALUES (?, ?, ?, 'eur', '', ?, ?, ?, 'skonto')",
                    (f"s{number}", f"i{number}", closed, livemode, f"{day}T09:00:00.000Z", "x"),
                )
            if paid:
                t.raw.execute(
                    "INSERT INTO payments (id, invoice_id, amount_minor, currency, method,"
                    " livemode, received_at, created_at)"
                    " VALUES (?, ?, ?, 'eur', 'cash', ?, ?, ?)",
                    (f"p{number}", f"i{number}", paid, livemode, f"{day}T09:00:00.000Z", "x"),
                )
            created = f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
            model.append(
                {
                    "id": f"i{number}",
                    "row_no": number,
                    "livemode": bool(livemode),
                    "status": status,
                    "number": text or f"~{created}",
                    "customer": FOLDED[who],
                    "issue_date": issue.isoformat(),
                    "due_date": due.isoformat() if due else "",
                    "total": total,
                    "paid": paid,
                    "paid_in": day.month if paid else None,
                    "failed": failed is not None,
                }
            )

    office.writer.submit(job).result(PATIENCE)
    return model


@pytest.fixture(scope="module")
def listed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[OfficeBooks, list[dict[str, Any]]]]:
    office = make_books(tmp_path_factory.mktemp("paging"))
    yield office, _made(office)
    office.close()


def _wanted(model: list[dict[str, Any]], query: InvoiceQuery) -> list[str]:
    owed = ("open", "partially_paid")
    checks: dict[InvoiceFilter, Callable[[dict[str, Any]], bool]] = {
        InvoiceFilter.ALL: lambda _: True,
        InvoiceFilter.OPEN: lambda i: i["status"] in owed,
        InvoiceFilter.OVERDUE: lambda i: (
            i["status"] in owed and "" < i["due_date"] < TODAY.isoformat()
        ),
        # Every failure lies after every payment here.
        InvoiceFilter.FAILED: lambda i: i["failed"] and i["status"] in owed,
        InvoiceFilter.PAID: lambda i: i["status"] == "paid",
        InvoiceFilter.PAID_THIS_MONTH: lambda i: i["paid_in"] == 11,
        InvoiceFilter.DRAFTS: lambda i: i["status"] == "draft",
        InvoiceFilter.CANCELLED: lambda i: i["status"] == "cancelled",
    }
    check = checks[query.filter]
    found = [i for i in model if i["livemode"] == query.livemode and check(i)]
    if query.text:
        found = [i for i in found if query.text in i["customer"]]
    key = query.sort.value
    found.sort(key=lambda i: (i[key], i["row_no"]), reverse=query.descending)
    return [i["id"] for i in found]


def _paged(office: OfficeBooks, query: InvoiceQuery, limit: int) -> list[InvoiceRow]:
    rows: list[InvoiceRow] = []
    page = office.books.invoice_page(query, limit=limit)
    while page:
        assert len(page) <= limit
        rows += page
        page = office.books.invoice_page(query, after=page[-1], limit=limit)
    return rows


@pytest.mark.parametrize("sort", InvoiceSort)
@pytest.mark.parametrize("which", InvoiceFilter)
def test_no_page_skips_or_repeats(
    listed: tuple[OfficeBooks, list[dict[str, Any]]], sort: InvoiceSort, which: InvoiceFilter
) -> None:
    office, model = listed
    for descending in (True, False):
        for text in ("", "muller"):
            query = InvoiceQuery(False, TODAY, which, text, sort, descending)
            wanted = _wanted(model, query)
            limit = 7 if len(wanted) < 300 else 256
            assert [row.id for row in _paged(office, query, limit)] == wanted
            assert office.books.invoice_count(query) == len(wanted)


def test_pages_of_one_row(listed: tuple[OfficeBooks, list[dict[str, Any]]]) -> None:
    office, model = listed
    query = InvoiceQuery(True, TODAY, sort=InvoiceSort.TOTAL)
    assert [row.id for row in _paged(office, query, 1)] == _wanted(model, query)


def test_matches_and_rows_say_the_same_as_the_list(
    listed: tuple[OfficeBooks, list[dict[str, Any]]],
) -> None:
    office, model = listed
    for which in InvoiceFilter:
        query = InvoiceQuery(False, TODAY, which, "muller")
        wanted = set(_wanted(model, query))
        for invoice in model[::37]:
            matches = office.books.invoice_matches(query, invoice["id"])
            assert matches == (invoice["id"] in wanted)
    for row in office.books.invoice_page(InvoiceQuery(False, TODAY)):
        assert office.books.invoice_row(row.id) == row


@pytest.mark.parametrize("livemode", [True, False])
def test_figures_equal_the_model(
    listed: tuple[OfficeBooks, list[dict[str, Any]]], livemode: bool
) -> None:
    office, model = listed
    figures = office.books.figures(livemode, TODAY)
    mine = [i for i in model if i["livemode"] == livemode]
    owed = [i for i in mine if i["status"] in ("open", "partially_paid")]
    late = [i for i in owed if "" < i["due_date"] < TODAY.isoformat()]
    assert figures.outstanding_minor == sum(i["total"] - i["paid"] for i in owed)
    assert figures.overdue_minor == sum(i["total"] - i["paid"] for i in late)
    assert figures.paid_this_month_minor == sum(i["paid"] for i in mine if i["paid_in"] == 11)
    for which, count in figures.counts.items():
        assert count == len(_wanted(model, InvoiceQuery(livemode, TODAY, which))), which


def test_the_figures_read_indexes_alone(listed: tuple[OfficeBooks, list[dict[str, Any]]]) -> None:
    """No invoice and no payment is looked up in its table: 100,000 of them cost too much."""
    office, _ = listed
    with office.database.reader() as connection:
        statements: list[str] = []
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(statements.append)
        figures(connection, InvoiceQuery(True, TODAY), ("2026-11", "2026-12"), WaitingCount(0, 0))
        raw.set_trace_callback(None)
        sums = [
            s
            for s in statements
            if "FROM payments" in s or ("FROM invoices" in s and "last_failed_at" not in s)
        ]
        # This month, what is owed, partly refunded, both books, one of each status but Bezahlt
        assert len(sums) == 5 + len(InvoiceStatus) - 1
        for statement in sums:
            plan = raw.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            # Of an index over an expression SQLite never says that it covers.
            assert all(
                re.search("COVERING INDEX|USING INDEX invoices_(owed|forgiven) ", row[3])
                for row in plan
            ), plan


def test_a_page_after_a_row_that_is_gone_is_empty(
    listed: tuple[OfficeBooks, list[dict[str, Any]]],
) -> None:
    office, _ = listed
    row = office.books.invoice_page(InvoiceQuery(False, TODAY), limit=1)[0]
    from dataclasses import replace

    assert office.books.invoice_page(InvoiceQuery(False, TODAY), replace(row, id="gone")) == []


def test_the_first_page_walks_an_index(listed: tuple[OfficeBooks, list[dict[str, Any]]]) -> None:
    """No column is sorted by collecting all rows first."""
    office, _ = listed
    with office.database.reader() as connection:
        statements: list[str] = []
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(statements.append)
        for sort in InvoiceSort:
            from workmate_desktop.store.invoices.list import invoice_page

            query = InvoiceQuery(False, TODAY, sort=sort)
            invoice_page(connection, query, ("2026-11", "2026-12"), None, 256)
        raw.set_trace_callback(None)
        for statement in [s for s in statements if s.startswith("SELECT")]:
            plan = raw.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            assert not any("TEMP B-TREE FOR ORDER BY" in row[3] for row in plan), statement
