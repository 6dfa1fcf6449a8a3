"""Stripe's own Python sample: Flask, served by waitress, the rows written with sqlite3.

One connection per thread; the same rows, WAL and synchronous=FULL as the others.
"""

import json
import logging
import socket
import sqlite3
import sys
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import stripe
import waitress
from flask import Flask, jsonify, request

from tests.benchmarks.deliveries import SECRET
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH


def make_app(file: Path) -> Flask:
    """The one route."""
    app = Flask(__name__)
    own = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(own, "connection"):
            own.connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            own.connection.execute("PRAGMA journal_mode=WAL")
            own.connection.execute("PRAGMA synchronous=FULL")
            own.connection.execute("PRAGMA foreign_keys=ON")
        found: sqlite3.Connection = own.connection
        return found

    @app.post(WEBHOOK_PATH)
    def webhook() -> Any:
        try:
            event = stripe.Webhook.construct_event(
                request.data, request.headers.get("stripe-signature"), SECRET
            )
        except (ValueError, stripe.SignatureVerificationError):
            return jsonify(error="bad signature"), 400
        db = connection()
        db.execute("BEGIN IMMEDIATE")
        try:
            _book(db, event)
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
        return jsonify(success=True)

    return app


def _book(db: sqlite3.Connection, event: Any) -> None:
    now = datetime.now(UTC).isoformat()
    intent = event["data"]["object"]
    invoice_id = intent["metadata"]["invoice_id"]
    added = db.execute(
        "INSERT INTO stripe_events VALUES (?, ?, ?, ?, 'booked', ?, '{}') ON CONFLICT DO NOTHING",
        (event["id"], event["type"], event["created"], now, invoice_id),
    ).rowcount
    if not added or event["type"] != "payment_intent.succeeded":
        return
    amount = intent["amount_received"]
    db.execute(
        "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            str(uuid.uuid4()),
            invoice_id,
            intent["id"],
            amount,
            intent["currency"],
            intent["payment_method_types"][0],
            now,
        ),
    )
    (paid,) = db.execute(
        "SELECT sum(amount_minor) FROM payments WHERE invoice_id = ?", (invoice_id,)
    ).fetchone()
    db.execute(
        "UPDATE invoices SET status = iif(total_minor <= ?, 'paid', 'partially_paid') WHERE id = ?",
        (paid, invoice_id),
    )
    detail = json.dumps({"amount_minor": amount, "event_id": event["id"]})
    db.execute(
        "INSERT INTO invoice_history VALUES (?, ?, ?, 'payment_booked', 'stripe', ?)",
        (str(uuid.uuid4()), invoice_id, now, detail),
    )


if __name__ == "__main__":
    bound = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(bound.getsockname()[1], flush=True)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells each full queue
    waitress.serve(make_app(Path(sys.argv[1]) / "books.sqlite3"), sockets=[bound], threads=8)
