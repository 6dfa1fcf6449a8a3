"""Peers with packages of their own: Express + better-sqlite3, and dj-stripe on waitress.

The bench installs them itself, once, by one command each, from lock files with hashes beside
their servers, into `$XDG_CACHE_HOME/workmate-bench`; never into the repository or `.venv`. Where
that is not possible, the bench says why, and goes on without that peer.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from abc import abstractmethod
from pathlib import Path

from tests.benchmarks.contestants import PeerWithTables
from tests.benchmarks.deliveries import SECRET
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

_SECONDS = 900
"""better-sqlite3 is compiled where there is no ready binary."""


class InstalledPeer(PeerWithTables):
    """A contestant in the folder `files`, with what `lock` (in there) names installed."""

    name: str
    files: Path
    lock: str

    @classmethod
    def cache(cls) -> Path:
        """Where its packages lie."""
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return Path(base) / "workmate-bench" / cls.key

    @classmethod
    def why_not(cls) -> str:
        """Why it cannot run here; "" when it can. Installs it the first time."""
        missing = [tool for tool in cls.tools() if shutil.which(tool) is None]
        if missing:
            return f"{cls.name} is not measured: no {', '.join(missing)} here"
        wanted = hashlib.sha256((cls.files / cls.lock).read_bytes()).hexdigest()
        stamp = cls.cache() / "installed"
        if stamp.exists() and stamp.read_text("ascii") == wanted:
            return ""
        shutil.rmtree(cls.cache(), ignore_errors=True)
        cls.cache().mkdir(parents=True)
        print(f"  installing {cls.name} (once; some minutes)", file=sys.stderr, flush=True)
        for command in cls.installing():
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=_SECONDS
            )
            if done.returncode != 0:
                last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                return f"{cls.name} is not measured: {Path(command[0]).name} said: {last}"
        stamp.write_text(wanted, "ascii")
        return ""

    @classmethod
    @abstractmethod
    def tools(cls) -> tuple[str, ...]:
        """Programs that must be on this machine."""

    @classmethod
    @abstractmethod
    def installing(cls) -> list[list[str]]:
        """The commands that fill `cache()`."""

    @abstractmethod
    def serving(self, data: Path) -> list[str]:
        """The command of the server; it prints its port."""

    def start(self, data: Path) -> "tuple[subprocess.Popen[str], int]":
        environment = os.environ | {"NODE_PATH": str(self.cache() / "node_modules")}
        process = subprocess.Popen(
            self.serving(data), env=environment, stdout=subprocess.PIPE, text=True
        )
        return process, self.port_told(process)


class ExpressSample(InstalledPeer):
    """Stripe's sample for Node, with better-sqlite3."""

    key = "express_sample"
    name = "Express + better-sqlite3"
    files = Path(__file__).with_name("express")
    lock = "package-lock.json"

    @classmethod
    def tools(cls) -> tuple[str, ...]:
        return ("node", "npm")

    @classmethod
    def installing(cls) -> list[list[str]]:
        for name in ("package.json", cls.lock):
            shutil.copy(cls.files / name, cls.cache())
        options = ["--no-audit", "--no-fund", "--loglevel=error"]
        return [["npm", "ci", "--prefix", str(cls.cache()), *options]]

    def serving(self, data: Path) -> list[str]:
        return ["node", str(self.files / "server.js"), str(data), SECRET, WEBHOOK_PATH]


class DjStripe(InstalledPeer):
    """dj-stripe's own webhook view in an environment of its own."""

    key = "djstripe"
    name = "dj-stripe"
    files = Path(__file__).with_name("djstripe")
    lock = "requirements.lock"

    @classmethod
    def tools(cls) -> tuple[str, ...]:
        return ()

    @classmethod
    def installing(cls) -> list[list[str]]:
        options = "--require-hashes --no-deps --only-binary :all: --disable-pip-version-check"
        lock = ["--requirement", str(cls.files / cls.lock)]
        return [
            [sys.executable, "-m", "venv", str(cls.cache() / "venv")],
            [cls._python(), "-m", "pip", "install", *options.split(), *lock],
        ]

    @classmethod
    def _python(cls) -> str:
        return str(cls.cache() / "venv" / "bin" / "python")

    def make_tables(self) -> None:
        """dj-stripe's own, by its migrations, and the office's beside them."""
        subprocess.run(self._command("prepare", self.template), check=True)

    def serving(self, data: Path) -> list[str]:
        return self._command("serve", data)

    def _command(self, what: str, data: Path) -> list[str]:
        return [self._python(), str(self.files / "server.py"), what, str(data), SECRET,
                WEBHOOK_PATH]  # fmt: skip


PEERS: tuple[type[InstalledPeer], ...] = (ExpressSample, DjStripe)


def available() -> tuple[tuple[type[InstalledPeer], ...], list[str]]:
    """Those that run here, and why the others do not."""
    reasons = {peer: peer.why_not() for peer in PEERS}
    running = tuple(peer for peer, reason in reasons.items() if not reason)
    return running, [reason for reason in reasons.values() if reason]
