"""Tunnel einrichten: authtoken and fixed domain of the ngrok account."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.connection.tunnel import host_name
from workmate_desktop.services.connection.public_address import AddressState, PublicAddress
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.fitting_area import fit_words
from workmate_desktop.ui.kit.forms import FieldMessage, FormField
from workmate_desktop.ui.kit.key_field import SecretField
from workmate_desktop.ui.kit.open_outside import OutsidePage, open_page
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence


class TunnelDialog(QDialog):
    """Accepted when everything is saved. The stored token is never put into the field."""

    def __init__(
        self,
        address: PublicAddress,
        bridge: Bridge,
        parent: QWidget | None = None,
        *,
        open_address: Callable[[OutsidePage], None] = open_page,
    ) -> None:
        super().__init__(parent)
        self._address = address
        self._bridge = bridge
        self._open_address = open_address
        state: AddressState = address.state
        self._has_token = state.has_token
        self._saving = False
        self.setWindowTitle(_("Tunnel einrichten"))
        self.setMinimumWidth(480)
        self.token = SecretField(_("Authtoken"))
        if self._has_token:
            self.token.setPlaceholderText(_("gespeichert"))
        self.domain = QLineEdit(state.domain)
        self.domain.setPlaceholderText("name.ngrok-free.dev")
        self.program = QLineEdit(state.executable)
        self.program.setPlaceholderText(_("wird beim ersten Mal geladen"))
        self.token_field = FormField(_("&Authtoken"), self.token)
        self.domain_field = FormField(_("&Feste Adresse"), self.domain)
        self.failure = PlainLabel(role="error", wrap=True)
        self.failure.setVisible(False)
        self.dashboard = button(_("&ngrok öffnen ↗"), kind="link")
        self.choose = button(_("Programm &wählen …"))
        self.program_field = FormField(_("&Programm ngrok"), self.program, beside=self.choose)
        self.cancel_button = button(_("Ab&brechen"))
        self.save_button = button(_("Speiche&rn"), kind="primary")
        self.save_button.setDefault(True)
        self._build()
        for field in (self.token, self.domain):
            field.textChanged.connect(self._check)
        self.dashboard.clicked.connect(self._on_dashboard)
        self.choose.clicked.connect(self._on_choose)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._on_save)
        self._check()
        self.token.setFocus()

    def reject(self) -> None:
        """Close without saving; a saving under way is waited for."""
        if not self._saving:
            super().reject()

    def event(self, event: QEvent) -> bool:
        """Always as high as the words need."""
        handled = super().event(event)
        fit_words(self, event)
        return handled

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(10)
        column.addWidget(PlainLabel(_("Tunnel einrichten"), role="title"))
        intro = QHBoxLayout()
        words = _(
            "Der Tunnel von ngrok macht diesen PC für Stripe erreichbar. Der Authtoken steht im "
            "eigenen ngrok-Konto; ohne Konto fragt das Programm alle 30 s bei Stripe nach."
        )
        column.addLayout(intro)
        intro.addWidget(PlainLabel(words, role="muted", wrap=True), 1)
        intro.addWidget(self.dashboard)
        column.addWidget(self.token_field)
        column.addWidget(self.domain_field)
        column.addWidget(self.program_field)
        column.addWidget(self.failure)
        column.addStretch(1)
        column.addWidget(line())
        buttons = QHBoxLayout()
        column.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)

    @Slot()
    def _check(self) -> None:
        text = self.domain.text()
        valid = not text.strip() or host_name(text) is not None
        hint = _("Optional. Dann bleibt die Adresse immer dieselbe.")
        wrong = _("So wie bei ngrok, zum Beispiel name.ngrok-free.dev.")
        self.domain_field.set_message(
            hint if valid else wrong, FieldMessage.HINT if valid else FieldMessage.BAD
        )
        token = bool(self.token.typed()) or self._has_token
        self.save_button.setEnabled(valid and token and not self._saving)

    @Slot()
    def _on_dashboard(self) -> None:
        self._open_address(OutsidePage.NGROK_TOKEN)

    @Slot()
    def _on_choose(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self, _("Programm ngrok wählen"))
        if path:
            self.program.setText(path)

    @Slot()
    def _on_save(self) -> None:
        token, domain, program = self.token.typed(), self.domain.text(), self.program.text()
        self._set_saving(True)
        self._bridge.run_in_background(
            lambda: self._address.save(token, domain, program),
            self._on_saved,
            self._on_failed,
            self,
        )

    def _on_saved(self, _nothing: None) -> None:
        self._set_saving(False)
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self._set_saving(False)
        self.failure.setText(error_sentence(error).line)
        self.failure.setVisible(True)

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.save_button.setText(_("Speichert …") if saving else _("Speiche&rn"))
        for widget in (self.token_field, self.domain_field, self.program_field, self.cancel_button):
            widget.setEnabled(not saving)
        self._check()
