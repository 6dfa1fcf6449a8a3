"""Datensicherung: one line in the Protokoll tab with Sichern … and Wiederherstellen …"""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.backups import BackupLook
from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.upkeep.backups import Backups
from workmate_desktop.ui.backup.restore_dialog import RestoreDialog
from workmate_desktop.ui.kit.cards import Card
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel, plain_tip
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.words import backup as texts
from workmate_desktop.words import formats
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence


class BackupBar(Card):
    """Signal `restore_wanted()`: staff looked into a backup and agreed to put it in place."""

    restore_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        backups: Backups,
        bridge: Bridge,
        clock: Clock,
        toasts: ToastHost,
        parent: QWidget | None = None,
        *,
        may_restore: bool = True,
    ) -> None:
        """`may_restore` False in the demo, whose data is invented anew at every start."""
        super().__init__(parent, margin=1)
        self._theme = theme
        self._backups = backups
        self._bridge = bridge
        self._clock = clock
        self._toasts = toasts
        self.setAccessibleName(_("Datensicherung"))
        self.newest = PlainLabel(role="muted", elide=True)
        self.newest.setToolTip(
            plain_tip(
                _(
                    "Täglich beim Start, nach Änderungen höchstens stündlich und beim Beenden. "
                    "Aufbewahrt werden die letzten 3 von heute, je eine von 14 Tagen und je eine "
                    "von 12 Monaten."
                )
            )
        )
        self.save_button = button(_("&Sichern …"))
        self.restore_button = button(_("&Wiederherstellen …"))
        self.save_button.setToolTip(
            plain_tip(_("Eine geprüfte Kopie aller Daten in eine Datei Ihrer Wahl"))
        )
        self.restore_button.setEnabled(may_restore)
        if not may_restore:
            self.restore_button.setToolTip(plain_tip(_("Im Beispiel nicht möglich")))
        row = QHBoxLayout()
        row.setContentsMargins(15, 8, 15, 8)
        row.setSpacing(8)
        self.body.addLayout(row)
        row.addWidget(PlainLabel(_("Datensicherung"), role="strong"))
        row.addSpacing(8)
        row.addWidget(self.newest, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.restore_button)
        self.save_button.clicked.connect(self._save)
        self.restore_button.clicked.connect(self._restore)

    def showEvent(self, event: QShowEvent) -> None:
        """The newest backup may be another one by now."""
        super().showEvent(event)
        self._bridge.run_in_background(self._backups.newest_at, self._show_newest, owner=self)

    def _show_newest(self, at: datetime | None) -> None:
        if at is None:
            self.newest.setText(_("Heute macht das Programm seine erste."))
            return
        when = formats.day_time(self._clock.local(at), self._clock.local(self._clock.now()))
        words = _("Automatisch, zuletzt {0}; 14 Tage und 12 Monate aufbewahrt.")
        self.newest.setText(words.format(when))

    @Slot()
    def _save(self) -> None:
        name = _("Sicherung {0}.sqlite3").format(self._clock.today().isoformat())
        chosen, _filter = QFileDialog.getSaveFileName(
            self, _("Sichern"), str(Path.home() / name), _("Sicherung (*.sqlite3)")
        )
        if not chosen:
            return
        self.save_button.setEnabled(False)
        self._bridge.run_in_background(
            lambda: self._backups.save_copy(Path(chosen)), self._on_saved, self._on_failed, self
        )

    def _on_saved(self, look: BackupLook) -> None:
        self.save_button.setEnabled(True)
        self._toasts.show(_("Gesichert"), texts.saved_words(look), ToastKind.SUCCESS)

    def _on_failed(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        self._toasts.show(*error_sentence(error), ToastKind.ERROR)

    @Slot()
    def _restore(self) -> None:
        dialog = RestoreDialog(self._theme, self._backups, self._bridge, self._clock, self.window())
        dialog.agreed.connect(self.restore_wanted)
        dialog.open()
