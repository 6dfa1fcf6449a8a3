"""**Erstatten**: money of a Stripe payment goes back to the customer, all of it or a part.

The request, with its idempotency key, is in the database before Stripe hears of it, and there is
at most one open request per payment. So a double click, a lost answer, a kill or a second program
never give back twice: whoever finds an open request first looks whether Stripe has made that
refund, and else repeats the very same call with the very same key.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.clock import Clock, true_now
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import ACTOR_PROGRAM, Action, NoticeKind
from workmate_desktop.domain.invoices.closings import stripe_can_return
from workmate_desktop.domain.payments.payments import (
    Payment,
    RefundRequest,
    RequestState,
    refundable_minor,
)
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.domain.stripe.keys import StripeKeys, livemode_of
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.stripe import webhook as stripe_webhook
from workmate_desktop.gateways.stripe.api import ApiFactory
from workmate_desktop.gateways.stripe.refunds import StripeRefunds
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.payments import refunds as rows
from workmate_desktop.store.payments.write import payments_of
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.refunds")


_KEY_LIVES = timedelta(hours=23)
"""Stripe may forget a key after 24 hours: then the same call would give back a second time.
https://docs.stripe.com/api/idempotent_requests"""
_KEY_MAY_BE_SPENT = timedelta(minutes=10)
"""A 500 is kept as the answer of its key. So long afterwards, a refund that Stripe made all the
same is in its list."""

_NEVER_CARRIED_OUT = frozenset(
    {
        StripeRefusal.WRONG_KEY,
        StripeRefusal.REVOKED,
        StripeRefusal.NO_RIGHT,
        StripeRefusal.RATE_LIMITED,
    }
)
_WORDS = {
    "charge_already_refunded": "refund_already_made",
    "charge_disputed": "refund_disputed",
    "resource_missing": "refund_unknown_payment",
    "insufficient_funds": "refund_no_balance",
    "balance_insufficient": "refund_no_balance",
}
"""Stripe's code → ours, where staff can be told more than "refused"."""


class Refunds:
    """`refund` and `finish_open` block for as long as Stripe takes: for the background."""

    def __init__(
        self,
        writer: Writer,
        database: Database,
        receive: Receive,
        clock: Clock,
        api: ApiFactory,
        keys: Callable[[], StripeKeys | None],
        actor: str,
    ) -> None:
        self._writer = writer
        self._database = database
        self._receive = receive
        self._clock = clock
        self._api = api
        self._keys = keys
        self._actor = actor

    def refund(
        self,
        payment_id: str,
        amount_minor: int,
        reason: str,
        cancelled: Signal | None = None,
    ) -> RequestState:
        """Give back `amount_minor` of a Stripe payment. DONE, or ASKED when Stripe did not
        answer: then `finish_open` sees to it.

        Raises UserError reason_missing, refund_not_stripe, refund_no_key, refund_wrong_mode,
        refund_too_much, refund_by_hand_already, refund_under_way, refund_refused and its like,
        and StripeRefused when Stripe has certainly not carried it out.
        """
        secret = self._secret()
        livemode = livemode_of(secret) is True
        request, payment, fresh = self._writer.submit(
            lambda t: self._ask(t, payment_id, amount_minor, reason, livemode)
        ).result()
        state, _unanswered = self._send(
            request, payment, secret, cancelled or self._database.waiting.signal(), first_time=fresh
        )
        if state is RequestState.REFUSED:
            raise UserError("refund_refused")
        return state

    def finish_open(self, cancelled: Signal) -> StripeRefused | None:
        """Bring every request to its end whose answer never came; what Stripe does not answer
        now either is left for the next time, and why is returned. Raises what the database says.
        """
        keys = self._keys()
        if keys is None or not keys.secret:
            return None
        with self._database.reader() as connection:
            found = rows.open_requests(connection, livemode=livemode_of(keys.secret) is True)
        left: StripeRefused | None = None
        for request in found:
            payment = self._payment(request.payment_id)
            try:
                _state, unanswered = self._send(
                    request, payment, keys.secret, cancelled, first_time=False
                )
                left = unanswered or left
            except UserError as error:
                self._tell_not_done(request, payment)
                logger.warning("[Stripe] Refund %s was not made: %s", request.id, error.code)
        return left

    # --- how -----------------------------------------------------------------------------

    def _secret(self) -> str:
        keys = self._keys()
        if keys is None or not keys.secret:
            raise UserError("refund_no_key")
        return keys.secret

    def _payment(self, payment_id: str) -> Payment:
        found = self._writer.submit(lambda t: t.payments.get(payment_id)).result()
        assert found is not None  # a foreign key of the request
        return found

    def _ask(
        self, t: Transaction, payment_id: str, amount_minor: int, reason: str, livemode: bool
    ) -> tuple[RefundRequest, Payment, bool]:
        """Keep the request, or find the open one of the same amount: the same click again."""
        payment = t.payments.get(payment_id)
        if payment is None or payment.stripe_payment_intent_id is None:
            raise UserError("refund_not_stripe")
        if not reason.strip():
            raise UserError("reason_missing")
        if payment.livemode is not livemode:
            raise UserError("refund_wrong_mode")
        open_one = t.refunds.open_for(payment_id)
        if open_one is not None:
            if open_one.amount_minor != amount_minor:
                raise UserError("refund_under_way")
            return open_one, payment, False
        left = refundable_minor(payment, t.payments.reversals_of(payment_id))
        if not 0 < amount_minor <= left:
            raise UserError("refund_too_much", left_minor=left, currency=payment.currency)
        if payment.invoice_id is not None:
            # Money of it that was moved may have been given back by hand where it is now.
            places = {payment.invoice_id, *(one.to_id for one in t.moves.of_payment(payment.id))}
            there = [row for place in sorted(places) for row in payments_of(t.core, place)]
            if amount_minor > stripe_can_return(payment, there):
                raise UserError("refund_by_hand_already")
        request = t.refunds.ask(payment, amount_minor, reason.strip(), self._actor)
        self._note(t, Action.REFUND_REQUESTED, request, payment, self._actor)
        return request, payment, True

    def _send(
        self,
        request: RefundRequest,
        payment: Payment,
        secret: str,
        cancelled: Signal,
        *,
        first_time: bool,
    ) -> tuple[RequestState, StripeRefused | None]:
        """What became of it; and, where it stays open, why Stripe did not say."""
        stripe = StripeRefunds(self._api(secret, cancelled), livemode=payment.livemode)
        intent = payment.stripe_payment_intent_id or ""
        try:
            made = None if first_time else stripe.made_for(intent, request.id)
            if made is None and self._is_too_late(request):
                self._close(request, payment, RequestState.GIVEN_UP, "refund_not_answered")
                raise UserError("refund_not_answered")
            if made is None:
                made = stripe.create(
                    intent, request.amount_minor, request.id, request.idempotency_key
                )
        except StripeRefused as refused:
            if not _certainly_not_made(refused, first_time=first_time):
                self._keep_open(request, refused)
                return RequestState.ASKED, refused
            code = _code(refused)
            self._close(request, payment, RequestState.REFUSED, code)
            if code == refused.code:
                raise
            raise UserError(code) from refused
        event = stripe_webhook.parse(made, true_now(self._clock))
        # Booking closes the request, too: a refund may be dead in Stripe's very first answer.
        self._receive.fetched([event], Source.POLL, lambda _t: None).result()
        closed = self._writer.submit(lambda t: t.refunds.get(request.id)).result()
        state = closed.state if closed is not None else RequestState.DONE
        logger.info("[Stripe] Refund %s: %s", request.id, state.value)
        return state, None

    def _is_too_late(self, request: RefundRequest) -> bool:
        """Stripe has not made it, and the same key cannot be used again."""
        age = self._clock.now() - request.created_at
        spent = (
            request.trouble == f"stripe_{StripeRefusal.STRIPE_DOWN.value}"
            and age > _KEY_MAY_BE_SPENT
        )
        return spent or not timedelta() <= age <= _KEY_LIVES

    def _keep_open(self, request: RefundRequest, refused: StripeRefused) -> None:
        """Nobody knows whether it was made: it stays open."""
        logger.warning("[Stripe] Refund %s is not answered yet: %s", request.id, refused.code)
        code = refused.code
        self._writer.submit(lambda t: t.refunds.note_trouble(request.id, code)).result()

    def _close(
        self, request: RefundRequest, payment: Payment, state: RequestState, code: str
    ) -> None:
        def job(t: Transaction) -> None:
            t.refunds.close(request.id, state, None, code)
            self._note(t, Action.REFUND_NOT_DONE, request, payment, ACTOR_PROGRAM)

        self._writer.submit(job).result()

    def _tell_not_done(self, request: RefundRequest, payment: Payment) -> None:
        """Nobody looks at a dialog any more: a notice says it."""

        def job(t: Transaction) -> None:
            invoice = t.invoices.to_book(payment.invoice_id) if payment.invoice_id else None
            t.notices.add(
                NoticeKind.REFUND_NOT_DONE,
                invoice_id=payment.invoice_id,
                number=invoice.number if invoice else None,
                amount_minor=request.amount_minor,
                currency=request.currency,
            )

        self._writer.submit(job).result()

    def _note(
        self,
        t: Transaction,
        action: Action,
        request: RefundRequest,
        payment: Payment,
        actor: str,
    ) -> None:
        if payment.invoice_id is None:
            return
        t.history.add(
            payment.invoice_id,
            action,
            actor,
            livemode=payment.livemode,
            amount_minor=request.amount_minor,
            currency=request.currency,
            note=request.reason,
            refund_request=request.id,
        )
        t.changed(InvoiceChanged(payment.invoice_id))


def _certainly_not_made(refused: StripeRefused, *, first_time: bool) -> bool:
    """Stripe has said no. An error of the way there or back says nothing."""
    if refused.kind in _NEVER_CARRIED_OUT:
        # A repetition that is not let in says nothing about the first attempt.
        return first_time
    return refused.kind is StripeRefusal.OTHER and refused.status in (400, 402, 404)


def _code(refused: StripeRefused) -> str:
    if refused.kind in _NEVER_CARRIED_OUT:
        return refused.code
    return _WORDS.get(refused.stripe_code or "", "refund_refused")
