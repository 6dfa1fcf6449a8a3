"""Empfang: does it listen, where, what is in the way, and what mends it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus
from workmate_desktop.ui.kit.cards import Card, KeyValueRows
from workmate_desktop.ui.kit.controls import CopyButton, button
from workmate_desktop.ui.kit.flow import FlowLayout
from workmate_desktop.ui.kit.pills import PillLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.stripe.connection.tunnel_part import TunnelPart
from workmate_desktop.words import reception_texts
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.pills import Pill
from workmate_desktop.words.tone import Tone

_NEEDS_KEYS = frozenset({"secret_mismatch"})


class ReceptionCard(Card):
    """Signals: `simulate_wanted()`, `delete_wanted()` for test data, `restart_wanted()`,
    `webhook_secret_wanted()`: it is missing or wrong, and Konfigurieren mends it;
    `fetch_wanted()`: Verpasste Ereignisse nachholen; `self_test_wanted()`: Testereignis senden.
    """

    simulate_wanted = Signal()
    delete_wanted = Signal()
    restart_wanted = Signal()
    webhook_secret_wanted = Signal()
    fetch_wanted = Signal()
    self_test_wanted = Signal()

    def __init__(self, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent, title=_("Empfang"))
        self._clock = clock
        self._fetching = False
        self._can_fetch = False
        self._state: ReceptionState | None = None
        self.pill = PillLabel(theme)
        self.header.addWidget(self.pill)
        self.header.addStrut(30)  # as high as the heading of Konto beside it, with its button
        self.copy = CopyButton(theme, _("Lokale Adresse kopieren"))
        self.rows = KeyValueRows()
        self.tunnel = TunnelPart(theme, self.rows)
        self._local = self.rows.add_row(_("Lokal"), mono=True, extra=self.copy)
        self._fetched = self.rows.add_row(_("Letzter Abruf bei Stripe"))
        self.trouble = PlainLabel(role="error", wrap=True)
        self.moved = PlainLabel(role="small", wrap=True)
        self.refused = PlainLabel(role="small", wrap=True)
        self.simulate = button(_("&Zahlung simulieren"), kind="primary")
        self.delete = button(_("Test&daten löschen …"))
        self.restart = button(_("Empfang &neu starten"))
        self.enter_secret = button(_("&Webhook Secret eintragen"))
        self.fetch = button(_("Verpasste Ereignisse nach&holen"))
        self.self_test = button(_("Testerei&gnis senden"))
        self.body.addWidget(self.rows)
        for label in (self.trouble, self.tunnel.trouble, self.moved, self.refused):
            self.body.addWidget(label)
        self.body.addStretch(1)
        self._add_buttons()
        self.set_simulation_available(False)
        self.set_self_test_available(False)

    def set_simulation_available(self, available: bool) -> None:
        """Offer Zahlung simulieren or not."""
        self.simulate.setVisible(available)

    def set_self_test_available(self, available: bool) -> None:
        """Offer Testereignis senden or not."""
        self.self_test.setVisible(available)

    def set_fetching(self, fetching: bool) -> None:
        """While the missed events are fetched, once is enough; how far it is is shown."""
        self._fetching = fetching
        if self._state is not None:
            self._show_fetching(self._state)

    def set_restarting(self, restarting: bool) -> None:
        """While it restarts, once is enough."""
        self.restart.setEnabled(not restarting)

    def show_state(
        self,
        state: ReceptionState,
        *,
        livemode: bool | None,
        own_secret: bool,
        can_fetch: bool,
        can_switch: bool,
    ) -> None:
        """Show how the Empfang is. `livemode` is that of the keys; `own_secret`: the Webhook
        Secret can be changed here, it is not given by the environment; `can_fetch`: there is a
        Secret Key to ask Stripe with; `can_switch`: the tunnel is switched here.
        """
        words = reception_texts.reception_words(state, configured=True)
        self._state = state
        self._can_fetch = can_fetch
        self._show_fetching(state)
        self.tunnel.show_state(state.address, can_change=can_switch, can_arrange=can_fetch)
        self.pill.set_pills((Pill(f"● {words.short}", words.tone),))
        self.pill.setAccessibleName(words.long)
        address = state.local_url or ""
        self.rows.set_value(self._local, address or _("nicht erreichbar"))
        self.copy.set_text_to_copy(address)
        self.trouble.setText(words.trouble)
        self.trouble.set_role("warning" if words.tone is not Tone.RED else "error")
        self.trouble.setVisible(bool(words.trouble))
        moved = state.port_moved and state.port is not None
        self.moved.setText(self._moved(state.port) if moved else "")
        self.moved.setVisible(moved)
        refused = self._refused(state.refused or {})
        self.refused.setText(refused)
        self.refused.setVisible(bool(refused))
        missing = state.state is ReceptionStatus.NO_SECRET or state.trouble in _NEEDS_KEYS
        self.enter_secret.setVisible(missing and own_secret)
        stopped = state.port is None
        self.restart.setVisible(stopped)
        self.delete.setVisible(livemode is False)

    def _add_buttons(self) -> None:
        """What mends comes first; as many lines as the width needs."""
        self.simulate.clicked.connect(self.simulate_wanted)
        self.enter_secret.clicked.connect(self.webhook_secret_wanted)
        self.restart.clicked.connect(self.restart_wanted)
        self.self_test.clicked.connect(self.self_test_wanted)
        self.fetch.clicked.connect(self.fetch_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        flow = FlowLayout()
        self.body.addLayout(flow)
        for made in (
            self.simulate,
            self.enter_secret,
            self.restart,
            self.tunnel.switch,
            self.tunnel.arrange,
            self.tunnel.program,
            self.tunnel.settings,
            self.self_test,
            self.fetch,
            self.delete,
        ):
            flow.addWidget(made)

    def _show_fetching(self, state: ReceptionState) -> None:
        """When Stripe was asked last and what came of it, or how far the asking is."""
        catch_up = state.catch_up
        self.rows.set_row_visible(self._fetched, catch_up is not None)
        self.fetch.setVisible(catch_up is not None)
        if catch_up is None:
            return
        self.fetch.setEnabled(self._can_fetch and not self._fetching)
        first = catch_up.completed_at is None
        if catch_up.progress is not None and (self._fetching or (first and catch_up.progress.seen)):
            words = reception_texts.progress_words(catch_up.progress)
        elif not self._can_fetch:
            words = _("braucht den Secret Key")
        else:
            now = self._clock.local(self._clock.now())
            words = reception_texts.fetch_words(catch_up, now, self._clock.local)
        self.rows.set_value(self._fetched, words)

    def _moved(self, port: int | None) -> str:
        return fill(_("Der gewünschte Port war belegt, der Empfang läuft auf %1."), str(port))

    def _refused(self, counts: Mapping[str, int]) -> str:
        total = sum(counts.values())
        if not total:
            return ""
        parts = ", ".join(
            f"{count} {reception_texts.refused_words(reason)}"
            for reason, count in sorted(counts.items(), key=lambda item: -item[1])
        )
        if total == 1:
            return fill(_("1 Nachricht abgewiesen: %1"), parts)
        return fill(_("%1 Nachrichten abgewiesen: %2"), str(total), parts)
