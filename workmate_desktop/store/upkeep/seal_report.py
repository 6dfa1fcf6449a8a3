"""The books compared with their seals, and what does not agree named for people."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.seals.seals import Findings, Sealed, check

NAMED = 5
"""So many rows are named; the others are counted."""

_OF_INVOICE = " LEFT JOIN invoices i ON i.id = "
_ABOUT = {
    Sealed.PAYMENT: (
        "SELECT i.number, p.amount_minor, p.currency, p.received_at AS at, p.invoice_id"
        f" FROM payments p{_OF_INVOICE}p.invoice_id WHERE p.id = ?"
    ),
    Sealed.HISTORY: (
        f"SELECT i.number, h.at, h.invoice_id FROM invoice_history h{_OF_INVOICE}h.invoice_id"
        " WHERE h.id = ?"
    ),
    Sealed.INVOICE: (
        "SELECT number, total_minor AS amount_minor, currency, created_at AS at, id AS invoice_id,"
        " customer_name AS name, status = 'draft' AS draft FROM invoices WHERE id = ?"
    ),
    Sealed.ITEM: (
        "SELECT i.number, i.created_at AS at, t.invoice_id, i.customer_name AS name, t.position,"
        f" i.status = 'draft' AS draft FROM invoice_items t{_OF_INVOICE}t.invoice_id"
        " WHERE t.id = ?"
    ),
    Sealed.LINK: (
        "SELECT i.number, l.amount_minor, l.currency, l.created_at AS at, l.invoice_id"
        f" FROM payment_links l{_OF_INVOICE}l.invoice_id WHERE l.id = ?"
    ),
    Sealed.CUSTOMER: "SELECT name FROM customers WHERE id = ?",
    Sealed.DECISION: (
        "SELECT i.number, d.amount_minor, d.currency, d.at, d.invoice_id"
        f" FROM review_decisions d{_OF_INVOICE}d.invoice_id WHERE d.id = ?"
    ),
    Sealed.REFUND_REQUEST: (
        "SELECT i.number, r.amount_minor, r.currency, r.created_at AS at, p.invoice_id"
        " FROM refund_requests r LEFT JOIN payments p ON p.id = r.payment_id"
        f"{_OF_INVOICE}p.invoice_id WHERE r.id = ?"
    ),
    Sealed.EVENT: (
        "SELECT i.number, e.amount_minor, e.currency, e.received_at AS at, i.id AS invoice_id"
        f" FROM stripe_events e{_OF_INVOICE}e.invoice_id WHERE e.id = ?"
    ),
    Sealed.CHARGE: (
        "SELECT i.number, p.amount_minor, p.currency, p.received_at AS at, p.invoice_id"
        " FROM charges g JOIN payments p ON p.stripe_payment_intent_id = g.intent_id"
        f"{_OF_INVOICE}p.invoice_id WHERE g.id = ?"
    ),
    Sealed.TIME: (
        "SELECT i.number, p.amount_minor, p.currency, m.created_at AS at, p.invoice_id"
        " FROM money_times m LEFT JOIN payments p"
        " ON m.object_id IN (p.id, p.stripe_payment_intent_id, p.stripe_object_id)"
        f"{_OF_INVOICE}p.invoice_id WHERE m.object_id = ? LIMIT 1"
    ),
    Sealed.FEE: (
        "SELECT i.number, f.fee_minor AS amount_minor, f.currency, f.created_at AS at,"
        " p.invoice_id FROM payment_fees f LEFT JOIN payments p ON p.id = f.payment_id"
        f"{_OF_INVOICE}p.invoice_id WHERE f.payment_id = ?"
    ),
    Sealed.NOTICE: (
        f"SELECT i.number, n.at, i.id AS invoice_id FROM notices n{_OF_INVOICE}n.invoice_id"
        " WHERE n.id = ?"
    ),
}
_WEIGHT = {what: place for place, what in enumerate(Sealed)}
"""Payments first: of many rows those are named that matter most."""


@dataclass(frozen=True, slots=True)
class SealReport:
    """`named` holds plain values for a notice: how (changed, missing, added), table (the name of a
    `Sealed` in small letters), id, and as far as known number, amount_minor, currency, at,
    invoice_id, name (of the customer), position, draft. `fingerprint` stays the same while
    nothing new is found.
    """

    findings: Findings
    named: list[dict[str, object]]
    fingerprint: str


def compare_with_seals(database: Database, pause: Callable[[], object]) -> SealReport:
    """Read every sealed row once; `pause` is called now and then, to let others work.

    Raises the errors of the database.
    """
    with database.snapshot() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        findings = Findings()
        for step in check(raw):
            findings = step
            pause()
        groups = {
            "changed": findings.changed,
            "missing": findings.missing,
            "added": findings.added,
        }
        named = [
            _about(raw, how, what, row_id)
            for how, found in groups.items()
            for what, row_id in sorted(found, key=lambda key: _WEIGHT[key[0]])[:NAMED]
        ][:NAMED]
    told = json.dumps([sorted(findings.changed), sorted(findings.missing), findings.broken_at])
    return SealReport(findings, named, hashlib.sha256(told.encode()).hexdigest())


def _about(raw: sqlite3.Connection, how: str, what: Sealed, row_id: str) -> dict[str, object]:
    known: dict[str, object] = {"how": how, "table": what.name.lower(), "id": row_id}
    if what in _ABOUT:  # a setting has its name only
        cursor = raw.execute(_ABOUT[what], (row_id,))
        names = [column[0] for column in cursor.description]
        row = cursor.fetchone() or ()
        known |= {name: value for name, value in zip(names, row, strict=False) if value}
    return known
