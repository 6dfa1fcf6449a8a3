"""The window: navigation, pages, status bar. No logic; pages are handed in when they are ready.

It is painted at once, with only the outline of the pages, and furnished when the rest of the
program is imported: what this file imports at its top, the first paint waits for.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from workmate_desktop.ui.shared.outline import Outline

if TYPE_CHECKING:
    from workmate_desktop.ui.shared.theme import Theme
    from workmate_desktop.ui.shared.toast import ToastHost


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
        self.setWindowTitle(self.tr("WorkmateOS Desktop"))
        self.resize(1280, 800)
        self.setMinimumSize(880, 560)
        if theme is None:
            self.setCentralWidget(Outline(self.first_painted.emit))
        else:
            self.furnish(theme)

    def furnish(self, theme: "Theme") -> None:
        """Navigation and a waiting page for each tab, in the place of the outline."""
        from workmate_desktop.ui.shared.navigation import TopNavigation
        from workmate_desktop.ui.shared.plain_text import PlainLabel

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
        self._titles = (self.tr("Rechnungen"), self.tr("Stripe"), self.tr("Protokoll"))
        self._only: QWidget | None = None
        for title in self._titles:
            self.navigation.add_page(title, waiting_page(self.tr("Einen Moment …")))

    @cached_property
    def toasts(self) -> "ToastHost":
        """Made when it is asked for: the first rows do not wait for it."""
        from workmate_desktop.ui.shared.toast import ToastHost

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
            self.set_page(index, waiting_page(self.tr("Einen Moment …")))

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
    from workmate_desktop.ui.shared.plain_text import PlainLabel

    page = QWidget()
    layout = QVBoxLayout(page)
    label = PlainLabel(words, role="muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    layout.addWidget(label, 1)
    return page


def window_state(window: QMainWindow) -> dict[str, Any]:
    """Size, place and screen as Qt keeps them, the frame of the window manager reckoned with.

    https://doc.qt.io/qt-6/restoring-geometry.html
    """
    return {"geometry": bytes(window.saveGeometry().toBase64().data()).decode("ascii")}


def restore_window(window: QMainWindow, state: dict[str, Any]) -> None:
    """Take over what `window_state` gave; Qt moves it onto a screen that is there."""
    geometry = state.get("geometry")
    if isinstance(geometry, str) and geometry.isascii():
        window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
