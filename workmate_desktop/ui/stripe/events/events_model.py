"""The rows of the list of events: newest first, read page by page, one row again per change.

Nothing here resets the model for a change, so selection and scroll position stay where they are.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.lists import EventFilter, EventRow
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.domain.text import comparable
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.ui.kit.tables import Index
from workmate_desktop.words import events as texts
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import outcome_pill

_NOWHERE = QModelIndex()
PAGE = 256
_MANY = 8
"""More changed events than this at once are read as a page."""

ID_ROLE = int(Qt.ItemDataRole.UserRole) + 101
ROW_ROLE = ID_ROLE + 1


class Column(IntEnum):
    """The columns from left to right."""

    TIME = 0
    TYPE = 1
    INVOICE = 2
    AMOUNT = 3
    OUTCOME = 4
    SOURCE = 5
    ANSWER = 6


_RIGHT = frozenset({Column.AMOUNT, Column.ANSWER})
_SHOWN_BY = {
    EventFilter.ALL: frozenset(Outcome),
    EventFilter.ERRORS: frozenset({Outcome.FAILURE_RECORDED, Outcome.NEEDS_REVIEW}),
    EventFilter.REVIEW: frozenset({Outcome.NEEDS_REVIEW}),
}


class EventsModel(QAbstractTableModel):
    """The loaded part of the list. `which` and `text` say what is shown."""

    def __init__(self, books: Books, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._books = books
        self._clock = clock
        self._today = clock.today()
        self._which = EventFilter.ALL
        self._text = ""
        self._rows: list[EventRow] = []
        self._positions: dict[str, int] = {}
        self._complete = False
        self._read_first(PAGE)

    @property
    def which(self) -> EventFilter:
        """The filter."""
        return self._which

    @property
    def text(self) -> str:
        """What is searched for."""
        return self._text

    def show_only(self, which: EventFilter, text: str = "") -> None:
        """Show something else; resets the model when it differs."""
        if (which, text) != (self._which, self._text):
            self._which, self._text = which, text
            self._reset(PAGE)

    def reload(self) -> None:
        """Read everything that was loaded again, for changes too large to name."""
        self._reset(max(PAGE, len(self._rows)))

    def id_at(self, row: int) -> str | None:
        """The id of the event in this row; None outside the loaded rows."""
        return self._rows[row].id if 0 <= row < len(self._rows) else None

    def position(self, event_id: str) -> int | None:
        """The row of the event; None when it is not loaded."""
        return self._positions.get(event_id)

    def refresh(self, event_ids: Iterable[str]) -> None:
        """These events are new or were decided anew: read them, and nothing else."""
        strangers: list[EventRow] = []
        for event_id, row in self._read(list(dict.fromkeys(event_ids))):
            position = self._positions.get(event_id)
            if position is None:
                if row is not None and self._belongs(row):
                    strangers.append(row)
            elif row is None or not self._belongs(row):
                self._remove(position)
            elif row != self._rows[position]:
                self._rows[position] = row
                last = len(Column) - 1
                self.dataChanged.emit(self.index(position, 0), self.index(position, last))
        self._admit(strangers)

    def refresh_invoices(self, invoice_ids: Iterable[str]) -> None:
        """These invoices changed, for example their number: read the events that name them."""
        wanted = frozenset(invoice_ids)
        self.refresh([row.id for row in self._rows if row.invoice_id in wanted])

    def follow_day(self) -> None:
        """After midnight the times of yesterday get their date."""
        today = self._clock.today()
        if today != self._today:
            self._today = today
            if self._rows:
                bottom = self.index(len(self._rows) - 1, Column.TIME)
                self.dataChanged.emit(self.index(0, Column.TIME), bottom)

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
        last = self._rows[-1] if self._rows else None
        page = self._books.event_page(self._which, self._text, last, PAGE)
        self._complete = len(page) < PAGE
        new = [row for row in page if row.id not in self._positions]
        if new:
            self._insert(len(self._rows), new)

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
            return column_title(Column(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell. ID_ROLE has the event's id, ROW_ROLE the whole row."""
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = self._words(row, column)
            spoken = _("nichts") if words == formats.NONE else words
            return f"{column_title(column)}: {spoken}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == ID_ROLE:
            return row.id
        if role == ROW_ROLE:
            return row
        return None

    # Rows

    def _read_first(self, limit: int) -> None:
        self._rows = self._books.event_page(self._which, self._text, None, limit)
        self._complete = len(self._rows) < limit
        self._positions = {}
        self._renumber(0)

    def _read(self, event_ids: list[str]) -> Iterator[tuple[str, EventRow | None]]:
        """These events as they are now; a flood of them with one page instead of one by one."""
        known: dict[str, EventRow] = {}
        flood = len(event_ids) > _MANY
        if flood:
            window = self._books.event_page(
                self._which, self._text, None, max(PAGE, len(self._rows))
            )
            known = {row.id: row for row in window}
        for event_id in event_ids:
            if event_id in known:
                yield event_id, known[event_id]
            elif not flood or event_id in self._positions:
                yield event_id, self._books.event(event_id)

    def _reset(self, limit: int) -> None:
        self.beginResetModel()
        self._read_first(limit)
        self.endResetModel()

    def _belongs(self, row: EventRow) -> bool:
        if row.outcome not in _SHOWN_BY[self._which]:
            return False
        wanted = comparable(self._text)
        searched = (row.id, row.type, row.payment_intent_id, row.invoice_label)
        return any(wanted in comparable(words or "") for words in searched)

    def _admit(self, rows: list[EventRow]) -> None:
        """Put new rows where they belong; those behind the last loaded row come with its page."""
        rows.sort(key=_order, reverse=True)
        if rows and (not self._rows or _order(rows[-1]) > _order(self._rows[0])):
            # The usual case, also for hundreds at once: all are newer than what is shown.
            self._insert(0, rows)
            return
        for row in rows:
            place = self._place_of(row)
            if place < len(self._rows) or self._complete:
                self._insert(place, [row])

    def _place_of(self, row: EventRow) -> int:
        for position, other in enumerate(self._rows):
            if _order(other) < _order(row):
                return position
        return len(self._rows)

    def _insert(self, place: int, rows: list[EventRow]) -> None:
        self.beginInsertRows(QModelIndex(), place, place + len(rows) - 1)
        self._rows[place:place] = rows
        self._renumber(place)
        self.endInsertRows()

    def _remove(self, position: int) -> None:
        self.beginRemoveRows(QModelIndex(), position, position)
        del self._positions[self._rows.pop(position).id]
        self._renumber(position)
        self.endRemoveRows()

    def _renumber(self, start: int) -> None:
        for position in range(start, len(self._rows)):
            self._positions[self._rows[position].id] = position

    # Cells

    def _words(self, row: EventRow, column: Column) -> str:
        match column:
            case Column.TIME:
                return event_time(self._clock.local(row.received_at), self._today)
            case Column.TYPE:
                return row.type
            case Column.INVOICE:
                return row.invoice_label or formats.NONE
            case Column.AMOUNT:
                return texts.amount_words(row)
            case Column.OUTCOME:
                return outcome_pill(row.outcome, row.source).text
            case Column.SOURCE:
                return texts.source_words(row.source)
            case Column.ANSWER:
                return texts.answer_words(row.answer_ms)

    def _tip(self, row: EventRow, column: Column) -> str | None:
        if column is Column.TIME:
            return formats.date_time(self._clock.local(row.received_at))
        if column is Column.TYPE:
            return plain_tip(row.type)
        if column is Column.OUTCOME:
            return plain_tip(texts.explain(row).what)
        return None


def column_title(column: Column) -> str:
    """The header of a column."""
    return {
        Column.TIME: _("Zeit"),
        Column.TYPE: _("Ereignis"),
        Column.INVOICE: _("Rechnung"),
        Column.AMOUNT: _("Betrag"),
        Column.OUTCOME: _("Ergebnis"),
        Column.SOURCE: _("Quelle"),
        Column.ANSWER: _("Antwort"),
    }[column]


def event_time(moment: datetime, today: date) -> str:
    """Today's events with the second, older ones with their day."""
    if moment.date() == today:
        return formats.clock_time(moment)
    if moment.year == today.year:
        return f"{moment:%d.%m.} {moment:%H:%M}"
    return formats.date_text(moment.date())


def _order(row: EventRow) -> tuple[datetime, str]:
    """The order of the store: newest first, and the id where two came together."""
    return (row.received_at, row.id)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
