"""The real program on real files, killed again and again while Stripe delivers to it.

Four senders deliver until they are answered 200, as Stripe does; a reference model says at the
end what the books must hold. After every kill a copy of the files is looked at, so that a lost
payment cannot be hidden by a delivery that comes again.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType

from tests.factories import customer as new_customer
from tests.factories import draft, make_books, post, sign
from tests.faults.books_check import compare_with_model, wrong_statuses
from tests.faults.kill_events import EventMaker, as_stripe_sends_it
from tests.faults.programs import KEYS, NO_STRIPE
from tests.free_port import free_port
from tests.places import CHECKOUT
from tests.waiting import PATIENCE
from workmate_desktop.store.database.engine import FILE_NAME

SENDERS = 4
INVOICES = 120


class KilledOffice:
    """`with KilledOffice(folder, "serve", seed) as office:` start, kill …, finish."""

    def __init__(self, folder: Path, command: str, seed: int) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.command = command
        self.kills = 0
        self.deliveries = 0
        self._invoices = self._prepare()
        self._events = EventMaker(seed, self._invoices)
        self._port = free_port()
        self._host: subprocess.Popen[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._up = threading.Event()
        self._listening = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._acknowledged: set[str] = set()
        self._unchecked: set[str] = set()
        self._refused: list[int] = []
        self._senders = [threading.Thread(target=self._send) for _ in range(SENDERS)]

    def __enter__(self) -> "KilledOffice":
        self._host = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.kill_host", self.command],
            cwd=CHECKOUT,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for sender in self._senders:
            sender.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._up.set()
        if self._pid:
            self._end(signal.SIGKILL)
        for sender in self._senders:
            sender.join(PATIENCE)
        assert self._host is not None and self._host.stdin is not None
        self._host.stdin.close()
        assert self._host.stdout is not None
        self._host.stdout.close()
        self._host.wait(PATIENCE)

    # --- the program -----------------------------------------------------------------------

    def start(self, *, anew: bool = False, point: str | None = None, nth: int = 1) -> None:
        """Begin a run. `anew`: from the command line, not forked (slower)."""
        arguments = ["serve"] if self.command == "serve" else []
        arguments += ["--data-dir", str(self.data_dir), "--port", str(self._port)]
        printed = self.folder / "printed.txt"
        if anew:
            with printed.open("ab") as output:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "workmate_desktop", *arguments],
                    cwd=CHECKOUT,
                    env=self._environment(),
                    stdout=output,
                    stderr=output,
                )
            self._pid = self._process.pid
            return
        order = {"arguments": arguments, "output": str(printed), "point": point, "nth": nth}
        assert self._host is not None and self._host.stdin is not None
        self._host.stdin.write(json.dumps(order) + "\n")
        self._host.stdin.flush()
        self._pid = self._told()["pid"]

    def wait_until_it_listens(self, seconds: float = PATIENCE) -> None:
        """Return when listener.json is of this run; the senders begin."""
        deadline = time.monotonic() + seconds
        file = self.data_dir / "listener.json"
        while time.monotonic() < deadline:
            try:
                state = json.loads(file.read_text("utf-8"))
            except (OSError, ValueError):
                state = {}
            if state.get("pid") == self._pid:
                self._listening = state["port"]
                self._up.set()
                return
            assert self._alive(), f"ended by itself: {self.printed()[-3000:]}"
            time.sleep(0.005)
        raise AssertionError("it does not listen")

    def wait_until_it_answers(self, times: int) -> None:
        """So many deliveries more, once it listens."""
        self.wait_until_it_listens()
        wanted, deadline = self.deliveries + times, time.monotonic() + PATIENCE
        while self.deliveries < wanted:
            assert time.monotonic() < deadline, f"no answers: {self.printed()[-3000:]}"
            time.sleep(0.002)

    def kill_after(self, seconds: float) -> None:
        """SIGKILL `seconds` after the start of the run, also in the middle of its start."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not self._up.is_set():
            self._look_for_port()
            time.sleep(0.002)
        time.sleep(max(0.0, ends - time.monotonic()))
        assert self._end(signal.SIGKILL) == -signal.SIGKILL, self.printed()[-3000:]
        self._after_kill()

    def wait_until_it_killed_itself(self) -> None:
        """At its point."""
        self.wait_until_it_listens()
        code = self._ended()
        assert code == -signal.SIGKILL, self.printed()[-3000:]
        self._after_kill()

    def finish(self) -> None:
        """One last run: everything is delivered, the program stops cleanly, the books agree."""
        self.start()
        self.wait_until_it_listens()
        self._stop.set()
        for sender in self._senders:
            sender.join(PATIENCE)
            assert not sender.is_alive(), "a delivery was never answered 200"
        assert self._end(signal.SIGTERM) == 0, self.printed()[-3000:]
        assert not set(self._refused) - {503}, self._refused
        assert self._acknowledged == {event["id"] for event in self._events.made}
        compare_with_model(self.data_dir, self._invoices, self._events.made)
        beside = {path.name for path in self.data_dir.iterdir()}
        assert not {name for name in beside if "unfinished" in name or name.startswith(".")}
        assert "Traceback" not in self.printed()

    def printed(self) -> str:
        """What all runs printed."""
        return (self.folder / "printed.txt").read_text("utf-8", "replace")

    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("WORKMATE_")}
        return {**clean, **NO_STRIPE, **KEYS, "QT_QPA_PLATFORM": "offscreen"}

    def _told(self) -> dict[str, int]:
        assert self._host is not None and self._host.stdout is not None
        line = self._host.stdout.readline()
        assert line, "the host of the program ended"
        found: dict[str, int] = json.loads(line)
        return found

    def _look_for_port(self) -> None:
        try:
            state = json.loads((self.data_dir / "listener.json").read_text("utf-8"))
        except (OSError, ValueError):
            return
        if state["pid"] == self._pid:
            self._listening = state["port"]
            self._up.set()

    def _alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        try:
            state = Path(f"/proc/{self._pid}/stat").read_text("utf-8").rpartition(")")[2]
        except OSError:
            return False
        return not state.startswith(" Z")

    def _end(self, number: signal.Signals) -> int:
        os.kill(self._pid, number)
        return self._ended()

    def _ended(self) -> int:
        code = self._process.wait(PATIENCE) if self._process is not None else self._told()["code"]
        self._process, self._pid = None, 0
        self._up.clear()
        return code

    # --- Stripe --------------------------------------------------------------------------------

    def _prepare(self) -> list[str]:
        books = make_books(self.data_dir_made())
        customer_id = new_customer(books)
        made = [books.invoicing.issue(draft(customer_id)) for _ in range(INVOICES)]
        ids = [future.result(PATIENCE) for future in made]
        books.close()
        return ids

    def data_dir_made(self) -> Path:
        """The data folder, 0700."""
        self.data_dir.mkdir(mode=0o700)
        return self.data_dir

    def _send(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                event = self._events.next()
            raw = as_stripe_sends_it(event)
            while True:
                if not self._up.wait(0.1):
                    if self._stop.is_set() and not self._pid:
                        return  # the test has failed meanwhile
                    continue
                status = self._attempt(raw)
                if status == 200:
                    break
                if status is None:
                    time.sleep(0.01)
                else:
                    self._refused.append(status)
                if self._stop.is_set() and not self._pid:
                    return
            with self._lock:
                self._acknowledged.add(event["id"])
                self._unchecked.add(event["id"])
                self.deliveries += 1

    def _attempt(self, raw: bytes) -> int | None:
        """The answer, or None when there was none."""
        try:
            return post(self._listening, raw, sign(raw, at=time.time()))
        except (OSError, IndexError, ValueError):  # refused, reset, closed inside the answer
            return None

    # --- what the books say ----------------------------------------------------------------------

    def _after_kill(self) -> None:
        """What was acknowledged is in the files that the dead program left."""
        self.kills += 1
        with self._lock:
            due, self._unchecked = self._unchecked, set()
        copy = self.folder / "copy"
        copy.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            part = self.data_dir / (FILE_NAME + suffix)
            target = copy / part.name
            target.unlink(missing_ok=True)
            if part.exists():
                shutil.copyfile(part, target)
        (copy / (FILE_NAME + "-shm")).unlink(missing_ok=True)
        with closing(sqlite3.connect(copy / FILE_NAME)) as books:
            assert books.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            kept = {row[0] for row in books.execute("SELECT id FROM stripe_events")}
            assert due <= kept, f"acknowledged, and lost: {due - kept}"
            assert wrong_statuses(books) == []
