"""What is owed follows from the order of what happened (domain/invoices/owed.py): its columns and
triggers.

`closed_minor` (Skonto, Ausbuchung) and `corrected_minor` are sums kept by triggers, as `paid_minor`
is. `forgiven_minor` needs the order of the entries, so the program reckons it in the transaction
that changed them. Here it begins with what the older rule had let off; `owed.recount` makes the
program reckon every invoice once, and name those of which the older rule (`owed.before`) said
something else.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

_OLD_OWED = (
    "max(0, min(total_minor - paid_minor,"
    " max(total_minor - paid_minor - refunded_minor, charged_back_minor)))"
)
_UNPAID = (
    "min(total_minor + corrected_minor,"
    " total_minor + corrected_minor - paid_minor - forgiven_minor)"
)
_BEFORE = f"""
INSERT OR REPLACE INTO settings (key, value)
SELECT 'owed.before', json_group_object(id, json_array(
    CASE WHEN {{owed}} THEN {_OLD_OWED} ELSE 0 END, max(0, paid_minor - total_minor)))
FROM invoices WHERE status <> 'draft' AND (refunded_minor <> 0 OR charged_back_minor <> 0
    OR (status = 'cancelled' AND paid_minor <> 0))"""
_STILL_OWED = "status IN ('open', 'partially_paid')"

STATEMENTS = [
    """ALTER TABLE invoices ADD COLUMN kind TEXT NOT NULL DEFAULT 'invoice'
        CHECK (kind IN ('invoice', 'storno', 'correction'))""",
    "ALTER TABLE invoices ADD COLUMN corrects_id TEXT REFERENCES invoices (id)",
    "ALTER TABLE invoices ADD COLUMN closed_minor INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE invoices ADD COLUMN forgiven_minor INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE invoices ADD COLUMN corrected_minor INTEGER NOT NULL DEFAULT 0",
    """CREATE INDEX invoices_corrections ON invoices (corrects_id)
        WHERE corrects_id IS NOT NULL""",
    # The best time that is known of a thing at Stripe (its id), or of what staff did (row id),
    # on Stripe's clock. Rows of `payments` never change, and the first who told may not have
    # known it.
    """CREATE TABLE money_times (
        object_id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('object', 'event', 'staff'))
    ) WITHOUT ROWID""",
    # What the window said until now of every invoice of which the new rule may say otherwise.
    _BEFORE.format(owed=_STILL_OWED),
    # An invoice that nothing was given back of owes what it did.
    f"""UPDATE invoices SET forgiven_minor = total_minor - paid_minor - {_OLD_OWED}
        WHERE {_STILL_OWED} AND refunded_minor > 0
            AND total_minor - paid_minor - {_OLD_OWED} > 0""",
    "INSERT OR REPLACE INTO settings (key, value) VALUES ('owed.recount', 'all')",
    "DROP INDEX invoices_owed",
    f"""CREATE INDEX invoices_owed ON invoices (livemode, currency, due_date, {_UNPAID})
        WHERE {_STILL_OWED} AND {_UNPAID} > 0""",
    # Erstattet, and Bezahlt with a part given back: few, whatever the books.
    f"""CREATE INDEX invoices_forgiven ON invoices (livemode, {_UNPAID}, paid_minor, closed_minor)
        WHERE {_STILL_OWED} AND forgiven_minor > 0""",
    "DROP INDEX payments_by_time",
    # The column Bezahlt shows money received, so the list is sorted by it.
    "DROP INDEX invoices_by_paid",
    "CREATE INDEX invoices_by_paid ON invoices (livemode, paid_minor - closed_minor)",
    # With the kind in it: closing and moving bring no money.
    """CREATE INDEX payments_by_time
        ON payments (livemode, currency, received_at, amount_minor, invoice_id, kind)""",
]

_PAID = """
        paid_minor = (SELECT ifnull(sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {id} AND p.currency = invoices.currency),
        last_paid_at = (SELECT max(p.received_at) FROM payments p
            WHERE p.invoice_id = {id} AND p.amount_minor > 0 AND p.kind IS NULL)"""

_MONEY = f"UPDATE invoices SET {_PAID} WHERE id = {{id}};"

_SUMS = f"""
    UPDATE invoices SET {_PAID},
        closed_minor = (SELECT ifnull(sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {{id}} AND p.currency = invoices.currency
                AND p.kind IN ('skonto', 'write_off')),
        refunded_minor = (SELECT ifnull(-sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {{id}} AND p.currency = invoices.currency
                AND p.kind IN ('refund', 'refund_failed')),
        charged_back_minor = (SELECT ifnull(-sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {{id}} AND p.currency = invoices.currency
                AND p.kind IN ('dispute', 'dispute_won', 'return'))
    WHERE id = {{id}};
"""

_CORRECTED = """
    UPDATE invoices SET corrected_minor = min(0, (
        SELECT ifnull(sum(c.total_minor), 0) FROM invoices c
        WHERE c.corrects_id = {id} AND c.kind <> 'invoice'
            AND c.status NOT IN ('draft', 'cancelled')))
    WHERE id = {id};
"""

TRIGGERS = {
    # Money received alone changes no other sum: the path of every ordinary payment.
    "payments_summed_new": f"""AFTER INSERT ON payments
        WHEN NEW.invoice_id IS NOT NULL AND NEW.kind IS NULL
        BEGIN {_MONEY.format(id="NEW.invoice_id")} END""",
    "payments_summed_new_kind": f"""AFTER INSERT ON payments
        WHEN NEW.invoice_id IS NOT NULL AND NEW.kind IS NOT NULL
        BEGIN {_SUMS.format(id="NEW.invoice_id")} END""",
    "payments_summed_moved": f"""AFTER UPDATE OF invoice_id ON payments BEGIN
        {_SUMS.format(id="OLD.invoice_id")} {_SUMS.format(id="NEW.invoice_id")} END""",
    "payments_summed_gone": f"""AFTER DELETE ON payments BEGIN
        {_SUMS.format(id="OLD.invoice_id")} END""",
    "invoices_corrected_new": f"""AFTER INSERT ON invoices WHEN NEW.corrects_id IS NOT NULL
        BEGIN {_CORRECTED.format(id="NEW.corrects_id")} END""",
    "invoices_corrected": f"""AFTER UPDATE OF status, total_minor, kind, corrects_id ON invoices
        WHEN NEW.corrects_id IS NOT NULL OR OLD.corrects_id IS NOT NULL BEGIN
        {_CORRECTED.format(id="OLD.corrects_id")} {_CORRECTED.format(id="NEW.corrects_id")} END""",
    "invoices_corrected_gone": f"""AFTER DELETE ON invoices WHEN OLD.corrects_id IS NOT NULL
        BEGIN {_CORRECTED.format(id="OLD.corrects_id")} END""",
    "invoices_kind_fixed": """BEFORE UPDATE OF kind, corrects_id ON invoices
        WHEN OLD.status <> 'draft'
            AND (OLD.kind IS NOT NEW.kind OR OLD.corrects_id IS NOT NEW.corrects_id)
        BEGIN SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
}


def upgrade() -> None:
    """Add columns and the table, and write the triggers of the sums anew."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    for name, body in TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """There is no way back: an older program would show what was let off as owed."""
    raise RuntimeError("restore a backup instead")
