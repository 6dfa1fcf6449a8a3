"""Charges of Stripe's JSON, read strictly. https://docs.stripe.com/api/charges/object"""

from typing import Any

from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.gateways.stripe.values import (
    CHARGE_ID,
    CODE,
    INTENT_ID,
    as_dict,
    matched,
    read_moment,
)


def read_charge(charge: dict[str, Any]) -> Charge | None:
    """What a charge tells; None when it is none, or not as documented."""
    charge_id = matched(CHARGE_ID, charge.get("id"))
    amount, captured = _minor(charge.get("amount")), _minor(charge.get("amount_captured"))
    if charge_id is None or amount is None:
        return None
    if captured is None:  # API versions before 2020-08-27 do not have the field
        captured = 0 if charge.get("captured") is False else amount
    return Charge(
        charge_id,
        matched(INTENT_ID, charge.get("payment_intent")),
        charge.get("status") == "succeeded" and captured > 0,
        amount,
        captured,
        read_moment(charge.get("created")),
        method_of(charge),
    )


def method_of(charge: dict[str, Any]) -> str | None:
    """The type of the payment method that was used, such as `sepa_debit`."""
    return matched(CODE, as_dict(charge.get("payment_method_details")).get("type"))


def charge_of_intent(intent: dict[str, Any]) -> dict[str, Any]:
    """The charge that paid a payment intent, as far as it lies in it: as `latest_charge` where
    that was expanded, in `charges` in API versions before 2022-11-15; else empty."""
    latest = intent.get("latest_charge")
    if isinstance(latest, dict):
        return latest
    if "charges" not in intent:
        return {}
    listed = as_dict(intent.get("charges")).get("data")
    charges = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if isinstance(latest, str):
        charges = [one for one in charges if one.get("id") == latest]
    paid = [one for one in charges if (told := read_charge(one)) is not None and told.paid]
    return next(iter(paid or charges), {})


def _minor(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_MINOR else None
