"""What a payment and a page of the list cost, counted: statements, pages, syncs, calls, steps.

Counts are the same on a slow PC and on a busy one, so that whatever is added here fails at once,
anywhere. Whoever adds it knowingly writes the new count down. Times come from `python3 run.py
bench`, which sets them beside a floor measured in the same run.
"""

import re
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from types import CodeType, FrameType

import pytest

from tests.benchmarks.generator import LAST_DAY, fill_office, new_data_dir
from tests.factories import OfficeBooks, customer, draft, encoded, event_body, make_books, sign
from tests.listener.support import connected, listening, read_answer, request
from tests.places import CHECKOUT
from tests.store.database.counted import Steps
from tests.store.gate import Gate, traced
from tests.waiting import PATIENCE
from workmate_desktop.domain.invoices.lists import InvoiceQuery, InvoiceSort
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.listener.server import Listener
from workmate_desktop.services.books import Books
from workmate_desktop.store.database.confirmation import Confirmation
from workmate_desktop.store.database.engine import FILE_NAME, Database

GROUP = 32
"""Payments that wait together, and are committed together."""
PAGE = 256

OF_A_PAYMENT = """
SELECT stripe_events
SELECT settings
SELECT payments
SELECT invoices
INSERT payments
INSERT payments
INSERT payments
INSERT payments
INSERT payments
SELECT invoices
UPDATE invoices
UPDATE invoices
UPDATE invoices
UPDATE invoices
INSERT invoice_history
INSERT invoice_history
SELECT stripe_events
INSERT stripe_events
""".split("\n")[1:-1]
"""In their order. SQLite names a statement once more for each trigger that it sets off."""
SEAL = ["SELECT seals", "INSERT seals"]
"""Once for each commit."""
PAGES_OF_A_PAYMENT = 20
"""Pages of 4 KB that most payments on their own write to the log: one for each table and index
that they touch. Now and then one is full and splits."""
PAGES_OF_A_GROUP = 42
"""And that a group of payments writes, at most; it was 38."""
CALLS = {"listener": 340, "writer": 220}
"""Calls of functions for each payment of a group, at most, by thread; asyncio's own left out:
how often it looks depends on when the next bytes arrive. They were 314 and 202; other versions of
Python and of the libraries count a bit differently."""
STEPS_OF_A_PAYMENT = 870
"""Steps of SQLite's machine for a payment, at most; 793 with SQLite 3.40."""

_STATEMENT = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE)\b.*?\b(?:FROM|INTO|UPDATE)\s+(\w+)", re.S
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeBooks]:
    made = make_books(tmp_path)
    yield made
    made.close()


def _short(statement: str) -> str:
    """`SELECT invoices`; what is no work on a table as it stands."""
    found = _STATEMENT.match(statement.replace("UPDATE ", "UPDATE UPDATE ", 1))
    return f"{found[1]} {found[2]}" if found else statement.strip()


def _bodies(office: OfficeBooks, count: int) -> list[bytes]:
    """Events, each of which pays an invoice of its own. One customer has them all: with fewer
    than a hundred jobs the log is not written back meanwhile
    (store/database/write_ahead_log.py)."""
    whose = customer(office)
    issue = office.invoicing.issue
    found = [encoded(event_body(issue(draft(whose)).result(PATIENCE))) for _ in range(count)]
    office.settled()
    return found


def _book(office: OfficeBooks, body: bytes) -> None:
    confirmation = office.receive.delivery(body, sign(body))
    assert not isinstance(confirmation, int)
    assert confirmation.result(PATIENCE) == 200


def _book_together(office: OfficeBooks, bodies: list[bytes]) -> None:
    gate = Gate(office.writer)
    confirmations = [office.receive.delivery(body, sign(body)) for body in bodies]
    gate.open()
    for confirmation in confirmations:
        assert not isinstance(confirmation, int)
        assert confirmation.result(PATIENCE) == 200


def test_a_payment_runs_these_statements_and_one_commit(office: OfficeBooks) -> None:
    first, second = _bodies(office, 2)
    _book(office, first)
    statements = traced(office)
    _book(office, second)
    wanted = ["BEGIN IMMEDIATE", *OF_A_PAYMENT, *SEAL, "COMMIT"]
    assert [_short(one) for one in statements] == wanted


def test_payments_that_wait_together_share_one_commit_and_one_seal(office: OfficeBooks) -> None:
    bodies = _bodies(office, GROUP)
    statements = traced(office)
    _book_together(office, bodies)
    ran = [_short(one) for one in statements]
    ran = ran[ran.index("COMMIT") + 1 :]  # the gate's own
    assert ran == ["BEGIN IMMEDIATE", *OF_A_PAYMENT * GROUP, *SEAL, "COMMIT"]


def test_pages_that_a_payment_writes_to_the_log(office: OfficeBooks) -> None:
    log = office.path.with_name(office.path.name + "-wal")
    bodies = _bodies(office, GROUP + 8)

    def pages(work: Callable[[], None]) -> int:
        before = log.stat().st_size
        work()
        return (log.stat().st_size - before) // (4096 + 24)  # a frame: its head and a page

    alone = [pages(partial(_book, office, body)) for body in bodies[:8]]
    together = pages(lambda: _book_together(office, bodies[8:]))
    assert 0 < median(alone) <= PAGES_OF_A_PAYMENT, alone
    assert GROUP < together <= PAGES_OF_A_GROUP


_SYNCS = """
import sys
from pathlib import Path
from tests.benchmarks.test_guard import _bodies, _book
from tests.factories import make_books
office = make_books(Path(sys.argv[1]))
for body in _bodies(office, 40)[: int(sys.argv[2])]:
    _book(office, body)
office.close()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_each_commit_costs_one_sync(tmp_path: Path) -> None:
    def syncs(payments: int) -> int:
        place = tmp_path / str(payments)
        place.mkdir()
        trace = place / "strace.txt"
        command = ["strace", "-f", "-qq", "-e", "signal=none", "-o", str(trace)]
        command += ["-e", "trace=fsync,fdatasync,sync_file_range,msync,syncfs,sync"]
        command += [sys.executable, "-c", _SYNCS, str(place), str(payments)]
        subprocess.run(command, cwd=CHECKOUT, check=True, timeout=100)
        calls = trace.read_text("utf-8").splitlines()
        return sum("sync" in line and "resumed>" not in line for line in calls)

    assert syncs(35) - syncs(5) == 30


@contextmanager
def _counted() -> Iterator[dict[str, Counter[CodeType | str]]]:
    """Calls of functions by the thread's name, for threads that are started meanwhile."""
    found: dict[str, Counter[CodeType | str]] = {}

    def profile(frame: FrameType, what: str, argument: object) -> None:
        if what in ("call", "c_call"):
            counter = found.setdefault(threading.current_thread().name, Counter())
            code = frame.f_code
            if what == "call":
                counter[code] += 1
            elif "asyncio" not in code.co_filename and "selectors" not in code.co_filename:
                counter[str(argument)] += 1

    threading.setprofile(profile)
    try:
        yield found
    finally:
        threading.setprofile(None)


def _count(calls: Counter[CodeType | str], name: str) -> int:
    return sum(n for code, n in calls.items() if getattr(code, "co_name", "") == name)


def _own(calls: Counter[CodeType | str]) -> int:
    """Without asyncio's own."""
    return sum(
        number
        for code, number in calls.items()
        if isinstance(code, str)
        or not ("asyncio" in code.co_filename or "selectors" in code.co_filename)
    )


def test_calls_for_a_payment_and_wake_ups_for_a_commit(tmp_path: Path) -> None:
    with _counted() as calls:
        office = make_books(tmp_path)
        with ExitStack() as stack:
            stack.callback(office.close)
            arrived = threading.Semaphore(0)

            def receive(body: bytes, signature: str | None) -> Confirmation | int:
                confirmation = office.receive.delivery(body, signature)
                arrived.release()
                return confirmation

            listener = stack.enter_context(listening(receive, on_answer=office.receive.answered))
            bodies = _bodies(office, GROUP + 1)
            _deliver_together(office, listener, bodies[:1], arrived)  # what is done once is done
            for counter in calls.values():
                counter.clear()
            _deliver_together(office, listener, bodies[1:], arrived)
            listener.stop()
            assert office.writer.stop()
    told = {name: round(_own(calls[name]) / GROUP) for name in CALLS}
    assert all(CALLS[name] / 2 < number <= CALLS[name] for name, number in told.items()), told
    # The listener is woken once for the whole commit, and not once for each payment.
    assert _count(calls["writer"], "call_soon_threadsafe") == 1


def _deliver_together(
    office: OfficeBooks, listener: Listener, bodies: list[bytes], arrived: threading.Semaphore
) -> None:
    """Each over a connection of its own; all wait for the same commit."""
    gate = Gate(office.writer)
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        for body in bodies:
            sockets.append(stack.enter_context(connected(listener)))
            sockets[-1].sendall(request(listener, body, stripe_signature=sign(body)))
        for _ in bodies:
            assert arrived.acquire(timeout=PATIENCE)
        gate.open()
        for one in sockets:
            answer = read_answer(one)
            assert answer is not None and answer.status == 200


def test_steps_of_the_database_for_a_payment(office: OfficeBooks) -> None:
    """However many were booked before: the next one costs as much."""
    steps = Steps()
    bodies = _bodies(office, 120)
    office.writer.submit(lambda t: steps.watch(t.raw)).result(PATIENCE)
    found = [steps.of(partial(_book, office, body)) for body in bodies]
    assert min(found) > STEPS_OF_A_PAYMENT / 2
    assert max(found) <= STEPS_OF_A_PAYMENT


def test_pages_of_a_book_ten_times_as_large_cost_the_same(tmp_path: Path) -> None:
    found: list[dict[str, float]] = []
    for size in (400, 4_000):
        folder = tmp_path / str(size)
        fill_office(new_data_dir(folder), size)
        database = Database(folder / FILE_NAME, Threads())
        steps = Steps()
        steps.watch_readers(database)
        found.append(_steps_of_pages(Books(database, SystemClock()), steps))
        database.close()
    small, large = found
    assert min(small.values()) > 10  # it is really counted
    assert {what: number for what, number in large.items() if number > 1.5 * small[what]} == {}


def _steps_of_pages(books: Books, steps: Steps) -> dict[str, float]:
    """For the first page in each order, and for some searches, by the row that is found."""
    queries = {sort.value: InvoiceQuery(True, LAST_DAY, sort=sort) for sort in InvoiceSort}
    queries |= {text: InvoiceQuery(True, LAST_DAY, text=text) for text in ("müller", "1190")}
    found = {}
    for name, query in queries.items():
        page = books.invoice_page(query, None, PAGE)
        number = steps.of(partial(books.invoice_page, query, None, PAGE))
        found[name] = number / max(1, len(page))
    return found
