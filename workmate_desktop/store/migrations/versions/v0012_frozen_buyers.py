"""Who bought stands on the invoice itself; prices finer than a cent; versions of what is edited.

The buyer is frozen when an invoice is issued, by whomever: a customer who moves later does not
change what was sent. For invoices of older versions the customer's address of today is the best
there is; their Verlauf says that it was taken over.
"""

from typing import TYPE_CHECKING

from alembic import op

from workmate_desktop.domain.clock import from_text
from workmate_desktop.store.database.ids import id_time, new_id_at
from workmate_desktop.store.seals.seals import Sealed, add_seal, row_hash

if TYPE_CHECKING:
    import sqlite3

revision = "0012"
down_revision = "0011"

COLUMNS = [
    "ALTER TABLE customers ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE customers ADD COLUMN changed_at TEXT",
    "ALTER TABLE invoices ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE invoices ADD COLUMN snapshot TEXT",
    "ALTER TABLE invoice_items ADD COLUMN unit_price TEXT",
]

# The name as it stood on the invoice, which was kept before; the rest as the customer has it.
_FREEZE = """
UPDATE invoices SET snapshot = (
    SELECT json_object('buyer', json_object(
        'name', ifnull(invoices.customer_name, c.name), 'email', ifnull(c.email, ''),
        'street', ifnull(c.street, ''), 'postal_code', ifnull(c.postal_code, ''),
        'city', ifnull(c.city, ''), 'country', ifnull(c.country, ''),
        'vat_id', ifnull(c.vat_id, '')))
    FROM customers c WHERE c.id = invoices.customer_id)
WHERE {which}"""

TRIGGERS = [
    f"""CREATE TRIGGER invoices_buyer_new AFTER INSERT ON invoices
        WHEN NEW.status <> 'draft' AND NEW.snapshot IS NULL BEGIN
        {_FREEZE.format(which="row_no = NEW.row_no")}; END""",
    f"""CREATE TRIGGER invoices_buyer_issued AFTER UPDATE OF status ON invoices
        WHEN OLD.status = 'draft' AND NEW.status <> 'draft' AND NEW.snapshot IS NULL BEGIN
        {_FREEZE.format(which="row_no = NEW.row_no")}; END""",
    # Once: from nothing to a buyer, and from the buyer alone to more with the same buyer.
    """CREATE TRIGGER invoices_snapshot_fixed BEFORE UPDATE OF snapshot ON invoices
        WHEN OLD.status <> 'draft' AND OLD.snapshot IS NOT NEW.snapshot AND NOT ifnull(
            json_type(NEW.snapshot, '$.buyer') = 'object' AND (OLD.snapshot IS NULL OR (
                (SELECT group_concat(key) FROM json_each(OLD.snapshot)) = 'buyer'
                AND (SELECT count(*) FROM json_each(NEW.snapshot)) > 1
                AND json_extract(OLD.snapshot, '$.buyer')
                    = json_extract(NEW.snapshot, '$.buyer'))), 0)
        BEGIN SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
]

_ISSUED = "SELECT id, livemode FROM invoices WHERE snapshot IS NOT NULL ORDER BY row_no"
_LINE = """
INSERT INTO invoice_history (id, invoice_id, at, action, actor, detail, livemode)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
_NOW = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
_AT_ONCE = 1000


def upgrade() -> None:
    """Add the columns, freeze the buyers, and let nobody change them."""
    connection = op.get_bind()
    for statement in COLUMNS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_FREEZE.format(which="status <> 'draft'"))
    for statement in TRIGGERS:
        connection.exec_driver_sql(statement)
    raw = connection.connection.driver_connection
    assert raw is not None
    _tell(raw)


def _tell(raw: "sqlite3.Connection") -> None:
    """A sealed line in the Verlauf of every invoice whose buyer was taken over."""
    (at,) = raw.execute(_NOW).fetchone()
    time = id_time(from_text(at))
    sealed = raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'seals'").fetchone()
    found = raw.execute(_ISSUED).fetchall()
    for start in range(0, len(found), _AT_ONCE):
        rows = [
            (new_id_at(time, count), invoice_id, at, "buyer_taken_over", "program", "{}", livemode)
            for count, (invoice_id, livemode) in enumerate(found[start : start + _AT_ONCE])
        ]
        raw.executemany(_LINE, rows)
        if sealed is not None:  # else somebody took the table away; the daily check says so
            add_seal(raw, [(Sealed.HISTORY, row[0], row_hash(row)) for row in rows])


def downgrade() -> None:
    """There is no way back: an older program would not know what stands on an invoice."""
    raise RuntimeError("restore a backup instead")
