"""One line for all payments of other programs over the same account at Stripe."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workmate_desktop.domain.review import OthersPayments, ReviewList
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words import review as texts
from workmate_desktop.words.language import _


class OthersLine(QFrame):
    """Among what waits, until staff hide it; then among what was decided.

    Signals: `look_wanted()`: list them; `hide_wanted(bool)`: show the line no more, or again.
    """

    look_wanted = Signal()
    hide_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self._others = OthersPayments(0)
        self._list = ReviewList.OPEN
        self.words = PlainLabel(wrap=True)
        self.look = button(_("An&sehen"), kind="link")
        self.hide_them = button("", kind="link")
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        line.addWidget(self.words, 1)
        line.addWidget(self.look)
        line.addWidget(self.hide_them)
        self.look.clicked.connect(self.look_wanted)
        self.hide_them.clicked.connect(self._on_hide)
        self._show()

    def show_others(self, others: OthersPayments) -> None:
        """How many there are now."""
        self._others = others
        self._show()

    def show_beside(self, shown: ReviewList) -> None:
        """This list stands below it now."""
        self._list = shown
        self._show()

    def _show(self) -> None:
        others, listed = self._others, self._list is ReviewList.NOT_OURS
        self.words.setText(texts.others_explained() if listed else texts.others_words(others))
        self.look.setVisible(not listed)
        again = _("&Wieder zeigen")
        self.hide_them.setText(again if others.hidden else _("Nicht &mehr zeigen"))
        place = ReviewList.DECIDED if others.hidden else ReviewList.OPEN
        self.setVisible(listed or (others.count > 0 and self._list is place))

    @Slot()
    def _on_hide(self) -> None:
        self.hide_wanted.emit(not self._others.hidden)
