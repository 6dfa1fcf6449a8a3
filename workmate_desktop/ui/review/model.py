"""The rows of Klärung nötig, of one of its lists; one row again per change."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.review import ReviewItem, ReviewList
from workmate_desktop.services.booking.review import Review
from workmate_desktop.ui.kit.tables import SUBTEXT_ROLE, Index
from workmate_desktop.words import formats
from workmate_desktop.words import review as texts
from workmate_desktop.words.language import _

_NOWHERE = QModelIndex()
PAGE = 256
_PAGES_TO_LOOK_THROUGH = 20
ID_ROLE = int(Qt.ItemDataRole.UserRole) + 101


class Column(IntEnum):
    """The columns from left to right."""

    AMOUNT = 0
    WHAT = 1
    WHEN = 2


class ReviewModel(QAbstractTableModel):
    """`shown` says which of the lists it is."""

    def __init__(self, review: Review, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review = review
        self._clock = clock
        self._today = clock.today()
        self._shown = ReviewList.OPEN
        self._rows: list[ReviewItem] = []
        self._complete = True
        self._read(PAGE)

    @property
    def shown(self) -> ReviewList:
        """Which list it is."""
        return self._shown

    def show(self, wanted: ReviewList) -> None:
        """Show this list, read now: the news of what came a moment ago may be on its way yet."""
        if wanted is self._shown:
            self.reload()
        else:
            self._shown = wanted
            self._reset(PAGE)

    def load_until(self, item_id: str) -> bool:
        """Read on until the item is loaded, some thousand rows far. Whether it is."""
        for _page in range(_PAGES_TO_LOOK_THROUGH):
            if self.position(item_id) is not None or not self.canFetchMore(_NOWHERE):
                break
            self.fetchMore(_NOWHERE)
        return self.position(item_id) is not None

    def reload(self) -> None:
        """Read everything again, for changes too large to name."""
        self._reset(max(PAGE, len(self._rows)))

    def item_at(self, row: int) -> ReviewItem | None:
        """The item in this row; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def position(self, item_id: str) -> int | None:
        """The row of the item; None when it is not loaded."""
        return next((at for at, item in enumerate(self._rows) if item.id == item_id), None)

    def listed(self, item_ids: Iterable[str]) -> list[str]:
        """Those of them that are among the loaded rows."""
        wanted = frozenset(item_ids)
        return [item.id for item in self._rows if item.id in wanted]

    def refresh(self, item_ids: Iterable[str]) -> None:
        """These may be new, changed or decided: read them, and nothing else."""
        for item_id in dict.fromkeys(item_ids):
            item = self._review.item(item_id)
            position = self.position(item_id)
            belongs = item is not None and item.lies_in is self._shown
            if item is None or not belongs:
                if position is not None:
                    self._remove(position)
            elif position is None:
                self._place(item)
            elif item != self._rows[position]:
                self._rows[position] = item
                last = len(Column) - 1
                self.dataChanged.emit(self.index(position, 0), self.index(position, last))

    def refresh_invoices(self, invoice_ids: Iterable[str]) -> None:
        """These invoices changed: read the items that name them or were put on them."""
        wanted = frozenset(invoice_ids)
        self.refresh([item.id for item in self._rows if wanted & _invoices_of(item)])

    def follow_day(self) -> None:
        """After midnight "heute" becomes "gestern"."""
        if self._clock.today() != self._today:
            self._today = self._clock.today()
            if self._rows:
                bottom = self.index(len(self._rows) - 1, Column.WHEN)
                self.dataChanged.emit(self.index(0, Column.WHEN), bottom)

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Loaded rows; more may follow."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Always the same columns."""
        return 0 if parent.isValid() else len(Column)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether there is a further page."""
        return not parent.isValid() and not self._complete

    def fetchMore(self, parent: Index) -> None:
        """Append the next page."""
        if not self.canFetchMore(parent):
            return
        page = self._page_behind(self._rows[-1] if self._rows else None, PAGE)
        self._complete = len(page) < PAGE
        known = {item.id for item in self._rows}
        new = [item for item in page if item.id not in known]
        if new:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._rows.extend(new)
            self.endInsertRows()

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Column titles, aligned like their cells."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._title(Column(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; SUBTEXT_ROLE has the second line, ID_ROLE the item's id."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        item, column = self._rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(item, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == SUBTEXT_ROLE and column is Column.WHAT:
            return texts.item_note(item, self._clock)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(item, column)
        if role == ID_ROLE:
            return item.id
        return None

    # Rows

    def _read(self, limit: int) -> None:
        if self._shown is ReviewList.DECIDED:
            self._rows = self._review.decided_items(limit)
            self._complete = True  # older decisions are found beside their event
        else:
            self._rows = self._page_behind(None, limit)
            self._complete = len(self._rows) < limit

    def _page_behind(self, item: ReviewItem | None, limit: int) -> list[ReviewItem]:
        if self._shown is ReviewList.NOT_OURS:
            return self._review.not_ours_items(item, limit)
        return self._review.open_items(item, limit)

    def _reset(self, limit: int) -> None:
        self.beginResetModel()
        self._read(limit)
        self.endResetModel()

    def _place(self, item: ReviewItem) -> None:
        place = next(
            (at for at, row in enumerate(self._rows) if _key(row) < _key(item)), len(self._rows)
        )
        if place == len(self._rows) and not self._complete:
            return  # it comes with a later page
        self.beginInsertRows(QModelIndex(), place, place)
        self._rows.insert(place, item)
        self.endInsertRows()

    def _remove(self, position: int) -> None:
        self.beginRemoveRows(QModelIndex(), position, position)
        del self._rows[position]
        self.endRemoveRows()

    # Cells

    def _title(self, column: Column) -> str:
        return {
            Column.AMOUNT: _("Betrag"),
            Column.WHAT: _("Was ist passiert?"),
            Column.WHEN: _("Entschieden") if self._shown is ReviewList.DECIDED else _("Eingang"),
        }[column]

    def _words(self, item: ReviewItem, column: Column) -> str:
        match column:
            case Column.AMOUNT:
                return texts.amount(item)
            case Column.WHAT:
                return texts.item_title(item)
            case Column.WHEN:
                moment = item.decided.at if item.decided is not None else item.at
                now = self._clock.local(self._clock.now())
                return formats.day_time(self._clock.local(moment), now)

    def _spoken(self, item: ReviewItem, column: Column) -> str:
        words = self._words(item, column)
        if column is Column.WHAT:
            words = f"{words}. {texts.item_note(item, self._clock)}"
        return f"{self._title(column)}: {_('nichts') if words == formats.NONE else words}"


def _key(item: ReviewItem) -> tuple[datetime, str]:
    if item.decided is not None:
        return item.decided.at, item.decided.id
    return item.at, item.id


def _invoices_of(item: ReviewItem) -> frozenset[str | None]:
    return frozenset((item.named_id, item.decided.invoice_id if item.decided else None))


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column is Column.WHAT else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
