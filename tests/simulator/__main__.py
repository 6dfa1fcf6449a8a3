"""`python3 run.py simulate`: lives of the whole program, each decided by its seed.

    python3 run.py simulate --seed 7               one life; printed where it went wrong
    python3 run.py simulate --lives 100            as many, from --seed on
    python3 run.py simulate --steps 1000000        as many lives as have so many steps together
    python3 run.py simulate --mutants              the program broken in many ways: each is found

What was not yet synced when the power fails, and `synchronous=NORMAL`, are not in it: these are
the power cuts of the fault table (`run.py faults -k f13`).
"""

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.simulator.life import ACTS, Story, invented, live
from tests.simulator.shrink import shrunk


@dataclass
class Sum:
    """What many lives were together."""

    lives: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failed: list[Story] = field(default_factory=list)

    def add(self, story: Story) -> None:
        self.lives += 1
        self.steps += story.steps
        self.faults += story.faults
        if story.wrong:
            self.failed.append(story)

    def lines(self, seconds: float) -> list[str]:
        """In words."""
        count = sum(self.steps.values())
        an_hour = count / seconds * 3600 if seconds else 0
        told = [f"{self.lives} lives, {count} steps in {seconds:.0f} s ({an_hour:,.0f} an hour)"]
        for name, counted in (("steps", self.steps), ("faults", self.faults)):
            kinds = ", ".join(f"{kind} {number}" for kind, number in counted.most_common())
            told.append(f"{name}: {kinds}")
        told.append(f"went wrong: {len(self.failed)}")
        return told


def main(arguments: list[str]) -> int:
    """The exit code: 1 when a life went wrong, or a mutant was not found."""
    parser = argparse.ArgumentParser(prog="run.py simulate", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="of the first life")
    parser.add_argument("--lives", type=int, help="how many lives")
    parser.add_argument("--steps", type=int, help="lives until there were so many steps")
    parser.add_argument("--acts", type=int, default=ACTS, help="of staff, Stripe and faults")
    parser.add_argument("--print", action="store_true", help="print every life")
    parser.add_argument("--whole", action="store_true", help="do not shrink what went wrong")
    parser.add_argument("--mutants", action="store_true", help="find the broken programs")
    asked = parser.parse_args(arguments)
    if asked.mutants:
        from tests.simulator.mutants import find_all

        return find_all()
    lives = asked.lives or (10**9 if asked.steps else 1)
    total, began = Sum(), time.monotonic()
    for seed in range(asked.seed, asked.seed + lives):
        story = live(seed, invented(seed, asked.acts))
        total.add(story)
        if asked.print or (lives == 1 and not story.wrong):
            print(story, flush=True)
        if story.wrong:
            print(story if asked.whole else shrunk(story), flush=True)
        if asked.steps and sum(total.steps.values()) >= asked.steps:
            break
    print("\n".join(total.lines(time.monotonic() - began)), flush=True)
    return int(bool(total.failed))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of a set of texts is one of the things that a seed decides.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulator", *sys.argv[1:]])
    sys.exit(main(sys.argv[1:]))
