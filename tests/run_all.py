"""`python3 run.py test`: all tests, or those that its arguments name.

Without arguments a worker for each core and one more, since many tests wait for processes that
they started; and at the end what took how long: no test depends on that, but people wait for it.
"""

import os
import subprocess
import sys
import time

_MOST_WORKERS = 5
_SLOWEST = 15
_PYTEST = [sys.executable, "-m", "pytest"]


def main(arguments: list[str]) -> int:
    """Returns pytest's exit code."""
    if arguments:
        return subprocess.run([*_PYTEST, *arguments], check=False).returncode
    workers = min((os.cpu_count() or 1) + 1, _MOST_WORKERS)
    began = time.monotonic()
    code = subprocess.run(
        [*_PYTEST, "-n", str(workers), f"--durations={_SLOWEST}"], check=False
    ).returncode
    print(f"The whole suite took {_took(time.monotonic() - began, workers)}", flush=True)
    return code


def _took(seconds: float, workers: int) -> str:
    told = f"{seconds / 60:.1f} minutes with {workers} workers"
    used = os.times()  # of the processes that have ended
    processor = used.children_user + used.children_system
    if processor:  # Windows does not tell
        told += f", {processor / 60:.1f} minutes of processor time"
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
