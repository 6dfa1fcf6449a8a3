"""Refunds asked for here, and the fees that Stripe kept: written once, then only closed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.payments.payments import (
    Payment,
    PaymentFee,
    RefundRequest,
    RequestState,
)
from workmate_desktop.domain.stripe.events import Outcome, Reason
from workmate_desktop.store.common.tables import (
    invoices,
    payment_fees,
    payments,
    refund_requests,
    stripe_events,
)
from workmate_desktop.store.common.values import from_json, storable
from workmate_desktop.store.database.unit import Unit
from workmate_desktop.store.payments.reversals import reversal_of
from workmate_desktop.store.payments.write import payment_of


class RefundVerbs:
    """What a transaction can do with refund requests and fees."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def ask(self, payment: Payment, amount_minor: int, reason: str, actor: str) -> RefundRequest:
        """Keep a request with its idempotency key, before Stripe hears of it.

        Raises sqlite3.IntegrityError while another one of this payment is open.
        """
        request_id = self._unit.new_id()
        self._unit.raw.execute(
            "INSERT INTO refund_requests (id, payment_id, idempotency_key, amount_minor, currency,"
            " livemode, reason, actor, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                request_id,
                payment.id,
                f"workmate-refund-{request_id}",
                amount_minor,
                payment.currency,
                int(payment.livemode),
                storable(reason),
                actor,
                RequestState.ASKED.value,
                self._unit.now_text(),
            ),
        )
        found = self.get(request_id)
        assert found is not None
        return found

    def get(self, request_id: str) -> RefundRequest | None:
        """One request."""
        query = select(refund_requests).where(refund_requests.c.id == request_id)
        row = self._unit.core.execute(query).mappings().one_or_none()
        return None if row is None else _request(row)

    def open_for(self, payment_id: str) -> RefundRequest | None:
        """The request of this payment that Stripe has not answered yet."""
        row = self._unit.core.execute(_open().where(refund_requests.c.payment_id == payment_id))
        found = row.mappings().one_or_none()
        return None if found is None else _request(found)

    def close(
        self, request_id: str, state: RequestState, stripe_id: str | None, trouble: str | None
    ) -> None:
        """What became of an open request; a closed one stays as it is."""
        self._unit.raw.execute(
            "UPDATE refund_requests SET state = ?, stripe_refund_id = ?, trouble = ?,"
            " closed_at = ? WHERE id = ? AND state = 'asked'",
            (state.value, stripe_id, trouble, self._unit.now_text(), request_id),
        )

    def note_trouble(self, request_id: str, trouble: str) -> None:
        """Why an open request is still open."""
        self._unit.raw.execute(
            "UPDATE refund_requests SET trouble = ? WHERE id = ? AND state = 'asked'",
            (trouble, request_id),
        )

    def keep_fee(self, fee: PaymentFee) -> bool:
        """Keep what Stripe kept of a payment; False when it is known already."""
        known = self._unit.raw.execute(
            "SELECT 1 FROM payment_fees WHERE payment_id = ?", (fee.payment_id,)
        ).fetchone()
        if known is not None:
            return False
        self._unit.raw.execute(
            "INSERT INTO payment_fees (payment_id, balance_transaction_id, fee_minor, net_minor,"
            " currency, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (
                fee.payment_id,
                fee.balance_transaction_id,
                fee.fee_minor,
                fee.net_minor,
                fee.currency,
                self._unit.now_text(),
            ),
        )
        return True


def open_requests(connection: Connection, *, livemode: bool) -> list[RefundRequest]:
    """Requests that Stripe has not answered yet, oldest first."""
    query = _open().where(refund_requests.c.livemode == int(livemode))
    rows = connection.execute(query.order_by(refund_requests.c.created_at)).mappings()
    return [_request(row) for row in rows]


def requests_of(connection: Connection, invoice_id: str) -> list[RefundRequest]:
    """The open requests of an invoice's payments."""
    query = _open().join(payments, payments.c.id == refund_requests.c.payment_id)
    rows = connection.execute(query.where(payments.c.invoice_id == invoice_id)).mappings()
    return [_request(row) for row in rows]


def fees_of(connection: Connection, invoice_id: str) -> dict[str, PaymentFee]:
    """Payment id → fee, for the payments of an invoice whose fee is known."""
    query = select(payment_fees).join(payments, payments.c.id == payment_fees.c.payment_id)
    rows = connection.execute(query.where(payments.c.invoice_id == invoice_id)).mappings()
    return {
        row["payment_id"]: PaymentFee(
            row["payment_id"],
            row["balance_transaction_id"],
            row["fee_minor"],
            row["net_minor"],
            row["currency"],
        )
        for row in rows
    }


def payments_without_fee(
    connection: Connection, since: str, *, livemode: bool, limit: int
) -> list[Payment]:
    """Stripe payments received from the time `since` on whose fee is not known, newest first."""
    query = (
        select(payments)
        .outerjoin(payment_fees, payment_fees.c.payment_id == payments.c.id)
        .where(
            payments.c.livemode == int(livemode),
            payments.c.stripe_payment_intent_id.is_not(None),
            payments.c.received_at >= since,
            payment_fees.c.payment_id.is_(None),
        )
        .order_by(payments.c.received_at.desc())
        .limit(limit)
    )
    return [payment_of(row) for row in connection.execute(query).mappings()]


def payments_by_intent(connection: Connection, intents: list[str]) -> dict[str, Payment]:
    """Intent → payment, for those of `intents` that are booked."""
    query = select(payments).where(payments.c.stripe_payment_intent_id.in_(intents))
    found = [payment_of(row) for row in connection.execute(query).mappings()]
    return {payment.stripe_payment_intent_id or "": payment for payment in found}


def _open() -> Select[Any]:
    return select(refund_requests).where(refund_requests.c.state == RequestState.ASKED.value)


def _request(row: Mapping[Any, Any]) -> RefundRequest:
    return RefundRequest(
        id=row["id"],
        payment_id=row["payment_id"],
        idempotency_key=row["idempotency_key"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        livemode=bool(row["livemode"]),
        reason=row["reason"],
        actor=row["actor"],
        state=RequestState(row["state"]),
        created_at=from_text(row["created_at"]),
        trouble=row["trouble"],
    )


def is_said(
    connection: Connection, intent_id: str, object_id: str, status: str, moves: int = 0
) -> bool:
    """An event of this refund, dispute or charge with this status, and so many movements of a
    dispute's money, is kept already and was believed, or waits for staff. One that was ignored
    for another reason than that its payment was unknown has told nothing.
    """
    query = select(stripe_events.c.detail, stripe_events.c.outcome).where(
        stripe_events.c.payment_intent_id == intent_id
    )
    return any(
        (detail.get("object_id"), detail.get("object_status")) == (object_id, status)
        and (moves < 2 or _moves(detail) >= moves)
        and (
            outcome != Outcome.IGNORED.value or detail.get("reason") == Reason.PAYMENT_UNKNOWN.value
        )
        for detail, outcome in (
            (from_json(text), outcome) for text, outcome in connection.execute(query)
        )
    )


def _moves(detail: Mapping[str, object]) -> int:
    told = reversal_of(detail)
    return told.balance.moves if told and told.balance else 0


def is_our_invoice(connection: Connection, reference: str) -> bool:
    """`reference` is the id or the number of an invoice here."""
    query = select(invoices.c.id).where(
        or_(invoices.c.id == reference, invoices.c.number == reference)
    )
    return connection.execute(query.limit(1)).first() is not None
