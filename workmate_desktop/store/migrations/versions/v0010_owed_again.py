"""What a bank took is owed, also where the office had given an excess back before.

The index of what is owed says it as domain/invoices.outstanding_after does now. No column and no
row changes: what is owed follows from sums that are kept already, so old books are right at once.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

_UNPAID = (
    "min(total_minor - paid_minor,"
    " max(total_minor - paid_minor - refunded_minor, charged_back_minor))"
)

STATEMENTS = [
    "DROP INDEX invoices_owed",
    f"""CREATE INDEX invoices_owed ON invoices (livemode, currency, due_date, {_UNPAID})
        WHERE status IN ('open', 'partially_paid') AND {_UNPAID} > 0""",
]


def upgrade() -> None:
    """Write the index anew."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """An older program adds up by its own words, for which this index is of no use."""
    raise RuntimeError("restore a backup instead")
