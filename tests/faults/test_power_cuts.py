"""FAULTS F13: the power goes after any file operation of the real program.

Long: `python3 run.py faults --long -k f13` (every operation; in the suite a sample of them).
"""

import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.factories import customer, draft, encoded, event_body, make_books
from tests.faults.books_check import wrong_statuses
from tests.faults.kill_events import TOTAL
from tests.faults.lengths import LONG, runs
from tests.faults.power import Disk, write_image
from tests.faults.power_record import Recorder
from tests.waiting import PATIENCE
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.store.database.engine import open_connection
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.upkeep.seal_report import compare_with_seals

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("strace") is None, reason="needs strace"
)

INVOICES = 40


@dataclass
class Promise:
    """What was answered 200: after a cut it must be there."""

    intents: dict[str, str | None]
    """event → intent of its payment, None for a failure"""
    told: set[str] = field(default_factory=set)
    """Failures of invoices that there are: staff hear of them."""


@pytest.fixture
def image_dir(tmp_path: Path) -> Iterator[Path]:
    """Where images are opened: in memory if possible, since only their content counts."""
    memory = Path("/dev/shm")
    folder = (memory if memory.is_dir() else tmp_path) / f"workmate-cut-{tmp_path.parent.name}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _bodies(
    count: int, invoices: list[str], stamp: str, *, known: bool = True
) -> tuple[list[tuple[str, bytes]], Promise]:
    bodies, promise = [], Promise({})
    for number in range(count):
        failed = number % 5 == 4
        event_id, intent = f"evt_{stamp}{number}", f"pi_{stamp}{number}"
        body = event_body(
            invoices[number % len(invoices)],
            amount=(TOTAL, 5950, 100)[number % 3],
            failed="generic_decline" if failed else None,
            event_id=event_id,
            intent_id=intent,
        )
        bodies.append((event_id, encoded(body)))
        promise.intents[event_id] = None if failed else intent
        if failed and known:
            promise.told.add(event_id)
    return bodies, promise


def _cut_everywhere(recorder: Recorder, disk: Disk, promise: Promise, at: Path, wanted: int) -> str:
    """Replays the recording; after each operation, or a sample of them, the power goes."""
    operations = recorder.operations
    choose = random.Random(13)
    every = max(1, len(operations) * 2 // wanted) if not LONG else 1
    acknowledged: set[str] = set()
    cuts = 0
    for number, operation in enumerate(operations):
        synced = disk.do(operation)
        if operation.kind == "answer":
            acknowledged.add(recorder.event_at_port[operation.other])
            continue
        if number % every and number != len(operations) - 1:
            continue
        images = [disk.torn(choose)]
        if not LONG or synced or number % 20 == 0:  # between two syncs it stays the same
            images.append(disk.dropped())
        for image in images:
            cuts += 1
            if cuts % 1000 == 0:
                print(f"{cuts} cuts, after {number} of {len(operations)} operations", flush=True)
            try:
                _open_and_look(image, at, acknowledged, promise, thorough=cuts % 20 == 0)
            except BaseException as error:
                error.add_note(f"cut {cuts}, after operation {number}: {str(operation)[:200]}")
                raise
    assert acknowledged == set(promise.intents)
    return f"{len(operations)} operations, {cuts} cuts, {len(acknowledged)} payments and failures"


def _open_and_look(
    image: dict[str, bytes], at: Path, acknowledged: set[str], promise: Promise, thorough: bool
) -> None:
    write_image(image, at)
    try:
        database = open_database(at, "2026-11-23", Threads()).database
        try:
            with closing(open_connection(database.path, read_only=True)) as books:
                _look(books, acknowledged, promise)
                if thorough:
                    assert books.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            if thorough:
                findings = compare_with_seals(database, lambda: None).findings
                assert not findings.tampered
                assert not findings.added
        finally:
            database.close()
    finally:
        shutil.rmtree(at)


def _look(books: Any, acknowledged: set[str], promise: Promise) -> None:
    events = {row[0] for row in books.execute("SELECT id FROM stripe_events")}
    assert acknowledged <= events, f"lost: {acknowledged - events}"
    paid = {row[0] for row in books.execute("SELECT stripe_payment_intent_id FROM payments")}
    wanted = {promise.intents[one] for one in events} - {None}
    assert paid == wanted  # an event is there with its money, or not at all
    noticed = {row[0] for row in books.execute("SELECT event_id FROM notices")}
    assert events & promise.told <= noticed
    assert wrong_statuses(books) == []


def test_f13_power_cuts_under_load(tmp_path: Path, image_dir: Path) -> None:
    """Deliveries, a clean stop (which empties the WAL), a second start with more of them."""
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    office = make_books(data_dir)
    customer_id = customer(office)
    made = [office.invoicing.issue(draft(customer_id)) for _ in range(INVOICES)]
    invoices = [future.result(PATIENCE) for future in made]
    office.close()
    disk, recorder = Disk(data_dir), Recorder(tmp_path, data_dir)
    bodies, promise = _bodies(runs(30, 180), invoices, "Cut")
    part = len(bodies) * 4 // 5
    recorder.run(bodies[:part])
    recorder.run(bodies[part:])
    began = time.monotonic()
    done = _cut_everywhere(recorder, disk, promise, image_dir, wanted=300)
    print(f"under load: {done}, {time.monotonic() - began:.0f} s", flush=True)


def test_f13_power_cuts_in_the_first_start(tmp_path: Path, image_dir: Path) -> None:
    """From an empty folder on: the tables are made, the id is remembered, the backup written."""
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    recorder = Recorder(tmp_path, data_dir)
    bodies, promise = _bodies(6, ["RE-1999-0001"], "First", known=False)
    recorder.run(bodies)
    done = _cut_everywhere(recorder, Disk(), promise, image_dir, wanted=60)
    print(f"first start: {done}", flush=True)
