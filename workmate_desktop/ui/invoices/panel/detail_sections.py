"""The blocks of the panel beside the list: amounts, buttons, positions, payments."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.closings import (
    SKONTO,
    WRITE_OFF,
    OwedAgain,
    by_staff,
    standing_closings,
    standing_refunds,
    stripe_can_return,
)
from workmate_desktop.domain.invoices.invoices import (
    OWED,
    Invoice,
    InvoiceItem,
    InvoiceRow,
    InvoiceStatus,
)
from workmate_desktop.domain.payments.payments import (
    Payment,
    PaymentFee,
    RefundRequest,
    StaffKind,
)
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction, action_text
from workmate_desktop.ui.kit.cards import KeyValueRows
from workmate_desktop.ui.kit.controls import button
from workmate_desktop.ui.kit.plain_text import PlainLabel
from workmate_desktop.ui.kit.theme import tabular
from workmate_desktop.words import formats
from workmate_desktop.words import history as history_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill


class AmountBlock(KeyValueRows):
    """Net, VAT per rate, total, what was received and closed, and what is still owed."""

    def show_invoice(self, invoice: Invoice, payments: Sequence[Payment] = ()) -> None:
        """Fill the lines. `payments` tell Skonto from Ausbuchung."""
        row = invoice.row
        self.clear()
        totals = invoice.totals
        self.add_row(_("Netto"), formats.money(totals.net_minor, row.currency))
        for tax in totals.by_rate:
            words = fill(_("USt. %1"), formats.percent(tax.rate_percent))
            self.add_row(words, formats.money(tax.tax_minor, row.currency))
        self.add_line()
        owed = row.status in OWED
        total = formats.money(row.total_minor, row.currency)
        self.add_row(_("Gesamtbetrag"), total, strong=not owed)
        for words, minor in (
            # A loss is told by a line of its own, never as a payment below 0.
            (_("Bezahlt"), max(0, row.received_minor)),
            (_("Skonto"), closed_minor(payments, SKONTO)),
            (_("Ausgebucht"), closed_minor(payments, WRITE_OFF)),
            (_("Erstattet"), row.refunded_minor),
            (_("Zurückgebucht"), row.charged_back_minor),
            (self._loss_words(row), lost_minor(row, payments)),
        ):
            if minor:
                self.add_row(words, formats.money(minor, row.currency))
        if owed:
            left = formats.money(row.outstanding_minor, row.currency)
            self.add_row(_("Offener Betrag"), left, strong=True)
        if row.overpaid_minor > 0:
            extra = formats.money(row.overpaid_minor, row.currency)
            self.add_row(_("Überzahlt"), extra, strong=True)

    def _loss_words(self, row: InvoiceRow) -> str:
        if row.charged_back_minor:
            return _("Verlust durch Rückbuchung")
        return _("Zu viel zurückgezahlt")


class ActionBlock(QWidget):
    """One large button for the likely next step, smaller ones for the rest.

    Signal `chosen(str)`: an InvoiceAction.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions: tuple[InvoiceAction, ...] = ()
        self._large = True
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)

    def actions_shown(self) -> tuple[InvoiceAction, ...]:
        """The buttons from top to bottom."""
        return self._actions

    def button(self, action: InvoiceAction) -> QPushButton:
        """The button of a shown action."""
        return self._buttons[action]

    def show_actions(self, actions: Sequence[InvoiceAction], *, large: bool = True) -> None:
        """Offer these; the same ones keep their buttons, and so the focus.

        `large` False: the likely next step has its large button elsewhere.
        """
        if (tuple(actions), large) == (self._actions, self._large):
            return
        self._actions, self._large = tuple(actions), large
        _empty(self._grid)
        self._buttons: dict[InvoiceAction, QPushButton] = {}
        for row, together in enumerate(_in_rows(self._actions, large=large)):
            for column, action in enumerate(together):
                made = self._made(action, first=large and row == 0)
                self._buttons[action] = made
                self._grid.addWidget(made, row, column, 1, 1 if len(together) > 1 else 2)
        self.setVisible(bool(self._actions))

    def _made(self, action: InvoiceAction, *, first: bool) -> QPushButton:
        danger = action in (InvoiceAction.DELETE, InvoiceAction.CANCEL)
        kind = "primary" if first else "danger" if danger else "secondary"
        made = button(action_text(action), kind=kind, size="large" if first else "")
        made.clicked.connect(lambda _checked: self.chosen.emit(action.value))
        return made


_ROWS = (
    (InvoiceAction.ISSUE,),
    (InvoiceAction.EDIT, InvoiceAction.DELETE),
    (InvoiceAction.ADD_PAYMENT, InvoiceAction.SIMULATE),
    (InvoiceAction.PAY_BACK,),  # too many words for half of the panel
    (InvoiceAction.CLOSE_REST, InvoiceAction.CANCEL),
)
"""Who knows where a button stands finds it there: none ever takes the place of another."""


def _in_rows(
    actions: Sequence[InvoiceAction], *, large: bool
) -> Iterator[tuple[InvoiceAction, ...]]:
    """Two buttons side by side at the most; the large one alone."""
    first = actions[0] if large and actions else None
    for together in _ROWS:
        shown = tuple(action for action in together if action in actions)
        if first in shown:
            yield (first,)
        if rest := tuple(action for action in shown if action is not first):
            yield rest


class ItemBlock(QWidget):
    """The positions: quantity, words, net amount."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = _column(self)

    def show_items(self, items: Sequence[InvoiceItem], currency: str) -> None:
        """Fill the lines."""
        _empty(self._column)
        for item in items:
            amount = formats.quantity(item.quantity)
            count = f"{amount} {item.unit}" if item.unit else amount
            words = f"{count} × {item.description}"
            self._column.addWidget(_Pair(words, formats.money(item.net_minor(), currency)))


class PaymentBlock(QWidget):
    """The payments: date, way, amount, fee, and what can be done about them.

    Signals with a payment id: `reverse_requested(str)` takes back what was entered by hand,
    `refund_requested(str)` gives a Stripe payment back. `owe_again_requested(object)` has the ids
    of refunds, `not_owed_again_requested(object)` those of decisions.
    """

    reverse_requested = Signal(str)
    refund_requested = Signal(str)
    owe_again_requested = Signal(object)
    not_owed_again_requested = Signal(object)

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._column = _column(self)
        self.refunds_offered = False
        """Whether Stripe can be asked to give money back."""

    def show_payments(
        self,
        payments: Sequence[Payment],
        fees: Mapping[str, PaymentFee] = MappingProxyType({}),
        open_refunds: Sequence[RefundRequest] = (),
        row: InvoiceRow | None = None,
        said: Sequence[OwedAgain] = (),
    ) -> None:
        """Fill the lines; what was entered by hand and still counts can be taken back, a payment
        by Stripe given back, a refund of `row` made owed again. `fees` by payment; `open_refunds`:
        those that Stripe has not answered; `said`: refunds that are owed again already."""
        _empty(self._column)
        reversed_ids = {payment.reverses_id for payment in payments}
        standing = {payment.id for payment in standing_refunds(payments)}
        decisions = {one.payment_id: one.decision_id for one in said}
        cancelled = row is None or row.status is InvoiceStatus.CANCELLED
        forgiven = row is not None and not cancelled and row.forgiven_minor > 0
        for payment in payments:
            day = formats.date_text(self._clock.local(payment.received_at).date())
            words = f"{history_texts.payment_title(payment)} · {day}"
            amount = formats.money(payment.amount_minor, payment.currency)
            pair = _Pair(words, amount)
            self._column.addWidget(pair)
            takeable = by_staff(payment)
            taken_back = payment.id in reversed_ids
            note = _("rückgängig gemacht") if taken_back else payment.note
            if note:
                self._column.addWidget(PlainLabel(texts.breakable(note), role="small", wrap=True))
            if takeable and not taken_back:
                undo = button(_("&Rückgängig …"), kind="link")
                title = history_texts.payment_title(payment)
                name = fill(_("%1 über %2 rückgängig machen"), title, amount)
                undo.setAccessibleName(name)
                undo.clicked.connect(
                    lambda _checked, chosen=payment.id: self.reverse_requested.emit(chosen)
                )
                self._column.addWidget(undo)
            if payment.id in standing and len(standing) > 1:
                # With one refund the words above the buttons say the same.
                self._add_refund_lines(payment, decisions.get(payment.id), forgiven=forgiven)
            if payment.stripe_payment_intent_id is not None:
                left = stripe_can_return(payment, payments)
                running = [one for one in open_refunds if one.payment_id == payment.id]
                self._add_stripe_lines(payment, left, fees.get(payment.id), running)

    def _add_refund_lines(self, refund: Payment, decision: str | None, *, forgiven: bool) -> None:
        amount = formats.money(-refund.amount_minor, refund.currency)
        if decision is not None:
            self._column.addWidget(PlainLabel(_("wieder offen"), role="small"))
            undo = button(_("Doch nicht wieder &offen"), kind="link")
            name = fill(_("Erstattung über %1 doch nicht wieder offen stellen"), amount)
            undo.setAccessibleName(name)
            undo.clicked.connect(
                lambda _checked, chosen=decision: self.not_owed_again_requested.emit((chosen,))
            )
            self._column.addWidget(undo)
        elif forgiven:
            again = button(_("&Wieder offen stellen …"), kind="link")
            name = fill(_("Erstattung über %1 wieder offen stellen"), amount)
            again.setAccessibleName(name)
            again.clicked.connect(
                lambda _checked, chosen=refund.id: self.owe_again_requested.emit((chosen,))
            )
            self._column.addWidget(again)

    def _add_stripe_lines(
        self,
        payment: Payment,
        left: int,
        fee: PaymentFee | None,
        running: Sequence[RefundRequest],
    ) -> None:
        if fee is not None:
            kept = formats.money(fee.fee_minor, fee.currency)
            paid_out = formats.money(fee.net_minor, fee.currency)
            words = fill(_("Gebühr %1, ausgezahlt %2"), kept, paid_out)
            self._column.addWidget(PlainLabel(words, role="small", wrap=True))
        for request in running:
            amount = formats.money(request.amount_minor, request.currency)
            words = fill(_("Erstattung über %1 läuft, Stripe antwortet noch"), amount)
            self._column.addWidget(PlainLabel(words, role="small", wrap=True))
        if left and self.refunds_offered and not running:
            give = button(_("&Erstatten …"), kind="link")
            amount = formats.money(payment.amount_minor, payment.currency)
            give.setAccessibleName(fill(_("Zahlung über %1 erstatten"), amount))
            give.clicked.connect(
                lambda _checked, chosen=payment.id: self.refund_requested.emit(chosen)
            )
            self._column.addWidget(give)


def state_words(invoice: Invoice, payments: Sequence[Payment], clock: Clock, today: date) -> str:
    """What stands beside the pill: when it is due, or when it was paid."""
    row = invoice.row
    if row.refunded:
        return texts.all_refunded()
    if row.partly_refunded and not row.outstanding_minor:
        # What the office gave back itself is nothing to dun for.
        return texts.nothing_due()
    if row.status in OWED and row.due_date is not None:
        return formats.due_text(row.due_date, today)
    if row.status is InvoiceStatus.PAID:
        days = [p.received_at for p in payments if p.amount_minor > 0 and p.kind is None]
        closed = [p.received_at for p in standing_closings(payments)]
        if row.received_minor > 0 and days:
            return texts.paid_on(clock.local(max(days)).date())
        return texts.closed_on(clock.local(max(closed)).date()) if closed else ""
    if row.status is InvoiceStatus.DRAFT:
        return texts.not_issued_yet()
    return ""


def closed_minor(payments: Sequence[Payment], kind: str) -> int:
    """What Skonto or Ausbuchungen close, those taken back left out."""
    return sum(payment.amount_minor for payment in payments if payment.kind == kind)


def lost_minor(row: InvoiceRow, payments: Sequence[Payment]) -> int:
    """What banks and refunds took beyond the money that came: the office's loss, at least 0."""
    beyond = 0
    for payment in payments:
        if payment.stripe_payment_intent_id is not None:
            back = (p for p in payments if p.reversal_of == payment.id)
            entries = (p.amount_minor for p in back if p.kind != StaffKind.MOVED)
            beyond += max(0, -(payment.amount_minor + sum(entries)))
    return max(beyond, -row.received_minor, 0)


class _Pair(QWidget):
    """Words on the left, wrapped; an amount on the right."""

    def __init__(self, words: str, amount: str) -> None:
        super().__init__()
        left = PlainLabel(texts.breakable(words), wrap=True)
        right = PlainLabel(amount)
        right.setFont(tabular(right.font()))
        right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(left, 1)
        layout.addWidget(right, 0, Qt.AlignmentFlag.AlignTop)


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
