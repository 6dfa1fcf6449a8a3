"""Fields for keys: pasted blanks vanish, secrets are hidden, a stored one is shown masked.

KeyField()                 a QLineEdit for the publishable key
SecretField(stored="…")    empty means: keep the stored one; typed() is None then
"""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from workmate_desktop.domain.stripe.keys import trimmed
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.words.key_texts import masked
from workmate_desktop.words.language import _


class KeyField(QLineEdit):
    """A line edit for a key. What is pasted is trimmed at once; nothing is suggested or learned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("mono", True)
        self.setMaxLength(600)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.textChanged.connect(self._trim)

    @Slot(str)
    def _trim(self, text: str) -> None:
        """No key has blanks around it; they come along when copying."""
        wanted = trimmed(text)
        if wanted != text:
            place = self.cursorPosition() - (len(text) - len(text.lstrip()))
            self.setText(wanted)
            self.setCursorPosition(max(0, place))


class SecretField(KeyField):
    """Hides what is typed; "anzeigen" shows it. The stored secret itself is never in here.

    `name` is what a screen reader says. `stored` is the stored secret, of which only the last
    characters are shown.
    """

    def __init__(self, name: str, stored: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            self.inputMethodHints() | Qt.InputMethodHint.ImhSensitiveData  # no learning of it
        )
        if stored:
            self.setPlaceholderText(masked(stored))
        self.toggle = button(_("anzeigen"), self, kind="link")
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(self._on_toggled)
        self.textChanged.connect(self._on_text_changed)
        self._on_text_changed("")

    def typed(self) -> str | None:
        """What was typed; None when nothing was, so that the stored one is kept."""
        return self.text() or None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The toggle lies inside, at the right."""
        super().resizeEvent(event)
        self._place()

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)
        self.toggle.setText(_("verbergen") if shown else _("anzeigen"))
        self._name_toggle()
        self._place()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        """There is something to show only for what was typed just now."""
        if not text:
            self.toggle.setChecked(False)
        self.toggle.setVisible(bool(text) and not self.isReadOnly())
        self._name_toggle()
        self._place()

    def _name_toggle(self) -> None:
        self.toggle.setAccessibleName(f"{self.accessibleName()}: {self.toggle.text()}")

    def _place(self) -> None:
        size: QSize = self.toggle.sizeHint()
        room = self.contentsRect()
        self.toggle.setGeometry(
            self.width() - size.width() - 8,
            room.top() + (room.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        right = size.width() + 4 if self.toggle.isVisibleTo(self) else 0
        self.setTextMargins(0, 0, right, 0)
