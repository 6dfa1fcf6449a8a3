"""The text of a position: several lines, wrapped into its column, and the field to type it."""

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

MAX_DESCRIPTION = 2000
PADDING_ABOVE = 8
"""Pixels above the first and below the last line, in the cell and in the field alike."""


def tidy_text(text: str) -> str:
    """As it is kept: lines as typed, without blanks at their ends and empty ones around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def wrapped(text: str, font: QFont, width: int) -> tuple[str, ...]:
    """The lines of `text` in a column of this width; a word longer than a line is broken."""
    if "\n" not in text and QFontMetrics(font).horizontalAdvance(text) <= width:
        return (text,)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    found: list[str] = []
    for paragraph in text.split("\n"):
        layout = QTextLayout(paragraph, font)
        units = paragraph.encode("utf-16-le", "surrogatepass")  # as Qt counts
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        while line.isValid():
            line.setLineWidth(max(width, 1))
            start, length = line.textStart(), line.textLength()
            part = units[2 * start : 2 * (start + length)]
            found.append(part.decode("utf-16-le", "surrogatepass").rstrip())
            line = layout.createLine()
        layout.endLayout()
    return tuple(found)


def height_of(lines: int, font: QFont) -> int:
    """Pixels that so many lines need, with what is above and below."""
    return lines * QFontMetrics(font).lineSpacing() + 2 * PADDING_ABOVE


class DescriptionEdit(QPlainTextEdit):
    """Shift+Enter begins a line; Enter and Tab are left to the table.

    Signal `grew()`: the text needs another height.
    """

    grew = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        # The row grows with the text, so there is nothing to scroll.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self._on_text)

    def new_line(self) -> None:
        """Shift+Enter. Not Qt's own, which would put in a line separator."""
        if self._room() > 0:
            self.insertPlainText("\n")

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pasted text fills what room there is, as in a line edit."""
        self.insertPlainText(source.text()[: max(self._room(), 0)])
        self.ensureCursorVisible()

    def _room(self) -> int:
        selected = len(self.textCursor().selectedText())
        return MAX_DESCRIPTION - len(self.toPlainText()) + selected

    @Slot()
    def _on_text(self) -> None:
        if len(self.toPlainText()) > MAX_DESCRIPTION:
            cursor = self.textCursor()
            cursor.deletePreviousChar()
        self.grew.emit()
