"""A date that is typed as Germans write it, or picked from a calendar.

    field = DateField(theme, date(2026, 11, 23))
    field.changed        the date or what is wrong with it is another now
    field.finish()       read what is being typed (leaving the field does it, too)
    field.problem()      a sentence when what stands there is no date, else ""
    field.day()          the last date that could be read

It is a line and not a QDateEdit: there the point after "01" moves on a second time, after the two
digits have already moved on, and what follows lands in the wrong place.
"""

import calendar
from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QTextCharFormat,
)
from PySide6.QtWidgets import (
    QCalendarWidget,
    QFrame,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import formats
from workmate_desktop.words.language import _

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
_GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)
_LONGEST_INPUT = 20
_ROOM_BESIDE_TEXT = 52
"""Pixels for the frame, its padding and the calendar button."""


class DateField(QLineEdit):
    """A typed date with a calendar at its right end.

    Signal `changed()`: `day()` or `problem()` is another now. While typing nothing is judged;
    Enter, leaving the field and `finish()` do. Arrow up and down turn a day, page up and down a
    month, Alt+Down and F4 open the calendar.
    """

    changed = Signal()

    def __init__(self, theme: Theme, day: date, parent: QWidget | None = None) -> None:
        super().__init__(formats.date_text(day), parent)
        self._theme = theme
        self._day = day
        self._problem = ""
        self._clicked_into = False
        self.fits: Callable[[date], bool] = lambda _day: True
        """Which year is meant where none was typed; nothing is refused by it."""
        self._popup: _CalendarPopup | None = None
        self.setMaxLength(_LONGEST_INPUT)
        opener = QAction(_("Kalender öffnen"), self)
        theme.set_icon(opener, "calendar", "muted")
        opener.triggered.connect(self.open_calendar)
        self.addAction(opener, QLineEdit.ActionPosition.TrailingPosition)
        for made in self.findChildren(QToolButton):
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.editingFinished.connect(self.finish)
        self.textEdited.connect(self._on_typed)

    def day(self) -> date:
        """The last date that could be read; ask `problem()` whether it is what stands there."""
        return self._day

    def set_day(self, day: date) -> None:
        """Show a date; whatever was typed is gone."""
        self._take(day, "")

    def problem(self) -> str:
        """What is wrong with what stands there, as a sentence; "" when it is a date."""
        return self._problem

    @Slot()
    def finish(self) -> None:
        """Read what was typed: as a date, or as something that `problem()` describes."""
        text = self.text().strip()
        if text == formats.date_text(self._day):
            self._take(self._day, "")
            return
        day = formats.parse_date(text, self._day, self.fits)
        if day is None:
            self._take(None, self._why_no_date(text))
        elif not EARLIEST <= day <= LATEST:
            self._take(None, _("Das Jahr muss zwischen 2000 und 2099 liegen."))
        else:
            self._take(day, "")

    @Slot()
    def open_calendar(self) -> None:
        """Offer a calendar below the field."""
        self.finish()
        if self._popup is None:
            self._popup = _CalendarPopup(self._theme, self)
            self._popup.picked.connect(self._on_picked)
        self._popup.show_below(self, self._day)

    def calendar(self) -> QCalendarWidget | None:
        """The calendar, once it was opened."""
        return None if self._popup is None else self._popup.calendar

    def minimumSizeHint(self) -> QSize:
        """A whole date and the button can always be seen."""
        text = self.fontMetrics().horizontalAdvance("00.00.0000")
        return QSize(text + _ROOM_BESIDE_TEXT, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and page keys turn the date."""
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_F4 or (key == Qt.Key.Key_Down and alt):
            self.open_calendar()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._turn(days=1 if key == Qt.Key.Key_Up else -1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._turn(months=1 if key == Qt.Key.Key_PageUp else -1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What is typed first replaces the date, however one came here."""
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            self._clicked_into = True  # the click itself still sets the cursor
        elif event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.selectAll()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The click that brought the focus selects all, a second one sets the cursor."""
        super().mouseReleaseEvent(event)
        if self._clicked_into and not self.hasSelectedText():
            self.selectAll()
        self._clicked_into = False

    def _why_no_date(self, text: str) -> str:
        if not text:
            return _("Das Datum fehlt.")
        if formats.looks_like_date(text):
            return _("Diesen Tag gibt es nicht.")
        return _("Das ist kein Datum. Beispiel: %1").replace("%1", formats.date_text(self._day))

    def _take(self, day: date | None, problem: str) -> None:
        before = (self._day, self._problem)
        self._problem = problem
        if day is not None:
            self._day = day
            shown = formats.date_text(day)
            if shown != self.text():
                self.setText(shown)
        if before != (self._day, self._problem):
            self.changed.emit()

    def _turn(self, *, days: int = 0, months: int = 0) -> None:
        self.finish()
        if self._problem:
            return  # turning would silently replace what was typed
        target = _months_later(self._day, months) + timedelta(days=days)
        if EARLIEST <= target <= LATEST:
            self._take(target, "")
        self.selectAll()

    @Slot()
    def _on_typed(self) -> None:
        if self._problem:
            self._problem = ""
            self.changed.emit()

    @Slot(QDate)
    def _on_picked(self, picked: QDate) -> None:
        self.set_day(date(picked.year(), picked.month(), picked.day()))
        self.setFocus(Qt.FocusReason.OtherFocusReason)


def _months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


class _CalendarPopup(QFrame):
    """A calendar that closes when a day is taken. Signal `picked(QDate)`."""

    picked = Signal(QDate)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.calendar = QCalendarWidget(self)
        self.calendar.setAccessibleName(_("Kalender"))
        self.calendar.setLocale(_GERMAN)
        self.calendar.setDateRange(_qt(EARLIEST), _qt(LATEST))
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        names = {
            "prevmonth": ("chevron-left", _("Voriger Monat")),
            "nextmonth": ("chevron-right", _("Nächster Monat")),
        }
        for part, (icon, name) in names.items():
            arrow = self.calendar.findChild(QToolButton, f"qt_calendar_{part}")
            if arrow is not None:
                theme.set_icon(arrow, icon)
                arrow.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(self.calendar)
        self.setFocusProxy(self.calendar)
        self.calendar.clicked.connect(self._on_picked)
        self.calendar.activated.connect(self._on_picked)
        theme.changed.connect(self._color_weekends)
        self._color_weekends()

    def show_below(self, field: QWidget, day: date) -> None:
        """Open it below `field`, or above it where the screen ends."""
        self.calendar.setSelectedDate(_qt(day))
        self.adjustSize()
        screen = field.screen().availableGeometry()
        at = field.mapToGlobal(QPoint(0, field.height() + 2))
        if at.y() + self.height() > screen.bottom():
            at.setY(field.mapToGlobal(QPoint(0, 0)).y() - self.height() - 2)
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        self.move(at)
        self.show()
        self.calendar.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        """Escape closes the calendar and nothing else."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.close()
            event.accept()
            return True
        return super().event(event)

    @Slot(QDate)
    def _on_picked(self, day: QDate) -> None:
        if self.isVisible():  # a double click is a click before
            self.close()
            self.picked.emit(day)

    @Slot()
    def _color_weekends(self) -> None:
        """Qt paints weekends in a red that means "wrong" everywhere else here."""
        quiet = QTextCharFormat()
        quiet.setForeground(self._theme.color("muted"))
        for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(weekday, quiet)


def _qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
