"""The window while it receives: from the POST to the painted row, beside the smallest window.

Each round starts both windows, one after the other, on fresh books, and sends 50 and 200 events
a second, then as fast as they are answered; the program then fetches 600 missed payments.
"""

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.contestants import WrongBooks
from tests.benchmarks.deliveries import SECRET, amount_minor, invoice_id
from tests.benchmarks.generator import fill_for_deliveries, fill_office, new_data_dir
from tests.benchmarks.live_load import LiveLoad
from tests.benchmarks.live_window import SHOWN_ROWS
from tests.benchmarks.table import Goal, Row
from tests.factories import TestClock as Moment
from tests.factories import make_books
from tests.places import CHECKOUT
from tests.standins.stripe_api import SECRET_KEY, StripeStandIn
from tests.waiting import PATIENCE
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.store.backup import backup
from workmate_desktop.store.catch_up.position import Cursor, save_cursor
from workmate_desktop.store.database.engine import FILE_NAME

RATES = (50, 200)
SATURATED = 0
MISSED = 600
INVOICES = 20_000
_CENTS_FROM = 1_000_000
_BEFORE_IDLE = 3.0
_IDLE_SECONDS = 2.0


@dataclass
class Seen:
    """All rounds of one window at one rate (milliseconds)."""

    latency: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    paints: list[float] = field(default_factory=list)
    """A second."""

    def percentile(self, name: str, share: float) -> float:
        """Over all rounds; 0.0 without any."""
        values = sorted(getattr(self, name))
        return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


Measured = dict[str, dict[str, Seen]]


def measure(
    folder: Path, rounds: int, seconds: float, older: int = 0
) -> tuple[Measured, list[str]]:
    """The figures of "ours" and "bare" by rate; and what was wrong with the books.

    `older` real invoices lie in the same books.
    """
    template = folder / f"live-template{older}"
    file = new_data_dir(template)
    if older:
        fill_office(file, older)
    fill_for_deliveries(file, INVOICES)
    _ran_before(template)
    backup.make(file, template, SystemClock().today().isoformat())
    kinds = ["idle", *map(_name, RATES), _name(SATURATED), "burst"]
    results: Measured = {which: {kind: Seen() for kind in kinds} for which in ("ours", "bare")}
    wrong: list[str] = []
    for number in range(rounds):
        for which in ("ours", "bare") if number % 2 else ("bare", "ours"):
            print(f"  round {number + 1} of {rounds}: {which}", file=sys.stderr)
            data = folder / f"live-{which}{older}-{number}"
            if which == "ours":
                shutil.copytree(template, data)
            else:
                data.mkdir()
            try:
                _round(which, data, seconds, results[which])
            except WrongBooks as error:
                wrong.append(f"window, {which}, round {number + 1}: {error}")
            shutil.rmtree(data)
    shutil.rmtree(template)
    return results, wrong


def _ran_before(folder: Path) -> None:
    """As if the program had asked Stripe a moment ago: its very first run would search for the
    payments of all open invoices, one after the other.
    """
    office = make_books(folder, Moment(SystemClock().now()))
    now = int(time.time())
    office.writer.submit(lambda t: save_cursor(t, Cursor(None, now, now), livemode=False)).result(
        PATIENCE
    )
    office.close()


def _round(which: str, data: Path, seconds: float, seen: dict[str, Seen]) -> None:
    rows = list(range(INVOICES - SHOWN_ROWS, INVOICES))
    paid, first, accepted = [0] * len(rows), _CENTS_FROM, 0
    found: dict[str, tuple[Any, Any, float]] = {}
    with StripeStandIn() as stripe, _Window(which, data, stripe.url) as window:
        window.pause(_BEFORE_IDLE)  # what the start still does is no part of it
        window.begin()
        window.pause(_IDLE_SECONDS)
        found["idle"] = ({"sent": []}, window.report(), _IDLE_SECONDS)
        for rate in (*RATES, SATURATED):
            others = range(min(INVOICES - 100, int(6_000 * seconds))) if rate == SATURATED else ()
            load = LiveLoad(window.port, rate, seconds, first, rows, paid, list(others))
            window.begin()
            sent = _send(load)
            window.pause(0.3)
            found[_name(rate)] = (sent, window.report(), sent["seconds"])
            first, paid = sent["next"], sent["paid"]
            accepted += sent["accepted"]
            if sent["refused"]:
                raise WrongBooks(f"{sent['refused']} deliveries were refused")
        if which == "ours":
            _pay_at_stripe(stripe)
            window.begin()
            window.tell("catch_up")
            _wait_for_payments(data, accepted + MISSED)
            window.pause(1.0)
            found["burst"] = ({"sent": []}, window.report(), 1.0)
            accepted += MISSED
    _check(which, data, accepted, dict(zip(rows, paid, strict=True)))
    for kind, (sent, report, elapsed) in found.items():
        one = seen[kind]
        one.latency += _latencies(sent["sent"], report["painted"])
        one.gaps += report["gaps"]
        one.paints.append(report["paints"] / elapsed)
        if "accepted" in sent:
            one.rate.append(sent["accepted"] / sent["seconds"])


def _latencies(sent: list[list[Any]], painted: list[list[Any]]) -> list[float]:
    """Milliseconds from sending a cent to the paint that shows at least that much."""
    shown: dict[str, list[tuple[int, float]]] = {}
    for key, paid, at in painted:
        shown.setdefault(key, []).append((paid, at))
    found: list[float] = []
    for row, paid, at in sent:
        times = [when for amount, when in shown.get(invoice_id(row), ()) if amount >= paid]
        if not times:
            raise WrongBooks(f"a payment of invoice {row} was never painted")
        found.append((times[0] - at) * 1000)
    return found


def _pay_at_stripe(stripe: StripeStandIn) -> None:
    """600 customers pay, and no webhook tells."""
    for number in range(INVOICES - 100 - MISSED, INVOICES - 100):
        form = {
            "amount": amount_minor(number),
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata[invoice_id]": invoice_id(number),
        }
        status, _ = stripe.answer("POST", "/v1/payment_intents", urlencode(form), SECRET_KEY, None)
        assert status == 200


def _wait_for_payments(data: Path, wanted: int) -> None:
    with sqlite3.connect(data / FILE_NAME) as books:
        for _ in range(600):
            if books.execute("SELECT count(*) FROM payments").fetchone()[0] >= wanted:
                break
            threading.Event().wait(0.1)
    books.close()


def _check(which: str, data: Path, accepted: int, paid: dict[int, int]) -> None:
    """As many events and payments as answers 200, each row with its cents, the file whole."""
    file = data / (FILE_NAME if which == "ours" else "books.sqlite3")
    money = "SELECT ifnull(sum(amount_minor), 0) FROM payments WHERE invoice_id = ?"
    books = sqlite3.connect(file)
    for table in ("stripe_events", "payments"):
        condition = " WHERE livemode = 0" if which == "ours" else ""
        (count,) = books.execute(f"SELECT count(*) FROM {table}{condition}").fetchone()
        if count != accepted:
            raise WrongBooks(f"{count} {table} instead of {accepted}")
    for row, cents in paid.items():
        (found,) = books.execute(money, (invoice_id(row),)).fetchone()
        if found != cents:
            raise WrongBooks(f"{found} cents on invoice {row} instead of {cents}")
    if books.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        raise WrongBooks("the file is damaged")
    books.close()


def _send(load: LiveLoad) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.live_load", json.dumps(asdict(load))]
    done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError("the load generator failed")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


class _Talk:
    """The window's process, spoken to line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(self._line())

    def tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def begin(self) -> None:
        self.tell("begin")
        assert self._line() == "begun\n"

    def report(self) -> dict[str, Any]:
        self.tell("report")
        report: dict[str, Any] = json.loads(self._line())
        return report

    def pause(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def _Window(which: str, data: Path, api_base: str) -> Iterator[_Talk]:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "WORKMATE_DATA_DIR": str(data),
        "WORKMATE_PORT": "0",
        "WORKMATE_TUNNEL": "off",
        "WORKMATE_STRIPE_SECRET_KEY": SECRET_KEY,
        "WORKMATE_STRIPE_WEBHOOK_SECRET": SECRET,
        "WORKMATE_STRIPE_API_BASE": api_base,
    }
    command = [sys.executable, "-m", "tests.benchmarks.live_window", which, str(data)]
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        talk = _Talk(process)
        yield talk
        talk.tell("stop")
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _median_rate(seen: Seen) -> float:
    return statistics.median(seen.rate or [0.0])


def _name(rate: int) -> str:
    return f"{rate} events/s" if rate else "saturated"


def rows(results: Measured, name: str = "window") -> list[Row]:
    """The rows of the window while it receives."""
    ours, bare = results["ours"], results["bare"]
    table: list[Row] = []
    for rate in RATES:
        kind = _name(rate)
        p50 = bare[kind].percentile("latency", 0.5), ours[kind].percentile("latency", 0.5)
        p99 = bare[kind].percentile("latency", 0.99), ours[kind].percentile("latency", 0.99)
        gaps = bare[kind].percentile("gaps", 0.99), ours[kind].percentile("gaps", 0.99)
        idle = ours["idle"].percentile("gaps", 0.99)
        table += [
            Row(f"{name}, {kind}: POST → row p50 ms", *p50, Goal.at_most_itself(3.0)),
            Row(f"{name}, {kind}: POST → row p50, × bare", *p50, Goal.at_most(1.7)),
            Row(f"{name}, {kind}: POST → row p99 ms", *p99, Goal.at_most_itself(16.7)),
            Row(f"{name}, {kind}: loop gap p99 ms (idle {idle:.2f} + 1.5)", *gaps,
                Goal.at_most_itself(round(idle + 1.5, 2))),
        ]  # fmt: skip
    kind = _name(SATURATED)
    rates = _median_rate(bare[kind]), _median_rate(ours[kind])
    p99 = bare[kind].percentile("latency", 0.99), ours[kind].percentile("latency", 0.99)
    gaps = bare[kind].percentile("gaps", 0.99), ours[kind].percentile("gaps", 0.99)
    burst = max(ours["burst"].gaps, default=0.0)
    return [
        *table,
        Row(f"{name}, saturated: events/s", *rates, Goal.at_least_itself(2_000)),
        Row(f"{name}, saturated: POST → row p99 ms", *p99, Goal.at_most_itself(33.0)),
        Row(f"{name}, saturated: loop gap p99 ms", *gaps, Goal.at_most_itself(20.0)),
        Row(f"{name}, {MISSED} fetched at once: longest gap ms", 0.0, burst,
            Goal.at_most_itself(33.0)),
    ]  # fmt: skip


def details(results: Measured) -> list[str]:
    """Both windows side by side."""
    lines = [
        f"{'':6} {'':14} {'events/s':>9} {'row p50':>8} {'p99':>7} {'max':>7}"
        f" {'gap p50':>8} {'p99':>6} {'max':>7} {'paints/s':>9}"
    ]
    for which, kinds in results.items():
        for kind, seen in kinds.items():
            if not seen.gaps:
                continue
            lines.append(
                f"{which:6} {kind:14} {_median_rate(seen):9.0f}"
                f" {seen.percentile('latency', 0.5):8.2f} {seen.percentile('latency', 0.99):7.2f}"
                f" {max(seen.latency, default=0.0):7.1f} {seen.percentile('gaps', 0.5):8.2f}"
                f" {seen.percentile('gaps', 0.99):6.2f} {max(seen.gaps):7.1f}"
                f" {statistics.median(seen.paints):9.0f}"
            )
    return lines
