"""Payment links, and since when a payment of several days is under way."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = [
    # `invoice_id` is null only for a link whose test invoice was deleted before the link could
    # be switched off at Stripe.
    """CREATE TABLE payment_links (
        id TEXT PRIMARY KEY,
        invoice_id TEXT REFERENCES invoices (id),
        idempotency_key TEXT NOT NULL UNIQUE,
        stripe_link_id TEXT UNIQUE,
        url TEXT,
        livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
        account TEXT,
        amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
        currency TEXT NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('creating', 'active', 'deactivating', 'inactive', 'refused')),
        request TEXT NOT NULL,
        created_at TEXT NOT NULL,
        keyed_at TEXT NOT NULL,
        active_at TEXT,
        closed_at TEXT,
        close_reason TEXT,
        trouble TEXT
    )""",
    # Two rows that may lead to a usable link at Stripe cannot even be written.
    """CREATE UNIQUE INDEX payment_links_one_per_invoice ON payment_links (invoice_id)
        WHERE state IN ('creating', 'active')""",
    """CREATE INDEX payment_links_by_invoice ON payment_links (invoice_id, created_at)""",
    """CREATE INDEX payment_links_unfinished ON payment_links (state)
        WHERE state IN ('creating', 'active', 'deactivating')""",
    "ALTER TABLE invoices ADD COLUMN running_since TEXT",
    """CREATE INDEX stripe_events_running ON stripe_events (invoice_id, created_at)
        WHERE type IN ('payment_intent.processing', 'checkout.session.completed')""",
]


def upgrade() -> None:
    """Add the table, its indexes and the column."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back: an older program would not know of usable links."""
    raise RuntimeError("restore a backup instead")
