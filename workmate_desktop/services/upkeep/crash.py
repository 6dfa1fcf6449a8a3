"""What is left of a run that ended by a fault of the program: a report for support.

The report holds versions, the kind of the error, the places in the code and the last lines of
the log; no words of the error (they may name customers), no keys, no home folder, no addresses.
Faults in native code (Qt, SQLite) never come to Python: `faulthandler` writes where every thread
was into a file of its own. https://docs.python.org/3/library/faulthandler.html
"""

import faulthandler
import logging
import os
import platform
import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO

from workmate_desktop import __version__
from workmate_desktop.services.log import masked

logger = logging.getLogger("workmate.crash")

REPORT = "crash.txt"
NATIVE = "crash-native.txt"
RUNNING = "running"
_LINES = 60
_TAIL_BYTES = 64_000
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PLACE = re.compile(r'(?:[A-Za-z]:)?[^\s"\']*[/\\](site-packages|workmate_desktop|lib)[/\\]')
_LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z ")


def redacted(text: str) -> str:
    """`text` without keys, mail addresses and folders of this PC."""
    text = _PLACE.sub(r"\1/", masked(text))
    text = text.replace(str(Path.home()), "~")
    return _ADDRESS.sub("…@…", text)


def places(trace: TracebackType | None) -> list[str]:
    """Where it happened, from the outside in: file, line, function."""
    return [
        f"  {redacted(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def report_of(error: BaseException, thread: str, log_lines: Iterable[str]) -> str:
    """The report about an error: its kind and its causes with their places."""
    parts = [_head(), f"Thread: {thread}"]
    known: BaseException | None = error
    seen: set[int] = set()
    while known is not None and id(known) not in seen:
        seen.add(id(known))
        parts.append("\n".join((type(known).__name__, *places(known.__traceback__))))
        known = known.__cause__ or known.__context__
    return _joined(parts, log_lines)


def report_of_stack(title: str, stack: Iterable[str], log_lines: Iterable[str]) -> str:
    """The report about something that did not raise: a thread that hangs, a native fault."""
    return _joined([_head(), title, redacted("\n".join(stack))], log_lines)


def _head() -> str:
    return f"WorkmateOS Desktop {__version__} · Python {platform.python_version()}\n" + (
        platform.platform()
    )


def _joined(parts: list[str], log_lines: Iterable[str]) -> str:
    # Only the first line of an entry: what follows is a trace with the words of an error.
    last = [redacted(line.split("\n", 1)[0]) for line in log_lines][-_LINES:]
    return "\n\n".join([*parts, "\n".join(last)]) + "\n"


class CrashFiles:
    """The files of one data folder. `begin` after its lock is held, `end` before it is let go."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._native: IO[str] | None = None
        self._faults_elsewhere = False

    def begin(self) -> str | None:
        """Take note of how the last run ended, and watch over this one.

        Returns the report of a crash that nobody was told of yet. A folder that cannot be
        written costs the watching, nothing else: logged.
        """
        try:
            told = self._left_behind()
            (self._data_dir / RUNNING).touch(mode=0o600)
            path = self._data_dir / NATIVE
            self._native = os.fdopen(
                os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8"
            )
            self._faults_elsewhere = faulthandler.is_enabled()
            faulthandler.enable(self._native, all_threads=True)
        except OSError as error:
            logger.warning("Crashes cannot be noted: %s", error.strerror)
            return None
        return told

    def keep(self, report: str) -> None:
        """Tell of this at the next start."""
        try:
            handle = os.open(self._data_dir / REPORT, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(report)
        except OSError as error:
            logger.warning("The report of a fault cannot be kept: %s", error.strerror)

    def forget(self) -> None:
        """It was told, or is over."""
        (self._data_dir / REPORT).unlink(missing_ok=True)

    def end(self) -> None:
        """This run ends as it should. Twice is fine."""
        if self._native is None:
            return
        faulthandler.disable()
        if self._faults_elsewhere:
            faulthandler.enable()
        self._native.close()
        self._native = None
        for name in (NATIVE, RUNNING):
            (self._data_dir / name).unlink(missing_ok=True)

    def log_tail(self) -> list[str]:
        """The first lines of the newest entries in the log file."""
        try:
            with (self._data_dir / "logs" / "workmate.log").open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if _LOG_LINE.match(line)][-_LINES:]

    def _left_behind(self) -> str | None:
        native = self._data_dir / NATIVE
        kept = self._data_dir / REPORT
        if native.exists() and native.stat().st_size:
            stack = native.read_text("utf-8", "replace").splitlines()
            self.keep(report_of_stack("Fault in native code", stack, self.log_tail()))
        if kept.exists():
            logger.error("The last run ended with a fault of the program")
            return kept.read_text("utf-8", "replace")
        if (self._data_dir / RUNNING).exists():
            # A power cut or a kill is no fault of the program.
            logger.warning("The last run was not ended properly")
        return None
