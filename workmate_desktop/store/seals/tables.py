"""What is sealed: the tables and columns that money, paper and outgoing addresses rest on.

Everything else is either reckoned anew from these (`store/upkeep/recount.py`: sums and status) or
nothing rests on it; tests/faults/test_outside_changes.py holds the list of those columns, each with
its reason, and fails for a new column until somebody has decided.

Documents belong here as well, once they are made: a letter of their own in `Sealed`, their columns
in `TABLES` and `COLUMNS`, their words in `words/outside_words.py`, their rows in a migration.
"""

from collections.abc import Sequence
from enum import StrEnum


class Sealed(StrEnum):
    """What is sealed. The letter stands in front of each id in a seal, so it never changes."""

    PAYMENT = "p"
    HISTORY = "h"
    INVOICE = "i"
    ITEM = "t"
    LINK = "l"
    CUSTOMER = "c"
    DECISION = "d"
    REFUND_REQUEST = "r"
    EVENT = "e"
    CHARGE = "g"
    TIME = "m"
    FEE = "f"
    SETTING = "s"
    NOTICE = "n"


TABLES = {
    Sealed.PAYMENT: "payments",
    Sealed.HISTORY: "invoice_history",
    Sealed.INVOICE: "invoices",
    Sealed.ITEM: "invoice_items",
    Sealed.LINK: "payment_links",
    Sealed.CUSTOMER: "customers",
    Sealed.DECISION: "review_decisions",
    Sealed.REFUND_REQUEST: "refund_requests",
    Sealed.EVENT: "stripe_events",
    Sealed.CHARGE: "charges",
    Sealed.TIME: "money_times",
    Sealed.FEE: "payment_fees",
    Sealed.SETTING: "settings",
    Sealed.NOTICE: "notices",
}
STAGE = "CASE WHEN status IN ('draft', 'cancelled') THEN status ELSE 'issued' END"
"""What of the status of an invoice no payment decides."""
NAME_ON_PAPER = "CASE WHEN status <> 'draft' THEN customer_name END"
"""A draft has the customer's name of today."""
COLUMNS = {
    Sealed.PAYMENT: (
        "id",
        "invoice_id",
        "stripe_payment_intent_id",
        "amount_minor",
        "currency",
        "method",
        "livemode",
        "received_at",
        "created_at",
        "reverses_id",
        "note",
        "actor",
        "reversal_of",
        "kind",
        "stripe_object_id",
        "reversal_step",
        "moved_by",
    ),
    Sealed.HISTORY: ("id", "invoice_id", "at", "action", "actor", "detail", "livemode"),
    Sealed.INVOICE: (
        "id",
        "row_no",
        "number",
        "customer_id",
        STAGE,
        "livemode",
        "currency",
        "total_minor",
        "issue_date",
        "due_date",
        "created_at",
        "service_date",
        "note",
        "cancel_reason",
        NAME_ON_PAPER,
        "kind",
        "corrects_id",
        "version",
        "snapshot",
    ),
    Sealed.ITEM: (
        "id",
        "invoice_id",
        "position",
        "description",
        "quantity",
        "unit",
        "unit_price_minor",
        "tax_rate_percent",
        "unit_price",
    ),
    Sealed.LINK: (
        "id",
        "invoice_id",
        "idempotency_key",
        "stripe_link_id",
        "url",
        "livemode",
        "account",
        "amount_minor",
        "currency",
        "state",
        "request",
        "created_at",
        "keyed_at",
        "active_at",
        "closed_at",
        "close_reason",
        "trouble",
    ),
    Sealed.CUSTOMER: (
        "id",
        "name",
        "email",
        "street",
        "postal_code",
        "city",
        "country",
        "vat_id",
        "version",
        "changed_at",
    ),
    Sealed.DECISION: (
        "id",
        "at",
        "kind",
        "actor",
        "item_id",
        "payment_id",
        "invoice_id",
        "amount_minor",
        "currency",
        "reason",
        "undoes_id",
        "credit_id",
        "was_invoice_id",
        "livemode",
    ),
    Sealed.REFUND_REQUEST: (
        "id",
        "payment_id",
        "idempotency_key",
        "amount_minor",
        "currency",
        "livemode",
        "reason",
        "actor",
        "state",
        "created_at",
        "closed_at",
        "stripe_refund_id",
        "trouble",
    ),
    Sealed.EVENT: (
        "id",
        "type",
        "created_at",
        "received_at",
        "source",
        "outcome",
        "livemode",
        "payment_intent_id",
        "invoice_id",
        "amount_minor",
        "currency",
        "detail",
    ),
    Sealed.CHARGE: (
        "id",
        "intent_id",
        "paid",
        "amount_minor",
        "captured_minor",
        "created_at",
        "method",
    ),
    Sealed.TIME: ("object_id", "created_at", "source"),
    Sealed.FEE: (
        "payment_id",
        "balance_transaction_id",
        "fee_minor",
        "net_minor",
        "currency",
        "created_at",
    ),
    Sealed.SETTING: ("key", "value"),
    Sealed.NOTICE: ("id", "at", "kind", "invoice_id", "event_id", "detail"),
}
"""In this order; the key is first. A new column goes to the end, with NULL or '' in rows that
were there before: empty values at the end do not count, so old seals stay true."""

OWN_NOTES = {
    "owed.": "what the daily recount notes for itself; it looks at everything anyway",
    "seals.": "what the daily check notes for itself",
    "step.": "how the steps of the background stand, shown for a moment",
    "backup.": "how long the last backup took",
    "charges.successes": "how far was read; without it everything is read once more",
    "comparison.parts.": "how far was compared with Stripe; it is compared anew",
    "catch_up.cursor.": "how far Stripe was asked; the daily comparison asks for everything",
    "review.not_ours_hidden": "what the window remembers",
}
"""Settings that are not sealed, by how their key begins, and why nothing rests on them. All
others are: a new setting is sealed unless somebody puts it here."""


def is_setting_sealed(key: str) -> bool:
    """Whether this setting is sealed; as `which` says it in SQL."""
    return not key.startswith(tuple(OWN_NOTES))


def key_of(what: Sealed) -> str:
    """The column that tells the rows apart."""
    return COLUMNS[what][0]


def which(what: Sealed, row: str = "") -> str:
    """The condition, in SQL, for a row to be sealed at all; `row` is "NEW." in a trigger."""
    if what is not Sealed.SETTING:
        return "1"
    return " AND ".join(f"{row}key NOT GLOB '{beginning}*'" for beginning in OWN_NOTES)


def select(what: Sealed, columns: Sequence[str] | None = None) -> str:
    """All sealed rows in the order in which they were written; other `columns` in a migration."""
    names = ", ".join(columns or COLUMNS[what])
    return f"SELECT {names} FROM {TABLES[what]} WHERE {which(what)} ORDER BY rowid"


ONE = {
    what: f"SELECT {', '.join(columns)} FROM {TABLES[what]} WHERE {columns[0]} = ?"
    for what, columns in COLUMNS.items()
}
"""The row with this key."""
