"""Payments of other programs over the same account at Stripe: an index for their line.

Only such events are in it, so receiving any other costs nothing. Failed payments that wait for a
decision wait no more: no money came, and there is nothing to decide (a fault of the program stays).
"""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = [
    """CREATE INDEX stripe_events_not_ours ON stripe_events (created_at, id)
        WHERE type = 'payment_intent.succeeded' AND outcome = 'ignored'
            AND json_extract(detail, '$.reason') = 'not_ours'""",
    """UPDATE stripe_events SET outcome = 'ignored'
        WHERE outcome = 'needs_review' AND type = 'payment_intent.payment_failed'
            AND json_extract(detail, '$.reason') IS NOT 'program_error'""",
]


def upgrade() -> None:
    """Add the index, and settle the failures."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """An older program would put such failures to review again."""
    raise RuntimeError("restore a backup instead")
