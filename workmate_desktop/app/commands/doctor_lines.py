"""The lines that `doctor` prints: a mark, a topic, what was found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TextIO

from workmate_desktop.gateways.system.clock import SystemClock


class Mark(StrEnum):
    """What stands before a line."""

    GOOD = "✓"
    WRONG = "✗"
    NOTE = "–"
    OPEN = "○"


_PLAIN = {Mark.GOOD: "ok", Mark.WRONG: "!!", Mark.NOTE: "--", Mark.OPEN: "()", "…": "..."}
"""For terminals that cannot show the marks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. All is well unless one is WRONG, or OPEN and `needed`."""

    mark: Mark
    topic: str
    text: str
    needed: bool = False


def write_line(out: TextIO, line: str) -> None:
    """One line, in what the terminal can show."""
    encoding = out.encoding or "utf-8"
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        for mark, plain in _PLAIN.items():
            line = line.replace(mark, plain)
        line = line.encode(encoding, "replace").decode(encoding)
    out.write(line + "\n")


def local_text(moment: datetime) -> str:
    """ "23.11.2026, 17:03:12" in the office."""
    return f"{SystemClock().local(moment):%d.%m.%Y, %H:%M:%S}"
