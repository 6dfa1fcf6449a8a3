"""Reversals: counter-entries of Stripe payments, requests to refund, and Stripe's fees.

A counter-entry is a payments row of its own, so nothing that is booked ever changes. Invoices
get two more derived sums, kept by the same triggers as `paid_minor`.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = [
    # `reversal_step` counts the entries of one Stripe object: a refund is taken back when it
    # fails, a dispute when it is won.
    "ALTER TABLE payments ADD COLUMN reversal_of TEXT REFERENCES payments (id)",
    "ALTER TABLE payments ADD COLUMN kind TEXT",
    "ALTER TABLE payments ADD COLUMN stripe_object_id TEXT",
    "ALTER TABLE payments ADD COLUMN reversal_step INTEGER",
    """CREATE UNIQUE INDEX payments_by_stripe_object
        ON payments (stripe_object_id, reversal_step) WHERE stripe_object_id IS NOT NULL""",
    """CREATE INDEX payments_by_reversed ON payments (reversal_of)
        WHERE reversal_of IS NOT NULL""",
    "ALTER TABLE invoices ADD COLUMN refunded_minor INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE invoices ADD COLUMN charged_back_minor INTEGER NOT NULL DEFAULT 0",
    "DROP INDEX invoices_sums",
    """CREATE INDEX invoices_sums ON invoices
        (livemode, status, currency, due_date, total_minor, paid_minor, refunded_minor,
         charged_back_minor)""",
    # One row per refund asked for here, written before Stripe is asked.
    """CREATE TABLE refund_requests (
        id TEXT PRIMARY KEY,
        payment_id TEXT NOT NULL REFERENCES payments (id),
        idempotency_key TEXT NOT NULL UNIQUE,
        amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
        currency TEXT NOT NULL,
        livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
        reason TEXT NOT NULL,
        actor TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('asked', 'done', 'refused', 'given_up')),
        created_at TEXT NOT NULL,
        closed_at TEXT,
        stripe_refund_id TEXT,
        trouble TEXT
    )""",
    # A second open request for the same payment cannot even be written.
    """CREATE UNIQUE INDEX refund_requests_one_open ON refund_requests (payment_id)
        WHERE state = 'asked'""",
    """CREATE TABLE payment_fees (
        payment_id TEXT PRIMARY KEY REFERENCES payments (id),
        balance_transaction_id TEXT NOT NULL,
        fee_minor INTEGER NOT NULL,
        net_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        created_at TEXT NOT NULL
    )""",
]

_SUMS = """
    UPDATE invoices SET
        paid_minor = (SELECT ifnull(sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {id} AND p.currency = invoices.currency),
        refunded_minor = (SELECT ifnull(-sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {id} AND p.currency = invoices.currency
                AND p.kind IN ('refund', 'refund_failed')),
        charged_back_minor = (SELECT ifnull(-sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {id} AND p.currency = invoices.currency
                AND p.kind IN ('dispute', 'dispute_won', 'return')),
        last_paid_at = (SELECT max(p.received_at) FROM payments p
            WHERE p.invoice_id = {id} AND p.amount_minor > 0 AND p.reversal_of IS NULL)
    WHERE id = {id};
"""

TRIGGERS = {
    "payments_summed_new": f"""AFTER INSERT ON payments WHEN NEW.invoice_id IS NOT NULL
        BEGIN {_SUMS.format(id="NEW.invoice_id")} END""",
    "payments_summed_moved": f"""AFTER UPDATE OF invoice_id ON payments BEGIN
        {_SUMS.format(id="OLD.invoice_id")} {_SUMS.format(id="NEW.invoice_id")} END""",
    "payments_summed_gone": f"""AFTER DELETE ON payments BEGIN
        {_SUMS.format(id="OLD.invoice_id")} END""",
    "payments_never_changed": """BEFORE UPDATE OF id, stripe_payment_intent_id, amount_minor,
            currency, method, livemode, received_at, created_at, reverses_id, note, actor,
            reversal_of, kind, stripe_object_id, reversal_step ON payments BEGIN
        SELECT RAISE(ABORT, 'a booked payment is unchangeable'); END""",
    # REPLACE would delete the old row without asking the triggers.
    "payments_never_replaced": """BEFORE INSERT ON payments
        WHEN EXISTS (SELECT 1 FROM payments WHERE id = NEW.id
            OR stripe_payment_intent_id = NEW.stripe_payment_intent_id
            OR reverses_id = NEW.reverses_id
            OR (stripe_object_id = NEW.stripe_object_id AND reversal_step = NEW.reversal_step))
        BEGIN SELECT RAISE(ABORT, 'UNIQUE: this payment is booked already'); END""",
    "payment_fees_never_replaced": """BEFORE INSERT ON payment_fees
        WHEN EXISTS (SELECT 1 FROM payment_fees WHERE payment_id = NEW.payment_id)
        BEGIN SELECT RAISE(ABORT, 'UNIQUE: this fee is known already'); END""",
    "payment_fees_never_changed": """BEFORE UPDATE ON payment_fees BEGIN
        SELECT RAISE(ABORT, 'a fee is written once'); END""",
    "payment_fees_never_deleted": """BEFORE DELETE ON payment_fees
        WHEN (SELECT livemode FROM payments WHERE id = OLD.payment_id) <> 0 BEGIN
        SELECT RAISE(ABORT, 'a fee is never deleted'); END""",
    # What was asked for stays as it was asked; only what became of it is added.
    "refund_requests_fixed": """BEFORE UPDATE OF id, payment_id, idempotency_key, amount_minor,
            currency, livemode, reason, actor, created_at ON refund_requests BEGIN
        SELECT RAISE(ABORT, 'a refund request is unchangeable'); END""",
    "refund_requests_never_deleted": """BEFORE DELETE ON refund_requests
        WHEN OLD.livemode <> 0 BEGIN
        SELECT RAISE(ABORT, 'a refund request is never deleted'); END""",
    "refund_requests_never_replaced": """BEFORE INSERT ON refund_requests
        WHEN EXISTS (SELECT 1 FROM refund_requests
            WHERE id = NEW.id OR idempotency_key = NEW.idempotency_key
                OR (state = 'asked' AND payment_id = NEW.payment_id AND NEW.state = 'asked'))
        BEGIN SELECT RAISE(ABORT, 'UNIQUE: this refund is asked for already'); END""",
}


def upgrade() -> None:
    """Add columns and tables, and write the triggers of payments anew."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
    for name, body in TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """There is no way back: an older program would not understand the counter-entries."""
    raise RuntimeError("restore a backup instead")
