"""Once a day the books are compared with Stripe: the charges, refunds and disputes of 90 days.

Whatever never arrived as an event is booked by the same rules as if it had: as the event that
would have told it, with the source Nachgeholt. Fees are fetched along with it, and those of new
payments a few minutes after the payment.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from workmate_desktop.domain.changes import InvoiceChanged
from workmate_desktop.domain.clock import Clock, to_text, true_now
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.payments.charges import Charge
from workmate_desktop.domain.payments.payments import Payment, PaymentFee
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import Outcome, Source, StripeEvent, UnreadableEvent
from workmate_desktop.domain.stripe.keys import StripeKeys, livemode_of
from workmate_desktop.domain.waiting import Signal, Waiting
from workmate_desktop.gateways.stripe import webhook as stripe_webhook
from workmate_desktop.gateways.stripe.api import ApiFactory
from workmate_desktop.gateways.stripe.movements import Fee, Movement, MovementPage, StripeMovements
from workmate_desktop.services.booking.charges import learn_charge
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.catch_up.comparison_parts import ComparedList, Parts
from workmate_desktop.services.steps import NOTHING_DUE, NOTHING_LEFT
from workmate_desktop.store.catch_up.position import is_named_elsewhere, is_settled
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.payments import refunds as rows
from workmate_desktop.store.payments.charges import intents_of, is_payer_known
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.comparison")

DAYS = 90
"""Cards can be disputed for 120 days, most are within 90; older ones come by event."""
AT_ONCE = 25
"""Charges in one transaction: few enough that a delivery need not wait for long behind them."""
FEES_AT_ONCE = 20
"""Payments asked for one by one after a run: far below Stripe's limit of calls."""
_ASK_AGAIN_SECONDS = 600.0
_OF_ONE_LIST = frozenset({StripeRefusal.NO_RIGHT, StripeRefusal.OTHER})
"""Refusals that say nothing about the other lists."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison booked anew, and how many fees it learned."""

    payments: int = 0
    reversals: int = 0
    reviews: int = 0
    fees: int = 0


class Comparison:
    """Asks Stripe; every method blocks for as long as that takes: for the background.

    All raise StripeRefused and what the database says; what was booked until then stays.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        receive: Receive,
        clock: Clock,
        api: ApiFactory,
        keys: Callable[[], StripeKeys | None],
        instance_id: str,
        waiting: Waiting,
    ) -> None:
        self._writer = writer
        self._database = database
        self._receive = receive
        self._clock = clock
        self._api = api
        self._keys = keys
        self._instance_id = instance_id
        self._monotonic = waiting.monotonic
        self._asked: dict[str, float] = {}
        """Payment → when its fee was asked for in this session, and Stripe had none."""

    def if_due(self, cancelled: Signal) -> object:
        """`compare`, where one of the lists was not read to its end since yesterday."""
        keys = self._keys()
        if keys is None or not keys.secret:
            return NOTHING_DUE
        parts = Parts(self._writer, self._database, livemode=livemode_of(keys.secret) is True)
        if not parts.due(int(self._clock.stripe_now())):
            return NOTHING_LEFT
        return self.compare(cancelled)

    def compare(self, cancelled: Signal) -> Found:
        """The daily comparison, as far as it is due.

        Charges, refunds and disputes each go on where they stopped: pages that were read are not
        read again, and where one of them is refused the others are compared all the same.
        """
        stripe = self._stripe(cancelled)
        if stripe is None:
            return Found()
        parts = Parts(self._writer, self._database, livemode=stripe.livemode)
        now = int(self._clock.stripe_now())
        found = Found()
        refused: StripeRefused | None = None
        try:
            # Payments first: what went back of them is booked on them.
            for part in parts.due(now):
                try:
                    for page in self._pages(stripe, parts, part, now):
                        found = self._take_page(stripe, part, page.movements, found)
                        parts.read_until(part, page.last)
                except StripeRefused as error:
                    if error.kind not in _OF_ONE_LIST:
                        raise
                    refused = refused or error
                else:
                    parts.done(part)
        finally:
            self._tell(found)
        if refused is not None:
            raise refused
        return found

    def fetch_fees(self, cancelled: Signal) -> int:
        """The fees of new payments. How many became known."""
        stripe = self._stripe(cancelled)
        return 0 if stripe is None else self._fetch_fees(stripe, stripe.livemode)

    def _stripe(self, cancelled: Signal) -> StripeMovements | None:
        keys = self._keys()
        if keys is None or not keys.secret:
            return None
        api = self._api(keys.secret, cancelled)
        return StripeMovements(api, livemode=livemode_of(keys.secret) is True)

    # --- once a day ----------------------------------------------------------------------

    def _pages(
        self, stripe: StripeMovements, parts: Parts, part: ComparedList, now: int
    ) -> Iterator[MovementPage]:
        """The pages of a part that were not read yet."""
        since, after = parts.begin(part, now, now - DAYS * 86_400)
        try:
            yield from _ask(stripe, part, since, now, after)
        except StripeRefused as refused:
            if after is None or refused.stripe_code != "resource_missing":
                raise
            # Stripe no longer knows the object that it should go on from: from the beginning.
            parts.read_until(part, None)
            yield from _ask(stripe, part, since, now, None)

    def _take_page(
        self, stripe: StripeMovements, part: ComparedList, page: Sequence[Movement], found: Found
    ) -> Found:
        if part is ComparedList.CHARGES:
            return self._take_charges(stripe, page, found)
        return self._take(self._missing(page), found)

    def _tell(self, found: Found) -> None:
        if not (found.payments or found.reversals or found.reviews):
            return
        self._writer.submit_later(
            lambda t: _ignore(
                t.notices.add(
                    NoticeKind.COMPARISON_RESULT,
                    payments=found.payments,
                    reversals=found.reversals,
                    reviews=found.reviews,
                )
            )
        )
        logger.info(
            "[Stripe] Compared the last %s days: %s payments, %s reversals, %s to review were new",
            DAYS,
            found.payments,
            found.reversals,
            found.reviews,
        )

    def _take_charges(
        self, stripe: StripeMovements, page: Sequence[Movement], found: Found
    ) -> Found:
        with self._database.reader() as connection:
            booked = rows.payments_by_intent(connection, [one.intent_id for one in page])
            missing = [
                one
                for one in page
                if one.paid
                and one.intent_id not in booked
                and (
                    one.instance == self._instance_id
                    or (
                        one.instance is None
                        and one.invoice_ref is not None
                        and rows.is_our_invoice(connection, one.invoice_ref)
                    )
                )
                # What waits for staff, or was set aside by them, is theirs.
                and not is_settled(connection, one.intent_id)
            ]
            missing += [
                one
                for one in page
                if one.paid
                and one.intent_id in booked
                and one.instance in (None, self._instance_id)
                and one.invoice_ref != booked[one.intent_id].invoice_id
                and is_named_elsewhere(connection, one.intent_id, one.invoice_ref)
            ]
        found = self._take(missing, found)
        # Who paid must be known before it is looked which attempt failed.
        self._learn([one.charge for one in page if one.charge is not None and one.paid])
        back = self._missing([one for one in page if not one.paid])
        self._learn(self._payers_of(stripe, back))
        found = self._take(back, found)
        learned = [
            (booked[one.intent_id], one.fee) for one in page if one.fee and one.intent_id in booked
        ]
        return replace(found, fees=found.fees + self._keep_fees(learned))

    def _payers_of(self, stripe: StripeMovements, back: Sequence[Movement]) -> list[Charge]:
        """Which charges had paid the payments that failed later, where nothing told it yet."""
        with self._database.reader() as connection:
            intents = {one.intent_id for one in back}
            unknown = [key for key in intents if not is_payer_known(connection, key)]
        found = []
        for intent_id in unknown:
            listed = stripe.charges_of(intent_id, fees=False)
            charges = [one for one in listed if one.charge is not None]
            # None paid by now: then it was the newest, for no attempt follows one that succeeds.
            paid = [one for one in charges if one.paid] or [one for one in charges if one.body]
            found += [replace(one.charge, paid=True) for one in paid[:1] if one.charge is not None]
        return found

    def _learn(self, charges: Sequence[Charge]) -> None:
        """Keep what charges tell of payments that are booked here."""

        def job(t: Transaction, some: Sequence[Charge]) -> None:
            for charge in some:
                if charge.intent_id is not None and t.payments.by_intent(charge.intent_id):
                    learn_charge(t, charge, Source.CATCH_UP)

        for start in range(0, len(charges), AT_ONCE):
            some = charges[start : start + AT_ONCE]
            self._writer.submit(partial(job, some=some)).result()

    def _missing(self, page: Sequence[Movement]) -> list[Movement]:
        """What went back of a payment that is booked here, and was never told."""
        page = self._with_payments(page)
        with self._database.reader() as connection:
            booked = rows.payments_by_intent(connection, [one.intent_id for one in page])
            return [
                one
                for one in page
                if one.body is not None
                and one.intent_id in booked
                and not rows.is_said(
                    connection, one.intent_id, one.object_id, one.status, one.moves
                )
            ]

    def _with_payments(self, page: Sequence[Movement]) -> list[Movement]:
        """With the payment intents of those that name their charge alone."""
        alone = [one.charge_id for one in page if not one.intent_id and one.charge_id]
        if not alone:
            return list(page)
        self._writer.submit(lambda t: t.charges.go_through_successes()).result()
        with self._database.reader() as connection:
            known = intents_of(connection, alone)
        return [
            one if one.intent_id else replace(one, intent_id=known.get(one.charge_id or "", ""))
            for one in page
        ]

    def _take(self, movements: Sequence[Movement], found: Found) -> Found:
        """Book them like any event."""
        events = [event for one in movements if (event := self._parsed(one)) is not None]
        if not events:
            return found
        # Stripe lists the newest first.
        receipts = self._receive.fetched(events[::-1], Source.CATCH_UP, lambda _t: None).result()
        booked = [receipt for receipt in receipts if receipt.outcome is Outcome.BOOKED]
        back = sum(receipt.event.reversal is not None for receipt in booked)
        review = sum(receipt.outcome is Outcome.NEEDS_REVIEW for receipt in receipts)
        return replace(
            found,
            payments=found.payments + len(booked) - back,
            reversals=found.reversals + back,
            reviews=found.reviews + review,
        )

    def _parsed(self, movement: Movement) -> StripeEvent | None:
        try:
            return stripe_webhook.parse(movement.body or b"", true_now(self._clock))
        except UnreadableEvent as error:
            self._receive.unreadable(error)
            return None

    # --- fees ----------------------------------------------------------------------------

    def _fetch_fees(self, stripe: StripeMovements, livemode: bool) -> int:
        since = to_text(true_now(self._clock) - timedelta(days=DAYS))
        with self._database.reader() as connection:
            lacking = rows.payments_without_fee(
                connection, since, livemode=livemode, limit=FEES_AT_ONCE + len(self._asked)
            )
        count = 0
        for payment in [one for one in lacking if self._may_ask(one)][:FEES_AT_ONCE]:
            charges = stripe.charges_of(payment.stripe_payment_intent_id or "")
            self._asked[payment.id] = self._monotonic()  # a refusal is no answer
            self._learn([one.charge for one in charges if one.charge is not None and one.paid])
            count += self._keep_fees([(payment, one.fee) for one in charges if one.fee])
        return count

    def _may_ask(self, payment: Payment) -> bool:
        """A payment of several days has no balance transaction yet: not again at once."""
        asked = self._asked.get(payment.id)
        return asked is None or self._monotonic() - asked >= _ASK_AGAIN_SECONDS

    def _keep_fees(self, learned: Sequence[tuple[Payment, Fee]]) -> int:
        if not learned:
            return 0

        def job(t: Transaction) -> int:
            count = 0
            for payment, fee in learned:
                kept = t.refunds.keep_fee(
                    PaymentFee(
                        payment.id, fee.transaction_id, fee.fee_minor, fee.net_minor, fee.currency
                    )
                )
                if kept and payment.invoice_id is not None:
                    t.changed(InvoiceChanged(payment.invoice_id))
                count += kept
            return count

        return self._writer.submit(job).result()


def _ask(
    stripe: StripeMovements, part: ComparedList, since: int, now: int, after: str | None
) -> Iterator[MovementPage]:
    match part:
        case ComparedList.CHARGES:
            return stripe.charges(since, after)
        case ComparedList.REFUNDS:
            return stripe.refunds(since, now, after)
        case ComparedList.DISPUTES:
            return stripe.disputes(since, now, after)


def _ignore(_value: object) -> None:
    """A job of the writer returns nothing."""
