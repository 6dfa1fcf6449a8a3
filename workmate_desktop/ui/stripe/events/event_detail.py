"""The selected event beside the list: what it means, what can be done, and all its fields."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.domain.review import Decided
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.cards import EmptyState, KeyValueRows
from workmate_desktop.ui.kit.controls import CopyButton, button
from workmate_desktop.ui.kit.pills import PillLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.side_panel import reading_area, style_panel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.events.event_fields import event_fields
from workmate_desktop.words import events as texts
from workmate_desktop.words import formats
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence
from workmate_desktop.words.review import decision_words


class EventDetail(QStackedWidget):
    """Shows one event by id, and follows it.

    Signals: `back_wanted()`: staff have read it; `emptied()`: there is none to show any more;
    `review_wanted(str)`: open this event in Klärung nötig.
    """

    review_wanted = Signal(str)
    back_wanted = Signal()
    emptied = Signal()

    def __init__(
        self,
        theme: Theme,
        books: Books,
        receive: Receive,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._books = books
        self._receive = receive
        self._bridge = bridge
        self._clock = clock
        self._event_id = ""
        self._shown: tuple[EventRow, list[Decided]] | None = None
        self._working = False
        name = _("Ausgewähltes Ereignis")
        style_panel(self, name, least_width=280)
        self.empty = EmptyState(
            theme,
            "zap",
            _("Kein Ereignis ausgewählt"),
            _("Hier steht, was das gewählte Ereignis bedeutet."),
        )
        self.back = button(_("‹ Zu „Bereit für echte Zahlungen?“"), kind="link")
        self.back.setVisible(False)
        self.back.clicked.connect(self.back_wanted)
        self.when = PlainLabel(role="muted", wrap=True)
        self.amount = PlainLabel(role="title", wrap=True, selectable=True)
        self.kind = PlainLabel(role="mono", elide=True, elide_middle=True)
        self.pill = PillLabel(theme)
        self.what = PlainLabel(wrap=True, selectable=True)
        self._todo_title = PlainLabel(_("Was ist zu tun?"), role="strong")
        self.todo = PlainLabel(wrap=True, selectable=True)
        self.review = button(_("Unter „&Klärung nötig“ öffnen"))
        self.reprocess = button(_("&Erneut verarbeiten"))
        self._decisions_title = PlainLabel(_("Entscheidungen"), role="strong")
        self.decisions = PlainLabel(role="muted", wrap=True, selectable=True)
        self.result = PlainLabel(role="small", wrap=True)
        self.fields = KeyValueRows()
        self.area = reading_area(self._content(), name)
        self.addWidget(self.empty)
        self.addWidget(self.area)
        self.reprocess.clicked.connect(self._on_reprocess)
        self.review.clicked.connect(self._on_review)
        bridge.events_recorded.connect(self._on_events_recorded)
        bridge.invoices_changed.connect(self._on_much_changed)
        bridge.everything_changed.connect(self._on_much_changed)

    @property
    def event_id(self) -> str:
        """Which event is shown; "" for none."""
        return self._event_id

    @Slot(str)
    def show_event(self, event_id: str) -> None:
        """Show another event, or none for ""."""
        if event_id != self._event_id:
            self._event_id = event_id
            self._working = False
            self._shown = None
            self._tell("")
            self.area.verticalScrollBar().setValue(0)
        self.refresh()

    def refresh(self) -> None:
        """Read the event again; repaints only when something differs."""
        row = self._books.event(self._event_id) if self._event_id else None
        if row is None:
            self._event_id = ""
            self._shown = None
            self.setCurrentWidget(self.empty)
            self.emptied.emit()
            return
        decisions = self._books.decisions_about(row.id)
        if (row, decisions) != self._shown:
            self._shown = (row, decisions)
            self._fill(row, decisions)
        self.reprocess.setEnabled(not self._working)
        self.setCurrentWidget(self.area)

    def set_back_possible(self, possible: bool) -> None:
        """Something else can be shown in this place."""
        self.back.setVisible(possible)

    def focus_first_action(self) -> None:
        """Enter on a row leads here."""
        if self._event_id:
            self.reprocess.setFocus(Qt.FocusReason.OtherFocusReason)

    # Building

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(14, 14, 14, 14)  # and the 2 px that show the focus
        column.setSpacing(4)
        column.addWidget(self.back)
        column.addWidget(self.when)
        column.addWidget(self.amount)
        column.addWidget(self.kind)
        column.addSpacing(4)
        column.addWidget(self.pill)
        column.addSpacing(8)
        column.addWidget(self.what)
        column.addSpacing(8)
        column.addWidget(self._todo_title)
        column.addWidget(self.todo)
        column.addSpacing(10)
        column.addWidget(self.review)
        column.addSpacing(6)
        column.addWidget(self.reprocess)
        column.addWidget(self.result)
        column.addSpacing(8)
        column.addWidget(self._decisions_title)
        column.addWidget(self.decisions)
        column.addSpacing(14)
        column.addWidget(PlainLabel(_("Alle Angaben"), role="strong"))
        column.addSpacing(2)
        column.addWidget(self.fields)
        column.addStretch(1)
        return content

    def _fill(self, row: EventRow, decisions: list[Decided]) -> None:
        moment = formats.date_time(self._clock.local(row.received_at))
        words = _("Ereignis vom %1") if row.amount_minor is None else _("Zahlung vom %1")
        self.when.setText(fill(words, moment))
        amount = texts.amount_words(row)
        self.amount.setText(amount)
        self.amount.setVisible(amount != formats.NONE)
        self.kind.setText(row.type)
        self.pill.set_pills((texts.event_pill(row),))
        explanation = texts.explain(row)
        self.what.setText(explanation.what)
        self.todo.setText(explanation.todo)
        for label in (self._todo_title, self.todo):
            label.setVisible(bool(explanation.todo))
        self._fill_decisions(row, decisions)
        self._fill_fields(row)

    def _fill_decisions(self, row: EventRow, decisions: list[Decided]) -> None:
        """Who decided what and when; what waits leads to where it can be decided."""
        lines = [
            f"{decision_words(one)} · {formats.date_time(self._clock.local(one.at))}"
            for one in decisions
        ]
        self.decisions.setText("\n".join(lines))
        for label in (self._decisions_title, self.decisions):
            label.setVisible(bool(lines))
        self.review.setVisible(texts.stands_in_review(row) or bool(lines))

    def _fill_fields(self, row: EventRow) -> None:
        self.fields.clear()
        for field in event_fields(row, self._clock):
            copy = None
            if field.copyable:
                name = fill(_("%1 kopieren"), field.name)
                copy = CopyButton(self._theme, name, text=field.value)
            self.fields.add_row(field.name, field.value, mono=field.mono, extra=copy)

    # Erneut verarbeiten

    @Slot()
    def _on_review(self) -> None:
        self.review_wanted.emit(self._event_id)

    @Slot()
    def _on_reprocess(self) -> None:
        if self._shown is None or self._working:
            return
        row, _decided = self._shown
        event_id, before = row.id, row.outcome
        self._working = True
        self.reprocess.setEnabled(False)
        self._tell(_("Wird verarbeitet …"))

        def done(after: Outcome) -> None:
            self._finished(event_id, texts.reprocessed_words(before, after), "small")

        def failed(error: Exception) -> None:
            words = error_sentence(error).line
            self._finished(event_id, words, "error")

        self._bridge.when_done(self._receive.reprocess(event_id), done, failed, self)

    def _finished(self, event_id: str, words: str, role: str) -> None:
        if event_id != self._event_id:
            return  # another one is shown by now; the list tells this one's outcome
        self._working = False
        self._tell(words, role)
        self.refresh()

    def _tell(self, words: str, role: str = "small") -> None:
        self.result.set_role(role)
        self.result.setText(words)
        self.result.setVisible(bool(words))
        self.reprocess.setAccessibleDescription(words)

    @Slot(object)
    def _on_events_recorded(self, event_ids: tuple[str, ...]) -> None:
        if self._event_id in event_ids:
            self.refresh()

    @Slot()
    def _on_much_changed(self) -> None:
        self.refresh()
