"""Seals over payments and Verlauf; what stands there already is sealed as it is."""

from alembic import op

from workmate_desktop.store.seals.seals import Sealed, seal_table

revision = "0006"
down_revision = "0005"

STATEMENTS = [
    # AUTOINCREMENT remembers the highest number, so that seals cut off at the end are missed.
    """CREATE TABLE seals (
        no INTEGER PRIMARY KEY AUTOINCREMENT,
        rows TEXT NOT NULL,
        hashes BLOB NOT NULL,
        chain BLOB NOT NULL
    )""",
    """CREATE TRIGGER seals_never_changed BEFORE UPDATE ON seals BEGIN
        SELECT RAISE(ABORT, 'seals are append-only'); END""",
    """CREATE TRIGGER seals_never_deleted BEFORE DELETE ON seals BEGIN
        SELECT RAISE(ABORT, 'seals are append-only'); END""",
]
# As they are in this version: later columns do not exist yet.
PAYMENTS = (
    "id, invoice_id, stripe_payment_intent_id, amount_minor, currency, method, livemode, "
    "received_at, created_at, reverses_id, note, actor, reversal_of, kind, stripe_object_id, "
    "reversal_step"
)
HISTORY = "id, invoice_id, at, action, actor, detail, livemode"


def upgrade() -> None:
    """Add the table, and seal every row."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    raw = connection.connection.driver_connection
    assert raw is not None
    seal_table(raw, Sealed.PAYMENT, PAYMENTS.split(", "))
    seal_table(raw, Sealed.HISTORY, HISTORY.split(", "))


def downgrade() -> None:
    """There is no way back: a chain with a gap proves nothing."""
    raise RuntimeError("restore a backup instead")
