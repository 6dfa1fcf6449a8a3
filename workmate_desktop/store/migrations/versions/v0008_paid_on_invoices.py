"""The sum of a month counts only money that belongs to an invoice, and reads one index for it."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = [
    "DROP INDEX payments_by_time",
    # With invoice_id in it, so that SQLite looks no payment up in its table.
    """CREATE INDEX payments_by_time
        ON payments (livemode, currency, received_at, amount_minor, invoice_id)""",
]


def upgrade() -> None:
    """Let the index say as well whether a payment belongs to an invoice."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """An older program would count the money of Klärung nötig again."""
    raise RuntimeError("restore a backup instead")
