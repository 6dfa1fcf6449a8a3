"""What the window shows before its pages are imported: their outline, and not a word.

Small on purpose: the first paint waits for it.
"""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workmate_desktop.ui.kit.colors import DARK, LIGHT

NAVIGATION_HEIGHT = 44


class Outline(QWidget):
    """The navigation bar and the ground of a page, empty, in the colours of the system's scheme."""

    def __init__(self, painted: Callable[[], None]) -> None:
        super().__init__()
        self._painted: Callable[[], None] | None = painted

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Say so after the first time."""
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        colors = DARK if dark else LIGHT
        bar = QRect(0, 0, self.width(), NAVIGATION_HEIGHT)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.canvas))
        painter.fillRect(bar, QColor(colors.border))
        painter.fillRect(bar.adjusted(0, 0, 0, -1), QColor(colors.surface))
        painter.end()
        if self._painted is not None:
            QTimer.singleShot(0, self._painted)
            self._painted = None
