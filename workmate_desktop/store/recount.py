"""Which invoices do not say what their payments say: compared in SQL, all of them at once."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from workmate_desktop.store.settings import setting
from workmate_desktop.store.values import from_json

if TYPE_CHECKING:
    from workmate_desktop.store.transaction import Transaction

RECOUNT = "owed.recount"
"""Setting: ALL after a migration or a restore; else the row of the last payment looked at."""
ALL = "all"
CHECKED_ON = "owed.checked_on"
BEFORE = "owed.before"
"""Setting: what the rule before said, {invoice: [owed, too much]}; until it was told."""

# Sums that differ, a status that does not follow from them, and everything whose order counts.
_DOUBTFUL = """
WITH sums AS (
    SELECT p.invoice_id AS id, p.currency AS currency,
        sum(p.amount_minor) AS paid,
        ifnull(sum(p.amount_minor) FILTER (WHERE p.kind IN ('skonto', 'write_off')), 0) AS closed,
        -ifnull(sum(p.amount_minor) FILTER (WHERE p.kind IN ('refund', 'refund_failed')), 0)
            AS refunded,
        -ifnull(sum(p.amount_minor)
            FILTER (WHERE p.kind IN ('dispute', 'dispute_won', 'return')), 0) AS taken
    FROM payments p WHERE p.invoice_id IS NOT NULL {since} GROUP BY p.invoice_id, p.currency)
SELECT i.id FROM invoices i LEFT JOIN sums s ON s.id = i.id AND s.currency = i.currency
WHERE {which} i.status <> 'draft' AND (
    ifnull(s.paid, 0) <> i.paid_minor OR ifnull(s.closed, 0) <> i.closed_minor
    OR ifnull(s.refunded, 0) <> i.refunded_minor OR ifnull(s.taken, 0) <> i.charged_back_minor
    OR i.refunded_minor <> 0 OR i.forgiven_minor <> 0 OR i.corrected_minor <> 0
    OR (i.status <> 'cancelled' AND i.status <> CASE
        WHEN i.paid_minor >= i.total_minor + i.corrected_minor THEN 'paid'
        WHEN i.paid_minor > 0 THEN 'partially_paid' ELSE 'open' END))"""
_OF_ALL = _DOUBTFUL.format(since="", which="")
# The index of payments by invoice makes this cost what the new payments cost.
_TOUCHED = "SELECT DISTINCT invoice_id FROM payments WHERE rowid > :row AND invoice_id IS NOT NULL"
_OF_TOUCHED = _DOUBTFUL.format(
    since=f"AND p.invoice_id IN ({_TOUCHED})", which=f"i.id IN ({_TOUCHED}) AND"
)


def last_payment_row(connection: Connection) -> int:
    """The row of the newest payment; 0 without any."""
    found = connection.exec_driver_sql("SELECT max(rowid) FROM payments").scalar()
    return int(found or 0)


def doubtful(connection: Connection, since_row: int | None) -> list[str]:
    """Ids of invoices to be reckoned: of all, or of those with payments after `since_row`."""
    if since_row is None:
        found = connection.exec_driver_sql(_OF_ALL)
    else:
        found = connection.exec_driver_sql(_OF_TOUCHED, {"row": since_row})
    return [row[0] for row in found]


def told_before(connection: Connection) -> dict[str, tuple[int, int]]:
    """Invoice → what the rule before said: (owed, too much), in minor units."""
    found = from_json(setting(connection, BEFORE) or "{}")
    return dict(_amounts(found))


def _amounts(found: dict[str, object]) -> Iterator[tuple[str, tuple[int, int]]]:
    for key, value in found.items():
        if isinstance(value, list) and [type(one) for one in value] == [int, int]:
            yield key, (value[0], value[1])


def sum_up(t: "Transaction", invoice_id: str) -> None:
    """Write the sums of an invoice anew from its payments, as the triggers do."""
    t.raw.execute(_SUM_UP, {"id": invoice_id})


_SUM = (
    "(SELECT ifnull({sign}sum(p.amount_minor), 0) FROM payments p"
    " WHERE p.invoice_id = :id AND p.currency = invoices.currency AND {which})"
)
_SUM_UP = f"""
UPDATE invoices SET
    paid_minor = {_SUM.format(sign="", which="1")},
    closed_minor = {_SUM.format(sign="", which="p.kind IN ('skonto', 'write_off')")},
    refunded_minor = {_SUM.format(sign="-", which="p.kind IN ('refund', 'refund_failed')")},
    charged_back_minor =
        {_SUM.format(sign="-", which="p.kind IN ('dispute', 'dispute_won', 'return')")},
    corrected_minor = min(0, (SELECT ifnull(sum(c.total_minor), 0) FROM invoices c
        WHERE c.corrects_id = :id AND c.kind <> 'invoice'
            AND c.status NOT IN ('draft', 'cancelled')))
WHERE id = :id"""


def note_row(t: "Transaction", row: int) -> None:
    """Everything up to this payment was looked at."""
    t.settings.set(RECOUNT, json.dumps(row))
