"""One table for all figures: row, goal, floor or peer, ours, ratio, reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Goal:
    """A bound for ours / floor, or (`of_ratio` False) for ours alone."""

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
    def at_most_itself(cls, value: float) -> Self:
        return cls(value, upwards=False, of_ratio=False)

    def reached(self, floor: float, ours: float) -> bool:
        value = ours / floor if self.of_ratio else ours
        return value >= self.bound if self.upwards else value <= self.bound

    def __str__(self) -> str:
        sign, unit = ("≥" if self.upwards else "≤"), " ×" if self.of_ratio else ""
        return f"{sign} {_short(self.bound)}{unit}"


@dataclass(frozen=True)
class Row:
    """One goal of PERFORMANCE. `floor` is measured in the same run; 0 where there is none."""

    name: str
    floor: float
    ours: float
    goal: Goal

    @property
    def measured(self) -> bool:
        """Whether there is a valid figure on both sides."""
        return self.ours > 0 and (self.floor > 0 or not self.goal.of_ratio)

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return self.measured and self.goal.reached(self.floor, self.ours)


def as_text(rows: Sequence[Row]) -> list[str]:
    """The lines of the table, and how many goals are reached."""
    width = max((len(row.name) for row in rows), default=0)
    lines = [f"{'row':{width}}  {'goal':>10} {'floor/peer':>11} {'ours':>9} {'ratio':>7}  reached"]
    for row in rows:
        ratio = f"{row.ours / row.floor:.3g}" if row.floor else "-"
        answer = ("yes" if row.reached else "NO") if row.measured else "no figure"
        lines.append(
            f"{row.name:{width}}  {row.goal!s:>10} {_short(row.floor):>11}"
            f" {_short(row.ours):>9} {ratio:>7}  {answer}"
        )
    reached = sum(row.reached for row in rows)
    lines.append(f"{reached} of {len(rows)} goals reached (others not measured yet)")
    return lines


def _short(value: float) -> str:
    if value == 0:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
