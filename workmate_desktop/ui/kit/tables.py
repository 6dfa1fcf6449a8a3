"""Tables as the pictures show them: quiet lines between rows, 36 px high, whole rows selected.

    style_table(view)                      # header, selection, row height, no grid
    view.setItemDelegate(RowDelegate(theme, view))
    view.setItemDelegateForColumn(4, RowDelegate(theme, view, tabular_digits=True))

Models may answer `FLASH_ROLE` with a float from 1 (just changed) to 0 (over): the row is tinted
green that strongly. `ForegroundRole` works as usual, and `TextAlignmentRole` for left and right.
For a second, smaller line under the first answer `SUBTEXT_ROLE`.
"""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workmate_desktop.ui.kit.theme import MONO, Theme, sized, tabular

FLASH_ROLE = Qt.ItemDataRole.UserRole + 900
SUBTEXT_ROLE = Qt.ItemDataRole.UserRole + 901
PAINT_ROLE = Qt.ItemDataRole.UserRole + 902
"""All that a cell needs to be painted, as one `PaintedCell`: see `RowDelegate.paint`."""


@dataclass(frozen=True, slots=True)
class PaintedCell:
    """A cell without icon or second line; `right`: at the right edge.

    `flash` is how strongly the row is tinted, 0 to 1.
    """

    text: str
    right: bool
    flash: float


_LINE = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value
# QPainter.drawText shows text literally; TextSingleLine keeps "&" as it is. Plain numbers:
# combining flags of Python costs more than drawing.
_LEFT = Qt.AlignmentFlag.AlignLeft.value | _LINE
_RIGHT = Qt.AlignmentFlag.AlignRight.value | _LINE
_SELECTED = QStyle.StateFlag.State_Selected.value
_MOST_MEASURED = 4096

ROW_HEIGHT = 36
TALL_ROW_HEIGHT = 49
PADDING = 12

Index = QModelIndex | QPersistentModelIndex


def style_table(view: QTableView, *, row_height: int = ROW_HEIGHT) -> None:
    """Give `view` the habits and measures of the program's tables."""
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setFrameShape(QTableView.Shape.StyledPanel)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    # Tab leaves the table instead of walking through its cells.
    view.setTabKeyNavigation(False)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(row_height)
    rows.setDefaultSectionSize(row_height)
    columns = view.horizontalHeader()
    columns.setHighlightSections(False)
    columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    columns.setMinimumSectionSize(48)
    columns.setFixedHeight(32)


class RowDelegate(QStyledItemDelegate):
    """Paints one cell: tint of the row, text, line below, and a bar at the row with the focus."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        tabular_digits: bool = False,
        muted: bool = False,
        mono: bool = False,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._tabular = tabular_digits
        self._muted = muted
        self._mono = mono
        self._letters: _Letters | None = None

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Fonts and colours of this column."""
        super().initStyleOption(option, index)
        # The attributes exist at run time; the stubs of PySide6 leave them out.
        cell: Any = option
        cell.font = self._font_of(cell.font)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, text and line."""
        # Qt asks the model a dozen questions for each cell. A model that is repainted often
        # answers all of them at once, which is much faster.
        known = index.data(PAINT_ROLE)
        cell: Any = option
        if isinstance(known, PaintedCell):
            self._paint_ground(painter, cell, index, known.flash)
            self.paint_known(painter, cell, index, known)
            return
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        self.paint_row(painter, cell, index)
        self.paint_text(painter, cell, index)

    def paint_known(self, painter: QPainter, cell: Any, _index: Index, known: PaintedCell) -> None:
        """The text of a `PaintedCell`. `cell` is Qt's own and must stay as it is."""
        letters = self._letters
        if letters is None or letters.base != cell.font:
            letters = self._letters = _Letters(cell.font, self._font_of(cell.font))
        rect = _text_place(cell.rect, known.right)
        painter.setFont(letters.font)
        painter.setPen(self.theme.color("muted" if self._muted else "text"))
        flags = _RIGHT if known.right else _LEFT
        painter.drawText(rect, flags, letters.shortened(known.text, rect.width()))

    def paint_row(self, painter: QPainter, cell: Any, index: Index) -> None:
        """Everything but the content: selection, flash, the line below, the focus bar."""
        self._paint_ground(painter, cell, index, index.data(FLASH_ROLE))

    def _paint_ground(
        self, painter: QPainter, cell: Any, index: Index, flash: float | None
    ) -> None:
        rect: QRect = cell.rect
        selected = bool(cell.state.value & _SELECTED)
        if selected or flash:
            painter.fillRect(rect, self._background(selected, flash))
        left = rect.left()
        painter.fillRect(left, rect.bottom(), rect.width(), 1, self.theme.color("border"))
        view = cell.widget
        if (
            left <= 0
            and isinstance(view, QAbstractItemView)
            and view.hasFocus()
            and view.currentIndex().row() == index.row()
        ):
            painter.fillRect(left, rect.top(), 3, rect.height(), self.theme.color("accent"))

    def paint_text(self, painter: QPainter, cell: Any, index: Index) -> None:
        """The text, elided, and the second line when there is one."""
        rect = _text_place(cell.rect, _at_right(cell))
        painter.save()
        painter.setFont(cell.font)
        painter.setPen(self._foreground(index))
        if not cell.icon.isNull():
            side = 16
            place = QRect(rect.left(), rect.center().y() - side // 2, side, side)
            cell.icon.paint(painter, place)
            rect.setLeft(rect.left() + side + 8)
        flags = _RIGHT if _at_right(cell) else _LEFT
        subtext = index.data(SUBTEXT_ROLE)
        if subtext:
            small = sized(cell.font, 12)
            below = rect.adjusted(0, rect.height() // 2, 0, -5)
            rect = rect.adjusted(0, 5, 0, -(rect.height() // 2))
            painter.save()
            painter.setFont(small)
            painter.setPen(self.theme.color("muted"))
            _draw(painter, below, flags, str(subtext))
            painter.restore()
        _draw(painter, rect, flags, cell.text)
        painter.restore()

    def _background(self, selected: bool, flash: float | None) -> QColor:
        base = self.theme.color("selected" if selected else "surface")
        return mixed(base, self.theme.color("flash"), flash) if flash else base

    def _font_of(self, font: QFont) -> QFont:
        """The font of this column, made of the view's."""
        if self._tabular:
            font = tabular(font)
        if self._mono:
            font = QFont(font)
            font.setFamily(MONO)
            font.setPixelSize(12)
        return font

    def _foreground(self, index: Index) -> QColor:
        own = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(own, QColor):
            return own
        if own is not None and hasattr(own, "color"):
            return QColor(own.color())
        return self.theme.color("muted" if self._muted else "text")


class _Letters:
    """A font, and the texts that were measured in it: measuring costs as much as drawing."""

    def __init__(self, base: QFont, font: QFont) -> None:
        """`base` is the view's font that `font` was made of."""
        self.base = QFont(base)
        self.font = QFont(font)
        self._metrics = QFontMetrics(font)
        self._known: dict[tuple[str, int], str] = {}

    def shortened(self, text: str, width: int) -> str:
        """`text` in one line, with "…" at its end where it is too long."""
        shown = self._known.get((text, width))
        if shown is None:
            if len(self._known) >= _MOST_MEASURED:
                self._known.clear()
            shown = self._known[text, width] = shorten(self._metrics, text, width)
        return shown


def shorten(metrics: QFontMetrics, text: str, width: int) -> str:
    """`text` in one line, with "…" at its end where it is too long."""
    one_line = text.replace("\n", " ").replace("\u2028", " ")
    return metrics.elidedText(one_line, Qt.TextElideMode.ElideRight, width)


def _draw(painter: QPainter, rect: QRect, flags: int, text: str) -> None:
    painter.drawText(rect, flags, shorten(painter.fontMetrics(), text, rect.width()))


def _at_right(cell: Any) -> bool:
    return bool(cell.displayAlignment & Qt.AlignmentFlag.AlignRight)


def _text_place(cell: QRect, right: bool) -> QRect:
    # At the left the next column brings its own padding.
    return cell.adjusted(PADDING, 0, -PADDING if right else -4, -1)


def mixed(below: QColor, above: QColor, strength: float) -> QColor:
    """`above` over `below`, `strength` from 0 to 1."""
    part = min(max(float(strength), 0.0), 1.0)
    return QColor.fromRgbF(
        below.redF() + (above.redF() - below.redF()) * part,
        below.greenF() + (above.greenF() - below.greenF()) * part,
        below.blueF() + (above.blueF() - below.blueF()) * part,
    )


def animations_wanted() -> bool:
    """Whether the desktop wants moving things; a flash may then fade instead of just ending."""
    style = QApplication.style()
    return bool(style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration))
