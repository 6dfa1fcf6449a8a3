"""The first page of the invoice list, by the driver alone, before the books are opened properly.

SQLAlchemy and all that is built on it cost more to import than everything that the first rows
need (docs/decisions/first-paint.md). What is read here is shown for a moment, until
`services.books` reads it again; whatever is unusual is left to `store.open`.
"""

import sqlite3
from collections.abc import Collection
from pathlib import Path

from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.store.database.driver import open_connection
from workmate_desktop.store.database.file_names import FILE_NAME, ID_FILE, PLAN
from workmate_desktop.store.database.untrusted import guard
from workmate_desktop.store.invoices.rows import row_of
from workmate_desktop.store.schema.migrate import HEAD

_BUSY_MS = 50
_KNOWN = """
SELECT version_num, (SELECT value FROM settings WHERE key = 'database_id') FROM alembic_version"""
# As in store.invoice_list; a test compares the pages.
_KEYS = {
    InvoiceSort.NUMBER: "sort_number",
    InvoiceSort.CUSTOMER: "sort_customer",
    InvoiceSort.ISSUE_DATE: "ifnull(issue_date, '')",
    InvoiceSort.DUE_DATE: "ifnull(due_date, '')",
    InvoiceSort.TOTAL: "total_minor",
    InvoiceSort.PAID: "paid_minor - closed_minor",
    InvoiceSort.STATUS: "status",
}


class Unreadable(Exception):
    """The file is damaged, or cannot be read now."""


class EarlyBooks:
    """What the list asks for at first. Only the first page of all invoices of a book is read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection

    def invoice_page(
        self, query: InvoiceQuery, after: InvoiceRow | None = None, limit: int = 256
    ) -> list[InvoiceRow]:
        """The first rows in the order of `query`; [] for all else, and once this is closed.

        Raises Unreadable.
        """
        of_all = query.filter is InvoiceFilter.ALL and not query.text.strip()
        if after is not None or not of_all:
            return []
        way = "DESC" if query.descending else "ASC"
        statement = (
            f"SELECT * FROM invoices WHERE livemode = ? "
            f"ORDER BY {_KEYS[query.sort]} {way}, row_no {way} LIMIT ?"
        )
        return [row_of(dict(row)) for row in self._read(statement, int(query.livemode), limit)]

    # Single rows are asked of the opened books: there is nothing to say about them here.

    def invoice_row(self, _invoice_id: str) -> InvoiceRow | None:
        """None."""

    def invoice_rows(self, _invoice_ids: Collection[str]) -> dict[str, InvoiceRow]:
        """Empty."""
        return {}

    def invoices_matching(self, _query: InvoiceQuery, _invoice_ids: Collection[str]) -> set[str]:
        """Empty."""
        return set()

    def invoice_matches(self, _query: InvoiceQuery, _invoice_id: str) -> bool:
        """False."""
        return False

    def has_invoices(self, livemode: bool) -> bool:
        """Whether the book of real (True) or test invoices has any. Raises Unreadable."""
        statement = "SELECT 1 FROM invoices WHERE livemode = ? LIMIT 1"
        return bool(self._read(statement, int(livemode)))

    def close(self) -> None:
        """Before anybody opens or replaces the books. Twice is fine.

        After a kill SQLite moves what the WAL holds into the file here: nobody else has it open.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, statement: str, *values: int) -> list[sqlite3.Row]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise Unreadable from error


def early_books(data_dir: Path) -> EarlyBooks | None:
    """None where more than reading is to be done first: nothing there, a restore, another version
    or another database, a file that cannot be read. The caller holds the lock of the folder."""
    path = data_dir / FILE_NAME
    if (data_dir / PLAN).exists() or not path.exists():
        return None
    try:
        known_id = (data_dir / ID_FILE).read_text("utf-8").strip()
        connection = open_connection(path, read_only=True, busy_timeout_ms=_BUSY_MS)
    except (sqlite3.Error, RuntimeError, OSError, ValueError):
        return None
    connection.row_factory = sqlite3.Row
    try:
        guard(connection, path.stat().st_size)  # a view may stand where a table was
        found = connection.execute(_KNOWN).fetchone()
    except (sqlite3.Error, OSError):
        found = None
    if found is None or tuple(found) != (HEAD, known_id):
        connection.close()
        return None
    return EarlyBooks(connection)
