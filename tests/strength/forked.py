"""A process that has everything imported but the program, and forks for each run of pytest.

Started by `judge.py` in a copy of the program. Reads lines of JSON, pytest's arguments, and
answers each with one: exit code (None: it was ended after `seconds`) and output. Half of the time
of a short run is the import of packages that no mutant changes.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from typing import Any

_PACKAGES = (
    "pytest _pytest.assertion.rewrite pytest_timeout hypothesis hypothesis.strategies"
    " hypothesis.internal.conjecture.engine sqlalchemy sqlalchemy.dialects.sqlite.pysqlite"
    " alembic.command alembic.context stripe requests httptools cryptography.fernet"
    " babel.numbers sqlite3 asyncio unittest.mock xml.etree.ElementTree"
    " PySide6.QtCore PySide6.QtGui PySide6.QtWidgets PySide6.QtTest pytestqt.plugin"
).split()
_LOOKS = 0.02  # seconds between two looks at a run


def main() -> None:
    """Answer until the other side closes."""
    for name in _PACKAGES:
        with contextlib.suppress(ImportError):  # then its own import says so
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else every collection copies what the runs share
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as output:
            code = _run(asked["arguments"], asked["seconds"], output.fileno())
            output.seek(0)
            text = output.read().decode("utf-8", "replace")
        print(json.dumps({"code": code, "output": text}), flush=True)


def _run(arguments: list[str], seconds: float, output: int) -> int | None:
    child = os.fork()
    if not child:
        _be_pytest(arguments, output)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_LOOKS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _be_pytest(arguments: list[str], output: int) -> Any:
    os.setsid()  # so that what it starts ends with it
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(here, there)
    import pytest

    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        code = int(pytest.main(arguments))
    except BaseException:  # noqa: BLE001 - shown to who asked; nothing else may run in this copy
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
