"""Which tests are near a line: those that run it, the most particular first.

Every test of NEAR is run once under `tracing.py`, in a copy of the program, and what it ran is kept
in CACHE (not in git) until its file changes. When a rule changes, its lines are found again in what
was traced; lines that are new are as near to tests as the rest of their function.
"""

import ast
import difflib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.faults.mutations import copy_program
from tests.places import CHECKOUT
from tests.strength.money_rules import money_files
from tests.strength.mutators import Mutant
from tests.strength.tracing import TARGET

CACHE = CHECKOUT / ".strength"
NEAR = ("domain", "services", "gateways", "store", "faults", "app")
"""Folders of tests that call the rules themselves; the window's tests are far."""


@dataclass(frozen=True)
class Traced:
    """A test that passed, and what it ran."""

    name: str
    seconds: float
    """Of the processor under the tracer: longer than without, and others on the PC do not count."""
    breadth: int
    """Lines of the rules of money that it runs: few are a test of just them."""

    @property
    def order(self) -> float:
        """The lowest is asked first."""
        return self.breadth * (0.05 + self.seconds)


class NearTests:
    """The map. `refresh` first."""

    def __init__(self, cache: Path = CACHE) -> None:
        self._traces = cache / "traces"
        self._sources = cache / "sources"
        for folder in (self._traces, self._sources):
            folder.mkdir(parents=True, exist_ok=True)
        (cache / ".gitignore").write_text("*\n", encoding="utf-8")
        self._tests: dict[tuple[str, str], dict[int, list[Traced]]] = {}  # file, digest → line → …

    # Making it

    def refresh(self) -> int:
        """Trace the test files that are new or changed; how many those were."""
        files = {path.relative_to(CHECKOUT).as_posix(): _digest(path) for path in _test_files()}
        for path in self._traces.glob("*.json"):
            kept = json.loads(path.read_text("utf-8"))
            if files.get(kept["file"]) == kept["digest"]:
                del files[kept["file"]]
            else:
                path.unlink()
        if files:
            self._trace(files)
        self.load()
        return len(files)

    def _trace(self, files: dict[str, str]) -> None:
        with tempfile.TemporaryDirectory(prefix="workmate-strength-") as name:
            folder = Path(name)
            copy_program(folder)
            sources = self._keep_sources(folder)
            target = folder / "traced.jsonl"
            subprocess.run(
                [
                    *(sys.executable, "-m", "pytest", "-q", "-p", "tests.strength.tracing"),
                    *("-p", "no:cacheprovider", "-o", "timeout=1500", *files),
                ],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(folder), TARGET: str(target)},
                stdout=subprocess.DEVNULL,
                check=False,  # a test that fails is no measure, and told by the suite
            )
            self.keep(files, sources, target.read_text("utf-8").splitlines())

    def _keep_sources(self, folder: Path) -> dict[str, str]:
        digests = {}
        for name in money_files():
            digests[name] = _digest(folder / name)
            (self._sources / digests[name]).write_bytes((folder / name).read_bytes())
        return digests

    def keep(self, files: dict[str, str], sources: dict[str, str], lines: Iterable[str]) -> None:
        """Write down what was traced of `files`, with the `sources` that ran: digests by name."""
        tests: dict[str, list[Any]] = {name: [] for name in files}
        for line in lines:
            entry = json.loads(line)
            name = entry["test"].partition("::")[0]
            if entry["passed"] and name in tests:
                tests[name].append(entry)
        for name, found in tests.items():
            kept = {"file": name, "digest": files[name], "sources": sources, "tests": found}
            target = self._traces / f"{name.replace('/', '-')}.json"
            target.write_text(json.dumps(kept), encoding="utf-8")

    def load(self) -> None:
        """Read what was traced."""
        self._tests = {}
        for path in self._traces.glob("*.json"):
            kept = json.loads(path.read_text("utf-8"))
            for entry in kept["tests"]:
                breadth = sum(len(lines) for lines in entry["lines"].values())
                test = Traced(entry["test"], entry["seconds"], breadth)
                for name, lines in entry["lines"].items():
                    of_file = self._tests.setdefault((name, kept["sources"][name]), {})
                    for line in lines:
                        of_file.setdefault(line, []).append(test)

    # Asking it

    def of(self, mutant: Mutant, source: "Source") -> list[Traced]:
        """The tests that run the changed lines; none when no test does."""
        lines = range(mutant.line, mutant.last_line + 1)
        if mutant.at_import:
            return self._running(mutant.file, source, None)
        found = self._running(mutant.file, source, lines)
        if not found and source.is_new(lines, self._kept(mutant.file)):
            found = self._running(mutant.file, source, source.function_around(mutant.line))
        return found

    def _kept(self, file: str) -> list[str]:
        """The traced sources of a file."""
        digests = [digest for name, digest in self._tests if name == file]
        return [(self._sources / digest).read_text("utf-8") for digest in digests]

    def _running(self, file: str, source: "Source", lines: range | None) -> list[Traced]:
        found: dict[str, Traced] = {}
        for (name, digest), by_line in self._tests.items():
            if name != file:
                continue
            wanted: Iterable[int] = by_line
            if lines is not None:
                places = source.places_in((self._sources / digest).read_text("utf-8"))
                wanted = [places[line] for line in lines if line in places]
            for line in wanted:
                found |= {test.name: test for test in by_line.get(line, ())}
        # One of each file before the second of any: a line that all run is the point of few.
        by_file: Counter[str] = Counter()
        ranked: list[tuple[int, float, str, Traced]] = []
        for test in sorted(found.values(), key=lambda test: (test.order, test.name)):
            file = test.name.partition("::")[0]
            by_file[file] += 1
            ranked.append((by_file[file], test.order, test.name, test))
        return [test for *_, test in sorted(ranked, key=lambda one: one[:3])]


class Source:
    """A file of the program as it is now."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places: dict[int, dict[int, int]] = {}

    def places_in(self, older: str) -> dict[int, int]:
        """Line now → the same line in an older text."""
        key = hash(older)
        if key not in self._places:
            match = difflib.SequenceMatcher(
                None, self._text.splitlines(), older.splitlines(), autojunk=False
            )
            self._places[key] = {
                now + step + 1: was + step + 1
                for now, was, length in match.get_matching_blocks()
                for step in range(length)
            }
        return self._places[key]

    def is_new(self, lines: range, older: list[str]) -> bool:
        """Whether none of the lines stands in any of the older texts."""
        return not any(line in self.places_in(text) for text in older for line in lines)

    def function_around(self, line: int) -> range:
        """The lines of the innermost function that holds it."""
        around = [
            function
            for function in self._functions
            if function.lineno <= line <= (function.end_lineno or 0)
        ]
        inner = max(around, key=lambda function: function.lineno)
        return range(inner.lineno, (inner.end_lineno or inner.lineno) + 1)

    @cached_property
    def _functions(self) -> list[ast.FunctionDef]:
        return [
            node for node in ast.walk(ast.parse(self._text)) if isinstance(node, ast.FunctionDef)
        ]


def _test_files() -> list[Path]:
    return [path for folder in NEAR for path in (CHECKOUT / "tests" / folder).rglob("test_*.py")]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]
