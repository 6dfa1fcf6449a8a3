"""Numbers as people type them: the one reader for amounts, prices, quantities and the search.

    read("1.234,50")      1234,50     read("1'234.50")    1234,50     read("35,-")   35
    read("1 234,5")       1234,5      read("1,234.50")    1234,50     read(",50")    0,50
    read("1.234")         1234        read("1.5")         1,5         read("+35")    35
    read("1,234")         Doubt: 1234 or 1,234

A point before exactly three digits groups thousands, as in German; any other point is the comma of
a number pad. A comma before exactly three digits may be either: that is asked, never guessed.
Which sign of a currency may stand beside the number is known to whoever calls.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from workmate_desktop.domain.text import simplified

MOST_DIGITS = 60
"""More than anybody means; longer ones are None (Python itself refuses 4,300 digits)."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A number digit by digit: `part` is what stands behind the comma, as typed."""

    negative: bool
    whole: str
    part: str = ""

    @property
    def value(self) -> Decimal:
        """The number itself."""
        return Decimal(f"{'-' if self.negative else ''}{self.whole}.{self.part or '0'}")

    @property
    def plain(self) -> str:
        """Without groups and sign, with a comma: "1234,5"."""
        return f"{self.whole},{self.part}" if self.part else self.whole


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two numbers can be meant: "1,234" as English thousands, or with three decimals."""

    grouped: Typed
    exact: Typed


_SIGN = re.compile(r"([+-]?) ?(.*)", re.DOTALL)
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`", "'"))
_NOTHING = r"(?P<nothing>-{1,2})"  # the cents of "35,-"
_PART = rf"(?:(?P<part>[0-9]+)|{_NOTHING})"
_GROUPED = tuple(
    re.compile(rf"(?P<whole>[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+)(?:{comma}{_PART})?")
    for group, comma in ((r"\.", ","), (",", r"\."), ("[ ']", "[,.]"))
)
_PLAIN = re.compile(rf"(?P<whole>[0-9]+)(?:[,.]{_PART})?|[,.](?P<cents>[0-9]+)")
_UNCLEAR = re.compile(r"([1-9][0-9]{0,2}),([0-9]{3})")


def read(text: str) -> Typed | Doubt | None:
    """The number in `text`; None when it is none."""
    sign, digits = _parts(simplified(text.translate(_APOSTROPHES)))
    if not digits or sum(map(str.isdecimal, digits)) > MOST_DIGITS:
        return None
    negative = sign == "-"
    unclear = _UNCLEAR.fullmatch(digits)
    if unclear is not None:
        whole, part = unclear.groups()
        return Doubt(Typed(negative, whole + part), Typed(negative, whole, part))
    for form in (*_GROUPED, _PLAIN):
        match = form.fullmatch(digits)
        if match is not None:
            found = match.groupdict()
            whole = re.sub("[^0-9]", "", found["whole"] or "0")
            return Typed(negative, whole, found.get("cents") or found["part"] or "")
    return None


def without_sign_of(text: str, signs: tuple[str, ...]) -> str:
    """`text` without one of these signs or words of a currency, before or behind the number.

    The sign of the number may stand before that of the currency: "-€ 5".
    """
    sign, rest = _parts(simplified(text))
    folded = rest.casefold()
    for known in sorted((sign.casefold() for sign in signs if sign), key=len, reverse=True):
        if folded.endswith(known):
            rest = rest[: -len(known)]
            break
        if folded.startswith(known):
            rest = rest[len(known) :]
            break
    return f"{sign}{rest.strip()}"


def _parts(text: str) -> tuple[str, str]:
    """The sign, and what it stands before."""
    match = _SIGN.fullmatch(text.strip())
    assert match is not None  # it matches everything
    return match[1], match[2].strip()
