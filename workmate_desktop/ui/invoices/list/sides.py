"""The two sides of the Rechnungen page: the list on the left, the chosen one on the right.

Klärung nötig takes the place of both while it is open; figures and splitter stay.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workmate_desktop.words.language import _

_DETAIL_WIDTH = 344


class Sides(QSplitter):
    """Left `above` the stack of lists, right the stack of panels."""

    def __init__(
        self,
        above: Sequence[QWidget],
        list_parts: Sequence[QWidget],
        grows: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """`grows` is the one of `list_parts` that gets the room that is left."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName(_("Liste und ausgewählte Rechnung"))
        self._lists = QStackedWidget()
        self._panels = QStackedWidget()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in list_parts:
            column.addWidget(part, 1 if part is grows else 0)
        self._lists.addWidget(page)
        self._panels.addWidget(QWidget())  # until there is a panel
        left = QWidget()
        outer = QVBoxLayout(left)
        outer.setContentsMargins(16, 14, 8, 14)
        outer.setSpacing(12)
        for widget in above:
            outer.addWidget(widget)
        outer.addWidget(self._lists, 1)
        self.addWidget(left)
        self.addWidget(self._panels)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setCollapsible(0, False)
        self.setSizes([936, _DETAIL_WIDTH])

    def set_detail(self, detail: QWidget) -> None:
        """The panel of the chosen invoice; once."""
        empty = self._panels.widget(0)
        self._panels.insertWidget(0, detail)
        if empty is not None:
            self._panels.removeWidget(empty)
            empty.deleteLater()
        self._panels.setCurrentIndex(0)

    def add_review(self, pane: QWidget, detail: QWidget) -> None:
        """What takes their place."""
        self._lists.addWidget(pane)
        self._panels.addWidget(detail)

    @property
    def shows_review(self) -> bool:
        """Whether Klärung nötig is open."""
        return self._lists.currentIndex() == 1

    def show_review(self, shown: bool) -> None:
        """Show one or the other."""
        for stack in (self._lists, self._panels):
            stack.setCurrentIndex(int(shown and stack.count() > 1))
