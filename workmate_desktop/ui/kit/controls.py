"""Small controls that several screens share.

button("Mit Stripe bezahlen", kind="primary", size="large")   # kinds: see theme.py
Segments("Filter")         add("open", "Offen"), set_count("open", 4), chosen(Signal: str)
SearchField(theme, "Suchen … Strg+F")      a QLineEdit; searched(Signal: str) as one types
CopyButton(theme, "Adresse kopieren")      set_text_to_copy(text); shows a tick for a moment
"""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from workmate_desktop.ui.kit.open_outside import copy_text
from workmate_desktop.ui.kit.plain_text import plain_tip
from workmate_desktop.ui.kit.theme import Theme, mark, sized
from workmate_desktop.words.language import _


def button(
    text: str, parent: QWidget | None = None, *, kind: str = "secondary", size: str = ""
) -> QPushButton:
    """A button of a kind: primary, secondary, danger, link or icon; size "large" is 36 px high.

    No button answers Enter in a dialog by accident; the dialog chooses its default one.
    """
    made = _Button(text, parent)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    if size:
        made.setProperty("scale", size)  # "size" is a property of every widget
    if kind == "link":
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


class _Button(QPushButton):
    """Never hands the keyboard to its neighbour.

    Qt moves the focus on from a button that is disabled or hidden, so the next press of the space
    bar would press what stands beside it: Zahlung eintragen, or Testdaten löschen. Here it waits at
    what scrolls around the button, or nowhere; a button that is enabled again takes it back.
    """

    _gone = False
    """The focus was here until the button was disabled."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on as everywhere; losing the use of the button does not."""
        if self.isEnabled() and not self.isHidden():
            return super().focusNextPrevChild(forward)
        self._gone = not self.isHidden()
        place = self._place_around()
        if place is None:
            self.clearFocus()
        else:
            place.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def changeEvent(self, event: QEvent) -> None:
        """Back to where the keyboard was, unless somebody has taken it elsewhere."""
        super().changeEvent(event)
        if self._gone and event.type() == QEvent.Type.EnabledChange and self.isEnabled():
            self._gone = False
            if self.window().focusWidget() in (None, self._place_around()):
                self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_around(self) -> QWidget | None:
        around = self.parentWidget()
        while around is not None and not around.isWindow():
            if around.focusPolicy() & Qt.FocusPolicy.TabFocus and around.isEnabled():
                return around
            around = around.parentWidget()
        return None


class Segments(QWidget):
    """Filter chips in one row, exactly one of them chosen; arrow keys move the choice.

    Signal `chosen(key)`: staff chose another chip (not emitted by `choose`).
    """

    chosen = Signal(str)

    def __init__(self, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._on_clicked)
        self._buttons: dict[str, _Segment] = {}

    def add(self, key: str, text: str) -> None:
        """Append a chip; the first one is chosen."""
        made = _Segment(text, self)
        self._buttons[key] = made
        self._group.addButton(made)
        self._layout.addWidget(made)
        if len(self._buttons) == 1:
            made.setChecked(True)
        self._round_the_ends()
        self._one_tab_stop()

    def set_count(self, key: str, count: int | None) -> None:
        """Show a count behind the words; None or 0 shows none."""
        self._buttons[key].set_count(count)

    def show_counts(self, shown: bool) -> None:
        """Where there is no room, only tool tips and screen readers tell the counts."""
        for made in self._buttons.values():
            made.show_count(shown)

    def width_for(self, *, counts: bool) -> int:
        """Pixels that the shown chips need with or without their counts."""
        shown = (made for made in self._buttons.values() if not made.isHidden())
        return sum(made.width_for(counts=counts) for made in shown)

    def offer(self, key: str, offered: bool) -> None:
        """Show a chip or hide it."""
        self._buttons[key].setVisible(offered)
        self._round_the_ends()

    def choose(self, key: str) -> None:
        """Choose a chip without a signal."""
        self._buttons[key].setChecked(True)
        self._one_tab_stop()

    def current(self) -> str:
        """The key of the chosen chip."""
        return next(key for key, made in self._buttons.items() if made.isChecked())

    def button(self, key: str) -> QPushButton:
        """The chip itself."""
        return self._buttons[key]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, Right, Home and End choose."""
        keys = [key for key, made in self._buttons.items() if not made.isHidden()]
        at = keys.index(self.current())
        target = {
            Qt.Key.Key_Left: max(0, at - 1),
            Qt.Key.Key_Right: min(len(keys) - 1, at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(keys) - 1,
        }.get(Qt.Key(event.key()))
        if target is None:
            super().keyPressEvent(event)
            return
        if target != at:
            self._buttons[keys[target]].setFocus(Qt.FocusReason.OtherFocusReason)
            self._buttons[keys[target]].click()

    @Slot()
    def _on_clicked(self) -> None:
        self._one_tab_stop()
        self.chosen.emit(self.current())

    def _one_tab_stop(self) -> None:
        """Tab reaches the chosen chip only; the arrows do the rest."""
        for made in self._buttons.values():
            made.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if made.isChecked() else Qt.FocusPolicy.ClickFocus
            )

    def _round_the_ends(self) -> None:
        shown = [made for made in self._buttons.values() if not made.isHidden()]
        last = len(shown) - 1
        for at, made in enumerate(shown):
            edge = "only" if not last else "first" if at == 0 else "last" if at == last else ""
            mark(made, "edge", edge)


class _Segment(QPushButton):
    """One chip. Its width is that of its bold words, so that choosing moves nothing."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._words = self._with_count = text
        self._count_shown = True
        self.setProperty("part", "segment")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        return QSize(self.width_for(counts=self._count_shown), super().sizeHint().height())

    def width_for(self, *, counts: bool) -> int:
        self.ensurePolished()
        bold = sized(self.font(), self.font().pixelSize(), QFont.Weight.DemiBold)
        text = self._with_count if counts else self._words
        return QFontMetrics(bold).horizontalAdvance(text) + 21

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_count(self, count: int | None) -> None:
        with_count = f"{self._words} {count}" if count else self._words
        if with_count == self._with_count:
            return
        self._with_count = with_count
        self.setAccessibleName(self._with_count)
        self.show_count(self._count_shown)

    def show_count(self, shown: bool) -> None:
        self._count_shown = shown
        words = self._with_count if shown else self._words
        if words != self.text():
            self.setText(words)
        self.setToolTip("" if shown else plain_tip(self._with_count))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """QAbstractButton takes the arrow keys for its group; here the row decides."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            event.ignore()
            return
        super().keyPressEvent(event)


class SearchField(QLineEdit):
    """A line edit with a magnifier and, when something is typed, a button that clears it.

    Signal `searched(text)`: what is typed, trimmed, whenever that changes. Escape clears.
    """

    searched = Signal(str)

    def __init__(self, theme: Theme, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = ""
        self.setProperty("part", "search")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder.split("…", maxsplit=1)[0].strip() or placeholder)
        self.setMinimumWidth(180)
        magnifier = QAction(self)
        theme.set_icon(magnifier, "search", "muted")
        self.addAction(magnifier, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(_("Suche leeren"), self)
        theme.set_icon(self._clear, "x", "muted")
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        for made in self.findChildren(QToolButton):
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.textChanged.connect(self._on_text_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears; an empty field leaves it to the window."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        trimmed = text.strip()
        if trimmed != self._last:
            self._last = trimmed
            self.searched.emit(trimmed)


class CopyButton(QPushButton):
    """Copies a text and shows a tick for a moment. With `words` it shows them, else an icon."""

    _TICK_MS = 1500

    def __init__(
        self,
        theme: Theme,
        accessible_name: str,
        parent: QWidget | None = None,
        *,
        text: str = "",
        words: str = "",
    ) -> None:
        super().__init__(words, parent)
        self._theme = theme
        self._text = text
        self._name = accessible_name
        self._words = words
        self.setAutoDefault(False)
        self.setProperty("kind", "secondary" if words else "icon")
        self.setAccessibleName(accessible_name)
        self.setToolTip(plain_tip(accessible_name))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(self._TICK_MS)
        self._timer.timeout.connect(self._rest)
        self.clicked.connect(self._copy)
        self._rest()
        self.setEnabled(bool(text))

    def set_text_to_copy(self, text: str) -> None:
        """What a click copies; with an empty text the button is disabled."""
        self._text = text
        self.setEnabled(bool(text))

    def shows_tick(self) -> bool:
        """Whether something was copied just now."""
        return self._timer.isActive()

    @Slot()
    def _copy(self) -> None:
        copy_text(self._text)
        self._timer.start()
        self._theme.set_icon(self, "check", "success")
        self.setAccessibleName(_("Kopiert"))
        if self._words:
            self.setText(_("Kopiert"))

    @Slot()
    def _rest(self) -> None:
        self._theme.set_icon(self, "copy", "muted")
        self.setAccessibleName(self._name)
        if self._words:
            self.setText(self._words)
