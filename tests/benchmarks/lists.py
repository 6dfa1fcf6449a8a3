"""The list: a large book against a small one, interleaved, each time in a fresh process."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.list_window import EVENT_TEXTS, FOUND
from tests.benchmarks.office import office
from tests.benchmarks.table import Goal, Row
from tests.places import CHECKOUT

SMALL = 1_000
Measured = dict[int, list[dict[str, Any]]]


SIZES = (100, SMALL, 20_000, 100_000, 200_000)
LARGE = 100_000
"""The size that has goals."""
DECADE = 200_000


def measure(books: Path, rounds: int, sizes: Sequence[int], repeats: int) -> Measured:
    """The results of `list_window` for each size, one for each round."""
    results: Measured = {size: [] for size in sizes}
    for number in range(rounds):
        for size in sorted(results, reverse=bool(number % 2)):
            print(f"  round {number + 1} of {rounds}: {size:,} invoices", file=sys.stderr)
            command = [sys.executable, "-m", "tests.benchmarks.list_window"]
            command += [str(office(books, size)), str(repeats)]
            done = subprocess.run(
                command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True, timeout=300
            )
            results[size].append(json.loads(done.stdout))
    return results


def rows(results: Measured) -> list[Row]:
    """The rows of the list, and those of ten years."""
    small, large = SMALL, LARGE if LARGE in results else max(results)
    name = f"list, {large:,} invoices"
    table = [
        Row(f"{name}: first paint ms", _paint(results, small), _paint(results, large),
            Goal.at_most(1.2)),
        Row(f"{name}: memory MB over {small:,}", 0, _memory(results, large)
            - _memory(results, small), Goal.at_most_itself(10)),
        Row(f"{name}: sort ms, slowest column", _sort(results, small), _sort(results, large),
            Goal.at_most_itself(16.7)),
    ]  # fmt: skip
    for share, word, bound in ((0.5, "p50", 16.7), (1.0, "max", 50.0)):
        table.append(
            Row(
                f"{name}: keystroke ms, {word}",
                _keystroke(results, small, share),
                _keystroke(results, large, share),
                Goal.at_most_itself(bound),
            )
        )
    for text, wanted in FOUND.items():
        found = min(run["found"][text] for run in results[large])
        table.append(Row(f'{name}: "{text}" finds {wanted}, rows', 0, found,
                         Goal.at_least_itself(1)))  # fmt: skip
    return table + (_decade_rows(results) if DECADE in results else [])


def _decade_rows(results: Measured) -> list[Row]:
    name, goal = f"ten years ({DECADE:,} invoices): ", Goal.at_most(1.5)
    measured: dict[str, Callable[[Measured, int], float]] = {
        "list, first paint ms": _paint,
        "list, sort ms, slowest column": _sort,
        "list, keystroke ms, p50": lambda r, size: _keystroke(r, size, 0.5),
        "list, keystroke ms, max": lambda r, size: _keystroke(r, size, 1.0),
        "list, next page ms": lambda r, size: _all(r, size, "scroll"),
        "list, to the oldest ms": lambda r, size: _all(r, size, "jump"),
        "list, select and open ms": lambda r, size: _all(r, size, "select"),
        "figures above the list ms": lambda r, size: _all(r, size, "figures"),
        "events list, first page ms": lambda r, size: _event_page(r, size, ""),
        "events list, slowest text ms": lambda r, size: max(
            _event_page(r, size, text) for text in EVENT_TEXTS
        ),
    }
    return [Row(name + what, of(results, SMALL), of(results, DECADE), goal)
            for what, of in measured.items()]  # fmt: skip


def _event_page(results: Measured, size: int, text: str) -> float:
    return _median_over(results[size], "events", text)


def _all(results: Measured, size: int, name: str) -> float:
    values = [ms for run in results[size] for ms in run[name]]
    return statistics.median(values) if values else 0.0


def details(results: Measured) -> list[str]:
    """What stands behind the rows, medians in milliseconds."""
    lines = []
    for size in sorted(results):
        runs = results[size]
        lines.append(f"{size:,} invoices")
        by_column = {c: _median_over(runs, "sort", c) for c in runs[0]["sort"]}
        lines.append("  sort: " + _named(by_column))
        typed = {text: _median_over(runs, "keystroke", text) for text in runs[0]["keystroke"]}
        slowest = dict(sorted(typed.items(), key=lambda pair: -pair[1])[:8])
        lines.append("  slowest texts typed: " + _named(slowest))
        scroll = [ms for run in runs for ms in run["scroll"]] or [0.0]
        lines.append(
            f"  next page: {statistics.median(scroll):.1f}, deep in the list by column: "
            + _named(
                {c: statistics.median(run["deep"][c] for run in runs) for c in runs[0]["deep"]}
            )
        )
        lines.append(
            f"  to the oldest: {_all(results, size, 'jump'):.1f}, read for a selected one:"
            f" {_all(results, size, 'select'):.1f}, memory MB: {_memory(results, size):.1f}"
        )
        lines.append("  events list, first page of a text: " + _named(
            {f'"{text}"': _event_page(results, size, text) for text in runs[0]["events"]}
        ))  # fmt: skip
        cold = statistics.median(run["cold_paint"] for run in runs)
        figures = statistics.median(ms for run in runs for ms in run["figures"])
        lines.append(f"  first paint, cold: {cold:.1f}; figures above the list: {figures:.1f}")
    return lines


def _named(values: dict[str, float]) -> str:
    return ", ".join(f"{key} {value:.1f}" for key, value in values.items())


def _median_over(runs: list[dict[str, Any]], kind: str, key: str) -> float:
    return statistics.median(ms for run in runs for ms in run[kind][key])


def _paint(results: Measured, size: int) -> float:
    return statistics.median(ms for run in results[size] for ms in run["paint"])


def _memory(results: Measured, size: int) -> float:
    return statistics.median(run["memory_mb"] for run in results[size])


def _sort(results: Measured, size: int) -> float:
    return max(_median_over(results[size], "sort", c) for c in results[size][0]["sort"])


def _keystroke(results: Measured, size: int, share: float) -> float:
    """Over all texts typed; each one's median over the rounds, so that one hiccup is no text."""
    runs = results[size]
    typed = sorted(_median_over(runs, "keystroke", text) for text in runs[0]["keystroke"])
    return typed[min(len(typed) - 1, int(len(typed) * share))]
