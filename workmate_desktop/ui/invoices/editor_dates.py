"""The three dates of an invoice and the sentence that tells when to pay.

What staff have not touched follows: the service date and the due date follow the invoice date,
the sentence follows the due date.
"""

from datetime import date, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDateEdit, QPlainTextEdit, QWidget

PAYMENT_DAYS = 14
_GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)
_EARLIEST, _LATEST = QDate(2000, 1, 1), QDate(2099, 12, 31)


class DateField(QDateEdit):
    """A German date with a calendar. The wheel scrolls the page unless the field has the focus."""

    def __init__(self, day: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(_GERMAN)
        self.setDisplayFormat("dd.MM.yyyy")
        self.setDateRange(_EARLIEST, _LATEST)
        self.setCalendarPopup(True)
        self.calendarWidget().setLocale(_GERMAN)
        self.calendarWidget().setAccessibleName(self.tr("Kalender"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_day(day)

    def day(self) -> date:
        """The date shown."""
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_day(self, day: date) -> None:
        """Show a date."""
        self.setDate(QDate(day.year, day.month, day.day))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes to the next field at once; the arrow keys go from day to month to year."""
        return QWidget.focusNextPrevChild(self, forward)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only a focused field turns with the wheel."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def payment_sentence(days: int) -> str:
    """The default Hinweis for an invoice due `days` after its date."""
    if days <= 0:
        return _tr("Zahlbar sofort ohne Abzug.")
    if days == 1:
        return _tr("Zahlbar innerhalb von einem Tag ohne Abzug.")
    return _tr("Zahlbar innerhalb von %1 Tagen ohne Abzug.").replace("%1", str(days))


def _tr(text: str) -> str:
    return QCoreApplication.translate("editor_dates", text)


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
        issue.dateChanged.connect(self._on_issue)
        service.dateChanged.connect(self._on_service)
        due.dateChanged.connect(self._on_due)
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
