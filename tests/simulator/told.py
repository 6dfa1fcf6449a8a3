"""`python -m tests.simulator.told SEED [LIVES [ACTS KIND …]]`: lives up to the first that goes
wrong, printed; with kinds of acts those alone.
"""

import sys

from tests.simulator.life import ACTS, Story, invented, live

WENT_WRONG = 3
"""The exit code; an error of the simulator itself is another one."""


def _first_wrong(
    seed: int, lives: int = 1, acts: int = ACTS, *, only: tuple[str, ...] = ()
) -> Story:
    story = live(seed, invented(seed, acts, only))
    for number in range(seed + 1, seed + lives):
        if story.wrong:
            break
        story = live(number, invented(number, acts, only))
    return story


if __name__ == "__main__":
    told = _first_wrong(*map(int, sys.argv[1:4]), only=tuple(sys.argv[4:]))
    print(told)
    sys.exit(WENT_WRONG if told.wrong else 0)
