"""One position as it is typed: its columns, how its numbers are read, and what can be wrong.

Numbers are read as domain/typed_numbers.py says. What cannot be read, or can mean two amounts, is a
`Problem`, never a guess.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from workmate_desktop.domain.invoices.invoices import PRICE_DECIMALS
from workmate_desktop.domain.typed_numbers import Doubt, Typed, read
from workmate_desktop.words import formats
from workmate_desktop.words.language import _

UNITS = ("Std.", "Stk.", "pausch.", "Tag", "km")
TAX_RATES = (Decimal(19), Decimal(7), Decimal(0))
MAX_QUANTITY = Decimal("999999.999")
QUANTITY_DECIMALS = 3


class Column(IntEnum):
    """Columns of the table of positions, from the left."""

    DESCRIPTION = 0
    QUANTITY = 1
    UNIT = 2
    UNIT_PRICE = 3
    TAX_RATE = 4
    NET = 5


NUMERIC = frozenset({Column.QUANTITY, Column.UNIT_PRICE, Column.TAX_RATE, Column.NET})


class Problem(StrEnum):
    """Why a cell cannot be used as it is."""

    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    TOO_MANY_DECIMALS = "too_many_decimals"
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    UNCLEAR = "unclear"
    """A price such as 1,234: thousands, or decimals?"""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One position as typed."""

    description: str = ""
    quantity: str = "1"
    unit: str = UNITS[0]
    unit_price: str = ""
    tax_rate: Decimal = TAX_RATES[0]


def read_quantity(text: str) -> Decimal | Problem:
    """A typed quantity, more than 0, with at most three decimals."""
    text = text.replace(formats.NBSP, " ").strip()
    if not text:
        return Problem.MISSING
    value = formats.parse_quantity(text, decimals=QUANTITY_DECIMALS)
    if value is None:
        return _why(read(text), QUANTITY_DECIMALS)
    if value > MAX_QUANTITY:
        return Problem.TOO_LARGE
    return value if value > 0 else Problem.NOT_POSITIVE


def read_price(text: str, currency: str) -> Decimal | Problem:
    """A typed unit price in minor units, maybe finer than one; below 0 for a discount."""
    text = text.replace(formats.NBSP, " ").strip()
    if not text:
        return Problem.MISSING
    value = formats.parse_price(text, currency, PRICE_DECIMALS)
    if value is None:
        found = formats.read_amount(text, currency)
        return Problem.UNCLEAR if isinstance(found, Doubt) else _why(found, PRICE_DECIMALS)
    return value


def _why(found: Typed | Doubt | None, decimals: int) -> Problem:
    """Why what was read is of no use."""
    if found is None:
        return Problem.NOT_A_NUMBER
    part = found.exact.part if isinstance(found, Doubt) else found.part
    return Problem.TOO_MANY_DECIMALS if len(part) > decimals else Problem.TOO_LARGE


def column_title(column: Column) -> str:
    """The title above a column."""
    return {
        Column.DESCRIPTION: _("Bezeichnung"),
        Column.QUANTITY: _("Menge"),
        Column.UNIT: _("Einheit"),
        Column.UNIT_PRICE: _("Einzelpreis"),
        Column.TAX_RATE: _("USt."),
        Column.NET: _("Gesamt netto"),
    }[column]


def problem_reason(problem: Problem) -> str:
    """A few words that fit under a number."""
    return {
        Problem.MISSING: _("fehlt"),
        Problem.NOT_A_NUMBER: _("keine Zahl"),
        Problem.TOO_MANY_DECIMALS: _("zu viele Stellen"),
        Problem.NOT_POSITIVE: _("nicht über 0"),
        Problem.TOO_LARGE: _("zu groß"),
        Problem.UNCLEAR: _("nicht eindeutig"),
    }[problem]


def problem_sentence(problem: Problem, column: Column) -> str:
    """What is wrong in this column, and what would be right."""
    of_quantity = column is Column.QUANTITY
    match problem:
        case Problem.MISSING if column is Column.DESCRIPTION:
            text = _("Bitte eine Bezeichnung eintragen.")
        case Problem.MISSING if of_quantity:
            text = _("Bitte eine Menge eintragen.")
        case Problem.MISSING:
            text = _("Bitte einen Einzelpreis eintragen.")
        case Problem.NOT_A_NUMBER if of_quantity:
            text = _("Das ist keine Menge. Beispiele: 4 oder 1,5.")
        case Problem.NOT_A_NUMBER:
            text = _("Das ist kein Betrag. Beispiele: 35 oder 1.234,56.")
        case Problem.TOO_MANY_DECIMALS if of_quantity:
            text = _("Eine Menge hat höchstens drei Stellen nach dem Komma.")
        case Problem.TOO_MANY_DECIMALS:
            text = _("Ein Einzelpreis hat höchstens vier Stellen nach dem Komma.")
        case Problem.NOT_POSITIVE:
            text = _("Die Menge muss größer als 0 sein. Ein Nachlass hat einen negativen Preis.")
        case Problem.TOO_LARGE:
            text = _("Diese Zahl ist zu groß für eine Rechnung.")
        case Problem.UNCLEAR:
            text = _("Tausender oder Nachkommastellen? Bitte zum Beispiel 1.234,00 oder 1,2340.")
    return text
