"""An agent whose program was killed: recognised by pid and path, ended, and nothing else ever is.

It would go on holding the public address, and ngrok would refuse the next one (ERR_NGROK_108
or 334).
"""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from workmate_desktop.gateways.tunnel.files import CONFIG_FILE, forget_agent, known_agent

GRACE = 2.0
"""Seconds an agent has to end by itself before it is killed."""


def end_orphan(data_dir: Path) -> int | None:
    """End the agent that an earlier run of this data folder left behind. Returns its pid, or
    None when there was none. Blocks for up to 2 × GRACE.

    The caller holds the data folder's instance lock: what the file names is nobody else's.
    """
    known = known_agent(data_dir)
    if known is None:
        return None
    ours = [known.executable, str(data_dir / CONFIG_FILE)]
    ended = _end(known.pid, ours)
    forget_agent(data_dir)
    return known.pid if ended else None


def _end(pid: int, ours: list[str]) -> bool:
    if sys.platform == "win32":
        # Its path cannot be asked without a further library, so nothing is ended here: ngrok's
        # own answer (other agent, address in use) names the trouble.
        return False
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return _end_by_pid(pid, ours)
    try:
        # From here on it is this very process that is meant, even if its number is reused.
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if not _is_ours(pid, ours):
            return False
        for sign in (signal.SIGTERM, signal.SIGKILL):
            signal.pidfd_send_signal(handle, sign)
            if select.select([handle], [], [], GRACE)[0]:
                break
    except (ProcessLookupError, PermissionError):
        pass
    finally:
        os.close(handle)
    return True


def _end_by_pid(pid: int, ours: list[str]) -> bool:
    if sys.platform == "win32" or not _is_ours(pid, ours):
        return False
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, sign)
        ends = time.monotonic() + GRACE
        while _is_ours(pid, ours):
            if time.monotonic() > ends:
                break
            time.sleep(0.02)
        else:
            break
    return True


def _is_ours(pid: int, ours: list[str]) -> bool:
    """Was the process started from our executable with our configuration file?"""
    executable, config = ours
    if sys.platform == "linux":
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        names = [os.fsdecode(word) for word in words]
        # A script stands behind its interpreter.
        return executable in names[:3] and config in names
    line = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return f"{executable} start " in line and config in line
