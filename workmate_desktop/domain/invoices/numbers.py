"""Invoice numbers: how the office writes them, and how the running part is found in one.

A format is text with placeholders: `{JJJJ}` or `{JJ}` for the year, `{NNNN}` for the running
number with at least so many digits. Rows of other programs may hold any text as their number
(CONTRACT): what does not fit a format exactly is no number of ours and counts for nothing.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_FORMAT = "RE-{JJJJ}-{NNNN}"
TEST_FORMAT = "TEST-{JJJJ}-{NNNN}"
"""Test invoices always have this one, so that nobody takes one for a real invoice."""
LONGEST_FORMAT = 40
MAX_RUNNING = 999_999_999
"""What is longer is no running number but something else, such as a date with a time."""

_PLACEHOLDER = re.compile(r"\{[^{}]*\}?|\}")
_YEAR = re.compile(r"\{(JJJJ|JJ)\}")
_RUNNING = re.compile(r"\{(N{1,9})\}")
_PLAIN = re.compile(r"[A-Za-zÄÖÜäöüß0-9 ._/#+-]*")


class FormatProblem(StrEnum):
    """Why a text is no format."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_RUNNING = "no_running"
    TWICE = "twice"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    LETTERS = "letters"
    """A letter or sign that other programs, files or banks could not keep."""
    LIKE_A_TEST = "like_a_test"


def tidy_format(text: str) -> str:
    """As it is kept: without blanks around, placeholders in capitals."""
    return _PLACEHOLDER.sub(lambda found: found[0].upper(), text.strip())


def format_problem(text: str) -> FormatProblem | None:
    """What is wrong with a format of real invoices, after `tidy_format`; None when it is one."""
    found = _PLACEHOLDER.findall(text)
    running = [one for one in found if _RUNNING.fullmatch(one)]
    years = [one for one in found if _YEAR.fullmatch(one)]
    problem = None
    if not text:
        problem = FormatProblem.EMPTY
    elif len(text) > LONGEST_FORMAT:
        problem = FormatProblem.TOO_LONG
    elif len(running) + len(years) < len(found):
        problem = FormatProblem.UNKNOWN_PLACEHOLDER
    elif not running:
        problem = FormatProblem.NO_RUNNING
    elif len(running) > 1 or len(years) > 1:
        problem = FormatProblem.TWICE
    elif not _PLAIN.fullmatch(_PLACEHOLDER.sub("", text)):
        problem = FormatProblem.LETTERS
    elif text.casefold().startswith("test"):
        problem = FormatProblem.LIKE_A_TEST
    return problem


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format that `format_problem` has nothing against."""

    text: str

    @property
    def yearly(self) -> bool:
        """The year is a part of it, so counting starts anew every year; else it goes on."""
        return _YEAR.search(self.text) is not None

    def around(self, year: int) -> tuple[str, str]:
        """What stands before and behind the running number in this year."""
        text = self.text.replace("{JJJJ}", f"{year:04d}").replace("{JJ}", f"{year % 100:02d}")
        before, _, behind = _RUNNING.sub("\0", text).partition("\0")
        return before, behind

    def number(self, year: int, running: int) -> str:
        """The whole number."""
        digits = _RUNNING.search(self.text)
        assert digits is not None  # format_problem saw it
        before, behind = self.around(year)
        return f"{before}{running:0{len(digits[1])}d}{behind}"

    def numbers_in(self, text: str) -> list[str]:
        """Numbers of this format in what somebody wrote, as they are on the invoices.

        With a letter in it, capitals and the signs between do not matter ("wm 26/318"). Without
        one the year has to be there, and all as it is written on the invoice: else any number
        would do.
        """
        letters = re.search("[A-Za-zÄÖÜäöüß]", _PLACEHOLDER.sub("", self.text)) is not None
        if not letters and not self.yearly:
            return []
        parts = []
        for part in re.split(r"(\{[JN]+\})", self.text):
            if part.startswith("{J"):
                parts.append(f"(?P<year>[0-9]{{{len(part) - 2}}})")
            elif part.startswith("{N"):
                parts.append(f"(?P<running>[0-9]{{{1 if letters else len(part) - 2},9}})")
            elif letters:
                parts += [re.escape(word) for word in re.split("[-_/ .#+]+", part) if word]
            elif part:
                parts.append(re.escape(part))
        around = ("(?<![^\\W_])", "(?![^\\W_])") if letters else ("(?<![\\w.,/-])", "(?![\\w/-])")
        between = "[-_/ .#+]{0,3}" if letters else ""
        form = re.compile(around[0] + between.join(parts) + around[1], re.I)
        found = []
        for one in form.finditer(text):
            named = one.groupdict()
            year = int(named.get("year") or 0)
            found.append(self.number(year, int(named["running"])))
        return found

    def running_in(self, number: str, year: int) -> int | None:
        """The running part of a number of this format; None for any other text."""
        before, behind = self.around(year)
        found = re.fullmatch(f"{re.escape(before)}([0-9]{{1,9}}){re.escape(behind)}", number)
        return None if found is None else int(found[1])


def format_of(kept: str | None, *, livemode: bool) -> NumberFormat:
    """The format in use: that of the office where it kept one that holds."""
    if not livemode:
        return NumberFormat(TEST_FORMAT)
    usable = kept is not None and format_problem(kept) is None
    return NumberFormat(kept if usable and kept is not None else DEFAULT_FORMAT)


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the next real invoice of a year is numbered: format, running part, whole number."""

    format: NumberFormat
    year: int
    running: int

    @property
    def number(self) -> str:
        """The next number."""
        return self.format.number(self.year, self.running)
