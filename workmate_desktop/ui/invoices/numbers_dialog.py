"""Nummern: how real invoices are numbered, and where the counting begins. Needed once, when an
office comes from another program; from then on the program counts by itself.
"""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.invoices.numbers import (
    DEFAULT_FORMAT,
    LONGEST_FORMAT,
    MAX_RUNNING,
    FormatProblem,
    NumberFormat,
    Numbering,
    format_problem,
    tidy_format,
)
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.ui.kit.cards import KeyValueRows
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.plain_text import Choice, PlainLabel, message_box
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence


def format_sentence(problem: FormatProblem) -> str:
    """What is wrong with a format, and what would be right."""
    return {
        FormatProblem.EMPTY: fill(_("Bitte ein Format eintragen, z. B. %1."), DEFAULT_FORMAT),
        FormatProblem.TOO_LONG: fill(_("Höchstens %1 Zeichen."), str(LONGEST_FORMAT)),
        FormatProblem.NO_RUNNING: _("Die laufende Nummer fehlt: {NNNN} muss vorkommen."),
        FormatProblem.TWICE: _("Jahr und laufende Nummer dürfen nur einmal vorkommen."),
        FormatProblem.UNKNOWN_PLACEHOLDER: _(
            "In Klammern stehen nur {JJJJ}, {JJ} und {NNNN} (ein bis neun N)."
        ),
        FormatProblem.LETTERS: _("Nur Buchstaben, Ziffern, Leerzeichen und . _ / # + -"),
        FormatProblem.LIKE_A_TEST: _("Mit TEST beginnen nur Testrechnungen."),
    }[problem]


class NumbersDialog(SubmitDialog):
    """Format and next number with a preview. Saves by itself and never blocks.

    Signal `saved()`: stored; the dialog is then closed.
    """

    saved = Signal()

    def __init__(
        self, parent: QWidget | None, numbers: Invoicing, bridge: Bridge, year: int
    ) -> None:
        """`year`: whose next number is asked for."""
        super().__init__(
            parent,
            _("Rechnungsnummern"),
            _(
                "Für Büros, die aus einem anderen Programm kommen: einmal festlegen, wie es"
                " weitergeht. Danach zählt das Programm lückenlos."
            ),
            _("&Speichern"),
            kind="primary",
        )
        self._numbers, self._bridge, self._year = numbers, bridge, year
        now = self._now = numbers.numbering(year)
        self.format = QLineEdit(now.format.text)
        self.format.setMaxLength(LONGEST_FORMAT + 20)
        self.running = QLineEdit(str(now.running))
        self.running.setMaxLength(len(str(MAX_RUNNING)))
        self.format_field = FormField(_("&Format"), self.format, message_lines=1)
        self.running_field = FormField(
            fill(_("&Nächste laufende Nummer %1"), str(year)), self.running, message_lines=1
        )
        self.preview = KeyValueRows()
        self._arrange()
        self.format.textEdited.connect(self._on_edited)
        self.running.textEdited.connect(self._on_edited)
        self.submitted.connect(self._save)
        self._show()
        self.format.setFocus()

    def _arrange(self) -> None:
        columns = QHBoxLayout()
        columns.setSpacing(12)
        self.fields.addLayout(columns)
        columns.addWidget(self.format_field, 3)
        columns.addWidget(self.running_field, 2)
        self.fields.addWidget(
            PlainLabel(
                _(
                    "{JJJJ} ist das Jahr ({JJ}: zwei Ziffern), {NNNN} die laufende Nummer mit"
                    " mindestens so vielen Stellen."
                ),
                role="small",
                wrap=True,
            )
        )
        self.fields.addWidget(self.preview)
        self.fields.addWidget(
            PlainLabel(
                _(
                    "Ausgestellte Rechnungen behalten ihre Nummer. "
                    "Testrechnungen heißen immer TEST-…"
                ),
                role="small",
                wrap=True,
            )
        )

    # What is typed ---------------------------------------------------------------------------

    def numbering(self) -> Numbering | None:
        """What is typed; None while it is no format or no number."""
        form = tidy_format(self.format.text())
        running = self._running()
        if format_problem(form) is not None or running is None:
            return None
        return Numbering(NumberFormat(form), self._year, running)

    def _running(self) -> int | None:
        text = self.running.text().strip()
        if not (text.isascii() and text.isdigit()):
            return None
        return int(text) or None

    def problem_free(self) -> bool:
        """Messages stand beside the fields; the first wrong one gets the focus."""
        self._show_problems()
        for field in (self.format_field, self.running_field):
            if field.is_bad():
                field.field.setFocus()
                return False
        return True

    def doubt(self) -> QMessageBox | None:
        """A step back may give a number a second time that customers have from books which were
        replaced by a backup; a step ahead leaves numbers out for ever."""
        typed, now = self.numbering(), self._now
        if typed is None or typed.format != now.format or typed.running == now.running:
            return None
        if typed.running < now.running:
            words = _(
                "Es gibt sie zweimal, falls Kunden schon Rechnungen ab %1 haben, etwa"
                " aus der Zeit vor einer eingespielten Sicherung."
            )
            more = fill(words, typed.number)
        elif now.running > 1:
            last = now.format.number(self._year, typed.running - 1)
            words = _("Die Nummern von %1 bis %2 bleiben dann frei.")
            more = fill(words, now.number, last)
        else:
            return None  # nothing was given yet: this is what the dialog is for
        return message_box(
            self,
            self.windowTitle(),
            fill(_("Mit %1 statt %2 weiterzählen?"), typed.number, now.number),
            more,
            (
                Choice("no", _("&Nummer ändern"), cancels=True),
                Choice("yes", _("&Weiterzählen")),
            ),
        )

    def doubted(self) -> None:
        """Back to the number."""
        self.running.setFocus()
        self.running.selectAll()

    def _show_problems(self) -> None:
        problem = format_problem(tidy_format(self.format.text()))
        words = "" if problem is None else format_sentence(problem)
        self.format_field.set_message(words, FieldMessage.BAD if words else FieldMessage.HINT)
        wrong = "" if self._running() else _("Eine ganze Zahl ab 1.")
        self.running_field.set_message(wrong, FieldMessage.BAD if wrong else FieldMessage.HINT)

    @Slot()
    def _on_edited(self) -> None:
        self._show_problems()
        self._show()

    def _show(self) -> None:
        typed = self.numbering()
        self.preview.clear()
        first = second = later = "–"
        if typed is not None:
            first = typed.number
            second = typed.format.number(self._year, typed.running + 1)
            goes_on = 1 if typed.format.yearly else typed.running + 2
            later = typed.format.number(self._year + 1, goes_on)
        self.preview.add_row(_("Die nächste Rechnung"), first, strong=True)
        self.preview.add_row(_("Die danach"), second)
        words = _("Die erste %1") if typed is None or typed.format.yearly else ""
        if words:
            self.preview.add_row(fill(words, str(self._year + 1)), later)

    # Saving ----------------------------------------------------------------------------------

    @Slot()
    def _save(self) -> None:
        typed = self.numbering()
        if typed is not None:
            self._bridge.when_done(
                self._numbers.begin_numbers(typed.format.text, self._year, typed.running),
                lambda _saved: self._on_saved(),
                lambda error: self.fail(*error_sentence(error)),
                owner=self,
            )

    def _on_saved(self) -> None:
        self.saved.emit()
        self.accept()
