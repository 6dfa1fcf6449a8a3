"""How money, dates, times and quantities look in German, and how typed ones are read.

    money(119000, "eur")             "1.190,00 €"    (no-break space before the sign)
    parse_money("1.190,5", "eur")    119050, or None
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
from decimal import Decimal
from functools import cache

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from workmate_desktop.domain.money import MAX_MINOR, exponent
from workmate_desktop.ui.shared import money_text, time_text

NBSP = money_text.NBSP
money = money_text.money
day_time = time_text.day_time
NONE = "–"
"""Shown where there is no value."""

_LOCALE = "de_DE"
_GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)
_MONEY = re.compile(
    r"(?P<sign>[-−]?)(?:(?P<grouped>[1-9]\d{0,2}(?:\.\d{3})+)|(?P<plain>\d+))(?:,(?P<part>\d+))?",
    re.ASCII,
)
# A lone zero cannot be a group, so the point behind it is a comma, however many digits follow.
_FRACTION = re.compile(r"(?P<sign>[-−]?)(?P<plain>0)\.(?P<part>\d+)", re.ASCII)
_POINT = re.compile(r"(?P<sign>[-−]?)(?P<plain>\d+)\.(?P<part>\d{1,2})", re.ASCII)
_DATE = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2})", re.ASCII)
_DIGITS_OF_DATE = re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})", re.ASCII)
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DAY_AND_MONTH = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?", re.ASCII)


def _tr(text: str) -> str:
    return QCoreApplication.translate("formats", text)


def money_input(minor: int, currency: str) -> str:
    """An amount in a field, to be typed over: without the sign, "1.190,00"."""
    digits = exponent(currency)
    english = f"{Decimal(minor).scaleb(-digits):,.{digits}f}"
    return english.translate(str.maketrans(",.", ".,"))


@cache
def currency_sign(currency: str) -> str:
    """ "€" for eur; the code where there is no sign."""
    from babel.numbers import get_currency_symbol

    return get_currency_symbol(currency.upper(), locale=_LOCALE)


def parse_money(text: str, currency: str) -> int | None:
    """A typed amount in minor units; None when it is not an amount in `currency`.

    Points group thousands ("1.190" is 1190). A point with one or two digits behind it cannot
    group and is taken for the comma of a number pad ("11.90"). More decimals than the currency
    has, another currency's sign and amounts beyond MAX_MINOR are not amounts.
    """
    digits = exponent(currency)
    match = _number(_without_sign(text, currency))
    if match is None:
        return None
    whole, part = match
    if len(part) > digits:
        return None
    value = int(whole + part.ljust(digits, "0"))
    return value if abs(value) <= MAX_MINOR else None


def _without_sign(text: str, currency: str) -> str:
    cleaned = text.replace(NBSP, " ").replace("\u202f", " ").strip()
    for sign in (currency_sign(currency), currency.upper(), currency.lower()):
        if cleaned.endswith(sign):
            return cleaned.removesuffix(sign).strip()
        if cleaned.startswith(sign):
            return cleaned.removeprefix(sign).strip()
    return cleaned


def _number(text: str) -> tuple[str, str] | None:
    """Sign and whole digits, and the digits after the comma; None when it is no number."""
    match = _MONEY.fullmatch(text) or _POINT.fullmatch(text) or _FRACTION.fullmatch(text)
    if match is None:
        return None
    groups = match.groupdict()
    whole = (groups.get("grouped") or groups["plain"] or "").replace(".", "")
    return ("-" if groups["sign"] else "") + whole, groups["part"] or ""


def quantity(value: Decimal) -> str:
    """A quantity with a comma and without trailing zeros: "4", "1,5", "0,25"."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def parse_quantity(text: str, *, decimals: int = 4) -> Decimal | None:
    """A typed quantity; None when it is not one or has more than `decimals` decimals."""
    match = _number(text.replace(NBSP, " ").strip())
    if match is None:
        return None
    whole, part = match
    if len(part) > decimals or len(whole) > 12:
        return None
    return Decimal(f"{whole}.{part or '0'}").normalize() + 0


def percent(value: Decimal) -> str:
    """A VAT rate: "19 %"."""
    return f"{quantity(value)}{NBSP}%"


def date_text(day: date | None) -> str:
    """A date, or "–" for none."""
    if day is None:
        return NONE
    return _GERMAN.toString(QDate(day.year, day.month, day.day), "dd.MM.yyyy")


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
    return _GERMAN.standaloneMonthName(day.month)


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
        return _tr("gerade eben")
    if seconds < 60:
        return _tr("vor %1 s").replace("%1", str(seconds))
    if seconds < 3600:
        return _tr("vor %1 min").replace("%1", str(seconds // 60))
    return day_time(moment, now)


def due_text(due: date, today: date) -> str:
    """When an owed invoice is due, in words."""
    days = (due - today).days
    if days == 0:
        return _tr("heute fällig")
    if days > 0:
        return (
            _tr("morgen fällig")
            if days == 1
            else _tr("fällig in %1 Tagen").replace("%1", str(days))
        )
    if days == -1:
        return _tr("seit gestern überfällig")
    return _tr("seit %1 Tagen überfällig").replace("%1", str(-days))
