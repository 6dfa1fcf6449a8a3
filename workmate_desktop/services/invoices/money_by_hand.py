"""Money that staff enter themselves, and what they do about the rest of an invoice: the rules.

Skonto and Ausbuchung close what is owed and are never money received. A Rückzahlung is money that
left the office by transfer or in cash. Each is a row of its own in `payments`, taken back by a row
of the same kind with the negated amount: nothing is changed or deleted. "Wieder offen" is a
decision about a refund (domain/invoices/owed.py says what follows), taken back by another decision.

All functions are for the inside of a transaction, which services/invoices/invoicing.py opens.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.closings import (
    REFUND,
    SKONTO,
    WRITE_OFF,
    Closing,
    by_staff,
    standing_refunds,
)
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.domain.payments.payments import MANUAL_METHODS
from workmate_desktop.domain.review import Decision
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.payments.owed_again import owed_again
from workmate_desktop.store.payments.refunds import requests_of
from workmate_desktop.store.payments.write import payments_of
from workmate_desktop.store.transaction import Transaction

NO_METHOD = ""
"""`payments.method` of Skonto and Ausbuchung: no money came by any way."""

_CLOSED = {SKONTO: Action.SKONTO, WRITE_OFF: Action.WRITTEN_OFF}
_TAKEN_BACK = {
    None: Action.PAYMENT_REVERSED,
    REFUND: Action.PAID_BACK_UNDONE,
    SKONTO: Action.CLOSING_UNDONE,
    WRITE_OFF: Action.CLOSING_UNDONE,
}


def enter(
    t: Transaction,
    invoice_id: str,
    amount_minor: int,
    method: str,
    received_on: date,
    note: str,
    actor: str,
    closing: Closing | None = None,
) -> str:
    """Zahlung eintragen; `closing` closes what it leaves open. Returns the payment's id.

    UserError amount_invalid, invoice_gone, invoice_not_issued, date_in_future, and those of
    `close_rest`.
    """
    invoice = _issued(t, invoice_id)
    _check_money(t, amount_minor, method, received_on)
    received_at = _moment_on(t, received_on)
    payment_id = t.payments.add_by_staff(
        invoice_id=invoice_id,
        amount_minor=amount_minor,
        currency=invoice.currency,
        method=method,
        livemode=invoice.livemode,
        received_at=received_at,
        actor=actor,
        note=note.strip(),
    )
    _tell(
        t,
        invoice,
        Action.MANUAL_PAYMENT,
        actor,
        amount_minor=amount_minor,
        method=method,
        received_on=received_on.isoformat(),
        note=note.strip() or None,
    )
    if closing is not None:
        close_rest(t, invoice_id, closing, actor, at=received_at, with_payment=True)
    return payment_id


def close_rest(
    t: Transaction,
    invoice_id: str,
    closing: Closing,
    actor: str,
    *,
    at: datetime | None = None,
    with_payment: bool = False,
) -> str:
    """Skonto or Ausbuchung: nothing is owed afterwards, and no money came. Returns its id.

    UserError reason_missing, invoice_gone, invoice_not_issued, rest_changed (another amount is
    owed than staff saw).
    """
    invoice = _issued(t, invoice_id)
    reason = closing.reason.strip()
    if closing.kind not in _CLOSED:
        raise UserError("amount_invalid")
    if closing.kind == WRITE_OFF and not reason:
        raise UserError("reason_missing")
    if not 0 < closing.rest_minor == _owed(t, invoice_id):
        raise UserError("rest_changed")
    closing_id = t.payments.add_by_staff(
        invoice_id=invoice_id,
        amount_minor=closing.rest_minor,
        currency=invoice.currency,
        method=NO_METHOD,
        livemode=invoice.livemode,
        received_at=at or t.true_now(),
        actor=actor,
        note=reason,
        kind=closing.kind,
    )
    _tell(
        t,
        invoice,
        _CLOSED[closing.kind],
        actor,
        amount_minor=closing.rest_minor,
        reason=reason or None,
        with_payment=with_payment or None,
    )
    return closing_id


def pay_back(
    t: Transaction,
    invoice_id: str,
    amount_minor: int,
    method: str,
    paid_on: date,
    reason: str,
    actor: str,
) -> str:
    """Rückzahlung eintragen: money left the office by transfer or in cash. Returns its id.

    On a cancelled invoice, too: its money has to go back. UserError reason_missing,
    amount_invalid, invoice_gone, invoice_not_issued, date_in_future, paid_back_too_much,
    refund_under_way (Stripe is giving the same money back).
    """
    invoice = _invoice(t, invoice_id)
    if invoice.status is InvoiceStatus.DRAFT:
        raise UserError("invoice_not_issued")
    _check_money(t, amount_minor, method, paid_on)
    if not reason.strip():
        raise UserError("reason_missing")
    received = _received(t, invoice_id)
    if amount_minor > received:
        raise UserError("paid_back_too_much")
    if amount_minor > received - _under_way(t, invoice):
        raise UserError("refund_under_way")
    refund_id = t.payments.add_by_staff(
        invoice_id=invoice_id,
        amount_minor=-amount_minor,
        currency=invoice.currency,
        method=method,
        livemode=invoice.livemode,
        received_at=_moment_on(t, paid_on),
        actor=actor,
        note=reason.strip(),
        kind=REFUND,
    )
    _tell(
        t,
        invoice,
        Action.PAID_BACK,
        actor,
        amount_minor=amount_minor,
        method=method,
        received_on=paid_on.isoformat(),
        reason=reason.strip(),
    )
    return refund_id


def take_back(t: Transaction, payment_id: str, reason: str, actor: str) -> str:
    """Rückgängig of whatever staff entered, by a counter-entry. Returns the counter-entry's id.

    UserError reason_missing, payment_not_manual, payment_already_reversed, review_money_moved.
    """
    payment = t.payments.get(payment_id)
    if payment is None or not by_staff(payment):
        raise UserError("payment_not_manual")
    if not reason.strip():
        raise UserError("reason_missing")
    if t.payments.is_reversed(payment_id):
        raise UserError("payment_already_reversed")
    if t.moves.of_payment(payment_id):
        raise UserError("review_money_moved")  # a part of it counts for another invoice
    assert payment.invoice_id is not None  # what staff enter always has one
    invoice = _invoice(t, payment.invoice_id)
    counter_id = t.payments.add_by_staff(
        invoice_id=payment.invoice_id,
        amount_minor=-payment.amount_minor,
        currency=payment.currency,
        method=payment.method,
        livemode=payment.livemode,
        received_at=t.true_now(),
        actor=actor,
        reverses_id=payment_id,
        note=reason.strip(),
        kind=payment.kind,
    )
    _tell(
        t,
        invoice,
        _TAKEN_BACK[payment.kind],
        actor,
        amount_minor=abs(payment.amount_minor),
        method=payment.method or None,
        reason=reason.strip(),
        kind=payment.kind,
    )
    return counter_id


def owe_again(t: Transaction, refund_ids: Sequence[str], reason: str, actor: str) -> None:
    """Wieder offen: what these refunds of one invoice gave back is owed again.

    UserError reason_missing, refund_gone (it failed, was taken back, or is said already),
    invoice_not_issued.
    """
    if not reason.strip():
        raise UserError("reason_missing")
    first = t.payments.get(refund_ids[0]) if refund_ids else None
    if first is None or first.invoice_id is None:
        raise UserError("refund_gone")
    invoice = _issued(t, first.invoice_id)
    said = {one.payment_id for one in owed_again(t.raw, invoice.id)}
    free = [
        refund
        for refund in standing_refunds(payments_of(t.core, invoice.id))
        if refund.id not in said
    ]
    refunds = [refund for refund in free if refund.id in refund_ids]
    if len(refunds) != len(set(refund_ids)):
        raise UserError("refund_gone")
    for refund in refunds:
        t.reviews.add(
            Decision.OWED_AGAIN,
            actor,
            livemode=invoice.livemode,
            payment_id=refund.id,
            invoice_id=invoice.id,
            amount_minor=-refund.amount_minor,
            currency=invoice.currency,
            reason=reason.strip(),
        )
    gone = -sum(refund.amount_minor for refund in refunds)
    _tell(t, invoice, Action.OWED_AGAIN, actor, amount_minor=gone, reason=reason.strip())


def not_owed_again(t: Transaction, decision_ids: Sequence[str], actor: str) -> None:
    """Take "wieder offen" back: what was given back is owed by nobody. UserError
    review_undone_already."""
    decisions = [t.reviews.get(decision_id) for decision_id in decision_ids]
    taken = [one for one in decisions if one is not None and one.kind is Decision.OWED_AGAIN]
    if not taken or any(one.undone for one in taken):
        raise UserError("review_undone_already")
    invoice = _invoice(t, taken[0].invoice_id or "")
    for one in taken:
        t.reviews.add(
            Decision.UNDONE,
            actor,
            livemode=one.livemode,
            payment_id=one.payment_id,
            invoice_id=one.invoice_id,
            amount_minor=one.amount_minor,
            currency=one.currency,
            undoes_id=one.id,
        )
    amount = sum(one.amount_minor or 0 for one in taken)
    _tell(t, invoice, Action.OWED_AGAIN_UNDONE, actor, amount_minor=amount)


def _invoice(t: Transaction, invoice_id: str) -> InvoiceToBook:
    # By its id alone: to_book would take a number as well.
    if t.invoices.get(invoice_id) is None:
        raise UserError("invoice_gone")
    invoice = t.invoices.to_book(invoice_id)
    assert invoice is not None
    return invoice


def _issued(t: Transaction, invoice_id: str) -> InvoiceToBook:
    invoice = _invoice(t, invoice_id)
    if invoice.status in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED):
        raise UserError("invoice_not_issued")
    return invoice


def _check_money(t: Transaction, amount_minor: int, method: str, day: date) -> None:
    if method not in MANUAL_METHODS or not 0 < amount_minor <= MAX_MINOR:
        raise UserError("amount_invalid")
    if day > t.clock.today():
        raise UserError("date_in_future")


def _owed(t: Transaction, invoice_id: str) -> int:
    invoice = t.invoices.get(invoice_id)
    assert invoice is not None
    return invoice.row.outstanding_minor


def _under_way(t: Transaction, invoice: InvoiceToBook) -> int:
    """What Stripe is asked to give back of the money here, also of money that was moved here."""
    asked = {one.id: one.amount_minor for one in requests_of(t.core, invoice.id)}
    for payment_id, _left in t.moves.sources(invoice.id, invoice.currency):
        request = t.refunds.open_for(payment_id)
        if request is not None:
            asked[request.id] = request.amount_minor
    return sum(asked.values())


def _received(t: Transaction, invoice_id: str) -> int:
    invoice = t.invoices.get(invoice_id)
    assert invoice is not None
    return invoice.row.received_minor


def _tell(
    t: Transaction, before: InvoiceToBook, action: Action, actor: str, **detail: object
) -> None:
    """Status from the new sum, and a line in the Verlauf that says both."""
    was, is_now = update_status(t, before)
    t.history.add(
        before.id,
        action,
        actor,
        livemode=before.livemode,
        currency=before.currency,
        **{"from": was.value, "to": is_now.value},
        **detail,
    )


def _moment_on(t: Transaction, day: date) -> datetime:
    """Money of today moved now; money of another day counts from its noon."""
    if day == t.clock.today():
        return t.true_now()
    return t.clock.midnight(day) + timedelta(hours=12)
