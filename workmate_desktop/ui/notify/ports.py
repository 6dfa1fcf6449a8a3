"""What notices outside of the window need from the rest of the program, no more."""

import threading
from typing import Protocol

from workmate_desktop.domain.notify.mail import MailAccount
from workmate_desktop.services.notify.mail_setup import MailState


class StartsWithSession(Protocol):
    """gateways.autostart.Autostart."""

    def enabled(self) -> bool:
        """Whether the program is started with the session."""
        ...

    def set_enabled(self, wanted: bool) -> None:
        """Start with the session, or not. Writes a file. Raises UserError."""
        ...


class MailSettings(Protocol):
    """services.mail_setup.MailSetup."""

    @property
    def state(self) -> MailState:
        """How it is set right now."""
        ...

    def save(self, account: MailAccount, password: str | None, *, allow_file: bool = False) -> None:
        """Send notices through this account; None keeps the stored password. Blocks."""
        ...

    def turn_off(self) -> None:
        """Send nothing more. Blocks."""
        ...

    def test(self, account: MailAccount, password: str | None, cancelled: threading.Event) -> None:
        """Send a test mail. Blocks."""
        ...
