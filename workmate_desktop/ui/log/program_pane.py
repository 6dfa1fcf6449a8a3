"""Programmprotokoll: what the program did since its start, with Kopieren for support."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer, Signal, Slot, qVersion
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QWidget,
)

from workmate_desktop import __version__
from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock, to_text
from workmate_desktop.services.log import LogEntry, ProgramLog
from workmate_desktop.ui.kit.cards import Card, EmptyState
from workmate_desktop.ui.kit.controls import SearchField, Segments, button
from workmate_desktop.ui.kit.open_outside import copy_text
from workmate_desktop.ui.kit.pills import PillDelegate
from workmate_desktop.ui.kit.plain_text import PlainLabel, plain_tip
from workmate_desktop.ui.kit.tables import Index, RowDelegate, style_table
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.log.program_model import (
    ENTRY_ROLE,
    Column,
    LevelFilter,
    ProgramModel,
    level_pill,
    level_words,
    nothing_words,
)
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import Pill

_PAUSE_MS = 200
"""New lines are read this often at most."""
_TICK_MS = 1500
_ROW_HEIGHT = 28
_WIDTHS = {Column.TIME: 138, Column.LEVEL: 92}


class ProgramPane(Card):
    """The list follows new lines while its box is ticked; scrolling up unticks it."""

    def __init__(
        self,
        theme: Theme,
        log: ProgramLog,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, title=_("Programmprotokoll"), margin=1)
        self._clock = clock
        self._moving = False
        self.model = ProgramModel(log, clock, self)
        self.chips = Segments(_("Welche Zeilen"))
        for level in LevelFilter:
            self.chips.add(level.value, level_words(level))
        self.search = SearchField(theme, _("Suchen … Strg+F"))
        self.search.setAccessibleDescription(_("Text einer Zeile"))
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(220)
        self.copy_button = button(_("&Kopieren"))
        self.copy_button.setAccessibleDescription(
            _("Kopiert die gewählten Zeilen, sonst alle gezeigten, für den Support")
        )
        self.copy_button.setToolTip(plain_tip(self.copy_button.accessibleDescription()))
        self.table = _LinesTable(theme, self.model)
        self.empty = EmptyState(theme, "scroll-text", "", "")
        self.stack = QStackedWidget()
        for widget in (self.table, self.empty):
            self.stack.addWidget(widget)
        self.follow = QCheckBox(_("Neuen Zeilen &folgen"))
        self.follow.setChecked(True)
        self.place = PlainLabel(
            _("Ganzes Protokoll: {0}").format(log.file),
            role="small",
            elide=True,
            elide_middle=True,
            selectable=True,
        )
        self._lay_out()
        self._search_timer = _single_shot(self, 0)
        self._pause = _single_shot(self, _PAUSE_MS)
        self._tick = _single_shot(self, _TICK_MS)
        self._search_timer.timeout.connect(self._search)
        self._pause.timeout.connect(self._read)
        self._tick.timeout.connect(self._rest)
        self.chips.chosen.connect(self._search)
        self.search.searched.connect(self._search_timer.start)
        self.copy_button.clicked.connect(self.copy)
        self.table.copy_wanted.connect(self.copy)
        self.follow.toggled.connect(self._on_follow_toggled)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        bridge.log_added.connect(self._on_log_added)
        self._show_state()

    def support_text(self) -> str:
        """What Kopieren copies: versions first, then the selected or all shown lines."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        head = (
            f"WorkmateOS Desktop {__version__} · {to_text(self._clock.now())}",
            f"Python {platform.python_version()} · Qt {qVersion()} · {platform.platform()}",
        )
        return "\n".join((*head, "", self.model.plain_text(rows or None), ""))

    @Slot()
    def copy(self) -> None:
        """Put it on the clipboard, and say so for a moment."""
        copy_text(self.support_text())
        self.copy_button.setText(_("Kopiert"))
        self._tick.start()

    def focus_search(self) -> None:
        """Strg+F."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Lines that came while nobody looked are read now."""
        super().showEvent(event)
        self._read()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is read."""
        super().hideEvent(event)
        self._pause.stop()

    # Inside

    def _lay_out(self) -> None:
        self.header.setContentsMargins(15, 12, 15, 4)
        for control in (self.chips, self.search, self.copy_button):
            self.header.addWidget(control)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.body.setSpacing(4)
        self.body.addWidget(self.stack, 1)
        below = QHBoxLayout()
        below.setContentsMargins(15, 2, 15, 8)
        below.setSpacing(16)
        self.body.addLayout(below)
        below.addWidget(self.follow)
        below.addWidget(self.place, 1)

    @Slot()
    def _on_log_added(self) -> None:
        if self.isVisible() and not self._pause.isActive():
            self._pause.start()

    @Slot()
    def _read(self) -> None:
        """New lines at the end; what is read at the moment stays where it is."""
        bar = self.table.verticalScrollBar()
        before = bar.value()
        with self._program_scrolls():
            gone = self.model.read_new()
            self._show_state()
            if self.follow.isChecked():
                self.table.scrollToBottom()
            elif gone:
                self.table.executeDelayedItemsLayout()
                bar.setValue(before - gone * _ROW_HEIGHT)

    @Slot()
    def _search(self) -> None:
        with self._program_scrolls():
            self.model.show_only(LevelFilter(self.chips.current()), self.search.text().strip())
            self._show_state()
            if self.follow.isChecked():
                self.table.scrollToBottom()

    def _show_state(self) -> None:
        count = self.model.rowCount()
        self.copy_button.setEnabled(count > 0)
        if count:
            self.stack.setCurrentWidget(self.table)
        else:
            self.empty.set_text(*nothing_words(self.model.level, self.model.text))
            self.stack.setCurrentWidget(self.empty)

    @Slot(bool)
    def _on_follow_toggled(self, on: bool) -> None:
        if on:
            with self._program_scrolls():
                self.table.scrollToBottom()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        """Whoever scrolls up wants to read; at the end the new lines are wanted again."""
        if not self._moving:
            self.follow.setChecked(value >= self.table.verticalScrollBar().maximum())

    @contextmanager
    def _program_scrolls(self) -> Iterator[None]:
        """Meanwhile it is not a person who scrolls."""
        self._moving = True
        try:
            yield
        finally:
            self._moving = False

    @Slot()
    def _rest(self) -> None:
        self.copy_button.setText(_("&Kopieren"))


class _LinesTable(QTableView):
    """Signal `copy_wanted()`: Strg+C, for several whole lines at once."""

    copy_wanted = Signal()

    def __init__(self, theme: Theme, model: ProgramModel) -> None:
        super().__init__()
        style_table(self, row_height=_ROW_HEIGHT)
        self.setModel(model)
        self.setProperty("flat", True)
        self.setAccessibleName(_("Programmprotokoll"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setMinimumHeight(4 * _ROW_HEIGHT)
        self.setItemDelegate(RowDelegate(theme, self, mono=True))
        self.setItemDelegateForColumn(Column.TIME, RowDelegate(theme, self, mono=True, muted=True))
        self.setItemDelegateForColumn(Column.LEVEL, PillDelegate(theme, _pills_of, self))
        header = self.horizontalHeader()
        header.setAccessibleName(_("Spalten"))
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt would copy one cell only."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        else:
            super().keyPressEvent(event)


def _pills_of(index: Index) -> tuple[Pill, ...]:
    entry = index.data(ENTRY_ROLE)
    return (level_pill(entry.level),) if isinstance(entry, LogEntry) else ()


def _single_shot(parent: QWidget, milliseconds: int) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    return timer
