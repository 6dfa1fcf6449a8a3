"""Money: minor units per currency, and the plain form of log lines."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.payments.money import MAX_MINOR, Money, exponent

CURRENCIES = ("eur", "usd", "chf", "jpy", "krw", "kwd", "bhd")


@pytest.mark.parametrize(
    ("currency", "digits"), [("eur", 2), ("usd", 2), ("jpy", 0), ("xof", 0), ("kwd", 3), ("tnd", 3)]
)
def test_minor_unit_per_currency(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (10000, "eur", "100.00"),
        (5, "eur", "0.05"),
        (0, "eur", "0.00"),
        (-5, "eur", "-0.05"),
        (-12345, "eur", "-123.45"),
        (500, "jpy", "500"),
        (-500, "jpy", "-500"),
        (1500, "kwd", "1.500"),
        (7, "kwd", "0.007"),
        (MAX_MINOR, "eur", "10000000000.00"),
    ],
)
def test_plain(minor: int, currency: str, text: str) -> None:
    assert Money(minor, currency).plain() == text


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(CURRENCIES))
def test_plain_names_exactly_the_amount(minor: int, currency: str) -> None:
    plain = Money(minor, currency).plain()
    assert Decimal(plain).scaleb(exponent(currency)) == minor
    _, _, decimals = plain.partition(".")
    assert len(decimals) == exponent(currency)
