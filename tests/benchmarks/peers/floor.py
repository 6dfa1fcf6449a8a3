"""The smallest honest listener: authentic, durable, each event once, and nothing else.

An own protocol on httptools, one writer thread that commits whatever is waiting together, two
rows: event and payment. No limits, no deadlines, no statuses, no Verlauf.
"""

import asyncio
import hashlib
import hmac
import json
import queue
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from httptools import HttpRequestParser

from tests.benchmarks.deliveries import SECRET
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH

_KEY, _PATH = SECRET.encode(), WEBHOOK_PATH.encode()
_OK = b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"received": true}'
_BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
_TABLES = """
CREATE TABLE stripe_events (id TEXT PRIMARY KEY, type TEXT, received_at REAL);
CREATE TABLE payments (id TEXT PRIMARY KEY, invoice_id TEXT, amount_minor INT, currency TEXT);
"""


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, writer: "Writer") -> None:
        self._writer = writer
        self._parser = HttpRequestParser(self)
        self._signature = self._body = self._url = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._signature = self._body = self._url = b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"stripe-signature":
            self._signature = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        event = None
        if self._url == _PATH and _authentic(self._body, self._signature):
            event = json.loads(self._body)
        if event is None:
            self.transport.write(_BAD)
        else:
            self._writer.jobs.put((self, event))


def _authentic(body: bytes, header: bytes) -> bool:
    parts = dict(part.partition(b"=")[::2] for part in header.split(b","))
    at = parts.get(b"t", b"0")
    mac = hmac.new(_KEY, at + b"." + body, hashlib.sha256).hexdigest().encode()
    return hmac.compare_digest(mac, parts.get(b"v1", b"")) and abs(time.time() - int(at)) <= 300


class Writer:
    """The writer thread."""

    def __init__(
        self, file: Path, loop: asyncio.AbstractEventLoop, committed: Callable[[list[str]], Any]
    ) -> None:
        self._file = file
        self._loop = loop
        self._committed = committed
        self.jobs: queue.SimpleQueue[tuple[Connection, Any] | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Until None comes."""
        db = sqlite3.connect(self._file, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.executescript(_TABLES)
        job = self.jobs.get()
        while job is not None:
            waiting, booked = [], []
            db.execute("BEGIN IMMEDIATE")
            try:
                while job is not None:
                    connection, event = job
                    self._book(db, event)
                    waiting.append(connection)
                    booked.append(event["data"]["object"]["metadata"]["invoice_id"])
                    job = self.jobs.get_nowait()
            except queue.Empty:
                pass
            db.execute("COMMIT")
            self._loop.call_soon_threadsafe(_answer, waiting)
            self._committed(booked)
            if job is not None:
                job = self.jobs.get()
        db.close()

    def _book(self, db: sqlite3.Connection, event: Any) -> None:
        intent = event["data"]["object"]
        added = db.execute(
            "INSERT INTO stripe_events VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (event["id"], event["type"], time.time()),
        ).rowcount
        if added:
            invoice_id = intent["metadata"]["invoice_id"]
            values = (intent["id"], invoice_id, intent["amount_received"], intent["currency"])
            db.execute("INSERT INTO payments VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", values)


def _answer(connections: list[Connection]) -> None:
    for connection in connections:
        connection.transport.write(_OK)


async def serve(
    folder: Path,
    opened: Callable[[int], Any],
    stop: asyncio.Event,
    committed: Callable[[list[str]], Any] = lambda _invoices: None,
) -> None:
    """Until `stop`. `opened` gets the port; `committed`, in the writer's thread, the invoices."""
    loop = asyncio.get_running_loop()
    writer = Writer(folder / "books.sqlite3", loop, committed)
    thread = threading.Thread(target=writer.run)
    thread.start()
    server = await loop.create_server(lambda: Connection(writer), "127.0.0.1", 0, backlog=512)
    opened(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    writer.jobs.put(None)
    thread.join()


async def _main(folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await serve(folder, lambda port: print(port, flush=True), stop)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
