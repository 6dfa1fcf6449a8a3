"""Protokoll: the notices, and the program's own log with Kopieren for support."""

from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QListView,
    QSplitter,
    QStackedWidget,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workmate_desktop import __version__
from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.ui.log.lines_model import LinesModel
from workmate_desktop.ui.log.notices_model import NoticeReading, NoticesModel
from workmate_desktop.ui.shared.cards import Card, EmptyState
from workmate_desktop.ui.shared.controls import SearchField, button
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.tables import TALL_ROW_HEIGHT, Index, RowDelegate
from workmate_desktop.ui.shared.theme import Theme, mono_font
from workmate_desktop.ui.stripe.ports import StripeNews


class NoticeMarking(Protocol):
    """What the tab changes."""

    def mark_notices_read(self, notice_ids: None = None) -> Future[None]:
        """Mark all notices as read."""
        ...


class LogNews(StripeNews, Protocol):
    """What the tab hears."""

    @property
    def notices_added(self) -> SignalInstance:
        """Notices are new or were read."""
        ...

    @property
    def log_added(self) -> SignalInstance:
        """Lines were added."""
        ...


class LogTab(QWidget):
    """Signals: `invoice_requested(str)` and `event_requested(str)` by ids, for a notice that was
    opened; `unread_changed(int)`.
    """

    invoice_requested = Signal(str)
    event_requested = Signal(str)
    unread_changed = Signal(int)

    def __init__(
        self,
        theme: Theme,
        books: NoticeReading,
        invoicing: NoticeMarking,
        log: ProgramLog,
        bridge: LogNews,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._books = books
        self._invoicing = invoicing
        self._bridge = bridge
        self.notices = NoticesModel(books, clock, self)
        self.lines = LinesModel(log.entries, clock, self)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self._notices_card())
        splitter.addWidget(self._lines_card())
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([380, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(splitter)
        bridge.notices_added.connect(self._on_notices)
        bridge.everything_changed.connect(self.refresh_notices)
        bridge.log_added.connect(self._on_log_added)
        self.refresh_notices()

    def showEvent(self, event: QShowEvent) -> None:
        """Lines that came while the tab was hidden are read now."""
        super().showEvent(event)
        self._on_log_added()

    # Meldungen

    def _notices_card(self) -> Card:
        card = Card(title=self.tr("Meldungen"))
        self.count = PlainLabel(role="muted")
        self.mark_all = button(self.tr("Alle als &gelesen markieren"))
        self.mark_all.clicked.connect(self._on_mark_all)
        card.header.addWidget(self.count)
        card.header.addWidget(self.mark_all)
        self.notice_list = QListView()
        self.notice_list.setModel(self.notices)
        self.notice_list.setAccessibleName(self.tr("Meldungen"))
        self.notice_list.setFrameShape(QListView.Shape.NoFrame)
        self.notice_list.setUniformItemSizes(True)
        self.notice_list.setItemDelegate(_TallRows(self._theme, self.notice_list))
        self.notice_list.activated.connect(self._on_activated)
        self.notice_list.doubleClicked.connect(self._on_activated)
        self._notice_stack = QStackedWidget()
        self._notice_stack.addWidget(
            EmptyState(
                self._theme,
                "inbox",
                self.tr("Keine Meldungen"),
                self.tr(
                    "Hier steht, was jemand wissen sollte: fehlgeschlagene Zahlungen, Geld ohne "
                    "Rechnung, Störungen des Empfangs."
                ),
            )
        )
        self._notice_stack.addWidget(self.notice_list)
        card.body.addWidget(self._notice_stack, 1)
        return card

    @Slot()
    def refresh_notices(self) -> None:
        """Read the notices again."""
        self.notices.refresh()
        unread = self._books.unread_notices()
        self._notice_stack.setCurrentIndex(1 if self.notices.rowCount() else 0)
        self.count.setText(self.tr("{0} ungelesen").format(unread) if unread else "")
        self.mark_all.setEnabled(unread > 0)
        self.unread_changed.emit(unread)

    @Slot(object)
    def _on_notices(self, _notice_ids: object) -> None:
        self.refresh_notices()

    @Slot()
    def _on_mark_all(self) -> None:
        self.mark_all.setEnabled(False)
        self._bridge.when_done(
            self._invoicing.mark_notices_read(), lambda _none: None, self._on_not_marked, self
        )

    def _on_not_marked(self, _error: Exception) -> None:
        # The banner of the window says what is wrong with the database.
        self.mark_all.setEnabled(True)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        notice = self.notices.notice_at(index.row())
        if notice is None:
            return
        if notice.event_id is not None and notice.kind == "needs_review":
            self.event_requested.emit(notice.event_id)
        elif notice.invoice_id is not None:
            self.invoice_requested.emit(notice.invoice_id)
        elif notice.event_id is not None:
            self.event_requested.emit(notice.event_id)

    # Programmprotokoll

    def _lines_card(self) -> Card:
        card = Card(title=self.tr("Programmprotokoll"))
        self.level = QComboBox()
        self.level.setAccessibleName(self.tr("Welche Zeilen"))
        for words, level in (
            (self.tr("Alle Zeilen"), "INFO"),
            (self.tr("Warnungen und Fehler"), "WARNING"),
            (self.tr("Nur Fehler"), "ERROR"),
        ):
            self.level.addItem(words, level)
        self.search = SearchField(self._theme, self.tr("Im Protokoll suchen …"))
        self.search.setMaximumWidth(260)
        self.copy = button(self.tr("&Kopieren"))
        self.copy.setToolTip(self.tr("Kopiert die gewählten oder alle gezeigten Zeilen"))
        for widget in (self.search, self.level, self.copy):
            card.header.addWidget(widget)
        self.line_list = QListView()
        self.line_list.setModel(self.lines)
        self.line_list.setAccessibleName(self.tr("Programmprotokoll"))
        self.line_list.setFont(mono_font())
        self.line_list.setFrameShape(QListView.Shape.NoFrame)
        self.line_list.setUniformItemSizes(True)
        self.line_list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        card.body.addWidget(self.line_list, 1)
        self.level.currentIndexChanged.connect(self._filter)
        self.search.searched.connect(self._filter)
        self.copy.clicked.connect(self._on_copy)
        return card

    @Slot()
    def _filter(self) -> None:
        self.lines.show_only(self.level.currentData(), self.search.text().strip())
        self.line_list.scrollToBottom()

    @Slot()
    def _on_log_added(self) -> None:
        if not self.isVisible():
            return
        bar = self.line_list.verticalScrollBar()
        follows = bar.value() >= bar.maximum()
        self.lines.refresh()
        if follows:
            self.line_list.scrollToBottom()

    @Slot()
    def _on_copy(self) -> None:
        chosen = sorted(index.row() for index in self.line_list.selectedIndexes())
        rows = chosen or list(range(self.lines.rowCount()))
        head = f"WorkmateOS Desktop {__version__}"
        QGuiApplication.clipboard().setText(
            "\n".join([head, *(self.lines.line(row) for row in rows)])
        )


class _TallRows(RowDelegate):
    """Two lines a row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for the line below."""
        return QSize(super().sizeHint(option, index).width(), TALL_ROW_HEIGHT)
