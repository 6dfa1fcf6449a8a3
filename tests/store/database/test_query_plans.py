"""No page of any list is read by looking through a whole table, also in ten years.

The books are an office's, with the statistics that SQLite has on any PC: none. What the program
asks is caught as it is asked, and SQLite is asked how it would answer.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event

from tests.benchmarks.generator import LAST_DAY, fill_office, new_data_dir
from workmate_desktop.domain.invoices.lists import (
    EventFilter,
    InvoiceFilter,
    InvoiceQuery,
    InvoiceSort,
)
from workmate_desktop.domain.review import ReviewItem
from workmate_desktop.domain.stripe.events import Reason
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.books import Books
from workmate_desktop.store.catch_up import position
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.invoices import owed_entries
from workmate_desktop.store.notify import mails
from workmate_desktop.store.payments import links as payment_links
from workmate_desktop.store.payments import moves, refunds
from workmate_desktop.store.review import credit_list, not_ours
from workmate_desktop.store.review import list as review_list

_SCAN = re.compile(
    r"SCAN (?!n |n$|json_each|CONSTANT ROW|invoice_search|review_decisions|d\b|u\b|refund_requests"
    r"|mail_outbox|payment_fees|\(subquery"
    r"|\w+ USING (COVERING )?INDEX (stripe_events_(to_review|not_ours)|notices_unread"
    r"|invoices_by_book))"
)
"""Left out: a given list of ids, the full-text index, tables that stay small, indexes of what
waits for somebody only, and the one whose pages are counted."""
QUERY = InvoiceQuery(livemode=True, today=LAST_DAY)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("plans") / "daten"
    fill_office(new_data_dir(folder), 400)
    database = Database(folder / FILE_NAME, Threads())
    yield database
    database.close()


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """The plans of all statements that are read meanwhile, as "plan line -- statement"."""
    found: list[str] = []
    raw = sqlite3.connect(database.path)

    def before(_c: object, _cursor: object, sql: str, values: object, *_: object) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            plan = raw.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()  # type: ignore[arg-type]
            found.extend(f"{line[3]} -- {sql}" for line in plan)

    event.listen(database.reading, "before_cursor_execute", before)
    with database.quick() as quick:
        quick.set_trace_callback(lambda sql: before(None, None, sql, ()))
    try:
        yield found
    finally:
        with database.quick() as quick:
            quick.set_trace_callback(None)
        event.remove(database.reading, "before_cursor_execute", before)
        raw.close()


def full_scans(plans: list[str], walks: int = 0) -> list[str]:
    """The lines that look through a whole table. `walks` pages may walk an index in its order:
    that stops when the page is full.
    """
    scans = [line for line in plans if _SCAN.match(line)]
    walked = [line for line in scans if " USING " in line]
    return [line for line in scans if line not in walked] + walked[walks:]


def sorts(plans: list[str]) -> list[str]:
    """Those that collect all rows first, to sort them."""
    return [line for line in plans if "TEMP B-TREE FOR ORDER BY" in line]


def test_a_full_scan_is_found(office: Database) -> None:
    with asked(office) as plans, office.reader() as connection:
        connection.exec_driver_sql("SELECT id FROM payments WHERE method = 'card'").fetchall()
        connection.exec_driver_sql("SELECT id FROM payments ORDER BY method LIMIT 3").fetchall()
    assert len(full_scans(plans)) == 2
    assert len(sorts(plans)) == 1


@pytest.mark.parametrize("sort", InvoiceSort)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_of_the_invoice_list(office: Database, sort: InvoiceSort, descending: bool) -> None:
    books = Books(office, SystemClock())
    query = replace(QUERY, sort=sort, descending=descending)
    with asked(office) as plans:
        first = books.invoice_page(query, None, 100)
        books.invoice_page(query, first[-1], 100)
    assert plans
    assert full_scans(plans) == []
    assert sorts(plans) == []


@pytest.mark.parametrize("which", InvoiceFilter)
def test_filtered_and_searched_pages(office: Database, which: InvoiceFilter) -> None:
    books = Books(office, SystemClock())
    with asked(office) as plans:
        for text in ("", "müller", "1190"):
            books.invoice_page(replace(QUERY, filter=which, text=text), None, 100)
            books.invoice_matches(replace(QUERY, filter=which, text=text), "x")
            books.invoices_matching(replace(QUERY, filter=which, text=text), ["x", "y"])
    assert plans
    assert full_scans(plans) == []


def test_failed_invoices_are_found_by_their_status(office: Database) -> None:
    books = Books(office, SystemClock())
    query = replace(QUERY, filter=InvoiceFilter.FAILED)
    with asked(office) as plans:
        first = books.invoice_page(query, None, 2)
        books.invoice_page(query, first[-1], 2)
    pages = [line for line in plans if line.startswith("SEARCH invoices") and "search_text" in line]
    assert len(pages) == 2
    assert all("status=?" in line for line in pages), pages


def test_single_rows_and_what_stands_beside_the_list(office: Database) -> None:
    books = Books(office, SystemClock())
    invoice_id = books.invoice_page(QUERY, None, 1)[0].id
    with asked(office) as plans:
        books.invoice_row(invoice_id)
        books.invoice_rows([invoice_id, "gone"])
        books.invoice(invoice_id)
        books.payments(invoice_id)
        books.payment_with_reversals("x")
        books.fees(invoice_id)
        books.open_refunds(invoice_id)
        books.history(invoice_id)
        books.failed_attempts(invoice_id)
        books.customer("x")
        books.customers("müller", 20)
        books.has_invoices(True)
    assert plans
    assert full_scans(plans, walks=1) == []  # customers, by name: a tenth of the invoices


@pytest.mark.parametrize("which", EventFilter)
def test_pages_of_events(office: Database, which: EventFilter) -> None:
    books = Books(office, SystemClock())
    with asked(office) as plans:
        page = books.event_page(which, limit=100)
        if page:
            books.event_page(which, after=page[-1], limit=100)
    pages = 2 if page else 1
    assert full_scans(plans, walks=pages if which is EventFilter.ALL else 0) == []
    assert sorts(plans) == []


def test_notices_and_the_newest_event(office: Database) -> None:
    books = Books(office, SystemClock())
    with asked(office) as plans:
        books.notice_page()
        books.last_event()
        books.event("evt_x")
        books.notice("x")
    assert full_scans(plans, walks=2) == []
    with asked(office) as plans:
        books.notice_page(unread_only=True)
        books.unread_notices()
    assert full_scans(plans) == []


def test_the_evidence_of_the_checklist(office: Database) -> None:
    with asked(office) as plans:
        Books(office, SystemClock()).evidence(livemode=True)
    assert plans
    assert full_scans(plans) == []
    assert sorts(plans) == []


def test_the_list_of_what_waits(office: Database) -> None:
    with asked(office) as plans, office.reader() as connection:
        review_list.waiting(connection)
        review_list.open_items(connection, None, 100)
        review_list.decided_items(connection, 100)
        review_list.review_item(connection, "evt_x")
        review_list.concerned(connection, ["evt_x", "n_y"])
        review_list.decisions_about(connection, "evt_x")
        review_list.assignments_of(connection, "x")
        credit_list.credits_of(connection, "x")
        credit_list.open_credits(connection, "x", livemode=True)
        credit_list.chosen_credits(connection, "x")
        credit_list.moves_of(connection, "x")
        credit_list.split_invoices(connection, "pi_x")
        review_list.customers_of(connection, ["RE-2026-0001"])
        for customers in ((), ("x",)):
            review_list.candidates(
                connection,
                livemode=True,
                currency="eur",
                amount_minor=119000,
                numbers=("RE-2026-0001",),
                customers=customers,
            )
    assert plans
    assert full_scans(plans) == []


_OF_MOVES = {
    "pairs of a payment": (moves._OF_PAYMENT, 1),
    "pairs of a decision": (moves._OF_DECISION, 1),
    "what an invoice's panel shows": (credit_list._MOVES, 1),
    "invoices of a split payment": (credit_list._SPLIT, 1),
    "credits in use": (owed_entries._USES, 1),
}


@pytest.mark.parametrize("name", _OF_MOVES)
def test_mb7_moved_money_is_found_by_its_own_index(office: Database, name: str) -> None:
    """Nearly every payment takes nothing back: the index of what takes back would find them all."""
    sql, count = _OF_MOVES[name]
    with office.reader() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("x",) * count)
        lines = [str(row[3]) for row in plan]
    assert not [line for line in lines if "(reverses_id=?" in line and "SEARCH u " not in line]
    assert not [line for line in lines if line.startswith("SCAN ") and "away" not in line]


def test_mb4_payments_of_other_programs(office: Database) -> None:
    with asked(office) as plans, office.reader() as connection:
        not_ours.not_ours(connection)
        not_ours.not_ours_items(connection, None, 100)
        last = ReviewItem("evt_x", Reason.NOT_OURS, SystemClock().now())
        not_ours.not_ours_items(connection, last, 100)
    assert sum("INDEX stripe_events_not_ours" in line for line in plans) == 3
    assert full_scans(plans) == []


def test_what_runs_in_the_background(office: Database) -> None:
    now = SystemClock().now()
    with asked(office) as plans, office.reader() as connection:
        position.is_settled(connection, "pi_x")
        position.owed_invoices(connection, livemode=True)
        mails.outgoing(connection)
        payment_links.to_close(connection, now)
        payment_links.links_of(connection, "x")
        refunds.open_requests(connection, livemode=True)
        refunds.payments_by_intent(connection, ["pi_x"])
        refunds.payments_without_fee(connection, "2026-11-01", livemode=True, limit=50)
    assert plans
    assert full_scans(plans) == []


def test_the_figures_read_sums_and_not_rows(office: Database) -> None:
    with asked(office) as plans:
        Books(office, SystemClock()).figures(True, LAST_DAY)
    assert plans
    assert full_scans(plans) == []
    used = {found for line in plans for found in re.findall(r"INDEX (invoices_\w+) ", line)}
    assert used == {
        "invoices_owed",
        "invoices_forgiven",
        "invoices_owed_failed",
        "invoices_by_book",
        "invoices_by_status",
    }
