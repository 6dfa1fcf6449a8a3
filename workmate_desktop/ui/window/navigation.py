"""The bar on top of the window: pages as tabs, and room for a badge at the right.

nav = TopNavigation(stack)
nav.add_page("Rechnungen", page)      # Alt+1, Alt+2 … choose a page
nav.add_right(pill_label)
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QTabBar, QWidget

from workmate_desktop.ui.kit.outline import NAVIGATION_HEIGHT
from workmate_desktop.words.language import _


class TopNavigation(QFrame):
    """Chooses the page of a QStackedWidget."""

    def __init__(self, stack: QStackedWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = stack
        self.setProperty("part", "navbar")
        self.setFixedHeight(NAVIGATION_HEIGHT)
        self.tabs = QTabBar()
        self.tabs.setProperty("part", "nav")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(_("Bereiche"))
        self.tabs.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.tabs.currentChanged.connect(stack.setCurrentIndex)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 16, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.tabs)
        self._row.addStretch(1)

    def add_page(self, title: str, page: QWidget) -> int:
        """Append a page; its index. Alt and its number choose it too."""
        index = self._stack.addWidget(page)
        self.tabs.addTab(title)
        shortcut = QShortcut(QKeySequence(f"Alt+{index + 1}"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(lambda: self.tabs.setCurrentIndex(index))
        return index

    def set_title(self, index: int, title: str) -> None:
        """Another title for a page, such as one with a count."""
        self.tabs.setTabText(index, title)
        self.tabs.updateGeometry()

    def add_right(self, widget: QWidget) -> None:
        """Put a badge or button at the right end."""
        self._row.addWidget(widget)
