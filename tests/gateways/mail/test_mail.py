"""The mail gateway against a real SMTP server."""

import contextlib
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON
from tests.standins.mail_server import RECIPIENT, SENDER, MailServer
from tests.waiting import PATIENCE
from workmate_desktop.domain.notify.mail import (
    Mail,
    MailAccount,
    MailField,
    MailProblem,
    MailRefusal,
    MailRefused,
    MailSecurity,
    problems_of,
)
from workmate_desktop.gateways.mail.mail import MailSender

MAIL = Mail("Zahlung fehlgeschlagen: RE-2026-0117 · 476,00 €", "Guten Tag,\nöäü €\n", "m-1")
LOGIN = ("anna", "geheim")


def send(at: MailServer, password: str = "", *, trust: bool = True, **changes: object) -> None:
    sender = MailSender(context=at.trust() if trust else None, step_seconds=PATIENCE)
    sender.send(at.account(**changes), password, MAIL, NOON)


def refusal(at: MailServer, password: str = "", **how: object) -> MailRefused:
    with pytest.raises(MailRefused) as caught:
        send(at, password, **how)  # type: ignore[arg-type]
    assert at.mails == []
    return caught.value


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
@pytest.mark.parametrize("password", ["geheim", "gehäim"])
def test_an_encrypted_mail_with_login_arrives(
    tmp_path: Path, security: MailSecurity, password: str
) -> None:
    with MailServer(tmp_path, security=security, login=("anna", password)) as server:
        send(server, password)
    [mail] = server.mails
    assert mail["Subject"] == MAIL.subject
    assert (mail["From"].addresses[0].addr_spec, mail["To"]) == (SENDER, RECIPIENT)
    assert mail["From"].addresses[0].display_name == "WorkmateOS Desktop"
    assert mail["Message-ID"] == "<m-1@firma.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOON
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.body


def test_me5_domains_with_umlauts_go_out_as_machines_write_them(tmp_path: Path) -> None:
    """The stand-in refuses whatever is not ASCII, as many servers do."""
    changes: dict[str, Any] = {
        "sender": "info@bäckerei-müller.de",
        "recipient": "chefin@straße.example",
    }
    with MailServer(tmp_path, accepts_utf8=False) as server:
        send(server, **changes)
    [mail] = server.mails
    assert mail["From"].addresses[0].addr_spec == "info@xn--bckerei-mller-bfb28a.de"
    assert mail["To"] == "chefin@xn--strae-oqa.example"  # and not strasse.example
    assert mail["Message-ID"] == "<m-1@xn--bckerei-mller-bfb28a.de>"
    assert server.envelopes == [
        ("info@xn--bckerei-mller-bfb28a.de", ["chefin@xn--strae-oqa.example"])
    ]


def test_me5_umlauts_before_the_at_need_a_server_that_takes_them(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        send(server, recipient="jörg@müller.example")
    [mail] = server.mails
    assert mail["To"] == "jörg@xn--mller-kva.example"
    assert mail["Subject"] == MAIL.subject
    assert mail.get_content().replace("\r\n", "\n") == MAIL.body
    with MailServer(tmp_path, accepts_utf8=False) as server:
        assert refusal(server, recipient="jörg@a.example").kind is MailRefusal.RECIPIENT_REFUSED
        assert refusal(server, sender="jörg@a.example").kind is MailRefusal.SENDER_REFUSED


def test_without_encryption_to_this_pc_only(tmp_path: Path) -> None:
    with MailServer(tmp_path, security=MailSecurity.NONE) as server:
        send(server)
        assert len(server.mails) == 1
        sessions = server.sessions
        with pytest.raises(MailRefused) as caught:
            send(server, server="mail.firma.example")
        assert caught.value.kind is MailRefusal.NO_STARTTLS
        assert server.sessions == sessions


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    for security in (MailSecurity.STARTTLS, MailSecurity.TLS):
        with MailServer(tmp_path, security=security) as server:
            assert refusal(server, trust=False).kind is MailRefusal.CERTIFICATE


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    with MailServer(tmp_path, certificate_for="mail.example.org") as server:
        assert refusal(server).kind is MailRefusal.CERTIFICATE


def test_a_server_without_starttls_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    with MailServer(tmp_path, security=MailSecurity.NONE, login=LOGIN) as server:
        found = refusal(server, "geheim", security=MailSecurity.STARTTLS)
        assert found.kind is MailRefusal.NO_STARTTLS


def test_tls_to_a_port_that_speaks_none(tmp_path: Path) -> None:
    with MailServer(tmp_path, security=MailSecurity.NONE) as server:
        assert refusal(server, security=MailSecurity.TLS).kind is MailRefusal.TLS_FAILED


def test_a_wrong_password(tmp_path: Path) -> None:
    with MailServer(tmp_path, login=LOGIN) as server:
        found = refusal(server, "falsch")
        assert (found.kind, found.code) == (MailRefusal.LOGIN_REFUSED, "mail_login_refused")
        assert found.status == 535
        assert refusal(server, "fälsch").kind is MailRefusal.LOGIN_REFUSED


def test_a_login_where_none_is_offered(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        assert refusal(server, "geheim", user="anna").kind is MailRefusal.NO_LOGIN


@pytest.mark.parametrize(
    ("step", "answer", "kind"),
    [
        ("MAIL", "553 not yours", MailRefusal.SENDER_REFUSED),
        ("RCPT", "550 unknown", MailRefusal.RECIPIENT_REFUSED),
        ("RCPT", "450 greylisted", MailRefusal.TRY_LATER),
        ("DATA", "554 spam", MailRefusal.CONTENT_REFUSED),
        ("DATA", "451 try later", MailRefusal.TRY_LATER),
        ("CONNECT", "554 no", MailRefusal.BROKEN_OFF),
        ("CONNECT", "421 busy", MailRefusal.TRY_LATER),
    ],
)
def test_each_refusal_has_its_kind(
    tmp_path: Path, step: str, answer: str, kind: MailRefusal
) -> None:
    with MailServer(tmp_path, answers={step: answer}) as server:
        found = refusal(server)
        assert (found.kind, found.status) == (kind, int(answer[:3]))
        assert RECIPIENT not in repr(found) + str(found.values)


def test_nobody_listens(tmp_path: Path) -> None:
    server = MailServer(tmp_path)
    with server:
        pass
    assert refusal(server).kind is MailRefusal.UNREACHABLE


def test_no_such_server(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        found = refusal(server, server="a..b")
        assert found.kind is MailRefusal.UNREACHABLE


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_silent_server_is_given_up(silent: socket.socket) -> None:
    account = MailAccount("localhost", silent.getsockname()[1], sender=SENDER, recipient=RECIPIENT)
    with pytest.raises(MailRefused) as caught:
        MailSender(step_seconds=0.3).send(account, "", MAIL, NOON)
    assert caught.value.kind is MailRefusal.TIMEOUT


def test_sa10_a_reply_without_an_end_is_given_up(silent: socket.socket) -> None:
    """Each line is short, and another one always follows."""
    sent = 0

    def flood() -> None:
        nonlocal sent
        connection, _ = silent.accept()
        with connection, contextlib.suppress(OSError):
            while True:
                sent += connection.send(b"220-" + b"x" * 90 + b"\r\n")

    thread = threading.Thread(target=flood)
    thread.start()
    account = MailAccount("localhost", silent.getsockname()[1], sender=SENDER, recipient=RECIPIENT)
    tracemalloc.start()
    try:
        with pytest.raises(MailRefused) as caught:
            MailSender(step_seconds=60, all_seconds=60).send(account, "", MAIL, NOON)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    thread.join(PATIENCE)
    assert caught.value.kind is MailRefusal.BROKEN_OFF
    assert peak < 5_000_000
    assert sent < 50_000_000


def test_a_dripping_server_is_cut_off(silent: socket.socket) -> None:
    """Each byte comes in time, the whole never does."""
    ended = threading.Event()

    def drip() -> None:
        connection, _ = silent.accept()
        with connection:
            try:
                while True:
                    connection.sendall(b"220-")
                    time.sleep(0.05)
                    connection.sendall(b"x\r\n")
            except OSError:
                ended.set()

    thread = threading.Thread(target=drip)
    thread.start()
    account = MailAccount("localhost", silent.getsockname()[1], sender=SENDER, recipient=RECIPIENT)
    with pytest.raises(MailRefused) as caught:
        MailSender(step_seconds=5, all_seconds=0.5).send(account, "", MAIL, NOON)
    assert caught.value.kind is MailRefusal.TIMEOUT
    assert ended.wait(PATIENCE), "the connection was left open"
    thread.join(PATIENCE)


def test_the_computers_own_trust_is_used() -> None:
    context = MailSender()._trust()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_line_break_makes_no_header() -> None:
    account = MailAccount("localhost", 1, MailSecurity.NONE, "", SENDER, RECIPIENT)
    with pytest.raises(ValueError, match="one line"):
        MailSender().send(account, "", Mail("Hallo\nBcc: a@b.de", "x", "1"), NOON)


# --- what is entered ---------------------------------------------------------------------

GOOD = MailAccount("mail.firma.de", 587, MailSecurity.STARTTLS, "anna", SENDER, RECIPIENT)


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"server": ""}, MailField.SERVER, MailProblem.MISSING),
        ({"server": "https://mail.de"}, MailField.SERVER, MailProblem.MALFORMED),
        ({"server": "mail firma"}, MailField.SERVER, MailProblem.MALFORMED),
        ({"port": 0}, MailField.PORT, MailProblem.MALFORMED),
        ({"port": 70000}, MailField.PORT, MailProblem.MALFORMED),
        ({"security": MailSecurity.NONE}, MailField.SECURITY, MailProblem.IN_THE_CLEAR),
        ({"sender": ""}, MailField.SENDER, MailProblem.MISSING),
        ({"sender": "anna"}, MailField.SENDER, MailProblem.MALFORMED),
        ({"recipient": "a@b\nc"}, MailField.RECIPIENT, MailProblem.MALFORMED),
        ({"recipient": "a@b.de, c@d.de"}, MailField.RECIPIENT, MailProblem.MALFORMED),
    ],
)
def test_what_is_wrong_with_a_field(
    changes: dict[str, object], field: MailField, problem: MailProblem
) -> None:
    from dataclasses import replace

    assert problems_of(GOOD, password=True) == {}
    wrong = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert problems_of(wrong, password=True) == {field: problem}


def test_a_user_needs_a_password_and_this_pc_no_encryption() -> None:
    from dataclasses import replace

    assert problems_of(GOOD, password=False) == {MailField.PASSWORD: MailProblem.MISSING}
    assert problems_of(replace(GOOD, user=""), password=False) == {}
    for here in ("localhost", "127.0.0.1", "::1"):
        there = replace(GOOD, server=here, security=MailSecurity.NONE)
        assert problems_of(there, password=True) == {}
