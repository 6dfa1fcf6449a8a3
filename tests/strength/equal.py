"""Mutants that change nothing that anybody could notice, each with the reason.

Looked at one by one. They are not drawn again as long as their line stays as it is; one whose line
is gone is found by a test and taken out.
"""

from typing import NamedTuple


class Equal(NamedTuple):
    """`original` and `mutated` are the changed lines, blanks brought together."""

    file: str
    original: str
    mutated: str
    reason: str


EQUAL: tuple[Equal, ...] = ()
