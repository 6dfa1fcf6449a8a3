"""The program itself was at fault: said plainly, with a report for support."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.open_outside import copy_text
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.words.language import _


class CrashDialog(QDialog):
    """`ended` True: the last run ended by it; False: the program goes on."""

    def __init__(
        self, theme: Theme, report: str, parent: QWidget | None = None, *, ended: bool
    ) -> None:
        super().__init__(parent)
        self._report = report
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        if ended:
            title = _("Das Programm wurde zuletzt durch einen Fehler beendet")
            sentence = _(
                "Ihre Daten sind gespeichert; was Stripe inzwischen gemeldet hat, holt das "
                "Programm jetzt nach."
            )
        else:
            title = _("Im Programm ist ein Fehler aufgetreten")
            sentence = _(
                "Das Programm läuft weiter, und nichts Gebuchtes ging verloren. Was Sie gerade "
                "taten, hat vielleicht nicht funktioniert: bitte noch einmal versuchen."
            )
        self.setWindowTitle(title)
        picture = QLabel()
        picture.setPixmap(theme.pixmap("triangle-alert", 28, "dot_red", self.devicePixelRatioF()))
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Bericht"))
        self.text.setProperty("role", "mono")
        self.text.setFixedHeight(170)
        self.copy_button = button(_("Bericht &kopieren"), kind="primary")
        self.close_button = button(_("&Schließen"))
        self.close_button.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(14)
        column.addLayout(head)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(PlainLabel(title, role="title", wrap=True), 1)
        column.addWidget(PlainLabel(sentence, wrap=True))
        column.addWidget(
            PlainLabel(
                _(
                    "Bitte schicken Sie dem Support diesen Bericht. Er nennt die Stelle im "
                    "Programm, aber weder Schlüssel noch Kunden."
                ),
                role="muted",
                wrap=True,
            )
        )
        column.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(8)
        column.addLayout(row)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(self.close_button)
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)

    @Slot()
    def _copy(self) -> None:
        copy_text(self._report)
        self.copy_button.setText(_("Kopiert"))
