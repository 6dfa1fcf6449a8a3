"""Above the list: the four figures, and the row with button, chips and search."""

from datetime import date

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter
from workmate_desktop.ui.kit.cards import FigureCard
from workmate_desktop.ui.kit.controls import SearchField, Segments, button
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.tone import Tone

CHIPS = (
    InvoiceFilter.ALL,
    InvoiceFilter.OPEN,
    InvoiceFilter.OVERDUE,
    InvoiceFilter.FAILED,
    InvoiceFilter.PAID,
    InvoiceFilter.DRAFTS,
    InvoiceFilter.CANCELLED,
)
"""The last one stands there only while it is chosen: most days nobody looks for it."""


class FigureRow(QWidget):
    """Offen, Überfällig, Bezahlt im …, Klärung nötig.

    Signals: `filter_wanted(str)`, an InvoiceFilter; `review_wanted()`.
    """

    filter_wanted = Signal(str)
    review_wanted = Signal()

    def __init__(self, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Übersicht"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self._columns = 0
        self.cards: dict[InvoiceFilter, FigureCard] = {}
        for wanted in (InvoiceFilter.OPEN, InvoiceFilter.OVERDUE, InvoiceFilter.PAID_THIS_MONTH):
            card = FigureCard(theme, texts.filter_title(wanted, today))
            card.setCheckable(True)
            card.clicked.connect(lambda _on, key=wanted: self.filter_wanted.emit(key.value))
            self.cards[wanted] = card
        self.review = FigureCard(theme, _("Klärung nötig"))
        self.review.setCheckable(True)
        self.review.clicked.connect(self.review_wanted)
        self._arrange()

    def set_figures(self, figures: Figures, today: date) -> None:
        """Show sums and the number of payments that wait for a decision."""
        for wanted, minor, alarm in (
            (InvoiceFilter.OPEN, figures.outstanding_minor, Tone.GREY),
            (InvoiceFilter.OVERDUE, figures.overdue_minor, Tone.RED),
            (InvoiceFilter.PAID_THIS_MONTH, figures.paid_this_month_minor, Tone.GREEN),
        ):
            card = self.cards[wanted]
            card.set_caption(texts.filter_title(wanted, today))
            tone = alarm if minor > 0 else Tone.GREY
            card.set_figure(formats.money(minor, figures.currency), tone)
        self.review.set_figure(texts.waiting_count(figures))
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Two figures side by side."""
        hint = super().minimumSizeHint()
        hint.setWidth(2 * self._widest() + self._grid.spacing())
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Four in a line, or two: a figure is never cut off."""
        super().resizeEvent(event)
        self._arrange()

    def _widest(self) -> int:
        return max(card.sizeHint().width() for card in (*self.cards.values(), self.review))

    def _arrange(self) -> None:
        four = self.width() >= 4 * self._widest() + 3 * self._grid.spacing()
        columns = 4 if four else 2
        if columns == self._columns:
            return
        self._columns = columns
        for column in range(4):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for place, card in enumerate((*self.cards.values(), self.review)):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, *divmod(place, columns))

    def show_filter(self, wanted: InvoiceFilter | None) -> None:
        """Mark the card whose invoices are listed; None while Klärung nötig is open."""
        for key, card in self.cards.items():
            card.setChecked(key is wanted)
        self.review.setChecked(wanted is None)


class ListToolbar(QWidget):
    """Neue Rechnung, chips, search; in less width the search takes a line of its own.

    Signals: `new_wanted()`, `filter_wanted(str)`, `searched(str)`.
    """

    new_wanted = Signal()
    filter_wanted = Signal(str)
    searched = Signal(str)

    def __init__(self, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.new_button: QPushButton = button(_("&Neue Rechnung"), kind="primary")
        theme.set_icon(self.new_button, "plus", "on_accent")
        self.new_button.setToolTip(_("Strg+N"))
        self.new_button.clicked.connect(self.new_wanted)
        self.chips = Segments(_("Filter"))
        for wanted in CHIPS:
            self.chips.add(wanted.value, texts.filter_title(wanted, today))
        self.chips.offer(InvoiceFilter.CANCELLED.value, False)
        self.chips.chosen.connect(self.filter_wanted)
        self.search = SearchField(theme, _("Suchen … Strg+F"))
        self.search.setAccessibleDescription(_("Nummer, Kunde oder Betrag"))
        self.search.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.search.searched.connect(self.searched)
        self._lines = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._grid.setColumnStretch(2, 1)
        self._arrange()

    def set_counts(self, figures: Figures) -> None:
        """Show how many invoices each chip lists."""
        for wanted in CHIPS:
            if wanted is not InvoiceFilter.ALL:
                self.chips.set_count(wanted.value, figures.counts.get(wanted, 0))
        self._arrange()

    def show_filter(self, wanted: InvoiceFilter) -> None:
        """Mark the chip; what a figure narrows further stays under the chip of its status."""
        chip = InvoiceFilter.PAID if wanted is InvoiceFilter.PAID_THIS_MONTH else wanted
        self.chips.offer(InvoiceFilter.CANCELLED.value, chip is InvoiceFilter.CANCELLED)
        self.chips.choose(chip.value)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """As narrow as the words of the chips."""
        hint = super().minimumSizeHint()
        hint.setWidth(self.chips.width_for(counts=False))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use one, two or three lines."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        gap = self._grid.spacing()
        # Also with counts of six digits a chip's words are whole.
        counts = self.width() >= self.chips.width_for(counts=True)
        cancelled = self.chips.button(InvoiceFilter.CANCELLED.value)
        if counts and not cancelled.isHidden():
            # The further chip does not move the search: rather the counts make room for it.
            beside = self.new_button.sizeHint().width() + 3 * gap + self.search.minimumWidth()
            needed = beside + self.chips.width_for(counts=True)
            fits_bare = self.width() >= beside + self.chips.width_for(counts=False)
            counts = self.width() >= needed or not fits_bare
        self.chips.show_counts(counts)
        first = self.new_button.sizeHint().width() + gap + self.chips.width_for(counts=counts)
        whole = first + 2 * gap + self.search.minimumWidth()
        lines = 1 if self.width() >= whole else 2 if self.width() >= first else 3
        if lines == self._lines:
            return
        self._lines = lines
        for widget in (self.new_button, self.chips, self.search):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.new_button, 0, 0)
        if lines == 1:
            self._grid.addWidget(self.chips, 0, 1)
            self._grid.addWidget(self.search, 0, 3)
        elif lines == 2:
            self._grid.addWidget(self.chips, 0, 1)
            self._grid.addWidget(self.search, 1, 0, 1, 4)
        else:
            self._grid.addWidget(self.search, 0, 1, 1, 3)
            self._grid.addWidget(self.chips, 1, 0, 1, 4)
