"""What the production checklist reads is found at once, also among very many events."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = [
    "CREATE INDEX stripe_events_by_source ON stripe_events (livemode, source, received_at, type)",
    """CREATE INDEX stripe_events_failed_by_time ON stripe_events (livemode, received_at)
        WHERE outcome = 'failure_recorded'""",
]


def upgrade() -> None:
    """Add the indexes."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Nothing needs them."""
    raise RuntimeError("restore a backup instead")
