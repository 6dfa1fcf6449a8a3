"""Money that was moved between invoices: pairs of rows, one below 0 there, one above 0 here."""

from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.payments.payments import Payment, StaffKind
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.payments.write import PaymentVerbs

# What is left here of each payment, whatever went back or away; the newest first.
_SOURCES = """
SELECT coalesce(reversal_of, reverses_id, id) AS payment_id, sum(amount_minor) AS left
FROM payments
WHERE invoice_id = ? AND currency = ? AND (kind IS NULL OR kind NOT IN ('skonto', 'write_off'))
GROUP BY 1 HAVING left > 0 ORDER BY max(rowid) DESC"""
_LEFT_AT = """
SELECT ifnull(sum(amount_minor), 0) FROM payments
WHERE invoice_id = ?1 AND (id = ?2 OR reversal_of = ?2 OR reverses_id = ?2)"""
_CAME_TO = _LEFT_AT + " AND stripe_object_id IS NULL"
# With a `+`, SQLite does not take the index of `reverses_id`, where nearly all rows are.
_PAIRS = """
SELECT away.moved_by, away.id, here.id, away.reversal_of, away.invoice_id, here.invoice_id,
    here.amount_minor, d.kind = 'credit_used'
FROM payments away JOIN review_decisions d ON d.id = away.moved_by
JOIN payments here ON here.moved_by = away.moved_by AND here.reversal_of = away.reversal_of
    AND here.amount_minor > 0 AND +here.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments u WHERE u.reverses_id = here.id)
WHERE away.kind = 'moved' AND away.amount_minor < 0 AND +away.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM payments u WHERE u.reverses_id = away.id)
    AND {which} ORDER BY away.rowid DESC"""
_OF_PAYMENT = _PAIRS.format(which="away.reversal_of = ?")
_OF_DECISION = _PAIRS.format(which="away.moved_by = ?")


@dataclass(frozen=True, slots=True)
class Move:
    """Money that counts for `to_id` instead of `from_id` now. `amount_minor` is above 0; `credit`:
    as a credit of the customer, else as one payment for several invoices."""

    decision_id: str
    away_id: str
    here_id: str
    payment_id: str
    from_id: str
    to_id: str
    amount_minor: int
    credit: bool


class MoveVerbs:
    """What a transaction can do with moved money."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._payments = PaymentVerbs(unit)

    def sources(self, invoice_id: str, currency: str) -> list[tuple[str, int]]:
        """(payment, what is left of it here), in minor units, the newest first."""
        found = self._unit.raw.execute(_SOURCES, (invoice_id, currency)).fetchall()
        return [(row[0], int(row[1])) for row in found]

    def left_at(self, invoice_id: str, payment_id: str) -> int:
        """What is left on this invoice of a payment's money, in minor units."""
        return int(self._unit.raw.execute(_LEFT_AT, (invoice_id, payment_id)).fetchone()[0])

    def came_to(self, invoice_id: str, payment_id: str) -> int:
        """The same, whatever went back to the customer."""
        found = self._unit.raw.execute(_CAME_TO, (invoice_id, payment_id)).fetchone()
        return int(found[0])

    def of_payment(self, payment_id: str) -> list[Move]:
        """In force, of the money of this payment, the newest first."""
        return self._moves(_OF_PAYMENT, payment_id)

    def of_decision(self, decision_id: str) -> list[Move]:
        """What this decision moved and still does: one for each payment."""
        return self._moves(_OF_DECISION, decision_id)

    def add(
        self, payment: Payment, from_id: str, to_id: str, amount_minor: int, decision_id: str,
        actor: str,
    ) -> None:  # fmt: skip
        """Both rows. The caller updates the status of both invoices."""
        for invoice_id, signed in ((from_id, -amount_minor), (to_id, amount_minor)):
            self._add(payment, invoice_id, signed, decision_id, actor)

    def take_back(self, move: Move, payment: Payment, actor: str) -> None:
        """Two rows that undo both. The caller updates the status of both invoices."""
        amount, decision = move.amount_minor, move.decision_id
        self._add(payment, move.from_id, amount, decision, actor, reverses_id=move.away_id)
        self._add(payment, move.to_id, -amount, decision, actor, reverses_id=move.here_id)

    def _add(
        self,
        payment: Payment,
        invoice_id: str,
        amount_minor: int,
        decision_id: str,
        actor: str,
        reverses_id: str | None = None,
    ) -> None:
        now: datetime = self._unit.true_now()
        self._payments.add_by_staff(
            invoice_id=invoice_id,
            amount_minor=amount_minor,
            currency=payment.currency,
            method=payment.method,
            livemode=payment.livemode,
            received_at=now,
            actor=actor,
            kind=StaffKind.MOVED,
            reversal_of=payment.id,
            reverses_id=reverses_id,
            moved_by=decision_id,
        )

    def _moves(self, query: str, key: str) -> list[Move]:
        return [
            Move(decision, away, here, payment, from_id, to_id, amount, bool(credit))
            for decision, away, here, payment, from_id, to_id, amount, credit in (
                self._unit.raw.execute(query, (key,))
            )
        ]
