"""`python3 run.py test`: all tests, or those that its arguments name.

Without arguments in two runs: first what may share the processor, one worker per core; then,
alone, what measures the patience of the window or of the listener (marker `alone`).
"""

import os
import subprocess
import sys

_MOST_WORKERS = 4
_PYTEST = [sys.executable, "-m", "pytest"]


def main(arguments: list[str]) -> int:
    """Returns pytest's exit code, of the first run that failed."""
    if arguments:
        return subprocess.run([*_PYTEST, *arguments], check=False).returncode
    workers = str(min(os.cpu_count() or 1, _MOST_WORKERS))
    together = subprocess.run([*_PYTEST, "-n", workers, "-m", "not alone"], check=False)
    alone = subprocess.run([*_PYTEST, "-m", "alone"], check=False)
    return together.returncode or alone.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
