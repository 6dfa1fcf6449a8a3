"""The report about a fault: complete for support, and without anything private."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from workmate_desktop.services.upkeep.crash import NATIVE, CrashFiles, redacted, report_of

SECRETS = ("sk_live_abcDEF0123456789", "whsec_abcDEF0123456789", "anna@example.de", "Müller GmbH")


def failing() -> Exception:
    try:
        try:
            raise KeyError("Müller GmbH")
        except KeyError as first:
            raise ValueError(" ".join(SECRETS)) from first
    except ValueError as error:
        return error


def test_the_report_names_the_place_and_nothing_private(tmp_path: Path) -> None:
    lines = [
        f"2026-11-23T08:00:00.000Z ERROR   sent to {SECRETS[2]} with {SECRETS[0]}\nMüller GmbH"
    ]
    report = report_of(failing(), "writer", lines)
    assert "ValueError" in report
    assert "KeyError" in report  # the cause, too
    assert "failing" in report
    assert "WorkmateOS Desktop" in report
    assert "Thread: writer" in report
    assert "sent to …@… with sk_live_…" in report
    for secret in (*SECRETS, str(Path.home())):
        assert secret not in report


def test_folders_are_left_out() -> None:
    home = str(Path.home())
    assert redacted(f"{home}/x/site-packages/PySide6/a.py") == "site-packages/PySide6/a.py"
    assert redacted(f"{home}/daten") == "~/daten"
    assert redacted("C:\\Users\\anna\\workmate_desktop\\app\\x.py") == "workmate_desktop/app\\x.py"


def test_a_run_that_ends_rightly_leaves_nothing(tmp_path: Path) -> None:
    files = CrashFiles(tmp_path)
    assert files.begin() is None
    assert (tmp_path / NATIVE).stat().st_mode & 0o777 == 0o600
    files.end()
    files.end()
    assert list(tmp_path.iterdir()) == []


def test_a_kept_report_is_told_until_it_was_told(tmp_path: Path) -> None:
    CrashFiles(tmp_path).keep("the report")
    files = CrashFiles(tmp_path)
    assert files.begin() == "the report"
    files.forget()
    files.end()
    again = CrashFiles(tmp_path)
    assert again.begin() is None
    again.end()


_RUN = """
import os, signal, sys
from pathlib import Path
from workmate_desktop.services.upkeep.crash import CrashFiles
CrashFiles(Path(sys.argv[1])).begin()
def deep_inside():
    os.kill(os.getpid(), int(sys.argv[2]))
deep_inside()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("number", "told"), [(signal.SIGSEGV, True), (signal.SIGABRT, True), (signal.SIGKILL, False)]
)
def test_a_native_crash_is_recognised_and_a_kill_is_none(
    tmp_path: Path, number: signal.Signals, told: bool
) -> None:
    command = [sys.executable, "-c", _RUN, str(tmp_path), str(int(number))]
    assert subprocess.run(command, timeout=PATIENCE).returncode == -number
    files = CrashFiles(tmp_path)
    report = files.begin()
    files.end()
    assert (report is not None) is told
    if report is not None:
        assert "deep_inside" in report


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    files = CrashFiles(tmp_path / "nirgends")
    assert files.begin() is None
    files.keep("x")
    files.end()
