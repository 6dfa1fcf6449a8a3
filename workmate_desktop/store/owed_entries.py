"""The rows from which services/owed_entries.py reads what happened to an invoice."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workmate_desktop.domain.clock import from_text

if TYPE_CHECKING:
    from workmate_desktop.store.transaction import Transaction

# The moment on Stripe's clock: noted, or else what the row says. Staff act when they write.
_ROWS = """
SELECT p.id, coalesce(p.stripe_payment_intent_id, p.id), p.amount_minor, p.kind, p.reverses_id,
    p.reversal_of, p.stripe_object_id,
    coalesce(t.created_at, CASE WHEN p.stripe_payment_intent_id IS NULL
        AND p.stripe_object_id IS NULL THEN p.created_at ELSE p.received_at END)
FROM payments p LEFT JOIN money_times t
    ON t.object_id = coalesce(p.stripe_payment_intent_id, p.stripe_object_id, p.id)
WHERE {which} AND p.currency = ? ORDER BY p.created_at, p.id"""
_ON_INVOICE = _ROWS.format(which="p.invoice_id = ?")
_OF_PAYMENT = _ROWS.format(
    which="(p.id = ?1 OR p.reversal_of = ?1) AND (p.kind IS NULL OR p.kind <> 'moved')"
).replace("p.currency = ?", "p.currency = ?2")

# Every assignment that put money here, and when it was taken back.
_ASSIGNED = """
SELECT d.id, d.payment_id, coalesce(t.created_at, d.at), coalesce(tu.created_at, u.at)
FROM review_decisions d
LEFT JOIN money_times t ON t.object_id = d.id
LEFT JOIN review_decisions u ON u.undoes_id = d.id
LEFT JOIN money_times tu ON tu.object_id = u.id
WHERE d.kind = 'assigned' AND d.invoice_id = ?"""
_OWED_AGAIN = """
SELECT d.payment_id FROM review_decisions d
WHERE d.kind = 'owed_again' AND d.invoice_id = ?
    AND NOT EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)"""


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A row of `payments`, with the best time that is known of it (UTC)."""

    id: str
    key: str
    """The payment intent, or the row: the same whoever told first."""
    amount_minor: int
    kind: str | None
    reverses_id: str | None
    reversal_of: str | None
    object_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """Staff put a payment on the invoice, and perhaps took it off again."""

    decision_id: str
    payment_id: str
    at: datetime
    undone_at: datetime | None


class OwedVerbs:
    """What a transaction can read about the order of what happened to an invoice."""

    def __init__(self, transaction: "Transaction") -> None:
        self._t = transaction

    def rows_on(self, invoice_id: str, currency: str) -> list[MoneyRow]:
        """All entries of an invoice in its currency."""
        return self._rows(_ON_INVOICE, invoice_id, currency)

    def rows_of(self, payment_id: str, currency: str) -> list[MoneyRow]:
        """A payment and what went back of it, wherever it is now."""
        return self._rows(_OF_PAYMENT, payment_id, currency)

    def assignments(self, invoice_id: str) -> list[Assignment]:
        """Every assignment of staff to this invoice, also those that were taken back."""
        return [
            Assignment(decision, payment, from_text(at), from_text(undone) if undone else None)
            for decision, payment, at, undone in self._t.raw.execute(_ASSIGNED, (invoice_id,))
        ]

    def owed_again(self, invoice_id: str) -> set[str]:
        """Rows of refunds of which staff said that the money is owed again."""
        return {row[0] for row in self._t.raw.execute(_OWED_AGAIN, (invoice_id,))}

    def _rows(self, query: str, key: str, currency: str) -> list[MoneyRow]:
        found = self._t.raw.execute(query, (key, currency))
        return [
            MoneyRow(row_id, name, amount, kind, reverses, of, object_id, from_text(at))
            for row_id, name, amount, kind, reverses, of, object_id, at in found
        ]
