"""Tables as the pictures show them: quiet lines between rows, 36 px high, whole rows selected.

    style_table(view)                      # header, selection, row height, no grid
    view.setItemDelegate(RowDelegate(theme, view))
    view.setItemDelegateForColumn(4, RowDelegate(theme, view, tabular_digits=True))

Models may answer `FLASH_ROLE` with a float from 1 (just changed) to 0 (over): the row is tinted
green that strongly. `ForegroundRole` and `TextAlignmentRole` work as usual. For a second, smaller
line under the first answer `SUBTEXT_ROLE`.
"""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
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

from workmate_desktop.ui.shared.theme import Theme, sized, tabular

FLASH_ROLE = Qt.ItemDataRole.UserRole + 900
SUBTEXT_ROLE = Qt.ItemDataRole.UserRole + 901
PAINT_ROLE = Qt.ItemDataRole.UserRole + 902
"""All that a cell needs to be painted, as one `PaintedCell`: see `RowDelegate.paint`."""


@dataclass(frozen=True, slots=True)
class PaintedCell:
    """A cell without icon or second line. `flash` is how strongly the row is tinted, 0 to 1."""

    text: str
    alignment: Qt.AlignmentFlag
    flash: float


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

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Fonts and colours of this column."""
        super().initStyleOption(option, index)
        # The attributes exist at run time; the stubs of PySide6 leave them out.
        cell: Any = option
        if self._tabular:
            cell.font = tabular(cell.font)
        if self._mono:
            font = cell.font
            font.setFamily("Workmate Mono")
            font.setPixelSize(12)
            cell.font = font

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, text and line."""
        cell: Any = QStyleOptionViewItem(option)
        # Qt asks the model a dozen questions for each cell. A model that is repainted often
        # answers all of them at once: that is three times as fast.
        known = index.data(PAINT_ROLE)
        if isinstance(known, PaintedCell):
            cell.text, cell.displayAlignment = known.text, known.alignment
            if self._tabular:
                cell.font = tabular(cell.font)
            self._paint_background(painter, cell, index, known.flash)
            self.paint_known(painter, cell, index)
            return
        self.initStyleOption(cell, index)
        self.paint_row(painter, cell, index)
        self.paint_text(painter, cell, index)

    def paint_known(self, painter: QPainter, cell: Any, _index: Index) -> None:
        """The text of a `PaintedCell`."""
        painter.setFont(cell.font)
        painter.setPen(self.theme.color("muted" if self._muted else "text"))
        self._draw(painter, _text_place(cell), cell.displayAlignment, cell.text)

    def paint_row(self, painter: QPainter, cell: Any, index: Index) -> None:
        """Everything but the content: selection, flash, the line below, the focus bar."""
        self._paint_background(painter, cell, index, index.data(FLASH_ROLE))

    def _paint_background(
        self, painter: QPainter, cell: Any, index: Index, flash: float | None
    ) -> None:
        rect: QRect = cell.rect
        background = self._background(cell, flash)
        if background is not None:
            painter.fillRect(rect, background)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, self.theme.color("border"))
        view = cell.widget
        if (
            isinstance(view, QAbstractItemView)
            and view.hasFocus()
            and view.currentIndex().row() == index.row()
            and rect.left() <= 0
        ):
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), self.theme.color("accent"))

    def paint_text(self, painter: QPainter, cell: Any, index: Index) -> None:
        """The text, elided, and the second line when there is one."""
        rect = _text_place(cell)
        painter.save()
        painter.setFont(cell.font)
        painter.setPen(self._foreground(index))
        if not cell.icon.isNull():
            side = 16
            place = QRect(rect.left(), rect.center().y() - side // 2, side, side)
            cell.icon.paint(painter, place)
            rect.setLeft(rect.left() + side + 8)
        alignment = cell.displayAlignment
        subtext = index.data(SUBTEXT_ROLE)
        if subtext:
            small = sized(cell.font, 12)
            below = rect.adjusted(0, rect.height() // 2, 0, -5)
            rect = rect.adjusted(0, 5, 0, -(rect.height() // 2))
            painter.save()
            painter.setFont(small)
            painter.setPen(self.theme.color("muted"))
            self._draw(painter, below, alignment, str(subtext))
            painter.restore()
        self._draw(painter, rect, alignment, cell.text)
        painter.restore()

    def _draw(self, painter: QPainter, rect: QRect, alignment: Qt.AlignmentFlag, text: str) -> None:
        one_line = text.replace("\n", " ").replace("\u2028", " ")
        shown = painter.fontMetrics().elidedText(
            one_line, Qt.TextElideMode.ElideRight, rect.width()
        )
        flags = alignment & ~Qt.AlignmentFlag.AlignVertical_Mask
        # QPainter.drawText shows text literally; TextSingleLine keeps "&" as it is.
        painter.drawText(
            rect, int(flags | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown
        )

    def _background(self, cell: Any, strength: float | None) -> QColor | None:
        selected = bool(cell.state & QStyle.StateFlag.State_Selected)
        base = self.theme.color("selected") if selected else None
        if not strength:
            return base
        return mixed(base or self.theme.color("surface"), self.theme.color("flash"), strength)

    def _foreground(self, index: Index) -> QColor:
        own = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(own, QColor):
            return own
        if own is not None and hasattr(own, "color"):
            return QColor(own.color())
        return self.theme.color("muted" if self._muted else "text")


def _text_place(cell: Any) -> QRect:
    rect: QRect = cell.rect.adjusted(PADDING, 0, -PADDING, -1)
    if not cell.displayAlignment & Qt.AlignmentFlag.AlignRight:
        rect.setRight(cell.rect.right() - 4)  # the next column brings its own padding
    return rect


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
