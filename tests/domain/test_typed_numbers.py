"""Amounts typed the usual ways, in every place where one is typed."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workmate_desktop.domain.payments.money import MAX_MINOR, exponent
from workmate_desktop.domain.typed_numbers import MOST_DIGITS, Doubt, Typed, read, without_sign_of
from workmate_desktop.ui.invoices.editor.items_input import Column as ItemColumn
from workmate_desktop.ui.invoices.editor.items_input import Problem, problem_sentence, read_price
from workmate_desktop.words import formats

USUAL = {
    "35,-": "35",
    "35,--": "35",
    "35,–": "35",
    "35.-": "35",
    "35.—": "35",
    "1.234,-": "1234",
    "1 234,50": "1234.50",
    "1\u00a0234,50": "1234.50",
    "1\u202f234,50": "1234.50",
    "1\u2009234\u2009567,5": "1234567.5",
    "1'234.50": "1234.50",
    "1’234.50": "1234.50",
    "1'234'567,50": "1234567.50",
    "1.234,50 Euro": "1234.50",
    "1.234,50 EUR": "1234.50",
    "1.234,50€": "1234.50",
    "12,50 euro": "12.50",
    "€ 12,50": "12.50",
    "€12,50": "12.50",
    "EUR 12,50": "12.50",
    ",50": "0.50",
    ".50": "0.50",
    "+35": "35",
    "+ 35": "35",
    "1.234": "1234",
    "1.5": "1.50",
    "1.50": "1.50",
    "1,5": "1.50",
    "1.234,50": "1234.50",
    "1,234.50": "1234.50",
    "1,234,567": "1234567",
    "1,234,567.89": "1234567.89",
    "1.234.567": "1234567",
    "-12,50": "-12.50",
    "−12,50": "-12.50",
    "-€ 12,50": "-12.50",
    "€ -12,50": "-12.50",
    "- 12,50 €": "-12.50",
    "\u200b35,00\ufeff": "35",
    "007": "7",
}


@pytest.mark.parametrize("typed", USUAL)
def test_me4_the_usual_ways(typed: str) -> None:
    minor = int(Decimal(USUAL[typed]) * 100)
    assert formats.parse_money(typed, "eur") == minor
    assert formats.money_problem(typed, "eur") == ""
    assert read_price(typed, "eur") == minor


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1,234", "kwd", 1234),  # as this currency is always written
        ("1.234", "kwd", 1_234_000),
        ("1.234,5", "kwd", 1_234_500),
        ("35,-", "kwd", 35_000),
        ("1.234", "jpy", 1234),
        ("35,-", "jpy", 35),
        ("1 234 ¥", "jpy", 1234),
        ("1'234.50 CHF", "chf", 123450),
        ("Fr. 1'234.50", "chf", 123450),
        ("35.--", "chf", 3500),
        ("$1,234.50", "usd", 123450),
    ],
)
def test_me4_other_currencies(typed: str, currency: str, minor: int) -> None:
    assert formats.parse_money(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency", "sentence"),
    [
        ("1,234", "eur", "Meinen Sie 1.234,00\u00a0€ oder 1,23\u00a0€? Bitte so eintragen."),
        ("1,235 €", "eur", "Meinen Sie 1.235,00\u00a0€ oder 1,24\u00a0€? Bitte so eintragen."),
        ("-12,345", "eur", "Meinen Sie −12.345,00\u00a0€ oder −12,35\u00a0€? Bitte so eintragen."),
        ("1,234", "jpy", "Meinen Sie 1.234\u00a0¥ oder 1\u00a0¥? Bitte so eintragen."),
    ],
)
def test_me4_what_can_mean_two_amounts_is_asked(typed: str, currency: str, sentence: str) -> None:
    assert formats.parse_money(typed, currency) is None
    assert formats.money_problem(typed, currency) == sentence


def test_me4_a_price_that_can_mean_two_is_asked() -> None:
    assert read_price("1,234", "eur") is Problem.UNCLEAR
    sentence = problem_sentence(Problem.UNCLEAR, ItemColumn.UNIT_PRICE)
    assert sentence.endswith("1.234,00 oder 1,2340.")
    assert read_price("1.234,00", "eur") == 123400


@pytest.mark.parametrize(
    ("typed", "currency", "words"),
    [
        ("", "eur", "kein Betrag"),
        ("abc", "eur", "kein Betrag"),
        ("35,", "eur", "kein Betrag"),
        ("35,---", "eur", "kein Betrag"),
        ("1.23.4", "eur", "kein Betrag"),
        ("1,23,4", "eur", "kein Betrag"),
        ("12 34", "eur", "kein Betrag"),
        ("1.234'567", "eur", "kein Betrag"),
        ("1.234.50", "eur", "kein Betrag"),
        ("--5", "eur", "kein Betrag"),
        ("+-5", "eur", "kein Betrag"),
        ("35-", "eur", "kein Betrag"),
        ("12 $", "eur", "kein Betrag"),
        ("€ 5 €", "eur", "kein Betrag"),
        ("٣٥", "eur", "kein Betrag"),
        ("1e3", "eur", "kein Betrag"),
        ("1,2345", "eur", "zwei Stellen"),
        ("0,125", "eur", "zwei Stellen"),
        ("0.500", "eur", "zwei Stellen"),
        ("1234,567", "eur", "zwei Stellen"),
        ("1 234,567", "eur", "zwei Stellen"),
        ("1,5", "jpy", "keine Stellen"),
        ("1,2345", "kwd", "drei Stellen"),
        ("10.000.000.000,01", "eur", "zu groß"),
        ("9" * 5000, "eur", "kein Betrag"),
    ],
)
def test_me4_what_is_no_amount_says_why(typed: str, currency: str, words: str) -> None:
    assert formats.parse_money(typed, currency) is None
    assert words in formats.money_problem(typed, currency)


@given(
    st.integers(-MAX_MINOR, MAX_MINOR),
    st.sampled_from(["eur", "jpy", "kwd", "chf"]),
    st.sampled_from([("", ","), (".", ","), ("'", "."), (" ", ","), ("\u202f", ","), (",", ".")]),
    st.booleans(),
)
def test_me4_every_way_to_write_an_amount_reads_back_or_is_asked(
    minor: int, currency: str, marks: tuple[str, str], sign_first: bool
) -> None:
    group, comma = marks
    digits = exponent(currency)
    assume(not (digits == 3 and comma == "."))  # 1.234 is thousands here, in every currency
    text = f"{Decimal(minor).scaleb(-digits):,.{digits}f}"
    as_written: dict[str, str | int | None] = {",": group, ".": comma}
    text = text.translate(str.maketrans(as_written))
    shown = f"{currency.upper()} {text}" if sign_first else f"{text} {currency.upper()}"
    found = formats.parse_money(shown, currency)
    if found is None:
        assert formats.money_problem(shown, currency).startswith("Meinen Sie")
    else:
        assert found == minor


@given(st.text(alphabet="0123456789.,'-+ \u202f€–", max_size=12))
def test_me4_anything_typed_is_a_number_a_question_or_none(text: str) -> None:
    found = read(without_sign_of(text, ("€",)))
    assert found is None or isinstance(found, Typed | Doubt)
    if isinstance(found, Doubt):
        assert found.grouped.value == found.exact.value * 1000


def test_me4_very_long_numbers_are_none() -> None:
    assert read("1" * (MOST_DIGITS + 1)) is None
    assert read("1" * MOST_DIGITS) is not None
