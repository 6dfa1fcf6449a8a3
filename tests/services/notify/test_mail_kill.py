"""A program that is killed with mails in its outbox: the next start sends them."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import TestClock
from tests.places import CHECKOUT
from tests.services.notify.mail_rig import MailOffice
from tests.standins.mail_server import MailServer
from tests.waiting import PATIENCE
from workmate_desktop.gateways.secrets.memory_secrets import MemorySecrets

_PROGRAM = """
import ssl, sys
from pathlib import Path
from tests.services.notify.mail_rig import MailOffice
from tests.factories import TestClock
from workmate_desktop.domain.notify.mail import MailAccount
from workmate_desktop.services.notify import mailer
from datetime import UTC, datetime, timedelta
mailer.COLLECT = timedelta(seconds=float(sys.argv[4]))
class Running(TestClock):
    def now(self): return datetime.now(UTC)
office = MailOffice(Path(sys.argv[1]), ssl.create_default_context(cafile=sys.argv[3]),
    clock=Running(datetime.now(UTC)))
office.use(MailAccount("localhost", int(sys.argv[2]), user="anna", sender="a@firma.example",
    recipient="b@firma.example"), "geheim")
office.mailer.start()
for number in range(5):
    office.fail(f"RE-2026-{number:04}")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("collect", ["60", "0"])
def test_killed_between(tmp_path: Path, collect: str) -> None:
    """`collect` 60: killed while the mail is still collected; 0: at some moment of sending."""
    folder = tmp_path / "daten"
    keychain = MemorySecrets()
    keychain.set("mail_password", "geheim")
    with MailServer(tmp_path, login=("anna", "geheim")) as server:
        certificate = str(tmp_path / "mail-cert.pem")
        with subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(folder), str(server.port), certificate, collect],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        ) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            program.kill()
        clock = TestClock(datetime.now(UTC))
        office = MailOffice(folder, server.trust(), clock=clock, keychain=keychain)
        try:
            until = time.monotonic() + PATIENCE
            while office.outbox() and time.monotonic() < until:
                office.mailer.send_due()
                clock.moment += timedelta(minutes=1)
        finally:
            office.close()
        told = "\n".join(mail.get_content() for mail in server.mails)
        for number in range(5):
            assert f"RE-2026-{number:04}" in told
        by_id = {mail["Message-ID"]: mail.get_content() for mail in server.mails}
        # What was sent twice is the same mail; no notice stands in two different ones.
        assert sum(text.count("Zahlung fehlgeschlagen: RE-") for text in by_id.values()) == 5
