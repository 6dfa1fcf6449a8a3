"""What staff do with invoices, customers and manual payments.

Every call returns a future, answered after the commit. It raises UserError for what staff can
mend, StoreUnavailable (a UserError too) among them.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime, timedelta

from workmate_desktop.domain.changes import EverythingChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.customers import Customer
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices import Invoice, InvoiceDraft, InvoiceStatus, totals_of
from workmate_desktop.domain.money import MAX_MINOR
from workmate_desktop.domain.numbers import (
    MAX_RUNNING,
    NumberFormat,
    Numbering,
    format_problem,
    tidy_format,
)
from workmate_desktop.domain.payments import MANUAL_METHODS
from workmate_desktop.services.status import update_status
from workmate_desktop.store import numbers as number_rows
from workmate_desktop.store.engine import Database
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer


class Invoicing:
    """Writing. `actor` is the login name of the person at this PC."""

    def __init__(self, writer: Writer, database: Database, clock: Clock, actor: str) -> None:
        self._writer = writer
        self._database = database
        self._clock = clock
        self._actor = actor

    def save_draft(self, draft: InvoiceDraft, invoice_id: str | None = None) -> Future[str]:
        """Keep a draft, new or known. UserError invoice_not_draft, draft_incomplete."""
        return self._writer.submit(lambda t: self._save(t, draft, invoice_id))

    def issue(self, draft: InvoiceDraft, invoice_id: str | None = None) -> Future[str]:
        """Rechnung stellen: save and number in one transaction. Returns the invoice id."""

        def job(t: Transaction) -> str:
            _check_complete(draft)
            saved = self._save(t, draft, invoice_id, quiet=True)
            number = t.invoices.issue(saved, draft.issue_date.year, livemode=draft.livemode)
            t.history.add(
                saved,
                Action.ISSUED,
                self._actor,
                livemode=draft.livemode,
                number=number,
                amount_minor=totals_of(draft.items).total_minor,
                currency=draft.currency,
            )
            return saved

        return self._writer.submit(job)

    def next_number(self, issue_date: date, livemode: bool) -> str:
        """The number the next invoice would get now; a preview."""
        with self._database.reader() as connection:
            return number_rows.numbering(connection, issue_date.year, livemode=livemode).number

    def numbering(self, year: int) -> Numbering:
        """How the next real invoice of this year is numbered."""
        with self._database.reader() as connection:
            return number_rows.numbering(connection, year, livemode=True)

    def begin_numbers(self, form: str, year: int, running: int) -> Future[None]:
        """Number real invoices like this from now on, beginning with `running` in this year.

        UserError number_format_wrong (`problem`), number_not_positive, number_taken.
        """

        def job(t: Transaction) -> None:
            tidy = tidy_format(form)
            problem = format_problem(tidy)
            if problem is not None:
                raise UserError("number_format_wrong", problem=problem.value)
            if not 0 < running <= MAX_RUNNING:
                raise UserError("number_not_positive")
            t.numbers.begin(NumberFormat(tidy), year, running)

        return self._writer.submit(job)

    def cancel(self, invoice_id: str, reason: str) -> Future[None]:
        """Stornieren. UserError reason_missing, invoice_not_issued, invoice_has_payments."""

        def job(t: Transaction) -> None:
            invoice = _existing(t, invoice_id)
            if not reason.strip():
                raise UserError("reason_missing")
            if invoice.row.status in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED):
                raise UserError("invoice_not_issued")
            if invoice.row.paid_minor != 0:
                raise UserError("invoice_has_payments")
            t.invoices.cancel(invoice_id, reason.strip())
            t.history.add(
                invoice_id,
                Action.CANCELLED,
                self._actor,
                livemode=invoice.row.livemode,
                reason=reason.strip(),
            )

        return self._writer.submit(job)

    def delete_draft(self, invoice_id: str) -> Future[None]:
        """UserError invoice_not_draft."""

        def job(t: Transaction) -> None:
            invoice = _existing(t, invoice_id)
            if invoice.row.status is not InvoiceStatus.DRAFT:
                raise UserError("invoice_not_draft")
            t.history.add(invoice_id, Action.DELETED, self._actor, livemode=invoice.row.livemode)
            t.invoices.delete_draft(invoice_id)

        return self._writer.submit(job)

    def add_manual_payment(
        self, invoice_id: str, amount_minor: int, method: str, received_on: date, note: str = ""
    ) -> Future[str]:
        """Zahlung eintragen. UserError amount_invalid, invoice_not_issued, date_in_future."""

        def job(t: Transaction) -> str:
            invoice = _existing(t, invoice_id)
            if method not in MANUAL_METHODS or not 0 < amount_minor <= MAX_MINOR:
                raise UserError("amount_invalid")
            if invoice.row.status in (InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED):
                raise UserError("invoice_not_issued")
            if received_on > self._clock.today():
                raise UserError("date_in_future")
            payment_id = t.payments.add_by_staff(
                invoice_id=invoice_id,
                amount_minor=amount_minor,
                currency=invoice.row.currency,
                method=method,
                livemode=invoice.row.livemode,
                received_at=self._moment_on(received_on),
                actor=self._actor,
                note=note.strip(),
            )
            self._tell(
                t,
                invoice,
                Action.MANUAL_PAYMENT,
                amount_minor=amount_minor,
                method=method,
                received_on=received_on.isoformat(),
                note=note.strip() or None,
            )
            return payment_id

        return self._writer.submit(job)

    def reverse_payment(self, payment_id: str, reason: str) -> Future[str]:
        """Take a manual payment back by a counter-entry; nothing is deleted.

        UserError reason_missing, payment_not_manual, payment_already_reversed.
        """

        def job(t: Transaction) -> str:
            payment = t.payments.get(payment_id)
            if payment is None or not payment.manual or payment.reverses_id is not None:
                raise UserError("payment_not_manual")
            if not reason.strip():
                raise UserError("reason_missing")
            if t.payments.is_reversed(payment_id):
                raise UserError("payment_already_reversed")
            assert payment.invoice_id is not None  # a manual payment always has one
            invoice = _existing(t, payment.invoice_id)
            counter_id = t.payments.add_by_staff(
                invoice_id=payment.invoice_id,
                amount_minor=-payment.amount_minor,
                currency=payment.currency,
                method=payment.method,
                livemode=payment.livemode,
                received_at=self._clock.now(),
                actor=self._actor,
                reverses_id=payment_id,
                note=reason.strip(),
            )
            self._tell(
                t,
                invoice,
                Action.PAYMENT_REVERSED,
                amount_minor=payment.amount_minor,
                method=payment.method,
                reason=reason.strip(),
            )
            return counter_id

        return self._writer.submit(job)

    def save_customer(self, customer: Customer) -> Future[str]:
        """Keep a customer; an empty id makes a new one. UserError customer_name_missing."""

        def job(t: Transaction) -> str:
            if not customer.name.strip():
                raise UserError("customer_name_missing")
            return t.customers.save(replace(customer, name=" ".join(customer.name.split())))

        return self._writer.submit(job)

    def delete_test_data(self) -> Future[int]:
        """Testdaten löschen: test invoices, payments and events. Real ones are never touched."""

        def job(t: Transaction) -> int:
            count = t.invoices.delete_test_data()
            t.changed(EverythingChanged())
            return count

        return self._writer.submit(job)

    def mark_notices_read(self, notice_ids: Sequence[str] | None = None) -> Future[None]:
        """Mark these notices, or all, as read."""
        return self._writer.submit(lambda t: t.notices.mark_read(notice_ids))

    def _save(
        self, t: Transaction, draft: InvoiceDraft, invoice_id: str | None, *, quiet: bool = False
    ) -> str:
        if not t.customers.exists(draft.customer_id):
            raise UserError("draft_incomplete", field="customer")
        if abs(totals_of(draft.items).total_minor) > MAX_MINOR:
            raise UserError("amount_invalid")
        if invoice_id is not None:
            known = _existing(t, invoice_id)
            if known.row.status is not InvoiceStatus.DRAFT:
                raise UserError("invoice_not_draft")
        saved = t.invoices.save_draft(draft, invoice_id)
        if invoice_id is None:
            t.history.add(saved, Action.CREATED, self._actor, livemode=draft.livemode)
        elif not quiet:
            t.history.add(saved, Action.EDITED, self._actor, livemode=draft.livemode)
        return saved

    def _tell(self, t: Transaction, invoice: Invoice, action: Action, **detail: object) -> None:
        """Status from the new sum, and a line in the Verlauf that says both."""
        to_book = t.invoices.to_book(invoice.row.id)
        assert to_book is not None
        row = invoice.row
        as_it_was = replace(to_book, paid_minor=row.paid_minor, closed_minor=row.closed_minor)
        before, after = update_status(t, as_it_was)
        t.history.add(
            invoice.row.id,
            action,
            self._actor,
            livemode=invoice.row.livemode,
            currency=invoice.row.currency,
            **{"from": before.value, "to": after.value},
            **detail,
        )

    def _moment_on(self, day: date) -> datetime:
        """Money of today came now; money of another day counts from its noon."""
        if day == self._clock.today():
            return self._clock.now()
        return self._clock.midnight(day) + timedelta(hours=12)


def _existing(t: Transaction, invoice_id: str) -> Invoice:
    invoice = t.invoices.get(invoice_id)
    if invoice is None:
        raise UserError("invoice_gone")
    return invoice


def _check_complete(draft: InvoiceDraft) -> None:
    """§ 14 UStG: what an invoice needs before it may get a number."""
    if not draft.items:
        raise UserError("draft_incomplete", field="items")
    if any(not item.description.strip() for item in draft.items):
        raise UserError("draft_incomplete", field="description")
    if draft.due_date < draft.issue_date:
        raise UserError("draft_incomplete", field="due_date")
    if not 0 < totals_of(draft.items).total_minor <= MAX_MINOR:
        raise UserError("draft_incomplete", field="total")
