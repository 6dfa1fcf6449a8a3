"""Fetch from Stripe what happened while nobody listened, and book it like any delivery.

Two ways to Stripe's event list, both with an hour of overlap, because events may be listed late:
from the cursor onward in chronological order, a page at a time; or, when Stripe no longer knows
the cursor (and at the very first run), the whole window of time. The cursor is saved in the
transaction that books what it passes, so a run may end anywhere: the next one goes on there.
After more than 25 days each invoice that waits for money is asked for on its own, because
Stripe lists events for 30 days only. Failed attempts that old are history; only money counts.

Positions are Stripe's own times and ids, never this PC's clock: it may be wrong, or jump.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workmate_desktop.domain.clock import Clock, to_text, true_now
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.stripe.events import Outcome, Source, StripeEvent, UnreadableEvent
from workmate_desktop.domain.stripe.keys import StripeKeys, livemode_of
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.stripe import webhook as stripe_webhook
from workmate_desktop.gateways.stripe.api import ApiFactory
from workmate_desktop.gateways.stripe.events import (
    PAGE,
    REFERENCES_AT_ONCE,
    CursorGone,
    FetchedEvent,
    StripeEvents,
)
from workmate_desktop.services.booking.book import Receipt
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.catch_up.late_clock import LateClock
from workmate_desktop.store.catch_up import position as positions
from workmate_desktop.store.catch_up.position import Cursor
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.catch_up")

OVERLAP_SECONDS = 3600
LONG_ABSENCE_SECONDS = 25 * 86_400
"""After so long the event list (30 days) may not hold everything any more."""
AT_ONCE = 25
"""Events in one transaction: few enough that a delivery need not wait for long behind them."""
_ABSENT_SECONDS = 15 * 60
"""Longer than between two regular runs: the program was off, asleep or offline."""
_SAVE_COVERED_SECONDS = 600

NO_KEY = "catch_up_no_key"


@dataclass(frozen=True, slots=True)
class CatchUpProgress:
    """How far a run has come. `seen` counts events known before, too; `at` is Stripe's time of
    the event that was read last."""

    seen: int = 0
    payments: int = 0
    failures: int = 0
    reviews: int = 0
    reversals: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CatchUpResult:
    """What one run booked anew. `complete` False: it ended early, everything counted here is
    kept, and the next run goes on. `trouble` says why: catch_up_no_key, stripe_…, disk_full …
    """

    payments: int = 0
    failures: int = 0
    reviews: int = 0
    seen: int = 0
    complete: bool = False
    trouble: UserError | None = None
    absent: bool = False
    """Before this run the program had not asked for more than 15 minutes."""
    source: Source = Source.CATCH_UP
    reversals: int = 0

    @property
    def found(self) -> int:
        """How much staff should hear of."""
        return self.payments + self.failures + self.reviews + self.reversals


class CatchUp:
    """Asks Stripe. Every run blocks for as long as Stripe takes: for the background.

    `keys` are asked anew for every run; the secret key alone is enough.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        receive: Receive,
        clock: Clock,
        api: ApiFactory,
        keys: Callable[[], StripeKeys | None],
    ) -> None:
        self._writer = writer
        self._database = database
        self._receive = receive
        self._clock = clock
        self._api = api
        self._keys = keys
        self._one_at_a_time = database.waiting.lock()
        self._logged_trouble: str | None = None
        self._unreadable: set[bytes] = set()
        """Met before in this session: the overlap brings them again with every poll."""
        self._late_clock = LateClock(writer, database, receive, clock)

    def note_installation(self) -> None:
        """Remember this moment, if it is the first one: nothing older is ever fetched."""
        with self._database.reader() as connection:
            if setting(connection, positions.INSTALLED_AT) is not None:
                return
        now = to_text(self._clock.now())
        self._writer.submit(lambda t: t.settings.set(positions.INSTALLED_AT, now)).result()

    def run(
        self,
        progress: Callable[[CatchUpProgress], None] = lambda _progress: None,
        cancelled: Signal | None = None,
        source: Source = Source.CATCH_UP,
    ) -> CatchUpResult:
        """Fetch and book everything that is new. `progress` is called on this thread.

        Trouble with Stripe or the database ends the run and is told in the result; nothing is
        skipped by that. Only faults of the program are raised.
        """
        cancelled = cancelled or self._database.waiting.signal()
        with self._one_at_a_time:
            keys = self._keys()
            if keys is None or not keys.secret:
                return CatchUpResult(trouble=UserError(NO_KEY), source=source)
            run = _Run(
                self,
                StripeEvents(self._api(keys.secret, cancelled)),
                livemode_of(keys.secret) is True,
                source,
                progress,
            )
            result = run.whole()
            if source is Source.CATCH_UP and result.found:
                self._tell(result)
        self._log(result)
        return result

    def _log(self, result: CatchUpResult) -> None:
        """Polling asks every 30 s: only what is new is worth a line."""
        code = result.trouble.code if result.trouble else None
        same_trouble = code is not None and code == self._logged_trouble
        quiet = code is None and result.source is Source.POLL and self._logged_trouble is None
        self._logged_trouble = code
        logger.log(
            logging.DEBUG if not result.found and (quiet or same_trouble) else logging.INFO,
            "[Stripe] Asked for missed events (%s): %s payments, %s failures, %s to review, %s",
            result.source.value,
            result.payments,
            result.failures,
            result.reviews,
            "complete" if result.complete else f"stopped by {_code(result)}",
        )

    def _tell(self, result: CatchUpResult) -> None:
        self._writer.submit_later(
            lambda t: _ignore(
                t.notices.add(
                    NoticeKind.CATCH_UP_RESULT,
                    payments=result.payments,
                    failures=result.failures,
                    reviews=result.reviews,
                    reversals=result.reversals or None,
                    absent=result.absent,
                )
            )
        )


class _Run:
    """One run, from the saved cursor to Stripe's newest event."""

    def __init__(
        self,
        catch_up: CatchUp,
        stripe: StripeEvents,
        livemode: bool,
        source: Source,
        progress: Callable[[CatchUpProgress], None],
    ) -> None:
        self._writer = catch_up._writer
        self._database = catch_up._database
        self._receive = catch_up._receive
        self._clock = catch_up._clock
        self._unreadable = catch_up._unreadable
        self._late_clock = catch_up._late_clock
        self._stripe = stripe
        self._livemode = livemode
        self._source = source
        self._progress = progress
        self._so_far = CatchUpProgress()
        self._recent: deque[tuple[int, str]] = deque()
        self._cursor = Cursor(None, 0)

    def whole(self) -> CatchUpResult:
        trouble: UserError | None = None
        absent = False
        try:
            with self._database.reader() as connection:
                saved = positions.cursor(connection, livemode=self._livemode)
            if saved is None:
                self._stripe.greet()  # measures this PC's clock, see _start
                start = self._start()
                self._cursor = Cursor(None, start, covered_until=start)
            else:
                self._cursor = saved
            covered = self._cursor.covered_until or self._cursor.newest
            self._read_events()
            # Now an answer of Stripe has corrected the clock.
            asked_at = int(self._clock.stripe_now())
            absent = saved is not None and asked_at - covered > _ABSENT_SECONDS
            if asked_at - covered > LONG_ABSENCE_SECONDS:
                self._read_payments_of_invoices()
            self._cover(asked_at, first_time=saved is None)
            self._late_clock.mend()
        except UserError as error:
            trouble = error
        return CatchUpResult(
            self._so_far.payments,
            self._so_far.failures,
            self._so_far.reviews,
            self._so_far.seen,
            complete=trouble is None,
            trouble=trouble,
            absent=absent,
            source=self._source,
            reversals=self._so_far.reversals,
        )

    def _start(self) -> int:
        """Where the very first run begins, in Stripe's time."""
        now = self._clock.now()
        with self._database.reader() as connection:
            begin = positions.begun_at(connection, now, livemode=self._livemode)
        offset = self._clock.stripe_now() - now.timestamp()
        return int(begin.timestamp() + offset)

    # --- the event list ------------------------------------------------------------------

    def _read_events(self) -> None:
        if self._cursor.anchor is not None:
            try:
                self._read_from(self._cursor.anchor)
                return
            except CursorGone:
                logger.info("[Stripe] The last known event is gone: asking by time instead")
                self._recent.clear()
        self._read_window(max(0, self._cursor.newest - OVERLAP_SECONDS))

    def _read_from(self, anchor: str) -> None:
        more = True
        while more:
            page = self._stripe.newest_after(anchor)
            self._book(page.events)
            more = page.more
            if page.events:
                anchor = page.events[-1].id

    def _read_window(self, since: int) -> None:
        """Stripe lists a window newest first, so all of it is read before any is booked."""
        window: deque[FetchedEvent] = deque()
        page = self._stripe.since(since)
        window.extendleft(page.events)
        while page.more:
            page = self._stripe.since(since, before=window[0].id)
            window.extendleft(page.events)
        while window:
            self._book([window.popleft() for _ in range(min(PAGE, len(window)))])

    def _book(self, fetched: Sequence[FetchedEvent]) -> None:
        """Book events that are in chronological order, and move the cursor past them."""
        for start in range(0, len(fetched), AT_ONCE):
            self._book_some(fetched[start : start + AT_ONCE])
        if fetched:
            self._progress(self._so_far)

    def _book_some(self, fetched: Sequence[FetchedEvent]) -> None:
        self._late_clock.mend()  # before what happened since then is booked
        self._recent.extend((one.created, one.id) for one in fetched)
        newest = max(self._cursor.newest, fetched[-1].created)
        cursor = replace(self._cursor, anchor=self._anchor(newest), newest=newest)
        self._keep(self._parsed(one.body for one in fetched), len(fetched), cursor)
        self._cursor = cursor

    def _anchor(self, now: int) -> str | None:
        """The newest event read in this run that is older than the overlap, at the time `now`."""
        anchor = self._cursor.anchor
        while self._recent and self._recent[0][0] <= now - OVERLAP_SECONDS:
            anchor = self._recent.popleft()[1]
        return anchor

    def _cover(self, asked_at: int, *, first_time: bool) -> None:
        """The run is complete. When polling that is every 30 s, so not each time to the disk."""
        covered = self._cursor.covered_until
        stale = covered is None or not 0 <= asked_at - covered < _SAVE_COVERED_SECONDS
        anchor = self._anchor(asked_at)
        if stale or first_time or anchor != self._cursor.anchor:
            cursor = replace(self._cursor, anchor=anchor, covered_until=asked_at)
            self._writer.submit(
                lambda t: positions.save_cursor(t, cursor, livemode=self._livemode)
            ).result()

    # --- beyond the event list -----------------------------------------------------------

    def _read_payments_of_invoices(self) -> None:
        with self._database.reader() as connection:
            owed = positions.owed_invoices(connection, livemode=self._livemode)
        references = [text for invoice in owed for text in invoice if text]
        for start in range(0, len(references), REFERENCES_AT_ONCE):
            found = self._stripe.payments_for(references[start : start + REFERENCES_AT_ONCE])
            events = [event for event in self._parsed(found) if not self._is_settled(event)]
            if events:
                self._keep(events, len(events), self._cursor)
                self._progress(self._so_far)

    def _is_settled(self, event: StripeEvent) -> bool:
        with self._database.reader() as connection:
            intent_id = event.payment_intent_id or ""
            elsewhere = positions.is_named_elsewhere(connection, intent_id, event.invoice_ref)
            return not elsewhere and positions.is_settled(connection, intent_id)

    # --- both ----------------------------------------------------------------------------

    def _parsed(self, bodies: Iterable[bytes]) -> list[StripeEvent]:
        events = []
        for body in bodies:
            try:
                events.append(stripe_webhook.parse(body, true_now(self._clock)))
            except UnreadableEvent as error:
                if body not in self._unreadable:
                    self._unreadable.add(body)
                    self._receive.unreadable(error)
        return events

    def _keep(self, events: Sequence[StripeEvent], seen: int, cursor: Cursor) -> None:
        moved = cursor != self._cursor

        def also(t: Transaction) -> None:
            if moved:
                positions.save_cursor(t, cursor, livemode=self._livemode)

        if events or moved:
            receipts = self._receive.fetched(events, self._source, also).result()
            self._count(receipts)
        at = events[-1].created.astimezone(UTC) if events else self._so_far.at
        self._so_far = replace(self._so_far, seen=self._so_far.seen + seen, at=at)

    def _count(self, receipts: Sequence[Receipt]) -> None:
        fresh = [receipt for receipt in receipts if not receipt.known]
        back = [receipt for receipt in fresh if receipt.event.reversal is not None]
        new = [receipt.outcome for receipt in fresh if receipt.event.reversal is None]
        self._so_far = replace(
            self._so_far,
            payments=self._so_far.payments + new.count(Outcome.BOOKED),
            failures=self._so_far.failures + new.count(Outcome.FAILURE_RECORDED),
            reviews=self._so_far.reviews
            + [receipt.outcome for receipt in fresh].count(Outcome.NEEDS_REVIEW),
            reversals=self._so_far.reversals
            + [receipt.outcome for receipt in back].count(Outcome.BOOKED),
        )


def _code(result: CatchUpResult) -> str:
    return result.trouble.code if result.trouble else "nothing"


def _ignore(_value: object) -> None:
    """A job of the writer returns nothing."""
