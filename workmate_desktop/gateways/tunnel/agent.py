"""One process of the ngrok agent: started, its log read, ended.

pyngrok would start it too, but then the agent repeats a wrong token on the program's own error
output, a silent agent holds a lock that `kill` waits for, and a dead one goes unnoticed.
"""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from workmate_desktop.domain.errors import UserError
from workmate_desktop.gateways.tunnel.errors import code_of

GRACE = 2.0
"""Seconds the agent has to say goodbye to ngrok before it is killed."""

_LONGEST_LINE = 8192
"""Characters; the agent's longest, with an error of ngrok's, have some hundreds."""

_HIDDEN = ("NGROK_", "WORKMATE_")
"""Variables the agent does not get: ngrok's would overrule its file, ours hold secrets."""


class AgentProcess:
    """Starts the agent in the constructor. Any thread may read and `end` it.

    `news` is called in the reading thread after each line that changes something, and when the
    process is gone; it must be quick.
    """

    def __init__(self, executable: Path, config: Path, news: Callable[[], None]) -> None:
        """Raises UserError: `tunnel_agent_missing`, `tunnel_agent_unusable`."""
        self._news = news
        self._lock = threading.Lock()
        self._gone = threading.Event()
        self._sessions: set[str] = set()
        self._api: str | None = None
        self._error = ""
        self._code: str | None = None
        self._process = _start(
            [str(executable), "start", "--none", "--log", "stdout", "--config", str(config)]
        )
        self._reader = threading.Thread(target=self._read, name="tunnel-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """The process has ended, whoever ended it."""
        return self._gone.is_set() or self._process.poll() is not None

    @property
    def api(self) -> str | None:
        """Address of its API (http://127.0.0.1:…) once its session with ngrok stands."""
        with self._lock:
            return self._api if len(self._sessions) == len(_SESSION) else None

    @property
    def error(self) -> str:
        """The last error it wrote, raw: may hold the token. Empty while there was none."""
        with self._lock:
            return self._error

    @property
    def code(self) -> str | None:
        """What disturbs it now, as a code of ours."""
        with self._lock:
            return self._code

    def wait_gone(self, seconds: float) -> bool:
        """Wait until the process and its log have ended; False when the time is over."""
        return self._gone.wait(seconds)

    def end(self) -> None:
        """End the process and wait for it: at most 2 × GRACE. Twice is fine."""
        for ask in (self._process.terminate, self._process.kill):
            with suppress(OSError):  # already gone
                ask()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
                break
        # Only a child of the agent could still hold the pipe; the thread is a daemon then.
        self._reader.join(GRACE)

    def _read(self) -> None:
        from pyngrok.log import NgrokLog

        output = self._process.stdout
        assert output is not None
        with output:
            for line in _beginnings(output):
                entry = NgrokLog(line)
                error = entry.err or entry.msg or "" if entry.lvl in _ERRORS else ""
                if self._note(entry.msg or "", entry.addr, error, entry.line):
                    self._news()
        self._process.wait()
        self._gone.set()
        self._news()

    def _note(self, message: str, address: str | None, error: str, line: str) -> bool:
        with self._lock:
            before = (self._api, len(self._sessions), self._error, self._code)
            if "starting web service" in message and address:
                self._api = f"http://{address}"
            for words in _SESSION:
                if words in message:
                    self._sessions.add(words)
                    self._code = None
            if "failed to open private leg" in message:
                self._code = "tunnel_listener_unreachable"
            elif "join connections" in message:
                self._code = None
            elif error:
                self._error = error
                # Without a number it is the line to ngrok that is missing; it tries again.
                self._code = code_of(line) or "tunnel_no_net"
            return before != (self._api, len(self._sessions), self._error, self._code)


_SESSION = ("client session established", "tunnel session started")
_ERRORS = ("ERROR", "CRITICAL")


def _start(command: list[str]) -> "subprocess.Popen[str]":
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env=_environment(os.environ),
            creationflags=flags,
        )
    except OSError as error:
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        raise UserError("tunnel_agent_missing" if missing else "tunnel_agent_unusable") from error


def _beginnings(output: IO[str]) -> Iterator[str]:
    """Each line; of one without an end the beginning."""
    begins = True
    while piece := output.readline(_LONGEST_LINE):
        if begins:
            yield piece
        begins = piece.endswith("\n")


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in ours.items() if not name.startswith(_HIDDEN)}
