"""What was kept while this PC's clock was wrong and unmeasured is mended when Stripe has answered.

Nothing is mended by the clock of this PC alone: it may have been set since then.
"""

import logging

from workmate_desktop.domain.clock import Clock
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.store.common.settings import TEST_DATA_DELETED_AT, setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.events.deleted_test_data import (
    MENDING,
    cut_off_in,
    mend_cut_off,
    note_mended,
)
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.catch_up")

_SAME_SECONDS = 2.0
"""So exactly is Stripe's clock measured."""


class LateClock:
    """For the thread of the catch-up. To be asked whenever Stripe has just answered."""

    def __init__(self, writer: Writer, database: Database, receive: Receive, clock: Clock) -> None:
        self._writer = writer
        self._database = database
        self._receive = receive
        self._clock = clock
        self._offset: float | None = None

    def mend(self) -> None:
        """Once for each offset that was measured; nothing happens where it is the same."""
        now = self._clock.now().timestamp()
        offset = self._clock.stripe_now() - now
        if self._offset is not None and abs(offset - self._offset) < _SAME_SECONDS:
            return
        asked_at = int(now + offset)
        self._writer.submit(lambda t: self._mend_staff(t, asked_at, offset)).result()
        self._mend_cut_off(asked_at)
        self._offset = offset

    def _mend_staff(self, t: Transaction, asked_at: int, offset: float) -> None:
        for invoice_id in t.times.mend_staff(asked_at, offset):
            before = t.invoices.to_book(invoice_id)
            if before is not None:
                logger.info("The order of what happened to %s is mended", before.number)
                update_status(t, before)

    def _mend_cut_off(self, asked_at: int) -> None:
        """Test events that were ignored for its sake are processed again."""
        with self._database.reader() as connection:
            kept = cut_off_in(setting(connection, TEST_DATA_DELETED_AT))
            begun = setting(connection, MENDING) is not None
        if not begun and (kept is None or kept.timestamp() <= asked_at):
            return
        ignored = self._writer.submit(lambda t: mend_cut_off(t, asked_at)).result()
        for event_id in ignored:
            self._receive.reprocess(event_id).result()
        self._writer.submit(note_mended).result()
