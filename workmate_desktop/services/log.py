"""The program's own log: a file in the data folder, and the last lines in memory.

Lines are written by a thread of their own, so that a slow or full disk never holds up a
payment. Secrets are masked whatever the caller does.
"""

import logging
import logging.handlers
import queue
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from workmate_desktop.domain.clock import to_text

_SECRETS = re.compile(r"\b((?:sk|rk|pk)_(?:test|live)_|whsec_)[A-Za-z0-9_+/=]+")
_KEPT_DAYS = 30
_IN_MEMORY = 5000
_PAUSE_SECONDS = 0.05
_AT_ONCE = 1000


def masked(text: str) -> str:
    """`text` without what comes after the beginning of a key."""
    if "k_" not in text and "whsec_" not in text:
        return text  # nearly every line: the expression is slow
    return _SECRETS.sub(r"\1…", text)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line. `at` is UTC; `level` is INFO, WARNING or ERROR; `text` may have a trace."""

    at: datetime
    level: str
    text: str


class Lines(list[str]):
    """Several lines of the same moment and level as the message of one record."""

    def __str__(self) -> str:
        return "\n".join(self)


def log_lines(logger: logging.Logger, lines: Iterable[tuple[int, str]]) -> None:
    """Log many (level, text) at once: a record costs several times as much as its line."""
    for level, group in groupby(lines, key=itemgetter(0)):
        logger.log(level, Lines(text for _level, text in group))


def _entries_of(record: logging.LogRecord) -> list[LogEntry]:
    """The record as entries, one for each of its lines; never lets a key through."""
    at, level = datetime.fromtimestamp(record.created, UTC), record.levelname
    if isinstance(record.msg, Lines):
        return [LogEntry(at, level, masked(line)) for line in record.msg]
    text = record.getMessage()
    if record.exc_text:
        text += "\n" + record.exc_text
    return [LogEntry(at, level, masked(text))]


def _trace_of(error: BaseException) -> str:
    """Kind and places of an error and its causes, the first cause first.

    Never the words: those of a bug may hold anything that was at hand, a payer's name or a
    password. (The crash report of services/upkeep/crash.py keeps to the same.)
    """
    parts: list[str] = []
    known: BaseException | None = error
    seen: set[int] = set()
    while known is not None and id(known) not in seen:
        seen.add(id(known))
        places = "".join(traceback.format_tb(known.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{places}{type(known).__name__}")
        known = known.__cause__ or (None if known.__suppress_context__ else known.__context__)
    return "\n\nThen:\n".join(reversed(parts))


def _line(entry: LogEntry) -> str:
    """2026-11-23T08:00:03.120Z INFO    [Stripe] …"""
    return f"{to_text(entry.at)} {entry.level:7} {entry.text}"


class _Quiet(logging.handlers.TimedRotatingFileHandler):
    """A log that cannot be written must not stop a payment (FAULTS F17): it goes on."""

    failed = False

    def _open(self):  # type: ignore[no-untyped-def]  # the base class has no types for it
        stream = super()._open()
        Path(self.baseFilename).chmod(0o600)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - logging
        if not self.failed and sys.stderr is not None:
            self.failed = True
            sys.stderr.write("The log file cannot be written; the program goes on.\n")


class ProgramLog:
    """Everything the program logs below the logger `workmate`."""

    def __init__(self, folder: Path, *, to_console: bool = False) -> None:
        self.file = folder / "logs" / "workmate.log"
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._entries: deque[LogEntry] = deque(maxlen=_IN_MEMORY)
        handlers: list[logging.Handler] = []
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            to_file = _Quiet(
                self.file, when="midnight", backupCount=_KEPT_DAYS, encoding="utf-8", utc=True
            )
            handlers.append(to_file)
        except OSError as error:
            self._file_error: str | None = str(error.strerror)
        else:
            self._file_error = None
        if to_console and sys.stderr is not None:
            handlers.append(logging.StreamHandler(sys.stderr))
        self._handlers = handlers
        self._queue: queue.SimpleQueue[logging.LogRecord | None] = queue.SimpleQueue()
        self._in = _Enqueue(self._queue)
        self._out = _Writing(self._queue, *handlers, added=self._add)
        self._logger = logging.getLogger("workmate")

    def start(self) -> None:
        """Take lines from now on. Twice is fine."""
        if self._in in self._logger.handlers:
            return
        self._logger.setLevel(logging.INFO)
        # Our lines name neither thread nor process nor source file; asking for them is
        # what costs most in a line. docs.python.org/3/howto/logging.html#optimization
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
        logging._srcfile = None
        self._logger.propagate = False
        self._logger.addHandler(self._in)
        self._out.start()
        if self._file_error is not None:
            self._logger.warning("The log file cannot be opened: %s", self._file_error)

    def stop(self) -> None:
        """Write what is queued and close the file. Twice is fine."""
        if self._in in self._logger.handlers:
            self._logger.removeHandler(self._in)
            self._out.stop()
        for handler in self._handlers:  # a program that is refused never began, but has the file
            with suppress(OSError):  # what the full disk did not take is lost
                handler.close()

    def entries(self, limit: int = 1000) -> list[LogEntry]:
        """The newest lines of this run, oldest first."""
        return list(self._entries)[-limit:]

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after new lines, on the log's thread; it must be quick."""
        self._listeners = (*self._listeners, listener)

    def _add(self, entries: Sequence[LogEntry]) -> None:
        self._entries.extend(entries)
        for listener in self._listeners:
            listener()


class _Enqueue(logging.handlers.QueueHandler):
    """Hands the record over as it is: formatting happens on the log's thread."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        if record.exc_info:
            # The trace is rendered now: its frames may hold what must not live on.
            error = record.exc_info[1]
            record.exc_text = _trace_of(error) if error is not None else None
            record.exc_info = None
        return record


class _Writing(logging.handlers.QueueListener):
    """The log's thread."""

    def __init__(
        self,
        records: "queue.SimpleQueue[logging.LogRecord | None]",
        *handlers: logging.Handler,
        added: Callable[[Sequence[LogEntry]], None],
    ) -> None:
        super().__init__(records, *handlers)
        self._records = records
        self._added = added
        self._ending = threading.Event()

    def stop(self) -> None:
        """Write what is queued, without a pause, and end."""
        self._ending.set()
        super().stop()
        self._ending.clear()  # `start` works again

    def handle(self, record: logging.LogRecord) -> None:
        """Write all that waits, as one record with many lines: one write for each handler."""
        entries = _entries_of(record)
        with suppress(queue.Empty):
            while len(entries) < _AT_ONCE:
                following = self._records.get_nowait()
                if following is None:  # the end: for the loop that called us
                    self._records.put(following)
                    break
                entries += _entries_of(following)
        self._added(entries)
        group = logging.makeLogRecord({"msg": "\n".join(map(_line, entries))})
        for handler in self.handlers:
            handler.handle(group)
        # What is logged meanwhile comes as one group, too: waking this thread for each line takes
        # more from a booking than the line itself.
        self._ending.wait(_PAUSE_SECONDS)
