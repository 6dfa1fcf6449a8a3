"""The selected item beside the list: what happened, suggestions, and what can be decided."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.review import (
    AGAIN_MAY_HELP,
    Decided,
    ReviewItem,
    ReviewList,
    Suggestion,
)
from workmate_desktop.ui.kit.cards import EmptyState
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.side_panel import reading_area, style_panel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.review.suggestion_card import SuggestionCard
from workmate_desktop.words import formats
from workmate_desktop.words import review as texts
from workmate_desktop.words.language import _

_MARGIN = 14  # and the 2 px that show the focus


class ReviewDetail(QStackedWidget):
    """Shows what it is given; reads and decides nothing itself.

    Signals: `assign_wanted(str)` with an invoice's id; `choose_wanted()`, `refund_wanted()`,
    `set_aside_wanted()`, `again_wanted()`; `undo_wanted(str)` with a decision's id;
    `invoice_wanted(str)`.
    """

    assign_wanted = Signal(str)
    choose_wanted = Signal()
    refund_wanted = Signal()
    set_aside_wanted = Signal()
    again_wanted = Signal()
    undo_wanted = Signal(str)
    invoice_wanted = Signal(str)

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._item: ReviewItem | None = None
        name = _("Ausgewählter Vorgang")
        # Amounts keep their sign beside a scroll bar.
        style_panel(self, name, least_width=312)
        self.empty = EmptyState(
            theme,
            "inbox",
            _("Nichts ausgewählt"),
            _("Hier steht, was sich mit dem gewählten Vorgang tun lässt."),
        )
        self.when = PlainLabel(role="muted", wrap=True)
        self.amount = PlainLabel(role="title", wrap=True, selectable=True)
        self.what = PlainLabel(role="muted", wrap=True, selectable=True)
        self.todo = PlainLabel(role="muted", wrap=True)
        self._suggestions_title = PlainLabel(_("Vorschläge"), role="strong")
        self.no_suggestion = PlainLabel(role="muted", wrap=True)
        self.cards: list[SuggestionCard] = []
        self._cards_box = QVBoxLayout()
        self._cards_box.setSpacing(8)
        self._decisions_title = PlainLabel(_("Entscheidungen"), role="strong")
        self.decisions = PlainLabel(role="muted", wrap=True)
        self.undo = button(_("&Rückgängig"))
        self.invoice = button(_("Rechnung an&zeigen"))
        self.choose = button(_("&Andere Rechnung wählen …"))
        self.refund = button(_("&Erstatten …"))
        self.set_aside = button("")
        self.again = button(_("Erneut &verarbeiten"))
        self.trouble = PlainLabel(role="error", wrap=True)
        self.area = reading_area(self._content(), name)
        self.addWidget(self.empty)
        self.addWidget(self.area)
        self._connect()

    @property
    def item(self) -> ReviewItem | None:
        """What is shown."""
        return self._item

    def show_item(
        self,
        item: ReviewItem | None,
        decisions: Sequence[Decided] = (),
        *,
        refundable: bool = False,
    ) -> None:
        """Show this item, or none. Suggestions follow by `show_suggestions`."""
        other = item is None or self._item is None or item.id != self._item.id
        self._item = item
        if other:
            self.area.verticalScrollBar().setValue(0)
            self.trouble.setText("")
        self._tell_trouble()
        if item is None:
            self.setCurrentWidget(self.empty)
            return
        waits = item.decided is None
        self.when.setText(texts.when_and_what(item, self._clock))
        money = texts.amount(item)
        self.amount.setText(texts.item_title(item) if money == formats.NONE else money)
        self.what.setText(texts.explanation(item))
        self.todo.setText(texts.todo(item))
        self.todo.setVisible(waits and not item.assignable)
        offered = waits and (item.assignable or item.asks_which)
        if other or not offered:
            self._clear_cards()
        for widget in (self._suggestions_title, self.no_suggestion):
            widget.setVisible(offered)
        self._show_decisions(item, decisions)
        others = item.lies_in is ReviewList.NOT_OURS
        self.choose.setText(
            _("&Einer Rechnung zuordnen …") if others else _("&Andere Rechnung wählen …")
        )
        self.choose.setVisible(waits and item.assignable)
        self.refund.setVisible(waits and refundable and not others)
        self.set_aside.setText(texts.set_aside_words(item)[0])
        self.set_aside.setVisible(waits and not others and not item.asks_which)
        self.again.setVisible(waits and item.reason in AGAIN_MAY_HELP)
        self.set_working(False)
        self.setCurrentWidget(self.area)

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """The best first; none gets a sentence."""
        if [card.suggestion for card in self.cards] == list(suggestions) and suggestions:
            self.no_suggestion.hide()
            return
        self._clear_cards()
        today = self._clock.today()
        for place, suggestion in enumerate(suggestions):
            card = SuggestionCard(self._theme, suggestion, today, first=place == 0)
            card.assign_wanted.connect(self.assign_wanted)
            self._cards_box.addWidget(card)
            self.cards.append(card)
        self.no_suggestion.setText(
            _("Keine offene Rechnung passt. Unten können Sie selbst eine auswählen.")
        )
        self.no_suggestion.setVisible(not suggestions)

    def set_working(self, working: bool) -> None:
        """While a decision is on its way nothing else can be pressed."""
        for widget in (
            self.choose,
            self.refund,
            self.set_aside,
            self.again,
            self.undo,
            *self.cards,
        ):
            widget.setEnabled(not working)

    def say(self, words: str) -> None:
        """Why it did not go; "" takes it away."""
        self.trouble.setText(words)
        self._tell_trouble()

    def focus_first_action(self) -> None:
        """Enter on a row leads here."""
        buttons: list[QPushButton] = [card.assign for card in self.cards]
        for made in (*buttons, self.undo, self.choose, self.again, self.set_aside):
            if made.isVisible():
                made.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    # Building

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(0)
        for widget, space_below in (
            (self.when, 0),
            (self.amount, 8),
            (self.what, 8),
            (self.todo, 8),
            (self.trouble, 8),
        ):
            column.addWidget(widget)
            column.addSpacing(space_below)
        column.addWidget(self._suggestions_title)
        column.addSpacing(6)
        column.addWidget(self.no_suggestion)
        column.addLayout(self._cards_box)
        # A margin of its own: spacing would stay when the heading is hidden.
        self._decisions_title.setContentsMargins(0, 12, 0, 0)
        column.addWidget(self._decisions_title)
        column.addSpacing(4)
        column.addWidget(self.decisions)
        column.addSpacing(10)
        column.addStretch(1)
        below = QVBoxLayout()
        below.setSpacing(8)
        column.addLayout(below)
        for made in (
            self.undo,
            self.invoice,
            self.again,
            self.choose,
            self.refund,
            self.set_aside,
        ):
            below.addWidget(made)
        return content

    def _connect(self) -> None:
        self.choose.clicked.connect(self.choose_wanted)
        self.refund.clicked.connect(self.refund_wanted)
        self.set_aside.clicked.connect(self.set_aside_wanted)
        self.again.clicked.connect(self.again_wanted)
        self.undo.clicked.connect(self._on_undo)
        self.invoice.clicked.connect(self._on_invoice)

    def _show_decisions(self, item: ReviewItem, decisions: Sequence[Decided]) -> None:
        now = self._clock.local(self._clock.now())
        home = texts.stays_on(item)
        lines = [
            f"{texts.decision_words(one, stays_on=home)} · "
            f"{formats.day_time(self._clock.local(one.at), now)}"
            for one in decisions
        ]
        self.decisions.setText("\n".join(lines))
        for widget in (self._decisions_title, self.decisions):
            widget.setVisible(bool(lines))
        decided = item.decided
        self.undo.setVisible(decided is not None and decided.can_be_undone)
        self.invoice.setVisible(decided is not None and decided.invoice_id is not None)

    def _clear_cards(self) -> None:
        self.cards.clear()
        while (entry := self._cards_box.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _tell_trouble(self) -> None:
        self.trouble.setVisible(bool(self.trouble.full_text()))

    @Slot()
    def _on_undo(self) -> None:
        if self._item is not None and self._item.decided is not None:
            self.undo_wanted.emit(self._item.decided.id)

    @Slot()
    def _on_invoice(self) -> None:
        decided = self._item.decided if self._item is not None else None
        if decided is not None and decided.invoice_id is not None:
            self.invoice_wanted.emit(decided.invoice_id)
