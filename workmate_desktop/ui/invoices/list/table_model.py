"""The rows of the invoice list: read page by page, sorted and filtered in SQL.

One change reads one row again. Nothing here resets the model for it, so selection and scroll
position stay where they are.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.invoices.lists import InvoiceFilter, InvoiceQuery, InvoiceSort
from workmate_desktop.ui.invoices.row_reading import RowReading
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.ui.kit.tables import FLASH_ROLE, PAINT_ROLE, Index, PaintedCell
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import pills_text, status_pills

_NOWHERE = QModelIndex()
PAGE = 128
_MANY = 8
"""More strangers than this at once are looked for in a page of what is shown."""
_WINDOW = 1024
"""A page larger than this costs more than the rows themselves."""

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
ID_ROLE = int(Qt.ItemDataRole.UserRole) + 101
SORT_ROLE = ID_ROLE + 1
ROW_ROLE = ID_ROLE + 2


class Column(IntEnum):
    """The columns from left to right."""

    NUMBER = 0
    CUSTOMER = 1
    ISSUE_DATE = 2
    DUE_DATE = 3
    TOTAL = 4
    PAID = 5
    STATUS = 6


_COLUMNS = tuple(Column)
_HOW_MANY = len(_COLUMNS)
SORT_OF = {column: InvoiceSort[column.name] for column in Column}
AMOUNTS = frozenset({Column.TOTAL, Column.PAID})
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
DASH = formats.NONE


@dataclass(frozen=True, slots=True)
class RowChange:
    """A loaded row before and after it was read again; `after` is None when deleted."""

    before: InvoiceRow
    after: InvoiceRow | None

    @property
    def became_paid(self) -> bool:
        """Whether this is the change that everybody waits for."""
        paid, after = InvoiceStatus.PAID, self.after
        return after is not None and after.status is paid and self.before.status is not paid


class InvoiceTableModel(QAbstractTableModel):
    """The loaded part of one query. `query` says what is shown."""

    def __init__(
        self, books: RowReading, query: InvoiceQuery, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._books = books
        self._query = query
        # How strongly rows are tinted, 1 to 0; the view's RowFlash keeps it.
        self.flashing: dict[str, float] = {}
        self._rows: list[InvoiceRow] = []
        self._positions: dict[str, int] = {}
        self._complete = False
        self._read_first(PAGE)

    @property
    def query(self) -> InvoiceQuery:
        """What is shown."""
        return self._query

    def set_query(self, query: InvoiceQuery) -> None:
        """Show something else; resets the model when it differs."""
        if query != self._query:
            self._query = query
            self._reset(PAGE)

    def reload(self, books: RowReading | None = None) -> None:
        """Read all that was loaded again, for much that changed; from `books` from now on."""
        self._books = books or self._books
        self._reset(max(PAGE, len(self._rows)))

    def refresh_loaded(self) -> None:
        """Follow a change of customers: only drafts take over a new name."""
        if self._query.sort is not InvoiceSort.CUSTOMER and not self._query.text.strip():
            self.refresh_rows([r.id for r in self._rows if r.status is InvoiceStatus.DRAFT])
            return
        limit = max(PAGE, len(self._rows))
        fresh = self._books.invoice_page(self._query, None, limit)
        if [row.id for row in fresh] != [row.id for row in self._rows]:
            self.reload()
            return
        for at, row in enumerate(fresh):
            if row != self._rows[at]:
                self._replace(at, row)

    def id_at(self, row: int) -> str | None:
        """The id of the invoice in this row; None outside the loaded rows."""
        return self._rows[row].id if 0 <= row < len(self._rows) else None

    def lists(self, invoice_id: str) -> bool:
        """Whether the whole list has this invoice, loaded or not."""
        return self._books.invoice_matches(self._query, invoice_id)

    def row_at(self, row: int) -> InvoiceRow | None:
        """The invoice in this row; None outside the loaded rows."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def position(self, invoice_id: str) -> int | None:
        """The row of the invoice; None when it is not loaded."""
        return self._positions.get(invoice_id)

    def refresh_rows(self, invoice_ids: Iterable[str]) -> list[RowChange]:
        """Read the loaded rows among these again; move or remove what now belongs elsewhere.

        Returns them before and after. Rows that are not loaded are left to `admit`.
        """
        ids = [i for i in dict.fromkeys(invoice_ids) if i in self._positions]
        if not ids:
            return []
        fresh = self._books.invoice_rows(ids)
        belong = self._belonging(fresh)
        changes: list[RowChange] = []
        misplaced: dict[str, InvoiceRow] = {}
        for invoice_id in ids:
            position = self._positions[invoice_id]
            row = fresh.get(invoice_id)
            before = self._rows[position]
            changes.append(RowChange(before, row))
            if row is None or invoice_id not in belong:
                self._remove(position)
            elif row != before:
                self._replace(position, row)
                if self._sort_value(row) != self._sort_value(before):
                    misplaced[invoice_id] = row
        self._place_all(misplaced)
        return changes

    def admit(self, invoice_ids: Iterable[str]) -> None:
        """Insert those that are not loaded but now belong among the loaded rows."""
        strangers = {i: None for i in invoice_ids if i not in self._positions}
        if not strangers:
            return
        if len(strangers) > _MANY and len(self._rows) <= _WINDOW:
            window = self._window(strangers)
            self._place_in(window, {row.id: row for row in window if row.id in strangers})
            return
        found = self._books.invoice_rows(strangers)
        belong = self._belonging(found)
        self._place_all({row.id: row for row in found.values() if row.id in belong})

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Loaded rows; more may follow."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Always the same columns."""
        return 0 if parent.isValid() else _HOW_MANY

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there is a further page."""
        return not parent.isValid() and not self._complete

    def fetchMore(self, parent: Index) -> None:
        """Append the next page."""
        if not self.canFetchMore(parent):
            return
        page = self._books.invoice_page(self._query, self._last(), PAGE)
        while not page and self._rows and self._books.invoice_row(self._rows[-1].id) is None:
            # The last row was deleted a moment ago: nothing comes behind it.
            self._remove(len(self._rows) - 1)
            page = self._books.invoice_page(self._query, self._last(), PAGE)
        self._complete = len(page) < PAGE
        # A row whose place changed meanwhile may come a second time.
        new = [row for row in page if row.id not in self._positions]
        if new:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._rows.extend(new)
            self._renumber(first)
            self.endInsertRows()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column, in SQL."""
        if 0 <= column < len(Column):
            descending = order == Qt.SortOrder.DescendingOrder
            sort = SORT_OF[Column(column)]
            self.set_query(replace(self._query, sort=sort, descending=descending))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Column titles, aligned like their cells."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        column = Column(section)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return texts.column_title(SORT_OF[column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """One cell. SORT_ROLE has raw values, ID_ROLE the invoice's id, ROW_ROLE the row."""
        # A painted cell asks for ten roles, most of them unknown here: those leave at once.
        answer = _ANSWERS.get(role)
        if answer is None or not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        return answer(self, self._rows[index.row()], _COLUMNS[index.column()])

    # Reading

    def _read_first(self, limit: int) -> None:
        self._rows = self._books.invoice_page(self._query, None, limit)
        self._complete = len(self._rows) < limit
        self._positions = {}
        self._renumber(0)

    def _reset(self, limit: int) -> None:
        self.beginResetModel()
        self._read_first(limit)
        self.endResetModel()

    def _last(self) -> InvoiceRow | None:
        return self._rows[-1] if self._rows else None

    def _belonging(self, rows: Mapping[str, InvoiceRow]) -> set[str]:
        """Those of these rows that the list shows, loaded or not."""
        mine = {row.id for row in rows.values() if row.livemode == self._query.livemode}
        if not mine or (self._query.filter is InvoiceFilter.ALL and not self._query.text.strip()):
            return mine
        return self._books.invoices_matching(self._query, mine)

    # Single rows

    def _replace(self, position: int, row: InvoiceRow) -> None:
        before, self._rows[position] = self._rows[position], row
        # A payment changes only what it paid and the status: the other cells are not repainted.
        same = row.currency == before.currency
        differ = (c for c in _COLUMNS if not same or self._raw(row, c) != self._raw(before, c))
        first = next(differ, Column.STATUS)
        self.dataChanged.emit(self.index(position, first), self.index(position, Column.STATUS))

    def _remove(self, position: int) -> None:
        self.beginRemoveRows(QModelIndex(), position, position)
        del self._positions[self._rows.pop(position).id]
        self._renumber(position)
        self.endRemoveRows()

    def _place_all(self, misplaced: dict[str, InvoiceRow]) -> None:
        if len(misplaced) > _MANY and len(self._rows) <= _WINDOW:
            # Asking for each would read half of the list each time.
            self._place_in(self._window(misplaced.keys()), misplaced)
            return
        while misplaced:
            row = misplaced.pop(next(iter(misplaced)))
            self._put(row, self._target(row, misplaced))

    def _window(self, moving: Collection[str]) -> list[InvoiceRow]:
        """The loaded rows and those of `moving` among them, in the order of the store. Few of very
        many lie here: they are all read only when a little more than the loaded rows was too few.
        """
        last = next((row.id for row in reversed(self._rows) if row.id not in moving), None)
        for more in (_MANY, len(moving)):
            limit = max(PAGE, len(self._rows) + more + 1)
            window = self._books.invoice_page(self._query, None, limit)
            if not self._complete and any(row.id == last for row in window):
                break
        return window

    def _place_in(self, window: list[InvoiceRow], misplaced: dict[str, InvoiceRow]) -> None:
        """Put these where `window` has them, or drop them where it does not."""
        in_order = {row.id for row in window}
        for row in misplaced.values():
            if row.id not in in_order:
                self._put(row, None)
        following: int | None = len(self._rows) if self._complete else None
        for row in reversed(window):
            if row.id in misplaced:
                self._put(misplaced[row.id], following)
            following = self._positions.get(row.id, following)

    def _put(self, row: InvoiceRow, target: int | None) -> None:
        """Put a new or misplaced row in front of `target`, or drop it behind the loaded ones."""
        current = self._positions.get(row.id)
        if target is None:
            if current is not None:
                self._remove(current)
        elif current is None:
            self.beginInsertRows(QModelIndex(), target, target)
            self._rows.insert(target, row)
            self._renumber(target)
            self.endInsertRows()
        elif target not in (current, current + 1):
            self.beginMoveRows(QModelIndex(), current, current, QModelIndex(), target)
            self._rows.insert(target - (target > current), self._rows.pop(current))
            self._renumber(min(current, target))
            self.endMoveRows()

    def _target(self, row: InvoiceRow, misplaced: dict[str, InvoiceRow]) -> int | None:
        """The loaded row in front of which `row` belongs; None when behind the loaded ones.

        The store knows the order (folding, missing dates), so it is asked who comes next.
        """
        limit = len(misplaced) + 1
        following = self._books.invoice_page(self._query, row, limit)
        for other in following:
            if other.id not in misplaced and other.id in self._positions:
                return self._positions[other.id]
        return len(self._rows) if self._complete and len(following) < limit else None

    def _renumber(self, start: int) -> None:
        for position in range(start, len(self._rows)):
            self._positions[self._rows[position].id] = position

    # Cells

    def _sort_value(self, row: InvoiceRow) -> object:
        return self._raw(row, Column[self._query.sort.name])

    @staticmethod
    def _raw(row: InvoiceRow, column: Column) -> object:
        return (
            row.number,
            row.customer_name,
            row.issue_date,
            row.due_date,
            row.total_minor,
            row.paid_minor,
            row.status.value,
        )[column]

    def _text(self, row: InvoiceRow, column: Column) -> str:
        match column:
            case Column.NUMBER:
                return texts.label(row)
            case Column.CUSTOMER:
                return row.customer_name or DASH
            case Column.ISSUE_DATE:
                return formats.date_text(row.issue_date)
            case Column.DUE_DATE:
                return formats.date_text(row.due_date)
            case Column.TOTAL:
                return formats.money(row.total_minor, row.currency)
            case Column.PAID:
                return texts.received(row) or DASH
            case Column.STATUS:
                return pills_text(status_pills(row, self._query.today))

    def _spoken(self, row: InvoiceRow, column: Column) -> str:
        """A screen reader says nothing for a dash."""
        text = self._text(row, column)
        return f"{texts.column_title(SORT_OF[column])}: {_('nichts') if text == DASH else text}"

    def _painted(self, row: InvoiceRow, column: Column) -> PaintedCell:
        # The status is painted as pills, from ROW_ROLE.
        text = "" if column is Column.STATUS else self._text(row, column)
        return PaintedCell(text, column in AMOUNTS, self.flashing.get(row.id, 0.0))


def _alignment(column: Column) -> Qt.AlignmentFlag:
    return _RIGHT if column in AMOUNTS else _LEFT


def _tip(_model: InvoiceTableModel, row: InvoiceRow, column: Column) -> str | None:
    return plain_tip(row.customer_name) if column is Column.CUSTOMER else None


_ANSWERS: dict[int, Callable[[InvoiceTableModel, InvoiceRow, Column], object]] = {
    _DISPLAY: InvoiceTableModel._text,
    int(Qt.ItemDataRole.TextAlignmentRole): lambda _model, _row, column: _alignment(column),
    int(Qt.ItemDataRole.AccessibleTextRole): InvoiceTableModel._spoken,
    int(Qt.ItemDataRole.ToolTipRole): _tip,
    int(PAINT_ROLE): InvoiceTableModel._painted,
    int(FLASH_ROLE): lambda model, row, _column: model.flashing.get(row.id),
    ID_ROLE: lambda _model, row, _column: row.id,
    SORT_ROLE: lambda _model, row, column: InvoiceTableModel._raw(row, column),
    ROW_ROLE: lambda _model, row, _column: row,
}
