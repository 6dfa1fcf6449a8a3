"""A real SMTP server on the loopback address (aiosmtpd), which can refuse at every step.

    with MailServer(security=MailSecurity.STARTTLS, login=("anna", "geheim")) as server:
        sender.send(server.account(), "geheim", mail, now)
        server.mails[0]["Subject"]

`answers` says what to answer instead: {"RCPT": "550 unknown"}. Its certificate is for
"localhost", made by an authority that only `server.trust()` knows.
"""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.free_port import free_port
from tests.waiting import PATIENCE
from workmate_desktop.domain.notify.mail import MailAccount, MailSecurity

SENDER, RECIPIENT = "buero@firma.example", "chefin@firma.example"


class MailServer:
    """Takes mails until the `with` ends; `stop` and `start` in between are an outage."""

    def __init__(
        self,
        folder: Path,
        *,
        security: MailSecurity = MailSecurity.STARTTLS,
        login: tuple[str, str] | None = None,
        answers: dict[str, str] | None = None,
        certificate_for: str = "localhost",
        port: int = 0,
        accepts_utf8: bool = True,
    ) -> None:
        """`accepts_utf8`: it offers SMTPUTF8."""
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self._accepts_utf8 = accepts_utf8
        self.answers = dict(answers or {})
        self.arrived = threading.Condition()
        self.sessions = 0
        self._security = security
        self._login = login
        self._port = port
        self._certificate, self._key = folder / "mail-cert.pem", folder / "mail-key.pem"
        _make_certificate(self._certificate, self._key, certificate_for)
        self._controller: Controller | None = None

    @property
    def port(self) -> int:
        return self._port

    def account(self, **changes: Any) -> MailAccount:
        """How to reach it."""
        values: dict[str, Any] = {
            "server": "localhost",
            "port": self._port,
            "security": self._security,
            "user": self._login[0] if self._login else "",
            "sender": SENDER,
            "recipient": RECIPIENT,
        }
        return MailAccount(**{**values, **changes})

    def trust(self) -> ssl.SSLContext:
        """Trusts this server's certificate, and checks the name in it."""
        return ssl.create_default_context(cafile=str(self._certificate))

    def start(self) -> None:
        """Listen; after the first time at the same port again."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._certificate, self._key)
        starttls = self._security is MailSecurity.STARTTLS
        kind = _OverTls if self._security is MailSecurity.TLS else Controller
        options: dict[str, Any] = {
            "authenticator": self._authenticate,
            "enable_SMTPUTF8": self._accepts_utf8,
            "auth_require_tls": starttls,
            "auth_required": self._login is not None and starttls,
            "require_starttls": starttls,
            "tls_context": context if starttls else None,
        }
        if self._login is None:
            options["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
        if self._security is MailSecurity.TLS:
            options["ssl_context"] = context
        made = kind(self, hostname="localhost", port=self._port or free_port(), **options)
        made.factory = lambda: _Refusing(self, made.SMTP_kwargs)  # type: ignore[method-assign]
        made.start()
        self._port, self._controller = made.port, made

    def stop(self) -> None:
        """As when the server is down: nobody listens."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def __enter__(self) -> "MailServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[EmailMessage]:
        """The mails, once there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.mails) >= count, seconds), self.mails
        return self.mails

    # --- what aiosmtpd asks ----------------------------------------------------------------

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            raw = envelope.original_content or b""
            mail = message_from_bytes(raw, policy=default)
            assert isinstance(mail, EmailMessage)
            with self.arrived:
                self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
                self.mails.append(mail)
                self.arrived.notify_all()
        return answer

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False)


class _OverTls(Controller):
    """TLS from the first byte; Controller hands its ssl_context to the socket."""


class _Refusing(SMTP):
    """Answers single commands as told."""

    def __init__(self, server: MailServer, options: dict[str, Any]) -> None:
        super().__init__(server, hostname="mail.firma.example", **options)
        self._server = server
        server.sessions += 1

    async def push(self, status: str | bytes) -> None:
        told = self._server.answers
        if isinstance(status, str) and status.startswith("220 mail") and "CONNECT" in told:
            status = told["CONNECT"]
        await super().push(status)  # type: ignore[type-var]

    async def smtp_MAIL(self, arg: str | None) -> None:
        if "MAIL" in self._server.answers:
            await self.push(self._server.answers["MAIL"])
        else:
            await super().smtp_MAIL(arg)


def _make_certificate(certificate: Path, key: Path, name: str) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
