"""Amounts in German. Without Qt: e-mails of `serve` name them too."""

from decimal import Decimal
from functools import lru_cache

from workmate_desktop.domain.money import exponent

NBSP = "\u00a0"
_LOCALE = "de_DE"
_MINUS = "\u2212"
"""As wide as a digit and not to be taken for a dash; typed hyphens are understood as well."""


@lru_cache(maxsize=4096)  # Babel takes 0.1 ms, and the same amounts are painted again and again
def money(minor: int, currency: str) -> str:
    """An amount for the screen, with all decimals of its currency."""
    return _euros(minor) if currency.lower() == "eur" else _by_babel(minor, currency)


def _euros(minor: int) -> str:
    """As Babel writes it, without its 20 ms for the first amount; a test compares them."""
    whole, cents = divmod(abs(minor), 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{_MINUS if minor < 0 else ''}{grouped},{cents:02}{NBSP}€"


def _by_babel(minor: int, currency: str) -> str:
    from babel.numbers import format_currency

    digits = exponent(currency)
    pattern = f"#,##0{'.' + '0' * digits if digits else ''}{NBSP}¤"
    text = format_currency(
        Decimal(minor).scaleb(-digits),
        currency.upper(),
        format=pattern,
        locale=_LOCALE,
        currency_digits=False,
    )
    return text.replace("-", _MINUS)
