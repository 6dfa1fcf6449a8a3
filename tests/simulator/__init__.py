"""A deterministic simulator: the program's own code, and a seed that decides everything else.

`python3 run.py simulate --seed N --steps M` (tests/simulator/__main__.py says more).
"""
