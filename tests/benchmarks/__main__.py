"""`python3 run.py bench`: rows with goals, each beside a floor or peer of the same run.

python3 run.py bench                    everything, 5 rounds, about 20 minutes
python3 run.py bench --short            fewer rounds, sizes and peers, some minutes
python3 run.py bench receiving list     only these parts
python3 run.py bench --write            also writes docs/lab/benchmarks.md
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import calm, hardship, lists, live, receiving, start, strangers, years
from tests.benchmarks.contestants import ALL, Contestant, Floor, Original, Ours
from tests.benchmarks.machine import Others, hardware
from tests.benchmarks.page import write_page
from tests.benchmarks.peers import installed
from tests.benchmarks.table import Row, as_text
from tests.places import CHECKOUT


@dataclass
class Wanted:
    """What the command line asks for. `folder` is thrown away at the end."""

    folder: Path
    rounds: int
    short: bool


@dataclass
class Part:
    """What one part found: rows of the table, what stands behind them, wrong books, and what a
    reader must know besides.
    """

    rows: list[Row] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def _receiving(wanted: Wanted) -> Part:
    others, missing = ((), []) if wanted.short else installed.available()
    racers: Sequence[type[Contestant]] = (
        (Ours, Original, Floor) if wanted.short else (*ALL, *others)
    )
    results, wrong = receiving.measure(
        wanted.folder, wanted.rounds, 0.8 if wanted.short else 2.0, racers
    )
    text = ["Receiving, medians of the rounds", *receiving.details(results)]
    return Part(receiving.rows(results), text, wrong, missing)


def _window(wanted: Wanted) -> Part:
    results, wrong = live.measure(wanted.folder, min(wanted.rounds, 3), 2 if wanted.short else 5)
    text = ["The window while it receives, ms", *live.details(results)]
    return Part(live.rows(results), text, wrong)


def _list(wanted: Wanted) -> Part:
    sizes, repeats = ((lists.SMALL, 20_000), 3) if wanted.short else (lists.SIZES, 9)
    results = lists.measure(
        wanted.folder.parent, 1 if wanted.short else min(wanted.rounds, 3), sizes, repeats
    )
    return Part(lists.rows(results), ["The list, ms", *lists.details(results)])


def _start(wanted: Wanted) -> Part:
    return Part(start.rows(start.measure(wanted.folder, wanted.rounds)))


def _calm(wanted: Wanted) -> Part:
    found, wrong = calm.measure(wanted.folder, wanted.rounds, 10 if wanted.short else 60)
    return Part(calm.rows(found), [], wrong)


def _years(wanted: Wanted) -> Part:
    books, wrong = years.measure(wanted.folder, min(wanted.rounds, 3), 0.8 if wanted.short else 2.0)
    return Part(years.rows(books), [], wrong)


def _hardship(wanted: Wanted) -> Part:
    results, wrong = hardship.measure(
        wanted.folder, min(wanted.rounds, 3), 0.8 if wanted.short else 2.0
    )
    text = ["Hardship: slow disk, busy core", *hardship.details(results)]
    return Part(hardship.rows(results), text, wrong)


def _strangers(wanted: Wanted) -> Part:
    found, wrong = strangers.measure(wanted.folder, wanted.rounds)
    return Part(strangers.rows(found), [], wrong)


PARTS: dict[str, Callable[[Wanted], Part]] = {
    "receiving": _receiving,
    "window": _window,
    "list": _list,
    "start": _start,
    "calm": _calm,
    "years": _years,
    "hardship": _hardship,
    "strangers": _strangers,
}
_NOT_IN_SHORT = ("calm", "years", "hardship")


def main() -> int:
    """Measure, print. 1 when any books were wrong."""
    options = _options()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if not sys.platform.startswith("linux"):
        print("The benchmarks read /proc: they run on Linux.", file=sys.stderr)
        return 1
    rounds = options.rounds or (2 if options.short else 5)
    began, others = time.monotonic(), Others()
    whole = Part()
    with tempfile.TemporaryDirectory(prefix="workmate-bench-") as name:
        folder = Path(name)
        machine = hardware(folder)
        print(machine, flush=True)
        for part in options.parts or PARTS:
            if options.short and not options.parts and part in _NOT_IN_SHORT:
                continue
            print(f"{part} …", file=sys.stderr, flush=True)
            place = folder / part
            place.mkdir()
            part_began = time.monotonic()
            found = PARTS[part](Wanted(place, rounds, options.short))
            took = time.monotonic() - part_began
            print(f"{part}: {took:.0f} s", file=sys.stderr, flush=True)
            print("\n".join([*found.text, "", *as_text(found.rows), ""]), flush=True)
            whole.rows += found.rows
            whole.text += [*found.text, ""] if found.text else []
            whole.wrong += found.wrong
            whole.remarks += found.remarks
    what = f"only {', '.join(options.parts)}, " if options.parts else ""
    what += "the short form, " if options.short else ""
    told = f"{what}{rounds} rounds, {time.monotonic() - began:.0f} s; {others.sentence()}"
    table = as_text(whole.rows)
    print("\n".join([*table, *whole.remarks, told]))
    for line in whole.wrong:
        print(f"WRONG BOOKS: {line}")
    if options.write:
        page = CHECKOUT / "docs" / "lab" / "benchmarks.md"
        today = datetime.now(UTC).date().isoformat()
        write_page(page, today, machine, told, table, whole.text, [*whole.remarks, *whole.wrong])
        print(f"written: {page.relative_to(CHECKOUT)}")
    return 1 if whole.wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--short", action="store_true", help="fewer rounds, sizes and peers")
    parser.add_argument("--rounds", type=int, help="how often everything is repeated")
    parser.add_argument("--write", action="store_true", help="write docs/lab/benchmarks.md")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
