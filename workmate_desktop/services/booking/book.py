"""What an authentic event does to the books: the rules, in the order in which they apply.

Everything here runs inside one transaction of the writer: event row (unique id), payment row
(unique payment intent), status from the sum of the payments, history row, notice row.
"""

import logging
from dataclasses import dataclass, replace

from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.reversals import Told
from workmate_desktop.domain.stripe.events import (
    CHARGE_TYPES,
    FOUND_BY_INVOICE,
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
    REVERSAL_TYPES,
    RUNNING_TYPES,
    Outcome,
    Reason,
    Source,
    StripeEvent,
)
from workmate_desktop.services.booking import book_reversals, named_twice
from workmate_desktop.services.booking.charges import NOT_BELIEVED, learn_charge, reason_of_charge
from workmate_desktop.services.booking.owed.status import (
    add_payment,
    forget_paid_failures,
    tell_invoice,
    update_status,
)
from workmate_desktop.services.booking.ownership import is_not_ours, with_own_numbers
from workmate_desktop.services.booking.running import note_running, reason_of_running
from workmate_desktop.services.booking.staff_notice import tell_staff
from workmate_desktop.services.given_numbers import note_number_of
from workmate_desktop.store.database.errors import trouble_of
from workmate_desktop.store.events.deleted_test_data import was_deleted
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.pending import OnceMore
from workmate_desktop.store.transaction import Transaction

logger = logging.getLogger("workmate.book")

_KNOWN_TYPES = frozenset(
    (PAYMENT_SUCCEEDED, PAYMENT_FAILED, *RUNNING_TYPES, *REVERSAL_TYPES, *CHARGE_TYPES)
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What booking has to know of this installation.

    `livemode` is the mode of the keys, None while no key tells. `account` is the id of our own
    Stripe account, None while unknown.
    """

    instance_id: str
    livemode: bool | None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an event did. `known` is True when the same event had been kept before, also under
    the name that the comparison or the search for old payments gives it."""

    event: StripeEvent
    outcome: Outcome
    reason: Reason | None = None
    invoice: InvoiceToBook | None = None
    known: bool = False


Bugs = dict[str, str]
"""Event → the error of ours for which it could not be booked. Whoever books keeps it as long as
the job that books, over its repetitions."""


def book(t: Transaction, event: StripeEvent, source: Source, rules: Rules, bugs: Bugs) -> Receipt:
    """Keep the event, and do what it says. A known event changes nothing.

    Raises OnceMore after a bug in booking: half a booking is undone with its transaction alone.
    With the same `bugs` the event is then kept for review.
    """
    if t.events.is_known(event.id):
        return Receipt(event, Outcome.DUPLICATE, known=True)
    if event.written and event.invoice_ref is None:
        event = with_own_numbers(t, event)
    return _decide_safely(t, event, source, rules, bugs, first_time=True)


def book_again(t: Transaction, event_id: str, rules: Rules, bugs: Bugs) -> Receipt | None:
    """Process a kept event again: safe at any time. None when there is no such event. Raises
    OnceMore as `book`.

    Only what was left undecided is decided anew; what is booked stays booked.
    """
    found = t.events.stored(event_id)
    if found is None:
        return None
    event, outcome, source = found
    if outcome not in (Outcome.NEEDS_REVIEW, Outcome.IGNORED):
        return Receipt(event, outcome, known=True)
    if t.reviews.in_force(event_id) is not None:
        return Receipt(event, outcome, known=True)  # what a person decided, a person takes back
    return _decide_safely(t, event, source, rules, bugs, first_time=False)


def _decide_safely(
    t: Transaction,
    event: StripeEvent,
    source: Source,
    rules: Rules,
    bugs: Bugs,
    *,
    first_time: bool,
) -> Receipt:
    """A bug in booking must not lose the event: it stays, with the error, for review."""
    if event.reversal is not None and event.account in (None, rules.account):
        event = book_reversals.with_payment(t, event)
    receipt = _decide_or_learn(t, event, source, rules, bugs, first_time=first_time)
    if receipt.known:
        return receipt  # kept under another name: the same piece of news is one line for staff
    invoice_id = receipt.invoice.id if receipt.invoice else None
    reason = receipt.reason.value if receipt.reason else None
    error = bugs.get(event.id)
    if first_time:
        t.events.add(event, source, receipt.outcome, invoice_id, reason=reason, error=error)
    else:
        t.events.decide(event, receipt.outcome, invoice_id, reason=reason, error=error)
    if receipt.outcome is Outcome.FAILURE_RECORDED and receipt.invoice is not None:
        # Only now does the event count as a failure of this invoice.
        failed_at = t.events.last_failure_at(receipt.invoice.id)
        t.invoices.set_last_failure(receipt.invoice.id, failed_at)
    if receipt.invoice is not None and (
        event.type in RUNNING_TYPES or receipt.invoice.running_since is not None
    ):
        note_running(t, receipt.invoice)
    gone = receipt.outcome is Outcome.NEEDS_REVIEW and book_reversals.close_if_gone(t, event)
    if first_time and not gone:
        tell_staff(t, receipt.event, receipt.outcome, receipt.reason, receipt.invoice)
    return receipt


def _decide_or_learn(
    t: Transaction,
    event: StripeEvent,
    source: Source,
    rules: Rules,
    bugs: Bugs,
    *,
    first_time: bool,
) -> Receipt:
    if event.id in bugs:
        return Receipt(event, Outcome.NEEDS_REVIEW, Reason.PROGRAM_ERROR)
    t.events.deciding = event
    try:
        receipt = _decide(t, event, source, rules, first_time=first_time)
        if event.charge is not None and receipt.reason not in NOT_BELIEVED:
            learn_charge(t, event.charge, source)
    except Exception as fault:
        if trouble_of(fault) is not None or not t.raw.in_transaction:
            raise  # the database's trouble, not ours: Stripe comes again
        logger.exception("Booking of %s failed", event.id)
        bugs[event.id] = type(fault).__name__
        raise OnceMore from fault
    finally:
        t.events.deciding = None
    return receipt


def _decide(
    t: Transaction, event: StripeEvent, source: Source, rules: Rules, *, first_time: bool
) -> Receipt:
    ignored = _reason_to_ignore(t, event, rules)
    if ignored is not None:
        return Receipt(event, Outcome.IGNORED, ignored)
    if event.type in CHARGE_TYPES:
        ignored, about = reason_of_charge(t, event, rules.livemode)
        return Receipt(event, Outcome.IGNORED, ignored, about)
    if event.type in RUNNING_TYPES:
        ignored, about = reason_of_running(t, event, source, rules.instance_id)
        return Receipt(event, Outcome.IGNORED, ignored, about)
    if event.reversal is not None:
        made = _take_reversal(t, event, source, rules)
        same = made.outcome is Outcome.DUPLICATE and first_time and _told_by_comparison(t, event)
        return replace(made, known=True) if same else made
    if event.type == PAYMENT_FAILED:
        return _take_failure(t, event, source, rules)
    return _take_success(t, event, source, rules, first_time=first_time)


def _take_reversal(t: Transaction, event: StripeEvent, source: Source, rules: Rules) -> Receipt:
    reason = _reason_not_to_trust(event, rules)
    if reason is not None:
        return Receipt(event, Outcome.NEEDS_REVIEW, reason)
    held = t.payments.by_intent(event.payment_intent_id or "")
    if held is not None and held[1] is None and t.events.is_not_ours(event.payment_intent_id or ""):
        # It was on an invoice and was taken off again: it is the other program's once more.
        return Receipt(event, Outcome.IGNORED, Reason.PAYMENT_UNKNOWN)
    made = book_reversals.decide(t, event, source)
    return Receipt(event, made.outcome, made.reason, made.invoice)


def _told_by_comparison(t: Transaction, event: StripeEvent) -> bool:
    """A refund that the comparison has told as it is now. A dispute is no such case: its events
    say besides whether money moved, which its object does not.
    """
    told = event.reversal
    if told is None or told.told is not Told.REFUND:
        return False
    return t.events.is_known(f"{FOUND_BY_INVOICE}{told.object_id}_{told.status}")


def _take_failure(t: Transaction, event: StripeEvent, source: Source, rules: Rules) -> Receipt:
    """No money came, so one that is not surely of an invoice here asks nobody for a decision."""
    invoice = t.invoices.to_book(event.invoice_ref) if event.invoice_ref else None
    if is_not_ours(t, event, rules.instance_id):
        return Receipt(event, Outcome.IGNORED, Reason.NOT_OURS)
    reason = _reason_not_to_tell(event, rules) or _reason_to_review(event, invoice, rules)
    if reason is Reason.UNKNOWN_INVOICE:
        note_number_of(t, event, rules.instance_id)
    if reason is not None or invoice is None:
        return Receipt(event, Outcome.IGNORED, reason)
    # A failed attempt never touches the status: it stays what the payments say.
    why = {"decline_code": event.decline_code, "failure_code": event.failure_code}
    tell_invoice(t, invoice, Action.PAYMENT_FAILED, event, source, **why)
    return Receipt(event, Outcome.FAILURE_RECORDED, None, invoice)


def _take_success(
    t: Transaction, event: StripeEvent, source: Source, rules: Rules, *, first_time: bool
) -> Receipt:
    held = t.payments.by_intent(event.payment_intent_id or "")
    free = held is None or (held[1] is None and not first_time)
    if free and is_not_ours(t, event, rules.instance_id):
        return Receipt(event, Outcome.IGNORED, Reason.NOT_OURS)
    reason = _reason_not_to_trust(event, rules)
    if reason is not None:
        return Receipt(event, Outcome.NEEDS_REVIEW, reason)
    if held is not None and not free:
        other = named_twice.other_invoice(t, event, *held, first_time=first_time)
        if other is not None:
            if first_time:
                forget_paid_failures(t, other)
                why = Reason.NAMED_TWICE.value
                tell_invoice(t, other, Action.PAYMENT_TO_REVIEW, event, source, reason=why)
            return Receipt(event, Outcome.NEEDS_REVIEW, Reason.NAMED_TWICE, other)
        invoice = t.invoices.to_book(held[1]) if held[1] else None
        same = first_time and t.events.is_told_otherwise(event)
        return Receipt(event, Outcome.DUPLICATE, Reason.SAME_INTENT, invoice, known=same)
    invoice = t.invoices.to_book(event.invoice_ref) if event.invoice_ref else None
    reason = _reason_to_review(event, invoice, rules)
    if reason is None and invoice is not None:
        _take_payment(t, event, invoice, source, held[0] if held else None)
        return Receipt(event, Outcome.BOOKED, None, invoice)
    if reason is Reason.OTHER_INSTALLATION:
        return Receipt(event, Outcome.NEEDS_REVIEW, reason)
    if reason is Reason.UNKNOWN_INVOICE:
        note_number_of(t, event, rules.instance_id)
    if held is None and reason is not Reason.WRONG_MODE:
        _keep_unassigned(t, event, invoice, source, reason)
    return Receipt(event, Outcome.NEEDS_REVIEW, reason, invoice)


def _reason_to_ignore(t: Transaction, event: StripeEvent, rules: Rules) -> Reason | None:
    if event.thin:
        return Reason.THIN_EVENT
    if event.account is not None and event.account != rules.account:
        return Reason.FOREIGN_ACCOUNT
    if event.type not in _KNOWN_TYPES:
        return Reason.UNKNOWN_TYPE
    if not event.livemode and event.problem is None and was_deleted(t, event):
        # Fetched once more, or under another name: it may not come back to the books.
        return Reason.DELETED_TEST_DATA
    return None


def _reason_not_to_trust(event: StripeEvent, rules: Rules) -> Reason | None:
    """Why this event may not touch the books at all, whatever invoice it names."""
    if event.problem is not None:
        return Reason.BAD_AMOUNT
    if event.payment_intent_id is None and event.reversal is None:
        return Reason.BAD_AMOUNT
    if (reason := _reason_of_mode(event, rules)) is not None:
        return reason
    if event.type == PAYMENT_SUCCEEDED:
        if event.intent_status != "succeeded":
            return Reason.NOT_SUCCEEDED
        if event.amount_minor is None or event.amount_minor <= 0 or event.currency is None:
            return Reason.BAD_AMOUNT
    return None


def _reason_not_to_tell(event: StripeEvent, rules: Rules) -> Reason | None:
    """Why a failure may be told to no invoice. Its amount moves nothing, so it may be unclear."""
    if event.problem == "livemode":
        return Reason.BAD_AMOUNT
    return _reason_of_mode(event, rules)


def _reason_of_mode(event: StripeEvent, rules: Rules) -> Reason | None:
    """The keys of this installation are of the other mode."""
    if rules.livemode is not None and event.livemode != rules.livemode:
        return Reason.WRONG_MODE
    return None


def _reason_to_review(
    event: StripeEvent, invoice: InvoiceToBook | None, rules: Rules
) -> Reason | None:
    """Why this money may not be put on the invoice that the event names."""
    if event.workmate_instance not in (None, rules.instance_id):
        return Reason.OTHER_INSTALLATION
    if event.invoice_ref is None:
        return Reason.NO_INVOICE
    if invoice is None:
        return Reason.UNKNOWN_INVOICE
    if invoice.livemode != event.livemode:
        return Reason.WRONG_MODE
    if (
        event.invoice_number is not None
        and invoice.number is not None
        and event.invoice_number != invoice.number
    ):
        return Reason.INVOICE_MISMATCH
    if event.type == PAYMENT_FAILED:
        return _reason_of_mark(event)
    if invoice.status is InvoiceStatus.DRAFT:
        return Reason.INVOICE_DRAFT
    if invoice.status is InvoiceStatus.CANCELLED:
        return Reason.INVOICE_CANCELLED
    if event.currency != invoice.currency:
        return Reason.OTHER_CURRENCY
    return _reason_of_mark(event)


def _reason_of_mark(event: StripeEvent) -> Reason | None:
    """All that this program asks Stripe for bears its mark. Test money may come without one:
    so it comes from the Stripe CLI."""
    unmarked = event.livemode and event.workmate_instance is None
    return Reason.NOT_MARKED if unmarked else None


def _take_payment(
    t: Transaction,
    event: StripeEvent,
    invoice: InvoiceToBook,
    source: Source,
    held_payment: str | None,
) -> None:
    amount_minor = event.amount_minor
    if held_payment is not None:
        t.payments.assign(held_payment, invoice.id)
        amount_minor = t.payments.left_of(held_payment)  # a part may have gone back already
    else:
        add_payment(t, event, invoice.id)
    before, after = update_status(t, invoice)
    status = {"from": before.value, "to": after.value}
    tell_invoice(
        t, invoice, Action.PAYMENT_BOOKED, event, source, amount_minor=amount_minor, **status
    )
    book_reversals.book_waiting(t, event)


def _keep_unassigned(
    t: Transaction,
    event: StripeEvent,
    invoice: InvoiceToBook | None,
    source: Source,
    reason: Reason | None,
) -> None:
    """The money is there, whoever it is from: it is kept, and staff decide."""
    add_payment(t, event, None)
    book_reversals.book_waiting(t, event)
    if invoice is not None:
        forget_paid_failures(t, invoice)
        why = reason.value if reason else None
        tell_invoice(t, invoice, Action.PAYMENT_TO_REVIEW, event, source, reason=why)
