"""One payment that is named for two invoices: it counts once, and staff say for which.

An intent has one row of money (its id is unique), so nothing is ever counted twice; but a later
success that names another invoice than the money stands on is no plain repetition: its metadata
was changed at Stripe, or two programs tell of it in two ways.
"""

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.invoices.invoices import OWED
from workmate_desktop.domain.review import Decision
from workmate_desktop.domain.stripe.events import Outcome, Reason, StripeEvent
from workmate_desktop.services.booking import moving
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction


def other_invoice(
    t: Transaction,
    event: StripeEvent,
    payment_id: str,
    home_id: str | None,
    *,
    first_time: bool,
) -> InvoiceToBook | None:
    """The invoice that this success names, although its money stands elsewhere, and nobody was
    asked yet; None for a repetition.

    Money that waits for staff anyway is asked about once: its item learns the other number.
    """
    if event.invoice_ref is None or event.invoice_ref == home_id:
        return None
    named = t.invoices.to_book(event.invoice_ref)
    if named is None or named.id == home_id:
        return None
    if first_time and t.events.was_named(event.payment_intent_id or "", named.id, named.number):
        return None
    if t.payments.left_of(payment_id) == 0:
        return None  # all of it went back: there is nothing to decide
    if any(named.id in (move.from_id, move.to_id) for move in t.moves.of_payment(payment_id)):
        return None
    if home_id is None and first_time:
        waiting = t.reviews.waiting_event_of(payment_id)
        if waiting is not None:
            if named.number is not None:
                t.events.mention(waiting, named.number)
            return None
    return named


def is_asked(t: Transaction, event_id: str) -> bool:
    """Whether this event waits for that reason."""
    return t.events.reason_of(event_id) == Reason.NAMED_TWICE.value


def hand_over(
    t: Transaction, event_id: str, payment_id: str, home_id: str, target: InvoiceToBook, actor: str
) -> str:
    """The money counts for `target`, as much of it as is owed there. Returns the decision.

    UserError review_same_invoice, review_invoice_closed, move_too_much (nothing is owed there, or
    nothing of it is left here).
    """
    home = t.invoices.to_book(home_id)
    if home is None:
        raise UserError("invoice_gone")
    if home.id == target.id:
        raise UserError("review_same_invoice")
    if target.status not in OWED:
        raise UserError("move_too_much")
    named = t.reviews.named_invoice(event_id)
    amount_minor = min(t.moves.left_at(home.id, payment_id), target.outstanding_minor)
    about = (event_id, payment_id)
    if amount_minor <= 0 or not moving.move(
        t, home, target, amount_minor, Decision.MONEY_SPLIT, actor, about=about
    ):
        raise UserError("move_too_much")
    t.reviews.settle_event(event_id, Outcome.BOOKED, named)
    return t.moves.of_payment(payment_id)[0].decision_id


def taken_back(t: Transaction, event_id: str) -> None:
    """The decision of `hand_over` was undone: the item waits again."""
    if event_id and is_asked(t, event_id):
        t.reviews.settle_event(event_id, Outcome.NEEDS_REVIEW, t.reviews.named_invoice(event_id))
