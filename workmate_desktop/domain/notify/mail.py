"""E-mails to the admin: where they go out, what may be wrong with that, and how it can fail."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.notify.addresses import is_server, mail_address


class MailSecurity(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    """Begins in the clear and must become TLS before anything is said; port 587."""
    TLS = "tls"
    """TLS from the first byte; port 465."""
    NONE = "none"
    """In the clear: only to this same PC, where a mail server of its own may run."""


USUAL_PORT = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The mailbox that sends, and who gets the mails. An empty `user` means: no login.

    The password is a secret and never in here.
    """

    server: str = ""
    port: int = USUAL_PORT[MailSecurity.STARTTLS]
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    sender: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class MailText:
    """What a mail says: plain text, the subject in one line."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Mail(MailText):
    """A mail on its way. `id` is the same at each attempt: from it comes the Message-ID, by
    which mail servers and programs recognise a mail that was sent twice (RFC 5322, 3.6.4)."""

    id: str


class MailField(StrEnum):
    """What can be filled in wrongly."""

    SERVER = "server"
    PORT = "port"
    SECURITY = "security"
    PASSWORD = "password"
    SENDER = "sender"
    RECIPIENT = "recipient"


class MailProblem(StrEnum):
    """What is wrong with a field."""

    MISSING = "missing"
    MALFORMED = "malformed"
    IN_THE_CLEAR = "in_the_clear"
    """Unencrypted to another computer: password and content could be read on the way."""


def is_loopback(server: str) -> bool:
    """Whether `server` is this PC itself."""
    name = server.strip().casefold()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def problems_of(account: MailAccount, *, password: bool) -> dict[MailField, MailProblem]:
    """What is wrong with each field; nothing when the account can be tried.

    `password`: there is one, typed or stored.
    """
    found: dict[MailField, MailProblem] = {}
    if not account.server:
        found[MailField.SERVER] = MailProblem.MISSING
    elif not is_server(account.server):
        found[MailField.SERVER] = MailProblem.MALFORMED
    elif account.security is MailSecurity.NONE and not is_loopback(account.server):
        found[MailField.SECURITY] = MailProblem.IN_THE_CLEAR
    if not 1 <= account.port <= 65535:
        found[MailField.PORT] = MailProblem.MALFORMED
    if account.user and not password:
        found[MailField.PASSWORD] = MailProblem.MISSING
    for field, address in (
        (MailField.SENDER, account.sender),
        (MailField.RECIPIENT, account.recipient),
    ):
        if not address:
            found[field] = MailProblem.MISSING
        elif mail_address(address) is None:
            found[field] = MailProblem.MALFORMED
    return found


class MailRefusal(StrEnum):
    """Why a mail did not go out."""

    UNREACHABLE = "unreachable"
    """No such server, no net, or nobody listens at that port."""
    TIMEOUT = "timeout"
    BROKEN_OFF = "broken_off"
    """The connection ended in the middle, or it speaks no SMTP (a wrong port, mostly)."""
    NO_STARTTLS = "no_starttls"
    """The server offers no encryption; nothing was sent."""
    CERTIFICATE = "certificate"
    """The server cannot prove that it is the one named; nothing was sent."""
    TLS_FAILED = "tls_failed"
    NO_LOGIN = "no_login"
    """A user name is given, but the server offers no login."""
    LOGIN_REFUSED = "login_refused"
    SENDER_REFUSED = "sender_refused"
    RECIPIENT_REFUSED = "recipient_refused"
    CONTENT_REFUSED = "content_refused"
    TRY_LATER = "try_later"
    """The server asks for patience (full, busy, greylisting: any 4xx answer)."""
    NO_PASSWORD = "no_password"
    """The stored password cannot be read."""


PASSES = frozenset(
    {
        MailRefusal.UNREACHABLE,
        MailRefusal.TIMEOUT,
        MailRefusal.BROKEN_OFF,
        MailRefusal.TRY_LATER,
    }
)
"""Troubles that mostly pass by themselves; with the others a person must look."""


class MailRefused(UserError):
    """The mail did not go out. `code` is `mail_` and the kind; `status` the server's own
    number, such as 535, where it gave one. Never holds an address or words of the server."""

    def __init__(self, kind: MailRefusal, *, status: int | None = None) -> None:
        super().__init__(f"mail_{kind.value}", status=status)
        self.kind = kind
        self.status = status
