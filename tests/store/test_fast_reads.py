"""What the driver reads after each payment: the same as SQLAlchemy reads, and never older."""

import sqlite3

import pytest

from tests.factories import OfficeBooks, encoded, event_body, issued, sign
from tests.waiting import PATIENCE


def test_the_same_rows_as_by_sqlalchemy(office: OfficeBooks) -> None:
    first, second = issued(office, name="Groß & Söhne"), issued(office)
    found = office.books.invoice_rows([second, "gone", first])
    assert found == {key: office.books.invoice_row(key) for key in (first, second)}
    assert office.books.invoice_rows([first]) == {first: office.books.invoice_row(first)}
    assert office.books.invoice_rows(["gone"]) == {}
    assert office.books.invoice_rows([]) == {}


def test_the_last_event_as_the_list_of_events_has_it(office: OfficeBooks) -> None:
    assert office.books.last_event() is None
    body = encoded(event_body(issued(office)))
    office.receive.delivery(body, sign(body)).result(PATIENCE)
    assert office.books.last_event() == office.books.event_page(limit=1)[0]
    assert office.books.last_event() is not None


def test_the_newest_lines_of_the_verlauf(office: OfficeBooks) -> None:
    ids = [issued(office), issued(office)]
    body = encoded(event_body(ids[1]))
    since = office.clock.now()
    office.clock.advance(seconds=5)
    office.receive.delivery(body, sign(body)).result(PATIENCE)
    fresh = [line for line in office.books.history(ids[1]) if line.at >= since][:10]
    assert [line.action for line in fresh if line.at > since]
    first, second = office.books.newest_history([*ids, "gone"], since)
    assert first[0] == office.books.invoice_row(ids[0])
    assert second == (office.books.invoice_row(ids[1]), fresh)
    office.clock.advance(days=1)
    assert office.books.newest_history(ids[:1], office.clock.now())[0][1] == []


def test_each_read_sees_the_newest_commit(office: OfficeBooks, outside: sqlite3.Connection) -> None:
    """Also after a read of several rows: an unfinished statement would pin its snapshot."""
    ids = [issued(office), issued(office)]
    for day in range(1, 4):
        at = f"2026-11-0{day}T08:00:00.000Z"
        outside.execute("UPDATE invoices SET running_since = ?", (at,))
        rows = [
            *office.books.invoice_rows(ids).values(),
            *office.books.invoice_rows(ids[:1]).values(),
        ]
        assert [row.running_since.day for row in rows if row.running_since] == [day] * 3
        assert office.books.has_invoices(False) and not office.books.has_invoices(True)


def test_it_is_closed_with_the_database(office: OfficeBooks) -> None:
    with office.database.quick() as raw:
        pass
    office.database.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")
