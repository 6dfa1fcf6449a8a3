"""Whether a mutant is caught: by the type checker, or by a test near to it."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.faults.mutations import copy_program
from tests.places import CHECKOUT
from tests.strength.mutators import Mutant
from tests.strength.near import Traced

_ALLOWED_SECONDS = 90.0
"""For starting."""
_SLOWER = 10
"""A PC that others use too may take so many times as long as the processor needs."""
_NOT_IMPORTED = re.compile("found no collectors|errors? during collection")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/\S+::.+?)(?: - .*)?$", re.MULTILINE)


class Verdict(Enum):
    """What became of a mutant."""

    CAUGHT = "caught"
    ENDLESS = "caught: never ended"
    SURVIVED = "SURVIVED"
    NEVER_RUN = "SURVIVED: run by no test"
    STILLBORN = "stillborn"
    """Refused by the type checker, or it cannot be imported: no test is needed."""

    @property
    def caught(self) -> bool:
        """By a test."""
        return self in (Verdict.CAUGHT, Verdict.ENDLESS)


class Unfit(Exception):
    """The tests could not be run, or the types not be checked, at all."""


@dataclass(frozen=True)
class Judged:
    """A mutant, what became of it, and the test that noticed it."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""


class Types:
    """mypy as a daemon over a copy of its own: a change is checked in half a second."""

    CHECKED = ("domain", "services", "gateways")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._changed: tuple[str, bytes] | None = None  # the file of the last mutant, without it
        copy_program(folder)

    def __enter__(self) -> Self:
        packages = [f"workmate_desktop/{name}" for name in self.CHECKED]
        options = ("--timeout", "1800", "--", "--config-file", "pyproject.toml")
        if self._run("run", *options, *packages):  # it ends by itself, should this run be killed
            raise Unfit("the types of the program are wrong without any mutant")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._call("stop")

    def refuse(self, mutant: Mutant, source: bytes) -> bool:
        """Whether the type checker alone would stop it."""
        with self._lock:
            if self._changed is not None and self._changed[0] != mutant.file:
                name, before = self._changed
                (self._folder / name).write_bytes(before)
            self._changed = mutant.file, source  # put back with the next change: one look for both
            (self._folder / mutant.file).write_bytes(mutant.applied(source))
            return self._run("recheck")

    def _run(self, *arguments: str) -> bool:
        done = self._call(*arguments)
        if done.returncode not in (0, 1) or "rror" in done.stderr or "crashed" in done.stdout:
            raise Unfit(f"mypy: {done.stdout[-800:]}{done.stderr[-800:]}")
        return done.returncode == 1

    def _call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        status = str(self._folder / "dmypy.json")
        return subprocess.run(
            [sys.executable, "-m", "mypy.dmypy", "--status-file", status, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )


class Bench:
    """A copy of the program in which one mutant after the other is tried."""

    def __init__(
        self,
        folder: Path,
        copy: Callable[[Path], None] = copy_program,
        *,
        allowed_seconds: float = _ALLOWED_SECONDS,
    ) -> None:
        """`allowed_seconds` is what a run may take beside a multiple of what its tests took, and
        half of what one test may take."""
        self._folder = folder
        self._allowed = allowed_seconds
        self._sound: dict[str, bool] = {}  # tests, and whether they pass without a mutant
        self._changes = 0
        copy(folder)
        self._runner = subprocess.Popen(
            [sys.executable, "-m", "tests.strength.forked"],
            cwd=folder,
            env={
                **os.environ,
                # The checkout for this tool itself, where the copy is none of the program.
                "PYTHONPATH": os.pathsep.join((str(folder), str(CHECKOUT))),
                "QT_QPA_PLATFORM": "offscreen",
                "COLUMNS": "2000",  # else pytest shortens the names of tests
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End its process."""
        with self._runner as process:
            assert process.stdin is not None
            process.stdin.close()

    def judge(self, mutant: Mutant, source: bytes, tests: Sequence[Traced]) -> Judged:
        """Run the tests in their order until one fails. Raises Unfit."""
        if not tests:
            return Judged(mutant, Verdict.NEVER_RUN)
        left = [test for test in tests if self._sound.get(test.name, True)]
        while left:
            self._write(mutant.file, mutant.applied(source))
            try:
                code, output = self._pytest(left)
            finally:
                self._write(mutant.file, source)
            if code is None:
                return Judged(mutant, Verdict.ENDLESS)
            if code == pytest.ExitCode.OK:
                return Judged(mutant, Verdict.SURVIVED)
            failed = _FAILED.search(output)
            if code != pytest.ExitCode.TESTS_FAILED or failed is None:
                if _NOT_IMPORTED.search(output):
                    return Judged(mutant, Verdict.STILLBORN, "cannot be imported")
                raise Unfit(f"pytest ended with {code}\n{output[-2000:]}")
            by = failed[1]
            if self._passes_alone(next((test for test in left if test.name == by), None)):
                return Judged(mutant, Verdict.CAUGHT, by)
            left = [test for test in left if test.name != by]
        return Judged(mutant, Verdict.SURVIVED)

    def _passes_alone(self, test: Traced | None) -> bool:
        if test is None:
            return False
        if test.name not in self._sound:
            self._sound[test.name] = self._pytest([test])[0] == pytest.ExitCode.OK
        return self._sound[test.name]

    def _write(self, name: str, source: bytes) -> None:
        path = self._folder / name
        path.write_bytes(source)
        # Python compares a compiled file with size and second of the source: no two alike.
        self._changes += 1
        os.utime(path, (self._changes, self._changes))

    def _pytest(self, tests: Sequence[Traced]) -> tuple[int | None, str]:
        """Exit code (None: it did not end) and output."""
        allowed = self._allowed + _SLOWER * sum(test.seconds for test in tests)
        asked = {
            "arguments": [
                *("-q", "-x", "--tb=no", "-rfE", "--color=no", "-p", "no:cacheprovider"),
                # Its packages are imported before it, and no assertion of theirs is read.
                *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
                *(
                    "-p",
                    "no:xdist",
                    "-p",
                    "tests.strength.hasty",
                    "-o",
                    f"timeout={2 * self._allowed}",
                ),
                *(test.name for test in tests),
            ],
            "seconds": allowed,
        }
        assert self._runner.stdin is not None and self._runner.stdout is not None
        self._runner.stdin.write(json.dumps(asked) + "\n")
        self._runner.stdin.flush()
        told = json.loads(self._runner.stdout.readline() or "null")
        if told is None:
            raise Unfit("the process that runs pytest has ended")
        return told["code"], told["output"]
