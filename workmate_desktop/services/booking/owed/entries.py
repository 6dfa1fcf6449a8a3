"""Everything that happened to an invoice, as domain/invoices/owed.py reads it.

Read only where something was given back: an ordinary payment needs no order. Three things are
looked at: the rows on the invoice; what Stripe said of refunds and disputes, which knows their
times and parts better than the rows that were booked as the news came; and the decisions of
staff, because taking an assignment back moves the row away.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import accumulate

from workmate_desktop.domain.invoices.owed import Entry, EntryKind
from workmate_desktop.domain.payments.reversals import CHARGE_PREFIXES, Refunded
from workmate_desktop.services.booking.owed.reversal_facts import placed_elsewhere, standing_of
from workmate_desktop.store.invoices.owed_entries import MoneyRow
from workmate_desktop.store.transaction import Transaction

_REFUNDS = frozenset(("refund", "refund_failed"))
_TAKEN = frozenset(("dispute", "dispute_won", "return"))
_CLOSING = frozenset(("skonto", "write_off"))


def entries_of(
    t: Transaction, invoice_id: str, currency: str, without: Collection[str] = ()
) -> list[Entry]:
    """What happened to an invoice in its currency, in no particular order; `without` what these
    decisions moved."""
    here_since: dict[str, datetime] = {}
    found: list[Entry] = []
    for one in t.owed.assignments(invoice_id):
        if one.undone_at is None:
            here_since[one.payment_id] = one.at
            continue
        rows = t.owed.rows_of(one.payment_id, currency)
        found += [
            replace(entry, id=f"{one.decision_id} {entry.id}", undone_at=one.undone_at)
            for entry in _entries(t, rows, {one.payment_id: one.at}, set())
            if entry.at <= one.undone_at
        ]
    rows = [row for row in t.owed.rows_on(invoice_id, currency) if row.moved_by not in without]
    return found + _entries(t, rows, here_since, t.owed.owed_again(invoice_id))


def _entries(
    t: Transaction, rows: list[MoneyRow], here_since: Mapping[str, datetime], again: set[str]
) -> list[Entry]:
    """`here_since`: since when a payment counts that staff assigned here; what went back of it
    before counts from then on, too.
    """
    undone_at = {row.reverses_id: row.at for row in rows if row.reverses_id is not None}
    found: list[Entry] = []
    went_back: dict[str, list[MoneyRow]] = defaultdict(list)
    moved: dict[str, list[MoneyRow]] = defaultdict(list)
    for row in rows:
        if row.moved_by is not None:
            moved[row.moved_by].append(row)
            continue
        if row.reverses_id is not None:
            continue
        if row.object_id is not None:
            went_back[row.reversal_of or row.object_id].append(row)
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
    for parts in moved.values():
        found += _moved(parts)
    for payment_id, parts in went_back.items():
        since = here_since.get(payment_id)
        for entry in _gone(t, payment_id, parts, again):
            late = entry if since is None else replace(entry, at=max(entry.at, since))
            found.append(late)
    return found


def _moved(rows: list[MoneyRow]) -> list[Entry]:
    """What one decision moved here, or away. Of which payments it is may change, and how much of
    it: what came back to where it was counts as if it had never been away.
    """
    moments: dict[datetime, int] = defaultdict(int)
    for row in rows:
        moments[row.at] += row.amount_minor
    first, standing = rows[0], sum(moments.values())
    if standing < 0:
        return [Entry(first.key, EntryKind.MOVED_AWAY, first.at, -standing)]
    found = [Entry(first.key, EntryKind.MONEY, first.at, standing)] if standing else []
    gone = max(accumulate(moments[at] for at in sorted(moments))) - standing
    if gone > 0:
        undone_at = max(moments)
        found.append(Entry(f"{first.key} back", EntryKind.MONEY, first.at, gone, undone_at))
    return found


def _gone(t: Transaction, payment_id: str, parts: list[MoneyRow], again: set[str]) -> list[Entry]:
    """What is gone of a Stripe payment today: what came back never was gone.

    By what Stripe said, where that makes the sums that are booked. In the middle of a booking, and
    where rows were written from outside, by the rows alone.
    """
    by_rows = _by_object(parts, again)
    payment = t.payments.get(payment_id)
    if payment is None or payment.stripe_payment_intent_id is None:
        return by_rows
    said = standing_of(t, payment)
    own = {row.object_id for row in parts}
    # Of a payment for several invoices, a refund may be booked by its name on another of them.
    named = {row.stripe_object_id for row in t.payments.reversals_of(payment_id)}
    flagged = {row.object_id for row in parts if row.id in again}
    by_charge = _said_of_charge(parts, again)
    nameless = sorted(
        [(one.at, one.object_id, one.amount_minor) for one in said.refunds if _left(one, named)]
        + [(at, f"{payment_id} {at.isoformat()}", minor) for at, minor in said.unnamed]
    )
    by_news = [
        *(
            Entry(
                one.object_id,
                EntryKind.REFUND,
                one.at,
                one.amount_minor,
                owed_again=one.object_id in flagged,
            )
            for one in said.refunds
            if one.counts and one.object_id in own
        ),
        *(
            Entry(key, EntryKind.REFUND, at, minor, owed_again=by_charge(minor))
            for at, key, minor in nameless
        ),
        *(
            Entry(object_id, EntryKind.TAKEN, taken.at, taken.amount_minor)
            for object_id, taken in said.disputes.items()
            if taken.amount_minor > 0
        ),
    ]
    booked = sum(row.amount_minor for row in parts if _kind(row) is EntryKind.REFUND)
    refunded = sum(one.amount_minor for one in by_news if one.kind is EntryKind.REFUND)
    lost = sum(row.amount_minor for row in parts if _kind(row) is EntryKind.TAKEN)
    taken = sum(one.amount_minor for one in by_news if one.kind is EntryKind.TAKEN)
    if (refunded, taken) == (-booked, -lost):
        return by_news
    if 0 <= -booked < refunded and any(map(_is_charge, parts)):
        # A part of them counts on another invoice: what staff said of, and of the rest the first
        # invoice bears the oldest ones (services/booking/reversal_places.py).
        first = payment.invoice_id == parts[0].invoice_id
        placed = {at for _, _, at, _ in placed_elsewhere(t, payment, said)}
        refunds = [one for one in by_news if one.kind is EntryKind.REFUND]
        refunds.sort(key=lambda one: (one.at in placed, one.at, one.id), reverse=not first)
        here = _cut(refunds, -booked)
        return here + [one for one in by_rows if one.kind is EntryKind.TAKEN]
    return by_rows


def _cut(refunds: list[Entry], minor: int) -> list[Entry]:
    """So much of them, the first ones."""
    found = []
    for one in refunds:
        part = min(one.amount_minor, minor)
        if part:
            found.append(replace(one, amount_minor=part))
            minor -= part
    return found


def _left(one: Refunded, own: Collection[str | None]) -> bool:
    return one.counts and one.object_id not in own


def _said_of_charge(parts: list[MoneyRow], again: set[str]) -> Callable[[int], bool]:
    """Whether staff said "wieder offen" of the next refund of so much (the oldest first).

    A refund that was told without its id first is booked under its charge, in a row of its own,
    and stays there when its name is told.
    """
    rows = [row for row in parts if _is_charge(row) and row.amount_minor < 0]
    ends = list(accumulate(-row.amount_minor for row in rows))
    place = 0

    def said(minor: int) -> bool:
        nonlocal place
        here = next((row for row, end in zip(rows, ends, strict=True) if place < end), None)
        place += minor
        return here is not None and here.id in again

    return said


def _by_object(parts: list[MoneyRow], again: set[str]) -> list[Entry]:
    objects: dict[tuple[str, EntryKind], list[MoneyRow]] = defaultdict(list)
    for row in parts:
        objects[row.object_id or row.id, _kind(row)].append(row)
    gone = {key: -sum(row.amount_minor for row in rows) for key, rows in objects.items()}
    # A refund that was told without its id is booked under its charge, and its failure under its
    # own id: what came back there was gone here.
    for key in [key for key, minor in gone.items() if minor < 0]:
        for other in sorted(gone, key=lambda one: not one[0].startswith(CHARGE_PREFIXES)):
            if other[1] is key[1] and gone[other] > 0:
                step = min(-gone[key], gone[other])
                gone[other] -= step
                gone[key] += step
    return [
        Entry(
            key[0],
            key[1],
            min(row.at for row in some),
            gone[key],
            owed_again=any(row.id in again for row in some),
        )
        for key, some in objects.items()
        if gone[key] > 0
    ]


def _is_charge(row: MoneyRow) -> bool:
    return row.object_id is not None and row.object_id.startswith(CHARGE_PREFIXES)


def _kind(row: MoneyRow) -> EntryKind:
    if row.kind in _REFUNDS:
        return EntryKind.REFUND
    if row.kind in _TAKEN:
        return EntryKind.TAKEN
    if row.kind in _CLOSING:
        return EntryKind.CLOSING
    return EntryKind.MONEY if row.amount_minor > 0 else EntryKind.MOVED_AWAY
