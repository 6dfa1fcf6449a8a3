"""Sends one e-mail through an SMTP server. Encrypted and with the server's certificate checked.

https://docs.python.org/3/library/smtplib.html, https://docs.python.org/3/library/ssl.html
"""

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

from workmate_desktop.domain.notify.mail import (
    Mail,
    MailAccount,
    MailRefusal,
    MailRefused,
    MailSecurity,
    is_loopback,
)
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system import deadline

if TYPE_CHECKING:
    import ssl

_STEP_SECONDS = 15.0
_ALL_SECONDS = 45.0
_LOOK_SECONDS = 0.1


class MailSender:
    """One connection per mail. `send` blocks for up to `all_seconds`: for the background.

    `step_seconds` bounds each single answer of the server. `context` says whom to trust; None
    is what this computer trusts.
    """

    def __init__(
        self,
        *,
        context: "ssl.SSLContext | None" = None,
        step_seconds: float = _STEP_SECONDS,
        all_seconds: float = _ALL_SECONDS,
    ) -> None:
        self._context = context
        self._step = step_seconds
        self._all = all_seconds

    def send(
        self,
        account: MailAccount,
        password: str,
        mail: Mail,
        now: datetime,
        cancelled: Signal | None = None,
    ) -> None:
        """Hand `mail` to the server. Once this returns, the server has taken it.

        Raises `MailRefused`. After a timeout, or once `cancelled` is set, the connection is cut,
        so that what was counted as failed is not sent after all.
        """
        if account.security is MailSecurity.NONE and not is_loopback(account.server):
            raise MailRefused(MailRefusal.NO_STARTTLS)
        from workmate_desktop.gateways.mail import smtp

        message = smtp.message_of(account, mail, now)
        connection = smtp.SmtpConnection()

        def hand_over() -> None:
            smtp.hand_over(connection, account, password, message, self._trust, self._step)

        pending = deadline.start(hand_over, "mail")
        until = time.monotonic() + self._all
        while True:
            try:
                pending.result(_LOOK_SECONDS)
                return
            except TimeoutError:
                # Since 3.11 also what a timeout of the work itself would raise; that is told as
                # a MailRefused, so here nobody has answered yet.
                given_up = cancelled is not None and cancelled.is_set()
                if given_up or time.monotonic() >= until:
                    break
        connection.cut()
        raise MailRefused(MailRefusal.TIMEOUT)

    def _trust(self) -> "ssl.SSLContext":
        if self._context is not None:
            return self._context
        import ssl

        context = ssl.create_default_context()
        if sys.platform == "darwin":
            # Python from python.org finds no certificates of macOS; requests brings its own.
            from requests.utils import DEFAULT_CA_BUNDLE_PATH

            context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        return context
