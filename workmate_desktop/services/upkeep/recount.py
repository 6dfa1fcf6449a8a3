"""Do the stored sums of every invoice still follow from its payments? What differs is mended and
named.

After a migration or a restore all invoices are looked at, once a day as well; at a start those
that got payments since. What the window said before is kept until it was told, so a kill in the
middle loses no name.
"""

import json
import logging
from collections.abc import Mapping
from functools import partial

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.services.booking.owed.status import update_status
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.invoices.write import InvoiceToBook
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.upkeep import recount as rows
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.recount")

_AT_ONCE = 50
"""Invoices in one transaction: few enough that a delivery need not wait for long."""
MOST_NAMED = 30
"""In one notice; the log names them all."""


class Recount:
    """Blocks for as long as adding up all payments takes: for the background."""

    def __init__(self, writer: Writer, database: Database, clock: Clock) -> None:
        self._writer = writer
        self._database = database
        self._clock = clock
        self._looked = False
        """In this session: after a start the newest payments are looked at once."""

    def due(self) -> bool:
        """After a start, a migration, a restore, and once a day."""
        return not self._looked or not self._done_today()

    def run(self) -> None:
        """Mend what differs, and tell it with one notice. Raises what the database says."""
        with self._database.reader() as connection:
            last = setting(connection, rows.RECOUNT)
            known = last is not None and last.isdecimal() and self._done_today()
            newest = rows.last_payment_row(connection)
            found = rows.doubtful(connection, int(last) if known and last else None)
        for start in range(0, len(found), _AT_ONCE):
            self._writer.submit(partial(self._mend_all, found[start : start + _AT_ONCE])).result()
        self._writer.submit(lambda t: self._conclude(t, newest)).result()
        self._looked = True

    def _done_today(self) -> bool:
        today = self._clock.today().isoformat()
        with self._database.reader() as connection:
            return setting(connection, rows.CHECKED_ON) == today and setting(
                connection, rows.RECOUNT
            ) not in (None, rows.ALL)

    def _mend_all(self, invoice_ids: list[str], t: Transaction) -> None:
        before = rows.told_before(t.core)
        known = len(before)
        for invoice_id in invoice_ids:
            was = t.invoices.to_book(invoice_id)
            if was is None:
                continue
            rows.sum_up(t, invoice_id)
            update_status(t, was)
            now = t.invoices.to_book(invoice_id)
            if now != was:
                logger.warning("The sums of %s did not follow from its payments", was.number)
                before.setdefault(invoice_id, _said(was))
        if len(before) > known:
            t.settings.set(rows.BEFORE, json.dumps(before))

    def _conclude(self, t: Transaction, newest: int) -> None:
        rows.note_row(t, newest)
        t.settings.set(rows.CHECKED_ON, self._clock.today().isoformat())
        named = _differences(t, rows.told_before(t.core))
        t.settings.set(rows.BEFORE, None)
        if named:
            t.notices.add(
                NoticeKind.SUMS_MENDED,
                invoice_id=str(named[0]["invoice_id"]) if len(named) == 1 else None,
                count=len(named),
                rows=named[:MOST_NAMED],
            )


def _said(invoice: InvoiceToBook) -> rows.Said:
    owed, too_much = invoice.outstanding_minor, invoice.overpaid_minor
    return owed, too_much, invoice.paid_minor, invoice.status.value


def _differences(t: Transaction, before: Mapping[str, rows.Said]) -> list[dict[str, object]]:
    """What staff saw before, and what is right."""
    found: list[dict[str, object]] = []
    for invoice_id, (owed, too_much, paid, status) in before.items():
        now = t.invoices.to_book(invoice_id)
        if now is None:
            continue
        paid_now, status_now = now.paid_minor, now.status.value
        said = (owed, too_much, paid_now if paid is None else paid, status or status_now)
        if said == _said(now):
            continue
        found.append(
            {
                "invoice_id": invoice_id,
                "number": now.number,
                "currency": now.currency,
                "owed": now.outstanding_minor,
                "owed_before": owed,
                "too_much": now.overpaid_minor,
                "too_much_before": too_much,
                "paid": paid_now,
                "paid_before": said[2],
                "status": status_now,
                "status_before": said[3],
            }
        )
    return sorted(found, key=lambda row: str(row["number"]))
