"""What charges tell, and the way from a charge to its payment intent.

Ordinary payments write nothing here. A refund or dispute that names only the charge is rare; only
then the successes that were kept since the last time are gone through.
"""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, select

from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, REVERSAL_TYPES
from workmate_desktop.store.common.settings import SettingVerbs
from workmate_desktop.store.common.tables import charges, stripe_events
from workmate_desktop.store.common.values import from_json
from workmate_desktop.store.database.unit import Unit

_KEPT = "SELECT intent_id, paid, amount_minor, captured_minor, created_at, method FROM charges"
_KEEP = """
INSERT INTO charges (id, intent_id, paid, amount_minor, captured_minor, created_at, method)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET intent_id = excluded.intent_id, paid = excluded.paid,
    amount_minor = excluded.amount_minor, captured_minor = excluded.captured_minor,
    created_at = excluded.created_at, method = excluded.method"""
_FROM_SUCCESSES = f"""
INSERT INTO charges (id, intent_id, paid)
SELECT json_extract(detail, '$.charge_id'), payment_intent_id, 1 FROM stripe_events
WHERE rowid > ? AND type = '{PAYMENT_SUCCEEDED}' AND payment_intent_id IS NOT NULL
    AND json_extract(detail, '$.charge_id') IS NOT NULL
ON CONFLICT (id) DO UPDATE SET intent_id = coalesce(charges.intent_id, excluded.intent_id)"""
_METHODS = """
SELECT intent_id, method FROM charges
WHERE intent_id IN (SELECT value FROM json_each(?)) AND paid = 1 AND method IS NOT NULL"""
_GONE_THROUGH = "charges.successes"


class ChargeVerbs:
    """What a transaction can do with charges."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._settings = SettingVerbs(unit)

    def learn(self, charge: Charge) -> bool:
        """Keep what a charge tells; True when that is news. One that paid stays the one that paid,
        also when the money was taken back later."""
        kept = self._unit.raw.execute(f"{_KEPT} WHERE id = ?", (charge.id,)).fetchone()
        before = kept or (None, 0, None, None, None, None)
        after = (
            charge.intent_id or before[0],
            max(int(charge.paid), before[1]),
            charge.amount_minor,
            max(charge.captured_minor, before[3] or 0),
            to_text(charge.created) if charge.created else before[4],
            charge.method or before[5],
        )
        if kept is not None and after == tuple(kept):
            return False
        self._unit.raw.execute(_KEEP, (charge.id, *after))
        return True

    def paid_by(self, intent_id: str) -> str | None:
        """The charge that paid an intent; None while no charge told it."""
        row = self._unit.raw.execute(
            "SELECT id FROM charges WHERE intent_id = ? AND paid = 1 ORDER BY id", (intent_id,)
        ).fetchone()
        return row[0] if row else None

    def released_of(self, intent_id: str) -> int | None:
        """What of the hold that paid was never captured; None while no charge told it."""
        row = self._unit.raw.execute(
            "SELECT amount_minor - captured_minor FROM charges"
            " WHERE intent_id = ? AND paid = 1 AND captured_minor > 0 ORDER BY id",
            (intent_id,),
        ).fetchone()
        return max(0, row[0]) if row else None

    def method_of(self, intent_id: str) -> str | None:
        """How an intent was paid; None while no charge told it."""
        row = self._unit.raw.execute(
            "SELECT method FROM charges WHERE intent_id = ? AND paid = 1 AND method IS NOT NULL",
            (intent_id,),
        ).fetchone()
        return row[0] if row else None

    def intent_of(self, charge_id: str) -> str | None:
        """The intent of a charge, by what charges and kept successes told; None: not known yet,
        and then it is waited for (see `await_intent`)."""
        found = self._intent_of(charge_id)
        if found is None and self.go_through_successes():
            found = self._intent_of(charge_id)
        return found

    def await_intent(self, charge_id: str) -> None:
        """Something was told about this charge, whose payment is not known yet."""
        self._unit.raw.execute("INSERT OR IGNORE INTO charges (id) VALUES (?)", (charge_id,))

    def is_awaited(self, charge_id: str) -> bool:
        """Something was told about this charge while its payment was not known."""
        found = self._unit.raw.execute(
            "SELECT 1 FROM charges WHERE id = ? AND intent_id IS NULL", (charge_id,)
        )
        return found.fetchone() is not None

    def adopt(self, charge_id: str, intent_id: str) -> bool:
        """The payment of a charge is known now: what was told of the charge alone before is told
        of the payment. Whether there was anything."""
        self._unit.raw.execute(
            "UPDATE charges SET intent_id = ? WHERE id = ? AND intent_id IS NULL",
            (intent_id, charge_id),
        )
        moved = self._unit.raw.execute(
            "UPDATE stripe_events SET payment_intent_id = ? WHERE payment_intent_id IS NULL"
            f" AND type IN {REVERSAL_TYPES} AND json_extract(detail, '$.object_charge') = ?",
            (intent_id, charge_id),
        )
        return moved.rowcount > 0

    def _intent_of(self, charge_id: str) -> str | None:
        row = self._unit.raw.execute(
            "SELECT intent_id FROM charges WHERE id = ?", (charge_id,)
        ).fetchone()
        return row[0] if row else None

    def go_through_successes(self) -> bool:
        """Note the charges of successes that were kept since the last time. Whether any was new."""
        row, key = self._gone_through()
        known = self._unit.raw.execute(
            "SELECT 1 FROM stripe_events WHERE rowid = ? AND id = ?", (row, key)
        ).fetchone()
        newest = self._unit.raw.execute(
            "SELECT rowid, id FROM stripe_events ORDER BY rowid DESC LIMIT 1"
        ).fetchone()
        if newest is None or (known and newest[0] == row):
            return False
        # Rows have other numbers after a backup was restored: then all are gone through again.
        self._unit.raw.execute(_FROM_SUCCESSES, (row if known else 0,))
        self._settings.set(_GONE_THROUGH, json.dumps(list(newest)))
        return True

    def _gone_through(self) -> tuple[int, str]:
        try:
            row, key = json.loads(self._settings.get(_GONE_THROUGH) or "null")
        except (ValueError, TypeError):
            return 0, ""
        return (row, key) if type(row) is int and isinstance(key, str) else (0, "")


def methods_of(connection: Connection, intent_ids: Iterable[str]) -> dict[str, str]:
    """Intent → how it was paid, for those whose charge has told it."""
    wanted = list(intent_ids)
    if not wanted:
        return {}
    rows = connection.exec_driver_sql(_METHODS, (json.dumps(wanted),))
    return {row[0]: row[1] for row in rows}


def intents_of(connection: Connection, charge_ids: Iterable[str]) -> dict[str, str]:
    """Charge → payment intent, as far as it is known."""
    query = select(charges.c.id, charges.c.intent_id).where(
        charges.c.id.in_(list(charge_ids)), charges.c.intent_id.is_not(None)
    )
    return {row.id: row.intent_id for row in connection.execute(query)}


def is_payer_known(connection: Connection, intent_id: str) -> bool:
    """Whether the charge that paid an intent is known: its success or the charge itself told."""
    told = select(charges.c.id).where(charges.c.intent_id == intent_id, charges.c.paid == 1)
    if connection.execute(told.limit(1)).first() is not None:
        return True
    successes = select(stripe_events.c.detail).where(
        stripe_events.c.payment_intent_id == intent_id,
        stripe_events.c.type == PAYMENT_SUCCEEDED,
    )
    details = connection.execute(successes).scalars()
    return any(isinstance(from_json(one).get("charge_id"), str) for one in details)
