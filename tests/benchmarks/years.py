"""Ten years of data against a small book: start, start check, daily check, receiving.

(The lists of ten years stand among the rows of the list.) Both books are an office's, filled by
the generator, with open test invoices for the deliveries beside. The two checks read every row,
or every page, of the books, so they are held to their time for a row and for a megabyte; the
whole time is told as information.
"""

import shutil
import sqlite3
import statistics
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import receiving
from tests.benchmarks.contestants import Ours, Sent, WrongBooks
from tests.benchmarks.deliveries import SECRET_KEY
from tests.benchmarks.generator import fill_for_deliveries
from tests.benchmarks.office import copied, office
from tests.benchmarks.start import start_once
from tests.benchmarks.table import Goal, Row
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.upkeep.seal_check import CHECKED_ON
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME, Database
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.upkeep.seal_report import compare_with_seals

SMALL = 1_000
DECADE = 200_000
LIVE_KEY = SECRET_KEY.replace("test", "live")
"""With it the window shows the book of real invoices."""


@dataclass
class Book:
    """The figures of one size (milliseconds, seconds for checks)."""

    painted: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    listening: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    opened_ms: list[float] = field(default_factory=list)
    opened_ms_a_mb: list[float] = field(default_factory=list)
    seals_us_a_row: list[float] = field(default_factory=list)
    seals_seconds: list[float] = field(default_factory=list)
    received: dict[int, receiving.Figures] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """0.0 without any."""
        values: list[float] = getattr(self, name)
        return statistics.median(values) if values else 0.0


class _Office(Ours):
    """The program on an office's books: `key` and `invoices` by subclass."""

    invoices = SMALL

    def prepare(self) -> None:
        copied(office(self._folder.parent.parent, self.invoices), self.template)
        file = self.template / FILE_NAME
        fill_for_deliveries(file, self._capacity)
        backup.make(file, self.template, SystemClock().today().isoformat())

    def fresh_data(self) -> Path:
        self._runs += 1
        return copied(self.template, self._folder / f"run{self._runs}")

    def check(self, data: Path, sent: list[Sent]) -> None:
        """Only the test invoices are the deliveries'; the real ones must be untouched."""
        books = sqlite3.connect(data / FILE_NAME)
        (kept,) = books.execute("SELECT count(*) FROM payments WHERE livemode = 0").fetchone()
        (paid,) = books.execute(
            "SELECT count(*) FROM invoices WHERE livemode = 0 AND status = 'paid'"
        ).fetchone()
        (whole,) = books.execute("PRAGMA quick_check").fetchone()
        books.close()
        wanted = sum(one.count for one in sent)
        if (kept, paid, whole) != (wanted, wanted, "ok"):
            raise WrongBooks(f"{kept} payments, {paid} paid of {wanted}, {whole}")


class Small(_Office):
    """A thousand invoices."""

    key = "small"


class Decade(_Office):
    """Ten years."""

    key = "decade"
    invoices = DECADE


def measure(folder: Path, rounds: int, seconds: float) -> tuple[dict[str, Book], list[str]]:
    """Both books, one after the other in each round; the offices' books lie beside `folder`."""
    places = {which.key: folder / f"start-{which.key}" for which in (Small, Decade)}
    for which in (Small, Decade):
        _for_starts(office(folder.parent, which.invoices), places[which.key])
    books = {key: Book() for key in places}
    for number in range(rounds + 1):
        for key, data in places.items():
            print(f"  round {number} of {rounds}: start and checks, {key}", file=sys.stderr)
            found = start_once("ours", data, LIVE_KEY)
            if number == 0:
                continue  # warms the file cache
            for name in ("painted", "rows", "listening", "answered", "memory_mb"):
                if name in found:  # else it was not seen within a minute: no figure
                    getattr(books[key], name).append(found[name])
            _checks(data, books[key])
    for data in places.values():
        shutil.rmtree(data)
    results, wrong = receiving.measure(folder, rounds, seconds, (Small, Decade))
    for key, book in books.items():
        book.received = results[key]
    return books, wrong


def _for_starts(books: Path, data: Path) -> None:
    """Today's backup and daily check are done: they are no part of a start."""
    copied(books, data)
    today = SystemClock().today().isoformat()
    backup.make(data / FILE_NAME, data, today)
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute("INSERT INTO settings VALUES (?, ?)", (CHECKED_ON, today))


def _checks(data: Path, book: Book) -> None:
    began = time.perf_counter()
    opened = open_database(data, SystemClock().today().isoformat(), Threads())
    took = (time.perf_counter() - began) * 1000
    opened.database.close()
    book.opened_ms.append(took)
    book.opened_ms_a_mb.append(took / ((data / FILE_NAME).stat().st_size / 1e6))
    database = Database(data / FILE_NAME, Threads())
    began = time.process_time()
    report = compare_with_seals(database, lambda: None)
    used = time.process_time() - began
    database.close()
    book.seals_seconds.append(used)
    book.seals_us_a_row.append(used / max(1, report.findings.rows) * 1e6)


def rows(books: dict[str, Book]) -> list[Row]:
    """Each figure of ten years beside the small book's."""
    small, decade = books["small"], books["decade"]
    name = f"ten years ({DECADE:,} invoices): "
    table: list[Row] = []
    for number in receiving.CONNECTIONS:
        few, many = small.received[number], decade.received[number]
        rates = few.median("rate"), many.median("rate")
        used = few.median("processor_per_1000"), many.median("processor_per_1000")
        kind = f"receiving, {number} connection{'s' if number > 1 else ''}, "
        table += [
            Row(name + kind + "events/s", *rates, Goal.at_least(round(1 / 1.5, 3))),
            Row(name + kind + "CPU s per 1,000", *used, Goal.at_most(1.5)),
        ]
    measured = {
        "start, painted window ms": "painted",
        "start, first rows ms": "rows",
        "start, bound listener ms": "listening",
        "start, first answer at the port ms": "answered",
        "start, memory MB": "memory_mb",
        "start check and opening, ms a MB": "opened_ms_a_mb",
        "daily check (seals), CPU µs a row": "seals_us_a_row",
    }
    whole = {
        "start check and opening, ms in all": "opened_ms",
        "daily check (seals), CPU s in all": "seals_seconds",
    }
    for names, goal in ((measured, Goal.at_most(1.5)), (whole, None)):
        table += [
            Row(name + what, small.median(key), decade.median(key), goal)
            for what, key in names.items()
        ]
    return table
