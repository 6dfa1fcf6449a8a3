"""The three dates of an invoice and the sentence that tells when to pay.

What staff have not touched follows: the service date and the due date follow the invoice date,
the sentence follows the due date.
"""

from datetime import date, timedelta

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QPlainTextEdit

from workmate_desktop.ui.kit.date_field import DateField
from workmate_desktop.words.language import _

PAYMENT_DAYS = 14


def payment_sentence(days: int) -> str:
    """The default Hinweis for an invoice due `days` after its date."""
    if days <= 0:
        return _("Zahlbar sofort ohne Abzug.")
    if days == 1:
        return _("Zahlbar innerhalb von einem Tag ohne Abzug.")
    return _("Zahlbar innerhalb von %1 Tagen ohne Abzug.").replace("%1", str(days))


class Following(QObject):
    """Keeps what is untouched in step.

    Signal `changed()`: a date or the sentence changed.
    """

    changed = Signal()

    def __init__(
        self, issue: DateField, service: DateField, due: DateField, note: QPlainTextEdit
    ) -> None:
        """What already differs from the default counts as touched."""
        super().__init__(note)
        self._issue, self._service, self._due, self._note = issue, service, due, note
        self._service_follows = service.day() == issue.day()
        self._due_follows = due.day() == _due_after(issue.day())
        self._note_follows = note.toPlainText() == self._sentence()
        self._moving = False
        issue.changed.connect(self._on_issue)
        service.changed.connect(self._on_service)
        due.changed.connect(self._on_due)
        note.textChanged.connect(self._on_note)

    @Slot()
    def _on_issue(self) -> None:
        self._moving = True
        if self._service_follows:
            self._service.set_day(self._issue.day())
        if self._due_follows:
            self._due.set_day(_due_after(self._issue.day()))
        self._moving = False
        self._follow_with_note()

    @Slot()
    def _on_service(self) -> None:
        if not self._moving:
            self._service_follows = False
            self.changed.emit()

    @Slot()
    def _on_due(self) -> None:
        if not self._moving:
            self._due_follows = False
            self._follow_with_note()

    @Slot()
    def _on_note(self) -> None:
        if not self._moving:
            self._note_follows = False
            self.changed.emit()

    def _follow_with_note(self) -> None:
        if self._note_follows and self._due.day() >= self._issue.day():
            self._moving = True
            self._note.setPlainText(self._sentence())
            self._moving = False
        self.changed.emit()

    def _sentence(self) -> str:
        return payment_sentence((self._due.day() - self._issue.day()).days)


def _due_after(issue: date) -> date:
    return issue + timedelta(days=PAYMENT_DAYS)
