"""A small form over the window: title, fields, one primary button, errors shown inside.

The dialog knows nothing about saving. It emits `submitted`; whoever opened it saves, then calls
`accept()`, or `fail(...)` so that nothing typed is lost.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.plain_text import PlainLabel


class SubmitDialog(QDialog):
    """Signal `submitted()`: the primary button was pressed and `problem_free()` agreed."""

    submitted = Signal()

    def __init__(
        self, parent: QWidget | None, title: str, subtitle: str, submit_text: str, *, kind: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(420)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(4)
        outer.addWidget(PlainLabel(title, role="title"))
        outer.addWidget(PlainLabel(subtitle, role="muted", wrap=True))
        outer.addSpacing(10)
        self.fields = QVBoxLayout()
        self.fields.setSpacing(12)
        outer.addLayout(self.fields)
        self._banner = QFrame()
        self._banner.setProperty("part", "banner-error")
        self._error = PlainLabel(wrap=True)
        inside = QVBoxLayout(self._banner)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self._error)
        self._banner.hide()
        outer.addSpacing(8)
        outer.addWidget(self._banner)
        outer.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.cancel_button = button(self.tr("A&bbrechen"), self)
        self.cancel_button.clicked.connect(self.reject)
        self.submit_button = button(submit_text, self, kind=kind)
        self.submit_button.setDefault(True)
        self.submit_button.clicked.connect(self._on_submit)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.submit_button)
        outer.addLayout(buttons)

    def problem_free(self) -> bool:
        """Check the fields, show what is wrong beside them; True when all is well."""
        return True

    def fail(self, sentence: str, action: str = "") -> None:
        """Saving went wrong: say why, and let staff try again."""
        self._error.setText(" ".join(part for part in (sentence, action) if part))
        self._banner.show()
        self.submit_button.setEnabled(True)

    def error(self) -> str:
        """What is said about the last try; empty when nothing went wrong."""
        return self._error.full_text() if not self._banner.isHidden() else ""

    @Slot()
    def _on_submit(self) -> None:
        if self.problem_free():
            self._banner.hide()
            # One click saves once, however slow the disk is.
            self.submit_button.setEnabled(False)
            self.submitted.emit()
