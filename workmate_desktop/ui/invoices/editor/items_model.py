"""The positions of an invoice while they are typed.

A cell keeps the text as typed. What cannot be read stays in its cell and carries a `Problem`;
nothing is corrected behind the user's back. Behind the last position there is always one empty
line: text put into it makes it a position, and a new empty line appears.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from workmate_desktop.domain.invoices.invoices import InvoiceItem
from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.ui.invoices.editor.items_input import (
    NUMERIC,
    TAX_RATES,
    Column,
    ItemLine,
    Problem,
    column_title,
    problem_reason,
    problem_sentence,
    read_price,
    read_quantity,
)
from workmate_desktop.ui.invoices.editor.items_text import tidy_text
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.words import formats
from workmate_desktop.words.language import _

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

REASON_ROLE = Qt.ItemDataRole.UserRole + 1
"""A few words why the cell is wrong; None while it is not. The tool tip has the sentence."""
EMPTY_LINE_ROLE = Qt.ItemDataRole.UserRole + 2
"""True for the cells of the empty line at the end."""


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in NUMERIC else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ItemsModel(QAbstractTableModel):
    """Positions of one invoice, edited in place.

    Signal `changed()`: a position was changed, added, removed or moved.
    """

    changed = Signal()

    def __init__(
        self,
        items: Sequence[InvoiceItem] = (),
        currency: str = "eur",
        parent: QObject | None = None,
    ) -> None:
        """Start with `items`. A stored price of 0 comes from a draft whose price was still
        empty (see `draft_items`), and is shown empty again so that it is not overlooked."""
        super().__init__(parent)
        self._currency = currency
        self._strict = False
        self._empty_lines = 1
        self._lines = [
            ItemLine(
                description=item.description,
                quantity=formats.quantity(item.quantity),
                unit=item.unit,
                unit_price=formats.money_input(item.price, currency) if item.price else "",
                tax_rate=item.tax_rate_percent,
            )
            for item in items
        ]

    # What the editor asks ------------------------------------------------------------------

    @property
    def currency(self) -> str:
        """The currency of all prices."""
        return self._currency

    def lines(self) -> tuple[ItemLine, ...]:
        """All positions as typed, without the empty line."""
        return tuple(self._lines)

    def readable_items(self) -> tuple[InvoiceItem, ...]:
        """The positions whose quantity and price can be read: what the live totals count."""
        items = (self._item(line) for line in self._lines)
        return tuple(item for item in items if item is not None)

    def draft_items(self) -> tuple[InvoiceItem, ...]:
        """All positions for a draft; a price not typed yet is stored as 0.

        Only when `first_problem(strict=False)` is None.
        """
        priced = (
            line if line.unit_price else replace(line, unit_price="0") for line in self._lines
        )
        items = [self._item(line) for line in priced]
        return tuple(item for item in items if item is not None)

    def first_problem(self, *, strict: bool) -> tuple[QModelIndex, Problem] | None:
        """The first wrong cell, reading row by row.

        `strict` as for issuing; otherwise description and price may still be empty.
        """
        for row in range(len(self._lines)):
            for column in Column:
                problem = self._problem(row, column, strict=strict)
                if problem is not None:
                    return self.index(row, column), problem
        return None

    def set_strict(self, strict: bool) -> None:
        """Mark what is missing for issuing, too."""
        self._strict = strict
        self._cells_changed(0, len(self._lines))

    def remove_line(self, row: int) -> bool:
        """Remove a position; False for the empty line."""
        if not 0 <= row < len(self._lines):
            return False
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._lines[row]
        self.endRemoveRows()
        self.changed.emit()
        return True

    def move_line(self, row: int, by: int) -> bool:
        """Move a position up (-1) or down (1); False when it cannot move there."""
        target = row + by
        if not (0 <= row < len(self._lines) and 0 <= target < len(self._lines)):
            return False
        # Qt counts the place before the move, so one further when moving down.
        self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), target + (by > 0))
        self._lines.insert(target, self._lines.pop(row))
        self.endMoveRows()
        self.changed.emit()
        return True

    # Qt ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Positions and the empty line."""
        return 0 if parent.isValid() else len(self._lines) + self._empty_lines

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """The columns of `Column`."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Column titles, aligned as their cells."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column_title(Column(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Net is calculated; of the empty line only the description can be typed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        in_lines = index.row() < len(self._lines)
        column = index.column()
        if (in_lines and column != Column.NET) or column == Column.DESCRIPTION:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Display: German; edit: as typed; tool tip and description: the problem's sentence."""
        if not index.isValid():
            return None
        row, column = index.row(), Column(index.column())
        problem = self._problem(row, column, strict=self._strict)
        result: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                result = self._shown(row, column)
            case Qt.ItemDataRole.EditRole:
                result = self._typed(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                result = _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                result = self._spoken(row, column)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                result = problem and plain_tip(problem_sentence(problem, column))
            case r if r == REASON_ROLE:
                result = problem and problem_reason(problem)
            case r if r == EMPTY_LINE_ROLE:
                result = row == len(self._lines)
        return result

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take what was typed. Text in the empty line makes it a position."""
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        row, column = index.row(), Column(index.column())
        if row == len(self._lines):
            return self._add_line(tidy_text(str(value)))
        old = self._lines[row]
        match column:
            case Column.DESCRIPTION:
                new = replace(old, description=tidy_text(str(value)))
            case Column.QUANTITY:
                new = replace(old, quantity=_tidy(str(value), read_quantity, formats.quantity))
            case Column.UNIT:
                new = replace(old, unit=str(value).strip())
            case Column.UNIT_PRICE:
                new = replace(old, unit_price=self._tidy_price(str(value)))
            case _:
                new = replace(old, tax_rate=Decimal(str(value)))
        if new != old:
            self._lines[row] = new
            self._cells_changed(row, row)
            self.changed.emit()
        return True

    # Inside --------------------------------------------------------------------------------

    def _add_line(self, description: str) -> bool:
        if not description:
            return False
        row = len(self._lines)
        # The next position usually has the rate of the one before.
        rate = self._lines[-1].tax_rate if self._lines else TAX_RATES[0]
        # In two steps, so that an editor open in this row stays there: the row becomes a
        # position, then a new empty line appears below it.
        self._empty_lines = 0
        self._lines.append(ItemLine(description=description, tax_rate=rate))
        self._cells_changed(row, row)
        self.beginInsertRows(QModelIndex(), row + 1, row + 1)
        self._empty_lines = 1
        self.endInsertRows()
        self.changed.emit()
        return True

    def _cells_changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def _item(self, line: ItemLine) -> InvoiceItem | None:
        quantity = read_quantity(line.quantity)
        price = read_price(line.unit_price, self._currency)
        if isinstance(quantity, Problem) or isinstance(price, Problem):
            return None
        item = InvoiceItem.priced(line.description, quantity, line.unit, price, line.tax_rate)
        return item if abs(item.net_minor()) <= MAX_MINOR else None

    def _tidy_price(self, typed: str) -> str:
        return _tidy(
            typed,
            lambda text: read_price(text, self._currency),
            lambda minor: formats.money_input(minor, self._currency),
        )

    def _problem(self, row: int, column: Column, *, strict: bool) -> Problem | None:
        if row >= len(self._lines):
            return None
        line = self._lines[row]
        match column:
            case Column.DESCRIPTION:
                return Problem.MISSING if strict and not line.description else None
            case Column.QUANTITY:
                quantity = read_quantity(line.quantity)
                return quantity if isinstance(quantity, Problem) else None
            case Column.UNIT_PRICE:
                return self._price_problem(line, strict=strict)
        return None

    def _price_problem(self, line: ItemLine, *, strict: bool) -> Problem | None:
        price = read_price(line.unit_price, self._currency)
        if price is Problem.MISSING:
            return Problem.MISSING if strict else None
        if isinstance(price, Problem):
            return price
        quantity_reads = not isinstance(read_quantity(line.quantity), Problem)
        return Problem.TOO_LARGE if quantity_reads and self._item(line) is None else None

    def _typed(self, row: int, column: Column) -> str:
        if row >= len(self._lines):
            return ""
        if column is Column.NET:
            return self._shown(row, column)
        line = self._lines[row]
        return {
            Column.DESCRIPTION: line.description,
            Column.QUANTITY: line.quantity,
            Column.UNIT: line.unit,
            Column.UNIT_PRICE: line.unit_price,
            Column.TAX_RATE: str(line.tax_rate),
        }[column]

    def _shown(self, row: int, column: Column) -> str:
        if row >= len(self._lines):
            return _("Position hinzufügen …") if column is Column.DESCRIPTION else ""
        line = self._lines[row]
        if column is Column.UNIT_PRICE:
            price = read_price(line.unit_price, self._currency)
            if isinstance(price, Problem):
                return line.unit_price
            return formats.price(price, self._currency)
        if column is Column.TAX_RATE:
            return formats.percent(line.tax_rate)
        if column is Column.NET:
            item = self._item(line)
            return formats.NONE if item is None else formats.money(item.net_minor(), self._currency)
        return self._typed(row, column)

    def _spoken(self, row: int, column: Column) -> str:
        """The cell for a screen reader, with what is wrong."""
        shown = self._shown(row, column)
        problem = self._problem(row, column, strict=self._strict)
        return shown if problem is None else f"{shown} {problem_sentence(problem, column)}".strip()


def _tidy(typed: str, read: Callable[[str], T | Problem], write: Callable[[T], str]) -> str:
    """Readable numbers in one form ("1234.5" becomes "1234,50"); all else exactly as typed."""
    value = read(typed)
    return typed.strip() if isinstance(value, Problem) else write(value)
