"""What the window reads after each payment, by the driver alone.

SQLAlchemy's way to the same rows costs the GUI thread several times as much. Everything else is
read through it (invoice_list.py, event_list.py).
"""

import json
import sqlite3
from collections.abc import Collection

from workmate_desktop.domain.history import HistoryLine
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.store.events import list as event_list
from workmate_desktop.store.history.history import line_of
from workmate_desktop.store.invoices.rows import COLUMNS, row_of

_WANTED = ", ".join(f"i.{column}" for column in COLUMNS)
_ROW = f"SELECT {_WANTED} FROM invoices AS i WHERE i.id = ?"
# CROSS JOIN: SQLite keeps the order, a few ids and then the primary key.
_ROWS = f"SELECT {_WANTED} FROM json_each(?) AS n CROSS JOIN invoices AS i ON i.id = n.value"
# INDEXED BY: for a single row SQLite would rather look through all events.
_LAST_EVENT = """
SELECT e.*, i.number AS invoice_label
FROM stripe_events AS e INDEXED BY stripe_events_by_time
LEFT JOIN invoices AS i ON i.id = e.invoice_id
ORDER BY e.received_at DESC, e.id DESC LIMIT 1"""

_LINES = """
SELECT id, invoice_id, at, action, actor, detail
FROM invoice_history WHERE invoice_id = ? AND at >= ?
ORDER BY at DESC, rowid DESC LIMIT 10"""


def invoice_rows(raw: sqlite3.Connection, invoice_ids: Collection[str]) -> dict[str, InvoiceRow]:
    """These rows as they are now, in one statement; what is gone is left out."""
    if len(invoice_ids) == 1:
        found = raw.execute(_ROW, tuple(invoice_ids)).fetchall()
    else:
        found = raw.execute(_ROWS, (json.dumps(list(invoice_ids)),)).fetchall()
    rows = (row_of(dict(zip(COLUMNS, values, strict=True))) for values in found)
    return {row.id: row for row in rows}


def has_invoices(raw: sqlite3.Connection, *, livemode: bool) -> bool:
    """Whether this book (test or real) has any invoice at all."""
    statement = "SELECT 1 FROM invoices WHERE livemode = ? LIMIT 1"
    return bool(raw.execute(statement, (int(livemode),)).fetchall())


def last_event(raw: sqlite3.Connection) -> EventRow | None:
    """The newest Stripe event."""
    cursor = raw.execute(_LAST_EVENT)
    names = [column[0] for column in cursor.description]
    found = cursor.fetchall()
    return event_list.row_of(dict(zip(names, found[0], strict=True))) if found else None


def newest_lines(raw: sqlite3.Connection, invoice_id: str, since: str) -> list[HistoryLine]:
    """The last ten lines of a Verlauf since then, newest first."""
    found = raw.execute(_LINES, (invoice_id, since)).fetchall()
    return [line_of(*values) for values in found]
