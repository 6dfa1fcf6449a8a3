"""Totals of an invoice against a plain model, position by position and rate by rate."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workmate_desktop.domain.invoices.invoices import InvoiceItem, totals_of

RATES = (Decimal(19), Decimal(7), Decimal(0))


def item(
    quantity: str, unit_price_minor: int, rate: str | Decimal = "19", description: str = "Arbeit"
) -> InvoiceItem:
    """A position with the values that matter for its sum."""
    return InvoiceItem(description, Decimal(quantity), "Std.", unit_price_minor, Decimal(rate))


def half_up(value: Fraction) -> int:
    """Commercial rounding by the school book, away from zero on the half, without Decimal."""
    magnitude = floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


items = st.builds(
    InvoiceItem,
    description=st.text(max_size=20),
    quantity=st.decimals("0.001", "999999.999", places=3),
    unit=st.sampled_from(["Std.", "Stk.", "pausch."]),
    unit_price_minor=st.integers(-(10**9), 10**9),
    tax_rate_percent=st.sampled_from(RATES),
)


@given(st.lists(items, max_size=12))
def test_totals_equal_the_plain_model(positions: list[InvoiceItem]) -> None:
    totals = totals_of(positions)

    nets: dict[Decimal, int] = {}
    for position in positions:
        exact = Fraction(position.quantity) * position.unit_price_minor
        rate = position.tax_rate_percent
        nets[rate] = nets.get(rate, 0) + half_up(exact)
    taxes = {rate: half_up(net * Fraction(rate) / 100) for rate, net in nets.items()}

    assert {line.rate_percent: line.net_minor for line in totals.by_rate} == nets
    assert {line.rate_percent: line.tax_minor for line in totals.by_rate} == taxes
    assert totals.net_minor == sum(nets.values())
    assert totals.tax_minor == sum(taxes.values())
    assert totals.total_minor == sum(nets.values()) + sum(taxes.values())


@given(st.lists(items, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_positions_changes_nothing(
    positions: list[InvoiceItem], random: object
) -> None:
    shuffled = list(positions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert totals_of(shuffled) == totals_of(positions)


@given(st.lists(items, max_size=12))
def test_what_the_window_shows_adds_up(positions: list[InvoiceItem]) -> None:
    """Netto on screen is the sum of the net column, and the lines sum up to Gesamtbetrag."""
    totals = totals_of(positions)
    assert totals.net_minor == sum(position.net_minor() for position in positions)
    assert totals.total_minor == totals.net_minor + sum(line.tax_minor for line in totals.by_rate)
    rates = [line.rate_percent for line in totals.by_rate]
    assert rates == sorted(set(rates), reverse=True)


@given(items)
def test_a_discount_mirrors_its_price(position: InvoiceItem) -> None:
    """Rounding is symmetric: the same position taken back leaves exactly nothing."""
    back = item(
        str(position.quantity), -position.unit_price_minor, position.tax_rate_percent, "Nachlass"
    )
    totals = totals_of([position, back])
    assert (totals.net_minor, totals.tax_minor, totals.total_minor) == (0, 0, 0)


def test_the_invoice_of_the_picture() -> None:
    totals = totals_of([item("4", 10000), item("1", 3500), item("1", 2804, "7")])
    lines = [(line.rate_percent, line.net_minor, line.tax_minor) for line in totals.by_rate]
    assert lines == [(Decimal(19), 43500, 8265), (Decimal(7), 2804, 196)]
    assert totals.net_minor == 46304
    assert totals.total_minor == 54765


def test_vat_is_rounded_once_per_rate_not_per_position() -> None:
    # 3 × 0,03 € at 19 %: per position 0,0057 → 0,01 each, together 0,0171 → 0,02.
    totals = totals_of([item("1", 3), item("1", 3), item("1", 3)])
    assert totals.tax_minor == 2


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [
        ("0.5", 1, 1),
        ("0.5", -1, -1),
        ("0.499", 1, 0),
        ("1.5", 3333, 5000),
        ("0.333", 10000, 3330),
        ("2.5", 1999, 4998),
    ],
)
def test_net_rounds_half_up(quantity: str, price: int, net: int) -> None:
    assert item(quantity, price).net_minor() == net


def test_one_rate_written_in_two_ways_is_one_line() -> None:
    totals = totals_of([item("1", 100, "19"), item("1", 100, "19.00"), item("1", 100, "0.0")])
    assert [(line.rate_percent, line.net_minor) for line in totals.by_rate] == [
        (Decimal(19), 200),
        (Decimal(0), 100),
    ]


def test_zero_rate_has_a_line_without_tax() -> None:
    (line,) = totals_of([item("2", 500, "0")]).by_rate
    assert (line.net_minor, line.tax_minor) == (1000, 0)


def test_no_positions_no_sum() -> None:
    totals = totals_of([])
    assert (totals.by_rate, totals.net_minor, totals.tax_minor, totals.total_minor) == ((), 0, 0, 0)


def test_the_largest_position_is_exact() -> None:
    assert item("999999.999", 10**12).net_minor() == 999_999_999_000_000_000


@given(
    st.decimals("0.001", "999999.999", places=3),
    st.decimals("-9999999.9999", "9999999.9999", places=4),
)
def test_mc4_fine_prices_are_counted_exactly_and_rounded_half_up(
    quantity: Decimal, euros: Decimal
) -> None:
    position = InvoiceItem.priced("Strom", quantity, "kWh", euros.scaleb(2), Decimal(19))
    exact = Fraction(quantity) * Fraction(euros) * 100
    assert position.net_minor() == half_up(exact)
    assert abs(Fraction(position.unit_price_minor) - Fraction(euros) * 100) <= Fraction(1, 2)
