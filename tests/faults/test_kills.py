"""FAULTS F11, F12: the running program is killed under load, at random and at named points.

Long: `python3 run.py faults --long -k "f11 or f12"`.
"""

import os
import random
from pathlib import Path

import pytest

from tests.faults.kill_host import POINTS
from tests.faults.killed_office import KilledOffice
from tests.faults.lengths import runs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")

IN_A_ROW = 50
"""Kills on the same data; then another office begins, so that copies of the files stay small."""


@pytest.mark.parametrize("command", ["serve", "gui"])
def test_f11_random_kills_under_load(tmp_path: Path, command: str) -> None:
    """Forked starts; every tenth one is a start from the command line."""
    left = runs(30 if command == "serve" else 6, 1000)
    longest = 0.3 if command == "serve" else 0.9  # seconds; a window is longer in starting
    chosen = random.Random(2026)
    kills = deliveries = 0
    while left:
        folder = tmp_path / f"office-{left}"
        folder.mkdir()
        with KilledOffice(folder, command, seed=left) as office:
            for number in range(min(left, IN_A_ROW)):
                anew = number % 10 == 9
                office.start(anew=anew)
                if anew or number % 3 == 0:
                    office.wait_until_it_answers(4)  # so more than one for each kill
                office.kill_after(chosen.uniform(0.01, longest))
            office.finish()
        left -= min(left, IN_A_ROW)
        kills += office.kills
        deliveries += office.deliveries
        print(f"{command}: {kills} kills, {deliveries} deliveries answered 200", flush=True)
    assert deliveries > kills


@pytest.mark.parametrize("point", POINTS)
def test_f12_kills_at_a_named_point(tmp_path: Path, point: str) -> None:
    left = runs(3, 100)
    chosen = random.Random(2026)
    kills = deliveries = 0
    while left:
        folder = tmp_path / f"office-{left}"
        folder.mkdir()
        with KilledOffice(folder, "serve", seed=left) as office:
            for _ in range(min(left, IN_A_ROW)):
                office.start(point=point, nth=chosen.randint(3, 30))
                office.wait_until_it_killed_itself()
            office.finish()
        left -= min(left, IN_A_ROW)
        kills += office.kills
        deliveries += office.deliveries
    print(f"{point}: {kills} kills, {deliveries} deliveries answered 200", flush=True)
