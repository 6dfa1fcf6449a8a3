"""`python -m tests.simulator.told SEED`: one life, printed, and nothing else."""

import sys

from tests.simulator.life import invented, live

if __name__ == "__main__":
    seed = int(sys.argv[1])
    print(live(seed, invented(seed)))
