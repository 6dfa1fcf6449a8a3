"""A small picture beside words, in the colours of the scheme, crisp on every screen."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from workmate_desktop.ui.kit.theme import Theme

ICON = 16
"""Logical pixels."""


class IconLabel(QLabel):
    """Says nothing by itself: the words beside it do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = ("circle", "muted")
        self.setFixedSize(ICON, ICON)
        theme.changed.connect(self._paint)

    def show_icon(self, name: str, color: str) -> None:
        """Another picture, or another colour (a name of Colors)."""
        if (name, color) != self._shown or self.pixmap().isNull():
            self._shown = (name, color)
            self._paint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """On another screen the picture needs other pixels."""
        if self.pixmap().devicePixelRatio() != self.devicePixelRatioF():
            self._paint()
        super().paintEvent(event)

    @Slot()
    def _paint(self) -> None:
        name, color = self._shown
        self.setPixmap(self._theme.pixmap(name, ICON, color, self.devicePixelRatioF()))
