"""The status bar: state of the Empfang, its address, the last event."""

from datetime import timedelta
from typing import Protocol

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStatusBar, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.lists import EventRow
from workmate_desktop.services.reception import ReceptionStatus
from workmate_desktop.ui.shared import formats
from workmate_desktop.ui.shared.cards import DotLabel
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.theme import Theme, Tone
from workmate_desktop.ui.stripe.ports import HasReception, StripeNews

_FRESH = timedelta(minutes=1)
_EVERY_SECOND_MS = 1000
_CALM_MS = 30_000


class LastEvent(Protocol):
    """What the bar reads of the books."""

    def last_event(self) -> EventRow | None:
        """The newest Stripe event."""
        ...


class StatusBar(QStatusBar):
    """Follows the bridge; the time since the last event is counted once a second at most."""

    def __init__(
        self,
        theme: Theme,
        books: LastEvent,
        reception: HasReception,
        bridge: StripeNews,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._books = books
        self._reception = reception
        self._clock = clock
        self._last: EventRow | None = None
        self.setContentsMargins(16, 0, 16, 0)
        self.setSizeGripEnabled(False)
        self.state = DotLabel(theme)
        self.address = PlainLabel(role="mono")
        self.address.setAccessibleName(self.tr("Adresse des Empfangs"))
        self.last_event = PlainLabel(role="muted")
        for widget in (self.state, self.address, self.last_event):
            self.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_last_event)
        bridge.reception_changed.connect(self.show_reception)
        bridge.settings_changed.connect(self.show_reception)
        bridge.events_recorded.connect(self._on_events)
        bridge.everything_changed.connect(self._read_last_event)
        self.show_reception()
        self._read_last_event()

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
        """Dot, word and address, as they are now."""
        state = self._reception.state
        tone, words = {
            ReceptionStatus.READY: (Tone.GREEN, self.tr("Empfang bereit")),
            ReceptionStatus.NO_SECRET: (Tone.AMBER, self.tr("Webhook Secret fehlt")),
            ReceptionStatus.DISTURBED: (Tone.RED, self.tr("Empfang gestört")),
            ReceptionStatus.OFF: (Tone.GREY, self.tr("Empfang aus")),
        }[state.state]
        self.state.set_state(tone, words)
        local = f"127.0.0.1:{state.port}" if state.port is not None else ""
        self.address.setText(f"{state.public_url} → {local}" if state.public_url else local)

    @Slot(object)
    def _on_events(self, _event_ids: object) -> None:
        self._read_last_event()

    @Slot()
    def _read_last_event(self) -> None:
        self._last = self._books.last_event()
        self._show_last_event()

    @Slot()
    def _show_last_event(self) -> None:
        if self._last is None:
            self.last_event.setText(self.tr("Noch kein Ereignis"))
            self._timer.stop()
            return
        now, then = self._clock.now(), self._last.received_at
        ago = formats.ago(self._clock.local(then), self._clock.local(now))
        words = self.tr("Letztes Ereignis: {0} · {1}")
        self.last_event.setText(words.format(ago, self._last.type))
        if self.isVisible():
            self._timer.start(_EVERY_SECOND_MS if now - then < _FRESH else _CALM_MS)
