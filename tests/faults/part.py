"""One pytest process of the report: lists the tests of rows, or runs those of one part.

`python -m tests.faults.part RECORD list|run … pytest's arguments`. What happens is written line by
line as JSON to the file RECORD, so that a process that crashes takes nothing with it: `{"test",
"row", "file"}` for each test, `{"begun"}`, `{"test", "outcome", "reason"}`, `{"ended"}`.
A test is named by its whole path: pytest's node ids depend on the arguments for files elsewhere.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests.faults.rows import row_of


@dataclass(eq=False)  # pytest keeps its plugins in a set
class Recorder:
    """A pytest plugin: keeps only tests of rows, and writes what becomes of them."""

    file: TextIO
    wanted: frozenset[str] | None
    """The tests to run; None: list all, run none."""
    names: dict[str, str] = field(default_factory=dict)
    """Node id → name of the test."""

    @pytest.hookimpl(trylast=True)  # after `-k`
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave all other tests out."""
        self.names = {item.nodeid: _name(item) for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not self._keeps(item)])
        items[:] = [item for item in items if self._keeps(item)]
        if self.wanted is None:
            for item in items:
                self._write(test=_name(item), row=row_of(item.name), file=str(item.path))

    def pytest_runtestloop(self) -> bool | None:
        """True: nothing is to be run."""
        return True if self.wanted is None else None

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Should the process end now, it is known where."""
        self._write(begun=self.names[nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test counts once; an error while setting up or cleaning up is a failure too."""
        if report.when == "call" or report.outcome != "passed":
            told = report.longrepr if report.outcome == "skipped" else None
            reason = told[2] if isinstance(told, tuple) else ""
            self._write(test=self.names[report.nodeid], outcome=report.outcome, reason=reason)
        if report.when == "teardown":
            self._write(ended=self.names[report.nodeid])

    def _keeps(self, item: pytest.Item) -> bool:
        if self.wanted is None:
            return row_of(item.name) is not None
        return _name(item) in self.wanted

    def _write(self, **fields: Any) -> None:
        self.file.write(json.dumps(fields) + "\n")
        self.file.flush()


def _name(item: pytest.Item) -> str:
    return f"{item.path}::{item.nodeid.partition('::')[2]}"


def main(record: str, task: str, arguments: list[str]) -> int:
    """`run` takes the names of its tests from stdin. Returns pytest's exit code."""
    wanted = frozenset(json.load(sys.stdin)) if task == "run" else None
    with Path(record).open("w", encoding="utf-8") as file:
        return pytest.main(arguments, plugins=[Recorder(file, wanted)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
