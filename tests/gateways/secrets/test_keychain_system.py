"""The keyring of a real desktop session: gnome-keyring on a D-Bus of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import CHECKOUT
from tests.waiting import PATIENCE

SCRIPT = """
import sys
from workmate_desktop.domain.secrets import KeychainUnavailable
from workmate_desktop.gateways.secrets.keychain import Keychain

store = Keychain("instance-1", limit=20)
try:
    store.set("stripe_secret_key", "sk_test_Ä€")
    print(store.get("stripe_secret_key"))
    store.delete("stripe_secret_key")
    print(store.get("stripe_secret_key"))
except KeychainUnavailable as refused:
    print(refused.reason.value)
"""
NEEDED = ("dbus-run-session", "gnome-keyring-daemon")


def session_of(home: Path) -> dict[str, str]:
    """The environment of a user who has just been created and has no desktop session."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "error",
        "LC_ALL": "C.UTF-8",
    }


def printed_by(command: list[str], environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


needs_gnome_keyring = pytest.mark.skipif(
    any(shutil.which(program) is None for program in NEEDED),
    reason="apt-get install gnome-keyring dbus",
)


@needs_gnome_keyring
def test_a_real_unlocked_keyring(tmp_path: Path) -> None:
    command = (
        "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
        'exec "$0" -c "$1"'
    )
    session = ["dbus-run-session", "--", "sh", "-c", command, sys.executable, SCRIPT]
    assert printed_by(session, session_of(tmp_path)) == ["sk_test_Ä€", "None"]


@needs_gnome_keyring
def test_j2_a_real_locked_keyring(tmp_path: Path) -> None:
    # Nobody has logged in, and without a display nobody can be asked for the password.
    command = 'gnome-keyring-daemon --start --components=secrets >/dev/null && exec "$0" -c "$1"'
    session = ["dbus-run-session", "--", "sh", "-c", command, sys.executable, SCRIPT]
    assert printed_by(session, session_of(tmp_path)) == ["locked"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux may have no keyring at all")
def test_j1_a_session_without_any_bus(tmp_path: Path) -> None:
    assert printed_by([sys.executable, "-c", SCRIPT], session_of(tmp_path)) == ["no_backend"]


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="apt-get install dbus")
def test_j1_a_bus_without_a_keyring(tmp_path: Path) -> None:
    config = tmp_path / "empty-session.conf"
    config.write_text(
        '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" '
        '"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">'
        f"<busconfig><type>session</type><listen>unix:dir={tmp_path}</listen>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/>'
        '<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>'
    )
    session = ["dbus-run-session", f"--config-file={config}", "--", sys.executable, "-c", SCRIPT]
    assert printed_by(session, session_of(tmp_path)) == ["no_backend"]
