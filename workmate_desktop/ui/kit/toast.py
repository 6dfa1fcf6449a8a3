"""Short news at the top of a window, beside the tabs.

    toasts = ToastHost(window, theme)
    toasts.show("RE-2026-0118 ist bezahlt", "Bäckerei Lindner GmbH · 1.190,00 €", ToastKind.SUCCESS)

At most two at a time, the newest below; the upper one counts those that made room ("und 3
weitere"). A toast leaves by itself, or on a click; while the mouse rests on it, it stays. It never
takes the focus. One of two lines lies on the bar of the tabs and the empty edge below it, so that
every row, the panel at the right and the status bar stay readable: the news is about them. A
screen reader announces it.
"""

from enum import StrEnum

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPropertyAnimation,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QEnterEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QGraphicsOpacityEffect, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _
from workmate_desktop.words.tone import Tone

MARGIN = 16
TOP = 4
WIDTH = 400
TABS = 300
"""Room for the tabs at the left: they stay free."""
GAP = 8
MOST = 2
_FADE_MS = 180


class ToastKind(StrEnum):
    """What the news is; an error stays longer."""

    SUCCESS = "success"
    ERROR = "error"
    INFO = "info"


_TONE = {
    ToastKind.SUCCESS: Tone.GREEN,
    ToastKind.ERROR: Tone.RED,
    ToastKind.INFO: Tone.BLUE,
}
_LIFETIME_MS = {ToastKind.SUCCESS: 6000, ToastKind.ERROR: 12000, ToastKind.INFO: 6000}


class Toast(QWidget):
    """One piece of news. Signal `closed()`: it is gone, by click or by time."""

    closed = Signal()

    def __init__(
        self, parent: QWidget, theme: Theme, title: str, text: str, kind: ToastKind
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = kind
        self._leaving = False
        self._is_gone = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title}. {text}" if text else title)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(18, 11, 16, 11)
        layout.setSpacing(1)
        layout.addWidget(PlainLabel(title, role="strong", elide_words=True))
        if text:
            layout.addWidget(PlainLabel(text, role="muted", elide_words=True))
        self.more = PlainLabel(role="small")
        self.more.hide()
        layout.addWidget(self.more)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(_LIFETIME_MS[kind])
        self.timer.timeout.connect(self.leave)
        theme.changed.connect(self.update)

    @property
    def kind(self) -> ToastKind:
        """What the news is."""
        return self._kind

    def leave(self, *, fade_ms: int = _FADE_MS) -> None:
        """Go away; with `fade_ms` 0 at once, also while fading."""
        if self._leaving and fade_ms:
            return
        self._leaving = True
        self.timer.stop()
        if fade_ms:
            self.fade(1.0, 0.0, fade_ms).finished.connect(self._gone)
        else:
            self._gone()

    def fade(self, start: float, end: float, duration_ms: int) -> QPropertyAnimation:
        """Change the opacity; the effect is removed when fully visible, it costs at each paint."""
        effect = QGraphicsOpacityEffect(self)
        effect.setOpacity(start)
        self.setGraphicsEffect(effect)
        animation = QPropertyAnimation(effect, b"opacity", effect)
        animation.setDuration(duration_ms)
        animation.setStartValue(start)
        animation.setEndValue(end)
        animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        animation.start()
        return animation

    def count_more(self, count: int) -> None:
        """Say how many others made room; 0 says nothing."""
        self.more.setText(_("und %1 weitere").replace("%1", str(count)) if count else "")
        self.more.setVisible(bool(count))

    def height_for_width(self, width: int = WIDTH) -> int:
        """How high the wrapped words are."""
        return self._column.heightForWidth(width)

    def sizeHint(self) -> QSize:
        """As high as the words in the usual width."""
        return QSize(WIDTH, self.height_for_width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click closes."""
        event.accept()
        self.leave()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Being read: stay."""
        self.timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Not being read any more."""
        if not self._leaving:
            self.timer.start()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """White ground, hairline, coloured left edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(frame, 8, 8)
        painter.fillPath(outline, self._theme.color("surface"))
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(QRectF(0, 0, 4, self.height()), self._theme.dot(_TONE[self._kind]))
        painter.restore()
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.save()
        painter.setClipRect(QRectF(4, 0, self.width(), self.height()))
        painter.drawPath(outline)
        painter.restore()
        painter.end()

    def _gone(self) -> None:
        if self._is_gone:
            return
        self._is_gone = True
        self.hide()
        self.closed.emit()
        self.deleteLater()


class ToastHost(QObject):
    """Places the toasts of one window. `animate` False shows and hides them at once."""

    def __init__(self, window: QWidget, theme: Theme, *, animate: bool = True) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._fade_ms = _FADE_MS if animate else 0
        self._toasts: list[Toast] = []
        self._made_room = 0
        window.installEventFilter(self)

    def show(self, title: str, text: str = "", kind: ToastKind = ToastKind.INFO) -> None:
        """Show news; the oldest one makes room, good news before bad ones."""
        while len(self._toasts) >= MOST:
            good = (toast for toast in self._toasts if toast.kind is not ToastKind.ERROR)
            self._made_room += 1
            next(good, self._toasts[0]).leave(fade_ms=0)
        toast = Toast(self._window, self._theme, title, text, kind)
        toast.closed.connect(lambda: self._on_closed(toast))
        self._toasts.append(toast)
        toast.ensurePolished()
        self._place()
        toast.show()
        toast.raise_()
        toast.timer.start()
        if self._fade_ms:
            arriving = toast.fade(0.0, 1.0, self._fade_ms)
            arriving.finished.connect(lambda: toast.setGraphicsEffect(None))  # type: ignore[arg-type]
        event = QAccessibleAnnouncementEvent(toast, toast.accessibleName())
        QAccessible.updateAccessibility(event)

    def toasts(self) -> list[Toast]:
        """Those shown now, oldest first."""
        return list(self._toasts)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if watched is self._window and event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _on_closed(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
        if not self._toasts:
            self._made_room = 0
        self._place()

    def _place(self) -> None:
        width = min(WIDTH, self._window.width() - 2 * MARGIN)
        free = self._window.width() - width
        left = max(MARGIN, min(max(TABS, free // 2), free - MARGIN))
        top = TOP
        for toast in self._toasts:
            toast.count_more(self._made_room if toast is self._toasts[0] else 0)
            height = toast.height_for_width(width)
            toast.setGeometry(left, top, width, height)
            top += height + GAP
