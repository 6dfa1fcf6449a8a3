"""Seals over all that money, paper and outgoing addresses rest on; as it stands on this day.

What was changed before cannot be known any more. Two small tables get numbered rows, so that they
can be read in the order in which they were written, like their seals.
"""

from alembic import op

from workmate_desktop.store.seals.seals import Sealed, seal_table

revision = "0017"
down_revision = "0016"

_TIMES = "object_id, created_at, source"
_CHARGES = "id, intent_id, paid, amount_minor, captured_minor, created_at, method"
STATEMENTS = [
    "ALTER TABLE money_times RENAME TO money_times_before",
    """CREATE TABLE money_times (
        object_id TEXT PRIMARY KEY NOT NULL,
        created_at TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('object', 'event', 'staff'))
    )""",
    f"""INSERT INTO money_times ({_TIMES})
        SELECT {_TIMES} FROM money_times_before ORDER BY created_at, object_id""",
    "DROP TABLE money_times_before",
    "DROP INDEX charges_by_intent",
    "ALTER TABLE charges RENAME TO charges_before",
    """CREATE TABLE charges (
        id TEXT PRIMARY KEY NOT NULL,
        intent_id TEXT,
        paid INTEGER NOT NULL DEFAULT 0 CHECK (paid IN (0, 1)),
        amount_minor INTEGER,
        captured_minor INTEGER,
        created_at TEXT,
        method TEXT
    )""",
    f"""INSERT INTO charges ({_CHARGES})
        SELECT {_CHARGES} FROM charges_before ORDER BY created_at, id""",
    "DROP TABLE charges_before",
    "CREATE INDEX charges_by_intent ON charges (intent_id) WHERE intent_id IS NOT NULL",
]
# As they are in this version: later columns do not exist yet.
SEALED = {
    Sealed.INVOICE: (
        "id, row_no, number, customer_id,"
        " CASE WHEN status IN ('draft', 'cancelled') THEN status ELSE 'issued' END,"
        " livemode, currency, total_minor, issue_date, due_date, created_at, service_date, note,"
        " cancel_reason, CASE WHEN status <> 'draft' THEN customer_name END, kind, corrects_id,"
        " version, snapshot"
    ),
    Sealed.ITEM: (
        "id, invoice_id, position, description, quantity, unit, unit_price_minor,"
        " tax_rate_percent, unit_price"
    ),
    Sealed.LINK: (
        "id, invoice_id, idempotency_key, stripe_link_id, url, livemode, account, amount_minor,"
        " currency, state, request, created_at, keyed_at, active_at, closed_at, close_reason,"
        " trouble"
    ),
    Sealed.CUSTOMER: (
        "id, name, email, street, postal_code, city, country, vat_id, version, changed_at"
    ),
    Sealed.DECISION: (
        "id, at, kind, actor, item_id, payment_id, invoice_id, amount_minor, currency, reason,"
        " undoes_id, credit_id, was_invoice_id, livemode"
    ),
    Sealed.REFUND_REQUEST: (
        "id, payment_id, idempotency_key, amount_minor, currency, livemode, reason, actor, state,"
        " created_at, closed_at, stripe_refund_id, trouble"
    ),
    Sealed.EVENT: (
        "id, type, created_at, received_at, source, outcome, livemode, payment_intent_id,"
        " invoice_id, amount_minor, currency, detail"
    ),
    Sealed.CHARGE: _CHARGES,
    Sealed.TIME: _TIMES,
    Sealed.FEE: ("payment_id, balance_transaction_id, fee_minor, net_minor, currency, created_at"),
    Sealed.SETTING: "key, value",
    Sealed.NOTICE: "id, at, kind, invoice_id, event_id, detail",
}


def upgrade() -> None:
    """Number the rows, and seal every one."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    raw = connection.connection.driver_connection
    assert raw is not None
    if raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'seals'").fetchone() is None:
        return  # somebody took the table away; the daily check says so
    for what, columns in SEALED.items():
        seal_table(raw, what, [columns])


def downgrade() -> None:
    """There is no way back: a chain with a gap proves nothing."""
    raise RuntimeError("restore a backup instead")
