"""The program's own log: a file in the data folder, and the last lines in memory.

Lines are written by a thread of their own, so that a slow or full disk never holds up a
payment. Secrets are masked whatever the caller does.
"""

import logging
import logging.handlers
import queue
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workmate_desktop.domain.clock import to_text

_MESSAGE = logging.Formatter("%(message)s")
_SECRETS = re.compile(r"\b((?:sk|rk|pk)_(?:test|live)_|whsec_)[A-Za-z0-9_+/=]+")
_KEPT_DAYS = 30
_IN_MEMORY = 5000
_PAUSE_SECONDS = 0.02


def masked(text: str) -> str:
    """`text` without what comes after the beginning of a key."""
    return _SECRETS.sub(r"\1…", text)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line. `at` is UTC; `level` is INFO, WARNING or ERROR; `text` may have a trace."""

    at: datetime
    level: str
    text: str


def _entry_of(record: logging.LogRecord) -> LogEntry:
    """The record as one line, made once for all handlers; never lets a key through, not even
    inside a trace.
    """
    known: LogEntry | None = getattr(record, "entry", None)
    if known is not None:
        return known
    text = masked(_MESSAGE.format(record))
    entry = LogEntry(datetime.fromtimestamp(record.created, UTC), record.levelname, text)
    record.__dict__["entry"] = entry
    return entry


class _Line(logging.Formatter):
    """2026-11-23T08:00:03.120Z INFO    [Stripe] …"""

    def format(self, record: logging.LogRecord) -> str:
        entry = _entry_of(record)
        return f"{to_text(entry.at)} {entry.level:7} {entry.text}"


class _InMemory(logging.Handler):
    def __init__(self, added: Callable[[], None]) -> None:
        super().__init__()
        self.entries: deque[LogEntry] = deque(maxlen=_IN_MEMORY)
        self._added = added

    def emit(self, record: logging.LogRecord) -> None:
        self.entries.append(_entry_of(record))
        self._added()


class _Grouped:
    """For stream handlers: `flush` is due when nothing waits any more, not after each line."""

    def flush(self) -> None:
        pass

    def flush_group(self) -> None:
        super().flush()  # type: ignore[misc]  # the handler's


class _Console(_Grouped, logging.StreamHandler):  # type: ignore[type-arg]
    pass


class _Quiet(_Grouped, logging.handlers.TimedRotatingFileHandler):
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
    """Everything the program logs below the logger `workmate`.

    `added` is called on the log's thread after each line; it must be quick.
    """

    def __init__(self, folder: Path, *, to_console: bool = False) -> None:
        self.file = folder / "logs" / "workmate.log"
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._memory = _InMemory(self._tell)
        handlers: list[logging.Handler] = [self._memory]
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
            handlers.append(_Console(sys.stderr))
        for handler in handlers[1:]:
            handler.setFormatter(_Line())
        self._handlers = handlers
        self._queue: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._in = _Enqueue(self._queue)
        self._out = _Writing(self._queue, *handlers)
        self._logger = logging.getLogger("workmate")

    def start(self) -> None:
        """Take lines from now on. Twice is fine."""
        if self._in in self._logger.handlers:
            return
        self._logger.setLevel(logging.INFO)
        # Our lines name neither thread nor process nor source file; asking for them takes more
        # than half of the time of a line. docs.python.org/3/howto/logging.html#optimization
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
            for handler in self._handlers:
                with suppress(OSError):  # what the full disk did not take is lost
                    handler.close()

    def entries(self, limit: int = 1000) -> list[LogEntry]:
        """The newest lines of this run, oldest first."""
        return list(self._memory.entries)[-limit:]

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each new line, on the log's thread."""
        self._listeners = (*self._listeners, listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


class _Enqueue(logging.handlers.QueueHandler):
    """Hands the record over as it is: formatting happens on the log's thread."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        if record.exc_info:
            # The trace is rendered now: its frames may hold what must not live on.
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        return record


class _Writing(logging.handlers.QueueListener):
    """The log's thread."""

    queue: "queue.SimpleQueue[logging.LogRecord]"

    def handle(self, record: logging.LogRecord) -> None:
        """Pass a record to the handlers; flush them once nothing more waits."""
        super().handle(record)
        if self.queue.empty():
            for handler in self.handlers:
                if isinstance(handler, _Grouped):
                    try:
                        handler.flush_group()
                    except OSError:
                        handler.handleError(record)
            # What is logged meanwhile comes as one group: waking this thread for each line takes
            # more from a booking than the line itself.
            time.sleep(_PAUSE_SECONDS)
