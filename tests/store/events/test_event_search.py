"""The index of events behind the search: whatever it knows, what is found is what LIKE finds."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.generator import fill_office, new_data_dir
from tests.factories import OfficeBooks, customer, draft, make_books
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.books import Books
from workmate_desktop.services.upkeep.search_upkeep import SearchUpkeep
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.events import search as event_search

_TEXTS = (
    "succeeded",
    "PAYMENT_failed",
    "2024-00",
    "RE-2026-0001",
    "evt_f",
    "evt_",
    "pi_0",
    "zzzz",
    "a1",
    "e",
    "%_%",
    '"',
    "re-2019-0",
    "TEST-2026-0001",
    "größe",
    "x" * 300,
)


def _add(raw: sqlite3.Connection, event_id: str, **columns: object) -> None:
    row = {
        "type": "payment_intent.succeeded",
        "created_at": "2026-11-21T09:00:00.000Z",
        "received_at": "2026-11-21T09:00:00.000Z",
        "source": "webhook",
        "outcome": "booked",
        "livemode": 1,
        "payment_intent_id": f"pi_{event_id}",
        **columns,
    }
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    raw.execute(
        f"INSERT INTO stripe_events (id, {names}) VALUES (?, {marks})", (event_id, *row.values())
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Books of 300 invoices whose events are in the index, all but some newer ones."""
    made = new_data_dir(tmp_path / "daten")
    fill_office(made, 300)
    with sqlite3.connect(made) as raw:
        for number in range(5):
            _add(raw, f"evt_zzzz{number}", received_at=f"2025-01-0{number + 1}T00:00:00.000Z")
    raw.close()
    return made


def _changed(raw: sqlite3.Connection) -> None:
    (first,) = raw.execute("SELECT min(id) FROM invoices WHERE number IS NOT NULL").fetchone()
    raw.execute("UPDATE stripe_events SET invoice_id = ? WHERE rowid % 7 = 0", (first,))
    raw.execute("UPDATE stripe_events SET payment_intent_id = 'pi_zzzz' WHERE rowid = 3")


def _gone_at_the_end(raw: sqlite3.Connection) -> None:
    (last,) = raw.execute("SELECT last_row FROM event_search_state").fetchone()
    raw.execute("DELETE FROM stripe_events WHERE rowid > ?", (last - 40,))
    for number in range(60):  # their rows are used again
        _add(raw, f"evt_new{number}zzzz")


def _gone_in_the_middle(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM stripe_events WHERE rowid BETWEEN 20 AND 60")


def _packed(raw: sqlite3.Connection) -> None:
    _gone_in_the_middle(raw)
    raw.commit()
    raw.execute("VACUUM")


def _nothing(_raw: sqlite3.Connection) -> None:
    """As it is."""


def _empty(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM event_search_state")


@pytest.mark.parametrize(
    "what", [_nothing, _changed, _gone_at_the_end, _gone_in_the_middle, _packed, _empty]
)
@pytest.mark.parametrize("few", [4, 1500])
def test_what_is_found_is_what_like_finds(
    file: Path,
    what: Callable[[sqlite3.Connection], None],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_search, "_FEW", few)
    with sqlite3.connect(file) as raw:
        what(raw)
    raw.close()
    database = Database(file, Threads())
    office = make_books(file.parent)
    try:
        _compare(database, monkeypatch)
        SearchUpkeep(office.writer, office.database, 1).run(threading.Event())
        assert not SearchUpkeep(office.writer, office.database, 1).due()
        _compare(database, monkeypatch)
    finally:
        database.close()
        office.close()


def _compare(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books(database, SystemClock())

    def found(text: str, which: EventFilter) -> list[str]:
        ids: list[str] = []
        page = books.event_page(which, text, limit=11)
        while page and len(ids) < 60:
            ids += [row.id for row in page]
            page = books.event_page(which, text, page[-1], limit=11)
        return ids

    asked_for = [
        (text, which) for text in _TEXTS for which in (EventFilter.ALL, EventFilter.ERRORS)
    ]
    by_index = [found(*one) for one in asked_for]
    with monkeypatch.context() as without:
        without.setattr(event_search, "candidates", lambda _connection, _wanted: None)
        assert by_index == [found(*one) for one in asked_for]
    assert any(by_index)


def test_the_number_of_a_draft_may_come_later(office: OfficeBooks) -> None:
    """Somebody paid a draft: the event waits, and is found by the number once there is one."""
    invoice_id = office.invoicing.save_draft(draft(customer(office))).result(PATIENCE)
    raw = sqlite3.connect(office.path)
    with raw:
        _add(raw, "evt_early", livemode=0, invoice_id=invoice_id, outcome="needs_review")
    raw.close()
    upkeep = SearchUpkeep(office.writer, office.database, 1)
    assert upkeep.due()
    upkeep.run(threading.Event())
    assert office.books.event_page(text="TEST-2026") == []
    office.invoicing.issue(draft(customer(office)), invoice_id).result(PATIENCE)
    for _ in range(2):
        assert [row.id for row in office.books.event_page(text="TEST-2026")] == ["evt_early"]
        upkeep.run(threading.Event())
    assert office.value("SELECT count(*) FROM event_search_again") == 0


def test_the_index_is_used(file: Path) -> None:
    database = Database(file, Threads())
    with database.snapshot() as connection:
        known = event_search.candidates(connection, "evt_zzzz")
        assert known is not None
        assert known.few
        assert (len(known.found), len(known.others)) == (0, 5)
    database.close()


def test_it_is_filled_in_short_steps_and_goes_on_where_it_was_stopped(file: Path) -> None:
    with sqlite3.connect(file) as raw:
        raw.execute("DELETE FROM event_search_state")
        (events,) = raw.execute("SELECT count(*) FROM stripe_events").fetchone()
    raw.close()
    office = make_books(file.parent)
    upkeep = SearchUpkeep(office.writer, office.database, 1)
    upkeep.run(_stopped_after(2))
    reached = office.value("SELECT last_row FROM event_search_state")
    assert reached == event_search.AT_ONCE < events
    upkeep.run(threading.Event())
    assert office.value("SELECT last_row FROM event_search_state") == events
    assert not upkeep.due()
    office.close()


def test_few_new_events_are_left_to_like(file: Path) -> None:
    office = make_books(file.parent)
    assert not SearchUpkeep(office.writer, office.database).due()
    assert SearchUpkeep(office.writer, office.database, 5).due()
    office.close()


class _stopped_after(threading.Event):  # noqa: N801 - reads as a call
    """Set when it was asked so often."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._left = times

    def wait(self, timeout: float | None = None) -> bool:
        self._left -= 1
        if self._left <= 0:
            self.set()
        return super().wait(0)
