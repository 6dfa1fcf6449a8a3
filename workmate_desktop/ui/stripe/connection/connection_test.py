"""Verbindung testen: asks Stripe with the keys as they stand in the fields, for 20 s at most."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.errors import UserError
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.ui.kit.trial import Trial
from workmate_desktop.words import key_texts
from workmate_desktop.words.language import _

LIMIT_MS = 20_000
"""No one waits longer for an answer (issue: Verbindung testen)."""

_LINE = 16
"""Height of one line of small words, in logical pixels."""


class ConnectionTest(Trial):
    """The button, and in `answer` the name of the account."""

    def __init__(self, setup: StripeSetup, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(
            bridge,
            _("&Verbindung testen"),
            _("Ergebnis des Tests"),
            _("Stripe wird gefragt"),
            parent,
        )
        self._setup = setup
        # Room for one line is kept, so that the usual answer moves nothing.
        self.answer.setMinimumHeight(_LINE)
        policy = self.answer.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.answer.setSizePolicy(policy)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(LIMIT_MS)
        self._limit.timeout.connect(self._on_limit)

    def start(self, publishable: str, secret: str | None) -> None:
        """Ask Stripe with these keys; None asks with the stored secret."""
        self._limit.start()
        self.try_out(
            lambda cancelled: self._setup.test_connection(publishable, secret, cancelled),
            key_texts.connected_with,
        )

    @Slot()
    def _on_limit(self) -> None:
        if self.running:
            self.fail(UserError("stripe_timeout"))
