"""A small form over the window: title, fields, one primary button, errors shown inside.

The dialog knows nothing about saving. It emits `submitted`; whoever opened it saves, then calls
`accept()`, or `fail(...)` so that nothing typed is lost.
"""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.fitting_area import fit_words
from workmate_desktop.ui.kit.plain_text import PlainLabel, chosen_key
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _


class SubmitDialog(QDialog):
    """Signal `submitted()`: the primary button was pressed, and `problem_free()` agreed.

    When there is a `doubt()`, staff have said yes to it as well.
    """

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
        outer.addWidget(PlainLabel(texts.breakable(subtitle), role="muted", wrap=True))
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
        buttons.setSpacing(8)
        outer.addLayout(buttons)
        buttons.addStretch(1)
        self.cancel_button = button(_("A&bbrechen"), self)
        self.cancel_button.clicked.connect(self.reject)
        self.submit_button = button(submit_text, self, kind=kind)
        self.submit_button.setDefault(True)
        self.submit_button.clicked.connect(self._on_submit)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.submit_button)

    def problem_free(self) -> bool:
        """Check the fields, show what is wrong beside them; True when all is well."""
        return True

    def doubt(self) -> QMessageBox | None:
        """A question before it is submitted, not yet open; its button "yes" says yes."""
        return None

    def doubted(self) -> None:
        """Staff said no to the doubt: lead them to what they may want to change."""

    def fail(self, sentence: str, action: str = "") -> None:
        """Saving went wrong: say why, and let staff try again."""
        self._error.setText(" ".join(part for part in (sentence, action) if part))
        self._banner.show()
        self.submit_button.setEnabled(True)

    def error(self) -> str:
        """What is said about the last try; empty when nothing went wrong."""
        return self._error.full_text() if not self._banner.isHidden() else ""

    def event(self, event: QEvent) -> bool:
        """Always as high as the words need."""
        handled = super().event(event)
        fit_words(self, event)
        return handled

    @Slot()
    def _on_submit(self) -> None:
        if not self.problem_free():
            return
        box = self.doubt()
        if box is None:
            self._submit()
            return
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda: self._on_answered(box))
        box.open()

    def _on_answered(self, box: QMessageBox) -> None:
        if chosen_key(box) == "yes":
            self._submit()
        else:
            self.doubted()

    def _submit(self) -> None:
        self._banner.hide()
        # One click saves once, however slow the disk is.
        self.submit_button.setEnabled(False)
        self.submitted.emit()
