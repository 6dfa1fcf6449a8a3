"""From an empty dialog to a mail about a failed payment, through a real SMTP server."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import NOBODY, TestClock
from tests.journey.desk import WEBHOOK_SECRET, Desk
from tests.services.notify.mail_rig import MailOffice
from tests.standins.mail_server import MailServer
from tests.waiting import PATIENCE
from workmate_desktop.domain.notify.mail import MailSecurity
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.notify import mailer
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


def test_serve_sends_without_a_window_and_without_qt(tmp_path: Path, server: MailServer) -> None:
    clock = TestClock(datetime.now(UTC) - timedelta(minutes=2))
    office = MailOffice(tmp_path / "daten", server.trust(), clock=clock)
    office.use(server.account())
    office.fail("RE-2026-0117")
    office.close()
    code = (
        "import sys\n"
        "sys.argv = ['workmate-desktop', 'serve', '--data-dir', sys.argv[1], '--port', '0']\n"
        "from workmate_desktop.__main__ import main\n"
        "result = main()\n"
        "print(result, [name for name in sys.modules if name.startswith('PySide6')])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "daten")],
        env={**os.environ, "WORKMATE_STRIPE_API_BASE": NOBODY},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        [mail] = server.wait_for(1, 60)
        program.send_signal(signal.SIGTERM)
        assert program.communicate(timeout=PATIENCE)[0] == "0 []\n"
    assert "RE-2026-0117" in mail["Subject"]
