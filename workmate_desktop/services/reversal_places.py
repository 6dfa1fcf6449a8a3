"""On which invoice a refund or a bank's taking is booked, where the money of the payment was moved.

A credit gives way first (services/moving.py). Of one payment for several invoices only staff know
which of them was refunded: it counts on the first one and they are asked; unless more went back
than was for one of them, or it comes back from where it was.
"""

from collections import defaultdict

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.events import Outcome, Reason, StripeEvent
from workmate_desktop.domain.history import ACTOR_STRIPE, Action
from workmate_desktop.domain.payments import Payment
from workmate_desktop.domain.reversals import CHARGE_PREFIXES
from workmate_desktop.services import moving
from workmate_desktop.services.status import update_status
from workmate_desktop.store.transaction import Transaction


def places(
    t: Transaction, payment: Payment, object_id: str, amount_minor: int
) -> list[tuple[str | None, int]]:
    """(invoice, how much of it) of a counter-entry to be; `amount_minor` < 0: it comes back."""
    whole: list[tuple[str | None, int]] = [(payment.invoice_id, amount_minor)]
    if payment.invoice_id is None:
        return whole
    if amount_minor < 0:
        return _where_it_was(t, payment, object_id, -amount_minor) or whole
    shares = dict(moving.shares(t, payment))
    if not shares or amount_minor <= shares.get(payment.invoice_id, 0):
        return whole
    # More than was for the first one: the others bear the rest.
    found: dict[str | None, int] = {}
    left = amount_minor
    for invoice_id, minor in shares.items():
        found[invoice_id] = min(left, minor)
        left -= found[invoice_id]
    if left:  # a bank may take more than was paid
        found[payment.invoice_id] = found.get(payment.invoice_id, 0) + left
    return [(invoice_id, minor) for invoice_id, minor in found.items() if minor]


def must_ask(t: Transaction, payment: Payment, event: StripeEvent) -> bool:
    """Whether staff have to say which invoice this was about."""
    if event.reversal is None:
        return False
    gone = -sum(row.amount_minor for row in _at_home(t, payment, event))
    if gone <= 0:
        return False
    shares = moving.shares(t, payment)
    return any(key != payment.invoice_id and minor >= gone for key, minor in shares)


def close_questions(t: Transaction, payment: Payment) -> None:
    """Which invoice a refund was about is not asked any more where it does not matter: it failed,
    or the payment is for one invoice again."""
    for event, outcome, reason in t.events.said_about(payment.stripe_payment_intent_id or ""):
        asked = outcome is Outcome.NEEDS_REVIEW and reason == Reason.SPLIT_REFUNDED.value
        if asked and not must_ask(t, payment, event):
            t.reviews.settle_event(event.id, Outcome.BOOKED, payment.invoice_id)


def place(t: Transaction, event: StripeEvent, invoice_id: str, actor: str) -> None:
    """Staff say which invoice was refunded: its counter-entries count there.

    UserError review_decided, invoice_gone, review_invoice_closed (the money was never there).
    """
    found = t.payments.by_intent(event.payment_intent_id or "")
    payment = t.payments.get(found[0]) if found else None
    if payment is None or payment.invoice_id is None:
        raise UserError("review_decided")
    if invoice_id != payment.invoice_id:  # there it counts already
        if not must_ask(t, payment, event):
            raise UserError("review_decided")
        gone = -sum(row.amount_minor for row in _at_home(t, payment, event))
        if dict(moving.shares(t, payment)).get(invoice_id, 0) < gone:
            raise UserError("review_invoice_closed")
        _move_entries(t, payment, _at_home(t, payment, event), invoice_id, actor)
    t.reviews.settle_event(event.id, Outcome.BOOKED, invoice_id)


def follow_the_money(t: Transaction, payment: Payment) -> None:
    """A refund that failed brought its money back to another invoice than the one that a later
    refund was booked on: that one took the money that is there now, so it counts there.

    Stripe may tell of the later refund before it tells that the first one failed.
    """
    home = payment.invoice_id
    moves = t.moves.of_payment(payment.id)
    if home is None or not moves:
        return
    for rows in _standing_at(t, payment, home):
        gone = -sum(row.amount_minor for row in rows)
        if gone > -t.moves.left_at(home, payment.id):
            continue  # the first invoice bears it
        for target in dict.fromkeys(move.to_id for move in moves):
            if t.moves.left_at(target, payment.id) >= gone:
                _move_entries(t, payment, rows, target, ACTOR_STRIPE)
                break


def _standing_at(t: Transaction, payment: Payment, invoice_id: str) -> list[list[Payment]]:
    """The counter-entries of each refund and dispute that is gone there, the newest first."""
    objects: dict[str, list[Payment]] = defaultdict(list)
    for row in t.payments.reversals_of(payment.id):
        if row.stripe_object_id is not None and row.invoice_id == invoice_id:
            objects[row.stripe_object_id].append(row)
    return [
        rows for rows in reversed(objects.values()) if sum(row.amount_minor for row in rows) < 0
    ]


def _move_entries(
    t: Transaction, payment: Payment, rows: list[Payment], invoice_id: str, actor: str
) -> None:
    first, other = t.invoices.to_book(payment.invoice_id or ""), t.invoices.to_book(invoice_id)
    if first is None or other is None:
        raise UserError("invoice_gone")
    t.payments.place_reversals([row.id for row in rows], other.id)
    amount = -sum(row.amount_minor for row in rows)
    for invoice, detail in ((first, {"other": other.number}), (other, {"origin": first.number})):
        before, after = update_status(t, invoice)
        t.history.add(
            invoice.id,
            Action.REVERSAL_PLACED,
            actor,
            livemode=invoice.livemode,
            amount_minor=amount,
            currency=payment.currency,
            object_id=rows[0].stripe_object_id,
            **{"from": before.value, "to": after.value},
            **detail,
        )


def _at_home(t: Transaction, payment: Payment, event: StripeEvent) -> list[Payment]:
    """What of this refund or dispute counts on the first invoice."""
    assert event.reversal is not None
    about = (event.reversal.object_id, event.reversal.charge_id)
    return [
        row
        for row in t.payments.reversals_of(payment.id)
        if row.stripe_object_id in about and row.invoice_id == payment.invoice_id
    ]


def _where_it_was(
    t: Transaction, payment: Payment, object_id: str, amount_minor: int
) -> list[tuple[str | None, int]]:
    """What comes back comes back to the invoices from which it went."""
    rows = [row for row in t.payments.reversals_of(payment.id) if row.stripe_object_id]
    own = [row for row in rows if row.stripe_object_id == object_id]
    gone: dict[str | None, int] = defaultdict(int)
    # A refund that was told without its id first is booked under its charge.
    charged = [row for row in rows if (row.stripe_object_id or "").startswith(CHARGE_PREFIXES)]
    for row in own or charged:
        gone[row.invoice_id] -= row.amount_minor
    found: list[tuple[str | None, int]] = []
    left = amount_minor
    for invoice_id, minor in gone.items():
        part = min(left, minor)
        if part > 0:
            found.append((invoice_id, -part))
            left -= part
    return found if not left else []
