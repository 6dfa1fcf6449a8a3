"""Rechnungen: figures, chips, search, the list, and the selected invoice beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.invoices.invoices import InvoiceStatus
from workmate_desktop.domain.invoices.lists import Figures, InvoiceFilter
from workmate_desktop.services.books import Books
from workmate_desktop.services.invoices.invoicing import Invoicing
from workmate_desktop.ui.invoices.list.figures_reader import FiguresReader
from workmate_desktop.ui.invoices.list.list_side import ListSide
from workmate_desktop.ui.invoices.news import NewsTeller
from workmate_desktop.ui.invoices.panel.actions import InvoiceAction, InvoiceActions
from workmate_desktop.ui.invoices.panel.detail import DetailPanel
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.kit.toast import ToastHost, ToastKind
from workmate_desktop.ui.payments.pay_actions import PayActions
from workmate_desktop.ui.review.desk import ReviewDesk

_SETTLE_MS = 250
"""Figures, and rows that are not loaded, follow no sooner than this."""
_MINUTE_MS = 60_000


class InvoicesTab(QWidget):
    """The first page of the window.

    Signals: `new_invoice_requested()`, `edit_requested(str)` for a draft,
    `simulate_requested(str)`.
    """

    new_invoice_requested = Signal()
    edit_requested = Signal(str)
    simulate_requested = Signal(str)

    def __init__(
        self,
        theme: Theme,
        books: Books,
        invoicing: Invoicing,
        bridge: Bridge,
        clock: Clock,
        toasts: ToastHost,
        parent: QWidget | None = None,
        pay: PayActions | None = None,
        side: ListSide | None = None,
    ) -> None:
        """Without `pay` nothing of Stripe's payment page is offered. `side` is the list where it
        is on the screen already.
        """
        super().__init__(parent)
        self._books = books
        self._bridge = bridge
        self._clock = clock
        self._toasts = toasts
        if side is None:
            side = ListSide(theme, books, clock.today())
        else:
            side.read_from(books)
        self._side = side
        self._choice = side.choice
        self.model, self.table, self.list = side.model, side.table, side.list
        self.figures, self.toolbar = side.figures, side.toolbar
        self.switch, self.cancelled, self.footer = side.switch, side.cancelled, side.footer
        self.splitter = side.splitter
        self.detail = DetailPanel(theme, books, clock, pay=pay)
        self.actions_of = InvoiceActions(theme, books, invoicing, bridge, clock, self, pay)
        self.news = NewsTeller(books, bridge, clock, toasts, self)
        self._strangers: dict[str, None] = {}
        self._figures = FiguresReader(
            books, bridge, lambda: self.model.query, self._on_figures, self
        )
        self._typed = ""
        self.review: ReviewDesk | None = None
        self._build()
        self._connect()
        self._show_state()
        self.refresh_figures()

    # For the window

    def set_mode(self, livemode_keys: bool | None) -> None:
        """The mode of the Stripe keys, None without keys. Test invoices show in test mode only."""
        self._choice.livemode_keys = livemode_keys
        self._follow_book()
        self.refresh_figures()

    def set_simulation_available(self, available: bool) -> None:
        """Offer Zahlung simulieren or not."""
        self.actions_of.simulation = available
        self.detail.set_simulation_available(available)

    def set_refunds_available(self, available: bool) -> None:
        """Offer Erstatten or not."""
        self.actions_of.refunds = available
        self.detail.set_refunds_available(available)

    def set_review(self, review: ReviewDesk) -> None:
        """Klärung nötig opens in this page from now on."""
        self.review = review
        self.splitter.add_review(review.pane, review.detail)
        review.back_wanted.connect(self._show_list)
        review.invoice_wanted.connect(self.select_invoice)
        review.count_changed.connect(self._settle_soon)

    def show_review(self, item_id: str = "") -> None:
        """Open Klärung nötig, with this item selected."""
        if self.review is not None:
            self._set_side(review=True)
            self.review.open(item_id)

    def select_invoice(self, invoice_id: str) -> None:
        """Show this invoice, whatever book and filter that needs."""
        row = self._books.invoice_row(invoice_id)
        if row is None:
            return
        self._set_side(review=False)
        if row.livemode != self.model.query.livemode:
            self._choice.choose(row.livemode)
            self._follow_book()
        if not self._books.invoice_matches(self.model.query, invoice_id):
            self.toolbar.search.clear()
            self._typed = ""
            self.model.set_query(replace(self.model.query, text="", filter=InvoiceFilter.ALL))
            self._show_filter()
        self.model.admit((invoice_id,))
        self._show_state()
        if not self.table.select(invoice_id):
            self.table.clearSelection()
            self.detail.show_invoice(invoice_id)

    def show_filter(self, wanted: InvoiceFilter) -> None:
        """List only these."""
        self._set_side(review=False)
        self.model.set_query(replace(self.model.query, filter=wanted))
        self._show_filter()
        self._show_state()

    def save_state(self) -> dict[str, Any]:
        """Columns, sort and the splitter, as plain JSON values."""
        return self._side.save_state()

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take over what `save_state` gave; anything unfit is left out."""
        self._side.restore_state(state)

    def focus_first(self) -> None:
        """Give the keyboard to the list, or while it is empty to Neue Rechnung."""
        if self.splitter.shows_review and self.review is not None:
            self.review.pane.focus_list()
            return
        first = self.table if self.table.isVisible() else self.toolbar.new_button
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh_figures(self) -> None:
        """Read the figures again, in the background; at most one reading at a time."""
        self._figures.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """The list has the focus first, so that the arrow keys work at once."""
        super().showEvent(event)
        if self.window().focusWidget() is None:
            self.focus_first()

    # Building

    def _build(self) -> None:
        self.splitter.set_detail(self.detail)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)
        self._search_timer = QTimer(self)
        # Zero: runs when no key is waiting, so only the newest one is searched for.
        self._search_timer.setSingleShot(True)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.start()
        for keys, slot in (
            (QKeySequence.StandardKey.Find, self._focus_search),
            (QKeySequence.StandardKey.New, self.new_invoice_requested),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(slot)

    def _connect(self) -> None:
        self.toolbar.new_wanted.connect(self.new_invoice_requested)
        self.toolbar.filter_wanted.connect(self._on_filter_wanted)
        self.toolbar.searched.connect(self._on_searched)
        self.figures.filter_wanted.connect(self._on_figure_clicked)
        self.figures.review_wanted.connect(self._on_review_clicked)
        self.switch.chosen.connect(self._on_book_chosen)
        self.list.new_wanted.connect(self.new_invoice_requested)
        self.list.clear_wanted.connect(self.toolbar.search.clear)
        self.list.all_wanted.connect(self._show_all)
        self.cancelled.wanted.connect(self._show_cancelled)
        self.table.invoice_selected.connect(self.detail.show_invoice)
        self.table.activated_row.connect(self._on_activated)
        self.table.delete_pressed.connect(self._on_delete_pressed)
        self.table.menu_wanted.connect(self._on_menu_wanted)
        self.detail.action_chosen.connect(self._on_action_chosen)
        self.detail.reverse_requested.connect(self.actions_of.reverse)
        self.detail.owe_again_requested.connect(self.actions_of.owe_again)
        self.detail.not_owed_again_requested.connect(self.actions_of.not_owed_again)
        self.actions_of.edit_requested.connect(self.edit_requested)
        self.actions_of.simulate_requested.connect(self.simulate_requested)
        self.actions_of.went_wrong.connect(self._on_went_wrong)
        self._search_timer.timeout.connect(self._search)
        self._settle.timeout.connect(self._on_settled)
        self._minute.timeout.connect(self._on_minute)
        self._bridge.invoices_changed.connect(self._on_invoices_changed)
        self._bridge.customers_changed.connect(self._on_customers_changed)
        self._bridge.events_recorded.connect(self._on_events_recorded)
        self._bridge.everything_changed.connect(self._on_much_changed)

    # What changed

    @Slot(object)
    def _on_invoices_changed(self, invoice_ids: tuple[str, ...]) -> None:
        for change in self.model.refresh_rows(invoice_ids):
            if change.became_paid:
                self.table.flash.start(change.before.id)
        if self.detail.invoice_id in invoice_ids:
            self.detail.refresh()
        unknown = {i: None for i in invoice_ids if self.model.position(i) is None}
        self.news.changed(invoice_ids)
        calm = not self._settle.isActive()
        if unknown:
            if calm:
                self.model.admit(unknown)
            else:
                self._strangers.update(unknown)
        self._settle_soon()
        self._show_state()

    @Slot(object)
    def _on_events_recorded(self, _event_ids: object) -> None:
        self._settle_soon()

    @Slot(object)
    def _on_customers_changed(self, _customer_ids: object) -> None:
        self.model.refresh_loaded()
        self.detail.refresh()

    @Slot()
    def _on_much_changed(self) -> None:
        self._choice.forget_counts()
        self._follow_book()
        self.model.reload()
        self.detail.refresh()
        self.refresh_figures()
        self._show_state()

    @Slot()
    def _settle_soon(self) -> None:
        if not self._settle.isActive():
            self._settle.start()

    @Slot()
    def _on_settled(self) -> None:
        strangers, self._strangers = self._strangers, {}
        self.model.admit(strangers)
        self._follow_book()
        self._figures.follow()
        self._show_state()

    @Slot()
    def _on_minute(self) -> None:
        """Midnight makes invoices overdue without any event."""
        if self._clock.today() != self.model.query.today:
            self.model.set_query(replace(self.model.query, today=self._clock.today()))
            self.refresh_figures()
            self._show_state()
            self.detail.refresh()

    def _on_figures(self, figures: Figures) -> None:
        self.figures.set_figures(figures, self.model.query.today)
        self.toolbar.set_counts(figures)
        self.cancelled.set_count(figures.counts.get(InvoiceFilter.CANCELLED, 0))

    # What staff do

    @Slot(str)
    def _on_filter_wanted(self, wanted: str) -> None:
        self.show_filter(InvoiceFilter(wanted))

    @Slot(str)
    def _on_figure_clicked(self, wanted: str) -> None:
        """A second click on the same figure lists all again."""
        chosen = InvoiceFilter(wanted)
        again = self.model.query.filter is chosen and not self.splitter.shows_review
        self.show_filter(InvoiceFilter.ALL if again else chosen)

    @Slot()
    def _on_review_clicked(self) -> None:
        """A second click leads back, as with the other figures."""
        if self.splitter.shows_review:
            self._show_list()
        else:
            self.show_review()

    @Slot()
    def _show_list(self) -> None:
        self._set_side(review=False)
        self.focus_first()

    def _set_side(self, *, review: bool) -> None:
        self.splitter.show_review(review)
        self.figures.show_filter(None if review else self.model.query.filter)

    @Slot()
    def _show_all(self) -> None:
        self.show_filter(InvoiceFilter.ALL)

    @Slot()
    def _show_cancelled(self) -> None:
        self.show_filter(InvoiceFilter.CANCELLED)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self._typed = text
        self._search_timer.start()

    @Slot()
    def _search(self) -> None:
        self.model.set_query(replace(self.model.query, text=self._typed))
        self._show_state()

    @Slot(bool)
    def _on_book_chosen(self, livemode: bool) -> None:
        self._choice.choose(livemode)
        self._follow_book()
        self.refresh_figures()

    @Slot()
    def _focus_search(self) -> None:
        self._set_side(review=False)
        self.toolbar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.toolbar.search.selectAll()

    @Slot(str)
    def _on_activated(self, invoice_id: str) -> None:
        row = self._books.invoice_row(invoice_id)
        if row is not None and row.status is InvoiceStatus.DRAFT:
            self.edit_requested.emit(invoice_id)
        else:
            self.detail.focus_first_action()

    @Slot(str)
    def _on_delete_pressed(self, invoice_id: str) -> None:
        self.actions_of.run(InvoiceAction.DELETE, invoice_id)

    @Slot(str, str)
    def _on_action_chosen(self, action: str, invoice_id: str) -> None:
        self.actions_of.run(InvoiceAction(action), invoice_id)

    @Slot(str, object)
    def _on_menu_wanted(self, invoice_id: str, place: QPoint) -> None:
        menu = self.actions_of.menu(invoice_id)
        if menu is not None:
            menu.popup(place)

    @Slot(str, str)
    def _on_went_wrong(self, sentence: str, action: str) -> None:
        self._toasts.show(sentence, action, ToastKind.ERROR)

    # What is shown

    def _follow_book(self) -> None:
        """Test and real invoices never stand in one list."""
        self._choice.look()
        self.switch.show_choice(self._choice.both, self._choice.livemode)
        if self._choice.livemode != self.model.query.livemode:
            self.table.clearSelection()
            self.detail.show_invoice("")
            self.model.set_query(replace(self.model.query, livemode=self._choice.livemode))
            self._show_state()

    def _show_filter(self) -> None:
        self.figures.show_filter(self.model.query.filter)
        self.toolbar.show_filter(self.model.query.filter)
        self.cancelled.show_filter(self.model.query.filter)

    def _show_state(self) -> None:
        """The table, or why it is empty."""
        self._side.show_state()
