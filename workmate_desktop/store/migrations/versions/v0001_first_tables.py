"""The first tables: customers, invoices, payments, events, history, notices, settings.

Written as SQL, because the triggers are the point: they keep what must not change, and they
keep the derived columns right even for rows that reports or tests write from outside.
"""

from alembic import op

from workmate_desktop.store.common.folding import LETTERS, fold_sql

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE folding (
    letter TEXT PRIMARY KEY,
    plain TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT, street TEXT, postal_code TEXT, city TEXT, country TEXT, vat_id TEXT,
    sort_name TEXT NOT NULL DEFAULT ''
);
CREATE TABLE invoices (
    row_no INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    number TEXT UNIQUE,
    customer_id TEXT REFERENCES customers (id),
    status TEXT NOT NULL
        CHECK (status IN ('draft', 'open', 'partially_paid', 'paid', 'cancelled')),
    livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
    currency TEXT NOT NULL DEFAULT 'eur',
    total_minor INTEGER NOT NULL,
    issue_date TEXT,
    due_date TEXT,
    created_at TEXT NOT NULL,
    service_date TEXT,
    note TEXT NOT NULL DEFAULT '',
    cancel_reason TEXT NOT NULL DEFAULT '',
    customer_name TEXT,
    paid_minor INTEGER NOT NULL DEFAULT 0,
    last_paid_at TEXT,
    last_failed_at TEXT,
    sort_number TEXT NOT NULL DEFAULT '',
    sort_customer TEXT NOT NULL DEFAULT '',
    search_text TEXT NOT NULL DEFAULT ''
);
CREATE TABLE invoice_items (
    id TEXT PRIMARY KEY,
    invoice_id TEXT NOT NULL REFERENCES invoices (id),
    position INTEGER NOT NULL,
    description TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',
    unit_price_minor INTEGER NOT NULL,
    tax_rate_percent TEXT NOT NULL
);
CREATE TABLE payments (
    id TEXT PRIMARY KEY,
    invoice_id TEXT REFERENCES invoices (id),
    stripe_payment_intent_id TEXT UNIQUE,
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    currency TEXT NOT NULL,
    method TEXT NOT NULL,
    livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
    received_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    reverses_id TEXT UNIQUE REFERENCES payments (id),
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL DEFAULT ''
);
CREATE TABLE stripe_events (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    created_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    payment_intent_id TEXT,
    invoice_id TEXT,
    amount_minor INTEGER,
    currency TEXT,
    detail TEXT NOT NULL DEFAULT '{}',
    answer_ms REAL
);
CREATE TABLE invoice_history (
    id TEXT PRIMARY KEY,
    invoice_id TEXT NOT NULL,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    livemode INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    invoice_id TEXT,
    event_id TEXT,
    detail TEXT NOT NULL DEFAULT '{}',
    read_at TEXT
);
CREATE INDEX customers_by_name ON customers (sort_name);
CREATE INDEX invoices_by_number ON invoices (livemode, sort_number);
CREATE INDEX invoices_by_customer_name ON invoices (livemode, sort_customer);
CREATE INDEX invoices_by_issue_date ON invoices (livemode, ifnull(issue_date, ''));
CREATE INDEX invoices_by_due_date ON invoices (livemode, ifnull(due_date, ''));
CREATE INDEX invoices_by_total ON invoices (livemode, total_minor);
CREATE INDEX invoices_by_paid ON invoices (livemode, paid_minor);
CREATE INDEX invoices_by_status ON invoices (livemode, status);
CREATE INDEX invoices_sums ON invoices
    (livemode, status, currency, due_date, total_minor, paid_minor);
CREATE INDEX invoices_failed ON invoices (livemode, last_failed_at)
    WHERE last_failed_at IS NOT NULL;
CREATE INDEX invoices_by_customer ON invoices (customer_id);
CREATE INDEX invoice_items_by_invoice ON invoice_items (invoice_id, position);
CREATE INDEX payments_by_invoice ON payments (invoice_id);
CREATE INDEX payments_by_time ON payments (livemode, currency, received_at, amount_minor);
CREATE INDEX stripe_events_by_time ON stripe_events (received_at);
CREATE INDEX stripe_events_by_intent ON stripe_events (payment_intent_id);
CREATE INDEX stripe_events_failed ON stripe_events (invoice_id, created_at)
    WHERE outcome = 'failure_recorded';
CREATE INDEX stripe_events_to_review ON stripe_events (livemode, received_at)
    WHERE outcome = 'needs_review';
CREATE INDEX invoice_history_by_invoice ON invoice_history (invoice_id, at);
CREATE INDEX notices_by_time ON notices (at);
CREATE INDEX notices_unread ON notices (at) WHERE read_at IS NULL;
CREATE VIRTUAL TABLE invoice_search USING fts5 (
    search_text, content='invoices', content_rowid='row_no', tokenize='trigram'
);
"""

# The number with its running part padded, so that 10000 stands after 9999; drafts on top.
SORT_NUMBER = """
CASE WHEN {new}.number IS NULL THEN '~' || {new}.created_at
     ELSE rtrim({new}.number, '0123456789') || printf('%012d',
        CAST(substr({new}.number, length(rtrim({new}.number, '0123456789')) + 1) AS INTEGER))
END"""

# The total as people type it: 1190,00. Decimals as in domain/payments/money.py.
AMOUNT_TEXT = """
CASE
    WHEN {new}.currency IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg',
        'rwf', 'ugx', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') THEN CAST({new}.total_minor AS TEXT)
    WHEN {new}.currency IN ('bhd', 'jod', 'kwd', 'omr', 'tnd')
        THEN printf('%d,%03d', {new}.total_minor / 1000, abs({new}.total_minor % 1000))
    ELSE printf('%d,%02d', {new}.total_minor / 100, abs({new}.total_minor % 100))
END"""

_DERIVED = f"""
    UPDATE invoices SET
        customer_name = CASE WHEN status = 'draft' OR customer_name IS NULL
            THEN (SELECT name FROM customers WHERE id = NEW.customer_id)
            ELSE customer_name END,
        sort_number = {SORT_NUMBER.format(new="NEW")}
    WHERE row_no = NEW.row_no;
    UPDATE invoices SET
        sort_customer = {fold_sql("ifnull(customer_name, '')")}
    WHERE row_no = NEW.row_no;
    UPDATE invoices SET
        search_text = {fold_sql("ifnull(number, 'entwurf')")} || ' ' || sort_customer
            || ' ' || {AMOUNT_TEXT.format(new="NEW")}
    WHERE row_no = NEW.row_no;
"""

_PAID = """
    UPDATE invoices SET
        paid_minor = (SELECT ifnull(sum(p.amount_minor), 0) FROM payments p
            WHERE p.invoice_id = {id} AND p.currency = invoices.currency),
        last_paid_at = (SELECT max(p.received_at) FROM payments p
            WHERE p.invoice_id = {id} AND p.amount_minor > 0)
    WHERE id = {id};
"""

TRIGGERS = [
    # Derived columns.
    f"""CREATE TRIGGER customers_named AFTER INSERT ON customers BEGIN
        UPDATE customers SET sort_name = {fold_sql("NEW.name")} WHERE id = NEW.id; END""",
    f"""CREATE TRIGGER customers_renamed AFTER UPDATE OF name ON customers BEGIN
        UPDATE customers SET sort_name = {fold_sql("NEW.name")} WHERE id = NEW.id;
        UPDATE invoices SET customer_id = NEW.id
            WHERE customer_id = NEW.id AND status = 'draft'; END""",
    f"CREATE TRIGGER invoices_derived_new AFTER INSERT ON invoices BEGIN {_DERIVED} END",
    f"""CREATE TRIGGER invoices_derived_changed
        AFTER UPDATE OF number, customer_id, total_minor, currency ON invoices
        BEGIN {_DERIVED} END""",
    """CREATE TRIGGER invoices_searchable AFTER UPDATE OF search_text ON invoices
        WHEN OLD.search_text <> NEW.search_text BEGIN
        INSERT INTO invoice_search (invoice_search, rowid, search_text)
            SELECT 'delete', OLD.row_no, OLD.search_text WHERE OLD.search_text <> '';
        INSERT INTO invoice_search (rowid, search_text) VALUES (NEW.row_no, NEW.search_text);
        END""",
    """CREATE TRIGGER invoices_forgotten AFTER DELETE ON invoices BEGIN
        INSERT INTO invoice_search (invoice_search, rowid, search_text)
            VALUES ('delete', OLD.row_no, OLD.search_text); END""",
    f"""CREATE TRIGGER payments_summed_new AFTER INSERT ON payments
        WHEN NEW.invoice_id IS NOT NULL BEGIN {_PAID.format(id="NEW.invoice_id")} END""",
    f"""CREATE TRIGGER payments_summed_moved AFTER UPDATE OF invoice_id ON payments BEGIN
        {_PAID.format(id="OLD.invoice_id")} {_PAID.format(id="NEW.invoice_id")} END""",
    f"""CREATE TRIGGER payments_summed_gone AFTER DELETE ON payments BEGIN
        {_PAID.format(id="OLD.invoice_id")} END""",
    # What must not change. Test data may be deleted as a whole; real data never.
    """CREATE TRIGGER history_never_changed BEFORE UPDATE ON invoice_history BEGIN
        SELECT RAISE(ABORT, 'invoice_history is append-only'); END""",
    """CREATE TRIGGER history_never_deleted BEFORE DELETE ON invoice_history
        WHEN OLD.livemode <> 0 BEGIN
        SELECT RAISE(ABORT, 'invoice_history is append-only'); END""",
    """CREATE TRIGGER payments_never_changed
        BEFORE UPDATE OF id, stripe_payment_intent_id, amount_minor, currency, method, livemode,
            received_at, created_at, reverses_id, note, actor ON payments BEGIN
        SELECT RAISE(ABORT, 'a booked payment is unchangeable'); END""",
    """CREATE TRIGGER payments_never_deleted BEFORE DELETE ON payments
        WHEN OLD.livemode <> 0 BEGIN
        SELECT RAISE(ABORT, 'a booked payment is never deleted'); END""",
    """CREATE TRIGGER invoices_amounts_fixed
        BEFORE UPDATE OF id, number, customer_id, livemode, currency, total_minor, issue_date,
            due_date, created_at, service_date, note, customer_name ON invoices
        WHEN OLD.status <> 'draft' AND (
            OLD.id IS NOT NEW.id OR OLD.number IS NOT NEW.number
            OR OLD.customer_id IS NOT NEW.customer_id OR OLD.livemode IS NOT NEW.livemode
            OR OLD.currency IS NOT NEW.currency OR OLD.total_minor IS NOT NEW.total_minor
            OR OLD.issue_date IS NOT NEW.issue_date OR OLD.due_date IS NOT NEW.due_date
            OR OLD.created_at IS NOT NEW.created_at OR OLD.service_date IS NOT NEW.service_date
            OR OLD.note IS NOT NEW.note
            OR (OLD.customer_name IS NOT NULL AND OLD.customer_name IS NOT NEW.customer_name))
        BEGIN SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
    """CREATE TRIGGER invoices_never_a_draft_again BEFORE UPDATE OF status ON invoices
        WHEN OLD.status <> 'draft' AND NEW.status = 'draft'
            OR OLD.status = 'cancelled' AND NEW.status <> 'cancelled' BEGIN
        SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
    """CREATE TRIGGER invoices_never_deleted BEFORE DELETE ON invoices
        WHEN OLD.livemode <> 0 AND OLD.status <> 'draft' BEGIN
        SELECT RAISE(ABORT, 'an issued invoice is never deleted'); END""",
    # REPLACE would delete the old row without asking the triggers above.
    """CREATE TRIGGER history_never_replaced BEFORE INSERT ON invoice_history
        WHEN EXISTS (SELECT 1 FROM invoice_history WHERE id = NEW.id) BEGIN
        SELECT RAISE(ABORT, 'invoice_history is append-only'); END""",
    """CREATE TRIGGER payments_never_replaced BEFORE INSERT ON payments
        WHEN EXISTS (SELECT 1 FROM payments WHERE id = NEW.id
            OR stripe_payment_intent_id = NEW.stripe_payment_intent_id) BEGIN
        SELECT RAISE(ABORT, 'UNIQUE: this payment is booked already'); END""",
    """CREATE TRIGGER invoices_never_replaced BEFORE INSERT ON invoices
        WHEN EXISTS (SELECT 1 FROM invoices WHERE id = NEW.id OR number = NEW.number) BEGIN
        SELECT RAISE(ABORT, 'UNIQUE: this invoice exists already'); END""",
    """CREATE TRIGGER invoices_number_taken BEFORE UPDATE OF id, number ON invoices
        WHEN EXISTS (SELECT 1 FROM invoices WHERE row_no <> OLD.row_no
            AND (id = NEW.id OR number = NEW.number)) BEGIN
        SELECT RAISE(ABORT, 'UNIQUE: this invoice exists already'); END""",
    """CREATE TRIGGER items_fixed_update BEFORE UPDATE ON invoice_items
        WHEN (SELECT status FROM invoices WHERE id = OLD.invoice_id) <> 'draft' BEGIN
        SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
    """CREATE TRIGGER items_fixed_delete BEFORE DELETE ON invoice_items
        WHEN (SELECT status <> 'draft' AND livemode <> 0 FROM invoices
            WHERE id = OLD.invoice_id) BEGIN
        SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
    """CREATE TRIGGER items_fixed_insert BEFORE INSERT ON invoice_items
        WHEN EXISTS (SELECT 1 FROM invoice_history
            WHERE invoice_id = NEW.invoice_id AND action = 'issued') BEGIN
        SELECT RAISE(ABORT, 'an issued invoice is unchangeable'); END""",
]


def upgrade() -> None:
    """Create everything."""
    connection = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    for letter, plain in LETTERS.items():
        connection.exec_driver_sql("INSERT INTO folding VALUES (?, ?)", (letter, plain))
    for trigger in TRIGGERS:
        connection.exec_driver_sql(trigger)


def downgrade() -> None:
    """There is no way back below the first version."""
    raise RuntimeError("restore a backup instead")
