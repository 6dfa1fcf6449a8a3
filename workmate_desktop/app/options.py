"""Commands, options and environment of CONTRACT, read once into one frozen value.

Every environment variable is also an option of the same name; the option wins.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from workmate_desktop import __version__
from workmate_desktop.domain.stripe.webhook import DEFAULT_PORT

PREFIX = "WORKMATE_"


@dataclass(frozen=True, slots=True)
class Options:
    """How this run was started. `demo` means throw-away data in `data_dir`."""

    command: str
    data_dir: Path
    port: int = DEFAULT_PORT
    demo: bool = False
    hidden: bool = False
    stripe_publishable_key: str = ""
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str | None = None
    tunnel: str = ""
    ngrok_path: str = ""
    ngrok_authtoken: str = ""
    ngrok_domain: str = ""
    file: str = ""
    """What `backup` writes and `restore` reads."""
    yes: bool = False

    def __repr__(self) -> str:
        return f"Options({self.command!r}, {self.data_dir!s}, port={self.port})"


def read_options(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Parse the command line. Ends the process with a usage line when it makes no sense."""
    parser = _parser()
    found = parser.parse_args(arguments)

    def given(name: str) -> str:
        value = getattr(found, name)
        return str(value if value is not None else environment.get(PREFIX + name.upper(), ""))

    port_text = given("port") or str(DEFAULT_PORT)
    if not port_text.isdecimal() or int(port_text) > 65535:
        parser.error(f"--port must be a number from 0 to 65535, not {port_text!r}")
    tunnel = given("tunnel")
    if tunnel not in ("", "ngrok", "off"):
        parser.error(f"--tunnel must be ngrok or off, not {tunnel!r}")
    data_dir = given("data_dir")
    if found.demo:
        folder = Path(tempfile.mkdtemp(prefix="workmate-demo-"))
    elif data_dir:
        folder = Path(data_dir).expanduser()
    else:
        folder = Path(platformdirs.user_data_path("WorkmateOS Desktop", appauthor=False))
    if (found.command in ("backup", "restore")) != (found.file is not None):
        parser.error("FILE belongs to backup and restore, and to them only")
    if found.demo:
        # Neither keys nor another API of the environment: the demo touches no account.
        return Options(found.command or "gui", folder, int(port_text), demo=True)
    return Options(
        command=found.command or "gui",
        data_dir=folder,
        port=int(port_text),
        hidden=found.hidden,
        file=found.file or "",
        yes=found.yes,
        stripe_publishable_key=given("stripe_publishable_key"),
        stripe_secret_key=given("stripe_secret_key"),
        stripe_webhook_secret=given("stripe_webhook_secret"),
        stripe_api_base=given("stripe_api_base") or None,
        tunnel=tunnel,
        ngrok_path=given("ngrok_path"),
        ngrok_authtoken=given("ngrok_authtoken"),
        ngrok_domain=given("ngrok_domain"),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workmate-desktop",
        description="Invoices that turn Bezahlt by themselves, through Stripe.",
        epilog="Every option is also an environment variable: --data-dir is WORKMATE_DATA_DIR, "
        "--stripe-secret-key is WORKMATE_STRIPE_SECRET_KEY.",
    )
    parser.add_argument("--version", action="version", version=f"workmate-desktop {__version__}")
    parser.add_argument(
        "command",
        nargs="?",
        choices=("gui", "serve", "doctor", "backup", "restore"),
        help="gui: the window (default); serve: the listener without a window; "
        "doctor: print the state and exit 0 when all is well; "
        "backup FILE: a verified copy of the books, also while the program runs; "
        "restore FILE: say what a backup holds, and with --yes put it in place of the books",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="for backup and restore")
    parser.add_argument("--yes", action="store_true", help="for restore: really do it")
    parser.add_argument(
        "--demo", action="store_true", help="throw-away data, no Stripe account needed"
    )
    parser.add_argument(
        "--hidden",
        action="store_true",
        help="start without the window, only with the sign beside the clock (where there is one)",
    )
    parser.add_argument("--data-dir", metavar="FOLDER", help="where the data lies")
    parser.add_argument("--port", help=f"port of the listener ({DEFAULT_PORT}; 0 = any free one)")
    parser.add_argument("--stripe-publishable-key", metavar="KEY")
    parser.add_argument("--stripe-secret-key", metavar="KEY", help="visible in the process list")
    parser.add_argument(
        "--stripe-webhook-secret", metavar="SECRET", help="several are separated by commas"
    )
    parser.add_argument("--stripe-api-base", metavar="URL", help="loopback addresses only")
    parser.add_argument(
        "--tunnel", choices=("ngrok", "off"), help="instead of as set in the window"
    )
    parser.add_argument("--ngrok-path", metavar="FILE", help="an agent that is there already")
    parser.add_argument("--ngrok-authtoken", metavar="TOKEN", help="visible in the process list")
    parser.add_argument("--ngrok-domain", metavar="NAME", help="the fixed domain of the account")
    return parser
