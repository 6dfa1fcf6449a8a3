"""Payments: added once, never changed; the database sums them up by trigger."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workmate_desktop.domain.clock import from_text, to_text
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.payments.reversals import RETURNED_BY_BANK, ReversalKind
from workmate_desktop.store.common.tables import payments
from workmate_desktop.store.common.values import storable
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.payments.charges import methods_of
from workmate_desktop.store.payments.money_times import TimeVerbs
from workmate_desktop.store.seals.seals import COLUMNS, Sealed

_COLUMNS = COLUMNS[Sealed.PAYMENT]
_ADD = """
INSERT INTO payments (id, invoice_id, stripe_payment_intent_id, amount_minor, currency, method,
    livemode, received_at, created_at, reverses_id, note, actor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ADD_STAFF = """
INSERT INTO payments (id, invoice_id, stripe_payment_intent_id, amount_minor, currency, method,
    livemode, received_at, created_at, reverses_id, note, actor, reversal_of, kind, moved_by)
VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ADD_REVERSAL = """
INSERT INTO payments (id, invoice_id, amount_minor, currency, method, livemode, received_at,
    created_at, note, actor, reversal_of, kind, stripe_object_id, reversal_step)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
    (SELECT 1 + ifnull(max(reversal_step), 0) FROM payments WHERE stripe_object_id = ?))"""
_AS_STORED = f"SELECT {', '.join(_COLUMNS)} FROM payments WHERE id = ?"


class PaymentVerbs:
    """What a transaction can do with payments."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._times = TimeVerbs(unit)

    def add(
        self,
        *,
        invoice_id: str | None,
        amount_minor: int,
        currency: str,
        method: str,
        livemode: bool,
        received_at: datetime,
        actor: str,
        intent_id: str | None = None,
        reverses_id: str | None = None,
        note: str = "",
    ) -> str:
        """Book money; returns the id. The caller made sure that the intent is not booked yet.

        `invoice_id` None keeps it unassigned. The trigger sums up the invoice. Raises
        sqlite3.IntegrityError for an intent that is booked already.
        """
        payment_id = self._unit.new_id()
        row = (
            payment_id,
            invoice_id,
            intent_id,
            amount_minor,
            currency,
            method,
            int(livemode),
            to_text(received_at),
            self._unit.now_text(),
            reverses_id,
            storable(note),
            actor,
        )
        self._unit.raw.execute(_ADD, row)
        self._unit.seal(Sealed.PAYMENT, row)
        return payment_id

    def add_by_staff(
        self,
        *,
        invoice_id: str,
        amount_minor: int,
        currency: str,
        method: str,
        livemode: bool,
        received_at: datetime,
        actor: str,
        kind: str | None = None,
        reverses_id: str | None = None,
        reversal_of: str | None = None,
        moved_by: str | None = None,
        note: str = "",
    ) -> str:
        """What staff enter, close, move, give back by hand, or take back; returns the id.

        `kind` is None for money received, else a `StaffKind`. `reverses_id` names the row that
        this one takes back: then it has the same kind and the negated amount. `reversal_of` is
        the payment whose money is moved, `moved_by` the decision to move it. It counts from this
        moment, on Stripe's clock. The caller updates the status of the invoice.
        """
        payment_id = self._unit.new_id()
        row = (
            payment_id,
            invoice_id,
            amount_minor,
            currency,
            method,
            int(livemode),
            to_text(received_at),
            self._unit.now_text(),
            reverses_id,
            storable(note),
            actor,
            reversal_of,
            kind,
            moved_by,
        )
        self._unit.raw.execute(_ADD_STAFF, row)
        self._times.note_staff(payment_id)
        self._seal_as_stored(payment_id)
        return payment_id

    def by_intent(self, intent_id: str) -> tuple[str, str | None] | None:
        """(payment id, invoice id or None) of an intent that is booked; else None."""
        row = self._unit.raw.execute(
            "SELECT id, invoice_id FROM payments WHERE stripe_payment_intent_id = ?", (intent_id,)
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def add_reversal(
        self,
        payment: Payment,
        amount_minor: int,
        kind: ReversalKind,
        stripe_object_id: str,
        *,
        at: datetime,
        actor: str,
        note: str = "",
    ) -> str:
        """A counter-entry of a Stripe payment, on the same invoice; returns the id.

        `amount_minor` is negative for money that goes, positive for money that comes back.
        """
        payment_id = self._unit.new_id()
        self._unit.raw.execute(
            _ADD_REVERSAL,
            (
                payment_id,
                payment.invoice_id,
                amount_minor,
                payment.currency,
                payment.method,
                int(payment.livemode),
                to_text(at),
                self._unit.now_text(),
                storable(note),
                actor,
                payment.id,
                kind.value,
                stripe_object_id,
                stripe_object_id,
            ),
        )
        self._seal_as_stored(payment_id)
        return payment_id

    def reversals_of(self, payment_id: str) -> list[Payment]:
        """All counter-entries of a Stripe payment, oldest first."""
        query = select(payments).where(payments.c.reversal_of == payment_id)
        rows = self._unit.core.execute(query.order_by(payments.c.created_at, payments.c.id))
        return [payment_of(row) for row in rows.mappings()]

    def assign(self, payment_id: str, invoice_id: str | None) -> None:
        """Assign booked money to an invoice, or take the assignment back.

        What of it has gone back goes along, so that the sums stay right.
        """
        self._unit.raw.execute(
            "UPDATE payments SET invoice_id = ?1 WHERE id = ?2"
            " OR (reversal_of = ?2 AND kind <> 'moved')",
            (invoice_id, payment_id),
        )

    def _seal_as_stored(self, payment_id: str) -> None:
        """Seal a row that was just added, with what the database wrote into it."""
        row = self._unit.raw.execute(_AS_STORED, (payment_id,)).fetchone()
        self._unit.seal(Sealed.PAYMENT, row)

    def place_reversals(self, row_ids: Sequence[str], invoice_id: str) -> None:
        """These counter-entries count on another invoice than their payment."""
        for row_id in row_ids:
            self._unit.raw.execute(
                "UPDATE payments SET invoice_id = ? WHERE id = ? AND reversal_of IS NOT NULL",
                (invoice_id, row_id),
            )

    def left_of(self, payment_id: str) -> int:
        """What is left of a payment after everything that went back, in minor units."""
        row = self._unit.raw.execute(
            "SELECT ifnull(sum(amount_minor), 0) FROM payments WHERE id = ? OR reversal_of = ?",
            (payment_id, payment_id),
        ).fetchone()
        return int(row[0])

    def get(self, payment_id: str) -> Payment | None:
        """One payment."""
        row = (
            self._unit.core.execute(select(payments).where(payments.c.id == payment_id))
            .mappings()
            .one_or_none()
        )
        return None if row is None else payment_of(row)

    def is_reversed(self, payment_id: str) -> bool:
        """A counter-entry for this payment exists."""
        return (
            self._unit.raw.execute(
                "SELECT 1 FROM payments WHERE reverses_id = ?", (payment_id,)
            ).fetchone()
            is not None
        )


def payments_of(connection: Connection, invoice_id: str) -> list[Payment]:
    """The payments of an invoice, oldest first."""
    query = (
        select(payments)
        .where(payments.c.invoice_id == invoice_id)
        .order_by(payments.c.received_at, payments.c.created_at)
    )
    found = [payment_of(row) for row in connection.execute(query).mappings()]
    return _as_charges_tell(connection, found)


def with_reversals(connection: Connection, payment_id: str) -> list[Payment]:
    """A payment, on an invoice or on none, and what of it has gone back, oldest first."""
    query = (
        select(payments)
        .where((payments.c.id == payment_id) | (payments.c.reversal_of == payment_id))
        .order_by(payments.c.created_at, payments.c.id)
    )
    found = [payment_of(row) for row in connection.execute(query).mappings()]
    return _as_charges_tell(connection, found)


def _as_charges_tell(connection: Connection, found: list[Payment]) -> list[Payment]:
    """With the methods that were used: the rows, which never change, may not know them. What was
    booked as a dispute is a returned debit where it had been paid by one.
    """
    intents = {one.id: one.stripe_payment_intent_id for one in found}
    known = methods_of(connection, (key for key in intents.values() if key is not None))
    told = []
    for one in found:
        method = known.get(intents.get(one.reversal_of or one.id) or "", one.method)
        returned = one.kind == ReversalKind.DISPUTE and method in RETURNED_BY_BANK
        told.append(replace(one, method=method, kind=ReversalKind.RETURN if returned else one.kind))
    return told


def payment_of(row: Mapping[Any, Any]) -> Payment:
    """A row of `payments`."""
    return Payment(
        id=row["id"],
        invoice_id=row["invoice_id"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        method=row["method"],
        livemode=bool(row["livemode"]),
        received_at=from_text(row["received_at"]),
        created_at=from_text(row["created_at"]),
        stripe_payment_intent_id=row["stripe_payment_intent_id"],
        reverses_id=row["reverses_id"],
        note=row["note"],
        reversal_of=row["reversal_of"],
        kind=row["kind"],
        stripe_object_id=row["stripe_object_id"],
    )
