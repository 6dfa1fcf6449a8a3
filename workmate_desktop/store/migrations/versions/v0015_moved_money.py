"""Money moved from one invoice to another: two rows of `payments` that name one decision."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = [
    # The decision by which both rows of a pair were written; sealed with the row.
    "ALTER TABLE payments ADD COLUMN moved_by TEXT",
    "CREATE INDEX payments_by_move ON payments (moved_by) WHERE moved_by IS NOT NULL",
    "DROP TRIGGER payments_never_changed",
    """CREATE TRIGGER payments_never_changed
        BEFORE UPDATE OF id, stripe_payment_intent_id, amount_minor, currency, method, livemode,
            received_at, created_at, reverses_id, note, actor, reversal_of, kind,
            stripe_object_id, reversal_step, moved_by ON payments BEGIN
        SELECT RAISE(ABORT, 'a booked payment is unchangeable'); END""",
]


def upgrade() -> None:
    """Add the column."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back: an older program would take moved money for given back."""
    raise RuntimeError("restore a backup instead")
