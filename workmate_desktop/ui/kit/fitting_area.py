"""Dialogs as high as their words: by a scrolling middle, or by growing with what they say."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QSizePolicy, QWidget


class FittingArea(QScrollArea):
    """Wants the whole height of its contents, and scrolls when it gets less."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        width = max(self.viewport().width(), 480)
        layout = self._inside.layout()
        if layout is None:
            return self._inside.sizeHint()
        layout.activate()
        return QSize(width, layout.totalHeightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)


_AROUND_A_DIALOG = 60
"""Pixels that stay free for the frame and for panels of the desktop."""


def fit_words(dialog: QDialog, event: QEvent) -> None:
    """Called with each event of a dialog: it opens as high as its words need, and grows when a
    message needs another line. Qt asks wrapped words only once, and before it knows their width.
    """
    opens = event.type() == QEvent.Type.Show
    if not opens and event.type() != QEvent.Type.LayoutRequest:
        return  # and with it the event that has deleted the dialog
    layout = dialog.layout()
    if layout is not None and (opens or dialog.isVisible()):
        needed = layout.totalHeightForWidth(dialog.width())
        if opens or needed > dialog.height():
            dialog.resize(dialog.width(), needed)


def room_for(dialog: QDialog) -> int:
    """The most height that a dialog may take on its screen."""
    return dialog.screen().availableGeometry().height() - _AROUND_A_DIALOG


def grow(dialog: QDialog, area: FittingArea, *, centred: bool = False) -> None:
    """Make the dialog as high as what it says, as far as the screen has room; never off it.

    `centred`: about its middle, as long as nobody has looked at it; later its top stays.
    """
    layout = dialog.layout()
    if layout is None:
        return
    area.updateGeometry()
    layout.activate()
    wanted = max(layout.totalHeightForWidth(dialog.width()), layout.sizeHint().height())
    screen = dialog.screen().availableGeometry()
    high = min(wanted, screen.height() - _AROUND_A_DIALOG)
    grown = high - dialog.height()
    if grown <= 0:
        return
    top = dialog.y() - (grown // 2 if centred else 0)
    dialog.resize(dialog.width(), high)
    if dialog.isVisible():
        lowest = screen.bottom() + 1 - _AROUND_A_DIALOG // 2 - high
        dialog.move(dialog.x(), max(screen.top(), min(top, lowest)))
