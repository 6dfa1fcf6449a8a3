"""What staff can do with one invoice, from the panel, the keyboard and the row's menu alike."""

from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices import OWED, InvoiceRow, InvoiceStatus
from workmate_desktop.domain.payments import Payment
from workmate_desktop.ui.invoices import texts
from workmate_desktop.ui.invoices.cancel_dialog import cancel_dialog, reverse_dialog
from workmate_desktop.ui.invoices.pay_actions import PayAction, PayActions, pay_action_text
from workmate_desktop.ui.invoices.payment_dialog import PaymentDialog
from workmate_desktop.ui.invoices.ports import Announcements, InvoiceReading, InvoiceWriting
from workmate_desktop.ui.invoices.submit_dialog import SubmitDialog
from workmate_desktop.ui.shared.messages import error_sentence
from workmate_desktop.ui.shared.plain_text import Choice, chosen_key, message_box
from workmate_desktop.ui.shared.theme import Theme
from workmate_desktop.ui.shared.words import fill

T = TypeVar("T")


class InvoiceAction(StrEnum):
    """The buttons beside an invoice and the entries of its menu."""

    ISSUE = "issue"
    EDIT = "edit"
    ADD_PAYMENT = "add_payment"
    SIMULATE = "simulate"
    CANCEL = "cancel"
    DELETE = "delete"
    COPY_NUMBER = "copy_number"


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)


def action_text(action: InvoiceAction) -> str:
    """The words of a button; the letter after & is its mnemonic."""
    return {
        InvoiceAction.ISSUE: _tr("Rechnung &stellen"),
        InvoiceAction.EDIT: _tr("&Bearbeiten"),
        InvoiceAction.ADD_PAYMENT: _tr("&Zahlung eintragen"),
        InvoiceAction.SIMULATE: _tr("Zahlung si&mulieren"),
        InvoiceAction.CANCEL: _tr("S&tornieren …"),
        InvoiceAction.DELETE: _tr("Entwurf &löschen"),
        InvoiceAction.COPY_NUMBER: _tr("Nummer &kopieren"),
    }[action]


def actions_for(row: InvoiceRow, *, simulation: bool) -> list[InvoiceAction]:
    """What makes sense for this invoice now, the most likely first."""
    if row.status is InvoiceStatus.DRAFT:
        return [InvoiceAction.ISSUE, InvoiceAction.EDIT, InvoiceAction.DELETE]
    actions: list[InvoiceAction] = []
    if row.status in OWED:
        actions.append(InvoiceAction.ADD_PAYMENT)
    settled = row.status in OWED and not row.outstanding_minor
    if simulation and row.status is not InvoiceStatus.CANCELLED and not settled:
        actions.append(InvoiceAction.SIMULATE)
    if row.status in OWED and row.paid_minor == 0:
        # With money on it an invoice cannot be cancelled; the payments go first.
        actions.append(InvoiceAction.CANCEL)
    return actions


class InvoiceActions(QObject):
    """Opens the dialogs and hands what was typed to the services.

    Signals: `edit_requested(str)` opens a draft in the editor; `simulate_requested(str)`;
    `went_wrong(str, str)`: a sentence and what to do, for changes without a dialog.
    """

    edit_requested = Signal(str)
    simulate_requested = Signal(str)
    went_wrong = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        books: InvoiceReading,
        invoicing: InvoiceWriting,
        bridge: Announcements,
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

    def run(self, action: InvoiceAction, invoice_id: str) -> None:
        """Begin `action`; nothing happens when it does not fit the invoice any more."""
        row = self._books.invoice_row(invoice_id)
        if row is None:
            return
        if action is InvoiceAction.COPY_NUMBER:
            QGuiApplication.clipboard().setText(row.number or "")
        if action not in actions_for(row, simulation=self.simulation):
            return
        match action:
            case InvoiceAction.ISSUE | InvoiceAction.EDIT:
                self.edit_requested.emit(invoice_id)
            case InvoiceAction.SIMULATE:
                self.simulate_requested.emit(invoice_id)
            case InvoiceAction.ADD_PAYMENT:
                self._add_payment(row)
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
        """Take a manual payment back, after asking why."""
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
            return self._invoicing.add_manual_payment(
                row.id, typed.amount_minor, typed.method, typed.received_on, typed.note
            )

        self._open(dialog, save)

    def _cancel(self, row: InvoiceRow) -> None:
        dialog = cancel_dialog(row, self._window)
        self._open(dialog, lambda: self._invoicing.cancel(row.id, dialog.reason()))

    def _delete(self, row: InvoiceRow) -> None:
        box = message_box(
            self._window,
            _tr("Entwurf löschen"),
            fill(_tr("Den Entwurf für %1 löschen?"), texts.breakable(row.customer_name)),
            _tr("Ein gelöschter Entwurf lässt sich nicht zurückholen."),
            (
                Choice("delete", _tr("&Löschen"), primary=True, danger=True),
                Choice("keep", _tr("A&bbrechen"), cancels=True),
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
