"""Ereignisse: chips, search, the list, or a helpful sentence why it is empty."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.lists import EventFilter
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.cards import Card, EmptyState
from workmate_desktop.ui.kit.controls import SearchField, Segments, button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme, mark
from workmate_desktop.ui.stripe.events.events_export import ask_for_file, export_events
from workmate_desktop.ui.stripe.events.events_model import EventsModel
from workmate_desktop.ui.stripe.events.events_table import EventsTable
from workmate_desktop.words import events as texts
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

_MINUTE_MS = 60_000
_ONE_LINE = 600
"""Less room than this (logical pixels), and the search stands below the title and the chips."""
_NARROWEST = 370
_CALM_MS = 100
"""While many events come, the list is read again at most this often."""


class EventsPane(Card):
    """The list, live.

    Signals: `event_selected(str)`, "" for none; `activated_event(str)` on Enter.
    """

    event_selected = Signal(str)
    activated_event = Signal(str)

    def __init__(
        self,
        theme: Theme,
        books: Books,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, margin=1)
        self.setAccessibleName(_("Ereignisse"))
        self.model = EventsModel(books, clock, self)
        self.table = EventsTable(theme, self.model)
        self.chips = Segments(_("Filter"))
        for which in EventFilter:
            self.chips.add(which.value, texts.filter_words(which))
        self.search = SearchField(theme, _("Suchen … Strg+F"))
        self.search.setAccessibleDescription(_("Ereignis, Rechnung oder Kennung"))
        self.search.setMinimumWidth(150)
        self.export = button("", kind="icon")
        theme.set_icon(self.export, "download")
        self.export.setToolTip(_("Als Tabelle sichern (CSV) …"))
        self.export.setAccessibleName(_("Ereignisse als Tabelle sichern"))
        self.export.clicked.connect(self._on_export)
        self.heading = _Heading(_("Ereignisse"), self.chips, self.search, self.export)
        self.body.addWidget(self.heading)
        self.empty = EmptyState(theme, "zap", *texts.no_events_words(EventFilter.ALL, ""))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self.body.setSpacing(4)
        self.body.addWidget(self.stack, 1)
        self._typed = ""
        # Zero: runs when no key is waiting, so only the newest text is searched for.
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.timeout.connect(self._search)
        self._news: dict[str, None] = {}
        self._changed_invoices: dict[str, None] = {}
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._read_news)
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self.model.follow_day)
        self._minute.start()
        self.chips.chosen.connect(self._on_chosen)
        self.search.searched.connect(self._on_searched)
        self._books, self._bridge, self._clock = books, bridge, clock
        self.exported = PlainLabel(role="small", wrap=True)
        self.exported.setContentsMargins(15, 0, 15, 8)
        self.exported.setVisible(False)
        self.body.addWidget(self.exported)
        self.table.event_selected.connect(self.event_selected)
        self.table.activated_event.connect(self.activated_event)
        bridge.events_recorded.connect(self._on_events_recorded)
        bridge.invoices_changed.connect(self._on_invoices_changed)
        bridge.everything_changed.connect(self.reload)
        self._show_state()

    def show_only(self, which: EventFilter) -> None:
        """Choose a filter, with an empty search."""
        self.chips.choose(which.value)
        self.search.clear()
        self._search_timer.stop()
        self._typed = ""
        self._take_news()
        self._show(which, "")

    def show_event(self, event_id: str) -> bool:
        """Select the event, whatever filter that needs. False when it is not loaded."""
        self._take_news()
        if self.model.position(event_id) is None:
            self.show_only(EventFilter.ALL)
        return self.table.select(event_id)

    def focus_search(self) -> None:
        """Strg+F."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot()
    def reload(self) -> None:
        """Read everything again."""
        self._news.clear()
        self._changed_invoices.clear()
        self.model.reload()
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what came while nobody looked."""
        super().showEvent(event)
        self._read_news()

    @Slot()
    def _on_export(self) -> None:
        path = ask_for_file(self, self._clock)
        if path is None:
            return
        books, clock = self._books, self._clock
        which, text = self.model.which, self.model.text
        self.export.setEnabled(False)

        def done(count: int) -> None:
            one = _("1 Ereignis gesichert in {1}")
            words = one if count == 1 else _("{0} Ereignisse gesichert in {1}")
            self._tell_export(words.format(count, path), role="small")

        def failed(error: Exception) -> None:
            self._tell_export(error_sentence(error).line, role="error")

        self._bridge.run_in_background(
            lambda: export_events(path, books, which, text, clock), done, failed, self
        )

    def _tell_export(self, words: str, *, role: str) -> None:
        self.export.setEnabled(True)
        mark(self.exported, "role", role)
        self.exported.setText(words)
        self.exported.setVisible(True)

    @Slot(object)
    def _on_events_recorded(self, event_ids: tuple[str, ...]) -> None:
        """The first change is shown at once, those of the next moment together."""
        self._news.update(dict.fromkeys(event_ids))
        if self.isVisible() and not self._calm.isActive():
            self._read_news()

    @Slot()
    def _read_news(self) -> None:
        if (self._news or self._changed_invoices) and self.isVisible():
            self._calm.start()
            self._take_news()

    def _take_news(self) -> None:
        news, self._news = self._news, {}
        invoices, self._changed_invoices = self._changed_invoices, {}
        self.model.refresh_invoices(invoices)
        self.model.refresh(news)
        self._show_state()

    @Slot(object)
    def _on_invoices_changed(self, invoice_ids: tuple[str, ...]) -> None:
        if self.isVisible():
            self.model.refresh_invoices(invoice_ids)
            self._show_state()
        else:
            self._changed_invoices.update(dict.fromkeys(invoice_ids))

    @Slot(str)
    def _on_chosen(self, which: str) -> None:
        self._show(EventFilter(which), self.model.text)

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self._typed = text
        self._search_timer.start()

    @Slot()
    def _search(self) -> None:
        self._show(self.model.which, self._typed)

    def _show(self, which: EventFilter, text: str) -> None:
        self.model.show_only(which, text)
        self.table.scrollToTop()
        self._show_state()

    def _show_state(self) -> None:
        if self.model.rowCount():
            self.stack.setCurrentWidget(self.table)
            return
        self.empty.set_text(*texts.no_events_words(self.model.which, self.model.text))
        self.stack.setCurrentWidget(self.empty)


class _Heading(QWidget):
    """Title, chips, search and export in one line, or the search below where it is narrow."""

    def __init__(self, title: str, chips: QWidget, search: QWidget, export: QWidget) -> None:
        super().__init__()
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(15, 12, 15, 4)
        self._parts.setSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(8)
        self._parts.addLayout(first, 1)
        first.addWidget(PlainLabel(title, role="strong"))
        first.addStretch(1)
        first.addWidget(chips)
        find = QHBoxLayout()
        find.setSpacing(8)
        self._parts.addLayout(find)
        find.addWidget(search, 1)
        find.addWidget(export)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the direction."""
        super().resizeEvent(event)
        wide = self.width() >= _ONE_LINE
        self._parts.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for two lines."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())
