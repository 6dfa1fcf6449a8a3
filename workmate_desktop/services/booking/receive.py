"""The one entry for every Stripe event, whatever its source.

Not authentic: 400, nothing stored. Authentic: kept and booked in one transaction, 200 after the
commit. Our own fault: the confirmation fails, the listener answers 503, and Stripe comes again.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from workmate_desktop.domain.clock import Clock, true_now
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.payments.money import Money
from workmate_desktop.domain.payments.reversals import Told
from workmate_desktop.domain.reception.answers import Answers
from workmate_desktop.domain.reception.troubles import SLOW_IN_A_ROW, SLOW_SECONDS, is_slow
from workmate_desktop.domain.stripe.events import Outcome, Source, StripeEvent, UnreadableEvent
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.gateways.stripe import webhook as stripe_webhook
from workmate_desktop.services.booking.book import Bugs, Receipt, Rules, book, book_again
from workmate_desktop.services.booking.probe import PROBE_START, Probes
from workmate_desktop.services.log import log_lines
from workmate_desktop.store.database.confirmation import Confirmation
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Job, Writer

logger = logging.getLogger("workmate.stripe")

OK, NOT_AUTHENTIC, NOT_READY = 200, 400, 503

_REVERSALS = {
    Told.REFUND: "Refund",
    Told.REFUNDED_TOTAL: "Refund",
    Told.DISPUTE: "Dispute",
    Told.FAILED_CHARGE: "Returned payment",
}


class Refusals:
    """Deliveries that were not authentic, counted; nothing of them is stored.

    `in_a_row` counts wrong signatures since the last authentic delivery, `out_of_time_in_a_row`
    right ones that were too old or from the future. Written by the listener's thread alone;
    other threads read single numbers.
    """

    def __init__(self) -> None:
        self.by_reason: dict[str, int] = {}
        self.in_a_row = 0
        self.out_of_time_in_a_row = 0
        self.authentic = 0
        self.delivered = False
        """Somebody outside reaches this program: an authentic delivery came that was no
        simulation of our own."""

    def note(self, reason: stripe_webhook.NotAuthenticReason) -> None:
        """One more."""
        self.by_reason[reason.value] = self.by_reason.get(reason.value, 0) + 1
        if reason is stripe_webhook.NotAuthenticReason.WRONG:
            self.in_a_row += 1
        elif reason in (
            stripe_webhook.NotAuthenticReason.TOO_OLD,
            stripe_webhook.NotAuthenticReason.IN_FUTURE,
        ):
            self.out_of_time_in_a_row += 1

    def clear(self) -> None:
        """An authentic delivery came: the secret is right."""
        self.authentic += 1
        self.in_a_row = self.out_of_time_in_a_row = 0

    def counts(self) -> Mapping[str, int]:
        """A copy for other threads."""
        return dict(self.by_reason)


class Receive:
    """Verify, parse, book. `keys` and `account` are asked anew for every delivery.

    `probes` are the test events of our own, which end here: nothing of them is booked or kept.
    `failure_text` turns (decline code, failure code) into a short English text for the log.
    `on_refusal` is told, on the listener's thread, after each delivery that was not authentic,
    after the first one that was again, after the very first one from outside, and when answers
    begin or cease to be slow. `answers` is told how long each answer took.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        instance_id: str,
        keys: Callable[[], StripeKeys | None],
        account: Callable[[], str | None] = lambda: None,
        failure_text: Callable[[str | None, str | None], str] = lambda _d, _f: "declined",
        on_refusal: Callable[[], None] = lambda: None,
        answers: Answers | None = None,
    ) -> None:
        self.refusals = Refusals()
        self.probes = Probes()
        self._writer = writer
        self._clock = clock
        self._instance_id = instance_id
        self._keys = keys
        self._account = account
        self._failure_text = failure_text
        self._on_refusal = on_refusal
        self._simulated: set[str] = set()
        self._last_answers: deque[float] = deque(maxlen=SLOW_IN_A_ROW)
        self._answers_slow = False
        self._answers = answers or Answers()

    def delivery(self, body: bytes, signature: str | None) -> Confirmation | int:
        """One delivery to the webhook: the status to answer, now or after the commit."""
        keys = self._keys()
        if keys is None or not keys.can_receive:
            return NOT_READY
        try:
            stripe_webhook.verify(body, signature, keys.webhook_secrets, self._clock.stripe_now())
        except stripe_webhook.NotAuthentic as refusal:
            if not self.probes.refused(body, refusal.reason):
                self.refusals.note(refusal.reason)
                self._on_refusal()
            logger.debug("[Stripe] Webhook verification failed: %s", refusal.reason.value)
            return NOT_AUTHENTIC
        if body.startswith(PROBE_START):
            return OK if self.probes.arrived(body) else NOT_AUTHENTIC
        try:
            event = stripe_webhook.parse(body, true_now(self._clock))
        except UnreadableEvent as error:
            self._note_authentic()
            self._raise_alarm(error)
            return NOT_AUTHENTIC
        source = Source.SIMULATION if event.id in self._simulated else Source.WEBHOOK
        if source is Source.WEBHOOK:  # one that we signed ourselves proves nothing about Stripe
            self._note_authentic()
        return self.event(event, source)

    def event(self, event: StripeEvent, source: Source) -> Confirmation:
        """An authentic event from any source; confirmed once it is durably kept."""
        bugs: Bugs = {}

        def job(t: Transaction) -> Receipt:
            return book(t, event, source, self._rules(), bugs)

        return self._writer.submit_confirmed(event.id, job, self._log)

    def fetched(
        self, events: Sequence[StripeEvent], source: Source, also: Job[None]
    ) -> "Future[list[Receipt]]":
        """Events that Stripe's API was asked for, booked in one transaction with `also`.

        `also` moves the cursor of the catch-up: either both are kept, or neither.
        """
        bugs: Bugs = {}

        def job(t: Transaction) -> list[Receipt]:
            rules = self._rules()
            receipts = [book(t, event, source, rules, bugs) for event in events]
            also(t)
            return receipts

        return self._writer.submit(job, self._log_fetched)

    def unreadable(self, error: UnreadableEvent) -> None:
        """Stripe's own message cannot be read: an alarm, once a day."""
        self._raise_alarm(error)

    def reprocess(self, event_id: str) -> "Future[Outcome]":
        """Erneut verarbeiten: decide anew what was left undecided. UserError event_unknown."""
        bugs: Bugs = {}

        def job(t: Transaction) -> Outcome:
            receipt = book_again(t, event_id, self._rules(), bugs)
            if receipt is None:
                raise UserError("event_unknown")
            t.events.touch(event_id)
            return receipt.outcome

        return self._writer.submit(job)

    def expect_simulation(self, event_id: str) -> None:
        """The event of this id will come over HTTP like any other, but is our own."""
        self._simulated.add(event_id)

    @property
    def last_answers(self) -> tuple[float, ...]:
        """Seconds that the last few authentic deliveries took, newest last. Any thread."""
        return tuple(self._last_answers)

    def answered(self, status: int, seconds: float, confirmation: Confirmation | None) -> None:
        """The listener has answered: note how long it took. Runs on the listener's thread."""
        if confirmation is not None and status == OK:
            self._last_answers.append(seconds)
            slow = seconds >= SLOW_SECONDS and is_slow(self._last_answers)
            if slow is not self._answers_slow:
                self._answers_slow = slow
                self._on_refusal()
            milliseconds = round(seconds * 1000, 2)
            self._answers.note(confirmation.event_id, milliseconds, true_now(self._clock))

    def _note_authentic(self) -> None:
        """Somebody who has the signing secret reaches this program: trouble before is over."""
        refusals = self.refusals
        refused = refusals.in_a_row or refusals.out_of_time_in_a_row
        news = bool(refused) or not refusals.delivered
        self.refusals.clear()
        self.refusals.delivered = True
        if news:
            self._on_refusal()

    def _rules(self) -> Rules:
        keys = self._keys()
        return Rules(self._instance_id, keys.livemode if keys else None, self._account())

    def _raise_alarm(self, error: UnreadableEvent) -> None:
        logger.error("[Stripe] Signed, but unreadable message: %s", error.reason)
        self._writer.submit_later(
            lambda t: t.notices.add_once_a_day(NoticeKind.UNREADABLE_EVENT, reason=error.reason)
        )

    def _log(self, receipts: Sequence[Receipt]) -> None:
        """The log lines of CONTRACT, after the commit. Runs on the writer's thread."""
        lines: list[tuple[int, str]] = []
        for receipt in receipts:
            lines.append((logging.INFO, f"[Stripe] Webhook verified: {receipt.event.type}"))
            if receipt.known:
                lines.append((logging.INFO, f"[Stripe] Event {receipt.event.id} was known already"))
            else:
                lines.append(self._line_of(receipt))
        log_lines(logger, lines)

    def _log_fetched(self, pages: Sequence[Sequence[Receipt]]) -> None:
        """Log what was new among the fetched; the overlap is fetched again and again."""
        new = (receipt for receipts in pages for receipt in receipts if not receipt.known)
        log_lines(logger, map(self._line_of, new))

    def _line_of(self, receipt: Receipt) -> tuple[int, str]:
        """What a new event did: the level and the text of its line."""
        event, invoice = receipt.event, receipt.invoice
        number = (invoice.number or "draft") if invoice else "-"
        if receipt.outcome is Outcome.BOOKED:
            what = _REVERSALS[event.reversal.told] if event.reversal else "Payment"
            return logging.INFO, f"[Stripe] {what} recorded for Invoice {number}: {_amount(event)}"
        if receipt.outcome is Outcome.FAILURE_RECORDED:
            reason = self._failure_text(event.decline_code, event.failure_code)
            return logging.WARNING, f"[Stripe] Payment failed for Invoice {number}: {reason}"
        why = receipt.reason.value if receipt.reason else ""
        return logging.INFO, f"[Stripe] Event {event.id}: {receipt.outcome.value} ({why})"


def _amount(event: StripeEvent) -> str:
    """€100.00, or USD 100.00 for other currencies."""
    money = Money(event.amount_minor or 0, event.currency or "")
    if money.currency == "eur":
        return f"€{money.plain()}"
    return f"{money.currency.upper()} {money.plain()}"
