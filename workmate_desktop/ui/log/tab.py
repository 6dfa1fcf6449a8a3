"""Protokoll: the notices above, the program's own log below."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.services.log import ProgramLog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.notices_pane import NoticesPane
from workmate_desktop.ui.log.program_pane import ProgramPane


class LogTab(QWidget):
    """Signals: `invoice_requested(str)` and `event_requested(str)` by ids, for a notice that was
    opened; `unread_changed(int)`, once also soon after the start.
    """

    invoice_requested = Signal(str)
    event_requested = Signal(str)
    unread_changed = Signal(int)

    def __init__(
        self,
        theme: Theme,
        books: Books,
        invoicing: Invoicing,
        log: ProgramLog,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.notices = NoticesPane(theme, books, invoicing, bridge, clock)
        self.program = ProgramPane(theme, log, bridge, clock)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(12)
        for pane in (self.notices, self.program):
            self.splitter.addWidget(pane)
            self.splitter.setStretchFactor(self.splitter.count() - 1, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(12)
        self._column.addWidget(self.splitter, 1)
        self.notices.invoice_requested.connect(self.invoice_requested)
        self.notices.event_requested.connect(self.event_requested)
        self.notices.unread_changed.connect(self.unread_changed)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._focus_search)
        # After the constructor, when somebody can have connected to it.
        QTimer.singleShot(0, self._announce_unread)

    def add_below(self, widget: QWidget) -> None:
        """Put something that looks after the data under both lists."""
        self._column.addWidget(widget)

    @Slot()
    def _announce_unread(self) -> None:
        self.unread_changed.emit(self.notices.unread)

    @Slot()
    def _focus_search(self) -> None:
        self.program.focus_search()
