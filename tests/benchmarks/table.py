"""One table for all figures: row, goal, floor, peer, ours, ratio, reached.

Rows without a goal are for information, say so, and are not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Goal:
    """A bound for a ratio (ours to the reference), or (`of_ratio` False) for ours alone."""

    bound: float
    upwards: bool
    of_ratio: bool = True

    @classmethod
    def at_least(cls, ratio: float) -> Self:
        return cls(ratio, upwards=True)

    @classmethod
    def at_most(cls, ratio: float) -> Self:
        return cls(ratio, upwards=False)

    @classmethod
    def at_least_itself(cls, value: float) -> Self:
        return cls(value, upwards=True, of_ratio=False)

    @classmethod
    def at_most_itself(cls, value: float) -> Self:
        return cls(value, upwards=False, of_ratio=False)

    def reached(self, reference: float, ours: float) -> bool:
        value = ours / reference if self.of_ratio else ours
        return value >= self.bound if self.upwards else value <= self.bound

    def __str__(self) -> str:
        sign, unit = ("≥" if self.upwards else "≤"), " ×" if self.of_ratio else ""
        return f"{sign} {_short(self.bound)}{unit}"


@dataclass(frozen=True)
class Row:
    """One goal, or (without `goal`) a figure that only informs.

    `floor` and `peer` are measured in the same run; 0 where there is none. The ratio is the one
    to the floor, or with `to_peer` the one to the peer. `why` says why there is no figure.
    """

    name: str
    floor: float
    ours: float
    goal: Goal | None = None
    peer: float = 0.0
    to_peer: bool = False
    why: str = ""

    @property
    def reference(self) -> float:
        """What ours is divided by."""
        return self.peer if self.to_peer else self.floor

    @property
    def measured(self) -> bool:
        """Whether there is a valid figure on both sides. A difference may be negative."""
        of_ratio = self.goal is not None and self.goal.of_ratio
        return not self.why and self.ours != 0 and (self.reference > 0 or not of_ratio)

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return (
            self.goal is not None and self.measured and self.goal.reached(self.reference, self.ours)
        )

    @property
    def answer(self) -> str:
        """The last column."""
        if not self.measured:
            return self.why or "no figure"
        if self.goal is None:
            return "information"
        return "yes" if self.reached else "NO"


def not_measured(name: str, goal: Goal | None, why: str) -> Row:
    """A row that has no figure here, and why."""
    return Row(name, 0.0, 0.0, goal, why=why)


def as_text(rows: Sequence[Row]) -> list[str]:
    """The lines of the table, and how many goals are reached."""
    width = max((len(row.name) for row in rows), default=0)
    lines = [
        f"{'row':{width}}  {'goal':>10} {'floor':>8} {'peer':>8} {'ours':>8} {'ratio':>7}  reached"
    ]
    for row in rows:
        ratio = f"{row.ours / row.reference:.3g}" if row.reference and row.measured else "-"
        goal = "-" if row.goal is None else str(row.goal)
        lines.append(
            f"{row.name:{width}}  {goal:>10} {_short(row.floor):>8} {_short(row.peer):>8}"
            f" {_short(row.ours):>8} {ratio:>7}  {row.answer}"
        )
    lines.append(sentence(rows))
    return lines


def sentence(rows: Sequence[Row]) -> str:
    """*n of N goals reached*, and what has no figure."""
    goals = [row for row in rows if row.goal is not None]
    without = sum(not row.measured for row in goals)
    told = f"{sum(row.reached for row in goals)} of {len(goals)} goals reached"
    return f"{told}; {without} without a figure here" if without else told


def _short(value: float) -> str:
    if value == 0:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
