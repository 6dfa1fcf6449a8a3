"""The Verlauf: what happened to an invoice, newest first, as dots on a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.tone import Tone

_LEFT = 21
_GAP = 8
_LINE_BREAK = "\u2028"
_SMALLEST_WIDTH = 120


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line: what (in the text colour), and when, why and by whom (muted)."""

    title: str
    note: str
    when: str
    tone: Tone = Tone.GREY

    @property
    def rest(self) -> str:
        """Everything behind the title."""
        return f"{_LINE_BREAK}{self.note} · {self.when}" if self.note else f" · {self.when}"

    @property
    def spoken(self) -> str:
        """The whole line for a screen reader."""
        return " · ".join(part for part in (self.title, self.note, self.when) if part)


class Timeline(QWidget):
    """Shows entries. Their texts are painted as they are, never interpreted."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: tuple[TimelineEntry, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def entries(self) -> tuple[TimelineEntry, ...]:
        """What is shown, newest first."""
        return self._entries

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show other entries."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        last = len(self._entries) - 1
        for place, entry in enumerate(self._entries):
            self._layout.addWidget(_Entry(self._theme, entry, first=place == 0, last=place == last))


class _Entry(QWidget):
    """One dot with its words, wrapped to the width."""

    def __init__(self, theme: Theme, entry: TimelineEntry, *, first: bool, last: bool) -> None:
        super().__init__()
        self._theme = theme
        self._entry = entry
        self._first = first
        self._last = last
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(entry.spoken)
        theme.changed.connect(self.update)

    def hasHeightForWidth(self) -> bool:
        """Longer sentences need more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at this width."""
        _, height = self._laid_out(width)
        return round(height) + _GAP

    def sizeHint(self) -> QSize:
        """One comfortable width."""
        return QSize(280, self.heightForWidth(280))

    def minimumSizeHint(self) -> QSize:
        """Narrow, with many lines."""
        return QSize(_SMALLEST_WIDTH, self.heightForWidth(max(self.width(), _SMALLEST_WIDTH)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Line, dot, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.fontMetrics().height() / 2 + 1
        top = middle if self._first else 0.0
        bottom = middle if self._last else float(self.height())
        painter.setPen(QPen(self._theme.color("border"), 2))
        if bottom > top:
            painter.drawLine(QPointF(7, top), QPointF(7, bottom))
        painter.setPen(QPen(self._theme.color("surface"), 2))
        painter.setBrush(self._theme.dot(self._entry.tone))
        painter.drawEllipse(QRectF(7 - 5, middle - 5, 10, 10))
        painter.setPen(self._theme.color("muted"))
        layout, _ = self._laid_out(self.width())
        layout.draw(painter, QPointF(_LEFT, 0))
        painter.end()

    def _laid_out(self, width: int) -> tuple[QTextLayout, float]:
        layout = QTextLayout(self._entry.title + self._entry.rest, self._font())
        option = QTextOption(Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        title = QTextLayout.FormatRange()
        title.start = 0
        title.length = len(self._entry.title.encode("utf-16-le")) // 2
        look = QTextCharFormat()
        look.setForeground(self._theme.color("text"))
        title.format = look
        layout.setFormats([title])
        height = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width - _LEFT, 40))
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, height

    def _font(self) -> QFont:
        return self.font()
