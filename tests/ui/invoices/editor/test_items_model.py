"""The table of positions without a window, watched by Qt's own model tester."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fakes import HOSTILE
from tests.ui.invoices.editor.fakes import PICTURED, item
from workmate_desktop.domain.invoices.invoices import totals_of
from workmate_desktop.ui.invoices.editor.items_input import Column, Problem
from workmate_desktop.ui.invoices.editor.items_model import (
    EMPTY_LINE_ROLE,
    REASON_ROLE,
    ItemsModel,
)

ROLE = Qt.ItemDataRole


@pytest.fixture
def model(qapp: QApplication) -> Iterator[ItemsModel]:
    """The positions of the picture."""
    made = ItemsModel(PICTURED)
    tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal, made
    )
    assert tester.model() is made
    yield made
    made.deleteLater()


@pytest.fixture
def empty(qapp: QApplication) -> Iterator[ItemsModel]:
    """A new invoice."""
    made = ItemsModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    yield made
    made.deleteLater()


def shown(model: ItemsModel, row: int) -> list[str]:
    return [model.index(row, column).data() for column in Column]


def put(model: ItemsModel, row: int, column: Column, text: str) -> bool:
    return model.setData(model.index(row, column), text)


def test_shows_the_picture(model: ItemsModel) -> None:
    nb = "\u00a0"
    assert [shown(model, row) for row in range(4)] == [
        ["IT-Wartung vor Ort", "4", "Std.", f"100,00{nb}€", f"19{nb}%", f"400,00{nb}€"],
        ["Anfahrt", "1", "pausch.", f"35,00{nb}€", f"19{nb}%", f"35,00{nb}€"],
        ["Fachbuch Netzwerke", "1", "Stk.", f"28,04{nb}€", f"7{nb}%", f"28,04{nb}€"],
        ["Position hinzufügen …", "", "", "", "", ""],
    ]
    headers = [model.headerData(column, Qt.Orientation.Horizontal) for column in Column]
    assert headers == ["Bezeichnung", "Menge", "Einheit", "Einzelpreis", "USt.", "Gesamt netto"]
    assert model.draft_items() == PICTURED


def test_text_in_the_empty_line_makes_a_position(empty: ItemsModel, qtbot: QtBot) -> None:
    with qtbot.waitSignals([empty.changed, empty.rowsInserted]):
        assert put(empty, 0, Column.DESCRIPTION, "  Beratung ")
    assert empty.rowCount() == 2
    assert empty.lines()[0].description == "Beratung"
    assert not empty.index(0, 0).data(EMPTY_LINE_ROLE)
    assert empty.index(1, 0).data(EMPTY_LINE_ROLE)


def test_nothing_in_the_empty_line_makes_nothing(empty: ItemsModel) -> None:
    assert not put(empty, 0, Column.DESCRIPTION, "   ")
    assert not put(empty, 0, Column.QUANTITY, "3")
    assert empty.rowCount() == 1


def test_a_new_position_takes_the_rate_above(model: ItemsModel) -> None:
    put(model, 3, Column.DESCRIPTION, "Noch ein Buch")
    assert model.lines()[3].tax_rate == Decimal(7)


def test_readable_numbers_are_shown_in_one_form(model: ItemsModel) -> None:
    put(model, 0, Column.UNIT_PRICE, "1.234,5")
    put(model, 0, Column.QUANTITY, "1.5")
    assert model.index(0, Column.UNIT_PRICE).data(ROLE.EditRole) == "1.234,50"
    assert model.index(0, Column.QUANTITY).data() == "1,5"
    assert model.index(0, Column.NET).data() == "1.851,75\u00a0€"


@pytest.mark.parametrize("typed", ["vier", "1,2,3", "<b>4</b>", "12345678901234"])
def test_what_cannot_be_read_stays_and_says_why(model: ItemsModel, typed: str) -> None:
    put(model, 0, Column.QUANTITY, typed)
    cell = model.index(0, Column.QUANTITY)
    assert cell.data() == typed
    assert cell.data(ROLE.EditRole) == typed
    assert cell.data(REASON_ROLE)
    assert cell.data(ROLE.ToolTipRole) == cell.data(ROLE.AccessibleDescriptionRole)
    assert cell.data(ROLE.AccessibleTextRole).startswith(typed)
    assert model.index(0, Column.NET).data() == "–"
    assert len(model.readable_items()) == 2
    wrong = model.first_problem(strict=False)
    assert wrong is not None
    assert (wrong[0].row(), wrong[0].column()) == (0, Column.QUANTITY)
    put(model, 0, Column.QUANTITY, "4")
    assert cell.data(REASON_ROLE) is None
    assert model.first_problem(strict=False) is None


def test_missing_values_are_marked_only_when_issuing(empty: ItemsModel) -> None:
    put(empty, 0, Column.DESCRIPTION, "Beratung")
    price = empty.index(0, Column.UNIT_PRICE)
    assert empty.first_problem(strict=False) is None
    assert price.data(REASON_ROLE) is None
    empty.set_strict(True)
    assert empty.first_problem(strict=True) == (price, Problem.MISSING)
    assert price.data(REASON_ROLE) == "fehlt"
    put(empty, 0, Column.UNIT_PRICE, "0")
    put(empty, 0, Column.DESCRIPTION, "")
    assert empty.first_problem(strict=True) == (empty.index(0, 0), Problem.MISSING)


def test_a_draft_without_price_comes_back_without_price(empty: ItemsModel) -> None:
    put(empty, 0, Column.DESCRIPTION, "Beratung")
    (stored,) = empty.draft_items()
    assert stored.unit_price_minor == 0
    again = ItemsModel([stored])
    assert again.lines()[0].unit_price == ""
    assert again.first_problem(strict=True) is not None


def test_a_discount_is_a_negative_price(model: ItemsModel) -> None:
    put(model, 3, Column.DESCRIPTION, "Nachlass")
    put(model, 3, Column.UNIT_PRICE, "-10")
    assert model.first_problem(strict=True) is None
    assert totals_of(model.readable_items()).net_minor == 45304


def test_a_position_beyond_the_limit_is_marked(model: ItemsModel) -> None:
    put(model, 0, Column.UNIT_PRICE, "10.000.000.000,00")
    wrong = model.first_problem(strict=False)
    assert wrong is not None
    assert wrong[1] is Problem.TOO_LARGE


def test_lines_are_removed_and_moved(model: ItemsModel) -> None:
    def order() -> list[str]:
        return [line.description.split()[0] for line in model.lines()]

    assert model.move_line(0, 1)
    assert order() == ["Anfahrt", "IT-Wartung", "Fachbuch"]
    assert model.move_line(2, -1)
    assert order() == ["Anfahrt", "Fachbuch", "IT-Wartung"]
    assert not model.move_line(0, -1)
    assert not model.move_line(2, 1)
    assert not model.move_line(3, -1)
    assert model.remove_line(1)
    assert order() == ["Anfahrt", "IT-Wartung"]
    assert not model.remove_line(2)
    assert model.remove_line(0)
    assert model.remove_line(0)
    assert model.rowCount() == 1


def test_only_what_can_be_typed_is_editable(model: ItemsModel) -> None:
    def editable(row: int) -> list[bool]:
        return [
            bool(model.index(row, column).flags() & Qt.ItemFlag.ItemIsEditable) for column in Column
        ]

    assert editable(0) == [True] * 5 + [False]
    assert editable(3) == [True] + [False] * 5
    assert not put(model, 0, Column.NET, "5")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_descriptions_stay_what_they_are(empty: ItemsModel, text: str) -> None:
    put(empty, 0, Column.DESCRIPTION, text)
    cell = empty.index(0, 0)
    assert cell.data() == text.strip()
    assert cell.data(ROLE.ToolTipRole) is None
    assert empty.draft_items()[0].description == text.strip()


def test_other_rates_and_currencies(qapp: QApplication) -> None:
    model = ItemsModel([item("Alt", "1", "Stk.", 1000, "16")], "jpy")
    assert model.index(0, Column.TAX_RATE).data() == "16\u00a0%"
    assert model.index(0, Column.UNIT_PRICE).data().startswith("1.000\u00a0")
    assert model.draft_items()[0].tax_rate_percent == Decimal(16)
