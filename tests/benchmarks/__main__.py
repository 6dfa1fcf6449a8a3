"""`python3 run.py bench`: the rows of PERFORMANCE that exist so far, each beside its floor.

python3 run.py bench                    everything, 5 rounds, about 6 minutes
python3 run.py bench --short            for CI: fewer rounds and peers, about a minute
python3 run.py bench receiving list     only these parts
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import lists, receiving, start
from tests.benchmarks.contestants import ALL, Floor, Original, Ours
from tests.benchmarks.machine import Others, hardware
from tests.benchmarks.table import Row, as_text

PARTS = ("receiving", "list", "start")
NOT_MEASURED = (
    "the window while it receives; idle processor use; stop; 200,000 invoices; a slow disk; "
    "Express + better-sqlite3 and dj-stripe as peers"
)


def main() -> int:
    """Measure, print. 1 when any books were wrong."""
    options = _options()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if not sys.platform.startswith("linux"):
        print("The benchmarks read /proc: they run on Linux.", file=sys.stderr)
        return 1
    rounds = options.rounds or (2 if options.short else 5)
    began, others = time.monotonic(), Others()
    table: list[Row] = []
    text: list[str] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="workmate-bench-") as name:
        folder = Path(name)
        print(hardware(folder), flush=True)
        for part in options.parts or PARTS:
            print(f"{part} …", file=sys.stderr, flush=True)
            if part == "receiving":
                racers = (Ours, Original, Floor) if options.short else ALL
                seconds = 0.8 if options.short else 2.0
                races, wrong = receiving.measure(folder, rounds, seconds, racers)
                table += receiving.rows(races)
                text += ["", "Receiving, medians of the rounds", *receiving.details(races)]
            elif part == "list":
                large, repeats = (20_000, 3) if options.short else (100_000, 9)
                listed = lists.measure(
                    folder, 1 if options.short else min(rounds, 3), large, repeats
                )
                table += lists.rows(listed)
                text += ["", "The list, ms", *lists.details(listed)]
            else:
                started = start.measure(folder, rounds)
                table += start.rows(started)
    print("\n".join([*text, "", *as_text(table)]))
    print(f"not measured yet: {NOT_MEASURED}")
    print(f"{rounds} rounds, {time.monotonic() - began:.0f} s; {others.sentence()}")
    for line in wrong:
        print(f"WRONG BOOKS: {line}")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--short", action="store_true", help="a run for CI, about a minute")
    parser.add_argument("--rounds", type=int, help="how often everything is repeated")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
