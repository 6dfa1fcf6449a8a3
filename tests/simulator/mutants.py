"""`python3 run.py simulate --mutants`: broken copies of the program, each found by a seed.

The ten of the fault table but one: `synchronous=NORMAL` is found by power cuts alone, which are
not in here (`run.py faults -k f13`). Ten new ones, and mends of SAFE and MONEY taken out again.
Without its mutation the same life goes right: that is asked, too.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.money_office import Step
from tests.faults.mutations import MUTATIONS, Mutation, Unfit, apply, copy_program
from tests.simulator.life import invented
from tests.simulator.told import WENT_WRONG

ACTS_OF_ONE = 12
MORE_SEEDS = 30
"""So many are tried: the program changes, and a life with it."""

_HUB = "workmate_desktop/listener/hub.py"
_PROTOCOL = "workmate_desktop/listener/protocol.py"
_CORE = "workmate_desktop/app/core.py"
_LINKS = "workmate_desktop/services/pay_links/link_calls.py"
_NUMBERS = "workmate_desktop/store/invoices/numbers.py"
_REFUNDS = "workmate_desktop/services/booking/refunds.py"
_KEEPER = "workmate_desktop/services/keeper.py"
_CATCH_UP = "workmate_desktop/services/catch_up/catch_up.py"
_MOVEMENTS = "workmate_desktop/gateways/stripe/movements.py"
_ENDPOINT = "workmate_desktop/services/connection/endpoint.py"
_MAILER = "workmate_desktop/services/notify/mailer.py"
_UNIT = "workmate_desktop/store/database/unit.py"
_FILE_WATCH = "workmate_desktop/store/file_watch.py"
_DELETED = "workmate_desktop/store/events/deleted_test_data.py"
_OWED = "workmate_desktop/domain/invoices/owed.py"
_REVERSALS = "workmate_desktop/domain/payments/reversals.py"


@dataclass(frozen=True)
class Mutant:
    """`seed` finds it, in a life of these kinds of acts alone (`only`): so it is short, and the
    same whatever other kinds there are. `changes` as in tests/faults/mutations.py.
    """

    name: str
    seed: int
    only: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]

    @property
    def life(self) -> list[Step]:
        """Its acts."""
        return invented(self.seed, ACTS_OF_ONE, self.only)


def _known(name: str) -> tuple[tuple[str, str, str], ...]:
    return next(one.changes for one in MUTATIONS if one.name == name)


MUTANTS = (
    # the ten of the fault table, but one
    *(
        Mutant(name, seed, ("Stripe paid", *only), _known(name))
        for name, seed, *only in (
            ("200 before commit", 4, "fault disk_full", "fault disk_broken"),
            ("no unique intent", 0, "fault post_repeats"),
            ("no BEGIN IMMEDIATE", 0, "fault another_program_writes"),
            ("error swallowed with 200", 0, "fault disk_full", "fault database_locked"),
            ("float money", 1, "fault odd_event"),
            ("no livemode check", 2, "fault odd_event"),
            ("only the last v1 tried", 2, "fault secret_rolled"),
            ("a late failure un-pays", 0, "Stripe declined"),
            ("tolerance one-sided", 0, "fault from_another_time"),
        )
    ),
    # ten new ones
    Mutant(
        "a link asked for again under another key",
        0,
        ("staff link", "fault answers_are_lost"),
        (
            (
                _LINKS,
                "            made = self._left_over(stripe, row)\n"
                "            if made is not None:\n"
                "                self._keep(row, made, actor)\n                return\n"
                "            if self._is_spent(row):\n                key",
                "            if True:\n                key",
            ),
        ),
    ),
    Mutant(
        "a refund asked for again without a look",
        0,
        (
            "Stripe paid",
            "staff refund_by_us",
            "staff refund_by_us",
            "fault answers_are_lost",
            "fault post_forgets",
        ),
        (
            (
                _REFUNDS,
                "made = None if first_time else stripe.made_for(intent, request.id)",
                "made = None",
            ),
            (
                _REFUNDS,
                "intent, request.amount_minor, request.id, request.idempotency_key\n",
                "intent, request.amount_minor, request.id, f'{self._clock.now()}'\n",
            ),
        ),
    ),
    Mutant(
        "only the first receipt of a commit is told",
        0,
        ("Stripe paid", "Stripe refunded", "Stripe refund_failed"),
        ((_HUB, "for receipt in receipts:", "for receipt in receipts[:1]:"),),
    ),
    Mutant(
        "a wake during the work is lost",
        9,
        ("staff link", "Stripe pay_by_link", "Stripe paid", "staff typed"),
        (
            (
                _KEEPER,
                "                self._wake.clear()  # before the work: who wakes it meanwhile"
                " wants it once more\n                if not self._ending:\n"
                "                    pause = self._once()\n",
                "                if not self._ending:\n                    pause = self._once()\n"
                "                self._wake.clear()\n",
            ),
        ),
    ),
    Mutant(
        "lists end after their first page",
        6,
        ("Stripe paid", "fault pages_are_small", "fault post_forgets"),
        (
            (_CATCH_UP, "        while page.more:\n", "        while False:\n"),
            (_CATCH_UP, "            more = page.more\n", "            more = False\n"),
            (_MOVEMENTS, 'more = bool(found.get("has_more"))', "more = False"),
        ),
    ),
    Mutant(
        "the listener keeps the first public name",
        0,
        ("Stripe paid", "fault address_changes"),
        (
            (
                _CORE,
                "        self.hosts.set_public(urlsplit(public_url).netloc if public_url"
                " else None)",
                "        if public_url and self.hosts.public is None:\n"
                "            self.hosts.set_public(urlsplit(public_url).netloc)",
            ),
        ),
    ),
    Mutant(
        "the webhook does not follow the address",
        0,
        ("Stripe paid", "fault address_changes"),
        ((_ENDPOINT, "if good.url != url or good.events !=", "if good.events !="),),
    ),
    Mutant(
        "few rows are not sealed",
        0,
        ("Stripe paid", "staff typed", "staff closed", "staff link"),
        ((_UNIT, "        if not written:\n", "        if len(written) < 3:\n"),),
    ),
    Mutant(
        "a mail that was taken stays in the outbox",
        0,
        ("Stripe paid_without_invoice", "Stripe paid"),
        (
            (
                _MAILER,
                "        self._commit(lambda t: t.mails.remove(mail.id))\n",
                "",
            ),
        ),
    ),
    Mutant(
        "a number is left out",
        0,
        ("staff issue", "Stripe paid"),
        (
            (
                _NUMBERS,
                "max(running, _walk(connection, form, year) + 1)",
                "max(running, _walk(connection, form, year) + 2)",
            ),
        ),
    ),
    # mends of SAFE and MONEY taken out again
    Mutant(
        "S4: a file that is gone takes commits",
        0,
        ("Stripe paid", "fault file_gone", "fault file_swapped"),
        (
            (
                _FILE_WATCH,
                "        if self.trouble is StoreTrouble.DAMAGED:\n"
                "            return self.trouble\n"
                "        standing =",
                "        return None\n        standing =",
            ),
        ),
    ),
    Mutant(
        "S5: a stalled body outranks a new connection",
        1,
        ("Stripe paid", "fault crowd_of_slow_ones"),
        (
            (
                _PROTOCOL,
                "return _LATE if late else _QUICK, self._since",
                "return (_QUICK if reader.stage == BODY else _LATE), self._since",
            ),
        ),
    ),
    Mutant(
        "S9: this PC's clock says what was deleted",
        4,
        ("staff issue", "Stripe paid", "fault test_data_deleted"),
        (
            (_DELETED, "    until = max(moments)\n", "    until = unit.now()\n"),
            (
                _DELETED,
                "    if kept is not None and kept.timestamp() > asked_at",
                "    if False",
            ),
        ),
    ),
    Mutant(
        "MONEY A: what was refunded is owed",
        2,
        ("Stripe paid", "Stripe refunded"),
        (
            (
                _OWED,
                "self._forgiven[entry.id] = amount - too_much",
                "self._forgiven[entry.id] = 0",
            ),
        ),
    ),
    Mutant(
        "MONEY B: a hold that was released is a refund",
        0,
        ("Stripe hold_captured", "Stripe paid"),
        (
            (
                _REVERSALS,
                "return min((minor for minor in known if minor is not None), default=0)",
                "return 0",
            ),
        ),
    ),
)


def first_wrong(folder: Path, mutant: Mutant, lives: int = 1) -> tuple[int, str] | None:
    """(seed, what was wrong) of the first of its lives that goes wrong in this copy."""
    asked = [str(mutant.seed), str(lives), str(ACTS_OF_ONE), *mutant.only]
    command = [sys.executable, "-m", "tests.simulator.told", *asked]
    run = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    if run.returncode == 0:
        return None
    if run.returncode != WENT_WRONG:
        raise Unfit(f"the simulator ended with {run.returncode}\n{run.stderr[-2000:]}")
    last = [line for line in run.stdout.splitlines() if line.startswith("WRONG")][-1]
    number = next(line for line in run.stdout.splitlines() if line.startswith("life "))
    return int(number.split()[1].rstrip(",")), last


def broken(mutant: Mutant, folder: Path) -> None:
    """A copy of the program in `folder`, with the mutation. Raises Unfit."""
    copy_program(folder)
    apply(Mutation(mutant.name, mutant.changes, ()), folder)


def find_all() -> int:
    """All of them, one by one. The exit code: 1 where one was not found."""
    found = 0
    with tempfile.TemporaryDirectory(prefix="workmate-mutant-") as name:
        whole = Path(name)
        copy_program(whole)
        for mutant in MUTANTS:
            told = _verdict(mutant, whole)
            found += told.startswith("found")
            print(f"{mutant.name:<48} {told}", flush=True)
    print(f"{found} of {len(MUTANTS)} mutants found; power cuts find synchronous=NORMAL")
    return int(found != len(MUTANTS))


def _verdict(mutant: Mutant, whole: Path) -> str:
    try:
        if (wrong := first_wrong(whole, mutant)) is not None:
            return f"UNFIT: seed {mutant.seed} goes wrong without it: {wrong[1]}"
        with tempfile.TemporaryDirectory(prefix="workmate-mutant-") as name:
            broken(mutant, Path(name))
            wrong = first_wrong(Path(name), mutant, MORE_SEEDS)
    except Unfit as error:
        return f"UNFIT: {error}"
    if wrong is None:
        return f"SURVIVED {MORE_SEEDS} seeds"
    return f"found by seed {wrong[0]}: {wrong[1].removeprefix('WRONG: ')[:100]}"
