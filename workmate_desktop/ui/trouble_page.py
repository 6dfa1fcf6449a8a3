"""Shown instead of everything else when the books cannot be opened: why, and what mends it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workmate_desktop.domain.errors import UserError
from workmate_desktop.ui.shared.cards import Card
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.messages import error_sentence
from workmate_desktop.ui.shared.plain_text import Choice, PlainLabel, ask
from workmate_desktop.ui.shared.theme import Theme

_MENDED_BY_BACKUP = frozenset({"database_damaged", "database_missing", "database_foreign"})
_NOT_BY_WAITING = frozenset({"database_newer", *_MENDED_BY_BACKUP})


class TroublePage(QWidget):
    """Signals: `restore_wanted(str)` the name of a backup file, after the user agreed;
    `retry_wanted()`.
    """

    restore_wanted = Signal(str)
    retry_wanted = Signal()

    def __init__(
        self, theme: Theme, error: Exception, data_dir: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        code = error.code if isinstance(error, UserError) else ""
        found = error.values.get("backup") if isinstance(error, UserError) else None
        self._backup = str(found) if found and code in _MENDED_BY_BACKUP else ""
        message = error_sentence(error)
        card = Card(title=self.tr("Die Rechnungen können nicht geöffnet werden"), margin=28)
        card.setMaximumWidth(620)
        self.sentence = PlainLabel(message.sentence, wrap=True, role="strong")
        self.action = PlainLabel(message.action, wrap=True)
        folder = PlainLabel(
            self.tr("Datenordner: {0}").format(data_dir), role="small", wrap=True, selectable=True
        )
        for label in (self.sentence, self.action):
            card.body.addWidget(label)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        if self._backup:
            day = self._backup.removesuffix(".sqlite3")
            self.restore = button(
                self.tr("&Sicherung vom {0} einsetzen …").format(day), kind="primary"
            )
            self.restore.clicked.connect(self._ask_to_restore)
            buttons.addWidget(self.restore)
        elif code in _MENDED_BY_BACKUP:
            card.body.addWidget(
                PlainLabel(self.tr("Es gibt keine brauchbare Sicherung."), wrap=True)
            )
        if code not in _NOT_BY_WAITING:
            self.retry = button(self.tr("&Erneut versuchen"), kind="primary")
            self.retry.clicked.connect(self.retry_wanted)
            buttons.addWidget(self.retry)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        card.body.addWidget(folder)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)

    def _ask_to_restore(self) -> None:
        day = self._backup.removesuffix(".sqlite3")
        choice = ask(
            self,
            self.tr("Sicherung einsetzen"),
            self.tr("Die Sicherung vom {0} an die Stelle der Datenbank setzen?").format(day),
            self.tr(
                "Was danach eingetragen wurde, fehlt dann. Die jetzigen Dateien bleiben im "
                "Datenordner in einem eigenen Unterordner erhalten."
            ),
            [
                Choice("restore", self.tr("Sicherung &einsetzen"), primary=True),
                Choice("keep", self.tr("&Abbrechen"), cancels=True),
            ],
        )
        if choice == "restore":
            self.restore_wanted.emit(self._backup)
