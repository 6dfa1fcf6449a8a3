"""What staff can do with one invoice, from the panel, the keyboard and the row's menu alike."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from enum import StrEnum
from functools import cache
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.closings import stripe_can_return
from workmate_desktop.domain.invoices.invoices import OWED, InvoiceRow, InvoiceStatus
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.ui.invoices.panel.cancel_dialog import (
    cancel_dialog,
    owe_again_dialog,
    reverse_dialog,
)
from workmate_desktop.ui.kit.open_outside import copy_text
from workmate_desktop.ui.kit.plain_text import Choice, chosen_key, message_box
from workmate_desktop.ui.kit.submit_dialog import SubmitDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.close_rest_dialog import CloseRestDialog
from workmate_desktop.ui.payments.pay_actions import PayAction, PayActions, pay_action_text
from workmate_desktop.ui.payments.pay_back_dialog import PayBackDialog
from workmate_desktop.ui.payments.payment_dialog import PaymentDialog
from workmate_desktop.words import formats
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill
from workmate_desktop.words.messages import error_sentence

T = TypeVar("T")


class InvoiceAction(StrEnum):
    """The buttons beside an invoice and the entries of its menu."""

    ISSUE = "issue"
    EDIT = "edit"
    ADD_PAYMENT = "add_payment"
    SIMULATE = "simulate"
    PAY_BACK = "pay_back"
    CLOSE_REST = "close_rest"
    CANCEL = "cancel"
    DELETE = "delete"
    COPY_NUMBER = "copy_number"


@cache
def action_text(action: InvoiceAction) -> str:
    """The words of a button; the letter after & is its mnemonic."""
    return {
        InvoiceAction.ISSUE: _("Rechnung aus&stellen"),
        InvoiceAction.EDIT: _("&Bearbeiten"),
        InvoiceAction.ADD_PAYMENT: _("&Zahlung eintragen"),
        InvoiceAction.SIMULATE: _("Zahlung si&mulieren"),
        InvoiceAction.PAY_BACK: _("Rü&ckzahlung eintragen …"),
        InvoiceAction.CLOSE_REST: _("A&usbuchen …"),
        InvoiceAction.CANCEL: _("S&tornieren …"),
        InvoiceAction.DELETE: _("Entwurf &löschen"),
        InvoiceAction.COPY_NUMBER: _("Nummer &kopieren"),
    }[action]


def actions_for(row: InvoiceRow, *, simulation: bool) -> list[InvoiceAction]:
    """What makes sense for this invoice now, the most likely first: always in one order, whatever
    of it there is."""
    if row.status is InvoiceStatus.DRAFT:
        return [InvoiceAction.ISSUE, InvoiceAction.EDIT, InvoiceAction.DELETE]
    actions: list[InvoiceAction] = []
    issued = row.status is not InvoiceStatus.CANCELLED
    if issued:
        # Also where nothing is owed: money comes twice, or after it was given up.
        actions.append(InvoiceAction.ADD_PAYMENT)
    settled = row.status in OWED and not row.outstanding_minor
    if simulation and issued and not settled:
        actions.append(InvoiceAction.SIMULATE)
    if row.received_minor > 0:
        actions.append(InvoiceAction.PAY_BACK)
    if row.outstanding_minor:
        actions.append(InvoiceAction.CLOSE_REST)
    if issued:
        # With money on it, it says why it cannot be and what to do first.
        actions.append(InvoiceAction.CANCEL)
    return actions


def has_next_step(row: InvoiceRow) -> bool:
    """Whether the first of `actions_for` is what staff will most likely do next."""
    return row.status is InvoiceStatus.DRAFT or row.outstanding_minor > 0


class InvoiceActions(QObject):
    """Opens the dialogs and hands what was typed to the services.

    Signals: `edit_requested(str)` opens a draft in the editor; `simulate_requested(str)`;
    `refund_wanted(str, object)`: give so much of this invoice back by Stripe, in minor units;
    `went_wrong(str, str)`: a sentence and what to do, for changes without a dialog.
    """

    edit_requested = Signal(str)
    simulate_requested = Signal(str)
    refund_wanted = Signal(str, object)
    went_wrong = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        books: Books,
        invoicing: Invoicing,
        bridge: Bridge,
        clock: Clock,
        window: QWidget,
        pay: PayActions | None = None,
    ) -> None:
        super().__init__(window)
        self._pay = pay
        self._theme = theme
        self._books = books
        self._invoicing = invoicing
        self._bridge = bridge
        self._clock = clock
        self._window = window
        self.simulation = False
        """Whether Zahlung simulieren is offered."""
        self.refunds = False
        """Whether Stripe can be asked to give money back."""

    def run(self, action: InvoiceAction, invoice_id: str) -> None:
        """Begin `action`; nothing happens when it does not fit the invoice any more."""
        row = self._books.invoice_row(invoice_id)
        if row is None:
            return
        if action is InvoiceAction.COPY_NUMBER:
            copy_text(row.number or "")
        if action not in actions_for(row, simulation=self.simulation):
            return
        match action:
            case InvoiceAction.ISSUE | InvoiceAction.EDIT:
                self.edit_requested.emit(invoice_id)
            case InvoiceAction.SIMULATE:
                self.simulate_requested.emit(invoice_id)
            case InvoiceAction.ADD_PAYMENT:
                self._add_payment(row)
            case InvoiceAction.PAY_BACK:
                self._pay_back(row)
            case InvoiceAction.CLOSE_REST:
                self._close_rest(row)
            case InvoiceAction.CANCEL:
                self._cancel(row)
            case InvoiceAction.DELETE:
                self._delete(row)

    def menu(self, invoice_id: str) -> QMenu | None:
        """The menu of a row: what the panel offers, and copying its number."""
        row = self._books.invoice_row(invoice_id)
        if row is None:
            return None
        menu = QMenu(self._window)
        menu.setAccessibleName(texts.label(row))
        menu.aboutToHide.connect(menu.deleteLater)
        paying = self._pay.actions_for(row) if self._pay is not None else ()
        for pay_action in paying:
            entry = menu.addAction(pay_action_text(pay_action))
            entry.triggered.connect(lambda _on, chosen=pay_action: self._run_pay(chosen, row.id))
        if paying:
            menu.addSeparator()
        actions = actions_for(row, simulation=self.simulation)
        for action in (*actions, *([InvoiceAction.COPY_NUMBER] if row.number else [])):
            if action is InvoiceAction.COPY_NUMBER and actions:
                menu.addSeparator()
            entry = menu.addAction(action_text(action))
            entry.triggered.connect(lambda _on, chosen=action: self.run(chosen, invoice_id))
        return menu

    def _run_pay(self, action: PayAction, invoice_id: str) -> None:
        if self._pay is not None:
            self._pay.run(action, invoice_id)

    def reverse(self, invoice_id: str, payment_id: str) -> None:
        """Take what was entered by hand back, after asking why."""
        row = self._books.invoice_row(invoice_id)
        payment = self._payment(invoice_id, payment_id)
        if row is None or payment is None:
            return
        dialog = reverse_dialog(row, payment, self._window)
        self._open(dialog, lambda: self._invoicing.reverse_payment(payment_id, dialog.reason()))

    def _payment(self, invoice_id: str, payment_id: str) -> Payment | None:
        payments = self._books.payments(invoice_id)
        return next((payment for payment in payments if payment.id == payment_id), None)

    def _add_payment(self, row: InvoiceRow) -> None:
        dialog = PaymentDialog(
            self._theme,
            row,
            self._clock.today(),
            self._window,
            read_again=lambda: self._books.invoice_row(row.id),
        )

        def save() -> Future[str] | None:
            typed = dialog.value()
            if typed is None:
                return None
            money = (typed.amount_minor, typed.method, typed.received_on, typed.note)
            if typed.closing is not None:
                return self._invoicing.pay_and_close(row.id, *money, typed.closing)
            return self._invoicing.add_manual_payment(row.id, *money)

        self._open(dialog, save)

    def _close_rest(self, row: InvoiceRow) -> None:
        dialog = CloseRestDialog(
            row, self._window, read_again=lambda: self._books.invoice_row(row.id)
        )

        def save() -> Future[str] | None:
            closing = dialog.value()
            return self._invoicing.close_rest(row.id, closing) if closing is not None else None

        self._open(dialog, save)

    def _pay_back(self, row: InvoiceRow) -> None:
        dialog = PayBackDialog(
            self._theme,
            row,
            self._clock.today(),
            self._window,
            read_again=lambda: self._books.invoice_row(row.id),
        )

        def save() -> Future[str] | None:
            typed = dialog.value()
            if typed is None:
                return None
            return self._invoicing.pay_back(
                row.id, typed.amount_minor, typed.method, typed.paid_on, typed.reason
            )

        self._open(dialog, save)

    def owe_again(self, invoice_id: str, refund_ids: Sequence[str]) -> None:
        """Wieder offen, after asking why."""
        row = self._books.invoice_row(invoice_id)
        if row is None or not refund_ids:
            return
        gone = [p for p in self._books.payments(invoice_id) if p.id in refund_ids]
        dialog = owe_again_dialog(row, -sum(p.amount_minor for p in gone), self._window)
        self._open(dialog, lambda: self._invoicing.owe_again(refund_ids, dialog.reason()))

    def not_owed_again(self, decision_ids: Sequence[str]) -> None:
        """Take it back at once; the change announces itself."""
        self._bridge.when_done(
            self._invoicing.not_owed_again(decision_ids), failed=self._on_failed, owner=self
        )

    def _cancel(self, row: InvoiceRow) -> None:
        if row.received_minor > 0:
            self._cannot_cancel(row)
            return
        dialog = cancel_dialog(row, self._window)
        self._open(dialog, lambda: self._invoicing.cancel(row.id, dialog.reason()))

    def _cannot_cancel(self, row: InvoiceRow) -> None:
        """Money is on it: say so, and lead to the way in which it goes back."""
        by_stripe = self.refunds and self._stripe_can_refund(row.id)
        name = _("&Erstatten …") if by_stripe else _("&Rückzahlung eintragen …")
        box = message_box(
            self._window,
            _("Rechnung stornieren"),
            fill(
                _("Auf %1 sind %2 eingegangen, deshalb lässt sie sich nicht stornieren."),
                texts.label(row),
                formats.money(row.received_minor, row.currency),
            ),
            _("Erst muss das Geld zurückgehen."),
            (
                Choice("back", name, primary=True),
                Choice("keep", _("&Nicht stornieren"), cancels=True),
            ),
        )

        def decided() -> None:
            if chosen_key(box) == "back" and by_stripe:
                self.refund_wanted.emit(row.id, row.received_minor)
            elif chosen_key(box) == "back":
                self._pay_back(row)
            box.deleteLater()

        box.finished.connect(decided)
        box.open()

    def _stripe_can_refund(self, invoice_id: str) -> bool:
        payments = self._books.payments(invoice_id)
        return any(stripe_can_return(one, payments) for one in payments)

    def _delete(self, row: InvoiceRow) -> None:
        box = message_box(
            self._window,
            _("Entwurf löschen"),
            fill(_("Den Entwurf für %1 löschen?"), texts.breakable(row.customer_name)),
            _("Ein gelöschter Entwurf lässt sich nicht zurückholen."),
            (
                Choice("delete", _("&Löschen"), primary=True, danger=True),
                Choice("keep", _("A&bbrechen"), cancels=True),
            ),
        )

        def decided() -> None:
            if chosen_key(box) == "delete":
                # The change announces itself.
                self._bridge.when_done(
                    self._invoicing.delete_draft(row.id), failed=self._on_failed, owner=self
                )
            box.deleteLater()

        box.finished.connect(decided)
        box.open()

    def _open(self, dialog: SubmitDialog, save: Callable[[], "Future[T] | None"]) -> None:
        """Show a form; it stays open with the reason when saving goes wrong."""

        def on_submitted() -> None:
            future = save()
            if future is not None:
                self._bridge.when_done(
                    future,
                    lambda _result: dialog.accept(),
                    lambda error: dialog.fail(*error_sentence(error)),
                    dialog,
                )

        dialog.submitted.connect(on_submitted)
        dialog.open()

    def _on_failed(self, error: Exception) -> None:
        self.went_wrong.emit(*error_sentence(error))
