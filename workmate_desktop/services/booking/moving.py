"""Money of one payment that counts for another invoice: credits that are used, and one payment for
several invoices.

The payment stays one row on its first invoice. Moving writes two rows in one transaction, one
below 0 there and one above 0 here, so no sum ever holds it twice. When money goes back, a credit
gives way first (services/booking/owed/credit_cover.py).
"""

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.invoices import OWED
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.review import Decision
from workmate_desktop.services.booking.owed.move_lines import tell_move
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.payments.moves import Move
from workmate_desktop.store.transaction import Transaction


def split(t: Transaction, from_id: str, to_id: str, amount_minor: int, actor: str) -> None:
    """Verteilen: money that is too much on one invoice counts for another one.

    UserError invoice_gone, invoice_not_issued, amount_invalid, review_other_currency,
    review_wrong_mode, move_too_much (more than is too much there, or owed here).
    """
    origin, target = _both(t, from_id, to_id)
    if amount_minor <= 0:
        raise UserError("amount_invalid")
    spare = origin.overpaid_minor - t.reviews.credited(origin.id)
    if amount_minor > min(spare, target.outstanding_minor):
        raise UserError("move_too_much")
    move(t, origin, target, amount_minor, Decision.MONEY_SPLIT, actor)


def move(
    t: Transaction,
    origin: InvoiceToBook,
    target: InvoiceToBook,
    amount_minor: int,
    kind: Decision,
    actor: str,
    credit_id: str | None = None,
    about: tuple[str, str] | None = None,
) -> int:
    """Move so much, from the newest payments first, with one decision for each of them.

    `about`: the item of Klärung nötig that is decided by it, and the one payment that it is about.
    Returns how much was moved, in minor units: less where there is less.
    """
    item_id, only = about or ("", None)
    decisions: list[str] = []
    left = amount_minor
    for payment_id, here in t.moves.sources(origin.id, origin.currency):
        payment = t.payments.get(payment_id)
        part = min(here, left)
        if payment is None or part <= 0 or only not in (None, payment_id):
            continue
        decision_id = t.reviews.add(
            kind,
            actor,
            livemode=origin.livemode,
            item_id=item_id,
            payment_id=payment_id,
            invoice_id=target.id,
            amount_minor=part,
            currency=origin.currency,
            credit_id=credit_id,
            was_invoice_id=origin.id,
        )
        t.moves.add(payment, origin.id, target.id, part, decision_id, actor)
        decisions.append(decision_id)
        left -= part
    moved = amount_minor - left
    if not moved:
        return 0
    status_origin, status_target = update_status(t, origin), update_status(t, target)
    action = Action.CREDIT_USED if credit_id else Action.MONEY_MOVED
    tell_move(t, origin, action, actor, moved, status_origin, decisions[0], other=target.number)
    tell_move(t, target, action, actor, moved, status_target, decisions[0], origin=origin.number)
    return moved


def undo(t: Transaction, decision_id: str, actor: str) -> None:
    """Take a move back, both rows. UserError review_undone_already, review_money_moved (it was
    moved on from there), review_undo_refunded (it went back from there)."""
    moves = t.moves.of_decision(decision_id)
    if not moves:
        raise UserError("review_undone_already")
    for found in moves:
        if t.moves.left_at(found.to_id, found.payment_id) < found.amount_minor:
            others = t.moves.of_payment(found.payment_id)
            onward = any(one.from_id == found.to_id for one in others)
            raise UserError("review_money_moved" if onward else "review_undo_refunded")
    _take_back(t, moves, actor)


def shares(
    t: Transaction, payment: Payment, *, before_refunds: bool = False
) -> list[tuple[str, int]]:
    """(invoice, what of the payment's money is for it), where it was split; else []. A credit,
    also one that was split, is for the invoice that it came from: it gives way."""
    left_at = t.moves.came_to if before_refunds else t.moves.left_at
    moves = t.moves.of_payment(payment.id)
    home = payment.invoice_id
    if home is None:
        return []
    found = {home: left_at(home, payment.id)}
    given: list[Move] = []
    for one in reversed(moves):  # the oldest first
        if one.credit or one.from_id not in found:
            given.append(one)
        else:
            found[one.to_id] = left_at(one.to_id, payment.id)
    if len(given) == len(moves):
        return []
    for one in given:
        if one.from_id in found:
            found[one.from_id] += one.amount_minor
        if one.to_id in found:
            found[one.to_id] -= one.amount_minor
    return [(invoice_id, minor) for invoice_id, minor in found.items() if minor > 0]


def _take_back(t: Transaction, moves: list[Move], actor: str) -> None:
    """All that one decision moved."""
    first, amount = moves[0], sum(one.amount_minor for one in moves)
    origin, target = t.invoices.to_book(first.from_id), t.invoices.to_book(first.to_id)
    decision = t.reviews.get(first.decision_id)
    assert origin is not None and target is not None
    assert decision is not None  # decisions are never deleted while their money is here
    for one in moves:
        payment = t.payments.get(one.payment_id)
        assert payment is not None
        t.moves.take_back(one, payment, actor)
    t.reviews.add(
        Decision.UNDONE,
        actor,
        livemode=decision.livemode,
        payment_id=first.payment_id,
        invoice_id=target.id,
        amount_minor=amount,
        currency=origin.currency,
        undoes_id=decision.id,
    )
    status_origin, status_target = update_status(t, origin), update_status(t, target)
    action, key = Action.MOVE_UNDONE, decision.id
    tell_move(t, origin, action, actor, amount, status_origin, key, other=target.number)
    tell_move(t, target, action, actor, amount, status_target, key, origin=origin.number)


def _both(t: Transaction, from_id: str, to_id: str) -> tuple[InvoiceToBook, InvoiceToBook]:
    origin, target = t.invoices.to_book(from_id), t.invoices.to_book(to_id)
    if origin is None or target is None:
        raise UserError("invoice_gone")
    if target.status not in OWED:
        raise UserError("review_invoice_closed")
    if origin.currency != target.currency:
        raise UserError("review_other_currency")
    if origin.livemode != target.livemode:
        raise UserError("review_wrong_mode")
    return origin, target
