"""Decisions of staff: append-only rows. A decision is taken back by another row."""

from dataclasses import dataclass

from workmate_desktop.domain.changes import EventRecorded
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.review import Decision
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.store.common.values import storable
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.payments.money_times import TimeVerbs

_ADD = """
INSERT INTO review_decisions (id, at, kind, actor, item_id, payment_id, invoice_id, amount_minor,
    currency, reason, undoes_id, credit_id, was_invoice_id, livemode)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_COLUMNS = """
SELECT id, kind, item_id, payment_id, invoice_id, amount_minor, currency, was_invoice_id,
    livemode, credit_id,
    EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)
FROM review_decisions d WHERE """
_GET = _COLUMNS + "id = ?"
_IN_FORCE = (
    _COLUMNS
    + """item_id = ? AND kind IN ('assigned', 'set_aside', 'refunded', 'money_split')
    AND NOT EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)
ORDER BY rowid DESC LIMIT 1"""
)
_OF_PAYMENT = (
    _COLUMNS
    + """payment_id = ? AND kind IN ('assigned', 'refunded')
    AND NOT EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)
ORDER BY rowid DESC LIMIT 1"""
)
# A credit is used up by an invoice that exists and counts; a deleted draft gives it back.
_CREDIT_USED = """
SELECT 1 FROM review_decisions u JOIN invoices i ON i.id = u.invoice_id
WHERE u.credit_id = ? AND u.kind = 'credit_used' AND i.status <> 'cancelled'
    AND NOT EXISTS (SELECT 1 FROM review_decisions n WHERE n.undoes_id = u.id) LIMIT 1"""
# Kept for an invoice, and its money is not moved there yet. Older versions never moved it.
_CHOSEN = """
SELECT id, credit_id FROM review_decisions u
WHERE invoice_id = ? AND kind = 'credit_used' AND payment_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM review_decisions n WHERE n.undoes_id = u.id) ORDER BY id"""
_CREDITED = """
SELECT ifnull(sum(amount_minor), 0) FROM review_decisions d
WHERE invoice_id = ?1 AND kind = 'credit_kept' AND (?2 IS NULL OR id <= ?2)
    AND NOT EXISTS (SELECT 1 FROM review_decisions u WHERE u.undoes_id = d.id)
    AND NOT EXISTS (SELECT 1 FROM review_decisions u
        WHERE u.credit_id = d.id AND u.payment_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM review_decisions n WHERE n.undoes_id = u.id))"""

_WAITING_EVENT = """
SELECT e.id FROM payments p
JOIN stripe_events e ON e.payment_intent_id = p.stripe_payment_intent_id
WHERE p.id = ? AND p.invoice_id IS NULL AND e.outcome = 'needs_review'
    AND e.type = 'payment_intent.succeeded'
ORDER BY e.rowid LIMIT 1"""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as taking it back needs it. `was_invoice_id`: what the event named before it."""

    id: str
    kind: Decision
    item_id: str
    payment_id: str | None
    invoice_id: str | None
    amount_minor: int | None
    currency: str | None
    was_invoice_id: str | None
    livemode: bool
    undone: bool
    credit_id: str | None = None


class ReviewVerbs:
    """What a transaction can do with decisions."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._times = TimeVerbs(unit)

    def add(
        self,
        kind: Decision,
        actor: str,
        *,
        livemode: bool,
        item_id: str = "",
        payment_id: str | None = None,
        invoice_id: str | None = None,
        amount_minor: int | None = None,
        currency: str | None = None,
        reason: str = "",
        undoes_id: str | None = None,
        credit_id: str | None = None,
        was_invoice_id: str | None = None,
    ) -> str:
        """One decision; returns its id. Raises sqlite3.IntegrityError when `undoes_id` was
        taken back before."""
        decision_id = self._unit.new_id()
        self._unit.raw.execute(
            _ADD,
            (
                decision_id,
                self._unit.now_text(),
                kind.value,
                actor,
                item_id,
                payment_id,
                invoice_id,
                amount_minor,
                currency,
                storable(reason),
                undoes_id,
                credit_id,
                was_invoice_id,
                int(livemode),
            ),
        )
        self._times.note_staff(decision_id)
        return decision_id

    def get(self, decision_id: str) -> StoredDecision | None:
        """One decision."""
        return self._one(_GET, decision_id)

    def in_force(self, item_id: str) -> StoredDecision | None:
        """The decision about this event or notice that nobody took back."""
        return self._one(_IN_FORCE, item_id)

    def of_payment(self, payment_id: str) -> StoredDecision | None:
        """The decision in force that this money was assigned or refunded by."""
        return self._one(_OF_PAYMENT, payment_id)

    def credited(self, invoice_id: str, up_to: str | None = None) -> int:
        """How much of the money that is here is kept as credits; with `up_to` by those no newer.
        What was moved to another invoice is no longer here."""
        return int(self._unit.raw.execute(_CREDITED, (invoice_id, up_to)).fetchone()[0])

    def credit_is_used(self, credit_id: str) -> bool:
        """The credit stands on another invoice already."""
        return self._unit.raw.execute(_CREDIT_USED, (credit_id,)).fetchone() is not None

    def chosen_credits(self, invoice_id: str) -> list[tuple[str, str]]:
        """(decision, credit) of the credits that are kept for this draft, oldest first."""
        return self._unit.raw.execute(_CHOSEN, (invoice_id,)).fetchall()

    def is_unreadable_notice(self, notice_id: str) -> bool:
        """This notice tells of a signed message that nobody can read."""
        found = self._unit.raw.execute(
            "SELECT 1 FROM notices WHERE id = ? AND kind = ?",
            (notice_id, NoticeKind.UNREADABLE_EVENT.value),
        )
        return found.fetchone() is not None

    def named_invoice(self, event_id: str) -> str | None:
        """The id of the invoice that the kept event stands beside now."""
        row = self._unit.raw.execute(
            "SELECT invoice_id FROM stripe_events WHERE id = ?", (event_id,)
        ).fetchone()
        return None if row is None else row[0]

    def waiting_event_of(self, payment_id: str) -> str | None:
        """The event in review whose money this is, as long as it is on no invoice."""
        row = self._unit.raw.execute(_WAITING_EVENT, (payment_id,)).fetchone()
        return None if row is None else row[0]

    def settle_event(self, event_id: str, outcome: Outcome, invoice_id: str | None) -> None:
        """What the event did in the end; why it had waited stays with it."""
        self._unit.raw.execute(
            "UPDATE stripe_events SET outcome = ?, invoice_id = ? WHERE id = ?",
            (outcome.value, invoice_id, event_id),
        )
        self._unit.changed(EventRecorded(event_id))

    def _one(self, query: str, key: str) -> StoredDecision | None:
        row = self._unit.raw.execute(query, (key,)).fetchone()
        if row is None:
            return None
        *values, livemode, credit_id, undone = row[2:]
        item_id, payment_id, invoice_id, amount_minor, currency, was_invoice_id = values
        return StoredDecision(
            row[0],
            Decision(row[1]),
            item_id,
            payment_id,
            invoice_id,
            amount_minor,
            currency,
            was_invoice_id,
            bool(livemode),
            bool(undone),
            credit_id,
        )
