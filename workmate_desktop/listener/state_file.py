"""``listener.json`` in the data folder: where the running listener can be reached (CONTRACT)."""

import json
import os
import tempfile
from pathlib import Path
from typing import Final

STATE_FILE: Final = "listener.json"
"""Name of the file inside the data folder; there only while the listener runs."""


def write_state_file(
    data_dir: Path, *, pid: int, port: int, path: str, public_url: str | None, started_at: str
) -> Path:
    """Write the state after the bind, or again when the tunnel's address changed.

    ``started_at`` is UTC, ISO 8601 text with ``Z``. A reader sees the old file or the new one,
    never half of either. Returns the file's path; raises OSError when it cannot be written.
    """
    state = {
        "pid": pid,
        "port": port,
        "path": path,
        "public_url": public_url,
        "started_at": started_at,
    }
    target = data_dir / STATE_FILE
    # mkstemp makes the file 0600 and under a name of its own.
    handle, name = tempfile.mkstemp(prefix=f".{STATE_FILE}.", dir=data_dir)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(state) + "\n")
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return target


def remove_state_file(data_dir: Path) -> None:
    """Remove the state at the stop, and what a run killed while writing it left behind.

    Nothing happens when it is already gone.
    """
    (data_dir / STATE_FILE).unlink(missing_ok=True)
    for unfinished in data_dir.glob(f".{STATE_FILE}.*"):
        unfinished.unlink(missing_ok=True)
