"""The original system's way: FastAPI, one SQLAlchemy ORM session per request, stripe-python.

Plain `def` handlers, which FastAPI runs on its thread pool: with `async def` around a
synchronous session the loop stands still (docs/decisions/own-listener.md). Writes the
rows that the program writes: event, payment, status, history. WAL and synchronous=FULL, as there.
"""

import json
import socket
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import stripe
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import ForeignKey, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from tests.benchmarks.deliveries import SECRET
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH


class Base(DeclarativeBase):
    pass


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    currency: Mapped[str]
    total_minor: Mapped[int]


class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[str] = mapped_column(primary_key=True)
    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), index=True)
    stripe_payment_intent_id: Mapped[str] = mapped_column(unique=True)
    amount_minor: Mapped[int]
    currency: Mapped[str]
    method: Mapped[str]
    received_at: Mapped[datetime]


class StripeEvent(Base):
    __tablename__ = "stripe_events"
    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[str]
    invoice_id: Mapped[str | None]
    detail: Mapped[str]


class InvoiceHistory(Base):
    __tablename__ = "invoice_history"
    id: Mapped[str] = mapped_column(primary_key=True)
    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), index=True)
    at: Mapped[datetime]
    action: Mapped[str]
    actor: Mapped[str]
    detail: Mapped[str]


def make_engine(file: Path) -> Any:
    """WAL, synchronous=FULL, and as many connections as FastAPI has threads."""
    engine = create_engine(
        f"sqlite:///{file}", pool_size=40, connect_args={"timeout": 30, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def make_app(file: Path) -> FastAPI:
    """The one route."""
    sessions = sessionmaker(make_engine(file))
    app = FastAPI()

    def session() -> Iterator[Session]:
        with sessions() as open_session:
            yield open_session

    async def body(request: Request) -> bytes:
        return await request.body()

    @app.post(WEBHOOK_PATH)
    def webhook(
        request: Request,
        payload: Annotated[bytes, Depends(body)],
        db: Annotated[Session, Depends(session)],
    ) -> dict[str, bool]:
        try:
            found = stripe.Webhook.construct_event(
                payload, request.headers.get("stripe-signature"), SECRET
            )
        except (ValueError, stripe.SignatureVerificationError):
            raise HTTPException(400) from None
        if db.get(StripeEvent, found["id"]) is None:
            _book(db, found)
        return {"received": True}

    return app


def _book(db: Session, found: Any) -> None:
    intent, now = found["data"]["object"], datetime.now(UTC)
    stored = StripeEvent(
        id=found["id"],
        type=found["type"],
        created_at=datetime.fromtimestamp(found["created"], UTC),
        received_at=now,
        outcome="ignored",
        detail="{}",
    )
    db.add(stored)
    db.flush()
    invoice = db.get(Invoice, intent["metadata"]["invoice_id"])
    if found["type"] == "payment_intent.succeeded" and invoice is not None:
        db.add(
            Payment(
                id=str(uuid.uuid4()),
                invoice_id=invoice.id,
                stripe_payment_intent_id=intent["id"],
                amount_minor=intent["amount_received"],
                currency=intent["currency"],
                method=intent["payment_method_types"][0],
                received_at=now,
            )
        )
        db.flush()
        paid = db.scalar(
            select(func.sum(Payment.amount_minor)).where(Payment.invoice_id == invoice.id)
        )
        invoice.status = "paid" if (paid or 0) >= invoice.total_minor else "partially_paid"
        detail = {"amount_minor": intent["amount_received"], "event_id": found["id"]}
        db.add(
            InvoiceHistory(
                id=str(uuid.uuid4()),
                invoice_id=invoice.id,
                at=now,
                action="payment_booked",
                actor="stripe",
                detail=json.dumps(detail),
            )
        )
        stored.outcome, stored.invoice_id = "booked", invoice.id
    db.commit()


if __name__ == "__main__":
    # The protocol must be named: asyncio sets TCP_NODELAY only then, and without it each answer
    # would wait 40 ms for a delayed acknowledgement.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen(512)
    print(bound.getsockname()[1], flush=True)
    app = make_app(Path(sys.argv[1]) / "books.sqlite3")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[bound])
