"""What keeps lists quick in books of ten years, at no cost to a payment.

The index for the text search of events stays empty here: `services.search_upkeep` fills it in small
pieces while the program runs.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

_OWED = "status IN ('open', 'partially_paid')"

STATEMENTS = [
    # The words of the full-text index of invoices: three letters each.
    "CREATE VIRTUAL TABLE invoice_words USING fts5vocab ('invoice_search', 'instance')",
    # Sums read only what is owed; a payment takes its invoice out of these instead of moving it
    # from one place of a large index to another.
    "DROP INDEX invoices_sums",
    "DROP INDEX invoices_failed",
    f"""CREATE INDEX invoices_owed ON invoices
        (livemode, currency, due_date, total_minor - paid_minor - refunded_minor)
        WHERE {_OWED} AND total_minor - paid_minor - refunded_minor > 0""",
    f"""CREATE INDEX invoices_owed_failed ON invoices (livemode, last_failed_at, last_paid_at)
        WHERE {_OWED} AND last_failed_at IS NOT NULL""",
    # The smallest index: all invoices are counted by its pages, and no payment changes it.
    "CREATE INDEX invoices_by_book ON invoices (livemode)",
    # Without positions: what is found is compared with the event itself once more.
    """CREATE VIRTUAL TABLE event_search USING fts5 (
        words, content='', detail=none, columnsize=0, tokenize='trigram')""",
    # It is merged in pieces of its own, so that no transaction takes long.
    "INSERT INTO event_search (event_search, rank) VALUES ('automerge', 0)",
    "INSERT INTO event_search (event_search, rank) VALUES ('crisismerge', 1000)",
    # How far the index goes: the row of the last event in it, and its id to know it by.
    """CREATE TABLE event_search_state (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        last_row INTEGER NOT NULL,
        last_id TEXT NOT NULL
    )""",
    # Events in the index that have changed since, or whose invoice had no number yet.
    "CREATE TABLE event_search_again (event_row INTEGER PRIMARY KEY)",
    """CREATE TRIGGER event_search_changed
        AFTER UPDATE OF id, type, payment_intent_id, invoice_id ON stripe_events
        WHEN (OLD.id IS NOT NEW.id OR OLD.type IS NOT NEW.type
                OR OLD.payment_intent_id IS NOT NEW.payment_intent_id
                OR OLD.invoice_id IS NOT NEW.invoice_id)
            AND NEW.rowid <= (SELECT last_row FROM event_search_state)
        BEGIN
        INSERT OR IGNORE INTO event_search_again VALUES (NEW.rowid); END""",
]


def upgrade() -> None:
    """Add them."""
    connection = op.get_bind()
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """An older program does not keep the index of the events."""
    raise RuntimeError("restore a backup instead")
