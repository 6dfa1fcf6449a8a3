"""How typed quantities and prices are read: German, and never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.ui.invoices.editor.items_input import (
    MAX_QUANTITY,
    Column,
    Problem,
    problem_reason,
    problem_sentence,
    read_price,
    read_quantity,
)
from workmate_desktop.words import formats


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("12.5", 1250),
        ("12.50", 1250),
        ("12,5", 1250),
        ("35", 3500),
        ("1.234", 123400),  # three digits behind a point: thousands
        ("1.234.567", 123456700),
        ("0.50", 50),
        ("0,5", 50),
        ("-12,50", -1250),
        ("−12,50", -1250),
        ("100,00 €", 10000),
        ("100,00\u00a0€", 10000),
        ("100 EUR", 10000),
        ("  7  ", 700),
        ("10.000.000.000,00", MAX_MINOR),
    ],
)
def test_prices(typed: str, minor: int) -> None:
    assert read_price(typed, "eur") == minor


@pytest.mark.parametrize(
    ("typed", "minor", "shown"),
    [
        ("0,3424", "34.24", "0,3424 €"),
        ("0.3424", "34.24", "0,3424 €"),
        ("0,125 €", "12.5", "0,1250 €"),
        ("1234,567", "123456.7", "1.234,5670 €"),
        ("12,3450", "1234.5", "12,3450 €"),
        ("1.234,5678", "123456.78", "1.234,5678 €"),
        ("-0,0001", "-0.01", "−0,0001 €"),
        ("0,3400", "34", "0,34 €"),
        ("9.999.999.999,9999", "999999999999.99", "9.999.999.999,9999 €"),
    ],
)
def test_mc4_prices_finer_than_a_cent(typed: str, minor: str, shown: str) -> None:
    price = read_price(typed, "eur")
    assert price == Decimal(minor)
    assert isinstance(price, Decimal)
    assert formats.price(price, "eur").replace(formats.NBSP, " ") == shown
    assert read_price(formats.price(price, "eur"), "eur") == price
    assert read_price(formats.money_input(price, "eur"), "eur") == price


def test_mc4_prices_of_other_currencies() -> None:
    assert read_price("0,5", "jpy") == Decimal("0.5")
    assert formats.price(Decimal("0.5"), "jpy").startswith("0,5000")
    assert read_price("0,1234", "kwd") == Decimal("123.4")
    assert formats.money_input(Decimal("123.4"), "kwd") == "0,1234"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.MISSING),
        ("   ", Problem.MISSING),
        ("abc", Problem.NOT_A_NUMBER),
        ("12x", Problem.NOT_A_NUMBER),
        ("1,2,3", Problem.NOT_A_NUMBER),
        ("12,", Problem.NOT_A_NUMBER),
        ("1.23.4", Problem.NOT_A_NUMBER),
        ("12 34", Problem.NOT_A_NUMBER),
        ("--5", Problem.NOT_A_NUMBER),
        ("1e3", Problem.NOT_A_NUMBER),
        ("NaN", Problem.NOT_A_NUMBER),
        ("٣", Problem.NOT_A_NUMBER),
        ("5 $", Problem.NOT_A_NUMBER),
        ("12,345", Problem.UNCLEAR),
        ("1234,56789", Problem.TOO_MANY_DECIMALS),  # no thousands
        ("0.12345", Problem.TOO_MANY_DECIMALS),  # a zero cannot lead thousands
        ("10.000.000.000,01", Problem.TOO_LARGE),
        ("99999999999999999999", Problem.TOO_LARGE),
    ],
)
def test_what_is_no_price(typed: str, problem: Problem) -> None:
    assert read_price(typed, "eur") is problem


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("4", "4"),
        ("1,5", "1.5"),
        ("12.5", "12.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1.234", "1234"),
        ("1.234,567", "1234.567"),
        ("999.999,999", "999999.999"),
    ],
)
def test_quantities(typed: str, value: str) -> None:
    assert read_quantity(typed) == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.MISSING),
        ("vier", Problem.NOT_A_NUMBER),
        ("1,2345", Problem.TOO_MANY_DECIMALS),
        ("0", Problem.NOT_POSITIVE),
        ("0,000", Problem.NOT_POSITIVE),
        ("-1", Problem.NOT_POSITIVE),
        ("1.000.000", Problem.TOO_LARGE),
        ("9" * 40, Problem.TOO_LARGE),
    ],
)
def test_what_is_no_quantity(typed: str, problem: Problem) -> None:
    assert read_quantity(typed) is problem


@given(st.integers(-MAX_MINOR, MAX_MINOR))
def test_a_shown_price_reads_back(minor: int) -> None:
    assert read_price(formats.money(minor, "eur"), "eur") == minor
    assert read_price(formats.money_input(minor, "eur"), "eur") == minor


@given(st.decimals("0.001", MAX_QUANTITY, places=3))
def test_a_shown_quantity_reads_back(value: Decimal) -> None:
    assert read_quantity(formats.quantity(value)) == value


@given(st.text(alphabet="0123456789.,-− €", max_size=14))
def test_nothing_typed_raises(typed: str) -> None:
    price = read_price(typed, "eur")
    assert isinstance(price, Problem) or abs(price) <= MAX_MINOR
    quantity = read_quantity(typed)
    assert isinstance(quantity, Problem) or 0 < quantity <= MAX_QUANTITY


def test_every_problem_has_words() -> None:
    for problem in Problem:
        assert problem_reason(problem)
        for column in Column:
            assert problem_sentence(problem, column).endswith(".")
