"""The log's own thread: what it does when the program ends."""

import logging
import time
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from workmate_desktop.services import log as log_module
from workmate_desktop.services.log import ProgramLog, log_lines


@pytest.fixture
def long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two groups of lines; whoever waited for it would hang."""
    monkeypatch.setattr(log_module, "_PAUSE_SECONDS", 3600.0)


def test_the_end_waits_for_no_pause_and_loses_no_line(tmp_path: Path, long_pause: None) -> None:
    log = ProgramLog(tmp_path)
    for run in ("first", "second"):  # it can be started again
        log.start()
        logger = logging.getLogger("workmate.test")
        logger.info("%s 0", run)
        until = time.monotonic() + PATIENCE
        while f"{run} 0" not in log.file.read_text("utf-8"):
            assert time.monotonic() < until
        for number in range(1, 2500):  # more than one group; the thread is in its pause
            logger.info("%s %s", run, number)
        log.stop()
        texts = [line.split("INFO    ")[1] for line in log.file.read_text("utf-8").splitlines()]
        assert texts[-2500:] == [f"{run} {number}" for number in range(2500)]


def test_many_lines_at_once_are_entries_of_their_own(tmp_path: Path) -> None:
    log = ProgramLog(tmp_path)
    log.start()
    told = [
        (logging.INFO, "one"),
        (logging.INFO, "with sk_test_51abc"),
        (logging.WARNING, "%d of 3"),  # no format: it is said as it stands
        (logging.INFO, "last"),
    ]
    log_lines(logging.getLogger("workmate.test"), told)
    log.stop()
    expected = [
        ("INFO", "one"),
        ("INFO", "with sk_test_…"),
        ("WARNING", "%d of 3"),
        ("INFO", "last"),
    ]
    assert [(entry.level, entry.text) for entry in log.entries()] == expected
    assert len(log.file.read_text("utf-8").splitlines()) == len(expected)
