"""Credits that were used on other invoices give way when their money went back.

How much of each credit still stands follows from everything that happened to the invoice whose
money it is (domain/invoices/owed.py: `covered`), of whichever payment went back, and in whatever
order that was told. So a refund that failed brings back what gave way for it. The decision of staff
stays; the rows of what it moved are taken back, and written anew where a part stands or where
another payment has to bear it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from workmate_desktop.domain.history import ACTOR_PROGRAM, Action, NoticeKind
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.owed import Entry, EntryKind, covered
from workmate_desktop.domain.review import Decision
from workmate_desktop.services.booking.owed.entries import entries_of
from workmate_desktop.services.booking.owed.move_lines import tell_move
from workmate_desktop.store.invoices.owed_entries import CreditUse
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.payments.moves import Move
from workmate_desktop.store.transaction import Transaction

Update = Callable[[Transaction, InvoiceToBook], tuple[InvoiceStatus, InvoiceStatus]]
"""services/booking/owed/status.py, update_status."""


@dataclass(slots=True)
class _Placed:
    """A credit in use: what it moved until now, and what it is to move, by payment."""

    use: CreditUse
    target: InvoiceToBook
    """As it was before."""
    old: dict[str, Move]
    new: dict[str, int] = field(default_factory=dict)

    @property
    def before_minor(self) -> int:
        return sum(move.amount_minor for move in self.old.values())

    @property
    def more_minor(self) -> int:
        return sum(self.new.values()) - self.before_minor

    @property
    def changed(self) -> bool:
        return self.new != {key: move.amount_minor for key, move in self.old.items()}


def keep_covered(t: Transaction, invoice: InvoiceToBook, update: Update) -> bool:
    """Let the credits of this invoice's money stand as far as it covers them. Whether that changed
    anything: then the invoice's own sums are others now. `update` is called for the invoices on
    which they were used; those are told so.
    """
    placed = []
    for use in t.owed.credit_uses(invoice.id):
        target = t.invoices.to_book(use.to_id)
        assert target is not None  # an invoice with money on it is never deleted
        moves = t.moves.of_decision(use.decision_id)
        placed.append(_Placed(use, target, {move.payment_id: move for move in moves}))
    if not placed:
        return False
    _place(t, invoice, placed, _standing(t, invoice, placed))
    changed = [one for one in placed if one.changed]
    for one in changed:
        _write(t, invoice, one)
    for one in reversed(changed):  # the newest first
        _settle(t, invoice, one, update)
    return bool(changed)


def _standing(t: Transaction, invoice: InvoiceToBook, placed: list[_Placed]) -> dict[str, int]:
    """How much of each is right."""
    own = {one.use.decision_id for one in placed}
    entries = entries_of(t, invoice.id, invoice.currency, without=own)
    used = [
        Entry(
            one.use.decision_id,
            EntryKind.MOVED_AWAY,
            one.use.at,
            # A cancelled invoice needs nothing back.
            one.before_minor if one.use.to_cancelled else one.use.amount_minor,
        )
        for one in placed
    ]
    return covered(invoice.total_minor + invoice.corrected_minor, entries, used)


def _place(
    t: Transaction, invoice: InvoiceToBook, placed: list[_Placed], right: dict[str, int]
) -> None:
    """Which payments bear them: as now where they can, else the newest."""
    free: dict[str, int] = dict(t.moves.sources(invoice.id, invoice.currency))
    newest = list(free)
    for move in (move for one in placed for move in one.old.values()):
        if move.payment_id not in free:
            free[move.payment_id] = t.moves.left_at(invoice.id, move.payment_id)
        free[move.payment_id] += move.amount_minor
    for one in placed:
        wanted = right[one.use.decision_id]
        most = [(move.payment_id, move.amount_minor) for move in one.old.values()]
        most += [(payment_id, wanted) for payment_id in newest]
        for payment_id, minor in most:
            part = min(wanted, minor, free[payment_id])
            if part > 0:
                one.new[payment_id] = one.new.get(payment_id, 0) + part
                free[payment_id] -= part
                wanted -= part


def _write(t: Transaction, origin: InvoiceToBook, one: _Placed) -> None:
    """The rows of what it moves of each payment, where that is another amount now."""
    for payment_id in dict.fromkeys((*one.old, *one.new)):
        old, now = one.old.get(payment_id), one.new.get(payment_id, 0)
        payment = t.payments.get(payment_id)
        assert payment is not None
        if now == (old.amount_minor if old else 0):
            continue
        if old is not None:
            t.moves.take_back(old, payment, ACTOR_PROGRAM)
        if now:
            decision_id = one.use.decision_id
            t.moves.add(payment, origin.id, one.target.id, now, decision_id, ACTOR_PROGRAM)


def _settle(t: Transaction, origin: InvoiceToBook, one: _Placed, update: Update) -> None:
    """What follows on the invoice on which it was used, and beyond; tell it."""
    target, more = one.target, one.more_minor
    keep_covered(t, target, update)
    status = update(t, target)
    for payment_id in one.old:
        _bring_back(t, target, payment_id, update)
    if not more:
        return
    action, detail = (
        (Action.CREDIT_USED, {}) if more > 0 else (Action.MOVE_UNDONE, {"because_gone": True})
    )
    key, amount, same = one.use.decision_id, abs(more), (origin.status, origin.status)
    tell_move(t, origin, action, ACTOR_PROGRAM, amount, same, key, other=target.number, **detail)
    tell_move(t, target, action, ACTOR_PROGRAM, amount, status, key, origin=origin.number, **detail)
    if more < 0:
        t.notices.add(
            NoticeKind.CREDIT_GONE,
            invoice_id=target.id,
            number=target.number,
            origin=origin.number,
            amount_minor=amount,
            currency=target.currency,
        )
    else:
        t.notices.end(NoticeKind.CREDIT_GONE, target.id)


def _bring_back(t: Transaction, invoice: InvoiceToBook, payment_id: str, update: Update) -> None:
    """More of this payment was moved on from here than is here now: the rest of it comes back."""
    payment = t.payments.get(payment_id)
    assert payment is not None
    for move in t.moves.of_payment(payment_id):
        missing = -t.moves.left_at(invoice.id, payment_id)
        if missing <= 0:
            return
        if move.from_id != invoice.id or move.credit:
            continue
        here, there = t.invoices.to_book(invoice.id), t.invoices.to_book(move.to_id)
        assert here is not None and there is not None
        amount = min(missing, move.amount_minor)
        t.moves.take_back(move, payment, ACTOR_PROGRAM)
        if amount < move.amount_minor:
            rest = move.amount_minor - amount
            t.moves.add(payment, here.id, there.id, rest, move.decision_id, ACTOR_PROGRAM)
        else:
            _note_undone(t, move, there)
        status = update(t, there)
        for told, beside in ((here, {"other": there.number}), (there, {"origin": here.number})):
            states = update(t, here) if told is here else status
            tell_move(
                t, told, Action.MOVE_UNDONE, ACTOR_PROGRAM, amount, states, move.decision_id,
                because_gone=True, **beside,
            )  # fmt: skip
        _bring_back(t, there, payment_id, update)


def _note_undone(t: Transaction, move: Move, target: InvoiceToBook) -> None:
    t.reviews.add(
        Decision.UNDONE,
        ACTOR_PROGRAM,
        livemode=target.livemode,
        payment_id=move.payment_id,
        invoice_id=target.id,
        amount_minor=move.amount_minor,
        currency=target.currency,
        undoes_id=move.decision_id,
    )
