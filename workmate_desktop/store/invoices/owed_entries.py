"""The rows from which services/booking/owed/entries.py reads what happened to an invoice."""

from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.clock import from_text
from workmate_desktop.store.database.unit import Unit

# The moment on Stripe's clock: noted, or else what the row says. Staff act when they write.
_AT = """coalesce(t.created_at, CASE WHEN p.stripe_payment_intent_id IS NULL
        AND p.stripe_object_id IS NULL THEN p.created_at ELSE p.received_at END)"""
_ROWS = f"""
SELECT p.id, coalesce(p.stripe_payment_intent_id, p.id), p.amount_minor, p.kind, p.reverses_id,
    p.reversal_of, p.stripe_object_id, p.moved_by, p.invoice_id, {_AT}
FROM payments p LEFT JOIN money_times t
    ON t.object_id = coalesce(p.stripe_payment_intent_id, p.stripe_object_id, p.id)
WHERE {{which}} AND p.currency = ? ORDER BY p.created_at, p.id"""
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
# Money of this invoice that staff used as a credit on another one, since when: they saw the money
# that was here, whatever their clock says. With a `+`, SQLite does not take the
# index of `reverses_id`, where nearly all rows are.
_USES = f"""
SELECT d.id, d.invoice_id, i.status = 'cancelled', d.amount_minor,
    max(coalesce(td.created_at, d.at), ifnull((SELECT max({_AT})
        FROM payments p LEFT JOIN money_times t
            ON t.object_id = coalesce(p.stripe_payment_intent_id, p.id)
        WHERE p.invoice_id = ?1 AND p.amount_minor > 0 AND +p.reverses_id IS NULL
            AND (p.kind IS NULL OR p.kind = 'moved') AND p.rowid < away.first), ''))
FROM (SELECT moved_by, min(rowid) AS first FROM payments
    WHERE invoice_id = ?1 AND kind = 'moved' AND amount_minor < 0 AND +reverses_id IS NULL
    GROUP BY moved_by) away
JOIN review_decisions d ON d.id = away.moved_by AND d.kind = 'credit_used'
JOIN invoices i ON i.id = d.invoice_id
LEFT JOIN money_times td ON td.object_id = d.id
WHERE NOT EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)
ORDER BY away.first"""
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
    moved_by: str | None
    invoice_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Staff used a credit on the invoice `to_id`, so much of it (minor units)."""

    decision_id: str
    to_id: str
    to_cancelled: bool
    amount_minor: int
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

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

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
            for decision, payment, at, undone in self._unit.raw.execute(_ASSIGNED, (invoice_id,))
        ]

    def credit_uses(self, invoice_id: str) -> list[CreditUse]:
        """Credits of this invoice's money that staff used elsewhere and did not take back, the
        oldest first; also those that gave way."""
        rows = self._unit.raw.execute(_USES, (invoice_id,))
        return [
            CreditUse(decision, to_id, bool(cancelled), minor, from_text(at))
            for decision, to_id, cancelled, minor, at in rows
        ]

    def owed_again(self, invoice_id: str) -> set[str]:
        """Rows of refunds of which staff said that the money is owed again."""
        return {row[0] for row in self._unit.raw.execute(_OWED_AGAIN, (invoice_id,))}

    def _rows(self, query: str, key: str, currency: str) -> list[MoneyRow]:
        found = self._unit.raw.execute(query, (key, currency))
        return [
            MoneyRow(row, name, amount, kind, reverses, of, about, moved_by, invoice, from_text(at))
            for row, name, amount, kind, reverses, of, about, moved_by, invoice, at in found
        ]
