"""Text that is never interpreted as HTML.

Qt renders `<img src=…>` in labels, message boxes and tool tips and opens the file. Every text
that may hold a customer's, Stripe's or the system's words goes through this module:

    PlainLabel("text", role="muted", wrap=True, elide=False)   # instead of QLabel
    widget.setToolTip(plain_tip(text))                          # also for ToolTipRole
    message_box(parent, "Titel", "Text", "Mehr", [Choice(...)]) # instead of QMessageBox
    ask(parent, ...) -> key of the chosen button, or None

Item views, buttons, line edits, QPlainTextEdit and the status bar show text plainly by themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QMessageBox, QSizePolicy, QWidget

from workmate_desktop.ui.kit.theme import mark


def plain_tip(text: str) -> str:
    """`text` for setToolTip or ToolTipRole, so that it shows exactly as it is.

    Text without markup is returned unchanged (screen readers read tool tips too).
    """
    if not GuiQt.mightBeRichText(text):
        return text
    return "<qt>" + escape(text).replace("\n", "<br>") + "</qt>"


class PlainLabel(QLabel):
    """A label that shows its text literally.

    `role` is a look of the style sheet (see theme.py). With `elide` a text that is too long ends
    in "…" (`elide_middle`: has it in the middle) and the whole one is in the tool tip;
    With `elide_words` it wraps, and only a word longer than a line ends in "…".
    `full_text()` always gives the whole one.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: str = "",
        wrap: bool = False,
        elide: bool = False,
        elide_middle: bool = False,
        elide_words: bool = False,
        selectable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._full_text = ""
        self._elide = elide
        self._elide_words = elide_words
        self._mode = Qt.TextElideMode.ElideMiddle if elide_middle else Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap or elide_words)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show `text` literally."""
        if self._elide and text == self._full_text:
            return  # else the whole window would be laid out again
        self._full_text = text
        if self._elide_words:
            self._show_words()
            return
        if not self._elide:
            super().setText(text)
            return
        self._show_elided()
        self.updateGeometry()

    def full_text(self) -> str:
        """The whole text, also when only its beginning is shown."""
        return self._full_text

    def set_role(self, role: str) -> None:
        """Change the look."""
        mark(self, "role", role)

    def sizeHint(self) -> QSize:
        """Room for the whole text, so that an elided label grows when it may."""
        hint = super().sizeHint()
        if self._elide:
            self.ensurePolished()
            hint.setWidth(self.fontMetrics().horizontalAdvance(self._full_text) + 2)
        return hint

    def minimumSizeHint(self) -> QSize:
        """An elided label may shrink to its ellipsis."""
        hint = super().minimumSizeHint()
        if self._elide or self._elide_words:
            hint.setWidth(self.fontMetrics().horizontalAdvance("…"))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text to the new width."""
        super().resizeEvent(event)
        if self._elide:
            self._show_elided()
        elif self._elide_words:
            self._show_words()

    def _show_words(self) -> None:
        self.ensurePolished()
        room = self.contentsRect().width()
        metrics = QFontMetrics(self.font())
        shown = re.sub(
            r"\S+", lambda word: metrics.elidedText(word[0], self._mode, room), self._full_text
        )
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(plain_tip(self._full_text) if shown != self._full_text else "")
        self.setAccessibleName(self._full_text)

    def _show_elided(self) -> None:
        metrics = QFontMetrics(self.font())
        one_line = " ".join(self._full_text.split("\n"))
        shown = metrics.elidedText(one_line, self._mode, max(self.width(), 0))
        super().setText(shown)
        self.setToolTip(plain_tip(self._full_text) if shown != one_line else "")
        self.setAccessibleName(self._full_text)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a message box. `text` may hold a mnemonic (`&Löschen`); `key` is returned."""

    key: str
    text: str
    primary: bool = False
    danger: bool = False
    cancels: bool = False
    """Escape and closing the box mean this one."""


def message_box(
    parent: QWidget | None,
    title: str,
    text: str,
    informative: str = "",
    choices: Sequence[Choice] = (),
) -> QMessageBox:
    """A message box whose texts are shown literally; not yet open.

    Without `choices` there is one button "OK". The primary button is the default one, except
    when it is dangerous: then the cancelling one is. `chosen_key(box)` tells what was pressed.
    """
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(informative)
    for label in box.findChildren(QLabel):
        # QMessageBox sets the format of its first label only.
        label.setTextFormat(Qt.TextFormat.PlainText)
    for choice in choices or (Choice("ok", "OK", primary=True, cancels=True),):
        role = (
            QMessageBox.ButtonRole.RejectRole
            if choice.cancels and not choice.primary
            else QMessageBox.ButtonRole.AcceptRole
        )
        button = box.addButton(choice.text, role)
        button.setProperty("choice", choice.key)
        kind = "danger" if choice.danger else "primary" if choice.primary else "secondary"
        mark(button, "kind", kind)  # adding it has dressed it already
        if choice.cancels:
            box.setEscapeButton(button)
        if (choice.primary and not choice.danger) or (choice.cancels and not box.defaultButton()):
            box.setDefaultButton(button)
    return box


def chosen_key(box: QMessageBox) -> str | None:
    """The key of the pressed button, None while none was pressed."""
    button = box.clickedButton()
    return None if button is None else str(button.property("choice"))


def ask(
    parent: QWidget | None,
    title: str,
    text: str,
    informative: str = "",
    choices: Sequence[Choice] = (),
) -> str | None:
    """Show a message box and wait; the key of the chosen button (Escape: the cancelling one)."""
    box = message_box(parent, title, text, informative, choices)
    box.exec()
    key = chosen_key(box)
    box.deleteLater()
    return key
