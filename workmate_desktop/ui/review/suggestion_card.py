"""One suggestion: an invoice, why it may be the right one, and Zuordnen."""

from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workmate_desktop.domain.review import Suggestion
from workmate_desktop.ui.kit.cards import Card
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.pills import PillLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import formats
from workmate_desktop.words import review as texts
from workmate_desktop.words.language import _


class SuggestionCard(Card):
    """Signal `assign_wanted(str)`: the invoice's id."""

    assign_wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        suggestion: Suggestion,
        today: date,
        *,
        first: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, margin=12)
        row = suggestion.row
        self.suggestion = suggestion
        self.body.setSpacing(2)
        number = row.number or ""
        self.setAccessibleName(number)
        top = QHBoxLayout()
        self.body.addLayout(top)
        top.addWidget(PlainLabel(number, role="strong", selectable=True))
        top.addStretch(1)
        self.fit = PillLabel(theme, [texts.fit_pill(suggestion)])
        top.addWidget(self.fit)
        # What can be put on it now; for a paid invoice what it was written over.
        minor = row.outstanding_minor or row.total_minor
        customer = " ".join(row.customer_name.split())
        about = f"{customer} · {formats.money(minor, row.currency)}"
        self.about = PlainLabel(about, role="muted", elide=True)
        self.body.addWidget(self.about)
        self.why = PlainLabel(texts.why_words(suggestion, today), role="muted", wrap=True)
        self.body.addWidget(self.why)
        self.body.addSpacing(6)
        self.assign = button(
            _("Z&uordnen") if first else _("Zuordnen"),
            kind="primary" if first and suggestion.likely else "secondary",
        )
        self.assign.setAccessibleName(_("{0} zuordnen").format(number))
        self.assign.setAccessibleDescription(f"{self.about.full_text()}, {self.why.full_text()}")
        self.assign.clicked.connect(self._on_assign)
        line = QHBoxLayout()
        self.body.addLayout(line)
        line.addWidget(self.assign)
        line.addStretch(1)

    @Slot()
    def _on_assign(self) -> None:
        self.assign_wanted.emit(self.suggestion.row.id)
