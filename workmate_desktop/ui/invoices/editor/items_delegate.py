"""How the cells of the positions look, and the small editors inside them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from workmate_desktop.ui.invoices.editor.items_input import (
    NUMERIC,
    TAX_RATES,
    UNITS,
    Column,
    Problem,
    column_title,
    read_price,
    read_quantity,
)
from workmate_desktop.ui.invoices.editor.items_model import EMPTY_LINE_ROLE, REASON_ROLE, Index
from workmate_desktop.ui.invoices.editor.items_text import (
    PADDING_ABOVE,
    DescriptionEdit,
    height_of,
    wrapped,
)
from workmate_desktop.ui.kit.tables import PADDING, ROW_HEIGHT, TALL_ROW_HEIGHT
from workmate_desktop.ui.kit.theme import Theme, sized, tabular
from workmate_desktop.words import formats
from workmate_desktop.words.language import _

MAX_NUMBER = 40
MAX_UNIT = 20
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ItemsDelegate(QStyledItemDelegate):
    """Paints a cell; what is wrong stands in red under its value. Edits with Enter and Tab."""

    def __init__(self, theme: Theme, currency: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._currency = currency
        self.opened_by_mouse = False
        self.text_width = 0
        """Of the column with the texts, in pixels."""
        self._typing_in: QPersistentModelIndex | None = None
        self._typing = ""
        """The text being typed, and where: its row grows with it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, hairline below, value, reason, focus ring."""
        # The attributes exist at run time; the stubs of PySide6 leave them out.
        cell: Any = option
        rect: QRect = cell.rect
        reason = index.data(REASON_ROLE)
        column = Column(index.column())
        color = self._theme.color
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, color("pill_red" if reason else "surface"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("border"))
        room = rect.adjusted(PADDING, 0, -PADDING, -1)
        words = self._lines_of(index, cell.font)
        if len(words) > 1:
            # Numbers stand beside the first line.
            room.setHeight(ROW_HEIGHT - 1)
        if reason:
            below = QRect(room.left(), room.top() + 25, room.width(), 18)
            room.setBottom(room.top() + 28)
            self._text(painter, below, index, str(reason), pixels=11)
        painter.setFont(tabular(cell.font) if column in NUMERIC else cell.font)
        painter.setPen(color("muted" if index.data(EMPTY_LINE_ROLE) else "text"))
        if len(words) > 1 and column is Column.DESCRIPTION:
            self._paragraph(painter, rect.adjusted(PADDING, PADDING_ABOVE, -PADDING, 0), words)
        else:
            self._text(painter, room, index, str(index.data() or ""))
        if cell.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(color("error" if reason else "accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -3), 4, 4)
        painter.restore()

    def _text(
        self, painter: QPainter, room: QRect, index: Index, text: str, pixels: int = 0
    ) -> None:
        if pixels:
            painter.setFont(sized(painter.font(), pixels))
            painter.setPen(self._theme.color("error"))
        line = " ".join(text.split())
        shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, room.width())
        alignment = index.data(Qt.ItemDataRole.TextAlignmentRole)
        painter.drawText(room, int(alignment) | int(Qt.TextFlag.TextSingleLine), shown)

    @staticmethod
    def _paragraph(painter: QPainter, room: QRect, lines: Sequence[str]) -> None:
        metrics = painter.fontMetrics()
        for number, line in enumerate(lines):
            baseline = room.top() + number * metrics.lineSpacing() + metrics.ascent()
            painter.drawText(room.left(), baseline, line)

    def sizeHint(
        self,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> QSize:
        """A line with something wrong is taller, to say so; a text is as high as its lines."""
        height = TALL_ROW_HEIGHT if index.data(REASON_ROLE) is not None else ROW_HEIGHT
        if index.column() == Column.DESCRIPTION:
            font = cast(Any, option).font
            lines = self._lines_of(index, font)
            if len(lines) > 1:
                height = max(height, height_of(len(lines), font))
        return QSize(48, height)

    def _lines_of(self, index: Index, font: QFont) -> tuple[str, ...]:
        """The text of this position, or what is being typed, as it is wrapped into its column."""
        place = index.model().index(index.row(), Column.DESCRIPTION)
        typed = self._typing_in is not None and self._typing_in == place
        words = self._typing if typed else str(place.data() or "")
        return wrapped(words, font, self.text_width - 2 * PADDING)

    # Editing -------------------------------------------------------------------------------

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's signature
        index: Index,
    ) -> QWidget:
        """A line, or a list for unit and VAT."""
        column = Column(index.column())
        if column in (Column.UNIT, Column.TAX_RATE):
            editor: QWidget = self._list(parent, column, index)
        elif column is Column.DESCRIPTION:
            editor = self._text_field(parent, index)
        else:
            editor = self._line(parent, column)
        editor.setAccessibleName(
            _("%1, Position %2")
            .replace("%1", column_title(column))
            .replace("%2", str(index.row() + 1))
        )
        editor.setStyleSheet(self._editor_style(wrong=index.data(REASON_ROLE) is not None))
        return editor

    def _line(self, parent: QWidget, column: Column) -> QLineEdit:
        line = QLineEdit(parent)
        line.setMaxLength(MAX_NUMBER)
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.setFont(tabular(line.font()))
        # The totals follow every keystroke that makes a number.
        line.textEdited.connect(lambda text: self._pass_on(line, column, text))
        return line

    def _text_field(self, parent: QWidget, index: Index) -> QWidget:
        field = DescriptionEdit(parent)
        field.setPlaceholderText(_("z. B. IT-Wartung vor Ort"))
        field.setToolTip(_("Neue Zeile: Umschalt+Eingabe"))
        self._typing_in = QPersistentModelIndex(index)
        self._typing = str(index.data(Qt.ItemDataRole.EditRole))
        field.grew.connect(lambda: self._grow(field))
        return field

    def _grow(self, field: DescriptionEdit) -> None:
        """The row follows the text while it is typed."""
        self._typing = field.toPlainText()
        if self._typing_in is not None and self._typing_in.isValid():
            self.sizeHintChanged.emit(QModelIndex(self._typing_in))  # type: ignore[call-overload]

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        """The row is as high as its own text again."""
        if isinstance(editor, DescriptionEdit):
            self._typing_in = None
        super().destroyEditor(editor, index)

    def _pass_on(self, line: QLineEdit, column: Column, text: str) -> None:
        value = (
            read_quantity(text) if column is Column.QUANTITY else read_price(text, self._currency)
        )
        if not isinstance(value, Problem):
            self.commitData.emit(line)

    def _list(self, parent: QWidget, column: Column, index: Index) -> QComboBox:
        box = QComboBox(parent)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(3)
        if column is Column.UNIT:
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            # No completing: "S" stays "S".
            box.setCompleter(None)  # type: ignore[arg-type]  # the stub lacks None
            cast(QLineEdit, box.lineEdit()).setMaxLength(MAX_UNIT)
            box.addItems(UNITS)
        else:
            rates = list(TAX_RATES)
            stored = Decimal(str(index.data(Qt.ItemDataRole.EditRole)))
            if stored not in rates:
                rates.append(stored)
            for rate in rates:
                box.addItem(formats.percent(rate), str(rate))
        if self.opened_by_mouse and column is Column.TAX_RATE:
            QTimer.singleShot(0, box, box.showPopup)
        box.activated.connect(lambda: self._take(box))
        return box

    def _take(self, box: QComboBox) -> None:
        self.commitData.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill once; later changes of the model must not disturb what is being typed."""
        if editor.property("filled"):
            return
        text = str(index.data(Qt.ItemDataRole.EditRole))
        editor.setProperty("filled", True)
        editor.setProperty("before", text)
        _put(editor, text)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand over what was typed, right or wrong."""
        model.setData(cast(Any, index), _typed(editor), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: Index,  # noqa: ARG002 - Qt's signature
    ) -> None:
        """The whole cell without its hairline."""
        rect: QRect = cast(Any, option).rect
        editor.setGeometry(rect.adjusted(1, 1, -1, -2))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter goes on like Tab; Escape takes back what was typed, and only that."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(editor, QWidget):
            return super().eventFilter(editor, event)
        key = cast(QKeyEvent, event).key()
        shift = cast(QKeyEvent, event).modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key in _ENTER and shift and isinstance(editor, DescriptionEdit):
            editor.new_line()
            return True
        if key == Qt.Key.Key_Escape:
            _put(editor, str(editor.property("before")))
            self._leave(editor, QAbstractItemDelegate.EndEditHint.NoHint)
            return True
        # Qt leaves Tab and Enter to a field of several lines.
        if key in _ENTER or key == Qt.Key.Key_Tab:
            self._leave(editor, QAbstractItemDelegate.EndEditHint.EditNextItem)
            return True
        if key == Qt.Key.Key_Backtab:
            self._leave(editor, QAbstractItemDelegate.EndEditHint.EditPreviousItem)
            return True
        return super().eventFilter(editor, event)

    def _leave(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, hint)

    def _editor_style(self, *, wrong: bool) -> str:
        colors = self._theme.colors
        frame = colors.error if wrong else colors.accent
        return (
            "QLineEdit, QLineEdit:focus, QComboBox, QComboBox:focus {"
            f" border: 2px solid {frame}; border-radius: 4px; padding: 0 9px;"
            f" min-height: 0; background: {colors.surface}; }}"
            f"QPlainTextEdit, QPlainTextEdit:focus {{ border: 2px solid {frame};"
            f" border-radius: 4px; padding: {PADDING_ABOVE - 4}px 8px {PADDING_ABOVE - 6}px 9px;"
            f" background: {colors.surface}; }}"
            "QComboBox QLineEdit, QComboBox QLineEdit:focus { border: none; padding: 0; }"
        )


def _typed(editor: QWidget) -> str:
    if isinstance(editor, QComboBox):
        return editor.currentText() if editor.isEditable() else str(editor.currentData())
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    return cast(QLineEdit, editor).text()


def _put(editor: QWidget, text: str) -> None:
    if isinstance(editor, QComboBox):
        if editor.isEditable():
            editor.setEditText(text)
            cast(QLineEdit, editor.lineEdit()).selectAll()
        else:
            editor.setCurrentIndex(editor.findData(text))
        return
    if isinstance(editor, QPlainTextEdit):
        editor.setPlainText(text)
        editor.selectAll()
        return
    line = cast(QLineEdit, editor)
    line.setText(text)
    line.selectAll()
