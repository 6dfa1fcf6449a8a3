"""The lower half of Empfang: the public address, and Stripe's webhook that leads to it."""

from PySide6.QtCore import QObject, Signal, Slot

from workmate_desktop.domain.connection.tunnel import TunnelStatus
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.ui.kit.cards import KeyValueRows
from workmate_desktop.ui.kit.controls import CopyButton, button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words import tunnel_texts
from workmate_desktop.words.language import _


class TunnelPart(QObject):
    """Two lines of `rows`, a sentence (`trouble`), and four buttons that the card places.

    Signals: `connect_wanted()`, `disconnect_wanted()`, `settings_wanted()`, `arrange_wanted()`,
    `program_wanted()`: ngrok's program is to be chosen by hand.
    """

    connect_wanted = Signal()
    disconnect_wanted = Signal()
    settings_wanted = Signal()
    arrange_wanted = Signal()
    program_wanted = Signal()

    def __init__(self, theme: Theme, rows: KeyValueRows) -> None:
        super().__init__(rows)
        self._rows = rows
        self._state: AddressState | None = None
        self.copy = CopyButton(theme, _("Öffentliche Adresse kopieren"))
        self._public = rows.add_row(_("Öffentlich (ngrok)"), mono=True, extra=self.copy)
        self._endpoint = rows.add_row(_("Endpunkt in Stripe"))
        self.trouble = PlainLabel(role="warning", wrap=True)
        self.switch = button(_("&Tunnel verbinden"))
        self.settings = button(_("T&unnel einrichten …"))
        self.arrange = button(_("Webhook automatisch e&inrichten"))
        self.program = button(_("&Programm wählen …"))
        self.program.clicked.connect(self.program_wanted)
        self.switch.clicked.connect(self._on_switch)
        self.settings.clicked.connect(self.settings_wanted)
        self.arrange.clicked.connect(self.arrange_wanted)
        self.show_state(None, can_change=False, can_arrange=False)

    def set_busy(self, busy: bool) -> None:
        """The tunnel is being switched: once is enough."""
        self.switch.setEnabled(not busy)

    def say(self, sentence: str) -> None:
        """Something that was asked for could not be done."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def show_state(
        self, state: AddressState | None, *, can_change: bool, can_arrange: bool
    ) -> None:
        """None: there is no tunnel in this run (the demo). `can_change` False: environment or
        command line decide. `can_arrange`: there is a Secret Key.
        """
        self._state = state
        for row in (self._public, self._endpoint):
            self._rows.set_row_visible(row, state is not None)
        self.switch.setVisible(state is not None and can_change)
        if state is None:
            for widget in (self.settings, self.arrange, self.program, self.trouble):
                widget.setVisible(False)
            return
        status, url = state.tunnel.status, state.public_url
        online = status is TunnelStatus.ONLINE
        address = f"{url}{WEBHOOK_PATH}" if url else ""
        self._rows.set_value(self._public, address or tunnel_texts.tunnel_state_words(state.tunnel))
        self.copy.set_text_to_copy(address)
        self.copy.setVisible(bool(address))
        self._rows.set_row_visible(self._endpoint, online)
        self._rows.set_value(self._endpoint, tunnel_texts.endpoint_words(state))
        words = [tunnel_texts.tunnel_trouble(state.tunnel), tunnel_texts.endpoint_trouble(state)]
        self.say(" ".join(part for part in words if part))
        self.switch.setText(self._switch_words(status))
        self.settings.setVisible(not online)
        self.program.setVisible(can_change and tunnel_texts.needs_a_program(state.tunnel))
        self.arrange.setVisible(online and not state.delivers)
        self.arrange.setEnabled(can_arrange and not state.arranging)
        here = state.endpoint
        disabled = here is not None and not here.enabled
        self.arrange.setText(
            _("Webhook e&inschalten") if disabled else _("Webhook automatisch e&inrichten")
        )

    def _switch_words(self, status: TunnelStatus) -> str:
        if status is TunnelStatus.OFF:
            return _("&Tunnel verbinden")
        return _("Abbrechen") if status is TunnelStatus.STARTING else _("&Tunnel trennen")

    @Slot()
    def _on_switch(self) -> None:
        if self._state is None or self._state.tunnel.status is TunnelStatus.OFF:
            self.connect_wanted.emit()
        else:
            self.disconnect_wanted.emit()
