"""A field of a form: bold words above, the field, and a message below.

    field = FormField("&Publishable Key", line_edit)
    field.set_message("Testmodus", FieldMessage.GOOD)      # green, with a tick
    field.set_message("Muss mit whsec_ beginnen.", FieldMessage.BAD)   # red, red frame
    field.set_message("Optional.")                    # grey
    field.clear_message()

The message is also the accessible description of the field, so a screen reader says it.
"""

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import mark


class FieldMessage(StrEnum):
    """What kind of words stand under a field."""

    HINT = "hint"
    GOOD = "good"
    BAD = "bad"


_ROLE = {FieldMessage.HINT: "small", FieldMessage.GOOD: "success", FieldMessage.BAD: "error"}


class FormField(QWidget):
    """Words, field and message. `field` is the widget given; `label` may hold a mnemonic (&)."""

    def __init__(
        self,
        label: str,
        field: QWidget,
        parent: QWidget | None = None,
        *,
        beside: QWidget | None = None,
        message_lines: int = 0,
    ) -> None:
        """`beside` stands at the right of the field. `message_lines` keeps room for messages."""
        super().__init__(parent)
        self.field = field
        # A buddy label needs QLabel's own handling of "&"; the words come from the program.
        self.label = QLabel(label)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setProperty("role", "strong")
        self.label.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(label.replace("&", ""))
        self._message = PlainLabel(role="small", wrap=True)
        self._kind = FieldMessage.HINT
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.label)
        if beside is None:
            layout.addWidget(field)
        else:
            row = QHBoxLayout()
            row.setSpacing(8)
            layout.addLayout(row)
            row.addWidget(field, 1)
            row.addWidget(beside)
        layout.addWidget(self._message)
        self._room = message_lines * 16
        self._fitted = (0, "")
        self._message.setMinimumHeight(self._room)
        self._keep_room = bool(message_lines)
        self._keep_height(field)
        self._message.setVisible(self._keep_room)

    def _keep_height(self, field: QWidget) -> None:
        """Only a field that can use more height (a text) grows with its form."""
        grows = bool(field.sizePolicy().expandingDirections() & Qt.Orientation.Vertical)
        for widget in (self.label, self._message, *([] if grows else [self])):
            policy = widget.sizePolicy()
            policy.setVerticalPolicy(QSizePolicy.Policy.Maximum)
            widget.setSizePolicy(policy)

    def set_message(self, text: str, kind: FieldMessage = FieldMessage.HINT) -> None:
        """Say something under the field; BAD also frames the field red."""
        self._kind = kind
        self._message.setText(f"✓ {text}" if kind is FieldMessage.GOOD and text else text)
        self._message.set_role(_ROLE[kind])
        self._message.setVisible(bool(text) or self._keep_room)
        self._fit_message()
        self.field.setAccessibleDescription(text)
        mark(self.field, "invalid", kind is FieldMessage.BAD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In less width the message needs more lines."""
        super().resizeEvent(event)
        self._fit_message()

    def _fit_message(self) -> None:
        """Layouts ask a wrapped label for its height only at the width it would like best."""
        now = (self.width(), self._message.full_text())
        if now != self._fitted:
            self._fitted = now
            # A label's height for a width is never less than its minimum.
            self._message.setMinimumHeight(self._room)
            if self._message.full_text():
                self._message.setMinimumHeight(self._message.heightForWidth(self.width()))

    def clear_message(self) -> None:
        """Nothing to say; the field is not marked."""
        self.set_message("")

    def message(self) -> str:
        """The words under the field, without the tick."""
        return self.field.accessibleDescription()

    def is_bad(self) -> bool:
        """Whether the field is marked as wrong."""
        return self._kind is FieldMessage.BAD
