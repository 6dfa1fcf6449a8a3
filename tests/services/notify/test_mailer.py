"""Notices by e-mail: one for each, many together, none twice, none lost."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import TestClock
from tests.services.notify.mail_rig import MailOffice
from tests.standins.mail_server import MailServer
from tests.waiting import PATIENCE
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.notify.mail import MailRefusal, MailRefused
from workmate_desktop.domain.steps import StepName
from workmate_desktop.services.notify.mailer import (
    COLLECT,
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    pause_after,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path, login=("anna", "geheim")) as made:
        yield made


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def open_office(
    tmp_path: Path, server: MailServer, clock: TestClock
) -> Iterator[Callable[[], MailOffice]]:
    """Opens the office; once more is a restart on the same books and keyring."""
    made: list[MailOffice] = []

    def open_it() -> MailOffice:
        keychain = made[-1].keychain if made else None
        made.append(MailOffice(tmp_path / "daten", server.trust(), clock=clock, keychain=keychain))
        return made[-1]

    yield open_it
    for each in made[-1:]:
        each.close()


@pytest.fixture
def office(open_office: Callable[[], MailOffice], server: MailServer) -> MailOffice:
    """E-mails are set up."""
    made = open_office()
    made.use(server.account(), "geheim")
    return made


def pass_time(clock: TestClock, by: timedelta) -> None:
    clock.moment += by


def test_a_failure_becomes_one_mail_after_a_minute(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    assert office.mailer.send_due() is None
    office.fail()
    assert office.mailer.send_due() == COLLECT.total_seconds()
    pass_time(clock, COLLECT - timedelta(seconds=10))
    assert office.mailer.send_due() == 10
    assert server.mails == []
    pass_time(clock, timedelta(seconds=10))
    assert office.mailer.send_due() is None
    [mail] = server.mails
    assert mail["Subject"] == "WorkmateOS: Zahlung fehlgeschlagen: RE-2026-0117 · 476,00 €"
    assert "Deckung" in mail.get_content() or "gedeckt" in mail.get_content()
    assert office.outbox() == 0
    pass_time(clock, timedelta(hours=5))
    assert office.mailer.send_due() is None
    assert len(server.mails) == 1


def test_what_comes_within_a_minute_is_one_mail(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    for number in range(120):
        office.fail(f"RE-2026-{number:04}")
        pass_time(clock, timedelta(seconds=0.4))
    office.notice(NoticeKind.NEEDS_REVIEW, amount_minor=8900, currency="eur", reason="no_invoice")
    pass_time(clock, timedelta(seconds=12))
    assert office.mailer.send_due() is None
    [mail] = server.mails
    assert mail["Subject"] == (
        "WorkmateOS: 121 Meldungen (120 Zahlungen fehlgeschlagen, 1 Klärung nötig)"
    )
    body = mail.get_content()
    assert body.count("Zahlung fehlgeschlagen: RE-") == 50
    assert "… und 71 weitere Meldungen." in body


def test_nothing_is_sent_unless_it_is_wanted(
    open_office: Callable[[], MailOffice], server: MailServer, clock: TestClock
) -> None:
    office = open_office()
    office.fail()
    office.use(server.account(), "geheim")
    pass_time(clock, MINUTE)
    assert office.mailer.send_due() is None  # it came before
    office.fail()
    office.setup.turn_off()
    office.setup.load()
    assert (office.setup.state.on, office.setup.state.declined) == (False, True)
    pass_time(clock, MINUTE)
    assert office.mailer.send_due() is None
    office.use(server.account())
    assert office.mailer.send_due() is None  # and is forgotten
    assert server.mails == []


def test_what_needs_nobody_is_not_sent(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    office.fail(still_owed=False)
    office.notice(NoticeKind.SETTINGS_RESET)
    office.notice(NoticeKind.STRANGERS_REFUSED)
    office.notice(NoticeKind.MAIL_FAILED, reason="unreachable")
    assert office.outbox() == 0


def test_server_away_and_back(office: MailOffice, server: MailServer, clock: TestClock) -> None:
    office.fail()
    pass_time(clock, COLLECT)
    server.stop()
    began, tried_at = clock.moment, []
    while clock.moment < began + timedelta(hours=4):
        before = office.attempts()
        office.mailer.send_due()
        if office.attempts() > before:
            tried_at.append((clock.moment - began).total_seconds() / 60)
        pass_time(clock, MINUTE)
    assert tried_at == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert office.kinds() == ["payment_failed"]  # it passes: nobody needs to know
    server.start()
    pass_time(clock, LONGEST_PAUSE)
    assert office.mailer.send_due() is None
    assert len(server.mails) == 1


def test_the_pauses_grow_to_an_hour() -> None:
    pauses = [pause_after(n, passes=True).total_seconds() / 60 for n in range(1, 9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_after(10_000, passes=True) == LONGEST_PAUSE
    assert pause_after(1, passes=False) == LONGEST_PAUSE


def test_given_up_after_three_days_with_one_notice(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    office.fail()
    pass_time(clock, COLLECT)
    office.mailer.send_due()
    assert len(server.mails) == 1
    server.stop()
    for _ in range(3):
        office.fail()
        pass_time(clock, COLLECT)
        office.mailer.send_due()
    pass_time(clock, GIVE_UP_AFTER)
    assert office.mailer.send_due() is None
    assert office.outbox() == 0
    assert office.kinds() == ["payment_failed"] * 4 + ["mail_failed"]
    server.start()
    pass_time(clock, LONGEST_PAUSE)
    assert office.mailer.send_due() is None
    assert len(server.mails) == 1


def test_a_refused_login_is_told_once_and_mended_by_new_settings(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    office.use(server.account(), "falsch")
    office.fail()
    pass_time(clock, COLLECT)
    office.mailer.send_due()
    sessions = server.sessions
    for _ in range(30):  # a mailbox that is asked again and again is locked
        pass_time(clock, MINUTE)
        office.mailer.send_due()
    assert server.sessions == sessions
    pass_time(clock, LONGEST_PAUSE)
    office.mailer.send_due()
    assert server.sessions == sessions + 1
    assert office.kinds() == ["payment_failed", "mail_failed"], "one notice, and its own"
    assert office.outbox() == 1
    assert office.steps.states()[StepName.MAIL].failures == 2
    office.use(server.account(), "geheim")
    assert office.mailer.send_due() is None
    assert not office.steps.states()[StepName.MAIL].failing
    assert len(server.mails) == 1


def test_a_restart_sends_what_waited(
    open_office: Callable[[], MailOffice], server: MailServer, clock: TestClock
) -> None:
    office = open_office()
    office.use(server.account(), "geheim")
    office.fail()
    office.close()
    again = open_office()
    assert again.setup.state.has_password
    pass_time(clock, COLLECT)
    assert again.mailer.send_due() is None
    assert len(server.mails) == 1


def test_the_message_id_stays_the_same_when_nobody_knows_whether_it_arrived(
    open_office: Callable[[], MailOffice], server: MailServer, clock: TestClock
) -> None:
    """Killed after the server took the mail and before that was noted."""
    office = open_office()
    office.use(server.account(), "geheim")
    office.fail()
    pass_time(clock, COLLECT)
    true_send = office.sender.send

    class Killed(BaseException):
        pass

    def send_and_die(*arguments: Any) -> None:
        true_send(*arguments)
        raise Killed

    office.sender.send = send_and_die  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        office.mailer.send_due()
    office.close()
    again = open_office()
    assert again.mailer.send_due() == 60  # not at once, and again and again
    pass_time(clock, MINUTE)
    again.fail("RE-2026-0200")  # what comes later does not get into the old mail
    again.mailer.send_due()
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert "RE-2026-0200" not in second.get_content()


def test_a_taken_mail_is_not_sent_again_when_that_cannot_be_noted(
    office: MailOffice, server: MailServer, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workmate_desktop.store.notify.mails import MailVerbs

    office.fail()
    pass_time(clock, COLLECT)
    true_remove = MailVerbs.remove

    def fails(_verbs: MailVerbs, _mail_id: str) -> None:
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(MailVerbs, "remove", fails)
    with pytest.raises(RuntimeError):
        office.mailer.send_due()
    monkeypatch.setattr(MailVerbs, "remove", true_remove)
    pass_time(clock, MINUTE)
    assert office.mailer.send_due() is None
    assert len(server.mails) == 1
    assert office.outbox() == 0


def test_notices_that_were_deleted_are_not_sent(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    notice_id = office.fail()
    office.office.writer.submit(
        lambda t: t.raw.execute("DELETE FROM notices WHERE id = ?", (notice_id,))
    ).result(PATIENCE)
    pass_time(clock, COLLECT)
    assert office.mailer.send_due() is None
    assert (server.mails, office.outbox()) == ([], 0)


def test_a_clock_that_was_set_back_holds_up_nothing(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    office.fail()
    pass_time(clock, timedelta(days=-400))
    assert office.mailer.send_due() is None
    assert len(server.mails) == 1


def test_a_number_from_outside_makes_no_header_and_no_payer_is_named(
    office: MailOffice, server: MailServer, clock: TestClock
) -> None:
    office.notice(
        NoticeKind.NEEDS_REVIEW,
        number="RE\r\nBcc: boese@example.org\u2028\x00" + "A" * 5000,
        amount_minor=100,
        currency="eur",
        reason="unknown_invoice",
    )
    pass_time(clock, COLLECT)
    office.mailer.send_due()
    [mail] = server.mails
    assert mail["Bcc"] is None
    assert len(mail["Subject"]) <= 300


def test_the_thread_sends_by_itself_and_ends(
    tmp_path: Path, server: MailServer, open_office: Callable[[], MailOffice], clock: TestClock
) -> None:
    office = open_office()
    office.use(server.account(), "geheim")
    office.mailer.start()
    office.fail()
    pass_time(clock, COLLECT)
    office.mailer.wake()
    server.wait_for(1)
    assert office.mailer.stop(PATIENCE)
    assert office.mailer.stop(PATIENCE)
    assert not [t for t in threading.enumerate() if t.name == "mailer"]


# --- the settings ------------------------------------------------------------------------


def test_the_password_lies_in_the_keyring_and_survives_an_edit(
    office: MailOffice, server: MailServer
) -> None:
    assert office.keychain.get("mail_password") == "geheim"
    stored = office.office.rows("SELECT key, value FROM settings")
    assert "geheim" not in repr(stored)
    office.use(server.account(recipient="anderer@firma.example"))
    assert office.setup.state.account.recipient == "anderer@firma.example"
    assert office.setup.password() == "geheim"
    office.use(server.account(user=""))
    assert not office.setup.state.has_password
    assert office.keychain.get("mail_password") is None


def test_a_test_mail_takes_what_is_entered(office: MailOffice, server: MailServer) -> None:
    office.setup.test(server.account(), None, threading.Event())
    assert server.mails[0]["Subject"] == "WorkmateOS: Testmail"
    with pytest.raises(MailRefused) as caught:
        office.setup.test(server.account(), "falsch", threading.Event())
    assert caught.value.kind is MailRefusal.LOGIN_REFUSED
    assert office.setup.password() == "geheim"
    assert office.outbox() == 0


def test_an_unfit_account_is_refused(office: MailOffice, server: MailServer) -> None:
    from workmate_desktop.domain.errors import UserError

    with pytest.raises(UserError) as caught:
        office.use(server.account(recipient="niemand"))
    assert caught.value.code == "mail_invalid"
    assert caught.value.values == {"field": "recipient", "problem": "malformed"}


def test_tampered_settings_do_not_stop_the_start(
    open_office: Callable[[], MailOffice], server: MailServer
) -> None:
    office = open_office()
    office.office.writer.submit(lambda t: t.settings.set("mail.account", "{[")).result(PATIENCE)
    office.office.writer.submit(lambda t: t.settings.set("mail.secrets_place", "x")).result(
        PATIENCE
    )
    office.setup.load()
    assert office.setup.state.account.server == ""
