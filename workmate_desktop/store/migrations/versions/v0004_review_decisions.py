"""Decisions of staff about what needs a human: append-only, as the Verlauf."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = [
    """CREATE TABLE review_decisions (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        actor TEXT NOT NULL,
        item_id TEXT NOT NULL DEFAULT '',
        payment_id TEXT,
        invoice_id TEXT,
        amount_minor INTEGER,
        currency TEXT,
        reason TEXT NOT NULL DEFAULT '',
        undoes_id TEXT UNIQUE REFERENCES review_decisions (id),
        credit_id TEXT REFERENCES review_decisions (id),
        was_invoice_id TEXT,
        livemode INTEGER NOT NULL DEFAULT 1
    )""",
    "CREATE INDEX review_decisions_by_item ON review_decisions (item_id)",
    "CREATE INDEX review_decisions_by_time ON review_decisions (at)",
    "CREATE INDEX review_decisions_by_payment ON review_decisions (payment_id)",
    "CREATE INDEX review_decisions_by_invoice ON review_decisions (invoice_id)",
    "CREATE INDEX review_decisions_by_credit ON review_decisions (credit_id)",
    # Whatever waits without being an event is found as quickly as the events are.
    "CREATE INDEX notices_unreadable ON notices (at) WHERE kind = 'unreadable_event'",
    """CREATE TRIGGER decisions_never_changed BEFORE UPDATE ON review_decisions BEGIN
        SELECT RAISE(ABORT, 'review_decisions is append-only'); END""",
    """CREATE TRIGGER decisions_never_deleted BEFORE DELETE ON review_decisions
        WHEN OLD.livemode <> 0 BEGIN
        SELECT RAISE(ABORT, 'review_decisions is append-only'); END""",
    """CREATE TRIGGER decisions_never_replaced BEFORE INSERT ON review_decisions
        WHEN EXISTS (SELECT 1 FROM review_decisions
            WHERE id = NEW.id OR undoes_id = NEW.undoes_id) BEGIN
        SELECT RAISE(ABORT, 'UNIQUE: this decision was made already'); END""",
]


def upgrade() -> None:
    """Add the table."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
