"""The servers of the receiving benchmark: how each is prepared, started, stopped and checked."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.deliveries import SECRET, SECRET_KEY, amount_minor, invoice_id, invoice_number
from tests.benchmarks.generator import fill_for_deliveries, new_data_dir
from tests.places import CHECKOUT
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.store.backup import backup
from workmate_desktop.store.database.engine import FILE_NAME

_START_SECONDS = 60.0


class WrongBooks(Exception):
    """The books are not what was sent: there is no figure for this run."""


@dataclass(frozen=True)
class Sent:
    """One range of deliveries of which the first `count` were accepted."""

    first: int
    count: int


class Contestant(ABC):
    """One server in a process of its own. `key` is its name in the results."""

    key: str

    def __init__(self, folder: Path, capacity: int) -> None:
        """`folder` for its templates and runs; `capacity` deliveries can be sent in one run."""
        self._folder = folder / self.key
        self._capacity = capacity
        self._runs = 0
        self.template = self._folder / "template"
        self._folder.mkdir()

    @abstractmethod
    def prepare(self) -> None:
        """Make the template of the data folder, once."""

    @abstractmethod
    def check(self, data: Path, sent: list[Sent]) -> None:
        """Raise WrongBooks unless the books hold each accepted delivery exactly once."""

    def fresh_data(self) -> Path:
        """A copy of the template for one run."""
        self._runs += 1
        data = self._folder / f"run{self._runs}"
        shutil.copytree(self.template, data)
        return data

    def start(self, data: Path) -> "tuple[subprocess.Popen[str], int]":
        """The process and the port it serves."""
        command = [sys.executable, "-m", f"tests.benchmarks.peers.{self.key}", str(data)]
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        return process, self.port_told(process)

    def port_told(self, process: "subprocess.Popen[str]") -> int:
        """The port, as the first line of a peer says it."""
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.strip().isdigit():
            process.kill()
            process.wait()
            raise RuntimeError(f"{self.key} did not start")
        return int(line)

    def stop(self, process: "subprocess.Popen[str]") -> None:
        """SIGTERM, and wait for the end."""
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()


class Ours(Contestant):
    """The program itself: `python -m workmate_desktop serve`."""

    key = "ours"

    def prepare(self) -> None:
        file = new_data_dir(self.template)
        fill_for_deliveries(file, self._capacity)
        # Today's backup is there already: the daily VACUUM INTO is not part of an event.
        backup.make(file, self.template, SystemClock().today().isoformat())

    def start(self, data: Path) -> "tuple[subprocess.Popen[str], int]":
        environment = os.environ | {
            "WORKMATE_DATA_DIR": str(data),
            "WORKMATE_PORT": "0",
            "WORKMATE_TUNNEL": "off",
            "WORKMATE_STRIPE_SECRET_KEY": SECRET_KEY,
            "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
            "WORKMATE_STRIPE_API_BASE": "http://127.0.0.1:9",  # nobody there: no network is used
        }
        with (data / "console.txt").open("w") as console:
            process = subprocess.Popen(
                [sys.executable, "-m", "workmate_desktop", "serve"],
                cwd=CHECKOUT,
                env=environment,
                stderr=console,
                text=True,
            )
        state = data / "listener.json"
        until = time.monotonic() + _START_SECONDS
        while not state.exists():
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                process.wait()
                raise RuntimeError((data / "console.txt").read_text())
            time.sleep(0.01)
        return process, int(json.loads(state.read_text("utf-8"))["port"])

    def check(self, data: Path, sent: list[Sent]) -> None:
        with _open(data / FILE_NAME) as books:
            _check_common(books, sent)
            _check_statuses(books, sent)
            _expect(
                books,
                "SELECT count(*) FROM invoices WHERE paid_minor <> iif(status = 'paid',"
                " total_minor, 0)",
                0,
            )
            # The wrong signatures that are sent at the end are told to staff, and nothing else.
            _expect(books, "SELECT count(*) FROM notices WHERE kind <> 'strangers_refused'", 0)
            _expect(
                books, "SELECT count(*) FROM stripe_events WHERE outcome = 'booked'", _total(sent)
            )
        books.close()


class PeerWithTables(Contestant):
    """A server that keeps invoices, payments, events and Verlauf in tables of its own."""

    tables = True

    def prepare(self) -> None:
        self.template.mkdir()
        if not self.tables:
            return
        self.make_tables()
        connection = sqlite3.connect(self.template / "books.sqlite3")
        with connection:
            connection.executemany(
                "INSERT INTO invoices VALUES (?, ?, 'open', 'eur', ?)",
                (
                    (invoice_id(n), invoice_number(n), amount_minor(n))
                    for n in range(self._capacity)
                ),
            )
        connection.close()

    def make_tables(self) -> None:
        """Empty, in books.sqlite3 of the template."""
        from tests.benchmarks.peers.original import Base, make_engine

        engine = make_engine(self.template / "books.sqlite3")
        Base.metadata.create_all(engine)
        engine.dispose()

    def check(self, data: Path, sent: list[Sent]) -> None:
        with _open(data / "books.sqlite3") as books:
            _check_common(books, sent)
            _check_statuses(books, sent)
        books.close()


class Original(PeerWithTables):
    """FastAPI with an ORM session per request and stripe-python."""

    key = "original"


class FlaskSample(PeerWithTables):
    """Stripe's sample on waitress."""

    key = "flask_sample"


class Floor(PeerWithTables):
    """The smallest honest listener."""

    key = "floor"
    tables = False

    def check(self, data: Path, sent: list[Sent]) -> None:
        with _open(data / "books.sqlite3") as books:
            _check_common(books, sent)
        books.close()


class Bare(PeerWithTables):
    """A bare 200 on the program's listener."""

    key = "bare"
    tables = False

    def check(self, data: Path, sent: list[Sent]) -> None:
        """It keeps nothing."""


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file)


def _total(sent: list[Sent]) -> int:
    return sum(one.count for one in sent)


def _expect(books: sqlite3.Connection, query: str, wanted: object) -> None:
    found = books.execute(query).fetchone()[0]
    if found != wanted:
        raise WrongBooks(f"{query}: {found!r} instead of {wanted!r}")


def _check_common(books: sqlite3.Connection, sent: list[Sent]) -> None:
    """As many events and payments as answers 200, the money right, the file whole."""
    money = sum(
        amount_minor(number) for one in sent for number in range(one.first, one.first + one.count)
    )
    _expect(books, "SELECT count(*) FROM stripe_events", _total(sent))
    _expect(books, "SELECT count(*) FROM payments", _total(sent))
    _expect(books, "SELECT ifnull(sum(amount_minor), 0) FROM payments", money)
    _expect(books, "PRAGMA integrity_check", "ok")


def _check_statuses(books: sqlite3.Connection, sent: list[Sent]) -> None:
    """Each delivered invoice is paid, by its own payment, and told once in the Verlauf."""
    _expect(books, "SELECT count(*) FROM invoices WHERE status = 'paid'", _total(sent))
    _expect(books, "SELECT count(*) FROM invoice_history", _total(sent))
    _expect(
        books,
        "SELECT count(*) FROM invoices i WHERE i.status = 'paid' AND i.total_minor <> (SELECT"
        " sum(p.amount_minor) FROM payments p WHERE p.invoice_id = i.id)",
        0,
    )
    for one in sent:
        for number in (one.first, one.first + one.count - 1):
            _expect(books, f"SELECT status FROM invoices WHERE id = '{invoice_id(number)}'", "paid")


ALL = (Ours, Original, FlaskSample, Floor, Bare)
