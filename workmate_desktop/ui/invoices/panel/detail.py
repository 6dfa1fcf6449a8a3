"""The selected invoice beside the list: amounts, buttons, positions, payments, Verlauf."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.history import HistoryLine
from workmate_desktop.domain.invoices.invoices import Invoice
from workmate_desktop.domain.payments.payments import Payment
from workmate_desktop.domain.payments.reversals import ReversalKind
from workmate_desktop.services.books import Books
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction, actions_for, has_next_step
from workmate_desktop.ui.invoices.panel.buyer_text import address_line
from workmate_desktop.ui.invoices.panel.detail_sections import (
    ActionBlock,
    AmountBlock,
    ItemBlock,
    PaymentBlock,
    state_words,
)
from workmate_desktop.ui.invoices.panel.given_back import ClosedBlock, GivenBackBlock
from workmate_desktop.ui.invoices.panel.moved_block import MovedBlock
from workmate_desktop.ui.invoices.panel.overpaid import OverpaidBlock
from workmate_desktop.ui.invoices.panel.pay_part import PayBlock, PayView
from workmate_desktop.ui.invoices.panel.timeline import Timeline, TimelineEntry
from workmate_desktop.ui.kit.cards import EmptyState
from workmate_desktop.ui.kit.pills import PillLabel
from workmate_desktop.ui.kit.plain_text import PlainLabel, plain_tip
from workmate_desktop.ui.kit.side_panel import reading_area, style_panel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.pay_actions import PayAction, PayActions
from workmate_desktop.words import formats
from workmate_desktop.words import history as history_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.actors import actor_name
from workmate_desktop.words.language import _
from workmate_desktop.words.pills import status_pills

_WORD_THAT_FITS = 24
"""Letters of a word that the title can always show."""
_MARGIN = 14  # and the 2 px that show the focus


class DetailPanel(QStackedWidget):
    """Shows one invoice by id and reads it again when told.

    Signals: `action_chosen(str, str)` with an InvoiceAction and the invoice's id;
    `reverse_requested(str, str)` and `refund_requested(str, str)` with the invoice's and the
    payment's id; `owe_again_requested(str, object)` with the ids of refunds,
    `not_owed_again_requested(object)` with those of decisions.
    """

    action_chosen = Signal(str, str)
    reverse_requested = Signal(str, str)
    refund_requested = Signal(str, str)
    owe_again_requested = Signal(str, object)
    not_owed_again_requested = Signal(object)

    def __init__(
        self,
        theme: Theme,
        books: Books,
        clock: Clock,
        parent: QWidget | None = None,
        *,
        pay: PayActions | None = None,
    ) -> None:
        super().__init__(parent)
        self._pay = pay
        self._books = books
        self._clock = clock
        self._invoice_id = ""
        self._simulation = False
        self._shown: tuple[Invoice, list[Payment], list[HistoryLine], object] | None = None
        name = _("Ausgewählte Rechnung")
        # Amounts keep their sign beside a scroll bar.
        style_panel(self, name, least_width=312)
        self.empty = EmptyState(
            theme,
            "receipt-euro",
            _("Keine Rechnung ausgewählt"),
            _("Hier stehen Beträge, Zahlungen und Verlauf der gewählten Rechnung."),
        )
        self.number = PlainLabel(role="muted", selectable=True)
        self.customer = PlainLabel(role="title", elide_words=True, selectable=True)
        self.address = PlainLabel(role="muted", wrap=True, selectable=True)
        self.pills = PillLabel(theme)
        self.state = PlainLabel(role="muted", wrap=True)
        self.amounts = AmountBlock()
        self.overpaid = OverpaidBlock()
        self.moved = MovedBlock()
        self.given_back = GivenBackBlock()
        self.closed = ClosedBlock()
        self.pay = PayBlock()
        self.buttons = ActionBlock()
        self.items = ItemBlock()
        self.payments = PaymentBlock(clock)
        self.note = PlainLabel(role="muted", wrap=True, selectable=True)
        self.timeline = Timeline(theme)
        for label in (self.customer, self.address, self.note):
            # Staff copy these, so they cannot break a long word; it must not widen the panel.
            label.setMinimumWidth(1)
        self._payments_title = _heading(_("Zahlungen"))
        self._note_title = _heading(_("Hinweis auf der Rechnung"))
        self.buttons.chosen.connect(self._on_action)
        if pay is not None:
            self.pay.chosen.connect(self._on_pay)
            pay.changed.connect(self._on_pay_changed)
        self.payments.reverse_requested.connect(self._on_reverse)
        self.payments.refund_requested.connect(self._on_refund)
        self.payments.owe_again_requested.connect(self._on_owe_again)
        self.payments.not_owed_again_requested.connect(self.not_owed_again_requested)
        self.given_back.owe_again_wanted.connect(self._on_owe_again)
        self.given_back.not_owed_again_wanted.connect(self.not_owed_again_requested)
        self.closed.undo_wanted.connect(self._on_reverse)
        self.area = reading_area(self._content(), name)
        self.addWidget(self.empty)
        self.addWidget(self.area)

    @property
    def invoice_id(self) -> str:
        """Which invoice is shown; "" for none."""
        return self._invoice_id

    def show_invoice(self, invoice_id: str) -> None:
        """Show another invoice, or none for ""."""
        if invoice_id != self._invoice_id:
            self._invoice_id = invoice_id
            if self._pay is not None:
                self._pay.forget_problems()
            self.area.verticalScrollBar().setValue(0)
        self.refresh()

    def set_simulation_available(self, available: bool) -> None:
        """Offer Zahlung simulieren or not."""
        self._simulation = available
        self.refresh()

    def set_refunds_available(self, available: bool) -> None:
        """Offer Erstatten or not."""
        self.payments.refunds_offered = available
        self.refresh()

    def refresh(self) -> None:
        """Read the invoice again; repaints only when something differs."""
        invoice = self._books.invoice(self._invoice_id) if self._invoice_id else None
        if invoice is None:
            self._invoice_id = ""
            self._shown = None
            self.setCurrentWidget(self.empty)
            return
        payments = self._books.payments(invoice.row.id)
        history = self._books.history(invoice.row.id)
        # Today counts too: "heute" becomes "gestern" at midnight.
        pay = self._pay_view(invoice)
        fees, running = self._books.fees(invoice.row.id), self._books.open_refunds(invoice.row.id)
        given_back = any(one.kind == ReversalKind.REFUND for one in payments)
        said = self._books.owed_again(invoice.row.id) if given_back else []
        around = (self._clock.today(), self._simulation, self.payments.refunds_offered, pay)
        shown = (invoice, payments, history, (around, fees, running, said))
        if shown != self._shown:
            self._shown = shown
            self._fill(invoice, payments, history)
            self.given_back.show_invoice(invoice.row, payments, said)
            self.closed.show_invoice(invoice.row, payments)
            self.payments.show_payments(payments, fees, running, invoice.row, said)
            self._show_pay(invoice, pay)
        self.setCurrentWidget(self.area)

    def focus_first_action(self) -> None:
        """Enter on a row leads here."""
        first = self.pay.button(PayAction.OPEN)
        if first.isVisible() and first.isEnabled():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        for action in self.buttons.actions_shown():
            self.buttons.button(action).setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self, invoice: Invoice, payments: list[Payment], history: list[HistoryLine]) -> None:
        row = invoice.row
        today = self._clock.today()
        self.number.setText(texts.label(row))
        self.customer.setText(row.customer_name)
        address = address_line(invoice.buyer)
        _show_whole(self.address, address)
        self.address.setVisible(bool(address))
        self.pills.set_pills(status_pills(row, today))
        self.state.setText(state_words(invoice, payments, self._clock, today))
        self.amounts.show_invoice(invoice, payments)
        self.overpaid.show_invoice(row)
        self.moved.show_invoice(row, payments)
        self.items.show_items(invoice.items, row.currency)
        for widget in (self._payments_title, self.payments):
            widget.setVisible(bool(payments))
        _show_whole(self.note, invoice.note)
        for label in (self._note_title, self.note):
            label.setVisible(bool(invoice.note))
        self.timeline.set_entries([self._entry(line) for line in history])

    def _pay_view(self, invoice: Invoice) -> PayView | None:
        """What the block of the payment link shows; None without Stripe."""
        if self._pay is None:
            return None
        row = invoice.row
        problem = self._pay.problem(row.id)
        return PayView(
            self._pay.words(self._pay.offer(row.id), with_trouble=not problem),
            payable=bool(self._pay.actions_for(row)),
            busy=self._pay.is_busy(row.id),
            problem=problem,
        )

    def _show_pay(self, invoice: Invoice, view: PayView | None) -> None:
        """One large button: paying; the first of the others where nothing is said of that."""
        self.pay.show_view(view)
        self.buttons.show_actions(
            actions_for(invoice.row, simulation=self._simulation),
            large=has_next_step(invoice.row) and (view is None or not (view.payable or view.words)),
        )

    def _entry(self, line: HistoryLine) -> TimelineEntry:
        when = formats.day_time(self._clock.local(line.at), self._clock.local(self._clock.now()))
        when = when.replace(" ", formats.NBSP)  # a line breaks before "heute 14:32", not within
        actor = actor_name(line.actor)
        return TimelineEntry(
            history_texts.history_title(line),
            history_texts.history_note(line),
            f"{when} · {actor}" if actor else when,
            history_texts.history_tone(line),
        )

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(0)
        for widget, space_below in (
            (self.number, 0),
            (self.customer, 0),
            (self.address, 10),
        ):
            column.addWidget(widget)
            column.addSpacing(space_below)
        state = QHBoxLayout()
        state.setSpacing(8)
        column.addLayout(state)
        state.addWidget(self.pills)
        state.addWidget(self.state, 1)
        column.addSpacing(16)
        for block, space_below in (
            (self.amounts, 16),
            (self.given_back, 16),
            (self.closed, 16),
            (self.overpaid, 16),
            (self.moved, 16),
            (self.pay, 8),
            (self.buttons, 16),
            (_heading(_("Positionen")), 6),
            (self.items, 16),
            (self._payments_title, 6),
            (self.payments, 16),
            (self._note_title, 6),
            (self.note, 16),
            (_heading(_("Verlauf")), 8),
            (self.timeline, 0),
        ):
            block.setContentsMargins(0, 0, 0, space_below)
            column.addWidget(block)
        column.addStretch(1)
        return content

    def _on_action(self, action: str) -> None:
        self.action_chosen.emit(InvoiceAction(action).value, self._invoice_id)

    @Slot(str)
    def _on_pay(self, action: str) -> None:
        if self._pay is not None:
            self._pay.run(PayAction(action), self._invoice_id)

    @Slot(str)
    def _on_pay_changed(self, invoice_id: str) -> None:
        if invoice_id == self._invoice_id:
            self.refresh()

    @Slot(object)
    def _on_owe_again(self, refund_ids: tuple[str, ...]) -> None:
        self.owe_again_requested.emit(self._invoice_id, refund_ids)

    def _on_refund(self, payment_id: str) -> None:
        self.refund_requested.emit(self._invoice_id, payment_id)

    def _on_reverse(self, payment_id: str) -> None:
        self.reverse_requested.emit(self._invoice_id, payment_id)


def _heading(text: str) -> PlainLabel:
    return PlainLabel(text, role="strong")


def _show_whole(label: PlainLabel, text: str) -> None:
    """The text, and once more as a tool tip when a word may be too long for the panel."""
    label.setText(text)
    fits = all(len(word) <= _WORD_THAT_FITS for word in text.split())
    label.setToolTip("" if fits else plain_tip(text))
