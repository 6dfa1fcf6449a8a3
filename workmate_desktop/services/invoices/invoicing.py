"""What staff do with invoices, customers and manual payments.

Every call returns a future, answered after the commit. It raises UserError for what staff can
mend, StoreUnavailable (a UserError too) among them.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date

from workmate_desktop.domain.changes import EverythingChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.invoices.closings import Closing
from workmate_desktop.domain.invoices.customers import Customer
from workmate_desktop.domain.invoices.invoices import (
    Invoice,
    InvoiceDraft,
    InvoiceStatus,
    totals_of,
)
from workmate_desktop.domain.invoices.numbers import (
    MAX_RUNNING,
    NumberFormat,
    Numbering,
    format_problem,
    tidy_format,
)
from workmate_desktop.domain.invoices.vat_ids import tidy_vat_id
from workmate_desktop.domain.payments.money import MAX_MINOR
from workmate_desktop.domain.text import one_line
from workmate_desktop.services.booking import crediting
from workmate_desktop.services.given_numbers import GivenNumbers
from workmate_desktop.services.invoices import money_by_hand
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.invoices import numbers as number_rows
from workmate_desktop.store.transaction import Transaction
from workmate_desktop.store.writer import Writer


class Invoicing:
    """Writing. `actor` is the login name of the person at this PC."""

    def __init__(self, writer: Writer, database: Database, clock: Clock, actor: str) -> None:
        self._writer = writer
        self._database = database
        self._clock = clock
        self._actor = actor
        self._given = GivenNumbers(database)

    def save_draft(
        self, draft: InvoiceDraft, invoice_id: str | None = None, seen: int | None = None
    ) -> Future[str]:
        """Keep a draft, new or known. UserError invoice_not_draft, draft_incomplete.

        `seen` is the version that was edited: draft_changed (`at`, `version`) when
        there is a newer one.
        """
        return self._writer.submit(lambda t: self._save(t, draft, invoice_id, seen))

    def issue(
        self, draft: InvoiceDraft, invoice_id: str | None = None, seen: int | None = None
    ) -> Future[str]:
        """Rechnung ausstellen: save and number in one transaction. Returns the invoice id.

        Errors as of `save_draft`.
        """

        def job(t: Transaction) -> str:
            _check_complete(draft)
            saved = self._save(t, draft, invoice_id, seen, quiet=True)
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
            crediting.deduct(t, saved, self._actor)
            return saved

        return self._writer.submit(job, self._given.note)

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
            if invoice.row.received_minor > 0:
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
        return self._writer.submit(
            lambda t: money_by_hand.enter(
                t, invoice_id, amount_minor, method, received_on, note, self._actor
            )
        )

    def reverse_payment(self, payment_id: str, reason: str) -> Future[str]:
        """Take back what was entered by hand, by a counter-entry; nothing is deleted.

        UserError reason_missing, payment_not_manual, payment_already_reversed.
        """
        return self._writer.submit(
            lambda t: money_by_hand.take_back(t, payment_id, reason, self._actor)
        )

    def pay_and_close(
        self,
        invoice_id: str,
        amount_minor: int,
        method: str,
        received_on: date,
        note: str,
        closing: Closing,
    ) -> Future[str]:
        """Zahlung eintragen and close what stays open, both or nothing. Returns the payment."""
        return self._writer.submit(
            lambda t: money_by_hand.enter(
                t, invoice_id, amount_minor, method, received_on, note, self._actor, closing
            )
        )

    def close_rest(self, invoice_id: str, closing: Closing) -> Future[str]:
        """Skonto or Ausbuchung without any money. See money_by_hand.close_rest."""
        return self._writer.submit(
            lambda t: money_by_hand.close_rest(t, invoice_id, closing, self._actor)
        )

    def pay_back(
        self, invoice_id: str, amount_minor: int, method: str, paid_on: date, reason: str
    ) -> Future[str]:
        """Rückzahlung eintragen. See money_by_hand.pay_back."""
        return self._writer.submit(
            lambda t: money_by_hand.pay_back(
                t, invoice_id, amount_minor, method, paid_on, reason, self._actor
            )
        )

    def owe_again(self, refund_ids: Sequence[str], reason: str) -> Future[None]:
        """What these refunds gave back is owed again. See money_by_hand.owe_again."""
        return self._writer.submit(
            lambda t: money_by_hand.owe_again(t, refund_ids, reason, self._actor)
        )

    def not_owed_again(self, decision_ids: Sequence[str]) -> Future[None]:
        """Take "wieder offen" back. See money_by_hand.not_owed_again."""
        return self._writer.submit(
            lambda t: money_by_hand.not_owed_again(t, decision_ids, self._actor)
        )

    def save_customer(self, customer: Customer) -> Future[str]:
        """Keep a customer; an empty id makes a new one.

        UserError customer_name_missing, customer_gone, customer_changed (`at`, `version`).
        """

        def job(t: Transaction) -> str:
            name, vat_id = one_line(customer.name), tidy_vat_id(customer.vat_id)
            if not name:
                raise UserError("customer_name_missing")
            return t.customers.save(replace(customer, name=name, vat_id=vat_id))

        return self._writer.submit(job)

    def delete_test_data(self) -> Future[int]:
        """Testdaten löschen: test invoices, payments and events. Real ones are never touched."""

        def job(t: Transaction) -> int:
            count = t.invoices.delete_test_data()
            t.changed(EverythingChanged())
            return count

        return self._writer.submit(job, self._given.forget_test)

    def mark_notices_read(self, notice_ids: Sequence[str] | None = None) -> Future[None]:
        """Mark these notices, or all, as read."""
        return self._writer.submit(lambda t: t.notices.mark_read(notice_ids))

    def _save(
        self,
        t: Transaction,
        draft: InvoiceDraft,
        invoice_id: str | None,
        seen: int | None,
        *,
        quiet: bool = False,
    ) -> str:
        if not t.customers.exists(draft.customer_id):
            raise UserError("draft_incomplete", field="customer")
        fine_enough = all(item.fine_enough(draft.currency) for item in draft.items)
        if not fine_enough or abs(totals_of(draft.items).total_minor) > MAX_MINOR:
            raise UserError("amount_invalid")
        if invoice_id is not None:
            known = _existing(t, invoice_id)
            if known.row.status is not InvoiceStatus.DRAFT:
                raise UserError("invoice_not_draft")
            if seen is not None and known.version != seen:
                at = t.history.last_edit(invoice_id)
                raise UserError("draft_changed", at=at, version=known.version)
        saved = t.invoices.save_draft(draft, invoice_id)
        if invoice_id is None:
            t.history.add(saved, Action.CREATED, self._actor, livemode=draft.livemode)
        elif not quiet:
            t.history.add(saved, Action.EDITED, self._actor, livemode=draft.livemode)
        if draft.credit_ids is not None:
            crediting.choose(t, saved, draft.credit_ids, self._actor)
        return saved


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
