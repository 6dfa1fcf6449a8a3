"""The encrypted file, offered openly where the keyring does not work."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.words.language import _


class FileOffer(QFrame):
    """Says what the file protects against, and what not. Signal `accepted()`: save there."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "banner")
        self.button = button(_("In verschlüsselter Datei spei&chern"))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addWidget(
            PlainLabel(
                _(
                    "Die Datei liegt mit ihrem Schlüssel im Datenordner. Sie schützt eine kopierte "
                    "Datenbank, aber nicht vor Programmen, die unter Ihrem Benutzer laufen."
                ),
                wrap=True,
            )
        )
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.button.clicked.connect(self.accepted)

    def offer(self) -> None:
        """Show it, with the focus: now Enter takes it, and not what was tried in vain."""
        self.setVisible(True)
        self.button.setDefault(True)
        self.button.setFocus(Qt.FocusReason.OtherFocusReason)
