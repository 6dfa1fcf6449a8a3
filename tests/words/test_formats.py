"""German money, dates, times and quantities, and reading typed ones."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.words import formats, money_text

NOW = datetime(2026, 11, 23, 9, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (119000, "eur", "1.190,00\u00a0€"),
        (48000, "eur", "480,00\u00a0€"),
        (-5, "eur", "−0,05\u00a0€"),
        (-5, "usd", "−0,05\u00a0$"),
        (1190, "jpy", "1.190\u00a0¥"),
        (1190500, "kwd", "1.190,500\u00a0KWD"),
        (12000, "usd", "120,00\u00a0$"),
        (MAX_MINOR, "eur", "10.000.000.000,00\u00a0€"),
    ],
)
def test_money(minor: int, currency: str, text: str) -> None:
    assert formats.money(minor, currency) == text


@given(st.integers(-MAX_MINOR, MAX_MINOR))
def test_euros_are_written_as_babel_writes_them(minor: int) -> None:
    assert money_text.money(minor, "eur") == money_text._by_babel(minor, "eur")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1190", "eur", 119000),
        ("1190,5", "eur", 119050),
        (" 1.190,00 € ", "eur", 119000),
        ("€ 5", "eur", 500),
        ("1.190", "eur", 119000),
        ("11.90", "eur", 1190),
        ("-5", "eur", -500),
        ("5 EUR", "eur", 500),
        ("1.190", "jpy", 1190),
        ("1,5", "jpy", None),
        ("1,234", "kwd", 1234),
        ("1,234", "eur", None),
        ("1.19,00", "eur", None),
        ("12.34.567", "eur", None),
        ("120 $", "eur", None),
        ("", "eur", None),
        ("€", "eur", None),
        ("²", "eur", None),
        ("٣", "eur", None),
        ("1e3", "eur", None),
        ("99999999999999999999", "eur", None),
    ],
)
def test_reading_typed_money(text: str, currency: str, minor: int) -> None:
    assert formats.parse_money(text, currency) == minor


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["eur", "usd", "jpy", "kwd", "isk"]))
def test_shown_money_reads_back(minor: int, currency: str) -> None:
    assert formats.parse_money(formats.money(minor, currency), currency) == minor
    assert formats.parse_money(formats.money_input(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (138000, "eur", "1.380,00"),
        (1234567890, "eur", "12.345.678,90"),
        (-100050, "eur", "-1.000,50"),
        (99, "eur", "0,99"),
        (1500, "jpy", "1.500"),
        (1234567, "kwd", "1.234,567"),
    ],
)
def test_an_amount_to_type_over(minor: int, currency: str, text: str) -> None:
    assert formats.money_input(minor, currency) == text


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    minor = formats.parse_money(text, "eur")
    assert minor is None or abs(minor) <= MAX_MINOR


@pytest.mark.parametrize(
    ("value", "text"),
    [("4", "4"), ("1.50", "1,5"), ("0.25", "0,25"), ("1E+2", "100"), ("100.000", "100")],
)
def test_quantity(value: str, text: str) -> None:
    assert formats.quantity(Decimal(value)) == text
    assert formats.parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "x", "1,23456", "1.5.5", "NaN"])
def test_what_is_no_quantity(text: str) -> None:
    assert formats.parse_quantity(text) is None


def test_percent() -> None:
    assert formats.percent(Decimal("19.00")) == "19\u00a0%"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("23.11.2026", date(2026, 11, 23)),
        ("1.2.26", date(2026, 2, 1)),
        (" 01.02.2026 ", date(2026, 2, 1)),
        ("31.02.2026", None),
        ("2026-02-01", date(2026, 2, 1)),
        ("1.2.", None),
        ("01022026", date(2026, 2, 1)),
        ("010226", date(2026, 2, 1)),
        ("31022026", None),
        ("1022026", None),
    ],
)
def test_reading_typed_dates(typed: str, day: date | None) -> None:
    assert formats.parse_date(typed) == day


@given(st.dates(date(2000, 1, 1), date(2999, 12, 31)))
def test_shown_dates_read_back(day: date) -> None:
    assert formats.parse_date(formats.date_text(day)) == day


def test_no_date() -> None:
    assert formats.date_text(None) == "–"


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=-3), "gerade eben"),
        (timedelta(0), "gerade eben"),
        (timedelta(seconds=3), "vor 3 s"),
        (timedelta(minutes=59, seconds=59), "vor 59 min"),
        (timedelta(hours=2), "heute 07:12"),
        (timedelta(hours=12), "gestern 21:12"),
        (timedelta(days=3), "20.11.2026"),
    ],
)
def test_how_long_ago(before: timedelta, text: str) -> None:
    assert formats.ago(NOW - before, NOW) == text


def test_moments() -> None:
    assert formats.date_time(NOW) == "23.11.2026, 09:12"
    assert formats.clock_time(NOW) == "09:12:30"
    assert formats.month_name(NOW.date()) == "November"
    for month in range(1, 13):
        day = date(2026, month, 1)
        assert formats.month_name(day) == format_date(day, "LLLL", locale="de")
        assert formats.date_text(day) == format_date(day, "medium", locale="de")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (11, "fällig in 11 Tagen"),
        (1, "morgen fällig"),
        (0, "heute fällig"),
        (-1, "seit gestern überfällig"),
        (-10, "seit 10 Tagen überfällig"),
    ],
)
def test_due(days: int, text: str) -> None:
    today = NOW.date()
    assert formats.due_text(today + timedelta(days=days), today) == text


def test_a_point_behind_a_lone_zero_never_groups_thousands() -> None:
    assert formats.parse_quantity("0.125") == Decimal("0.125")
    assert formats.parse_money("0.500", "eur") is None, "three decimals are no euro amount"
    assert formats.parse_money("0.50", "eur") == 50
    assert formats.parse_money("1.500", "eur") == 150_000
