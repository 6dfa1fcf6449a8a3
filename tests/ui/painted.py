"""What really stands on the (offscreen) screen, to be compared with a fresh painting.

`QWidget.grab` paints anew and so never shows a cell that somebody forgot to repaint.
"""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

_TURNS = 20


def settle() -> None:
    """Let layouts, delayed ones too, and paintings that were asked for take place."""
    for _ in range(_TURNS):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def on_screen(widget: QWidget) -> QImage:
    """The pixels of a shown widget as they were last painted."""
    window = widget.window()
    return _part_of(window.screen().grabWindow(window.winId()), widget)


def fresh(widget: QWidget) -> QImage:
    """The pixels that a new painting of the window gives: all that lies above belongs to it."""
    return _part_of(widget.window().grab(), widget)


def _part_of(window: QPixmap, widget: QWidget) -> QImage:
    shot, ratio = window.toImage(), window.devicePixelRatio()
    place = QRect(widget.mapTo(widget.window(), QPoint()) * ratio, widget.size() * ratio)
    place = place.intersected(shot.rect())  # some of it may be scrolled away
    assert not place.isEmpty(), "the platform gives no picture of the window"
    return shot.copy(place).convertToFormat(QImage.Format.Format_RGB32)


def stale(widget: QWidget) -> QRect | None:
    """The smallest place where the screen is not what a new painting shows; None: it is."""
    shown, new = on_screen(widget), fresh(widget)
    assert shown.size() == new.size()
    if shown == new:
        return None
    wrong = [
        (x, y)
        for y in range(new.height())
        if shown.copy(0, y, new.width(), 1) != new.copy(0, y, new.width(), 1)
        for x in range(new.width())
        if shown.pixel(x, y) != new.pixel(x, y)
    ]
    columns, rows = [x for x, _ in wrong], [y for _, y in wrong]
    return QRect(QPoint(min(columns), min(rows)), QPoint(max(columns), max(rows)))
