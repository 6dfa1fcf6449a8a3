"""FAULTS J5 to J7 through a full run: twelve secrets are planted, and must be found nowhere.

The window (with tunnel, mail, a fault, a backup), then window, `serve`, `doctor` and `backup` as
processes of their own, one of them crashing in native code. The secrets lie in the encrypted
file, as on a PC without a keyring.
"""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from tests.factories import NOBODY, encoded, event_body, post, sign
from tests.faults.programs import state_of
from tests.free_port import free_port
from tests.gateways.tunnel.tunnel_support import until
from tests.journey.desk import Desk
from tests.journey.test_configure import NoKeyring
from tests.journey.test_payments import issue
from tests.places import CHECKOUT
from tests.standins.mail_server import MailServer
from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.waiting import PATIENCE
from workmate_desktop.app.window.crash_watch import CrashWatch
from workmate_desktop.domain.notify.mail import MailSecurity
from workmate_desktop.ui.window.crash_dialog import CrashDialog

PASSWORD = "CanarySmtpPassword05"
CANARIES = {
    "secret key": "sk_test_51CanarySecretKey0000000001",
    "webhook secret": "whsec_CanaryWebhookSecret000000002",
    "rolled secret": "whsec_CanaryRolledSecret0000000003",
    "ngrok token": TOKEN,
    "SMTP password": PASSWORD,
    "client secret": "pi_3Canary_secret_ClientSecret00006",
    "payer's name": "Canarina Payerin 07",
    "payer's e-mail": "canary.payer.08@example.com",
    "payer's phone": "+49261000000009",
    "payer's street": "Kanarienweg 10",
    "card": "CanaryFingerprint11",
    "foreign header": "Bearer canary-token-12",
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything puts its temporary files."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


class Watch:
    """Looks again and again at what is there only for a while: processes, files, their modes."""

    def __init__(self, tmp_path: Path) -> None:
        self.found: set[str] = set()
        self.modes: dict[Path, int] = {}
        self.folders: set[Path] = set()
        self.seen: set[str] = set()
        self._looked_at = (tmp_path / "daten", tmp_path / "temp", tmp_path / "home")
        self._known: dict[Path, tuple[int, int]] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._end.wait(0.1):
            self.look()

    def look(self) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            self._search(process, "cmdline", process)
            if b"ngrok" in _read(process):  # the agent is foreign: not in its environment either
                self._search(process.with_name("environ"), "environ", process)
        for folder in self._looked_at:
            for path in [folder, *folder.rglob("*")]:
                try:
                    state = path.stat()
                except OSError:
                    continue
                self.modes[path] = state.st_mode & 0o777
                if stat.S_ISDIR(state.st_mode):
                    self.folders.add(path)
                now = (state.st_mtime_ns, state.st_size)
                if now == self._known.get(path) or not path.is_file():
                    continue
                self._known[path] = now
                if path.name != "ngrok.yml":  # the one place of the token
                    self._search(path, path.name, path)

    def _search(self, path: Path, where: str, named: Path) -> None:
        content = _read(path)
        if content:
            self.seen.add(where)
        for name, canary in CANARIES.items():
            if canary.encode() in content:
                self.found.add(f"{name} in {where}: {named}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # gone meanwhile


def _payment(invoice: str, failed: str | None) -> bytes:
    """An event of Stripe with all that it tells of the payer."""
    payer = {
        "email": CANARIES["payer's e-mail"],
        "name": CANARIES["payer's name"],
        "phone": CANARIES["payer's phone"],
        "address": {"line1": CANARIES["payer's street"]},
    }
    card = {"fingerprint": CANARIES["card"], "last4": "4242"}
    method = {"type": "card", "billing_details": payer, "card": card}
    intent: dict[str, Any] = {
        "client_secret": CANARIES["client secret"],
        "receipt_email": CANARIES["payer's e-mail"],
        "description": CANARIES["payer's name"],
        "shipping": payer,
        "last_payment_error": {
            "code": "card_declined",
            "decline_code": "generic_decline",
            "message": CANARIES["payer's name"] + " was declined",
            "payment_method": method,
        },
    }
    return encoded(event_body(invoice, failed=failed, intent=intent))


def _deliver(port: int, failed_invoice: str = "RE-1999-0001") -> None:
    """Payments and failures under both secrets; broken and foreign messages beside them.

    The payments fit no invoice. Failures are told only of `failed_invoice`, where there is one.
    """
    headers = [f"Authorization: {CANARIES['foreign header']}"]
    for secret in (CANARIES["webhook secret"], CANARIES["rolled secret"]):
        for failed in (None, "generic_decline"):
            raw = _payment(failed_invoice if failed else "RE-1999-0001", failed)
            assert post(port, raw, sign(raw, secret, time.time())) == 200
        broken = raw[: len(raw) // 2]
        assert post(port, broken, sign(broken, secret, time.time()), headers=headers) == 400
    assert post(port, raw, CANARIES["webhook secret"], headers=headers) == 400


def _fail_with_canaries() -> None:
    """A bug whose words hold what they should not."""
    raise LookupError(" ".join(CANARIES.values()))


def test_j7_a_full_run_leaves_no_canary_anywhere(
    start: Callable[..., Desk],
    tmp_path: Path,
    data_dir: Path,
    temp: Path,
    ngrok: StandInNgrok,
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    watch = Watch(tmp_path)
    watch.start()
    try:
        copied = _in_the_window(start, tmp_path, ngrok)
        printed = _as_processes(tmp_path, data_dir, home)
    finally:
        watch.stop()
    watch.look()  # what is left in the end
    for text in (*copied, *printed):
        for name, canary in CANARIES.items():
            assert canary not in text, name
    assert watch.found == set()
    # It really looked: at the books, the log, crash reports, the secrets and the processes.
    assert {"workmate.sqlite3", "secrets.enc", "crash-native.txt", "cmdline"} <= watch.seen
    assert "environ" in watch.seen
    assert any(path.parent.name == "backups" for path in watch.modes)
    assert not (data_dir / "ngrok.yml").exists()
    _private(watch, data_dir)


def _private(watch: Watch, data_dir: Path) -> None:
    """J5: every file that ever was there belonged to its owner alone."""
    ours = {path: mode for path, mode in watch.modes.items() if path.is_relative_to(data_dir)}
    assert len(ours) > 12
    for path, mode in ours.items():
        assert mode == (0o700 if path in watch.folders else 0o600), (path, oct(mode))


def _in_the_window(
    start: Callable[..., Desk], tmp_path: Path, ngrok: StandInNgrok
) -> tuple[str, ...]:
    """Everything entered, received, mailed, saved, and a fault; what could be copied."""
    login = ("anna", PASSWORD)
    folder = tmp_path / "mail"
    folder.mkdir()
    with MailServer(folder, security=MailSecurity.NONE, login=login) as server:
        desk = start(keychain=NoKeyring(), ngrok_path=str(ngrok.executable))
        desk.wait_until_ready()
        core = desk.core
        secrets = f"{CANARIES['webhook secret']}, {CANARIES['rolled secret']}"
        core.setup.save("pk_test_1234", CANARIES["secret key"], secrets, allow_file=True)
        core.mail.save(server.account(), PASSWORD, allow_file=True)
        assert core.address is not None
        core.address.save(TOKEN, "", str(ngrok.executable))
        core.address.connect()
        desk.wait(lambda: core.reception.state.public_url)
        _deliver(desk.port, issue(desk, "Bäckerei Lindner GmbH"))
        desk.wait(lambda: len(desk.notices()) >= 5)  # two of each, and of what was broken
        crash = CrashWatch(desk.program)
        crash.start()
        try:
            thread = threading.Thread(target=_fail_with_canaries)
            thread.start()
            thread.join(PATIENCE)
            dialog = desk.dialog(CrashDialog)
            desk.click(dialog, "Bericht kopieren")
            report = QGuiApplication.clipboard().text()
            desk.click(dialog, "Schließen")
            desk.wait_closed(CrashDialog)
        finally:
            crash.stop()
        core.backups.save_copy(tmp_path / "home" / "kopie.sqlite3")
        log = desk.program._log
        assert log is not None
        # Lines are written a moment later.
        desk.wait(lambda: any("Unexpected error" in entry.text for entry in log.entries()))
        lines = "\n".join(entry.text for entry in log.entries())
        assert "LookupError" in report
        assert "in _fail_with_canaries" in lines  # the place and the kind are there
        desk.stop()
    return report, lines, "\n".join(map(str, server.mails))


def _as_processes(tmp_path: Path, data_dir: Path, home: Path) -> tuple[str, ...]:
    """Window (which crashes), serve, doctor, backup: all they print."""
    clean = {name: value for name, value in os.environ.items() if "WORKMATE" not in name}
    environment = {
        **clean,
        "HOME": str(home),
        "WORKMATE_STRIPE_API_BASE": NOBODY,
        "WORKMATE_TUNNEL": "off",
        "WORKMATE_DATA_DIR": str(data_dir),
        "WORKMATE_PORT": str(free_port()),
    }
    program = [sys.executable, "-m", "workmate_desktop"]
    printed = tmp_path / "printed.txt"
    for command, end in (("gui", signal.SIGSEGV), ("serve", signal.SIGTERM)):
        (data_dir / "listener.json").unlink(missing_ok=True)
        with printed.open("ab") as output:
            process = subprocess.Popen(
                [*program, command], cwd=CHECKOUT, env=environment, stdout=output, stderr=output
            )
        try:
            assert until((data_dir / "listener.json").exists, 60)
            _deliver(state_of(data_dir)["port"])
            if command == "serve":
                for more in (["doctor"], ["backup", str(home / "server.sqlite3")]):
                    with printed.open("ab") as output:
                        subprocess.run(
                            [*program, *more],
                            cwd=CHECKOUT,
                            env=environment,
                            stdout=output,
                            stderr=output,
                            timeout=PATIENCE,
                        )
            process.send_signal(end)
            assert process.wait(PATIENCE) == (0 if end is signal.SIGTERM else -end)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)
    text = printed.read_text("utf-8")
    assert "Gesichert und geprüft" in text
    assert "Segmentation fault" in text  # serve tells in its log how the window ended
    return (text,)
