"""Puts the stand-in agent (ngrok_agent.py) into a folder, tells it what to play, asks it."""

import http.client
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.free_port import free_port
from tests.standins import ngrok_agent
from tests.waiting import PATIENCE

NAME = "bright-office.ngrok-free.dev"
TOKEN = "2kCanaryTokenForTheTunnel0_7sYbQ4vX1pLr9wZcT3nM5"
"""Must appear nowhere but in the 0600 file."""


class StandInNgrok:
    """An executable `ngrok` in `folder`; `play` as in ngrok_agent.py."""

    def __init__(self, folder: Path, **play: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.executable = folder / "ngrok"
        source = Path(ngrok_agent.__file__).read_text("utf-8")
        self.executable.write_text(f"#!{sys.executable}\n{source}", "utf-8")
        self.executable.chmod(0o700)
        self.public_port = free_port()
        self.play(**play)

    def play(self, **play: Any) -> None:
        """From the next start on."""
        text = json.dumps({"public_port": self.public_port} | play)
        (self.folder / "play.json").write_text(text, "utf-8")

    @property
    def starts(self) -> list[dict[str, Any]]:
        """pid, argv, env and the mode of the configuration file, for each start."""
        return self._lines("starts.jsonl")

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """What was asked for, each time."""
        return self._lines("endpoints.jsonl")

    @property
    def running(self) -> list[int]:
        """The processes that have not ended."""
        return [one["pid"] for one in self.starts if is_running(one["pid"])]

    def visit(
        self, method: str, path: str, body: bytes = b"", host: str = NAME, **headers: str
    ) -> tuple[int, bytes]:
        """A request from outside, to the public address."""
        edge = http.client.HTTPConnection("127.0.0.1", self.public_port, timeout=PATIENCE)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            edge.request(method, path, body, {"Host": host} | names)
            answer = edge.getresponse()
            return answer.status, answer.read()
        finally:
            edge.close()

    def end_all(self) -> list[int]:
        """End what still runs, so that a failed test leaves nothing; returns what that was."""
        left = self.running
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return left

    def _lines(self, name: str) -> list[dict[str, Any]]:
        file = self.folder / name
        text = file.read_text("utf-8") if file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]


def is_running(pid: int) -> bool:
    """The process is there and no mere entry that nobody has collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
