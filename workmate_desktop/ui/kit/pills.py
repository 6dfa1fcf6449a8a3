"""Coloured words: the status of an invoice, the outcome of an event, the fit of a suggestion.

    PillLabel(theme, [pill, …])                                   # widget
    PillDelegate(theme, pills_of, parent)                         # column of a table

A pill is never told by its colour alone: it always has words. When there is too little room the
words end in "…" and the tool tip has all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QSizePolicy,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.ui.kit.tables import PADDING, Index, PaintedCell, RowDelegate
from workmate_desktop.ui.kit.theme import SANS, Theme
from workmate_desktop.words.pills import Pill, pills_text, short_pills
from workmate_desktop.words.tone import Tone

HEIGHT = 19
INSET = 8
GAP = 4
RADIUS = 4
_CENTRED = Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextSingleLine.value
_SMALLEST = 2 * INSET + 14
"""Room for a letter and "…"; below that a pill is left to the tool tip."""


def pill_font() -> QFont:
    """Small and bold."""
    font = QFont(SANS)
    font.setPixelSize(11)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def pill_widths(pills: Sequence[Pill], room: int) -> list[int]:
    """How wide each pill is painted in `room` pixels; the last ones give way first, down to 0."""
    metrics = QFontMetrics(pill_font())
    widths = [metrics.horizontalAdvance(pill.text) + 2 * INSET for pill in pills]
    missing = sum(widths) + GAP * (len(widths) - 1) - room
    for at in reversed(range(len(widths))):
        if missing <= 0:
            break
        give = min(missing, max(0, widths[at] - _SMALLEST))
        widths[at] -= give
        missing -= give
    while missing > 0 and len([width for width in widths if width]) > 1:
        last = max(at for at, width in enumerate(widths) if width)
        missing -= widths[last] + GAP
        widths[last] = 0
    return widths


def paint_pills(
    painter: QPainter, rect: QRect, pills: Sequence[Pill], theme: Theme, *, right: bool = False
) -> bool:
    """Paint `pills` side by side, centred in height; with `right` against the right edge.

    Returns whether all words are readable in full.
    """
    shown = tuple(pills)
    complete = pills_size(shown).width() <= rect.width()
    if not complete:
        shown = short_pills(shown)
    places = _places(shown, rect.width())
    used = places[-1].left + places[-1].width if places else 0
    start = rect.right() + 1 - used if right else rect.left()
    top = rect.top() + (rect.height() - HEIGHT) // 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(pill_font())
    for place in places:
        background, foreground = theme.pill(place.tone)
        left = start + place.left
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(background)
        painter.drawRoundedRect(QRectF(left, top, place.width, HEIGHT), RADIUS, RADIUS)
        painter.setPen(foreground)
        painter.drawText(QRect(left, top, place.width, HEIGHT), _CENTRED, place.text)
    painter.restore()
    return complete and [place.text for place in places] == [pill.text for pill in shown]


@dataclass(frozen=True, slots=True)
class _Place:
    """A pill as it is painted: from the left of the first one, and perhaps ending in "…"."""

    left: int
    width: int
    text: str
    tone: Tone


@lru_cache(1024)
def _places(pills: tuple[Pill, ...], room: int) -> tuple[_Place, ...]:
    """Where pills are painted in `room` pixels. Few combinations and widths exist."""
    metrics = QFontMetrics(pill_font())
    places: list[_Place] = []
    left = 0
    for pill, width in zip(pills, pill_widths(pills, room), strict=True):
        if width:
            inside = max(0, width - 2 * INSET + 1)
            text = metrics.elidedText(pill.text, Qt.TextElideMode.ElideRight, inside)
            places.append(_Place(left, width, text, pill.tone))
            left += width + GAP
    return tuple(places)


def pills_size(pills: Sequence[Pill]) -> QSize:
    """Room for all words."""
    return QSize(_whole_width(tuple(pills)), HEIGHT)


@lru_cache(1024)
def _whole_width(pills: tuple[Pill, ...]) -> int:
    return sum(pill_widths(pills, 1 << 20)) + GAP * max(0, len(pills) - 1)


class PillLabel(QWidget):
    """Pills as a widget; a screen reader gets their words as its name."""

    def __init__(
        self, theme: Theme, pills: Sequence[Pill] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pills: tuple[Pill, ...] = ()
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.set_pills(pills)

    def pills(self) -> tuple[Pill, ...]:
        """What is shown."""
        return self._pills

    def set_pills(self, pills: Sequence[Pill]) -> None:
        """Show `pills`; none hides the widget's words but keeps its height."""
        self._pills = tuple(pills)
        self.setAccessibleName(pills_text(self._pills))
        self._tell_hidden_words()
        self.updateGeometry()
        self.update()

    def set_tip(self, words: str) -> None:
        """What the tool tip says while all words of the pills are readable."""
        self._tip = words
        self.setAccessibleDescription(words)
        self._tell_hidden_words()

    def sizeHint(self) -> QSize:
        """Room for all words."""
        return pills_size(self._pills)

    def minimumSizeHint(self) -> QSize:
        """One shortened pill."""
        return QSize(min(_SMALLEST, self.sizeHint().width()), HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pills."""
        painter = QPainter(self)
        paint_pills(painter, self.rect(), self._pills, self._theme)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words that do not fit are in the tool tip."""
        super().resizeEvent(event)
        self._tell_hidden_words()

    def _tell_hidden_words(self) -> None:
        fits = pills_size(self._pills).width() <= self.width()
        self.setToolTip(plain_tip(self._tip if fits else pills_text(self._pills)))


class PillDelegate(RowDelegate):
    """Paints a cell as pills. `pills_of` gives those of an index."""

    def __init__(
        self,
        theme: Theme,
        pills_of: Callable[[Index], Sequence[Pill]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._pills_of = pills_of

    def paint_known(self, painter: QPainter, cell: Any, index: Index, known: PaintedCell) -> None:
        """Pills instead of text."""
        self._paint_pills(painter, cell.rect, index, known.right)

    def paint_text(self, painter: QPainter, cell: Any, index: Index) -> None:
        """Pills instead of text."""
        right = bool(cell.displayAlignment & Qt.AlignmentFlag.AlignRight)
        self._paint_pills(painter, cell.rect, index, right)

    def _paint_pills(self, painter: QPainter, cell: QRect, index: Index, right: bool) -> None:
        room = cell.adjusted(PADDING, 0, -PADDING, -1)
        paint_pills(painter, room, self._pills_of(index), self.theme, right=right)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for all words; used when a column is fitted to its contents."""
        size = pills_size(self._pills_of(index))
        return QSize(size.width() + 2 * PADDING, size.height() + 2 * INSET)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Show all words when not all are readable in the cell."""
        pills = self._pills_of(index) if index.isValid() else ()
        cell: Any = option
        if event.type() is not QEvent.Type.ToolTip or not pills:
            return super().helpEvent(event, view, option, index)
        if pills_size(pills).width() <= cell.rect.width() - 2 * PADDING:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), plain_tip(pills_text(pills)), view)
        return True
