"""`python3 run.py faults --mutations`: ten ways to break the program, each caught by the suite.

Every mutation is applied to a copy of the program in a folder of its own; the tests named beside
it must pass without it and fail with it. Takes some minutes, so it is no part of the suite.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.places import CHECKOUT

COPIED = ("workmate_desktop", "tests", "resources", "pyproject.toml")

WRITER = "workmate_desktop/store/writer.py"
BOOK = "workmate_desktop/services/booking/book.py"
WEBHOOK = "workmate_desktop/gateways/stripe/webhook.py"
STRIPE_VALUES = "workmate_desktop/gateways/stripe/values.py"
DRIVER = "workmate_desktop/store/database/driver.py"
HUB = "workmate_desktop/listener/hub.py"
SCHEMA = "workmate_desktop/store/migrations/versions/v0001_first_tables.py"


@dataclass(frozen=True)
class Mutation:
    """`changes`: (file, text that must be there, text in its place). `tests`: what must fail."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "200 before commit",
        (
            (
                WRITER,
                '            raw.execute("COMMIT")\n',
                "            for pending in batch:\n                pending.answer()\n"
                '            tell(batch)\n            raw.execute("COMMIT")\n',
            ),
            (
                WRITER,
                "            if trouble is None or pending.future is not None:\n"
                "                pending.answer()\n        tell(batch)\n        if changes:",
                "        if changes:",
            ),
        ),
        ("tests/store/test_writer.py::test_futures_are_answered_only_after_the_commit",),
    ),
    Mutation(
        "no unique intent",
        (
            (
                BOOK,
                'held = t.payments.by_intent(event.payment_intent_id or "")\n    free =',
                "held: tuple[str, str | None] | None = None\n    free =",
            ),
            (SCHEMA, "stripe_payment_intent_id TEXT UNIQUE", "stripe_payment_intent_id TEXT"),
            (SCHEMA, "OR stripe_payment_intent_id = NEW.stripe_payment_intent_id)", ")"),
        ),
        ("tests/faults/test_order_and_duplicates.py -k test_e3_same",),
    ),
    Mutation(
        "synchronous=NORMAL",
        (
            (DRIVER, "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"),
            (DRIVER, '_assert_pragma(connection, "synchronous", 2)', "pass"),
        ),
        ("tests/store/common/test_tables.py -k pragmas",),
    ),
    Mutation(
        "no BEGIN IMMEDIATE",
        ((WRITER, 'raw.execute("BEGIN IMMEDIATE")', 'raw.execute("BEGIN")'),),
        ("tests/store/invoices/test_numbers.py -k two_programs",),
    ),
    Mutation(
        "error swallowed with 200",
        (
            (
                HUB,
                "self.refusals.note(OWN_FAULT.reason, logging.ERROR, receipt.failure)\n"
                "        return 503",
                "return 200",
            ),
        ),
        ("tests/faults/test_disk.py -k test_f2_locked_longer",),
    ),
    Mutation(
        "float money",
        (
            (
                STRIPE_VALUES,
                "if type(value) is int and 0 < value <= MAX_MINOR:\n        return value",
                "if isinstance(value, int | float) and 0 < value <= MAX_MINOR:\n"
                "        return int(value)",
            ),
        ),
        ("tests/faults/test_content.py -k test_c4_amount_that",),
    ),
    Mutation(
        "no livemode check",
        (
            (BOOK, "rules.livemode is not None and event.livemode != rules.livemode", "False"),
            (BOOK, "invoice.livemode != event.livemode", "False"),
        ),
        ("tests/faults/test_content.py -k test_c10_livemode_of",),
    ),
    Mutation(
        "only the last v1 tried",
        (
            (
                WEBHOOK,
                "    verifier, refused = _verifier()\n",
                "    verifier, refused = _verifier()\n"
                '    parts = header.split(",")\n'
                '    last = [part for part in parts if part.startswith("v1=")][-1:]\n'
                '    header = ",".join([p for p in parts if not p.startswith("v1=")] + last)\n',
            ),
        ),
        ("tests/faults/test_authenticity.py -k test_a5",),
    ),
    Mutation(
        "a late failure un-pays",
        (
            (
                BOOK,
                "# A failed attempt never touches the status: it stays what the payments say.\n",
                "t.invoices.set_status(invoice.id, InvoiceStatus.OPEN)\n",
            ),
        ),
        ("tests/faults/test_order_and_duplicates.py -k test_e5_succeeded",),
    ),
    Mutation(
        "tolerance one-sided",
        ((WEBHOOK, "if signed_at > now + WINDOW_SECONDS:", "if False:"),),
        ("tests/faults/test_authenticity.py -k test_a4",),
    ),
)


class Unfit(Exception):
    """The program changed, and a mutation no longer finds its place."""


def copy_program(folder: Path) -> None:
    """A copy in which nothing can harm the checkout."""
    for name in COPIED:
        source = CHECKOUT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)


def apply(mutation: Mutation, folder: Path) -> None:
    """Change the copy. Raises Unfit."""
    for name, before, after in mutation.changes:
        path = folder / name
        text = path.read_text("utf-8")
        if text.count(before) != 1:
            raise Unfit(f"{mutation.name}: {before[:60]!r} stands {text.count(before)} × in {name}")
        path.write_text(text.replace(before, after), "utf-8")


def tests_pass(mutation: Mutation, folder: Path) -> bool:
    """Run its tests in the copy. Raises Unfit when they could not be run at all."""
    for tests in mutation.tests:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        run = subprocess.run(
            [*command, *tests.split(" ")],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if run.returncode not in (0, 1):
            raise Unfit(
                f"{mutation.name}: pytest ended with {run.returncode}\n{run.stdout[-2000:]}"
            )
        if run.returncode == 1:
            return False
    return True


def verdict(mutation: Mutation) -> str:
    """`caught`, `SURVIVED`, or `UNFIT` with the reason."""
    with tempfile.TemporaryDirectory(prefix="workmate-mutation-") as name:
        folder = Path(name)
        copy_program(folder)
        try:
            if not tests_pass(mutation, folder):
                return "UNFIT: its tests fail without it"
            apply(mutation, folder)
            return "SURVIVED" if tests_pass(mutation, folder) else "caught"
        except Unfit as error:
            return f"UNFIT: {error}"


def main() -> int:
    """All of them, one by one."""
    caught = 0
    for mutation in MUTATIONS:
        found = verdict(mutation)
        caught += found == "caught"
        print(f"{mutation.name:<28} {found}", flush=True)
    print(f"{caught} of {len(MUTATIONS)} mutations caught")
    return int(caught != len(MUTATIONS))


if __name__ == "__main__":
    sys.exit(main())
