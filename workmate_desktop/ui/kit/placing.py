"""Where a dialog stands, so that it does not cover what it changes."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QMargins, QPoint, QRect, QSize

_BESIDE = 8
"""Pixels between the dialog's frame and what is to be seen."""
_FRAME = QMargins(8, 40, 8, 8)
"""What a window manager adds at the most; it tells only once the dialog is shown."""


def place_clear_of(
    seen: Sequence[QRect], sizes: Sequence[QSize], window: QRect, screen: QRect
) -> QRect:
    """The dialog's place on the screen, without its frame.

    `seen` is what is to stay visible, first what is wished for, then what at least; `sizes` are
    those that the dialog may have, best first. Over the middle of `window` where that covers
    nothing, else beside, above or below; where nothing helps, where it covers least.
    """
    least = seen[-1]
    places = [
        place for size in sizes for place in _places(size.grownBy(_FRAME), window, seen, screen)
    ]
    for wish in seen:
        for place in places:
            if not place.intersects(wish):
                return place.marginsRemoved(_FRAME)
    return min(places, key=lambda place: _covered(place, least)).marginsRemoved(_FRAME)


def _places(size: QSize, window: QRect, seen: Sequence[QRect], screen: QRect) -> Iterator[QRect]:
    middle = QRect(QPoint(), size)
    middle.moveCenter(window.center())
    yield _within(screen, middle)
    for what in seen:
        left = what.left() - _BESIDE - size.width()
        right = what.right() + 1 + _BESIDE
        above = what.top() - _BESIDE - size.height()
        below = what.bottom() + 1 + _BESIDE
        for corner in (
            QPoint(left, middle.y()),
            QPoint(right, middle.y()),
            QPoint(middle.x(), below),
            QPoint(middle.x(), above),
        ):
            yield _within(screen, QRect(corner, size))


def _within(screen: QRect, place: QRect) -> QRect:
    """Moved onto the screen; what is larger begins at its corner."""
    left = min(place.x(), screen.x() + screen.width() - place.width())
    top = min(place.y(), screen.y() + screen.height() - place.height())
    return QRect(QPoint(max(screen.x(), left), max(screen.y(), top)), place.size())


def _covered(place: QRect, what: QRect) -> int:
    part = place.intersected(what)
    return part.width() * part.height()
