"""Im Hintergrund: whether the program goes on when its window is closed, and starts by itself."""

from typing import Protocol

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.ui.kit.cards import line
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence


class StartsWithSession(Protocol):
    """gateways.system.autostart.Autostart, which the window may not import."""

    def enabled(self) -> bool:
        """Whether the program is started with the session."""
        ...

    def set_enabled(self, wanted: bool) -> None:
        """Start with the session, or not. Writes a file. Raises UserError."""
        ...


class BackgroundDialog(QDialog):
    """`stays()` is what was chosen, once accepted. `has_tray` False: there is no choice."""

    def __init__(
        self,
        autostart: StartsWithSession,
        bridge: Bridge,
        parent: QWidget | None = None,
        *,
        stays: bool,
        has_tray: bool,
    ) -> None:
        super().__init__(parent)
        self._autostart = autostart
        self._bridge = bridge
        self._has_tray = has_tray
        self._saving = False
        self.setWindowTitle(_("Im Hintergrund"))
        self.setMinimumWidth(500)
        self.stay = QCheckBox(_("Nach dem Schließen des Fensters &weiter empfangen"))
        self.stay.setChecked(stays and has_tray)
        self.stay.setEnabled(has_tray)
        self.stay_hint = PlainLabel(self._stay_words(), role="small", wrap=True)
        self.with_session = QCheckBox(_("Bei der &Anmeldung am PC automatisch starten"))
        self.with_session.setChecked(autostart.enabled())
        self.session_hint = PlainLabel(self._session_words(), role="small", wrap=True)
        self.failure = PlainLabel(role="error", wrap=True)
        self.failure.setVisible(False)
        self.cancel_button = button(_("Abbre&chen"))
        self.save_button = button(_("&Speichern"), kind="primary")
        self.save_button.setDefault(True)
        self._build()
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._on_save)

    def stays(self) -> bool:
        """Whether the program goes on without its window."""
        return self.stay.isChecked()

    def reject(self) -> None:
        """Close without saving; a saving under way is waited for."""
        if not self._saving:
            super().reject()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(10)
        column.addWidget(PlainLabel(_("Im Hintergrund"), role="title"))
        words = _(
            "Solange das Programm läuft, werden Zahlungen gleich verbucht. Was in der übrigen Zeit "
            "geschieht, holt es beim nächsten Start nach."
        )
        column.addWidget(PlainLabel(words, role="muted", wrap=True))
        for box, hint in ((self.stay, self.stay_hint), (self.with_session, self.session_hint)):
            choice = QVBoxLayout()
            choice.setSpacing(0)
            column.addLayout(choice)
            choice.addWidget(box)
            hint.setContentsMargins(24, 0, 0, 0)
            choice.addWidget(hint)
        column.addWidget(self.failure)
        column.addStretch(1)
        column.addWidget(line())
        buttons = QHBoxLayout()
        column.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)

    def _stay_words(self) -> str:
        if self._has_tray:
            return _("Über das Symbol neben der Uhr öffnen oder beenden Sie das Programm.")
        return _("Dieser PC zeigt keine Symbole neben der Uhr. Schließen beendet das Programm.")

    def _session_words(self) -> str:
        if self._has_tray:
            return _("Ohne Fenster, nur mit dem Symbol neben der Uhr.")
        return _("Mit verkleinertem Fenster.")

    @Slot()
    def _on_save(self) -> None:
        wanted, autostart = self.with_session.isChecked(), self._autostart
        self._set_saving(True)
        self._bridge.run_in_background(
            lambda: autostart.set_enabled(wanted), self._on_saved, self._on_failed, self
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
        for widget in (self.with_session, self.cancel_button, self.save_button):
            widget.setEnabled(not saving)
        self.stay.setEnabled(self._has_tray and not saving)
