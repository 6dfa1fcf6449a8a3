"""Small helpers that tests build their office with: a clock, books, events, requests.

Events have Stripe's real shape: they start from the bodies in tests/stripe_events.
The zone Europe/Berlin comes from the system's tz database (Windows: the package tzdata).
"""

import itertools
import json
import socket
import tempfile
import threading
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.places import TESTS
from tests.standins.signing import signature_header
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import Change
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import InvoiceDraft, InvoiceItem
from workmate_desktop.domain.reception.answers import Answers
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.booking.review import Review
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.store.database.driver import create_file
from workmate_desktop.store.database.engine import BUSY_TIMEOUT_MS, FILE_NAME, Database
from workmate_desktop.store.database.errors import StoreTrouble
from workmate_desktop.store.database.file_names import ID_FILE
from workmate_desktop.store.opening.open import open_database
from workmate_desktop.store.schema.migrate import migrate
from workmate_desktop.store.upkeep.seal_report import compare_with_seals
from workmate_desktop.store.writer import Writer

EVENTS = TESTS / "stripe_events"
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""Monday noon in the office."""
SECRET = "whsec_test1234"
NOBODY = "http://127.0.0.1:9"
"""An API base where nobody answers: the discard port, which is never bound in a test."""
TEST_KEYS = StripeKeys("pk_test_1234", "sk_test_1234", (SECRET,))
LIVE_KEYS = StripeKeys("pk_live_1234", "sk_live_1234", (SECRET,))

_running = itertools.count(1)


class TestClock:
    """domain.clock.Clock, standing still until it is set; always Europe/Berlin."""

    __test__ = False  # not a test class, whatever its name

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.astimezone(BERLIN).date()

    def stripe_now(self) -> float:
        return self.moment.timestamp()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), BERLIN).astimezone(UTC)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(BERLIN)

    def advance(self, **span: float) -> None:
        """`advance(minutes=5)`."""
        self.moment += timedelta(**span)


@dataclass
class OfficeBooks:
    """A real SQLite file and the services around it."""

    data_dir: Path
    clock: TestClock
    instance_id: str
    database: Database
    writer: Writer
    announcer: Announcer
    receive: Receive
    books: Books
    invoicing: Invoicing
    review: Review
    keys: StripeKeys | None
    account: str | None = None
    changes: list[Change] = field(default_factory=list)
    troubles: list[StoreTrouble | None] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The database file."""
        return self.data_dir / FILE_NAME

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the newest commit holds."""
        with self.database.reader() as connection:
            found = connection.exec_driver_sql(sql, tuple(values))
            return [tuple(row) for row in found]

    def value(self, sql: str, *values: object) -> Any:
        """The first column of the first row."""
        return self.rows(sql, *values)[0][0]

    def settled(self) -> None:
        """Return when everything submitted until now is committed, told and logged."""
        self.writer.submit(lambda _t: None).result(PATIENCE)

    def close(self) -> None:
        assert self.writer.stop(PATIENCE)
        self.database.close()

    def close_never_accused(self) -> None:
        """Close, after whatever a test did through the program: its seals are whole."""
        assert self.writer.stop(PATIENCE)
        findings = compare_with_seals(self.database, lambda: None).findings
        self.database.close()
        accused = (findings.changed, findings.missing, findings.broken_at)
        assert accused == ([], [], None), accused


@cache
def _empty_books() -> bytes:
    """A database of this version without a row, made once for all tests of a process: running
    every migration for each of them took a tenth of the suite's time.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        create_file(path)
        database = Database(path, Threads())
        with database.writing.connect() as connection:
            migrate(connection)
        database.close()
        assert not path.with_name(f"{FILE_NAME}-wal").exists()
        return path.read_bytes()


def lay_empty_books(data_dir: Path) -> None:
    """Into a folder that has no books: what the first start would make there, without its ids."""
    if not (data_dir / FILE_NAME).exists() and not (data_dir / ID_FILE).exists():
        create_file(data_dir / FILE_NAME)
        (data_dir / FILE_NAME).write_bytes(_empty_books())


def make_books(
    data_dir: Path,
    clock: TestClock | None = None,
    keys: StripeKeys | None = TEST_KEYS,
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    waiting: Waiting | None = None,
) -> OfficeBooks:
    """Open (or make) the books in `data_dir` and start the writer. Call close() afterwards."""
    clock, waiting = clock or TestClock(), waiting or Threads()
    lay_empty_books(data_dir)
    opened = open_database(data_dir, clock.today().isoformat(), waiting)
    database = opened.database
    if busy_timeout_ms != BUSY_TIMEOUT_MS:
        database.close()
        database = Database(data_dir / FILE_NAME, waiting, busy_timeout_ms)
    announcer = Announcer()
    troubles: list[StoreTrouble | None] = []
    writer = Writer(database, clock, announcer.announce, troubles.append)
    answers = Answers()
    books = Books(database, clock, answers)
    office: OfficeBooks
    receive = Receive(
        writer,
        clock,
        opened.instance_id,
        lambda: office.keys,
        lambda: office.account,
        answers=answers,
    )
    office = OfficeBooks(
        data_dir,
        clock,
        opened.instance_id,
        database,
        writer,
        announcer,
        receive,
        books,
        Invoicing(writer, database, clock, "anna"),
        Review(
            writer,
            database,
            books,
            clock,
            "anna",
            lambda: office.keys.livemode if office.keys else None,
        ),
        keys,
        troubles=troubles,
    )
    announcer.listen(office.changes.extend)
    writer.start()
    return office


# --- invoices ----------------------------------------------------------------------------


def customer(office: OfficeBooks, name: str = "Müller GmbH", **fields: Any) -> str:
    """A kept customer; returns the id."""
    return office.invoicing.save_customer(Customer("", name, **fields)).result(PATIENCE)


def item(net_minor: int = 10000, rate: str = "19", quantity: str = "1") -> InvoiceItem:
    """A position; 100,00 € net and 19 % VAT make 119,00 €."""
    return InvoiceItem("Beratung", Decimal(quantity), "Std.", net_minor, Decimal(rate))


def draft(customer_id: str, *, total_minor: int | None = None, **fields: Any) -> InvoiceDraft:
    """A complete draft of 119,00 €, or of `total_minor` without VAT; a test invoice."""
    positions = (item(),) if total_minor is None else (item(total_minor, "0"),)
    values: dict[str, Any] = {
        "issue_date": date(2026, 11, 20),
        "due_date": date(2026, 12, 4),
        "items": positions,
        "livemode": False,
    }
    return InvoiceDraft(customer_id, **{**values, **fields})


def issued(office: OfficeBooks, *, name: str = "Müller GmbH", **fields: Any) -> str:
    """An issued invoice of a new customer; returns the id."""
    return office.invoicing.issue(draft(customer(office, name), **fields)).result(PATIENCE)


# --- events ------------------------------------------------------------------------------


@cache
def _stored_body(name: str) -> str:
    return (EVENTS / f"{name}.json").read_text("utf-8")


def stored_event(name: str) -> dict[str, Any]:
    """An own copy of a body in tests/stripe_events."""
    body: dict[str, Any] = json.loads(_stored_body(name))
    return body


def event_body(
    invoice_id: str | None = None,
    *,
    amount: Any = 11900,
    failed: str | None = None,
    currency: Any = "eur",
    livemode: Any = False,
    event_id: str | None = None,
    intent_id: str | None = None,
    created: datetime = NOON,
    metadata: dict[str, Any] | None = None,
    instance: str | None = None,
    intent: dict[str, Any] | None = None,
    **top: Any,
) -> dict[str, Any]:
    """payment_intent.succeeded, or payment_failed with the decline code `failed`.

    `instance` is the mark that our pay links put on it; real money is booked with it alone.
    `intent` replaces fields of the payment intent, further keywords fields of the event.
    """
    number = next(_running)
    body = stored_event("pi_failed_insufficient_funds" if failed else "pi_succeeded")
    payment = body["data"]["object"]
    payment["id"] = intent_id or f"pi_3Test{number:08d}"
    payment["amount"] = amount
    payment["amount_received"] = 0 if failed else amount
    payment["currency"] = currency
    payment["livemode"] = livemode
    payment["metadata"] = {"invoice_id": invoice_id} if invoice_id is not None else {}
    if metadata is not None:
        payment["metadata"] = metadata
    if instance is not None:
        payment["metadata"]["workmate_instance"] = instance
    if failed:
        payment["last_payment_error"]["decline_code"] = failed
    payment.update(deepcopy(intent or {}))
    body["id"] = event_id or f"evt_3Test{number:08d}"
    body["created"] = int(created.timestamp())
    body["livemode"] = livemode
    body.update(top)
    return body


def encoded(body: Any) -> bytes:
    """As it travels; bytes stay as they are."""
    return body if isinstance(body, bytes) else json.dumps(body, indent=2).encode()


def sign(body: bytes, secret: str = SECRET, at: datetime | float = NOON) -> str:
    """The `Stripe-Signature` header."""
    seconds = at.timestamp() if isinstance(at, datetime) else at
    return signature_header(body, secret, seconds)


# --- requests ----------------------------------------------------------------------------


def post(
    port: int,
    body: bytes,
    signature: str | None,
    *,
    path: str = WEBHOOK_PATH,
    headers: Sequence[str] = (),
    timeout: float = PATIENCE,
) -> int:
    """One request over an own connection; the HTTP status of its answer."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *([f"Stripe-Signature: {signature}"] if signature is not None else []),
        *headers,
    ]
    head = "\r\n".join([*lines, "", ""]).encode("utf-8")
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.sendall(head + body)
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    return int(answer.split(b" ", 2)[1])


def at_once(calls: Sequence[Any], deadline: float = PATIENCE) -> list[Any]:
    """Call all in threads that start together; the results in order. Raises what one raised."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)
    errors: list[BaseException] = []

    def run(place: int) -> None:
        try:
            barrier.wait(PATIENCE)
            results[place] = calls[place]()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(deadline)
        assert not thread.is_alive(), "a call did not return"
    if errors:
        raise errors[0]
    return results
