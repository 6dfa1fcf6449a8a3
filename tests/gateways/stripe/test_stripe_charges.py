"""The charge that paid an intent, wherever an API version puts it."""

from typing import Any

import pytest

from workmate_desktop.gateways.stripe.charges import charge_of_intent


def charge(number: int, *, paid: bool = True) -> dict[str, Any]:
    return {
        "object": "charge",
        "id": f"ch_{number}",
        "amount": 100,
        "amount_captured": 100,
        "captured": True,
        "created": 1795416101,
        "currency": "eur",
        "paid": paid,
        "payment_intent": "pi_1",
        "status": "succeeded" if paid else "failed",
    }


DECLINED, PAID, OTHER = charge(1, paid=False), charge(2), charge(3)


@pytest.mark.parametrize(
    ("intent", "found"),
    [
        ({"latest_charge": PAID, "charges": {"data": [OTHER]}}, PAID),
        ({"latest_charge": "ch_2"}, {}),
        ({"charges": {"data": [DECLINED, PAID]}}, PAID),
        ({"charges": {"data": [DECLINED]}}, DECLINED),
        ({"latest_charge": "ch_3", "charges": {"data": [PAID, OTHER]}}, OTHER),
        ({"latest_charge": "ch_4", "charges": {"data": [PAID]}}, {}),
        ({"charges": {"data": ["ch_2", None, PAID]}}, PAID),
        ({"charges": {"data": "ch_2"}}, {}),
        ({"charges": [PAID]}, {}),
        ({"charges": {}}, {}),
        ({}, {}),
    ],
)
def test_the_charge_that_paid(intent: dict[str, Any], found: dict[str, Any]) -> None:
    assert charge_of_intent(intent) == found
