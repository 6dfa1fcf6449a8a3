"""The books compared with their seals, and what does not agree named for people."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from workmate_desktop.store.engine import Database
from workmate_desktop.store.seals import Findings, Sealed, check

NAMED = 5
"""So many rows are named; the others are counted."""

_ABOUT = {
    Sealed.PAYMENT: (
        "SELECT i.number, p.amount_minor, p.currency, p.received_at, p.invoice_id FROM payments p"
        " LEFT JOIN invoices i ON i.id = p.invoice_id WHERE p.id = ?"
    ),
    Sealed.HISTORY: (
        "SELECT i.number, NULL, NULL, h.at, h.invoice_id FROM invoice_history h"
        " LEFT JOIN invoices i ON i.id = h.invoice_id WHERE h.id = ?"
    ),
}
_FIELDS = ("number", "amount_minor", "currency", "at", "invoice_id")


@dataclass(frozen=True, slots=True)
class SealReport:
    """`named` holds plain values for a notice: how (changed, missing, added), table, id, and as
    far as known number, amount_minor, currency, at, invoice_id. `fingerprint` stays the same
    while nothing new is found.
    """

    findings: Findings
    named: list[dict[str, object]]
    fingerprint: str


def compare_with_seals(database: Database, pause: Callable[[], object]) -> SealReport:
    """Read every booked row once; `pause` is called now and then, to let others work.

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
            for what, row_id in found[:NAMED]
        ][:NAMED]
    told = json.dumps([sorted(findings.changed), sorted(findings.missing), findings.broken_at])
    return SealReport(findings, named, hashlib.sha256(told.encode()).hexdigest())


def _about(raw: sqlite3.Connection, how: str, what: Sealed, row_id: str) -> dict[str, object]:
    known: dict[str, object] = {"how": how, "table": what.name.lower(), "id": row_id}
    row = raw.execute(_ABOUT[what], (row_id,)).fetchone()
    if row is not None:
        known |= {name: value for name, value in zip(_FIELDS, row, strict=True) if value}
    return known
