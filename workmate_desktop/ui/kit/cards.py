"""Quiet surfaces and what stands on them.

    Card(parent)                      white frame, rounded; .body is its QVBoxLayout
    Card(parent, title="Konto")       with a heading; .header is the QHBoxLayout of that line
    FigureCard(theme, "Offen")        a big number that is a button: set_figure("4.986,00 €", tone)
    EmptyState(theme, "inbox", title, sentence, button_text=…)   .button is None without text
    KeyValueRows()                    add_row(key, value, mono=…, strong=…), set_value(row, text)
    DotLabel(theme)                   set_state(Tone.GREEN, "Empfang bereit")
    line()                            a hairline

More shared parts: controls.py (Segments, SearchField, CopyButton, button()), forms.py (FormField),
navigation.py (TopNavigation), tables.py (style_table, RowDelegate), toast.py (ToastHost),
plain_text.py (PlainLabel, ask), ../invoices/status_pill.py (PillLabel, PillDelegate).
"""

from typing import ClassVar

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme, sized, tabular
from workmate_desktop.words.tone import Tone

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


def line(parent: QWidget | None = None) -> QFrame:
    """A horizontal hairline."""
    frame = QFrame(parent)
    frame.setProperty("part", "line")
    frame.setFixedHeight(1)
    return frame


class Card(QFrame):
    """A white frame with rounded corners. Put widgets into `body`."""

    def __init__(self, parent: QWidget | None = None, *, title: str = "", margin: int = 16) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(8)
        self.header = QHBoxLayout()
        self.header.setSpacing(8)
        if title:
            self.setAccessibleName(title)
            self.body.addLayout(self.header)
            self.header.addWidget(PlainLabel(title, role="strong"))
            self.header.addStretch(1)


class FigureCard(QAbstractButton):
    """A caption and a big figure; a real button, so Tab, Space and screen readers find it.

    Signal `clicked()` as of every button. The accessible name is "caption: figure".
    """

    _COLOR: ClassVar = {Tone.RED: "error", Tone.GREEN: "success", Tone.AMBER: "warning"}

    def __init__(self, theme: Theme, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._caption = caption
        self._figure = "–"
        self._tone = Tone.GREY
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self._name()

    def set_caption(self, caption: str) -> None:
        """Change the small line, for example when the month changes."""
        if caption != self._caption:
            self._caption = caption
            self._name()

    def set_figure(self, figure: str, tone: Tone = Tone.GREY) -> None:
        """Show `figure`, red, green or in the text colour (any other tone)."""
        if (figure, tone) == (self._figure, self._tone):
            return
        before = self.sizeHint()
        self._figure = figure
        self._tone = tone
        self._name()
        if self.sizeHint() != before:
            self.updateGeometry()

    def figure(self) -> str:
        """What is shown."""
        return self._figure

    def sizeHint(self) -> QSize:
        """Room for both lines."""
        width = QFontMetrics(self._figure_font()).horizontalAdvance(self._figure)
        return QSize(max(150, width + 30), 59)

    def minimumSizeHint(self) -> QSize:
        """May shrink; the figure is then elided."""
        return QSize(96, 59)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, caption, figure, focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self._theme
        focused = self.hasFocus()
        pen = 2.0 if focused or self.isChecked() else 1.0
        edge = "accent" if focused or self.isChecked() else "border"
        ground = "pressed" if self.isDown() else "hover" if self.underMouse() else "surface"
        half = pen / 2
        frame = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.setPen(QPen(colors.color(edge), pen))
        painter.setBrush(colors.color(ground))
        painter.drawRoundedRect(frame, 8, 8)
        room = self.rect().adjusted(15, 10, -15, -8)
        painter.setFont(sized(self.font(), 11))
        painter.setPen(colors.color("muted"))
        _draw(painter, room.adjusted(0, 0, 0, -24), self._caption)
        painter.setFont(self._figure_font())
        painter.setPen(colors.color(self._COLOR.get(self._tone, "text")))
        _draw(painter, room.adjusted(0, 17, 0, 0), self._figure)
        painter.end()

    def _figure_font(self) -> QFont:
        return tabular(sized(self.font(), 18, QFont.Weight.DemiBold))

    def _name(self) -> None:
        self.setAccessibleName(f"{self._caption}: {self._figure}")
        self.update()


def _draw(painter: QPainter, rect: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    painter.drawText(rect, int(flags), shown)


class EmptyState(QWidget):
    """Nothing here yet: an icon, a title, a helpful sentence, and perhaps a button."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        sentence: str,
        *,
        button_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = PlainLabel(title, role="heading", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = PlainLabel(sentence, role="muted", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setMinimumWidth(160)
        self._sentence.setMaximumWidth(460)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(2)
        layout.addWidget(self._picture)
        layout.addSpacing(6)
        layout.addWidget(self._title)
        middle = QHBoxLayout()
        layout.addLayout(middle)
        middle.addStretch(1)
        middle.addWidget(self._sentence, 100)
        middle.addStretch(1)
        self.button: QPushButton | None = None
        if button_text:
            self.button = QPushButton(button_text)
            self.button.setProperty("kind", "primary")
            layout.addSpacing(8)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def set_text(self, title: str, sentence: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._sentence.setText(sentence)

    def sentence(self) -> str:
        """The words below the title."""
        return self._sentence.full_text()

    def _draw_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(self._theme.pixmap(self._icon, 36, "faint", ratio))


class KeyValueRows(QWidget):
    """Grey words on the left, values on the right, one line each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._values: list[PlainLabel] = []
        self._parts: list[tuple[QWidget, ...]] = []
        self._rows = 0

    def add_row(
        self,
        key: str,
        value: str = "",
        *,
        mono: bool = False,
        strong: bool = False,
        extra: QWidget | None = None,
    ) -> int:
        """Append a line; `extra` (a copy button …) stands behind the value. Returns its index."""
        name = PlainLabel(key, role="strong" if strong else "muted")
        role = "mono" if mono else "strong" if strong else ""
        label = PlainLabel(value, role=role, elide=True, elide_middle=mono)
        label.setFont(tabular(label.font()))
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name.setBuddy(label)
        self._grid.addWidget(name, self._rows, 0)
        if extra is None:
            self._grid.addWidget(label, self._rows, 1)
        else:
            cell = QHBoxLayout()
            cell.setSpacing(4)
            self._grid.addLayout(cell, self._rows, 1)
            cell.addWidget(label, 1)
            cell.addWidget(extra)
        self._rows += 1
        self._values.append(label)
        self._parts.append((name, label) if extra is None else (name, label, extra))
        self.set_value(len(self._values) - 1, value)
        return len(self._values) - 1

    def add_line(self) -> None:
        """A hairline, for sums."""
        self._grid.addWidget(line(), self._rows, 0, 1, 2)
        self._rows += 1

    def set_value(self, row: int, text: str) -> None:
        """Change the value of a line."""
        self._values[row].setText(text)

    def set_row_visible(self, row: int, visible: bool) -> None:
        """Show a line or take its room away."""
        for part in self._parts[row]:
            part.setVisible(visible)

    def value(self, row: int) -> str:
        """The whole value of a line."""
        return self._values[row].full_text()

    def clear(self) -> None:
        """Remove all lines."""
        while self._grid.takeAt(0) is not None:
            pass
        for widget in self.findChildren(QWidget, options=_DIRECT):
            widget.hide()
            widget.deleteLater()
        self._values.clear()
        self._parts.clear()
        self._rows = 0


class DotLabel(QWidget):
    """A coloured dot with words that say the same."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = Tone.GREY
        self.label = PlainLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 0, 0)
        layout.addWidget(self.label)
        theme.changed.connect(self.update)

    def set_state(self, tone: Tone, text: str) -> None:
        """Show a state."""
        self._tone = tone
        self.label.setText(text)
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.dot(self._tone))
        painter.drawEllipse(QRectF(0, self.height() / 2 - 4, 8, 8))
        painter.end()
