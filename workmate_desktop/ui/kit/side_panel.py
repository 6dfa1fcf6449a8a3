"""The panel beside a list: its look, and the part of it that scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def style_panel(panel: QWidget, name: str, *, least_width: int) -> None:
    """Make `panel` stand beside a list. `name` is what screen readers call it."""
    panel.setProperty("part", "panel")
    panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    panel.setMinimumWidth(least_width)
    panel.setAccessibleName(name)


def reading_area(content: QWidget, name: str) -> QScrollArea:
    """`content`, scrolled up and down where it is too high; the keyboard can scroll it, too."""
    content.setProperty("part", "scroll")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setProperty("part", "reading")
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    area.setWidget(content)
    return area
