"""Events about money that goes back, read strictly: refunds, refunded charges, disputes.

https://docs.stripe.com/api/refunds/object, https://docs.stripe.com/api/disputes/object,
https://docs.stripe.com/api/charges/object
"""

import re
from datetime import datetime
from typing import Any

from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.domain.payments.reversals import TAKEN_BACK, Balance, Listed, Reversal, Told
from workmate_desktop.domain.stripe.events import (
    CHARGE_FAILED,
    CHARGE_REFUNDED,
    FUNDS_REINSTATED,
    FUNDS_WITHDRAWN,
    REFUND_TYPES,
    StripeEvent,
    UnreadableEvent,
)
from workmate_desktop.gateways.stripe.charges import read_charge
from workmate_desktop.gateways.stripe.values import (
    CHARGE_ID,
    CODE,
    CURRENCY,
    INTENT_ID,
    as_dict,
    matched,
    read_amount,
    read_metadata,
    read_moment,
    read_text,
)

REQUEST_KEY = "workmate_refund"
"""Metadata of a refund asked for by this program: the id of its request."""

_IDS = {
    Told.REFUND: re.compile(r"(?:re|pyr)_[A-Za-z0-9_]{1,250}", re.ASCII),
    Told.DISPUTE: re.compile(r"(?:dp|du|pdp)_[A-Za-z0-9_]{1,250}", re.ASCII),
    Told.REFUNDED_TOTAL: CHARGE_ID,
    Told.FAILED_CHARGE: CHARGE_ID,
}
_MOST_LISTED = 100
_FUNDS = {FUNDS_WITHDRAWN: "withdrawn", FUNDS_REINSTATED: "reinstated"}


def reversal_event(
    values: dict[str, Any], event_id: str, kind: str, received_at: datetime
) -> StripeEvent:
    """An event of REVERSAL_TYPES.

    Raises UnreadableEvent `object_id` or `intent_id` when it cannot be told what it is about. A
    refund of a charge without a payment intent has `payment_intent_id` None: none of ours.
    """
    about = as_dict(as_dict(values.get("data")).get("object"))
    told = _told(kind)
    object_id = matched(_IDS[told], about.get("id"))
    if object_id is None:
        raise UnreadableEvent("object_id")
    intent = about.get("payment_intent")
    if intent is not None and matched(INTENT_ID, intent) is None:
        raise UnreadableEvent("intent_id")
    livemode = values.get("livemode")
    of_charge = told in (Told.REFUNDED_TOTAL, Told.FAILED_CHARGE)
    charge = read_charge(about) if of_charge else None
    amount = read_amount(about.get("amount_refunded" if told is Told.REFUNDED_TOTAL else "amount"))
    if told is Told.FAILED_CHARGE and charge is not None and charge.captured_minor:
        amount = charge.captured_minor  # of a hold captured in part, no more than that was here
    currency = matched(CURRENCY, about.get("currency"))
    created = read_moment(values.get("created"))
    status = matched(CODE, about.get("status"))
    problems = {
        "livemode": not isinstance(livemode, bool),
        "amount": amount is None,
        "currency": currency is None,
        "created": created is None,
        "status": status is None,
    }
    metadata = as_dict(about.get("metadata"))
    method = as_dict(about.get("payment_method_details"))
    respond_by = as_dict(about.get("evidence_details")).get("due_by")
    return StripeEvent(
        id=event_id,
        type=kind,
        created=created or received_at,
        livemode=livemode is True,
        payment_intent_id=matched(INTENT_ID, intent),
        amount_minor=amount,
        currency=currency,
        invoice_ref=read_metadata(metadata.get("invoice_id")),
        invoice_number=read_metadata(metadata.get("invoice_number")),
        account=read_text(values.get("account"), longest=255),
        problem=next((name for name, found in problems.items() if found), None),
        reversal=Reversal(
            told=told,
            object_id=object_id,
            status=_late_failure(about) if told is Told.FAILED_CHARGE else status,
            # When the charge was made says nothing of when its money went back.
            at=(None if of_charge else read_moment(about.get("created"))) or created or received_at,
            charge_id=object_id if of_charge else matched(CHARGE_ID, about.get("charge")),
            reason=matched(CODE, about.get("failure_code" if of_charge else "reason")),
            method=matched(CODE, method.get("type")),
            request_id=read_metadata(metadata.get(REQUEST_KEY)),
            respond_by=read_moment(respond_by),
            funds=_FUNDS.get(kind),
            balance=_balance(about, currency) if told is Told.DISPUTE else None,
            released_minor=charge.released_minor if charge else None,
            moved=told is Told.REFUND and bool(about.get("balance_transaction")),
            refunds=_listed(about, currency) if told is Told.REFUNDED_TOTAL else (),
        ),
        charge=charge,
    )


def _listed(charge: dict[str, Any], currency: str | None) -> tuple[Listed, ...]:
    """The refunds that lie in a charge: all of them, or the newest ten."""
    data = as_dict(charge.get("refunds")).get("data")
    found = []
    for one in data[:_MOST_LISTED] if isinstance(data, list) else []:
        refund = as_dict(one)
        object_id = matched(_IDS[Told.REFUND], refund.get("id"))
        amount, at = read_amount(refund.get("amount")), read_moment(refund.get("created"))
        if object_id is None or amount is None or at is None or refund.get("currency") != currency:
            continue
        status, moved = matched(CODE, refund.get("status")), refund.get("balance_transaction")
        found.append(Listed(object_id, amount, at, status, bool(moved)))
    return tuple(found)


def _told(kind: str) -> Told:
    if kind == CHARGE_REFUNDED:
        return Told.REFUNDED_TOTAL
    if kind == CHARGE_FAILED:
        return Told.FAILED_CHARGE
    return Told.REFUND if kind in REFUND_TYPES else Told.DISPUTE


def _balance(dispute: dict[str, Any], currency: str | None) -> Balance | None:
    """What its balance transactions took and gave back; None while there are none, and where they
    are in another currency: the account's, by a rate of another day.
    """
    listed = dispute.get("balance_transactions")
    moves = listed if isinstance(listed, list) else []
    amounts = [
        move.get("amount")
        for move in moves
        if isinstance(move, dict) and currency and move.get("currency") == currency
    ]
    known = [amount for amount in amounts if type(amount) is int and abs(amount) <= MAX_MINOR]
    if not moves or len(known) != len(moves):
        return None
    taken = -sum(amount for amount in known if amount < 0)
    return Balance(len(known), taken, sum(amount for amount in known if amount > 0))


def _late_failure(charge: dict[str, Any]) -> str | None:
    """TAKEN_BACK when Stripe took back what the charge had brought; `failed` when it never
    brought anything, as with a declined card."""
    if charge.get("status") != "failed":
        return None
    return TAKEN_BACK if charge.get("failure_balance_transaction") else "failed"
