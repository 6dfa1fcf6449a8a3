"""Amounts in German. Without Qt: e-mails of `serve` name them too."""

from decimal import Decimal
from functools import lru_cache

from workmate_desktop.domain.invoices.invoices import PRICE_DECIMALS
from workmate_desktop.domain.payments.money import exponent

NBSP = "\u00a0"
_LOCALE = "de_DE"
_MINUS = "\u2212"
"""As wide as a digit and not to be taken for a dash; typed hyphens are understood as well."""


@lru_cache(maxsize=4096)  # Babel is slow, and the same amounts are painted again and again
def money(minor: int, currency: str) -> str:
    """An amount for the screen, with all decimals of its currency."""
    return _euros(minor) if currency.lower() == "eur" else _by_babel(minor, currency)


def _euros(minor: int) -> str:
    """As Babel writes it, without importing Babel for the first amount; a test compares them."""
    whole, cents = divmod(abs(minor), 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{_MINUS if minor < 0 else ''}{grouped},{cents:02}{NBSP}€"


def price(minor: Decimal, currency: str) -> str:
    """A unit price in minor units, maybe finer than one: 34.24 cents are 0,3424 €."""
    digits = decimals_of(minor, currency)
    return money(int(minor), currency) if digits is None else _by_babel(minor, currency, digits)


def decimals_of(minor: Decimal, currency: str) -> int | None:
    """How many decimals a price needs in whole units; None when those of its currency do.

    Finer ones have all four: with three, 1,234 could be read as a thousand and more.
    """
    finer = -int(minor.normalize().as_tuple().exponent)
    return max(exponent(currency) + finer, PRICE_DECIMALS) if finer > 0 else None


def _by_babel(minor: int | Decimal, currency: str, decimals: int | None = None) -> str:
    from babel.numbers import format_currency

    digits = exponent(currency) if decimals is None else decimals
    pattern = f"#,##0{'.' + '0' * digits if digits else ''}{NBSP}¤"
    text = format_currency(
        Decimal(minor).scaleb(-exponent(currency)),
        currency.upper(),
        format=pattern,
        locale=_LOCALE,
        currency_digits=False,
    )
    return text.replace("-", _MINUS)
