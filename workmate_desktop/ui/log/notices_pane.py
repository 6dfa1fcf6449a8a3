"""Meldungen: what somebody in the office should know, unread ones first seen."""

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStackedWidget,
    QStyleOptionViewItem,
    QWidget,
)

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import Notice
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.ui.kit.cards import Card, EmptyState
from workmate_desktop.ui.kit.controls import Segments, button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.tables import TALL_ROW_HEIGHT, Index, RowDelegate
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.notices_model import NOTICE_ROLE, NoticesModel
from workmate_desktop.words.language import _
from workmate_desktop.words.log import Target, notice_look, target_of
from workmate_desktop.words.messages import error_sentence

_PAUSE_MS = 250
"""A flood of notices is read this often."""
_ALL, _UNREAD = "all", "unread"


class NoticesPane(Card):
    """Signals: `invoice_requested(str)`, `event_requested(str)`: a notice was opened;
    `unread_changed(int)`; `mail_requested()`, `background_requested()`: how else staff want to
    hear of notices.
    """

    invoice_requested = Signal(str)
    event_requested = Signal(str)
    unread_changed = Signal(int)
    mail_requested = Signal()
    background_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        books: Books,
        invoicing: Invoicing,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, title=_("Meldungen"), margin=1)
        self._books = books
        self._invoicing = invoicing
        self._bridge = bridge
        self._unread = -1
        self.model = NoticesModel(books, clock, self)
        self.chips = Segments(_("Welche Meldungen"))
        self.chips.add(_ALL, _("Alle"))
        self.chips.add(_UNREAD, _("Ungelesen"))
        self.open_button = button(_("&Anzeigen"))
        self.tell_button = button(_("&Benachrichtigen"))
        self.tell_menu = QMenu(self.tell_button)
        self.mail_action = self.tell_menu.addAction(_("&E-Mail bei Meldungen …"))
        self.background_action = self.tell_menu.addAction(_("Im &Hintergrund …"))
        self.tell_button.setMenu(self.tell_menu)
        self.mark_all = button(_("Alle als &gelesen markieren"))
        self.problem = PlainLabel(role="error", wrap=True)
        self.problem.setContentsMargins(15, 0, 15, 0)
        self.problem.hide()
        self.list = _NoticeList(theme, self.model)
        self.empty = EmptyState(theme, "inbox", "", "")
        self.stack = QStackedWidget()
        for widget in (self.list, self.empty):
            self.stack.addWidget(widget)
        self.header.setContentsMargins(15, 12, 15, 4)
        for control in (self.chips, self.open_button, self.mark_all, self.tell_button):
            self.header.addWidget(control)
        self.body.setSpacing(4)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.stack, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._waiting = False
        self._pause.timeout.connect(self._on_pause_over)
        self.chips.chosen.connect(self._on_chosen)
        self.open_button.clicked.connect(self._open_current)
        self.mail_action.triggered.connect(self.mail_requested)
        self.background_action.triggered.connect(self.background_requested)
        self.mark_all.clicked.connect(self._mark_all)
        self.list.opened.connect(self._open)
        self.list.selectionModel().selectionChanged.connect(self._show_target)
        bridge.notices_added.connect(self._on_notices)
        bridge.everything_changed.connect(self.refresh)
        self.refresh()

    @property
    def unread(self) -> int:
        """How many notices nobody has read yet."""
        return max(0, self._unread)

    @Slot()
    def refresh(self) -> None:
        """Read the notices again; selection and place stay."""
        chosen = self.list.chosen()
        self.model.refresh()
        if chosen is not None and self.list.chosen() is None:
            self.list.choose(self.model.position(chosen.id))
        self._show_state()

    def open_notice(self, notice: Notice) -> None:
        """Show what it is about, as if it had been opened here."""
        self.list.choose(self.model.position(notice.id))
        self._open(notice)

    # Inside

    @Slot(object)
    def _on_notices(self, _notice_ids: object) -> None:
        """The first of many is shown at once, the rest together."""
        if self._pause.isActive():
            self._waiting = True
            return
        self.refresh()
        self._pause.start()

    @Slot()
    def _on_pause_over(self) -> None:
        if self._waiting:
            self._waiting = False
            self.refresh()
            self._pause.start()

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.model.show_only(key == _UNREAD)
        self.list.scrollToTop()
        self._show_state()

    def _show_state(self) -> None:
        unread = self._books.unread_notices()
        self.chips.set_count(_UNREAD, unread)
        self.mark_all.setEnabled(unread > 0)
        self._show_target()
        if self.model.rowCount():
            self.stack.setCurrentWidget(self.list)
        else:
            self.empty.set_text(*self._nothing())
            self.stack.setCurrentWidget(self.empty)
        if unread != self._unread:
            self._unread = unread
            self.unread_changed.emit(unread)

    def _nothing(self) -> tuple[str, str]:
        if self.chips.current() == _UNREAD:
            return _("Alles gelesen"), _("Neue Meldungen erscheinen hier automatisch.")
        return (
            _("Keine Meldungen"),
            _(
                "Hier erscheint, was Ihre Aufmerksamkeit braucht: fehlgeschlagene Zahlungen, "
                "Geld ohne Rechnung, Störungen des Empfangs."
            ),
        )

    @Slot()
    def _show_target(self) -> None:
        """The button says where it leads."""
        notice = self.list.chosen()
        target = target_of(notice) if notice is not None else None
        self.open_button.setEnabled(target is not None)
        self.open_button.setText(
            _("&Anzeigen")
            if target is None
            else _("&Rechnung anzeigen")
            if target[0] is Target.INVOICE
            else _("&Ereignis anzeigen")
        )

    @Slot()
    def _open_current(self) -> None:
        notice = self.list.chosen()
        if notice is not None:
            self._open(notice)

    @Slot(object)
    def _open(self, notice: Notice) -> None:
        """Show what it is about; with that it is read."""
        if notice.read_at is None:
            self._mark([notice.id])
        target = target_of(notice)
        if target is None:
            return
        kind, key = target
        (self.invoice_requested if kind is Target.INVOICE else self.event_requested).emit(key)

    @Slot()
    def _mark_all(self) -> None:
        self._mark(None)

    def _mark(self, notice_ids: list[str] | None) -> None:
        self.mark_all.setEnabled(False)
        self._bridge.when_done(
            self._invoicing.mark_notices_read(notice_ids), self._on_marked, self._on_failed, self
        )

    def _on_marked(self, _nothing: None) -> None:
        self.problem.hide()
        self.refresh()

    def _on_failed(self, error: Exception) -> None:
        self.problem.setText(error_sentence(error).line)
        self.problem.show()
        self._show_state()


class _NoticeList(QListView):
    """Signal `opened(Notice)`: Enter or double click."""

    opened = Signal(object)

    def __init__(self, theme: Theme, model: NoticesModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setProperty("flat", True)
        self.setAccessibleName(_("Meldungen"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(2 * TALL_ROW_HEIGHT)
        self.setItemDelegate(_NoticeDelegate(theme, self))
        self.doubleClicked.connect(self._on_double_click)

    def chosen(self) -> Notice | None:
        """The selected notice."""
        rows = self.selectionModel().selectedRows()
        found = rows[0].data(NOTICE_ROLE) if rows else None
        return found if isinstance(found, Notice) else None

    def choose(self, row: int | None) -> None:
        """Select this row."""
        if row is not None:
            self.setCurrentIndex(self.model().index(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        notice = self.chosen()
        if notice is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(notice)
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_double_click(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(NOTICE_ROLE))


class _NoticeDelegate(RowDelegate):
    """Two lines with an icon in front."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._pictures: dict[tuple[str, str, float], QPixmap] = {}
        theme.changed.connect(self._forget_pictures)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for the line below."""
        return QSize(super().sizeHint(option, index).width(), TALL_ROW_HEIGHT)

    def paint_text(self, painter: QPainter, cell: Any, index: Index) -> None:
        """Icon, then the words."""
        notice = index.data(NOTICE_ROLE)
        if isinstance(notice, Notice):
            name, tone = notice_look(notice)
            picture = self._picture(name, f"dot_{tone}", painter.device().devicePixelRatioF())
            painter.drawPixmap(cell.rect.left() + 15, cell.rect.top() + 8, picture)
            cell.rect = cell.rect.adjusted(15 + 16, 0, 0, 0)
        super().paint_text(painter, cell, index)

    @Slot()
    def _forget_pictures(self) -> None:
        self._pictures.clear()

    def _picture(self, name: str, color: str, ratio: float) -> QPixmap:
        """Drawn once per scheme and scale: rows are painted often."""
        key = (name, color, ratio)
        if key not in self._pictures:
            self._pictures[key] = self.theme.pixmap(name, 16, color, ratio)
        return self._pictures[key]
