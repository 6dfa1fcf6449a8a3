"""Verbindung testen: asks Stripe in the background, for 20 s at most, and can be given up.

An answer that comes too late, or belongs to keys that were changed meanwhile, is dropped.
"""

import threading
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.stripe_account import AccountInfo
from workmate_desktop.ui.shared.controls import button
from workmate_desktop.ui.shared.messages import error_sentence
from workmate_desktop.ui.shared.plain_text import PlainLabel
from workmate_desktop.ui.shared.ports import Background
from workmate_desktop.ui.stripe import key_texts
from workmate_desktop.ui.stripe.ports import Setup

LIMIT_MS = 20_000
"""No one waits longer for an answer (issue: Verbindung testen)."""

_LINE = 16
"""Height of one line of small words, in logical pixels."""


class ConnectionTest(QWidget):
    """The button. `answer` is a line of its own, which the dialog places in its full width:
    beside the button a long reason would be squeezed.

    Signals: `wanted()`: the button was pressed and keys are to be handed to `start`;
    `answered()`: `answer` says something else now.
    """

    wanted = Signal()
    answered = Signal()

    def __init__(self, setup: Setup, bridge: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self._bridge = bridge
        self._cancelled: threading.Event | None = None
        self._possible = False
        self.button = button(self.tr("&Verbindung testen"))
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setFixedWidth(48)
        self.busy.setAccessibleName(self.tr("Stripe wird gefragt"))
        self.busy.setVisible(False)
        self.answer = PlainLabel(role="small", wrap=True)
        self.answer.setAccessibleName(self.tr("Ergebnis des Tests"))
        # Room for one line is kept, so that the usual answer moves nothing.
        self.answer.setMinimumHeight(_LINE)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.busy)
        row.addStretch(1)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(LIMIT_MS)
        self._limit.timeout.connect(self._on_limit)
        self.button.clicked.connect(self._on_clicked)

    @property
    def running(self) -> bool:
        """Whether Stripe is being asked."""
        return self._cancelled is not None

    def set_possible(self, possible: bool) -> None:
        """Whether the keys typed so far could be asked with."""
        self._possible = possible
        self.button.setEnabled(possible or self.running)

    def start(self, publishable: str, secret: str | None) -> None:
        """Ask Stripe with these keys; None asks with the stored secret."""
        self.forget()
        cancelled = self._cancelled = threading.Event()
        self._show_running()
        self._limit.start()
        self._bridge.run_in_background(
            lambda: self._setup.test_connection(publishable, secret, cancelled),
            partial(self._on_done, cancelled),
            partial(self._on_failed, cancelled),
            self,
        )

    def forget(self) -> None:
        """The keys changed, or nobody wants to know any more: give up, show nothing."""
        self._stop()
        self._say("", "small")

    def _stop(self) -> None:
        if self._cancelled is not None:
            self._cancelled.set()
            self._cancelled = None
        self._limit.stop()
        self._show_running()

    def _show_running(self) -> None:
        self.busy.setVisible(self.running)
        self.button.setText(
            self.tr("&Test abbrechen") if self.running else self.tr("&Verbindung testen")
        )
        self.button.setEnabled(self.running or self._possible)

    @Slot()
    def _on_clicked(self) -> None:
        if self.running:
            self._stop()
            self._say(self.tr("Der Test wurde abgebrochen."), "small")
        else:
            self.wanted.emit()

    @Slot()
    def _on_limit(self) -> None:
        self._stop()
        self._fail(UserError("stripe_timeout"))

    def _on_done(self, asked: threading.Event, account: AccountInfo) -> None:
        if asked is not self._cancelled:
            return  # given up, or asked for other keys
        self._stop()
        self._say(key_texts.connected_with(account), "success")

    def _on_failed(self, asked: threading.Event, error: Exception) -> None:
        if asked is not self._cancelled:
            return
        self._stop()
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._say(error_sentence(error).line, "error")

    def _say(self, text: str, role: str) -> None:
        self.answer.set_role(role)
        changed = text != self.answer.text()
        self.answer.setText(text)
        self.answer.setAccessibleDescription(text)
        if changed:
            self.answered.emit()
