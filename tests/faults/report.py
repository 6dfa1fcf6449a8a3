"""`python -m tests.faults.report`: run every test that proves a row of FAULTS, and say so.

`--long` runs every attack in its long form (tests/faults/lengths.py; an hour or two, so name the
row too: `--long -k f13`). Further arguments go to pytest; paths among them narrow the search.
Exit code 1 when a row failed or has no test.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.rows import LATER, NOW

TESTS = Path(__file__).resolve().parents[1]
_ROW_TEST = re.compile(r"test_([a-j])([0-9]+)_")


def row_of(test_name: str) -> str | None:
    """`test_a2_wrong_signature[x]` → A2; None for other tests."""
    found = _ROW_TEST.match(test_name)
    return f"{found[1].upper()}{found[2]}" if found else None


@dataclass(eq=False)  # pytest keeps its plugins in a set
class RowResults:
    """A pytest plugin: keeps only tests of rows, and counts what became of them."""

    rows: dict[str, str | None] = field(default_factory=dict)
    by_row: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: dict[str, set[str]] = field(default_factory=dict)
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave all other tests out."""
        others = [item for item in items if row_of(item.name) is None]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if row_of(item.name) is not None]
        self.rows = {item.nodeid: row_of(item.name) for item in items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test counts once; an error while setting up or cleaning up is a failure too."""
        if report.when != "call" and report.outcome == "passed":
            return
        row = self.rows[report.nodeid]
        if row is None:
            return
        self.by_row.setdefault(row, Counter())[report.outcome] += 1
        setattr(self, report.outcome, getattr(self, report.outcome) + 1)
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            self.reasons.setdefault(row, set()).add(report.longrepr[2])

    def state_of(self, row: str) -> str:
        """passed, failed, skipped or missing."""
        counts = self.by_row.get(row, Counter())
        if counts["failed"]:
            return "failed"
        if counts["passed"]:
            return "passed"
        return "skipped" if counts["skipped"] else "missing"


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
    single = "--long" in arguments and "-k" in arguments
    if "--long" in arguments:
        os.environ["WORKMATE_ATTACKS"] = "long"
        # Their figures are printed as they come; one of them may take half an hour.
        others = [argument for argument in arguments if argument != "--long"]
        arguments = ["-s", "-o", "timeout=0", *others]
    results = RowResults()
    chosen = any(Path(argument.partition("::")[0]).exists() for argument in arguments)
    code = pytest.main(
        [
            *([] if chosen else [str(TESTS)]),
            *("-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
            "--continue-on-collection-errors",  # other rows are still worth knowing
            *arguments,
        ],
        plugins=[results],
    )
    # Of a single attack only its own rows are of interest.
    rows = {row: name for row, name in NOW.items() if not single or row in results.by_row}
    print("\n".join(table(results, rows)))
    states = Counter(results.state_of(row) for row in rows)
    for state in ("failed", "skipped", "missing"):
        found = [row for row in rows if results.state_of(row) == state]
        if found:
            print(f"{state}: {' '.join(found)}")
    skipped = f", {results.skipped} skipped" if results.skipped else ""
    print(f"{results.passed} passed, {results.failed} failed{skipped}")
    return int(bool(states["failed"] or states["missing"] or code != pytest.ExitCode.OK))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
