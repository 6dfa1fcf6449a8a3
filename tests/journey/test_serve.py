"""`serve` as an office server runs it: a real process, real HTTP, rows as reports insert them."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOBODY, event_body, post, sign
from tests.free_port import free_port
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.store.schema import migrate

SECRET = "whsec_journeyJourneyJourney01"
KEYS = {
    "WORKMATE_STRIPE_PUBLISHABLE_KEY": "pk_test_journeyJourney02",
    "WORKMATE_STRIPE_SECRET_KEY": "sk_test_journeyJourney03",
    "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
}
_POLL = 0.02

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


class Program:
    """One `python -m workmate_desktop …`; every warning inside it is an error."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        self.data_dir = home / "data"
        self._lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("WORKMATE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "workmate_desktop", *arguments],
            cwd=CHECKOUT,
            env={
                **clean,
                "HOME": str(home),
                "TMPDIR": str(home),
                "WORKMATE_DATA_DIR": str(self.data_dir),
                "WORKMATE_PORT": "0",
                "WORKMATE_STRIPE_API_BASE": NOBODY,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, name="reader")
        self._reader.start()

    @property
    def output(self) -> str:
        """All it has printed so far."""
        with self._news:
            return "".join(self._lines)

    def wait_for_line(self, pattern: str) -> "re.Match[str]":
        """The first match in what it prints."""

        def found() -> "re.Match[str] | None":
            return re.search(pattern, "".join(self._lines))

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, PATIENCE)
            match = found()
        assert match is not None, f"no {pattern!r} in:\n{self.output}"
        return match

    def wait_for_state(self) -> dict[str, Any]:
        """listener.json, as soon as it is there."""
        file = self.data_dir / "listener.json"
        deadline = time.monotonic() + PATIENCE
        while not file.exists():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(_POLL)
        state: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return state

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.exit_code()

    def exit_code(self) -> int:
        """Wait until it ends by itself."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()  # nothing more will come


@contextmanager
def started(home: Path, *arguments: str, **environment: str) -> Iterator[Program]:
    program = Program(home, *arguments, **environment)
    try:
        yield program
    finally:
        program.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Program]:
    """A server with keys from the environment."""
    with started(tmp_path, "serve", **KEYS) as program:
        yield program


def insert_invoice(data_dir: Path, number: str, total_minor: int) -> None:
    """From outside, with the columns of CONTRACT and no others."""
    with closing(sqlite3.connect(data_dir / "workmate.sqlite3", timeout=PATIENCE)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        with connection:
            connection.execute(
                "INSERT OR IGNORE INTO customers"
                " (id, name, email, street, postal_code, city, country, vat_id)"
                " VALUES ('c1', 'Bäckerei Müßig', 'buero@muessig.example', 'Markt 1', '53111',"
                " 'Bonn', 'DE', '')"
            )
            connection.execute(
                "INSERT INTO invoices (id, number, customer_id, status, livemode, currency,"
                " total_minor, issue_date, due_date, created_at) VALUES"
                " (?, ?, 'c1', 'open', 0, 'eur', ?, '2026-11-20', '2026-12-04',"
                " '2026-11-20T08:00:00Z')",
                (f"id-{number}", number, total_minor),
            )
            connection.execute(
                "INSERT INTO invoice_items (id, invoice_id, position, description, quantity,"
                " unit, unit_price_minor, tax_rate_percent)"
                " VALUES (?, ?, 1, 'Wartung', '1', 'Std.', ?, '0')",
                (f"item-{number}", f"id-{number}", total_minor),
            )


def rows(data_dir: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data_dir / "workmate.sqlite3", timeout=PATIENCE)) as connection:
        return connection.execute(sql).fetchall()


def deliver(port: int, body: dict[str, Any], secret: str = SECRET) -> int:
    raw = json.dumps(body).encode()
    return post(port, raw, sign(raw, secret, time.time()))


def libraries_of(pid: int) -> str:
    """The files mapped into a process."""
    return Path(f"/proc/{pid}/maps").read_text("utf-8")


def first_answer(port: int) -> int:
    """The answer to a delivery, as soon as somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return deliver(port, event_body())
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(_POLL)


def test_a_signed_delivery_pays_an_invoice_and_the_server_stops_cleanly(office: Program) -> None:
    state = office.wait_for_state()
    assert state["pid"] == office.process.pid
    assert state["path"] == WEBHOOK_PATH
    assert state["public_url"] is None
    assert office.data_dir.stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o777 for path in office.data_dir.rglob("*") if path.is_file()}
    assert modes == {0o600}

    insert_invoice(office.data_dir, "RE-2026-0001", 11900)
    event = event_body("RE-2026-0001", amount=11900)
    assert deliver(state["port"], event) == 200
    # Read from outside the moment the answer is there: it came after the commit.
    sql = "SELECT status FROM invoices WHERE number = 'RE-2026-0001'"
    assert rows(office.data_dir, sql) == [("paid",)]
    sql = "SELECT invoice_id, amount_minor, currency, livemode FROM payments"
    assert rows(office.data_dir, sql) == [("id-RE-2026-0001", 11900, "eur", 0)]
    office.wait_for_line(r"\[Stripe\] Webhook verified: payment_intent\.succeeded")
    office.wait_for_line(r"\[Stripe\] Payment recorded for Invoice RE-2026-0001: €119\.00")

    assert office.end() == 0
    assert not (office.data_dir / "listener.json").exists()
    assert not (office.data_dir / "workmate.sqlite3-wal").exists()
    assert "Traceback" not in office.output
    assert SECRET not in office.output
    assert SECRET not in (office.data_dir / "logs" / "workmate.log").read_text("utf-8")


def test_the_same_event_and_the_same_payment_twice_count_once(office: Program) -> None:
    port = office.wait_for_state()["port"]
    insert_invoice(office.data_dir, "RE-2026-0001", 11900)
    event = event_body("RE-2026-0001", intent_id="pi_once")
    again = event_body("RE-2026-0001", intent_id="pi_once")
    assert [deliver(port, body) for body in (event, event, again)] == [200, 200, 200]
    assert rows(office.data_dir, "SELECT count(*) FROM payments") == [(1,)]
    outcomes = "SELECT outcome FROM stripe_events ORDER BY rowid"
    assert rows(office.data_dir, outcomes) == [("booked",), ("duplicate",)]
    assert office.end(signal.SIGINT) == 0


def test_a_decline_is_recorded_and_a_forgery_is_not(office: Program) -> None:
    port = office.wait_for_state()["port"]
    insert_invoice(office.data_dir, "RE-2026-0001", 11900)
    assert deliver(port, event_body("RE-2026-0001", failed="insufficient_funds")) == 200
    assert deliver(port, event_body("RE-2026-0001"), secret="whsec_of_a_stranger") == 400
    assert rows(office.data_dir, "SELECT status FROM invoices") == [("open",)]
    assert rows(office.data_dir, "SELECT outcome FROM stripe_events") == [("failure_recorded",)]
    office.wait_for_line(r"\[Stripe\] Payment failed for Invoice RE-2026-0001: Insufficient funds")
    assert office.end() == 0


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_the_server_never_loads_qt(office: Program) -> None:
    port = office.wait_for_state()["port"]
    assert deliver(port, event_body("RE-2026-0404")) == 200
    loaded = libraries_of(office.process.pid)
    assert "sqlite" in loaded.lower()  # the list is the right one
    assert not re.search(r"Qt\d|PySide|shiboken", loaded)
    assert office.end() == 0


def test_payments_survive_a_restart(tmp_path: Path) -> None:
    event = event_body("RE-2026-0001")
    for _ in range(2):
        with started(tmp_path, "serve", **KEYS) as program:
            port = program.wait_for_state()["port"]
            if not rows(program.data_dir, "SELECT 1 FROM invoices"):
                insert_invoice(program.data_dir, "RE-2026-0001", 11900)
            assert deliver(port, event) == 200
            assert rows(program.data_dir, "SELECT status FROM invoices") == [("paid",)]
            assert rows(program.data_dir, "SELECT count(*) FROM payments") == [(1,)]
            assert program.end() == 0


def test_a_second_server_on_the_same_folder_refuses(office: Program, tmp_path: Path) -> None:
    state = office.wait_for_state()
    with started(tmp_path, "serve", **KEYS) as second:
        assert second.exit_code() == 1
        assert second.output == (
            "Mit diesen Daten läuft schon ein anderes Programm. "
            "Das andere Fenster benutzen oder dort beenden.\n"
        )
    assert office.wait_for_state() == state
    assert deliver(state["port"], event_body()) == 200
    assert office.end() == 0


def test_without_a_signing_secret_every_delivery_is_answered_503(tmp_path: Path) -> None:
    with started(tmp_path, "serve") as program:
        port = program.wait_for_state()["port"]
        assert deliver(port, event_body("RE-2026-0001")) == 503
        assert rows(program.data_dir, "SELECT count(*) FROM stripe_events") == [(0,)]
        assert program.end() == 0


def test_several_signing_secrets_are_all_valid(tmp_path: Path) -> None:
    both = {**KEYS, "WORKMATE_STRIPE_WEBHOOK_SECRET": f"{SECRET}, whsec_rolledRolled04"}
    with started(tmp_path, "serve", **both) as program:
        port = program.wait_for_state()["port"]
        assert deliver(port, event_body()) == 200
        assert deliver(port, event_body(), "whsec_rolledRolled04") == 200
        assert program.end() == 0


def test_a_missing_database_stops_the_server_and_is_never_replaced(tmp_path: Path) -> None:
    with started(tmp_path, "serve", **KEYS) as program:
        program.wait_for_state()
        assert program.end() == 0
    (program.data_dir / "workmate.sqlite3").unlink()
    with started(tmp_path, "serve", **KEYS) as program:
        assert program.exit_code() == 1
        assert "The database was refused: database_missing" in program.output
    assert not (program.data_dir / "workmate.sqlite3").exists()


def test_a_locked_database_is_answered_503_so_that_stripe_returns(tmp_path: Path) -> None:
    with started(tmp_path, "serve", **KEYS) as program:
        program.wait_for_state()
        assert program.end() == 0
    with closing(sqlite3.connect(program.data_dir / "workmate.sqlite3")) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        port = free_port()
        with started(tmp_path, "serve", **{**KEYS, "WORKMATE_PORT": str(port)}) as program:
            program.wait_for_line("The database was refused: database_busy")
            assert first_answer(port) == 503
            assert program.end() == 1


def test_a_foreign_stripe_is_refused_in_one_line(tmp_path: Path) -> None:
    with started(
        tmp_path, "serve", **KEYS, WORKMATE_STRIPE_API_BASE="https://example.org"
    ) as program:
        assert program.exit_code() == 1
        assert "only on this computer" in program.output
        assert "Traceback" not in program.output


def test_demo_shows_a_payment_and_a_decline_and_listens_on(tmp_path: Path) -> None:
    with started(tmp_path, "serve", "--demo") as program:
        paid = program.wait_for_line(
            r"\[Demo\] (RE-\d{4}-\d{4}) over €[0-9.]+: answered 200, now paid"
        ).group(1)
        failed = program.wait_for_line(
            r"\[Demo\] (RE-\d{4}-\d{4}) over €[0-9.]+: answered 200, still open, marked as failed"
        ).group(1)
        program.wait_for_line(r"\[Demo\] Done; the listener goes on")
        # The program's log is written up to 50 ms after the answer: "Done" may come first.
        program.wait_for_line(f"Payment recorded for Invoice {paid}")
        program.wait_for_line(f"Payment failed for Invoice {failed}")
        [folder] = tmp_path.glob("workmate-demo-*")
        assert not program.data_dir.exists()  # the office's own folder is left alone
        state = json.loads((folder / "listener.json").read_text("utf-8"))
        assert post(state["port"], b"{}", None) == 400
        assert rows_in_demo(folder, paid) == ("paid", 0)
        assert rows_in_demo(folder, failed)[0] == "open"
        assert program.end() == 0
        assert "Traceback" not in program.output
    assert not folder.exists()


def rows_in_demo(folder: Path, number: str) -> tuple[Any, ...]:
    sql = f"SELECT status, last_failed_at IS NOT NULL FROM invoices WHERE number = '{number}'"
    [found] = rows(folder, sql)
    return found


def test_doctor_beside_the_server_and_after_it(office: Program, tmp_path: Path) -> None:
    port = office.wait_for_state()["port"]
    office.wait_for_line("made and verified")
    with started(tmp_path, "doctor", **KEYS) as beside:
        assert beside.exit_code() == 1, beside.output  # Stripe was never reached
        assert "✗ Abruf" in beside.output or "!! Abruf" in beside.output
        assert "Falsch: 1" in beside.output
        assert f"Der Empfang antwortet auf 127.0.0.1:{port}" in beside.output
        assert f"unversehrt, Version {migrate.HEAD}" in beside.output
        assert SECRET not in beside.output
    assert office.end() == 0
    with started(tmp_path, "doctor", **KEYS) as after:
        assert after.exit_code() == 1, after.output
        assert "Falsch: 1" in after.output
    with started(tmp_path / "other", "doctor") as fresh:
        assert fresh.exit_code() == 1
        assert "noch keine: das Programm einmal starten" in fresh.output
