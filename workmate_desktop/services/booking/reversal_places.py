"""On which invoice a refund or a bank's taking is booked, where the money of the payment was moved.

A credit gives way first (services/booking/owed/credit_cover.py). Of one payment for several
invoices only staff know which of them was refunded: it counts on the first one and they are asked;
what is more than was for the first one counts on the others. Where each one counts follows from all
that went back, the oldest first, and not from what was told first.
"""

from dataclasses import replace
from datetime import datetime

from workmate_desktop.domain.clock import to_text
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import ACTOR_STRIPE, Action, NoticeKind
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.payments.reversals import CHARGE_PREFIXES, GoneBack, ReversalKind
from workmate_desktop.domain.stripe.events import Outcome, Reason, StripeEvent
from workmate_desktop.services.booking import moving
from workmate_desktop.services.booking.owed.reversal_facts import placed_elsewhere, standing_of
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction

_REFUNDS = (ReversalKind.REFUND, ReversalKind.REFUND_FAILED)


Places = dict[str, dict[str, int]]
"""Refund or dispute → invoice → how much of it counts there, in minor units."""


def places(
    t: Transaction, payment: Payment, object_id: str, amount_minor: int
) -> list[tuple[str | None, int]]:
    """(invoice, how much of it) of a counter-entry to be; `amount_minor` < 0: it comes back."""
    home = payment.invoice_id
    whole: list[tuple[str | None, int]] = [(home, amount_minor)]
    have = _booked(t, payment)
    if home is None or (not t.moves.of_payment(payment.id) and _all_at(home, have)):
        return whole
    then = {key: dict(one) for key, one in have.items()}
    one = then.setdefault(object_id, {})
    one[home] = one.get(home, 0) + amount_minor
    names = _names(then)
    before, now = _by_name(have, names), _by_name(then, names)
    steps = _steps(before.get(names[object_id], {}), _right(t, payment, now)[names[object_id]])
    same_way = all((step > 0) == (amount_minor > 0) for step in steps.values())
    return list(steps.items()) if same_way else whole


def rearrange(t: Transaction, payment: Payment) -> None:
    """What went back of one payment for several invoices stands where it would, had all of it been
    told at once: Stripe may tell of a later refund before it tells that the first one failed.
    """
    booked, home = _booked(t, payment), payment.invoice_id
    if home is None or (not t.moves.of_payment(payment.id) and _all_at(home, booked)):
        return
    have = _by_name(booked, _names(booked))
    right = _right(t, payment, have)
    for object_id, now in have.items():
        steps = _steps(now, right[object_id])
        for source in [key for key, step in steps.items() if step < 0]:
            for target in [key for key, step in steps.items() if step > 0]:
                minor = min(-steps[source], steps[target])
                if minor > 0:
                    _shift(t, payment, object_id, source, target, minor)
                    steps[source] += minor
                    steps[target] -= minor


def _booked(t: Transaction, payment: Payment) -> Places:
    found: Places = {}
    for row in t.payments.reversals_of(payment.id):
        if row.stripe_object_id is not None and row.invoice_id is not None:
            places = found.setdefault(row.stripe_object_id, {})
            places[row.invoice_id] = places.get(row.invoice_id, 0) - row.amount_minor
    return found


def _names(booked: Places) -> dict[str, str]:
    """Object → the name it went under. A refund that was told without its id is booked under its
    charge, and comes back under its own id when it fails."""
    charges = [key for key in booked if key.startswith(CHARGE_PREFIXES)]
    return {
        key: charges[0] if charges and sum(one.values()) < 0 else key for key, one in booked.items()
    }


def _by_name(booked: Places, names: dict[str, str]) -> Places:
    found: Places = {}
    for key, one in booked.items():
        places = found.setdefault(names[key], {})
        for invoice_id, minor in one.items():
            places[invoice_id] = places.get(invoice_id, 0) + minor
    return found


def _steps(now: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    steps = {key: right.get(key, 0) - now.get(key, 0) for key in {**now, **right}}
    return {key: step for key, step in steps.items() if step}


def _all_at(invoice_id: str, gone: Places) -> bool:
    return all(
        key == invoice_id or not minor for one in gone.values() for key, minor in one.items()
    )


def _right(t: Transaction, payment: Payment, gone: Places) -> Places:
    """The same, as it should be."""
    home = payment.invoice_id
    assert home is not None
    left = dict(moving.shares(t, payment, before_refunds=True)) or {home: 0}
    news = standing_of(t, payment)
    said = _said_by_staff(t, payment, gone, news)
    placed = {at for _, _, at, _ in placed_elsewhere(t, payment, news)}
    found: Places = {key: {} for key in gone}
    for object_id, (invoice_id, asked) in said.items():
        part = max(0, min(sum(gone[object_id].values()), asked))
        found[object_id] = {invoice_id: part}
        left[invoice_id] = left.get(invoice_id, 0) - part
    for object_id, wanted in _in_order(news, gone, found, placed):
        places, minor = found[object_id], wanted
        for invoice_id in (home, *left):
            part = min(minor, max(0, left.get(invoice_id, 0)))
            if part > 0:
                places[invoice_id] = places.get(invoice_id, 0) + part
                left[invoice_id] -= part
                minor -= part
        if minor:  # a bank may take more than was paid
            places[home] = places.get(home, 0) + minor
    return found


def _in_order(
    news: GoneBack, gone: Places, said: Places, placed: set[datetime]
) -> list[tuple[str, int]]:
    """(name it is booked under, how much of it staff said nothing of), the oldest first; of one
    second refunds first. What is booked under its charge may be several refunds, and each of them
    has its own place among the others.
    """
    times = {one.object_id: one.at for one in news.refunds}
    times |= {key: one.at for key, one in news.disputes.items()}
    nameless = [
        (one.at, one.amount_minor)
        for one in news.refunds
        if one.counts and one.object_id not in gone
    ]
    # What staff placed is not among what is left.
    nameless = sorted([*nameless, *news.unnamed], key=lambda one: (one[0] in placed, one))
    steps: list[tuple[str, bool, str, int]] = []
    for key, one in gone.items():
        left = sum(one.values()) - sum(said[key].values())
        parts = [] if key in times else nameless
        for at, minor in parts:
            part = min(left, minor)
            if part > 0:
                steps.append((to_text(at), False, key, part))
                left -= part
        if left:
            last = times.get(key) or max((at for at, _ in parts), default=None)
            steps.append((to_text(last) if last else "", key in news.disputes, key, left))
    return [(key, minor) for _, _, key, minor in sorted(steps)]


def _said_by_staff(
    t: Transaction, payment: Payment, gone: Places, news: GoneBack
) -> dict[str, tuple[str, int]]:
    """Refund or dispute → (the other invoice, how much), where staff said that it was about that
    one."""
    found: dict[str, tuple[str, int]] = {}
    for event, invoice_id, _, minor in placed_elsewhere(t, payment, news):
        assert event.reversal is not None
        about = (event.reversal.object_id, event.reversal.charge_id)
        key = next((one for one in about if one in gone), None)
        if key is not None:
            found[key] = (invoice_id, found.get(key, ("", 0))[1] + minor)
    return found


def _shift(
    t: Transaction, payment: Payment, object_id: str, source: str, target: str, minor: int
) -> None:
    """So much of what went back counts on another invoice: all its rows, or two more of them."""
    rows = [
        row
        for row in t.payments.reversals_of(payment.id)
        if row.stripe_object_id == object_id and row.invoice_id == source
    ]
    if -sum(row.amount_minor for row in rows) == minor:
        _move_entries(t, rows, source, target, minor, ACTOR_STRIPE)
        return
    refund = any(row.kind in _REFUNDS for row in rows)
    gone = ReversalKind.REFUND if refund else ReversalKind.DISPUTE
    back = ReversalKind.REFUND_FAILED if refund else ReversalKind.DISPUTE_WON
    at = rows[0].received_at if rows else t.now()
    before = [t.invoices.to_book(key) for key in (source, target)]
    for invoice_id, kind, signed in ((source, back, minor), (target, gone, -minor)):
        there = replace(payment, invoice_id=invoice_id)
        t.payments.add_reversal(there, signed, kind, object_id, at=at, actor=ACTOR_STRIPE)
    _tell(t, before, minor, object_id, ACTOR_STRIPE)


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
            t.notices.end(NoticeKind.NEEDS_REVIEW, event_id=event.id)


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
        rows, home = _at_home(t, payment, event), payment.invoice_id
        _move_entries(t, rows, home, invoice_id, gone, actor)
    t.reviews.settle_event(event.id, Outcome.BOOKED, invoice_id)
    rearrange(t, payment)


def _move_entries(
    t: Transaction,
    rows: list[Payment],
    source: str,
    target: str,
    amount_minor: int,
    actor: str,
) -> None:
    before = [t.invoices.to_book(key) for key in (source, target)]
    if None in before:
        raise UserError("invoice_gone")
    t.payments.place_reversals([row.id for row in rows], target)
    _tell(t, before, amount_minor, rows[0].stripe_object_id, actor)


def _tell(
    t: Transaction,
    both: list[InvoiceToBook | None],
    amount_minor: int,
    object_id: str | None,
    actor: str,
) -> None:
    """A line on both invoices, from where and to where; `both` as they were before."""
    first, other = both
    assert first is not None and other is not None
    for invoice, detail in ((first, {"other": other.number}), (other, {"origin": first.number})):
        before, after = update_status(t, invoice)
        t.history.add(
            invoice.id,
            Action.REVERSAL_PLACED,
            actor,
            livemode=invoice.livemode,
            amount_minor=amount_minor,
            currency=invoice.currency,
            object_id=object_id,
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
