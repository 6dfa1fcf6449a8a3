"""`python -m tests.faults.report`: run every test that proves a row of FAULTS, and say so.

The tests run in many processes (part.py), so that one that crashes takes only its own rows with
it; two at a time. `--long` runs every attack in its long form
(lengths.py; an hour or two, so name the row too: `--long -k f13`), one after the other. Further
arguments go to pytest; paths among them narrow the search. Exit code 1 when a row failed or has no
test, or when pytest or a process of it ended badly.

`--mutations` breaks copies of the program in ten ways, each of which a test must notice
(mutations.py).
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.faults import mutations
from tests.faults.rows import LATER, NOW
from tests.places import TESTS

AT_ONCE = 2
EACH_FILE = ("faults", "journey")
"""Folders whose files get a process each; any other folder has one for all of its files."""
_LISTED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


@dataclass(frozen=True)
class RowTest:
    """A test that proves a row."""

    name: str
    row: str
    file: Path

    @property
    def part(self) -> Path:
        """Tests with the same one share a process."""
        if TESTS not in self.file.parents:
            return self.file
        folder = self.file.relative_to(TESTS).parts[0]
        return self.file if folder in EACH_FILE else TESTS / folder


@dataclass
class RowResults:
    """What became of the tests of rows."""

    by_row: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: dict[str, set[str]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    """Processes that ended badly."""

    def count(self, row: str, outcome: str, reason: str = "") -> None:
        """One outcome of one test."""
        self.by_row.setdefault(row, Counter())[outcome] += 1
        if reason:
            self.reasons.setdefault(row, set()).add(reason)

    def total(self, outcome: str) -> int:
        """Over all rows."""
        return sum(counts[outcome] for counts in self.by_row.values())

    def state_of(self, row: str) -> str:
        """passed, failed, skipped or missing."""
        counts = self.by_row.get(row, Counter())
        if counts["failed"]:
            return "failed"
        if counts["passed"]:
            return "passed"
        return "skipped" if counts["skipped"] else "missing"


class Run:
    """Lists the tests, then runs them part by part; `results` holds what came of it."""

    def __init__(self, arguments: list[str], folder: Path, *, long: bool) -> None:
        """`arguments` for pytest, `folder` for what the processes record."""
        paths = [one for one in arguments if Path(one.partition("::")[0]).exists()]
        self._paths = paths or [str(TESTS)]
        self._options = [one for one in arguments if one not in paths]
        self._folder = folder
        self._long = long
        self._started = 0
        self._lock = threading.Lock()
        self.results = RowResults()

    def all(self) -> None:
        """Run what was chosen."""
        parts = _parts(self._listed())
        with ThreadPoolExecutor(1 if self._long else AT_ONCE) as processes:
            running = [processes.submit(self._run, part) for part in parts]
            try:
                for one in running:
                    one.result()
            except BaseException:  # Ctrl+C
                processes.shutdown(cancel_futures=True)
                raise

    def _listed(self) -> list[RowTest]:
        lines, code, output = self._process("list", self._paths)
        if code not in _LISTED:
            print(output)
            self.results.troubles.append(f"looking for the tests: {_ending(code)}")
        return [RowTest(line["test"], line["row"], Path(line["file"])) for line in lines]

    def _run(self, part: list[RowTest]) -> None:
        files = sorted({str(test.file) for test in part})
        lines, code, output = self._process("run", files, [test.name for test in part])
        rows = {test.name: test.row for test in part}
        begun = [line["begun"] for line in lines if "begun" in line]
        left = set(rows) - {line["ended"] for line in lines if "ended" in line}
        with self._lock:
            if output:  # else it was shown as it came
                print(f"{_short(str(part[0].part))}:\n{output}", end="", flush=True)
            outcomes = [line for line in lines if "outcome" in line]
            for line in outcomes:
                self.results.count(rows[line["test"]], line["outcome"], line["reason"])
            for test in left:
                self.results.count(rows[test], "failed", f"failed: {_ending(code)}")
            failed = any(line["outcome"] == "failed" for line in outcomes)
            expected = pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK
            if left or code != expected:
                place = f", last in {_short(begun[-1])}" if left and begun else ""
                self.results.troubles.append(f"{_short(str(part[0].part))}: {_ending(code)}{place}")

    def _process(
        self, task: str, files: list[str], names: list[str] | None = None
    ) -> tuple[list[dict[str, Any]], int, str]:
        """What it recorded, its exit code, and what it printed (shown at once if `--long`)."""
        with self._lock:
            self._started += 1
            record = self._folder / f"{self._started}.jsonl"
        shown = self._long and task == "run"
        process = subprocess.run(
            [
                *(sys.executable, "-m", "tests.faults.part", str(record), task, *files),
                *("-c", str(TESTS.parent / "pyproject.toml")),
                *("-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
                "--continue-on-collection-errors",  # other rows are still worth knowing
                *self._options,
            ],
            input=json.dumps(names or []),
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        lines = record.read_text("utf-8").splitlines() if record.exists() else []
        return [json.loads(line) for line in lines], process.returncode, process.stdout or ""


def _parts(tests: Iterable[RowTest]) -> list[list[RowTest]]:
    parts: dict[Path, list[RowTest]] = {}
    for test in tests:
        parts.setdefault(test.part, []).append(test)
    return list(parts.values())


def _ending(code: int) -> str:
    return f"process ended by signal {-code}" if code < 0 else f"pytest ended with code {code}"


def _short(path: str) -> str:
    return path.removeprefix(f"{TESTS.parent}{os.sep}")


def table(results: RowResults, rows: Mapping[str, str] = NOW) -> list[str]:
    """One line per row, in the order of FAULTS, and the sum."""
    lines = ["", f"{'row':<5} {'what':<48} {'state':<9} tests"]
    for row, name in rows.items():
        counts = results.by_row.get(row, Counter())
        tests = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        lines.append(f"{row:<5} {name:<48} {results.state_of(row):<9} {tests}")
        lines += [f"{'':<5} {reason}" for reason in sorted(results.reasons.get(row, ()))]
    for row, (name, issue) in LATER.items():
        extra = f"; {results.state_of(row)} so far" if row in results.by_row else ""
        lines.append(f"{row:<5} {name:<48} later (issue {issue}){extra}")
    good = sum(results.state_of(row) == "passed" for row in rows)
    lines += ["", f"{good} of {len(rows)} rows passed ({len(LATER)} come with later issues)"]
    return lines


def main(arguments: list[str]) -> int:
    """Run, print, and tell by the exit code."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    if arguments == ["--mutations"]:
        return mutations.main()
    long = "--long" in arguments
    if long:
        os.environ["WORKMATE_ATTACKS"] = "long"
        # Their figures are printed as they come; one of them may take half an hour.
        others = [argument for argument in arguments if argument != "--long"]
        arguments = ["-s", "-o", "timeout=0", *others]
    with tempfile.TemporaryDirectory(prefix="workmate-faults-") as folder:
        run = Run(arguments, Path(folder), long=long)
        run.all()
    results = run.results
    # Of a single attack only its own rows are of interest.
    single = long and "-k" in arguments
    rows = {row: name for row, name in NOW.items() if not single or row in results.by_row}
    print("\n".join([*table(results, rows), *results.troubles]))
    states = Counter(results.state_of(row) for row in rows)
    for state in ("failed", "skipped", "missing"):
        found = [row for row in rows if results.state_of(row) == state]
        if found:
            print(f"{state}: {' '.join(found)}")
    skipped = f", {results.total('skipped')} skipped" if results.total("skipped") else ""
    print(f"{results.total('passed')} passed, {results.total('failed')} failed{skipped}")
    bad = states["failed"] or states["missing"] or results.troubles or not results.by_row
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
