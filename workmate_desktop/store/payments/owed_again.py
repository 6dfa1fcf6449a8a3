"""Refunds of which staff said that their money is owed again."""

import sqlite3

from sqlalchemy import Connection

from workmate_desktop.domain.invoices.closings import OwedAgain

_IN_FORCE = """
SELECT d.id, d.payment_id, d.amount_minor, d.currency FROM review_decisions d
WHERE d.invoice_id = ? AND d.kind = 'owed_again'
    AND NOT EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)
ORDER BY d.rowid"""


def owed_again(raw: sqlite3.Connection, invoice_id: str) -> list[OwedAgain]:
    """The decisions in force of this invoice, oldest first."""
    return [OwedAgain(*row) for row in raw.execute(_IN_FORCE, (invoice_id,))]


def owed_again_of(connection: Connection, invoice_id: str) -> list[OwedAgain]:
    """The same for readers."""
    rows = connection.exec_driver_sql(_IN_FORCE, (invoice_id,))
    return [OwedAgain(*row) for row in rows]
