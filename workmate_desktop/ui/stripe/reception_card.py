"""Empfang: does it listen, where, what is in the way, and what mends it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workmate_desktop.services.reception import ReceptionState, ReceptionStatus
from workmate_desktop.ui.invoices.status_pill import Pill, PillLabel
from workmate_desktop.ui.invoices.texts import fill
from workmate_desktop.ui.shared.cards import Card, KeyValueRows
from workmate_desktop.ui.shared.controls import CopyButton, button
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.theme import Theme, Tone
from workmate_desktop.ui.stripe import texts

_NEEDS_KEYS = frozenset({"secret_mismatch"})


class ReceptionCard(Card):
    """Signals: `simulate_wanted()`, `delete_wanted()` for test data, `restart_wanted()`,
    `webhook_secret_wanted()`: it is missing or wrong, and Konfigurieren mends it.
    """

    simulate_wanted = Signal()
    delete_wanted = Signal()
    restart_wanted = Signal()
    webhook_secret_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, title=self.tr("Empfang"))
        self.pill = PillLabel(theme)
        self.header.addWidget(self.pill)
        self.copy = CopyButton(theme, self.tr("Lokale Adresse kopieren"))
        self.rows = KeyValueRows()
        self._local = self.rows.add_row(self.tr("Lokal"), mono=True, extra=self.copy)
        self.trouble = PlainLabel(role="error", wrap=True)
        self.moved = PlainLabel(role="small", wrap=True)
        self.refused = PlainLabel(role="small", wrap=True)
        self.simulate = button(self.tr("&Zahlung simulieren"), kind="primary")
        self.delete = button(self.tr("Test&daten löschen …"))
        self.restart = button(self.tr("Empfang &neu starten"))
        self.enter_secret = button(self.tr("&Webhook Secret eintragen"))
        self.body.addWidget(self.rows)
        for label in (self.trouble, self.moved, self.refused):
            self.body.addWidget(label)
        self.body.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for made, signal in (
            (self.simulate, self.simulate_wanted),
            (self.enter_secret, self.webhook_secret_wanted),
            (self.restart, self.restart_wanted),
            (self.delete, self.delete_wanted),
        ):
            made.clicked.connect(signal)
            buttons.addWidget(made)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.set_simulation_available(False)

    def set_simulation_available(self, available: bool) -> None:
        """Offer Zahlung simulieren or not."""
        self.simulate.setVisible(available)

    def set_restarting(self, restarting: bool) -> None:
        """While it restarts, once is enough."""
        self.restart.setEnabled(not restarting)

    def show_state(self, state: ReceptionState, *, livemode: bool | None, own_secret: bool) -> None:
        """Show how the Empfang is. `livemode` is that of the keys; `own_secret`: the Webhook
        Secret can be changed here, it is not given by the environment.
        """
        words = texts.reception_words(state, configured=True)
        self.pill.set_pills((Pill(f"● {words.short}", words.tone),))
        self.pill.setAccessibleName(words.long)
        address = state.local_url or ""
        self.rows.set_value(self._local, address or self.tr("nicht erreichbar"))
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

    def _moved(self, port: int | None) -> str:
        return fill(self.tr("Der gewünschte Port war belegt, der Empfang läuft auf %1."), str(port))

    def _refused(self, counts: Mapping[str, int]) -> str:
        total = sum(counts.values())
        if not total:
            return ""
        parts = ", ".join(
            f"{count} {texts.refused_words(reason)}"
            for reason, count in sorted(counts.items(), key=lambda item: -item[1])
        )
        if total == 1:
            return fill(self.tr("1 Zustellung abgewiesen: %1"), parts)
        return fill(self.tr("%1 Zustellungen abgewiesen: %2"), str(total), parts)
