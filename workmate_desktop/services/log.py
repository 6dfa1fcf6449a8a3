"""The program's own log: a file in the data folder, and the last lines in memory.

Lines are written by a thread of their own, so that a slow or full disk never holds up a
payment. Secrets are masked whatever the caller does.
"""

import logging
import logging.handlers
import queue
import re
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_SECRETS = re.compile(r"\b((?:sk|rk|pk)_(?:test|live)_|whsec_)[A-Za-z0-9_+/=]+")
_KEPT_DAYS = 30
_IN_MEMORY = 5000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line. `at` is UTC; `level` is INFO, WARNING or ERROR; `text` may have a trace."""

    at: datetime
    level: str
    text: str


class _Masked(logging.Formatter):
    """Never lets a key through, not even inside a trace."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")
        self.converter = lambda seconds: datetime.fromtimestamp(seconds or 0, UTC).timetuple()
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self.default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return _SECRETS.sub(r"\1…", super().format(record))


class _InMemory(logging.Handler):
    def __init__(self, added: Callable[[], None]) -> None:
        super().__init__()
        self.entries: deque[LogEntry] = deque(maxlen=_IN_MEMORY)
        self._added = added
        self._plain = logging.Formatter("%(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        text = _SECRETS.sub(r"\1…", self._plain.format(record))
        at = datetime.fromtimestamp(record.created, UTC)
        self.entries.append(LogEntry(at, record.levelname, text))
        self._added()


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
            handlers.append(logging.StreamHandler(sys.stderr))
        for handler in handlers[1:]:
            handler.setFormatter(_Masked())
        self._handlers = handlers
        self._queue: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._in = _Enqueue(self._queue)
        self._out = logging.handlers.QueueListener(self._queue, *handlers)
        self._logger = logging.getLogger("workmate")

    def start(self) -> None:
        """Take lines from now on."""
        self._logger.setLevel(logging.INFO)
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
