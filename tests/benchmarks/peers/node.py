"""Express + better-sqlite3 as a peer: installed on demand into a cache folder of its own.

Never into the repository. Where there is no Node or no network, the benchmark says so and goes on.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.contestants import Contestant, PeerWithTables
from tests.benchmarks.deliveries import SECRET
from workmate_desktop.domain.webhook import WEBHOOK_PATH

SCRIPT = Path(__file__).with_name("express_sample.js")
PACKAGES = ("express@5", "better-sqlite3@12", "stripe@23")
_SECONDS = 600


def cache() -> Path:
    """Where the packages lie: `$XDG_CACHE_HOME/workmate-bench`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "workmate-bench" / "node"


def why_not() -> str:
    """Why Express cannot run here; "" when it can. Installs it the first time."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "Express + better-sqlite3 is not measured: no Node here"
    if (cache() / "installed").exists():
        return ""
    cache().mkdir(parents=True, exist_ok=True)
    print(f"  installing {' '.join(PACKAGES)} (a minute or two)", file=sys.stderr)
    command = ["npm", "install", "--prefix", str(cache()), "--no-audit", "--no-fund"]
    done = subprocess.run(
        [*command, "--loglevel=error", *PACKAGES],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["npm failed"])[-1]
        return f"Express + better-sqlite3 is not measured: {last}"
    (cache() / "installed").touch()
    return ""


def available() -> tuple[type[Contestant], ...]:
    """Express, where it can run."""
    return () if why_not() else (ExpressSample,)


def remarks() -> list[str]:
    """What a reader must know about missing peers."""
    if shutil.which("node") and (cache() / "installed").exists():
        return []
    return ["Express + better-sqlite3 was not measured: no Node, or its packages are missing"]


class ExpressSample(PeerWithTables):
    """Stripe's sample for Node."""

    key = "express_sample"

    def start(self, data: Path) -> "tuple[subprocess.Popen[str], int]":
        command = ["node", str(SCRIPT), str(data), SECRET, WEBHOOK_PATH]
        environment = os.environ | {"NODE_PATH": str(cache() / "node_modules")}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.strip().isdigit():
            process.kill()
            process.wait()
            raise RuntimeError("express_sample did not start")
        return process, int(line)
