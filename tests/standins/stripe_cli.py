"""The real Stripe CLI (npm package @stripe/cli), driven against the stand-in.

Found through the variable STRIPE_CLI, in node_modules/.bin of the checkout, or as `stripe` on
the PATH. Its settings go to a throw-away home, and it is never given a proxy or a real key.
"""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.places import CHECKOUT
from tests.waiting import PATIENCE

EVENTS = "payment_intent.succeeded,payment_intent.payment_failed"
"""`listen` without --events (or --all-snapshot) ends with exit code 1."""


def find_stripe_cli() -> Path | None:
    """The CLI's program, or None when this machine has none."""
    named = os.environ.get("STRIPE_CLI")
    local = shutil.which("stripe", path=str(CHECKOUT / "node_modules" / ".bin"))
    found = named or local or shutil.which("stripe")
    return _program_behind(Path(found)) if found and Path(found).exists() else None


def _program_behind(found: Path) -> Path:
    """npm installs a Node script that starts the program and does not pass signals on to it."""
    script = found.resolve()
    if script.suffix != ".js":
        return found
    package = script.parents[1]
    behind = [*package.parent.glob("cli-*/bin/stripe*"), *package.glob("vendor/bin/stripe*")]
    return behind[0] if behind else found


class StripeCli:
    """`with StripeCli(program, api_base, key, home) as cli:` then `listen` and `trigger`.

    Every wait has a deadline (seconds) and fails with everything the CLI has printed.
    """

    def __init__(self, program: Path, api_base: str, key: str, home: Path) -> None:
        self._program = program
        # --api-base is hidden in the CLI's help.
        self._common = ["--api-base", api_base, "--api-key", key, "--color", "off"]
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and not name.startswith("STRIPE_")
        } | {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "STRIPE_CLI_TELEMETRY_OPTOUT": "1",
        }
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._lines: list[str] = []
        self._ended = False
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def output(self) -> str:
        """Everything `listen` has printed so far."""
        with self._changed:
            return "".join(self._lines)

    def listen(self, forward_to: str, seconds: float = PATIENCE) -> str:
        """Start `stripe listen`; returns its signing secret once it says Ready."""
        self._process = subprocess.Popen(
            [
                str(self._program),
                "listen",
                *self._common,
                "--events",
                EVENTS,
                "--forward-to",
                forward_to,
                "--skip-update",
            ],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, name="stripe-cli-output")
        self._reader.start()
        return self.wait_for(r"Ready!.*?(whsec_\w+)", seconds)

    def wait_for(self, pattern: str, seconds: float = PATIENCE) -> str:
        """The first group of `pattern`, once `listen` has printed it."""

        def seen() -> re.Match[str] | None:
            return re.search(pattern, "".join(self._lines))

        with self._changed:
            self._changed.wait_for(lambda: seen() or self._ended, seconds)
            found = seen()
        if found is None:
            raise TimeoutError(f"stripe listen did not print {pattern!r}:\n{self.output}")
        return found[found.re.groups and 1]

    def trigger(
        self,
        event: str,
        *,
        add: Sequence[str] = (),
        override: Sequence[str] = (),
        seconds: float = PATIENCE,
    ) -> str:
        """Run `stripe trigger`; returns what it printed. Raises when it fails.

        `add` and `override` are such as `payment_intent:metadata.invoice_id=RE-2026-0001`.
        """
        options = [part for value in add for part in ("--add", value)]
        options += [part for value in override for part in ("--override", value)]
        done = subprocess.run(
            [str(self._program), "trigger", event, *self._common, *options],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
        printed = done.stdout + done.stderr
        if done.returncode != 0 or "Trigger succeeded" not in printed:
            raise RuntimeError(f"stripe trigger {event} failed ({done.returncode}):\n{printed}")
        return printed

    def stop(self, seconds: float = PATIENCE) -> None:
        """End `listen` as Ctrl+C would; by force after the deadline. Twice is fine."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join(seconds)

    def _read(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                with self._changed:
                    self._lines.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
