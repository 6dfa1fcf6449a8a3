"""What charges tell: how a payment was paid, which attempt paid it, and what of it was a hold.

A payment's success names its charge, but not the method that was used; rows of `payments` never
change, so what the charge tells stands beside them. Filled as charges are read, and by nothing
that an ordinary payment has to wait for.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = [
    # Without `intent_id`: a refund or dispute named this charge before its payment was known.
    """CREATE TABLE charges (
        id TEXT PRIMARY KEY,
        intent_id TEXT,
        paid INTEGER NOT NULL DEFAULT 0 CHECK (paid IN (0, 1)),
        amount_minor INTEGER,
        captured_minor INTEGER,
        created_at TEXT,
        method TEXT
    ) WITHOUT ROWID""",
    "CREATE INDEX charges_by_intent ON charges (intent_id) WHERE intent_id IS NOT NULL",
]


def upgrade() -> None:
    """Add the table."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back: an older program would take a hold's release for a refund."""
    raise RuntimeError("restore a backup instead")
