"""How this program is started again by the session: the same way, without its window."""

import hashlib
import sys
from pathlib import Path

import platformdirs

from workmate_desktop.app.options import Options
from workmate_desktop.domain.stripe.webhook import DEFAULT_PORT
from workmate_desktop.words.resources import PACKAGE


def start_command(options: Options, *, package: Path = PACKAGE) -> list[str]:
    """Program and arguments. Secrets are never among them, nor what the window keeps itself."""
    python = Path(sys.executable)
    windowless = python.with_name("pythonw.exe")  # no console window on Windows
    if windowless.is_file():
        python = windowless
    checkout = package.parent / "run.py"
    # A checkout is found by its run.py; an installed package by its name.
    how = [str(checkout)] if checkout.is_file() else ["-m", package.name]
    command = [str(python), *how, "--hidden"]
    if not _is_usual(options.data_dir):
        command += ["--data-dir", str(options.data_dir.resolve())]
    if options.port not in (0, DEFAULT_PORT):
        command += ["--port", str(options.port)]
    return command


def entry_suffix(options: Options) -> str:
    """Tells apart the entries of several data folders; empty for the usual one."""
    if _is_usual(options.data_dir):
        return ""
    return hashlib.sha256(str(options.data_dir.resolve()).encode()).hexdigest()[:8]


def _is_usual(folder: Path) -> bool:
    usual = Path(platformdirs.user_data_path("WorkmateOS Desktop", appauthor=False))
    return folder.resolve() == usual.resolve()
