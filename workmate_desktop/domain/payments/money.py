"""Money: integer minor units plus a lower-case ISO 4217 currency. Never a float.

Formatting for the screen lives in words/formats.py.
"""

from dataclasses import dataclass

# Currencies whose minor unit is not a hundredth.
# https://docs.stripe.com/currencies#minor-units
_ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())
_THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())

MAX_MINOR = 10**12
"""No invoice or payment of a small office is larger; what claims to be is not trusted."""


def exponent(currency: str) -> int:
    """How many decimals one unit of `currency` has: 2 for eur, 0 for jpy, 3 for kwd."""
    if currency in _ZERO_DECIMAL:
        return 0
    if currency in _THREE_DECIMAL:
        return 3
    return 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents for eur) and its currency."""

    minor: int
    currency: str = "eur"

    def plain(self) -> str:
        """Digits with a decimal point, for log lines and machines: 100.00, 500, 1.500."""
        digits = exponent(self.currency)
        if digits == 0:
            return str(self.minor)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**digits)
        return f"{sign}{whole}.{part:0{digits}d}"
