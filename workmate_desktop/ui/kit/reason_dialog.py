"""A dialog that asks why, for what changes what is owed."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from workmate_desktop.domain.text import one_line
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.words.language import _

_REASON_LENGTH = 500


class ReasonDialog(SubmitDialog):
    """Asks why. `reason()` is what was typed, trimmed and in one line."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        subtitle: str,
        consequence: str,
        submit_text: str,
        *,
        kind: str = "danger",
        cancel_text: str = "",
    ) -> None:
        super().__init__(parent, title, subtitle, submit_text, kind=kind)
        if cancel_text:
            self.cancel_button.setText(cancel_text)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(72)
        self.field = FormField(_("&Grund"), self.text, message_lines=1)
        self.fields.addWidget(PlainLabel(consequence, wrap=True))
        self.fields.addWidget(self.field)
        self.text.textChanged.connect(self._on_text_changed)
        self.text.setFocus()

    def reason(self) -> str:
        """Why, in one line."""
        return one_line(self.text.toPlainText())

    def problem_free(self) -> bool:
        """A reason is needed, and a short one."""
        if not self.reason():
            self.field.set_message(_("Bitte einen Grund angeben."), FieldMessage.BAD)
        elif len(self.reason()) > _REASON_LENGTH:
            self.field.set_message(_("Höchstens 500 Zeichen."), FieldMessage.BAD)
        else:
            return True
        self.text.setFocus()
        return False

    @Slot()
    def _on_text_changed(self) -> None:
        if self.reason() and self.field.is_bad():
            self.field.clear_message()
