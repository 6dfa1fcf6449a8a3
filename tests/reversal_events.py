"""Events about money that goes back, in Stripe's real shape, for one payment intent."""

import itertools
import json
from datetime import datetime
from typing import Any

from tests.factories import NOON, stored_event
from tests.places import TESTS

_OBJECTS: dict[str, Any] = json.loads(
    (TESTS / "standins" / "stripe_objects.json").read_text("utf-8")
)
_running = itertools.count(1)
CHARGE = "ch_3Qw01LabKoblenz0000000"
"""The charge of every payment that `factories.event_body` makes."""


def refund_event(
    intent_id: str,
    amount: int = 1900,
    *,
    kind: str = "refund.created",
    refund_id: str = "re_one",
    status: str = "succeeded",
    created: datetime = NOON,
    made: datetime | None = None,
    currency: str = "eur",
    livemode: bool = False,
    event_id: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """refund.created and its like; `made`: when the refund was, if not with the event."""
    about = _OBJECTS["refund"] | {
        "id": refund_id,
        "amount": amount,
        "charge": CHARGE,
        "created": int((made or created).timestamp()),
        "currency": currency,
        "payment_intent": intent_id,
        "reason": "requested_by_customer",
        "status": status,
        **fields,
    }
    return _event(kind, about, created, livemode, event_id)


def refunded_charge(
    intent_id: str,
    total: int = 1900,
    *,
    created: datetime = NOON,
    event_id: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """charge.refunded: the sum of the refunds so far, without their ids."""
    about = stored_event("charge_refunded_partial")["data"]["object"]
    about |= {"amount_refunded": total, "payment_intent": intent_id, **fields}
    return _event("charge.refunded", about, created, about["livemode"], event_id)


def dispute_event(
    intent_id: str,
    amount: int = 11900,
    *,
    kind: str = "charge.dispute.created",
    dispute_id: str = "dp_one",
    status: str = "needs_response",
    created: datetime = NOON,
    currency: str = "eur",
    method: str = "card",
    event_id: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """charge.dispute.created and its like."""
    about = _OBJECTS["dispute"] | {
        "id": dispute_id,
        "amount": amount,
        "charge": CHARGE,
        "created": int(NOON.timestamp()),
        "currency": currency,
        "payment_intent": intent_id,
        "payment_method_details": {"type": method, method: {}},
        "reason": "fraudulent",
        "status": status,
        **fields,
    }
    return _event(kind, about, created, False, event_id)


def failed_charge(
    intent_id: str, *, charge_id: str = CHARGE, taken_back: bool = True, created: datetime = NOON
) -> dict[str, Any]:
    """charge.failed: of a late failure, which takes money back, or of a plain decline."""
    about = stored_event("charge_refunded_partial")["data"]["object"]
    about |= {
        "id": charge_id,
        "amount_refunded": 0,
        "payment_intent": intent_id,
        "status": "failed",
        "paid": False,
        "failure_code": "insufficient_funds",
        "failure_balance_transaction": "txn_back" if taken_back else None,
    }
    return _event("charge.failed", about, created, False, None)


def _event(
    kind: str, about: dict[str, Any], created: datetime, livemode: bool, event_id: str | None
) -> dict[str, Any]:
    return stored_event("charge_refunded_partial") | {
        "id": event_id or f"evt_3Back{next(_running):08d}",
        "type": kind,
        "created": int(created.timestamp()),
        "livemode": livemode,
        "data": {"object": about},
    }
