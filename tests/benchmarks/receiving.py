"""Receiving: durable, booked, answered. Rounds of all contestants, one after the other."""

import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.contestants import (
    ALL,
    Bare,
    Contestant,
    Floor,
    Original,
    Ours,
    Sent,
    WrongBooks,
)
from tests.benchmarks.load import Load, processor_seconds
from tests.benchmarks.table import Goal, Row, not_measured
from tests.places import CHECKOUT

CONNECTIONS = (1, 8, 32)
_MOST = {1: 6_000, 8: 14_000, 32: 24_000}
"""Deliveries prepared for a run of two seconds; a run ends early when they are used up."""
_CALM_SECONDS = 0.2
"""A server is ready when it used no more than a clock tick for this long."""

_RATE_GOALS = {1: 6.5, 8: 20.0, 32: 30.0}
_P99_GOALS_MS = {8: 5.0, 32: 10.0}
_PROCESSOR_GOALS = {1: 1 / 12, 32: 1 / 30}
_PROCESSOR_OVER_FLOOR = 3.9
"""With one connection, where most of an event's time is the program's own."""
_SHARE_OF_FLOOR = 0.75
EXPRESS = "express_sample"
_OTHERS = {"flask_sample": "Flask + waitress", "djstripe": "dj-stripe"}
"""Peers without a goal of their own."""


@dataclass
class Figures:
    """All runs of one contestant at one number of connections."""

    rate: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    processor_per_1000: list[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        """The median over the rounds; 0.0 when there is no valid run."""
        values: list[float] = getattr(self, name)
        return statistics.median(values) if values else 0.0


Results = dict[str, dict[int, Figures]]


def measure(
    folder: Path,
    rounds: int,
    seconds: float,
    contestants: Sequence[type[Contestant]] = ALL,
    connections: Sequence[int] = CONNECTIONS,
) -> tuple[Results, list[str]]:
    """The figures, and what was wrong with any books (then that run has no figure)."""
    most = {number: int(_MOST[number] * min(1.0, seconds / 2)) for number in connections}
    capacity = sum(most.values())
    racers = [make(folder, capacity) for make in contestants]
    for racer in racers:
        racer.prepare()
    results: Results = {r.key: {c: Figures() for c in connections} for r in racers}
    wrong: list[str] = []
    for number in range(rounds):
        # Each round another one begins, so that nobody always follows the same neighbour.
        for racer in racers[number % len(racers) :] + racers[: number % len(racers)]:
            print(f"  round {number + 1} of {rounds}: {racer.key}", file=sys.stderr)
            try:
                runs = _race(racer, seconds, most)
            except WrongBooks as error:
                wrong.append(f"{racer.key}, round {number + 1}: {error}")
                continue
            for run in runs:
                figures = results[racer.key][run["load"]["connections"]]
                for name in asdict(figures):
                    getattr(figures, name).append(run[name])
    return results, wrong


def _race(racer: Contestant, seconds: float, most: Mapping[int, int]) -> list[dict[str, Any]]:
    """One start of the server, one load for each number of connections, then the books."""
    data = racer.fresh_data()
    process, port = racer.start(data)
    runs: list[dict[str, Any]] = []
    sent: list[Sent] = []
    first = 0
    try:
        _wait_until_calm(process.pid)
        for number, deliveries in most.items():
            warm_up = min(0.4, seconds / 3)
            load = Load(port, process.pid, number, first, deliveries, seconds, warm_up)
            runs.append(_send(load))
            sent.append(Sent(first, runs[-1]["sent"]))
            first += deliveries
    finally:
        racer.stop(process)
    for run in runs:
        _check_answers(run, racer)
    racer.check(data, sent)
    shutil.rmtree(data)
    return runs


def _wait_until_calm(pid: int) -> None:
    """Whatever a server still does after its start is no part of an event; 10 s at most."""
    until, used, since = time.monotonic() + 10, processor_seconds(pid), time.monotonic()
    while time.monotonic() < min(until, since + _CALM_SECONDS):
        threading.Event().wait(0.02)
        if (now := processor_seconds(pid)) > used + 0.01:
            used, since = now, time.monotonic()


def _send(load: Load) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.load", json.dumps(asdict(load))]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0:
        raise WrongBooks(f"the load generator failed: {done.stderr[-500:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _check_answers(run: dict[str, Any], racer: Contestant) -> None:
    """200 to each delivery and to each repetition, 400 to the wrong signature."""
    if run["statuses"] != {"200": run["sent"]} or run["lost"]:
        raise WrongBooks(f"answers {run['statuses']} to {run['sent']}, lost {run['lost']}")
    if set(run["repeated"]) != {"200"}:
        raise WrongBooks(f"answers {run['repeated']} to repeated deliveries")
    if set(run["refused"]) != {"400"} and racer.key != Bare.key:
        raise WrongBooks(f"answers {run['refused']} to wrong signatures")


def rows(results: Results) -> list[Row]:
    """The rows of receiving."""
    ours, original, floor = results[Ours.key], results[Original.key], results[Floor.key]
    table: list[Row] = []
    for number, figures in ours.items():
        rate, peer = figures.median("rate"), original[number].median("rate")
        smallest = floor[number].median("rate")
        name = f"receiving, {number} connection{'s' if number > 1 else ''}"
        table += [
            Row(f"{name}: events/s, × original", smallest, rate,
                Goal.at_least(_RATE_GOALS[number]), peer=peer, to_peer=True),
            Row(f"{name}: events/s, × floor", smallest, rate, Goal.at_least(_SHARE_OF_FLOOR)),
            _beside(name, results, number, EXPRESS, "Express + better-sqlite3", Goal.at_least(1)),
            *(_beside(name, results, number, *other, None) for other in _OTHERS.items()),
        ]  # fmt: skip
        if number in _P99_GOALS_MS:
            table.append(
                Row(
                    f"{name}: p99 ms",
                    floor[number].median("p99_ms"),
                    figures.median("p99_ms"),
                    Goal.at_most_itself(_P99_GOALS_MS[number]),
                )
            )
        used, least, peers = (
            found[number].median("processor_per_1000") for found in (ours, floor, original)
        )
        if number in _PROCESSOR_GOALS:
            goal = Goal.at_most(_PROCESSOR_GOALS[number])
            name_of_it = f"{name}: CPU s per 1,000, × original"
            table.append(Row(name_of_it, least, used, goal, peer=peers, to_peer=True))
        if number == 1:
            goal = Goal.at_most(_PROCESSOR_OVER_FLOOR)
            table.append(Row(f"{name}: CPU s per 1,000, × floor", least, used, goal))
    return table


def _beside(
    name: str, results: Results, number: int, key: str, peer: str, goal: Goal | None
) -> Row:
    name = f"{name}: events/s, × {peer}"
    if key not in results:
        return not_measured(name, goal, "not in this run")
    floor, ours, rate = (results[k][number].median("rate") for k in (Floor.key, Ours.key, key))
    return Row(name, floor, ours, goal, peer=rate, to_peer=True)


def details(results: Results) -> list[str]:
    """All contestants side by side, medians."""
    lines = [
        f"{'':14} {'conn.':>5} {'events/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'CPU s/1000':>10}"
        f" {'× original':>10} {'× floor':>8}   rate of each round"
    ]
    for key, by_connections in results.items():
        for number, figures in by_connections.items():
            if not figures.rate:
                lines.append(f"{key:14} {number:5} {'no valid run':>9}")
                continue
            rate = figures.median("rate")
            each = " ".join(f"{value:.0f}" for value in figures.rate)
            lines.append(
                f"{key:14} {number:5} {rate:9.0f} {figures.median('p50_ms'):8.2f}"
                f" {figures.median('p99_ms'):8.2f} {figures.median('processor_per_1000'):10.3f}"
                f" {_ratio(rate, results, Original.key, number):>10}"
                f" {_ratio(rate, results, Floor.key, number):>8}   {each}"
            )
    return lines


def _ratio(rate: float, results: Results, key: str, number: int) -> str:
    other = results.get(key, {}).get(number)
    peer = other.median("rate") if other else 0.0
    return f"{rate / peer:.2f}" if peer else "-"
