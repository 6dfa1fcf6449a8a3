"""Objects as an API version shows them, and what `expand` puts in.

https://docs.stripe.com/upgrades, https://docs.stripe.com/api/expanding_objects

An account has a version of its own: its events and webhook deliveries are told in it for ever,
while answers to a request follow the request's Stripe-Version header.
"""

import copy
from collections.abc import Mapping
from typing import Any

from tests.standins.stripe_refusals import invalid

LATEST_CHARGE = "2022-11-15"
"""Since then a payment intent has `latest_charge`; before, the list `charges` with the newest one
alone. And since then a charge has `refunds` only when asked.
https://docs.stripe.com/changelog#2022-11-15"""
ASYNC_CAPTURE = "2024-04-10"
"""Since then `capture_method` is `automatic_async` unless somebody says otherwise."""
REFUND_EVENTS = "2024-10-28"
"""Since then every refund is told by refund.created, refund.updated, refund.failed; before, by
charge.refunded alone, and by charge.refund.updated when something changed later.
https://docs.stripe.com/changelog/acacia/2024-10-28/refund-webhook-update"""

EXPANSION_RIGHTS = {
    "balance_transaction": "rak_balance_transaction_source_read",
    "charge": "rak_charge_read",
    "failure_balance_transaction": "rak_balance_transaction_source_read",
    "latest_charge": "rak_charge_read",
    "payment_intent": "rak_payment_intent_read",
    "payment_method": "rak_payment_method_read",
    "refunds": "rak_charge_read",
}
"""What may be expanded, and what a restricted key needs for it: without it the whole request is
refused, as if the key might not read the object itself."""

_WITHOUT_LIVEMODE = ("refund", "balance_transaction")
Objects = Mapping[str, dict[str, Any]]


def before(version: str, change: str) -> bool:
    """Whether an API version is older than a change: `2020-08-27` than `2022-11-15`."""
    return version[:10] < change


def shown(value: Any, version: str, objects: Objects) -> Any:
    """A copy of an answer or an event's object as this version shows it."""
    if isinstance(value, list):
        return [shown(one, version, objects) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") == "event":
        return copy.deepcopy(value)  # was written down in the account's version
    made = {name: shown(one, version, objects) for name, one in value.items()}
    if made.get("object") in _WITHOUT_LIVEMODE:
        made.pop("livemode", None)
    elif made.get("object") == "payment_intent" and before(version, LATEST_CHARGE):
        newest = made.pop("latest_charge", None)
        charges = [shown(objects[newest], version, objects)] if newest in objects else []
        url = f"/v1/charges?payment_intent={made['id']}"
        made["charges"] = _list(charges, url) | {"total_count": len(charges)}
    elif made.get("object") == "charge":
        made.pop("refunds", None)
        if before(version, LATEST_CHARGE):
            made["refunds"] = _refunds_of(made["id"], version, objects)
    return made


def expanded(body: dict[str, Any], paths: list[str], version: str, objects: Objects) -> None:
    """Put whole objects in the place of their ids; Stripe's refusal of what cannot be."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > 4 or parts[-1] not in EXPANSION_RIGHTS:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        _expand(body, parts, version, objects)


def _expand(place: Any, parts: list[str], version: str, objects: Objects) -> None:
    if isinstance(place, list):
        for one in place:
            _expand(one, parts, version, objects)
        return
    if not isinstance(place, dict):
        return
    name = parts[0]
    if name == "refunds" and place.get("object") == "charge":
        place[name] = _refunds_of(place["id"], version, objects)
    elif isinstance(place.get(name), str) and place[name] in objects:
        place[name] = shown(objects[place[name]], version, objects)
    if len(parts) > 1:
        _expand(place.get(name), parts[1:], version, objects)


def _refunds_of(charge_id: str, version: str, objects: Objects) -> dict[str, Any]:
    mine = [
        shown(one, version, objects)
        for one in reversed(list(objects.values()))
        if one["object"] == "refund" and one["charge"] == charge_id
    ]
    return _list(mine, f"/v1/charges/{charge_id}/refunds")


def _list(data: list[dict[str, Any]], url: str) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": False, "url": url}
