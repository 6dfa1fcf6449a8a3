"""Ten years of data against a small book: start, start check, daily check, receiving.

(The list of ten years stands among the rows of the list.) Both books are an office's, filled by
the generator, with open test invoices for the deliveries beside.
"""

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import receiving
from tests.benchmarks.contestants import ROOT, Ours
from tests.benchmarks.deliveries import SECRET, SECRET_KEY
from tests.benchmarks.generator import fill_for_deliveries, fill_office, new_data_dir
from tests.benchmarks.table import Goal, Row
from workmate_desktop.gateways.clock import SystemClock
from workmate_desktop.store import backup
from workmate_desktop.store.engine import FILE_NAME, Database
from workmate_desktop.store.open import open_database
from workmate_desktop.store.seal_report import compare_with_seals

SMALL = 1_000
DECADE = 200_000


@dataclass
class Book:
    """The figures of one size (milliseconds, seconds for checks)."""

    rows: list[float] = field(default_factory=list)
    listening: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    opened_ms: list[float] = field(default_factory=list)
    seals_us_a_row: list[float] = field(default_factory=list)
    seals_seconds: list[float] = field(default_factory=list)
    received: receiving.Results = field(default_factory=dict)

    def median(self, name: str) -> float:
        """0.0 without any."""
        values: list[float] = getattr(self, name)
        return statistics.median(values) if values else 0.0


class _Office(Ours):
    """The program on an office's books: `key` and `invoices` by subclass."""

    invoices = SMALL

    def prepare(self) -> None:
        file = new_data_dir(self.template)
        fill_office(file, self.invoices)
        fill_for_deliveries(file, self._capacity)
        backup.make(file, self.template, SystemClock().today().isoformat())

    def check(self, data: Path, sent: list[receiving.Sent]) -> None:
        """Only the test invoices are the deliveries'; the real ones must be untouched."""
        books = sqlite3.connect(data / FILE_NAME)
        (kept,) = books.execute("SELECT count(*) FROM payments WHERE livemode = 0").fetchone()
        (paid,) = books.execute(
            "SELECT count(*) FROM invoices WHERE livemode = 0 AND status = 'paid'"
        ).fetchone()
        (whole,) = books.execute("PRAGMA integrity_check").fetchone()
        books.close()
        wanted = sum(one.count for one in sent)
        if (kept, paid, whole) != (wanted, wanted, "ok"):
            raise receiving.WrongBooks(f"{kept} payments, {paid} paid of {wanted}, {whole}")


class Small(_Office):
    """A thousand invoices."""

    key = "small"


class Decade(_Office):
    """Ten years."""

    key = "decade"
    invoices = DECADE


def measure(folder: Path, rounds: int, seconds: float) -> tuple[dict[str, Book], list[str]]:
    """Both books, one after the other in each round."""
    place = folder / "years"
    place.mkdir()
    results, wrong = receiving.measure(place, rounds, seconds, (Small, Decade), (1, 32))
    books = {which.key: Book(received={which.key: results[which.key]}) for which in (Small, Decade)}
    for number in range(rounds + 1):
        for which in (Small, Decade):
            print(f"  round {number} of {rounds}: start and checks, {which.key}", file=sys.stderr)
            data = place / which.key / "template"
            found = _start(data)
            book = books[which.key]
            if number == 0:
                continue  # warms the file cache
            book.rows.append(found["rows"])
            book.listening.append(found["listening"])
            book.memory_mb.append(found["memory_mb"])
            _checks(data, book)
    shutil.rmtree(place)
    return books, wrong


def _checks(data: Path, book: Book) -> None:
    began = time.perf_counter()
    opened = open_database(data, SystemClock().today().isoformat())
    book.opened_ms.append((time.perf_counter() - began) * 1000)
    opened.database.close()
    database = Database(data / FILE_NAME)
    began = time.process_time()
    report = compare_with_seals(database, lambda: None)
    used = time.process_time() - began
    database.close()
    book.seals_seconds.append(used)
    book.seals_us_a_row.append(used / max(1, report.findings.rows) * 1e6)


def _start(data: Path) -> dict[str, float]:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKMATE_DATA_DIR": str(data),
        "WORKMATE_PORT": "0",
        "WORKMATE_TUNNEL": "off",
        "WORKMATE_STRIPE_SECRET_KEY": SECRET_KEY,
        "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
        "WORKMATE_STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "tests.benchmarks.start_window", "ours"]
    done = subprocess.run(
        [*command, repr(time.monotonic())],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def rows(books: dict[str, Book]) -> list[Row]:
    """Each figure of ten years beside the small book's."""
    small, decade = books["small"], books["decade"]
    name = f"ten years ({DECADE:,} invoices): "
    table: list[Row] = []
    for number in (1, 32):
        rates = [book.received[key][number].median("rate") for key, book in books.items()]
        kind = f"receiving, {number} connection{'s' if number > 1 else ''}, events/s"
        table.append(Row(name + kind, *rates, Goal.at_least(round(1 / 1.5, 3))))
    measured = {
        "start, first rows ms": "rows",
        "start, bound listener ms": "listening",
        "start, memory MB": "memory_mb",
        "start check and opening ms": "opened_ms",
        "daily check (seals), CPU µs a row": "seals_us_a_row",
    }
    table += [
        Row(name + what, small.median(key), decade.median(key), Goal.at_most(1.5))
        for what, key in measured.items()
    ]
    return table


def details(books: dict[str, Book]) -> list[str]:
    """What the rows leave out."""
    return [
        f"{key}: daily check (seals) {book.median('seals_seconds'):.2f} s of processor time in all"
        for key, book in books.items()
    ]
