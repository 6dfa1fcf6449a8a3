"""From an empty dialog to a mail about a failed payment, through a real SMTP server."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.standins.mail_server import MailServer
from workmate_desktop.domain.mail import MailSecurity
from workmate_desktop.domain.stripe_keys import StripeKeys
from workmate_desktop.services import mailer
from workmate_desktop.ui.notify.mail_dialog import MailDialog


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    """A mail server on this PC."""
    with MailServer(tmp_path, security=MailSecurity.NONE) as made:
        yield made


def test_notices_by_mail(
    start: Callable[..., Desk], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "COLLECT", timedelta(seconds=0.3))
    desk = start()
    desk.wait_until_ready()
    desk.open_log()
    desk.pages.log.notices.mail_action.trigger()
    dialog = desk.dialog(MailDialog)
    desk.type_into(dialog.recipient, "chefin@firma.example")
    desk.type_into(dialog.server, "localhost")
    dialog.security.setCurrentIndex(list(MailSecurity).index(MailSecurity.NONE))
    desk.type_into(dialog.port, str(server.port))
    desk.type_into(dialog.from_address, "buero@firma.example")
    desk.click(dialog, "Testmail senden")
    desk.wait(lambda: dialog.test.answer.text().startswith("Gesendet an chefin@firma.example"))
    assert server.mails[0]["Subject"] == "WorkmateOS: Testmail"
    desk.click(dialog, "Speichern")
    desk.wait_closed(MailDialog)
    desk.core.setup.use_for_demo(StripeKeys("pk_test_51x", "", (WEBHOOK_SECRET,)))
    assert desk.stripe_sends(desk.event("TEST-2026-0404")) == 200
    mails = server.wait_for(2)
    assert mails[1]["Subject"].startswith("WorkmateOS: Klärung nötig: ")
    assert mails[1]["To"] == "chefin@firma.example"
    desk.stop()
    assert len(server.mails) == 2


def test_a_mail_that_waits_survives_a_restart(
    start: Callable[..., Desk], server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start()
    desk.wait_until_ready()
    desk.core.mail.save(server.account(), None)
    desk.core.setup.use_for_demo(StripeKeys("pk_test_51x", "", (WEBHOOK_SECRET,)))
    assert desk.stripe_sends(desk.event("TEST-2026-0404")) == 200
    desk.stop()
    assert server.mails == []
    monkeypatch.setattr(mailer, "COLLECT", timedelta(seconds=0.1))
    again = start()
    again.wait_until_ready()
    again.wait(lambda: server.mails)
    assert server.mails[0]["Subject"].startswith("WorkmateOS: Klärung nötig: ")
