"""Everything that happened to an invoice, as domain/owed.py reads it.

Read only where something was given back: an ordinary payment needs no order. Of money that was
assigned here and taken off again only the decisions know, because an assignment moves the row.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.owed import Entry, EntryKind

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

_REFUNDS = frozenset(("refund", "refund_failed"))
_TAKEN = frozenset(("dispute", "dispute_won", "return"))
_CLOSING = frozenset(("skonto", "write_off"))


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    key: str
    """The payment intent, or the row: the same whoever told first."""
    amount_minor: int
    kind: str | None
    reverses_id: str | None
    reversal_of: str | None
    object_id: str | None
    at: datetime


def entries_of(t: "Transaction", invoice_id: str, currency: str) -> list[Entry]:
    """What happened to an invoice in its currency, in no particular order."""
    here_since: dict[str, datetime] = {}
    found: list[Entry] = []
    for decision, payment_id, at, undone_at in t.raw.execute(_ASSIGNED, (invoice_id,)):
        since = from_text(at)
        if undone_at is None:
            here_since[payment_id] = since
            continue
        until = from_text(undone_at)
        rows = _rows(t, _OF_PAYMENT, payment_id, currency)
        found += [
            replace(entry, id=f"{decision} {entry.id}", undone_at=until)
            for entry in _entries(rows, {payment_id: since}, set())
            if entry.at <= until
        ]
    again = {row[0] for row in t.raw.execute(_OWED_AGAIN, (invoice_id,))}
    return found + _entries(_rows(t, _ON_INVOICE, invoice_id, currency), here_since, again)


def _rows(t: "Transaction", query: str, key: str, currency: str) -> list[_Row]:
    found = t.raw.execute(query, (key, currency))
    return [
        _Row(row_id, key_, amount, kind, reverses, of, object_id, from_text(at))
        for row_id, key_, amount, kind, reverses, of, object_id, at in found
    ]


def _entries(rows: list[_Row], here_since: dict[str, datetime], again: set[str]) -> list[Entry]:
    """`here_since`: since when a payment counts that staff assigned here; what went back of it
    before counts from then on, too.
    """
    undone_at = {row.reverses_id: row.at for row in rows if row.reverses_id is not None}
    found: list[Entry] = []
    gone: dict[tuple[str, EntryKind], list[_Row]] = defaultdict(list)
    for row in rows:
        if row.reverses_id is not None:
            continue
        if row.object_id is not None:
            gone[row.object_id, _kind(row)].append(row)
            continue
        found.append(
            Entry(
                row.key,
                _kind(row),
                here_since.get(row.id, row.at),
                abs(row.amount_minor),
                undone_at.get(row.id),
                owed_again=row.id in again,
            )
        )
    for (object_id, kind), parts in gone.items():
        amount = -sum(part.amount_minor for part in parts)
        if amount <= 0:
            continue  # it came back, so it never was gone
        at = min(part.at for part in parts)
        since = here_since.get(parts[0].reversal_of or "", at)
        owed_again = any(part.id in again for part in parts)
        found.append(Entry(object_id, kind, max(at, since), amount, owed_again=owed_again))
    return found


def _kind(row: _Row) -> EntryKind:
    if row.kind in _REFUNDS:
        return EntryKind.REFUND
    if row.kind in _TAKEN:
        return EntryKind.TAKEN
    if row.kind in _CLOSING:
        return EntryKind.CLOSING
    return EntryKind.MONEY if row.amount_minor > 0 else EntryKind.MOVED_AWAY
