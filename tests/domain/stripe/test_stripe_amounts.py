"""Stripe's smallest amounts, typed a second time, as its page writes them: a slip of the finger in
either list is found."""

from decimal import Decimal

from workmate_desktop.domain.payments.money import exponent
from workmate_desktop.domain.stripe.amounts import minimum

# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
PAGE = """
USD 0.50  AED 2.00  AUD 0.50  BGN 1.00  BRL 0.50  CAD 0.50  CHF 0.50  CZK 15.00  DKK 2.50  EUR 0.50
GBP 0.30  HKD 4.00  HUF 175.00  INR 0.50  JPY 50  MXN 10  MYR 2  NOK 3.00  NZD 0.50  PLN 2.00
RON 2.00  SEK 3.00  SGD 0.50  THB 10
""".split()


def test_the_smallest_amount_of_each_currency() -> None:
    for name, amount in zip(PAGE[::2], PAGE[1::2], strict=True):
        currency = name.lower()
        assert minimum(currency) == Decimal(amount) * 10 ** exponent(currency), name
    assert minimum("xyz") == 1
