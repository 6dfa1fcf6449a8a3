"""Two private files beside the running agent: its configuration, and who it is."""

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

CONFIG_FILE = "ngrok.yml"
"""Inside the data folder, while the agent runs: holds the token, so it is 0600."""

BINARY = "ngrok.exe" if sys.platform == "win32" else "ngrok"
"""Name of the agent's program."""

STATE_FILE = "tunnel.json"
"""Inside the data folder, while the agent runs: which process it is."""


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """The agent that this data folder started: its process and the file it was started from."""

    pid: int
    executable: str


def write_config(data_dir: Path, token: str, api_port: int) -> Path:
    """Write the agent's configuration; raises OSError.

    The token goes this way because arguments and environment are visible in the process list.
    """
    # JSON strings are YAML strings, whatever a pasted token holds.
    text = (
        'version: "3"\n'
        "agent:\n"
        f"  authtoken: {json.dumps(token)}\n"
        f"  web_addr: 127.0.0.1:{api_port}\n"
        # Nothing is captured: the agent's API has no login and could replay requests.
        "  inspect_db_size: -1\n"
    )
    return _write_private(data_dir / CONFIG_FILE, text)


def remove_config(data_dir: Path) -> None:
    """The token does not stay on disk once the agent has ended."""
    with suppress(OSError):
        (data_dir / CONFIG_FILE).unlink(missing_ok=True)


def remember_agent(data_dir: Path, agent: KnownAgent) -> None:
    """Keep who the agent is, so that the next start can end it after a kill. Raises OSError."""
    state = {"pid": agent.pid, "executable": agent.executable}
    _write_private(data_dir / STATE_FILE, json.dumps(state) + "\n")


def known_agent(data_dir: Path) -> KnownAgent | None:
    """The agent that an earlier run started and did not end; None for no or an odd file."""
    try:
        found = json.loads((data_dir / STATE_FILE).read_bytes())
        pid, executable = found["pid"], found["executable"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    # bool is an int too; and 0 or -1 would mean whole groups of processes to kill().
    if (
        type(pid) is not int
        or not 1 < pid < 2**31
        or not isinstance(executable, str)
        or not executable
    ):
        return None
    return KnownAgent(pid, executable)


def forget_agent(data_dir: Path) -> None:
    """The agent has ended."""
    with suppress(OSError):
        (data_dir / STATE_FILE).unlink(missing_ok=True)


def _write_private(target: Path, text: str) -> Path:
    """Replace `target` at once; it is 0600 from its first byte on."""
    handle, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return target
