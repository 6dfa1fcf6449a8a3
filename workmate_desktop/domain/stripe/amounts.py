"""The smallest and largest amounts that Stripe charges.

https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. Amounts in minor units. The
minimum belongs to the currency in which Stripe pays the office out; for another one Stripe converts
and decides itself, so that a currency that is missing here is let through.
"""

_MINIMUM = {
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}

MAXIMUM = 99_999_999
"""Eight digits: 999.999,99 €."""


def minimum(currency: str) -> int:
    """The smallest amount in minor units of `currency`; 1 where Stripe names none."""
    return _MINIMUM.get(currency, 1)
