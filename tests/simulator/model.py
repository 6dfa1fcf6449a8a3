"""What tests/faults/money_model.py says of an invoice, told what Stripe and the staff did.

An invoice is left out where its words say nothing: money was moved to or from it, an assignment
was taken back, a refund is owed again, or two of one kind happened within one second.
"""

import sqlite3
from collections import Counter
from datetime import datetime
from typing import Any

from tests.faults.money_model import says
from tests.simulator.customers import Customers

_INVOICES = "SELECT id, total_minor, status FROM invoices WHERE kind = 'invoice'"
_BY_HAND = """
SELECT id, kind, amount_minor, created_at,
    (SELECT created_at FROM payments WHERE reverses_id = first.id)
FROM payments first WHERE invoice_id = ? AND stripe_payment_intent_id IS NULL
    AND stripe_object_id IS NULL AND reverses_id IS NULL"""
_BY_STRIPE = """
SELECT id, stripe_payment_intent_id, (SELECT at FROM review_decisions
    WHERE payment_id = first.id AND kind = 'assigned') FROM payments first
WHERE invoice_id = ? AND stripe_payment_intent_id IS NOT NULL"""
_NOT_ITS_WORDS = """
SELECT 1 FROM payments WHERE invoice_id = :one AND (moved_by IS NOT NULL OR kind = 'moved')
UNION ALL SELECT 1 FROM review_decisions WHERE kind NOT IN ('assigned', 'set_aside')
    AND (invoice_id = :one OR was_invoice_id = :one)
UNION ALL SELECT 1 FROM review_decisions undoing JOIN review_decisions done
    ON done.id = undoing.undoes_id WHERE done.invoice_id = :one"""


def differences(
    books: sqlite3.Connection, customers: Customers, said: dict[str, dict[str, Any]]
) -> list[str]:
    """Where the books (`said`: of each invoice) say something else than the model."""
    found = []
    for invoice, total, status in books.execute(_INVOICES).fetchall():
        if invoice not in said or books.execute(_NOT_ITS_WORDS, {"one": invoice}).fetchone():
            continue
        facts = _facts(books, customers, invoice)
        facts |= {"total": total, "cancelled": status == "cancelled"}
        if not _told_apart(facts):
            continue
        right = says(facts)
        found += [
            f"invoice {invoice}, {name}: {value}, and should be {right[name]}; {facts}"
            for name, value in said[invoice].items()
            # Of a cancelled invoice nothing is owed, whatever was forgiven: nobody reads that.
            if value != right[name] and (name, right["status"]) != ("forgiven", "cancelled")
        ]
    return found


def _facts(books: sqlite3.Connection, customers: Customers, invoice: str) -> dict[str, Any]:
    told: dict[str, Any] = {"payments": [], "refunds": [], "disputes": [], "closings": []}
    for row_id, kind, amount, at, undone in books.execute(_BY_HAND, (invoice,)):
        entry = {"id": row_id, "at": _second(at), "amount": abs(amount)}
        entry["undone"] = None if undone is None else _second(undone)
        if kind in ("skonto", "write_off"):
            told["closings"].append(entry)
        else:
            told["payments" if amount > 0 else "refunds"].append(entry)
    objects = customers.account.account.objects
    for row_id, intent_id, assigned in books.execute(_BY_STRIPE, (invoice,)):
        intent = objects[intent_id]
        at = objects[intent["latest_charge"]]["created"]
        told["payments"].append(
            {
                "id": row_id,
                "at": at if assigned is None else _second(assigned),
                "amount": intent["amount_received"],
                "undone": None,
            }
        )
        for one in customers.refunds():
            if one["payment_intent"] == intent_id and one["id"] not in customers.releases:
                failed = one["status"] in ("failed", "canceled")
                told["refunds"].append(
                    {
                        "id": one["id"],
                        "at": one["created"],
                        "amount": one["amount"],
                        "failed": failed,
                        "of": row_id,
                    }
                )
        for key, taken in customers.disputes.items():
            if taken.intent == intent_id:
                told["disputes"].append(
                    {
                        "id": key,
                        "at": objects[key]["created"],
                        "amount": taken.amount,
                        "back": taken.back or 0,
                        "of": row_id,
                    }
                )
    return told


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _told_apart(facts: dict[str, Any]) -> bool:
    """No two of one kind within a second: the rule leaves their order to their ids."""
    money_in = Counter(one["at"] for name in ("payments", "closings") for one in facts[name])
    refunds = Counter(one["at"] for one in facts["refunds"])
    disputes = Counter(one["at"] for one in facts["disputes"])
    undone = Counter(
        one["undone"]
        for name in ("payments", "closings", "refunds")
        for one in facts[name]
        if one.get("undone") is not None
    )
    return all(
        max(counted.values(), default=0) <= 1 for counted in (money_in, refunds, disputes, undone)
    )
