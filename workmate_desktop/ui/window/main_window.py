"""The window: navigation, pages, status bar. No logic; pages are handed in when they are ready.

It is painted at once, with only the outline of the pages, and furnished when the rest of the
program is imported: what this file imports at its top, the first paint waits for.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QScreen, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.outline import Outline
from workmate_desktop.words.language import _

if TYPE_CHECKING:
    from workmate_desktop.ui.kit.theme import Theme
    from workmate_desktop.ui.kit.toast import ToastHost

_WANTED = QSize(1280, 800)
_LEAST = QSize(880, 560)
_FRAME = QMargins(8, 40, 8, 8)
"""What a window manager adds at the most, until it is asked: before the window is shown it says 0.
"""
_FILLING = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen
_MOVING_MS = 300
"""So long the window manager has to move a window whose screen is gone."""


class MainWindow(QMainWindow):
    """Signal `closing`: the user wants to close the window. With `keeps_open` it stays until
    whoever heard the signal hides it; else it is closed already.

    Signal `first_painted`: its outline is on the screen. Everything else works from `furnish` on.
    """

    closing = Signal()
    first_painted = Signal()

    def __init__(self, theme: "Theme | None" = None) -> None:
        """With a `theme` it is furnished at once."""
        super().__init__()
        self.keeps_open = False
        self.setWindowTitle(_("WorkmateOS Desktop"))
        self.resize(_WANTED)
        self.setMinimumSize(_LEAST)
        self._watches_screens = False
        if theme is None:
            self.setCentralWidget(Outline(self.first_painted.emit))
            # Queued: the frame is known by then, and nothing is resized while it is painted.
            self.first_painted.connect(self.keep_on_screen, Qt.ConnectionType.QueuedConnection)
        else:
            self.furnish(theme)

    def furnish(self, theme: "Theme") -> None:
        """Navigation and a waiting page for each tab, in the place of the outline."""
        from workmate_desktop.ui.kit.plain_text import PlainLabel
        from workmate_desktop.ui.window.navigation import TopNavigation

        self.stack = QStackedWidget()
        self.navigation = TopNavigation(self.stack)
        self.banner = PlainLabel(role="banner", wrap=True)
        self.banner.setContentsMargins(30, 8, 30, 8)  # in line with the tabs above it
        self.banner.setVisible(False)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.navigation)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)
        self._all = QStackedWidget()
        self._all.addWidget(middle)
        self.setCentralWidget(self._all)
        self._theme = theme
        self._titles = (_("Rechnungen"), _("Stripe"), _("Protokoll"))
        self._only: QWidget | None = None
        for title in self._titles:
            self.navigation.add_page(title, waiting_page(_("Einen Moment …")))

    @cached_property
    def toasts(self) -> "ToastHost":
        """Made when it is asked for: the first rows do not wait for it."""
        from workmate_desktop.ui.kit.toast import ToastHost

        return ToastHost(self, self._theme)

    def set_page(self, index: int, page: QWidget) -> None:
        """Put a page in the place of its placeholder; what is shown stays shown."""
        current = self.stack.currentIndex()
        old = self.stack.widget(index)
        self.stack.insertWidget(index, page)
        if old is not None:
            self.stack.removeWidget(old)
            old.deleteLater()
        self.stack.setCurrentIndex(current)

    def forget_pages(self) -> None:
        """Placeholders again, as at the start; the pages are deleted."""
        for index in range(self.stack.count()):
            self.set_page(index, waiting_page(_("Einen Moment …")))

    def show_page(self, index: int) -> None:
        """Choose a page as if its tab had been clicked."""
        self.navigation.tabs.setCurrentIndex(index)

    def show_only(self, page: QWidget) -> None:
        """Nothing but this page: the books cannot be opened."""
        self.show_pages()
        self._only = page
        self._all.addWidget(page)
        self._all.setCurrentWidget(page)

    def show_pages(self) -> None:
        """Back to the pages."""
        only, self._only = self._only, None
        self._all.setCurrentIndex(0)
        if only is not None:
            self._all.removeWidget(only)
            only.deleteLater()

    def show_banner(self, sentence: str) -> None:
        """One sentence above the pages, until it is no longer true; an empty one hides it."""
        self.banner.setText(sentence)
        self.banner.setVisible(bool(sentence))

    @Slot()
    def keep_on_screen(self) -> None:
        """Bring the whole frame onto a screen that is there, smaller where it must be.

        A maximised window is the window manager's; what it goes back to is fitted all the same.
        """
        screens = [screen.availableGeometry() for screen in QApplication.screens()]
        screens = [screen for screen in screens if not screen.isEmpty()]
        filling = self.windowState() & _FILLING
        if not screens or (filling and self.isVisible()):
            return
        handle = self.windowHandle()
        frame = handle.frameMargins() if handle is not None and self.isVisible() else _FRAME
        home = home_of(self._place(), frame, screens)
        self.setMinimumSize(_LEAST.boundedTo(home.marginsRemoved(frame).size()))
        wanted = self._place()  # not less than the minimum
        fitted = fitting(wanted, frame, home)
        if fitted == wanted:
            return
        self.setWindowState(self.windowState() & ~filling)
        self.setGeometry(fitted)
        self.setWindowState(self.windowState() | filling)

    def _place(self) -> QRect:
        """Where the window stands, or goes back to."""
        return self.normalGeometry() if self.windowState() & _FILLING else self.geometry()

    def showEvent(self, event: QShowEvent) -> None:
        """From now on a screen may go, or become smaller, under the window."""
        super().showEvent(event)
        if self._watches_screens:
            return
        self._watches_screens = True
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._on_screens_changed)
        application.screenAdded.connect(self._watch_screen)
        for screen in application.screens():
            self._watch_screen(screen)

    @Slot(QScreen)
    def _watch_screen(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._on_screens_changed)

    @Slot()
    def _on_screens_changed(self) -> None:
        # Later: the window manager moves windows as well, and knows better where to.
        QTimer.singleShot(_MOVING_MS, self, self.keep_on_screen)

    def bring_to_front(self) -> None:
        """A second start shows this window instead."""
        self.setWindowState(
            (self.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive
        )
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What closing means is decided by the program."""
        event.setAccepted(not self.keeps_open)
        self.closing.emit()


def waiting_page(words: str) -> QWidget:
    """A quiet page that only asks for a moment."""
    from workmate_desktop.ui.kit.plain_text import PlainLabel

    page = QWidget()
    layout = QVBoxLayout(page)
    label = PlainLabel(words, role="muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    layout.addWidget(label, 1)
    return page


def window_state(window: MainWindow) -> dict[str, Any]:
    """Size, place and screen as Qt keeps them, the frame of the window manager reckoned with.

    https://doc.qt.io/qt-6/restoring-geometry.html
    """
    return {
        "geometry": bytes(window.saveGeometry().toBase64().data()).decode("ascii"),
        "maximized": window.isMaximized(),
    }


def restore_window(window: MainWindow, state: dict[str, Any]) -> None:
    """Take over what `window_state` gave, as far as it fits the screens that are there.

    Qt takes over nothing where the screen is another one by a quarter; the window then stands in
    the middle of the first screen, in the size of a first start.
    """
    geometry = state.get("geometry")
    taken = False
    if isinstance(geometry, str) and geometry.isascii():
        taken = window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
    if not taken:
        middle = QApplication.primaryScreen().availableGeometry().center()
        window.move(middle - window.rect().center())
    window.keep_on_screen()
    if not taken and state.get("maximized") is True:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def home_of(wanted: QRect, frame: QMargins, screens: Sequence[QRect]) -> QRect:
    """The screen that holds most of `wanted` and its `frame`; the first one where none does."""

    def held(screen: QRect) -> int:
        part = screen.intersected(wanted.marginsAdded(frame))
        return part.width() * part.height()

    return max(screens, key=held)


def fitting(wanted: QRect, frame: QMargins, home: QRect) -> QRect:
    """`wanted`, moved and made smaller until it stands with its `frame` within `home`.

    `wanted` and what is returned are without the frame, as `QWidget.geometry` is.
    """
    whole = wanted.marginsAdded(frame)
    size = whole.size().boundedTo(home.size())
    left = min(max(whole.x(), home.x()), home.x() + home.width() - size.width())
    top = min(max(whole.y(), home.y()), home.y() + home.height() - size.height())
    return QRect(QPoint(left, top), size).marginsRemoved(frame)
