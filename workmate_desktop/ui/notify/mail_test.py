"""Testmail senden: through the account as it stands in the fields."""

from PySide6.QtWidgets import QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.notify.mail import MailAccount
from workmate_desktop.services.notify.mail_setup import MailSetup
from workmate_desktop.ui.kit.trial import Trial
from workmate_desktop.words.language import _
from workmate_desktop.words.mail_texts import sent_words


class MailTest(Trial):
    """The button, and in `answer` whether the server took the mail."""

    def __init__(self, settings: MailSetup, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(
            bridge,
            _("&Testmail senden"),
            _("Ergebnis der Testmail"),
            _("Die Testmail wird gesendet"),
            parent,
        )
        self._settings = settings

    def start(self, account: MailAccount, password: str | None) -> None:
        """Send through this account; None takes the stored password."""
        self.try_out(
            lambda cancelled: self._settings.test(account, password, cancelled),
            lambda _nothing: sent_words(account.recipient),
        )
