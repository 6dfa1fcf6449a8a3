"""The full-text index of events: by id, kind, payment intent, or number of the invoice.

It is filled behind the bookings, a few events at a time, and never by a payment itself. So it
knows only the events up to one row, and of those in it a few may have changed since: these and
the newest ones are read. It may find too much: whoever asks compares once more.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Integer, func, literal_column, or_, select, text

AT_ONCE = 200
"""Events added in one transaction: so few that a delivery need not wait for long."""
_FEW = 1500
"""So many events are read and sorted sooner than all are walked through."""
_MOST_UNKNOWN = 5000
_LONGEST = 40  # letters of a text; each three of them are looked for


@dataclass(frozen=True, slots=True)
class Candidates:
    """Events among which are all that contain a text."""

    found: Sequence[int]
    """The newest that the index knows, newest first."""
    others: Sequence[int]
    """Those that it does not know as they are now."""
    known_to: int
    """The last row in the index."""

    @property
    def few(self) -> bool:
        """There are no others than these."""
        return len(self.found) < _FEW

    def condition(self) -> ColumnElement[bool]:
        """Where `few`, these rows; else all that a walk from the newest on has to read."""
        rows = json.dumps([*self.found, *self.others])
        listed = func.json_each(rows).table_valued("value", name="n")
        # The plus forbids SQLite to look the row up: it is to walk the index of the order.
        column = "stripe_events.rowid" if self.few else "+stripe_events.rowid"
        row: ColumnElement[int] = literal_column(column, Integer)
        one_of_these = row.in_(select(listed.c.value))
        if self.few:
            return one_of_these
        return or_(row > self.known_to, one_of_these, row < self.found[-1])


def candidates(connection: Connection, wanted: str) -> Candidates | None:
    """Which events to compare with `wanted`; None: all of them.

    Two statements and more: to be asked within a snapshot.
    """
    if len(wanted) < 3 or not wanted.isascii():
        return None
    known_to = _known_to(connection)
    if known_to is None:
        return None
    unknown = connection.execute(_UNKNOWN, {"last": known_to, "most": _MOST_UNKNOWN}).scalars()
    others = list(unknown)
    if len(others) == _MOST_UNKNOWN:
        return None
    words = _all_threes(wanted[:_LONGEST])
    found = connection.execute(_FOUND, {"words": words, "few": _FEW}).scalars().all()
    return Candidates(found, others, known_to)


def _all_threes(wanted: str) -> str:
    threes = dict.fromkeys(wanted[at : at + 3] for at in range(len(wanted) - 2))
    return " AND ".join('"' + three.replace('"', '""') + '"' for three in threes)


def _known_to(connection: Connection) -> int | None:
    row = connection.exec_driver_sql(_STATE).scalar_one_or_none()
    return None if row is None else int(row)


# The rows of events have no number of their own, so a VACUUM (every backup is one) closes gaps.
# Only then the last event stands elsewhere, or is another one: the index is of no use any more.
_STATE = """
SELECT s.last_row FROM event_search_state AS s
JOIN stripe_events AS e ON e.rowid = s.last_row AND e.id = s.last_id"""
_UNKNOWN = text("""
SELECT event_row FROM event_search_again
UNION ALL
SELECT rowid FROM stripe_events WHERE rowid > :last LIMIT :most""")
_FOUND = text("""
SELECT rowid FROM event_search WHERE event_search MATCH :words ORDER BY rowid DESC LIMIT :few""")


# --- writing -----------------------------------------------------------------------------


def waiting(connection: Connection) -> int:
    """How many events the index does not know as they are now; 0 for none."""
    known_to = _known_to(connection) or 0
    newer = connection.exec_driver_sql(_NEWER, (known_to,)).scalar_one()
    again = connection.exec_driver_sql(f"SELECT count(*) FROM ({_AGAIN})").scalar_one()
    return int(newer) + int(again)


def add_some(raw: sqlite3.Connection, how_many: int = AT_ONCE) -> bool:
    """Add the next events. True: there are more. A transaction is open."""
    state = raw.execute(_STATE).fetchone()
    if state is None:  # never begun, or rows were removed: from the beginning
        raw.execute("INSERT INTO event_search (event_search) VALUES ('delete-all')")
        raw.execute("DELETE FROM event_search_again")
        raw.execute("DELETE FROM event_search_state")
    changed = raw.execute(f"{_AGAIN} LIMIT ?", (how_many,)).fetchall()
    raw.executemany(_ADD_ONE, changed)
    raw.executemany("DELETE FROM event_search_again WHERE event_row = ?", changed)
    first = 0 if state is None else int(state[0])
    last = raw.execute(_NEXT, (first, how_many)).fetchone()
    if last is None:
        return len(changed) == how_many
    raw.execute(_ADD, (first, last[0]))
    raw.execute(_TO_BE_SEEN_AGAIN, (first, last[0]))
    raw.execute("INSERT OR REPLACE INTO event_search_state VALUES (1, ?, ?)", last)
    return True


def merge_some(raw: sqlite3.Connection) -> bool:
    """Put small parts of the index together, a few pages of it. True: there may be more.

    https://www.sqlite.org/fts5.html#the_merge_command
    """
    before = raw.total_changes
    raw.execute("INSERT INTO event_search (event_search, rank) VALUES ('merge', 8)")
    return raw.total_changes - before >= 2


def fill(raw: sqlite3.Connection) -> None:
    """All at once, for books that nobody uses yet."""
    while add_some(raw, 20_000):
        while merge_some(raw):
            pass


_NEWER = "SELECT count(*) FROM stripe_events WHERE rowid > ?"
_WORDS = """
SELECT e.rowid, e.id || char(10) || e.type || char(10) || ifnull(e.payment_intent_id, '')
    || char(10) || ifnull(i.number, '')
FROM stripe_events AS e LEFT JOIN invoices AS i ON i.id = e.invoice_id"""
_ADD = f"""
INSERT INTO event_search (rowid, words) {_WORDS} WHERE e.rowid > ? AND e.rowid <= ?
ORDER BY e.rowid"""
_ADD_ONE = f"INSERT INTO event_search (rowid, words) {_WORDS} WHERE e.rowid = ?"
_NEXT = """
SELECT rowid, id FROM (SELECT rowid, id FROM stripe_events WHERE rowid > ? ORDER BY rowid LIMIT ?)
ORDER BY rowid DESC LIMIT 1"""
# The number of a draft may still come or change.
_UNNUMBERED = """
e.invoice_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM invoices AS i
    WHERE i.id = e.invoice_id AND i.number IS NOT NULL AND i.status <> 'draft')"""
_TO_BE_SEEN_AGAIN = f"""
INSERT OR IGNORE INTO event_search_again
SELECT e.rowid FROM stripe_events AS e WHERE e.rowid > ? AND e.rowid <= ? AND {_UNNUMBERED}"""
_AGAIN = f"""
SELECT a.event_row FROM event_search_again AS a
LEFT JOIN stripe_events AS e ON e.rowid = a.event_row
WHERE e.id IS NULL OR NOT ({_UNNUMBERED})"""
