"""One mail over one SMTP connection, step by step; what a server can answer, told apart.

Imported when the first mail is sent: with the libraries for mail it is 1 MB that an office which
sends none need not hold.
"""

import base64
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import IO, Any, TypeVar

from workmate_desktop.domain.notify.addresses import ascii_host, wire_address
from workmate_desktop.domain.notify.mail import (
    Mail,
    MailAccount,
    MailRefusal,
    MailRefused,
    MailSecurity,
)

T = TypeVar("T")

NAME = "WorkmateOS Desktop"

# Instead of the name of this PC, which is nobody's business and may take DNS seconds to find.
_HELLO = "[127.0.0.1]"


def hand_over(
    connection: "SmtpConnection",
    account: MailAccount,
    password: str,
    message: Message,
    trust: Callable[[], ssl.SSLContext],
    timeout: float,
) -> None:
    """Connect, log in, send `message`. `timeout` (seconds) bounds each answer of the server.

    Raises `MailRefused`.
    """
    client = _translated(
        lambda: _connect(connection, account, trust, timeout), MailRefusal.BROKEN_OFF
    )
    try:
        if account.security is MailSecurity.STARTTLS:
            _translated(lambda: client.starttls(context=trust()), MailRefusal.NO_STARTTLS)
        if account.user:
            _translated(lambda: _log_in(client, account.user, password), MailRefusal.NO_LOGIN)
        _translated(lambda: _send(client, account, message), MailRefusal.CONTENT_REFUSED)
    finally:
        # The mail is taken, or refused, already: what goes wrong now changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


def _connect(
    connection: "SmtpConnection",
    account: MailAccount,
    trust: Callable[[], ssl.SSLContext],
    timeout: float,
) -> smtplib.SMTP:
    # Not by Python's codec for names, which makes another domain of "straße".
    server, port = ascii_host(account.server) or account.server, account.port
    if account.security is MailSecurity.TLS:

        class OverTls(_Watched, smtplib.SMTP_SSL):
            watcher = connection

        return OverTls(server, port, _HELLO, timeout=timeout, context=trust())

    class Plain(_Watched, smtplib.SMTP):
        watcher = connection

    return Plain(server, port, _HELLO, timeout=timeout)


class SmtpConnection:
    """Lets the waiting thread end a connection, also one that is opened only after that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self._client: smtplib.SMTP | None = None
        self._sock: socket.socket | None = None

    def opened(self, client: smtplib.SMTP, sock: socket.socket) -> None:
        """Raises TimeoutError when nobody waits any more."""
        with self._lock:
            self._client, self._sock = client, sock
            if self._given_up:
                sock.close()
                raise TimeoutError

    def cut(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._given_up = True
            # TLS wraps the socket into another one.
            sock = (self._client.sock if self._client is not None else None) or self._sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


_LONGEST_REPLY = 100_000
"""Bytes of one reply; the list of what a server can do has some hundreds."""


class _Counted:
    """What a server says, line by line. Raises SMTPServerDisconnected when one reply does not end:
    smtplib bounds each line, but takes as many as come."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._lines = lines
        self.taken = 0

    def readline(self, size: int) -> bytes:
        line = self._lines.readline(size)
        self.taken += len(line)
        if self.taken > _LONGEST_REPLY:
            raise smtplib.SMTPServerDisconnected("reply without an end")
        return line

    def close(self) -> None:
        self._lines.close()


class _Watched:
    """A client of smtplib that tells of its connection before the server's greeting is read, and
    takes no reply without an end."""

    watcher: SmtpConnection
    file: Any
    sock: Any

    def getreply(self) -> tuple[int, bytes]:
        """As in smtplib, counted."""
        if self.file is None:
            self.file = _Counted(self.sock.makefile("rb"))
        self.file.taken = 0
        return super().getreply()  # type: ignore[misc,no-any-return]  # smtplib's

    def _get_socket(self, *arguments: Any) -> Any:
        sock = super()._get_socket(*arguments)  # type: ignore[misc]  # smtplib's
        self.watcher.opened(self, sock)  # type: ignore[arg-type]
        return sock


def message_of(account: MailAccount, mail: Mail, now: datetime) -> Message:
    """Raises ValueError when a line break stands in a header: a bug of the caller.

    Without From and To where one of them has umlauts before the @: `_send` writes these.
    """
    if any(end in mail.subject for end in "\r\n"):
        raise ValueError("a subject is one line")
    # The older classes of the library: EmailMessage (Python 3.11.7) moves blanks between the
    # encoded words of a long subject; a test has such a one.
    message = MIMEText(mail.body, "plain", "utf-8")
    message["Subject"] = Header(mail.subject, "utf-8", header_name="Subject").encode()
    sender, recipient = wire_address(account.sender), wire_address(account.recipient)
    if sender.isascii() and recipient.isascii():
        message["From"] = formataddr((NAME, sender))
        message["To"] = recipient
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    # So that no absence note answers it: https://www.rfc-editor.org/rfc/rfc3834#section-5
    message["Auto-Submitted"] = "auto-generated"
    return message


def _send(client: smtplib.SMTP, account: MailAccount, message: Message) -> None:
    """Umlauts before the @ need a server that takes them: https://www.rfc-editor.org/rfc/rfc6531"""
    sender, recipient = wire_address(account.sender), wire_address(account.recipient)
    if sender.isascii() and recipient.isascii():
        client.send_message(message, sender, [recipient])
        return
    client.ehlo_or_helo_if_needed()
    if not client.has_extn("smtputf8"):
        mine = not sender.isascii()
        raise MailRefused(MailRefusal.SENDER_REFUSED if mine else MailRefusal.RECIPIENT_REFUSED)
    # The library's older messages cannot write headers in UTF-8.
    headers = f"From: {NAME} <{sender}>\r\nTo: {recipient}\r\n".encode()
    body = headers + message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    client.sendmail(sender, [recipient], body, mail_options=["SMTPUTF8", "BODY=8BITMIME"])


def _log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    """As smtplib does; it cannot send umlauts, which RFC 4616 writes in UTF-8."""
    if (user + password).isascii():
        client.login(user, password)
        return
    client.ehlo_or_helo_if_needed()
    if "PLAIN" not in client.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    status, words = client.docmd("AUTH", f"PLAIN {secret}")
    if status != 235:
        raise smtplib.SMTPAuthenticationError(status, words)


def _translated(step: Callable[[], T], not_supported: MailRefusal) -> T:
    """`step`, with the errors of smtplib told apart. `not_supported` is what it means when the
    server does not offer, or does not do, what this step needs."""
    try:
        return step()
    except smtplib.SMTPNotSupportedError:
        refused = MailRefused(not_supported)
    except smtplib.SMTPAuthenticationError as error:
        refused = _by_status(MailRefusal.LOGIN_REFUSED, error.smtp_code)
    except smtplib.SMTPSenderRefused as error:
        refused = _by_status(MailRefusal.SENDER_REFUSED, error.smtp_code)
    except smtplib.SMTPRecipientsRefused as error:
        statuses = [status for status, _words in error.recipients.values()]
        refused = _by_status(MailRefusal.RECIPIENT_REFUSED, max(statuses, default=None))
    except smtplib.SMTPServerDisconnected as error:
        # smtplib says so of a server that is silent, too.
        silent = isinstance(error.__context__, TimeoutError)
        refused = MailRefused(MailRefusal.TIMEOUT if silent else MailRefusal.BROKEN_OFF)
    except smtplib.SMTPResponseException as error:
        # The greeting, EHLO, STARTTLS or DATA was answered with a number that means no.
        connecting = isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError)
        kind = MailRefusal.BROKEN_OFF if connecting else not_supported
        refused = _by_status(kind, error.smtp_code)
    except smtplib.SMTPException:  # "No suitable authentication method found."
        refused = MailRefused(not_supported)
    except ssl.SSLCertVerificationError:
        refused = MailRefused(MailRefusal.CERTIFICATE)
    except ssl.SSLError:
        refused = MailRefused(MailRefusal.TLS_FAILED)
    except TimeoutError:
        refused = MailRefused(MailRefusal.TIMEOUT)
    except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError):
        refused = MailRefused(MailRefusal.BROKEN_OFF)
    except (OSError, UnicodeError):  # no such name, no route, refused; a name IDNA cannot write
        refused = MailRefused(MailRefusal.UNREACHABLE)
    # Outside the handlers: the server's own words, which may name an address, end here.
    raise refused


def _by_status(kind: MailRefusal, status: int | None) -> MailRefused:
    """A number from 400 to 499 means: later. https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1"""
    if status is not None and 400 <= status < 500:
        kind = MailRefusal.TRY_LATER
    return MailRefused(kind, status=status)
