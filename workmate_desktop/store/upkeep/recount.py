"""Which invoices do not say what their payments and events say: compared in SQL, all at once.

Nothing that is looked at here is sealed: it follows from rows that are.
"""

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from workmate_desktop.store.common.settings import SettingVerbs, setting
from workmate_desktop.store.common.values import from_json
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.events.write import LAST_FAILURE, RUNNING, EventVerbs
from workmate_desktop.store.invoices.write import InvoiceVerbs

RECOUNT = "owed.recount"
"""Setting: ALL after a migration or a restore; else the row of the last payment looked at."""
ALL = "all"
CHECKED_ON = "owed.checked_on"
BEFORE = "owed.before"
"""Setting: what was said before, {invoice: [owed, too much, paid, status]}; until it was told.
The last two are missing where an older version wrote it."""

_NAME_OF_DRAFT = """i.status = 'draft' AND i.customer_name IS NOT
    (SELECT c.name FROM customers c WHERE c.id = i.customer_id)"""
# As the triggers write it. The next number is read from it.
_SORT_NUMBER = """CASE WHEN i.number IS NULL THEN '~' || i.created_at
    ELSE rtrim(i.number, '0123456789') || printf('%012d',
        CAST(substr(i.number, length(rtrim(i.number, '0123456789')) + 1) AS INTEGER)) END"""
_LAST_PAID = """(SELECT max(p.received_at) FROM payments p
    WHERE p.invoice_id = {id} AND p.amount_minor > 0 AND p.kind IS NULL)"""
# Sums that differ, a status or a mark that does not follow, and everything whose order counts.
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
WHERE {which} (
    ifnull(s.paid, 0) <> i.paid_minor OR ifnull(s.closed, 0) <> i.closed_minor
    OR ifnull(s.refunded, 0) <> i.refunded_minor OR ifnull(s.taken, 0) <> i.charged_back_minor
    OR i.refunded_minor <> 0 OR i.forgiven_minor <> 0 OR i.corrected_minor <> 0
    OR (i.status NOT IN ('draft', 'cancelled') AND i.status <> CASE
        WHEN i.paid_minor >= i.total_minor + i.corrected_minor THEN 'paid'
        WHEN i.paid_minor > 0 THEN 'partially_paid' ELSE 'open' END)
    OR i.last_paid_at IS NOT {last_paid}
    OR i.last_failed_at IS NOT ({last_failed}) OR i.running_since IS NOT ({running})
    OR i.sort_number IS NOT {sort_number} OR ({name_of_draft}))"""
_DOUBTFUL = _DOUBTFUL.replace("{last_paid}", _LAST_PAID.format(id="i.id"))
_DOUBTFUL = _DOUBTFUL.replace("{last_failed}", LAST_FAILURE.format(invoice="i.id"))
_DOUBTFUL = _DOUBTFUL.replace("{running}", RUNNING.format(invoice="i.id"))
_DOUBTFUL = _DOUBTFUL.replace("{sort_number}", _SORT_NUMBER).replace(
    "{name_of_draft}", _NAME_OF_DRAFT
)
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


Said = tuple[int, int, int | None, str | None]
"""(owed, too much, paid, status) of an invoice, amounts in minor units. None: not noted."""


def told_before(connection: Connection) -> dict[str, Said]:
    """Invoice → what was said of it before."""
    found = from_json(setting(connection, BEFORE) or "{}")
    return dict(_said(found))


def _said(found: dict[str, object]) -> Iterator[tuple[str, Said]]:
    for key, value in found.items():
        if not isinstance(value, list):
            continue
        kinds = [type(one) for one in value]
        if kinds == [int, int]:
            yield key, (value[0], value[1], None, None)
        elif kinds == [int, int, int, str]:
            yield key, (value[0], value[1], value[2], value[3])


def sum_up(unit: Unit, invoice_id: str) -> None:
    """Write what follows from other rows anew, as the triggers and the verbs do: sums, marks of
    failed and running payments, the number as it is sorted, the customer's name of a draft."""
    unit.raw.execute(_SUM_UP, {"id": invoice_id})
    invoices, events = InvoiceVerbs(unit), EventVerbs(unit)
    invoices.set_last_failure(invoice_id, events.last_failure_at(invoice_id))
    invoices.set_running(invoice_id, events.running_since(invoice_id))
    unit.raw.execute(_DERIVE_AGAIN, (invoice_id,))


_SUM = (
    "(SELECT ifnull({sign}sum(p.amount_minor), 0) FROM payments p"
    " WHERE p.invoice_id = :id AND p.currency = invoices.currency AND {which})"
)
_SUM_UP = f"""
UPDATE invoices SET
    last_paid_at = {_LAST_PAID.format(id=":id")},
    paid_minor = {_SUM.format(sign="", which="1")},
    closed_minor = {_SUM.format(sign="", which="p.kind IN ('skonto', 'write_off')")},
    refunded_minor = {_SUM.format(sign="-", which="p.kind IN ('refund', 'refund_failed')")},
    charged_back_minor =
        {_SUM.format(sign="-", which="p.kind IN ('dispute', 'dispute_won', 'return')")},
    corrected_minor = min(0, (SELECT ifnull(sum(c.total_minor), 0) FROM invoices c
        WHERE c.corrects_id = :id AND c.kind <> 'invoice'
            AND c.status NOT IN ('draft', 'cancelled')))
WHERE id = :id"""
# The column stays what it is; naming it is what the trigger derives anew for.
_DERIVE_AGAIN = f"""
UPDATE invoices AS i SET currency = currency
WHERE id = ? AND (sort_number IS NOT {_SORT_NUMBER} OR ({_NAME_OF_DRAFT}))"""


def note_row(unit: Unit, row: int) -> None:
    """Everything up to this payment was looked at."""
    SettingVerbs(unit).set(RECOUNT, json.dumps(row))
