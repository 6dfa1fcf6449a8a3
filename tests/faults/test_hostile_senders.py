"""FAULTS B against the real `serve`: whatever is sent, Stripe's own messages get through.

Long: `python3 run.py faults --long -k hostile`.
"""

import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.factories import encoded, event_body, post, sign
from tests.faults.hostile import (
    CANARY,
    MAY_ANSWER,
    answers_to,
    hand_made,
    requests,
    trickling,
    unsigned,
)
from tests.faults.lengths import runs
from tests.faults.programs import serving
from tests.free_port import free_port
from tests.waiting import PATIENCE
from workmate_desktop.store.database.engine import FILE_NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

GROWTH_BYTES = 20 * 1024 * 1024


class Served:
    """A `serve` under attack."""

    def __init__(self, folder: Path, port: int, pid: int) -> None:
        self.folder = folder
        self.port = port
        self._pid = pid
        self.events = 0
        self.slowest = 0.0

    def real_event(self) -> None:
        """One of Stripe's: 200. How quickly is measured and told, and a matter of the machine."""
        raw = encoded(event_body("RE-1999-0001"))
        began = time.monotonic()
        assert post(self.port, raw, sign(raw, at=time.time())) == 200
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.events += 1

    def memory(self) -> int:
        """Bytes in memory."""
        for line in Path(f"/proc/{self._pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def rows(self) -> dict[str, int]:
        """Of every table but the settings, where the program notes its own doings."""
        path = self.folder / "data" / FILE_NAME
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as books:
            tables = books.execute("""SELECT name FROM sqlite_master
                WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'""")
            names = [name for (name,) in tables if name != "settings"]
            return {
                name: books.execute(
                    f'SELECT count(*) FROM "{name}"'
                    # That strangers were refused is told once a day, in words of our own.
                    + (" WHERE event_id IS NOT NULL" if name == "notices" else "")
                ).fetchone()[0]
                for name in names
            }

    def nothing_of_it_is_kept(self) -> None:
        """Neither in the log nor in the books nor in any other file."""
        looked_at = [path for path in (self.folder / "data").rglob("*") if path.is_file()]
        looked_at.append(self.folder / "printed.txt")
        texts = {path: path.read_bytes() for path in looked_at}
        assert any(b"refused" in text for text in texts.values())  # the log is among them
        for path, text in texts.items():
            assert CANARY.encode() not in text, path
            assert b"Traceback" not in text, path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    with serving(tmp_path / "data", port, errors=tmp_path / "printed.txt") as process:
        yield Served(tmp_path, port, process.pid)


def test_b16_generated_hostile_requests(served: Served) -> None:
    """No 5xx, no 200, no row, no trace, flat memory; a real event in between."""
    port = served.port
    sent = answered = 0

    def attack(pieces: list[bytes], name: object) -> None:
        nonlocal sent, answered
        statuses = answers_to(port, pieces)
        assert set(statuses) <= MAY_ANSWER, (name, statuses)
        sent += 1
        answered += len(statuses)
        if sent % 100 == 0:
            served.real_event()

    by_hand = hand_made(port)
    for name, raw in by_hand.items():  # also warms up what is measured below
        attack([raw], name)
    served.real_event()
    rows, events = served.rows(), served.events
    before = served.memory()

    @settings(
        max_examples=runs(300, 10_000),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(pieces=requests(port))
    def generated(pieces: list[bytes]) -> None:
        attack(pieces, pieces)

    with trickling(port, 20):
        generated()
    for name, raw in by_hand.items():
        attack([raw], name)
    growth = served.memory() - before
    served.real_event()
    new = served.events - events
    assert growth < GROWTH_BYTES
    assert served.rows() == {
        name: count + (new if name in ("stripe_events", "payments", "notices", "seals") else 0)
        for name, count in rows.items()
    }
    served.nothing_of_it_is_kept()
    assert answered > sent / 2
    print(
        f"{sent} hostile requests, {answered} answers, memory +{growth / 2**20:.1f} MB,"
        f" slowest of {served.events} real events {served.slowest * 1000:.0f} ms",
        flush=True,
    )


def test_b8_hostile_half_open_connections_beside_a_real_event(served: Served) -> None:
    """350 of them: silent, in the middle of a header, in the middle of a body."""
    starts = [b"", b"POST /api HTTP/1.1\r\nHost: ", unsigned(served.port)[:-5]]
    for _ in range(runs(1, 10)):
        with ExitStack() as stack:
            for number in range(350):
                sock = stack.enter_context(
                    socket.create_connection(("127.0.0.1", served.port), PATIENCE)
                )
                try:
                    sock.sendall(starts[number % 3])
                except ConnectionError:
                    continue  # thrown out already for a newer one
            for _ in range(5):
                served.real_event()
    print(f"beside 350 half-open: slowest {served.slowest * 1000:.0f} ms", flush=True)


def test_b15_hostile_4000_unsigned_a_minute_beside_real_events(served: Served) -> None:
    each = runs(100, 2000)
    answers: list[int] = []

    def flood() -> None:
        """Two of these make 4,000 a minute, evenly, where the PC is quick enough."""
        raw, pause = unsigned(served.port), threading.Event()
        due = time.monotonic()
        for _ in range(each):
            answers.extend(answers_to(served.port, [raw]))
            due += 2 * 60 / 4000
            pause.wait(max(0.0, due - time.monotonic()))

    served.real_event()
    rows, events = served.rows(), served.events
    floods = [threading.Thread(target=flood) for _ in range(2)]
    began = time.monotonic()
    for thread in floods:
        thread.start()
    while any(thread.is_alive() for thread in floods):
        served.real_event()
        floods[0].join(0.2)
    lasted = time.monotonic() - began
    assert answers == [400] * (2 * each)
    new = served.events - events
    assert served.rows()["stripe_events"] == rows["stripe_events"] + new
    served.nothing_of_it_is_kept()
    lines = (served.folder / "printed.txt").read_text("utf-8").count("not authentic")
    assert lines <= 2 + lasted / 10  # the log is rate-limited
    print(
        f"{len(answers)} unsigned in {lasted:.0f} s, slowest of {new} real events"
        f" {served.slowest * 1000:.0f} ms",
        flush=True,
    )
