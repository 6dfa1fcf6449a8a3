"""The status bar: state of the Empfang, its address, the last event, and a quiet remark."""

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock, true_now
from workmate_desktop.domain.invoices.lists import EventRow
from workmate_desktop.services.books import Books
from workmate_desktop.services.reception.reception import Reception, ReceptionState, ReceptionStatus
from workmate_desktop.ui.kit.cards import DotLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel, plain_tip
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.reception_texts import reception_words

_FRESH = timedelta(minutes=1)
_EVERY_SECOND_MS = 1000
_CALM_MS = 30_000
_PAUSE_MS = 250
"""A flood of events is read this often."""


class StatusBar(QStatusBar):
    """Follows the bridge; the time since the last event is counted once a second at most.

    `configured` tells whether any key was entered: without one the Empfang is simply off.
    """

    def __init__(
        self,
        theme: Theme,
        books: Books,
        reception: Reception,
        bridge: Bridge,
        clock: Clock,
        parent: QWidget | None = None,
        *,
        configured: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(parent)
        self._books = books
        self._reception = reception
        self._clock = clock
        self._configured = configured
        self._last: EventRow | None = None
        self._waiting = False
        self.setContentsMargins(16, 0, 16, 0)
        self.setSizeGripEnabled(False)
        self.setAccessibleName(_("Statusleiste"))
        self.state = DotLabel(theme)
        self.address = PlainLabel(role="mono", elide=True, elide_middle=True)
        self.last_event = PlainLabel(role="muted", elide=True)
        self.remark = PlainLabel(role="muted", elide=True)
        left = QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        for widget in (self.state, self.address, self.last_event):
            row.addWidget(widget)
        row.addStretch(1)
        self.addWidget(left, 1)
        self.addPermanentWidget(self.remark)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_last_event)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_over)
        bridge.reception_changed.connect(self.show_reception)
        bridge.settings_changed.connect(self.show_reception)
        bridge.events_recorded.connect(self._on_events)
        bridge.everything_changed.connect(self._read_last_event)
        self.show_reception()
        self._read_last_event()

    def set_remark(self, text: str) -> None:
        """A quiet sentence at the right end; an empty one takes it away."""
        self.remark.setText(text)

    def showEvent(self, event: QShowEvent) -> None:
        """Count again."""
        super().showEvent(event)
        self._show_last_event()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no timer."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def show_reception(self) -> None:
        """Dot, words and address, as they are now; why it is so stands in the tool tip."""
        state = self._reception.state
        words = reception_words(state, configured=self._configured())
        self.state.set_state(words.tone, self._short(state, words.long))
        self.state.setToolTip(plain_tip(words.trouble))
        self.state.setAccessibleDescription(words.trouble)
        local = f"127.0.0.1:{state.port}" if state.port is not None else ""
        self.address.setText(f"{state.public_url} → {local}" if state.public_url else local)
        self.address.setAccessibleName(
            _("Adresse des Empfangs: {0}").format(self.address.full_text())
        )
        self.address.setVisible(bool(local))

    def _short(self, state: ReceptionState, words: str) -> str:
        match state.state:
            case ReceptionStatus.READY | ReceptionStatus.POLLING:
                return words
            case ReceptionStatus.NO_SECRET if self._configured():
                return _("Kein Webhook Secret")
            case ReceptionStatus.DISTURBED:
                return _("Empfang gestört")
            case _:
                return _("Empfang aus")

    @Slot(object)
    def _on_events(self, _event_ids: object) -> None:
        if self._pause.isActive():
            self._waiting = True
            return
        self._read_last_event()
        self._pause.start()

    @Slot()
    def _on_pause_over(self) -> None:
        if self._waiting:
            self._waiting = False
            self._read_last_event()
            self._pause.start()

    @Slot()
    def _read_last_event(self) -> None:
        self._last = self._books.last_event()
        self._show_last_event()

    @Slot()
    def _show_last_event(self) -> None:
        if self._last is None:
            self.last_event.setText(_("Noch kein Ereignis"))
            self._timer.stop()
            return
        now, then = true_now(self._clock), self._last.received_at
        ago = formats.ago(self._clock.local(then), self._clock.local(now))
        words = _("Letztes Ereignis: {0} · {1}")
        self.last_event.setText(words.format(ago, self._last.type))
        if self.isVisible():
            self._timer.start(_EVERY_SECOND_MS if now - then < _FRESH else _CALM_MS)
