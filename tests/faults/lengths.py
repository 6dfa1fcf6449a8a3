"""How much of an attack is run: the short form with every test run, the long one when asked for.

`python3 run.py faults --long -k f11` (a name of a row, or nothing for all).
"""

import os

LONG = os.environ.get("WORKMATE_ATTACKS") == "long"


def runs(short: int, long: int) -> int:
    """How often, in this run."""
    return long if LONG else short
