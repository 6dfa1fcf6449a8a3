"""Reading the books for the screen: single rows and windows of rows, quick enough for the GUI."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from workmate_desktop.domain.clock import Clock, to_text, true_now
from workmate_desktop.domain.history import HistoryLine, Notice
from workmate_desktop.domain.invoices.closings import OwedAgain
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import Invoice, InvoiceRow
from workmate_desktop.domain.invoices.lists import EventFilter, EventRow, Figures, InvoiceQuery
from workmate_desktop.domain.payments.payments import (
    Payment,
    PaymentAttempt,
    PaymentFee,
    RefundRequest,
)
from workmate_desktop.domain.reception.answers import Answers
from workmate_desktop.domain.reception.evidence import Evidence
from workmate_desktop.domain.review import Decided
from workmate_desktop.store import fast_reads
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.events import evidence
from workmate_desktop.store.events import list as event_list
from workmate_desktop.store.history import history
from workmate_desktop.store.invoices import customers
from workmate_desktop.store.invoices import list as invoice_list
from workmate_desktop.store.invoices import write as invoices
from workmate_desktop.store.notify import notices as notice_rows
from workmate_desktop.store.payments import owed_again
from workmate_desktop.store.payments import refunds as refund_rows
from workmate_desktop.store.payments import write as payment_rows
from workmate_desktop.store.review import list as review_list


class Books:
    """All that views read. Each call sees the newest commit."""

    def __init__(self, database: Database, clock: Clock, answers: Answers | None = None) -> None:
        """`answers` are those of the listener, where there is one."""
        self._database = database
        self._clock = clock
        self._answers = answers or Answers()

    def invoice_page(
        self, query: InvoiceQuery, after: InvoiceRow | None = None, limit: int = 256
    ) -> list[InvoiceRow]:
        """The next page of the list, after the row `after`."""
        with self._database.snapshot() as connection:
            return invoice_list.invoice_page(
                connection, query, self._month(query.today), after.id if after else None, limit
            )

    def invoice_count(self, query: InvoiceQuery) -> int:
        """How many invoices the query finds."""
        with self._database.reader() as connection:
            return invoice_list.invoice_count(connection, query, self._month(query.today))

    def invoice_row(self, invoice_id: str) -> InvoiceRow | None:
        """One row as it is now; None when it is gone."""
        with self._database.reader() as connection:
            return invoice_list.invoice_row(connection, invoice_id)

    def invoice_rows(self, invoice_ids: Collection[str]) -> dict[str, InvoiceRow]:
        """These rows as they are now, by id; what is gone is left out."""
        with self._database.quick() as raw:
            return fast_reads.invoice_rows(raw, invoice_ids)

    def invoices_matching(self, query: InvoiceQuery, invoice_ids: Collection[str]) -> set[str]:
        """Those of the invoices that belong into the list of `query` now."""
        with self._database.reader() as connection:
            month = self._month(query.today)
            return invoice_list.invoices_matching(connection, query, month, invoice_ids)

    def invoice_matches(self, query: InvoiceQuery, invoice_id: str) -> bool:
        """Whether this invoice belongs into the list of `query` now."""
        with self._database.reader() as connection:
            month = self._month(query.today)
            return invoice_list.invoice_matches(connection, query, month, invoice_id)

    def has_invoices(self, livemode: bool) -> bool:
        """Whether the book of real (True) or test invoices has any."""
        with self._database.quick() as raw:
            return fast_reads.has_invoices(raw, livemode=livemode)

    def figures(self, livemode: bool, today: date) -> Figures:
        """The figures and counts above the list."""
        with self._database.snapshot() as connection:
            query = InvoiceQuery(livemode, today)
            review = review_list.waiting(connection)
            return invoice_list.figures(connection, query, self._month(today), review)

    def invoice(self, invoice_id: str) -> Invoice | None:
        """A whole invoice with its positions."""
        with self._database.snapshot() as connection:
            return invoices.invoice(connection, invoice_id)

    def payments(self, invoice_id: str) -> list[Payment]:
        """The payments of an invoice, oldest first."""
        with self._database.reader() as connection:
            return payment_rows.payments_of(connection, invoice_id)

    def fees(self, invoice_id: str) -> dict[str, PaymentFee]:
        """Payment id → what Stripe kept of it, where that is known."""
        with self._database.reader() as connection:
            return refund_rows.fees_of(connection, invoice_id)

    def open_refunds(self, invoice_id: str) -> list[RefundRequest]:
        """Refunds of an invoice's payments that Stripe has not answered yet."""
        with self._database.reader() as connection:
            return refund_rows.requests_of(connection, invoice_id)

    def owed_again(self, invoice_id: str) -> list[OwedAgain]:
        """Refunds of which staff said that their money is owed again, oldest first."""
        with self._database.reader() as connection:
            return owed_again.owed_again_of(connection, invoice_id)

    def payment_with_reversals(self, payment_id: str) -> list[Payment]:
        """One payment, on an invoice or on none, and what of it has gone back, oldest first."""
        with self._database.reader() as connection:
            return payment_rows.with_reversals(connection, payment_id)

    def history(self, invoice_id: str) -> list[HistoryLine]:
        """The Verlauf of an invoice, newest first."""
        with self._database.reader() as connection:
            return history.history_of(connection, invoice_id)

    def newest_history(
        self, invoice_ids: Collection[str], since: datetime
    ) -> list[tuple[InvoiceRow, list[HistoryLine]]]:
        """These invoices, each with its last ten lines since then, newest first. For the
        background, and by the driver: it is read beside the writer while payments come in."""
        with self._database.reader() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            rows = fast_reads.invoice_rows(raw, invoice_ids)
            known = (rows[key] for key in invoice_ids if key in rows)
            return [(row, fast_reads.newest_lines(raw, row.id, to_text(since))) for row in known]

    def failed_attempts(self, invoice_id: str) -> list[PaymentAttempt]:
        """Failed attempts to pay an invoice, newest first."""
        with self._database.reader() as connection:
            return event_list.failed_attempts(connection, invoice_id)

    def customer(self, customer_id: str) -> Customer | None:
        """One customer."""
        with self._database.reader() as connection:
            return customers.customer(connection, customer_id)

    def customers(self, text: str = "", limit: int = 20) -> list[Customer]:
        """Customers whose name contains `text`, whatever its case and umlauts."""
        with self._database.reader() as connection:
            return customers.find_customers(connection, text, limit)

    def event_page(
        self,
        which: EventFilter = EventFilter.ALL,
        text: str = "",
        after: EventRow | None = None,
        limit: int = 256,
    ) -> list[EventRow]:
        """Stripe events, newest first; the page after the row `after`."""
        # A text is looked up in several steps, which must see the same moment.
        with self._database.snapshot() if text else self._database.reader() as connection:
            rows = event_list.event_page(connection, which, text, after, limit)
        return [self._with_answer(row) for row in rows]

    def event(self, event_id: str) -> EventRow | None:
        """One Stripe event."""
        with self._database.reader() as connection:
            row = event_list.event_row(connection, event_id)
        return None if row is None else self._with_answer(row)

    def _with_answer(self, row: EventRow) -> EventRow:
        milliseconds = self._answers.of(row.id)
        return row if milliseconds is None else replace(row, answer_ms=milliseconds)

    def decisions_about(self, event_id: str) -> list[Decided]:
        """Who decided what about an event in review, newest first."""
        with self._database.reader() as connection:
            return review_list.decisions_about(connection, event_id)

    def last_event(self) -> EventRow | None:
        """The newest Stripe event."""
        with self._database.quick() as raw:
            return fast_reads.last_event(raw)

    def notice_page(self, unread_only: bool = False, limit: int = 256) -> list[Notice]:
        """Notices, newest first."""
        with self._database.reader() as connection:
            return notice_rows.notice_page(connection, unread_only=unread_only, limit=limit)

    def notice(self, notice_id: str) -> Notice | None:
        """One notice."""
        with self._database.reader() as connection:
            return notice_rows.notice(connection, notice_id)

    def unread_notices(self) -> int:
        """How many notices nobody has read yet."""
        with self._database.reader() as connection:
            return notice_rows.unread_count(connection)

    def evidence(self, *, livemode: bool) -> Evidence:
        """What the events prove, for the production checklist. For the background: where a kind
        of event never came, all are looked through."""
        with self._database.snapshot() as connection:
            found = evidence.evidence(connection, livemode=livemode, now=true_now(self._clock))
        return replace(found, answers=self._answers.latest())

    def _month(self, today: date) -> invoice_list.Span:
        """The month of `today` as the office counts it."""
        first = today.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        return to_text(self._clock.midnight(first)), to_text(self._clock.midnight(after))
