"""How money, dates, times and quantities look in German, and how typed ones are read.

    money(119000, "eur")             "1.190,00 €"    (no-break space before the sign)
    parse_money("1.190,5", "eur")    119050, or None
    money_problem("1,190", "eur")    "Meinen Sie 1.190,00 € oder 1,19 €? …", "" for an amount
    price(Decimal("34.24"), "eur")   "0,3424 €"     (minor units, finer than one)
    parse_price("0,3424", "eur", 4)  Decimal("34.24"), or None
    quantity(Decimal("1.50"))        "1,5"
    parse_quantity("1,5")            Decimal("1.5"), or None
    percent(Decimal("19"))           "19 %"
    date_text(date)                  "23.11.2026"
    parse_date("23.11.26")           date, or None
    date_time(moment)                "23.11.2026, 08:00"
    clock_time(moment)               "14:32:07"
    day_time(moment, now)            "heute 09:12", "gestern 17:41", "20.11.2026"
    ago(moment, now)                 "gerade eben", "vor 3 s", "vor 5 min", then day_time
    due_text(due, today)             "fällig in 11 Tagen", "heute fällig", …
    month_name(date)                 "November"

No function reads the clock. Every moment given here is already in the time zone of the office
(`clock.local(...)`); that is what "heute" means.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from workmate_desktop.domain import typed_numbers
from workmate_desktop.domain.payments.money import MAX_MINOR, exponent
from workmate_desktop.domain.typed_numbers import Doubt, Typed
from workmate_desktop.words import money_text, time_text
from workmate_desktop.words.language import _, fill

NBSP = money_text.NBSP
money = money_text.money
price = money_text.price
day_time = time_text.day_time
NONE = "–"
"""Shown where there is no value."""

_LOCALE = "de_DE"
_DATE = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2})", re.ASCII)
_DIGITS_OF_DATE = re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})", re.ASCII)
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DAY_AND_MONTH = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?", re.ASCII)


def money_input(minor: int | Decimal, currency: str) -> str:
    """An amount in a field, to be typed over: without the sign, "1.190,00".

    A unit price that is finer than a minor unit has all its decimals: "0,3424".
    """
    finer = money_text.decimals_of(Decimal(minor), currency)
    digits = exponent(currency) if finer is None else finer
    english = f"{Decimal(minor).scaleb(-exponent(currency)):,.{digits}f}"
    return english.translate(str.maketrans(",.", ".,"))


@cache
def currency_sign(currency: str) -> str:
    """ "€" for eur; the code where there is no sign."""
    from babel.numbers import get_currency_symbol

    return get_currency_symbol(currency.upper(), locale=_LOCALE)


def parse_money(text: str, currency: str) -> int | None:
    """A typed amount in minor units; None when it is not an amount in `currency`.

    How numbers are typed says domain/typed_numbers.py; `money_problem` says what is wrong with one.
    More decimals than the currency has, another currency's sign, amounts beyond MAX_MINOR and
    what can mean two amounts are not amounts.
    """
    found = _amount(text, currency)
    return found if isinstance(found, int) else None


def money_problem(text: str, currency: str) -> str:
    """One sentence: why this is no amount, or which of two is meant; "" when it is one."""
    found = _amount(text, currency)
    return "" if isinstance(found, int) else found


def read_amount(text: str, currency: str) -> Typed | Doubt | None:
    """The number in a typed amount, with whatever decimals; None when there is none."""
    return typed_numbers.read(typed_numbers.without_sign_of(text, _signs(currency)))


def _amount(text: str, currency: str) -> int | str:
    """Minor units, or the sentence that asks for another way to type it."""
    digits = exponent(currency)
    found = read_amount(text, currency)
    if isinstance(found, Doubt):
        if digits < len(found.exact.part):
            return _which(found, currency)
        found = found.exact  # as this currency is always written
    if found is None:
        return _("Das ist kein Betrag. Beispiele: 35 oder 1.234,56.")
    if len(found.part) > digits:
        return _MOST_DECIMALS[digits]()
    minor = int(found.value.scaleb(digits))
    return minor if abs(minor) <= MAX_MINOR else _("Dieser Betrag ist zu groß.")


def parse_price(text: str, currency: str, decimals: int) -> Decimal | None:
    """A typed unit price in minor units, whole or not; typed like an amount, with up to so many
    decimals of a whole unit. None when it is none, or can be one of two."""
    found = read_amount(text, currency)
    if isinstance(found, Doubt) and exponent(currency) >= len(found.exact.part):
        found = found.exact  # as this currency is always written
    if not isinstance(found, Typed) or len(found.part) > decimals:
        return None
    value = found.value.scaleb(exponent(currency)).normalize() + 0
    return value if abs(value) <= MAX_MINOR else None


_MOST_DECIMALS: dict[int, Callable[[], str]] = {
    0: lambda: _("In dieser Währung gibt es keine Stellen nach dem Komma."),
    2: lambda: _("Ein Betrag hat höchstens zwei Stellen nach dem Komma."),
    3: lambda: _("Ein Betrag hat höchstens drei Stellen nach dem Komma."),
}


def _which(doubt: Doubt, currency: str) -> str:
    """Which of both is meant; the second one as it could be typed."""
    rounded = doubt.exact.value.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)
    both = (doubt.grouped.value, rounded)
    amounts = (money(int(value.scaleb(exponent(currency))), currency) for value in both)
    return fill(_("Meinen Sie %1 oder %2? Bitte so eintragen."), *amounts)


@cache
def _signs(currency: str) -> tuple[str, ...]:
    """What may stand beside an amount: its sign, its code, its name."""
    return (currency_sign(currency), currency, *_NAMES.get(currency.lower(), ()))


_NAMES = {
    "eur": ("Euro", "Euros"),
    "chf": ("Fr.", "SFr.", "Franken"),
    "usd": ("Dollar", "US-Dollar"),
    "gbp": ("Pfund",),
    "jpy": ("Yen",),
}


def quantity(value: Decimal) -> str:
    """A quantity with a comma and without trailing zeros: "4", "1,5", "0,25"."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def parse_quantity(text: str, *, decimals: int = 4) -> Decimal | None:
    """A typed quantity; None when it is not one or has more than `decimals` decimals."""
    found = typed_numbers.read(text)
    if isinstance(found, Doubt):
        found = found.exact  # three decimals are usual in a quantity
    if found is None or len(found.part) > decimals or len(found.whole) > 12:
        return None
    return found.value.normalize() + 0


def percent(value: Decimal) -> str:
    """A VAT rate: "19 %"."""
    return f"{quantity(value)}{NBSP}%"


def date_text(day: date | None) -> str:
    """A date, or "–" for none."""
    return NONE if day is None else time_text.date_text(day)


def parse_date(
    text: str, near: date | None = None, fits: Callable[[date], bool] = lambda _day: True
) -> date | None:
    """A typed German date; two-digit years are in this century. None when there is no such day.

    The points may be missing when day and month have two digits each: "01102026". "2026-12-04"
    is a date too (DIN 5008). Without a year, "20.11." is the one closest to `near` that `fits`,
    or the closest one when none does.
    """
    short = _DAY_AND_MONTH.fullmatch(text.strip())
    if short is not None and near is not None:
        day, month = int(short[1]), int(short[2])
        years = range(near.year - 4, near.year + 5)  # 29.2. comes every four years
        found = [made for year in years if (made := _date(year, month, day)) is not None]
        found.sort(key=lambda made: (not fits(made), abs(made - near)))
        return found[0] if found else None
    match = _date_parts(text)
    if match is None:
        return None
    parts = {name: int(part) for name, part in match.groupdict().items()}
    year = parts["year"]
    return _date(year + 2000 if year < 100 else year, parts["month"], parts["day"])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def looks_like_date(text: str) -> bool:
    """Whether day and month are there, even of a day that does not exist."""
    return _date_parts(text) is not None or _DAY_AND_MONTH.fullmatch(text.strip()) is not None


def _date_parts(text: str) -> re.Match[str] | None:
    found = (form.fullmatch(text.strip()) for form in (_DATE, _DIGITS_OF_DATE, _ISO_DATE))
    return next((match for match in found if match), None)


def month_name(day: date) -> str:
    """The month in words."""
    return time_text.month_name(day)


def date_time(moment: datetime) -> str:
    """Date and minute."""
    return f"{date_text(moment.date())}, {moment:%H:%M}"


def clock_time(moment: datetime) -> str:
    """Time of day with seconds."""
    return f"{moment:%H:%M:%S}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, up to an hour; then `day_time`. A moment to come is "gerade eben"."""
    seconds = int((now - moment).total_seconds())
    if seconds < 2:
        return _("gerade eben")
    if seconds < 60:
        return _("vor %1 s").replace("%1", str(seconds))
    if seconds < 3600:
        return _("vor %1 min").replace("%1", str(seconds // 60))
    return day_time(moment, now)


def due_text(due: date, today: date) -> str:
    """When an owed invoice is due, in words."""
    days = (due - today).days
    if days == 0:
        return _("heute fällig")
    if days > 0:
        return _("morgen fällig") if days == 1 else _("fällig in %1 Tagen").replace("%1", str(days))
    if days == -1:
        return _("seit gestern überfällig")
    return _("seit %1 Tagen überfällig").replace("%1", str(-days))
