"""A life that went wrong, made as short as it can be: fewer acts, the same kind of end."""

import re
from collections.abc import Callable

from tests.faults.money_office import Step
from tests.simulator.life import Story, live


def kind_of(wrong: str) -> str:
    """What two findings have in common: their words without numbers and names."""
    first = wrong.split("\n", maxsplit=1)[0].split(":", maxsplit=1)[0]
    return re.sub(r"[0-9_]+\S*", "#", first)


def shrunk(story: Story, tell: Callable[[str], None] = lambda _text: None) -> Story:
    """Leave out halves, quarters … single acts, as long as it ends in the same kind of wrong."""
    wanted = kind_of(story.wrong[0])
    best = story
    size = max(1, len(best.acts) // 2)
    while True:
        place = 0
        while place < len(best.acts):
            fewer: list[Step] = best.acts[:place] + best.acts[place + size :]
            tried = live(story.seed, fewer)
            if any(kind_of(one) == wanted for one in tried.wrong):
                best = tried
                tell(f"{len(best.acts)} acts left")
            else:
                place += size
        if size == 1:
            return best
        size = max(1, size // 2)
