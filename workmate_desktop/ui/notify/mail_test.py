"""Testmail senden: through the account as it stands in the fields, and the result in a sentence.

An answer that belongs to fields that were changed meanwhile is dropped.
"""

import threading
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workmate_desktop.domain.mail import MailAccount
from workmate_desktop.ui.notify.mail_texts import sent_words
from workmate_desktop.ui.notify.ports import MailSettings
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.messages import error_sentence
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.ports import Background


class MailTest(QWidget):
    """The button; `answer` is a line that the dialog places in its full width.

    Signals: `wanted()`: the fields are to be handed to `start`; `answered()`: `answer` says
    something else now.
    """

    wanted = Signal()
    answered = Signal()

    def __init__(
        self, settings: MailSettings, bridge: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._bridge = bridge
        self._cancelled: threading.Event | None = None
        self._possible = False
        self.button = button(self.tr("&Testmail senden"))
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setFixedWidth(48)
        self.busy.setAccessibleName(self.tr("Die Testmail wird gesendet"))
        self.busy.setVisible(False)
        self.answer = PlainLabel(role="small", wrap=True)
        self.answer.setAccessibleName(self.tr("Ergebnis der Testmail"))
        self.answer.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.busy)
        row.addStretch(1)
        self.button.clicked.connect(self._on_clicked)

    @property
    def running(self) -> bool:
        """Whether a test mail is under way."""
        return self._cancelled is not None

    def set_possible(self, possible: bool) -> None:
        """Whether the fields are fit to be tried."""
        self._possible = possible
        self.button.setEnabled(possible or self.running)

    def start(self, account: MailAccount, password: str | None) -> None:
        """Send through this account; None takes the stored password."""
        self.forget()
        cancelled = self._cancelled = threading.Event()
        self._show_running()
        self._bridge.run_in_background(
            lambda: self._settings.test(account, password, cancelled),
            partial(self._on_done, cancelled, account.recipient),
            partial(self._on_failed, cancelled),
            self,
        )

    def forget(self) -> None:
        """The fields changed, or nobody wants to know any more."""
        self._stop()
        self._say("", "small")

    def _stop(self) -> None:
        if self._cancelled is not None:
            self._cancelled.set()
            self._cancelled = None
        self._show_running()

    def _show_running(self) -> None:
        self.busy.setVisible(self.running)
        self.button.setText(
            self.tr("&Test abbrechen") if self.running else self.tr("&Testmail senden")
        )
        self.button.setEnabled(self.running or self._possible)

    @Slot()
    def _on_clicked(self) -> None:
        if self.running:
            self._stop()
            self._say(self.tr("Der Test wurde abgebrochen."), "small")
        else:
            self.wanted.emit()

    def _on_done(self, asked: threading.Event, recipient: str, _nothing: None) -> None:
        if asked is self._cancelled:
            self._stop()
            self._say(sent_words(recipient), "success")

    def _on_failed(self, asked: threading.Event, error: Exception) -> None:
        if asked is self._cancelled:
            self._stop()
            self._say(error_sentence(error).line, "error")

    def _say(self, text: str, role: str) -> None:
        self.answer.set_role(role)
        changed = text != self.answer.text()
        self.answer.setText(text)
        self.answer.setAccessibleDescription(text)
        self.answer.setVisible(bool(text))
        if changed:
            self.answered.emit()
