"""The tables as SQLAlchemy Core sees them. Created by migrations/; a test compares the two.

Names are public (CONTRACT). Columns after the comment `ours` are this program's own; each is
null, has a default or is kept by a trigger, so that a row with only the public columns is valid.
"""

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

folding = Table(
    "folding",
    metadata,
    Column("letter", Text, primary_key=True),
    Column("plain", Text, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("street", Text),
    Column("postal_code", Text),
    Column("city", Text),
    Column("country", Text),
    Column("vat_id", Text),
    # ours
    Column("sort_name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Text),
)

invoices = Table(
    "invoices",
    metadata,
    Column("row_no", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("number", Text, unique=True),
    Column("customer_id", Text, ForeignKey("customers.id")),
    Column("status", Text, nullable=False),
    Column("livemode", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total_minor", Integer, nullable=False),
    Column("issue_date", Text),
    Column("due_date", Text),
    Column("created_at", Text, nullable=False),
    # ours
    Column("service_date", Text),
    Column("note", Text, nullable=False),
    Column("cancel_reason", Text, nullable=False),
    Column("customer_name", Text),
    Column("paid_minor", Integer, nullable=False),
    Column("last_paid_at", Text),
    Column("last_failed_at", Text),
    Column("sort_number", Text, nullable=False),
    Column("sort_customer", Text, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("running_since", Text),
    Column("refunded_minor", Integer, nullable=False),
    Column("charged_back_minor", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("corrects_id", Text, ForeignKey("invoices.id")),
    Column("closed_minor", Integer, nullable=False),
    Column("forgiven_minor", Integer, nullable=False),
    Column("corrected_minor", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("snapshot", Text),
)

invoice_items = Table(
    "invoice_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("invoice_id", Text, ForeignKey("invoices.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_price_minor", Integer, nullable=False),
    Column("tax_rate_percent", Text, nullable=False),
    # ours
    Column("unit_price", Text),
)

payments = Table(
    "payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("invoice_id", Text, ForeignKey("invoices.id")),
    Column("stripe_payment_intent_id", Text, unique=True),
    Column("amount_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("livemode", Integer, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    # ours
    Column("reverses_id", Text, ForeignKey("payments.id"), unique=True),
    Column("note", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reversal_of", Text, ForeignKey("payments.id")),
    Column("kind", Text),
    Column("stripe_object_id", Text),
    Column("reversal_step", Integer),
    Column("moved_by", Text),
)

money_times = Table(
    "money_times",
    metadata,
    Column("object_id", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("source", Text, nullable=False),
)

charges = Table(
    "charges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("intent_id", Text),
    Column("paid", Integer, nullable=False),
    Column("amount_minor", Integer),
    Column("captured_minor", Integer),
    Column("created_at", Text),
    Column("method", Text),
)

payment_fees = Table(
    "payment_fees",
    metadata,
    Column("payment_id", Text, ForeignKey("payments.id"), primary_key=True),
    Column("balance_transaction_id", Text, nullable=False),
    Column("fee_minor", Integer, nullable=False),
    Column("net_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

refund_requests = Table(
    "refund_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payment_id", Text, ForeignKey("payments.id"), nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("amount_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("livemode", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("stripe_refund_id", Text),
    Column("trouble", Text),
)

stripe_events = Table(
    "stripe_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("livemode", Integer, nullable=False),
    Column("payment_intent_id", Text),
    Column("invoice_id", Text),
    Column("amount_minor", Integer),
    Column("currency", Text),
    Column("detail", Text, nullable=False),
    # of older versions: neither read nor written
    Column("answer_ms", Float),
)

invoice_history = Table(
    "invoice_history",
    metadata,
    Column("id", Text, primary_key=True),
    Column("invoice_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Text, nullable=False),
    # ours
    Column("livemode", Integer, nullable=False),
)

mail_outbox = Table(
    "mail_outbox",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("mail_id", Text),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("invoice_id", Text),
    Column("event_id", Text),
    Column("detail", Text, nullable=False),
    Column("read_at", Text),
)

payment_links = Table(
    "payment_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("invoice_id", Text, ForeignKey("invoices.id")),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("stripe_link_id", Text, unique=True),
    Column("url", Text),
    Column("livemode", Integer, nullable=False),
    Column("account", Text),
    Column("amount_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("keyed_at", Text, nullable=False),
    Column("active_at", Text),
    Column("closed_at", Text),
    Column("close_reason", Text),
    Column("trouble", Text),
)

review_decisions = Table(
    "review_decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("payment_id", Text),
    Column("invoice_id", Text),
    Column("amount_minor", Integer),
    Column("currency", Text),
    Column("reason", Text, nullable=False),
    Column("undoes_id", Text, ForeignKey("review_decisions.id"), unique=True),
    Column("credit_id", Text, ForeignKey("review_decisions.id")),
    Column("was_invoice_id", Text),
    Column("livemode", Integer, nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("rows", Text, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)
