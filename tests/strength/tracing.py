"""A pytest plugin that writes down which lines of the rules of money each test runs.

Loaded by `near.py` (`-p tests.strength.tracing`). One line of JSON for each test that passed, as
soon as it has ended. `sys.settrace` and no package: coverage would bring contexts for 40 lines.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.places import CHECKOUT
from tests.strength.money_rules import money_files

TARGET = "WORKMATE_STRENGTH_TRACE"
"""The environment variable that names the file to write to."""

_Trace = Callable[[FrameType, str, Any], Any]


class Tracer:
    """Lines run so far, by file."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._names = {str(CHECKOUT / name): name for name in money_files()}
        self._lines: dict[str, set[int]] = {}
        self._passed = True
        self._seconds = 0.0

    def begin(self) -> None:
        """A test begins."""
        self._lines, self._passed, self._seconds = {}, True, time.process_time()
        threading.settrace(self._call)
        sys.settrace(self._call)

    def end(self, test: str) -> None:
        """It has ended, with all that belongs to it."""
        sys.settrace(None)
        threading.settrace(None)  # typeshed of 3.11
        took = time.process_time() - self._seconds
        lines = {self._names[path]: sorted(found) for path, found in self._lines.items()}
        entry = {"test": test, "passed": self._passed, "seconds": round(took, 3), "lines": lines}
        with self._target.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def failed(self) -> None:
        """It is no measure then."""
        self._passed = False

    def _call(self, frame: FrameType, event: str, argument: object) -> _Trace | None:
        path = frame.f_code.co_filename
        if path not in self._names:
            return None
        lines = self._lines.setdefault(path, set())
        add = lines.add

        def line(frame: FrameType, event: str, argument: object) -> _Trace:
            add(frame.f_lineno)
            return line

        return line


class _Plugin:
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._tracer.begin()
        yield
        self._tracer.end(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self._tracer.failed()


def pytest_configure(config: pytest.Config) -> None:
    """Begin, where `near.py` asks for it."""
    if target := os.environ.get(TARGET):
        config.pluginmanager.register(_Plugin(Tracer(Path(target))), "strength-tracing")
