"""Finds what a dialog cuts off: words without the height they need, widgets over each other."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QWidget


def clipped(window: QWidget) -> list[str]:
    """What does not stand in `window` as it should; what scrolls may be cut at its edge."""
    found: list[str] = []
    whole = window.rect()
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.isWindow() or _scrolled(widget, window):
            continue
        place = QRect(widget.mapTo(window, QPoint()), widget.size())
        if not whole.contains(place):
            found.append(f"{_name(widget)} reaches beyond the window: {place}")
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else 0
        if needed > label.height():
            found.append(f"{_name(label)} needs {needed} and has {label.height()}")
    for parent in (window, *window.findChildren(QWidget)):
        shown = [
            child
            for child in parent.children()
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
        ]
        if isinstance(parent, QAbstractScrollArea) or parent.layout() is None:
            continue
        shown = [child for child in shown if not child.geometry().isEmpty()]
        for at, one in enumerate(shown):
            for other in shown[at + 1 :]:
                if one.geometry().intersects(other.geometry()):
                    found.append(f"{_name(one)} lies over {_name(other)}")
    return found


def _scrolled(widget: QWidget, window: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None and above is not window:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return f"{type(widget).__name__} {text()!r}" if callable(text) else type(widget).__name__
