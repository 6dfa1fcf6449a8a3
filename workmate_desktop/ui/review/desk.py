"""Klärung nötig as a whole: the list, the panel beside it, and what happens when one decides."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.review import Decision, ReviewItem, ReviewList, Suggestion
from workmate_desktop.domain.stripe.events import Outcome
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.booking.review import Review
from workmate_desktop.ui.kit.plain_text import chosen_key
from workmate_desktop.ui.kit.reason_dialog import ReasonDialog
from workmate_desktop.ui.kit.theme import Theme
from workmate_desktop.ui.payments.more_than_owed import assigned_too_much
from workmate_desktop.ui.review.choose_dialog import ChooseDialog
from workmate_desktop.ui.review.detail import ReviewDetail
from workmate_desktop.ui.review.pane import ReviewPane
from workmate_desktop.words import review as texts
from workmate_desktop.words.events import reprocessed_words
from workmate_desktop.words.language import _
from workmate_desktop.words.messages import error_sentence

T = TypeVar("T")
logger = logging.getLogger("workmate.ui")

_CALM_MS = 100
"""While much changes, list and count are read again at most this often."""


RefundAsked = Callable[[str], None]
"""Opens Erstatten for the payment of this id. The item leaves the list by itself when the money
is back with the customer (services/booking/decide.py money_went_back)."""


class ReviewDesk(QObject):
    """`pane` and `detail` are the two sides; whoever shows them decides where.

    Signals: `back_wanted()`; `invoice_wanted(str)`; `count_changed()`, something waits or does
    not wait any more.
    """

    back_wanted = Signal()
    invoice_wanted = Signal(str)
    count_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        review: Review,
        receive: Receive,
        bridge: Bridge,
        clock: Clock,
        refund: RefundAsked | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`refund` None: Erstatten is not offered."""
        super().__init__(parent)
        self._theme = theme
        self._review = review
        self._receive = receive
        self._bridge = bridge
        self._refund = refund
        self.pane = ReviewPane(theme, review, clock)
        self.detail = ReviewDetail(theme, clock)
        self._news: dict[str, None] = {}
        self._asked_for = ""
        self._item_of: dict[str, str] = {}  # decisions made in this window
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._take_news)
        self._connect()

    def open(self, item_id: str = "") -> None:
        """Show what waits; with an id this item, whichever list it stands in."""
        self._take_news()
        self.pane.done.show_done("")
        item = self._review.item(item_id) if item_id else None
        self.pane.show_list(item.lies_in if item is not None else ReviewList.OPEN)
        self._show_count()
        if item is not None:
            self.pane.model.load_until(item_id)
        if item is None or not self.pane.table.select(item_id):
            self.pane.select_at(0)
        self._show_selected()
        self.pane.focus_list()

    def _connect(self) -> None:
        pane, detail = self.pane, self.detail
        pane.back_wanted.connect(self.back_wanted)
        pane.item_selected.connect(self._on_selected)
        pane.activated_item.connect(detail.focus_first_action)
        pane.undo_wanted.connect(self._undo)
        pane.others.look_wanted.connect(self._look_at_others)
        pane.others.hide_wanted.connect(self._hide_others)
        detail.assign_wanted.connect(self._assign)
        detail.choose_wanted.connect(self._choose)
        detail.refund_wanted.connect(self._on_refund)
        detail.set_aside_wanted.connect(self._set_aside)
        detail.again_wanted.connect(self._again)
        detail.undo_wanted.connect(self._undo)
        detail.invoice_wanted.connect(self.invoice_wanted)
        self._bridge.events_recorded.connect(self._on_news)
        self._bridge.notices_added.connect(self._on_news)
        self._bridge.invoices_changed.connect(self._on_invoices_changed)
        self._bridge.everything_changed.connect(self._on_everything_changed)

    # What is shown

    @Slot(str)
    def _on_selected(self, _item_id: str) -> None:
        self._show_selected()

    def _show_selected(self) -> None:
        item_id = self.pane.table.selected_id()
        item = self._review.item(item_id) if item_id else None
        if item is None:
            self.detail.show_item(None)
            return
        refundable = self._refund is not None and item.payment_id is not None
        self.detail.show_item(item, self._review.decisions_about(item.id), refundable=refundable)
        if item.decided is None and (item.assignable or item.asks_which):
            self._ask_for_suggestions(item)

    def _ask_for_suggestions(self, item: ReviewItem) -> None:
        self._asked_for = item.id

        def done(found: Sequence[Suggestion]) -> None:
            shown = self.detail.item
            if shown is not None and shown.id == item.id == self._asked_for:
                self.detail.show_suggestions(found)

        def failed(error: Exception) -> None:
            if isinstance(error, UserError):  # the bridge logs every bug
                logger.warning("Looking for fitting invoices failed: %s", error.code)
            done(())

        self._bridge.run_in_background(lambda: self._review.suggestions(item), done, failed, self)

    @Slot(object)
    def _on_news(self, ids: tuple[str, ...]) -> None:
        self._news.update(dict.fromkeys(one for one in ids if one))
        if not self._calm.isActive():
            self._calm.start()

    @Slot()
    def _take_news(self) -> None:
        if not self._news:
            return
        news, self._news = self._news, {}
        listed = self.pane.model.listed(news)
        concerned = dict.fromkeys([*listed, *self._review.concerned(news)])
        if not concerned:
            return  # booked like nearly all: it never stood here
        row = self.pane.table.currentIndex().row()
        shown = self.pane.table.selected_id()
        self.pane.model.refresh(concerned)
        if shown and self.pane.model.position(shown) is None:
            self.pane.select_at(row)  # it left the list: go on with the next one
        self._show_selected()
        self._show_count()
        self.count_changed.emit()

    @Slot(object)
    def _on_invoices_changed(self, invoice_ids: tuple[str, ...]) -> None:
        self.pane.model.refresh_invoices(invoice_ids)
        if self.detail.isVisible():
            self._show_selected()

    @Slot()
    def _on_everything_changed(self) -> None:
        self.pane.model.reload()
        self._show_selected()
        self._show_count()

    def _show_count(self) -> None:
        self.pane.show_waiting(self._review.waiting())
        self.pane.others.show_others(self._review.not_ours())

    # What staff decide

    @Slot(str)
    def _assign(self, invoice_id: str) -> None:
        item = self.detail.item
        if item is None:
            return
        if item.asks_which:
            self._place(item, invoice_id)
            return
        row = next(
            card.suggestion.row
            for card in self.detail.cards
            if card.suggestion.row.id == invoice_id
        )
        box = assigned_too_much(self.pane.window(), row, item.amount_minor or 0)
        if box is None:
            self._put(item, invoice_id)
            return

        def answered() -> None:
            if chosen_key(box) == "yes":
                self._put(item, invoice_id)

        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(answered)
        box.open()

    def _place(self, item: ReviewItem, invoice_id: str) -> None:
        self.detail.set_working(True)

        def done(_nothing: None) -> None:
            self.pane.done.show_done(_("Die Erstattung ist jetzt dieser Rechnung zugeordnet."))
            self._after_decision(item.id)

        self._wait_for(self._review.place_reversal(item.id, invoice_id), done)

    def _put(self, item: ReviewItem, invoice_id: str) -> None:
        self.detail.set_working(True)
        self._wait_for(self._review.assign(item.id, invoice_id), self._on_assigned(item))

    def _on_assigned(self, item: ReviewItem) -> Callable[[str], None]:
        def done(decision_id: str) -> None:
            now = self._review.item(item.id)
            decided = now.decided if now is not None else None
            target = (decided.invoice_label if decided is not None else None) or ""
            words = texts.done_words(item, Decision.ASSIGNED, target)
            self._offer_undo(item, words, decision_id)

        return done

    @Slot()
    def _choose(self) -> None:
        item = self.detail.item
        if item is None:
            return
        dialog = ChooseDialog(
            self._theme,
            item,
            lambda text: self._review.find_invoices(item, text),
            self.pane.window(),
        )

        def save() -> None:
            def done(decision_id: str) -> None:
                dialog.accept()
                self._on_assigned(item)(decision_id)

            future = self._review.assign(item.id, dialog.invoice_id())
            self._bridge.when_done(
                future, done, lambda error: dialog.fail(*error_sentence(error)), dialog
            )

        dialog.submitted.connect(save)
        dialog.open()

    @Slot()
    def _set_aside(self) -> None:
        item = self.detail.item
        if item is None:
            return
        _button, title, consequence, submit = texts.set_aside_words(item)
        subtitle = f"{texts.amount(item)} · {texts.item_title(item)}"
        dialog = ReasonDialog(
            self.pane.window(), title, subtitle, consequence, submit, kind="primary"
        )

        def save() -> None:
            def done(decision_id: str) -> None:
                dialog.accept()
                words = texts.done_words(item, Decision.SET_ASIDE)
                self._offer_undo(item, words, decision_id)

            future = self._review.set_aside(item.id, dialog.reason())
            self._bridge.when_done(
                future, done, lambda error: dialog.fail(*error_sentence(error)), dialog
            )

        dialog.submitted.connect(save)
        dialog.open()

    @Slot(str)
    def _undo(self, decision_id: str) -> None:
        self.detail.set_working(True)
        shown = self.detail.item
        if shown is not None and shown.decided is not None and shown.decided.id == decision_id:
            item_id = shown.id
        else:
            item_id = self._item_of.get(decision_id, "")

        def done(_nothing: None) -> None:
            item = self._review.item(item_id)
            waits = item is None or item.lies_in is ReviewList.OPEN
            again = _("Rückgängig gemacht: Es wartet wieder.")
            self.pane.done.show_done(again if waits else _("Rückgängig gemacht."))
            self._after_decision(item_id)
            if item is not None and item.lies_in is self.pane.model.shown:
                self.pane.table.select(item_id)

        self._wait_for(self._review.undo(decision_id), done)

    @Slot()
    def _look_at_others(self) -> None:
        self.pane.show_list(ReviewList.NOT_OURS)
        self.pane.select_at(0)
        self._show_selected()
        self.pane.focus_list()

    @Slot(bool)
    def _hide_others(self, hidden: bool) -> None:
        def done(_nothing: None) -> None:
            self.pane.done.show_done(texts.others_hidden() if hidden else "")
            if not hidden and self.pane.model.shown is ReviewList.DECIDED:
                self.pane.show_list(ReviewList.OPEN)
                self.pane.select_at(0)
            self._show_count()
            self.pane.focus_list()

        self._wait_for(self._review.hide_not_ours(hidden), done)

    @Slot()
    def _again(self) -> None:
        item = self.detail.item
        if item is None:
            return
        self.detail.set_working(True)

        def done(after: Outcome) -> None:
            words = reprocessed_words(Outcome.NEEDS_REVIEW, after)
            self.pane.done.show_done(words)
            self._after_decision(item.id)

        self._wait_for(self._receive.reprocess(item.id), done)

    @Slot()
    def _on_refund(self) -> None:
        item = self.detail.item
        if item is not None and item.payment_id is not None and self._refund is not None:
            self._refund(item.payment_id)

    def _offer_undo(self, item: ReviewItem, words: str, decision_id: str) -> None:
        self._item_of[decision_id] = item.id
        self.pane.done.show_done(words, decision_id)
        self._after_decision(item.id)

    def _after_decision(self, item_id: str) -> None:
        """Show it without waiting for the announcement, which comes as well."""
        self._news.update({item_id: None} if item_id else {})
        self._take_news()
        self.detail.set_working(False)

    def _wait_for(self, future: "Future[T]", done: Callable[[T], None]) -> None:
        self._bridge.when_done(future, done, self._on_failed, self)

    def _on_failed(self, error: Exception) -> None:
        shown = self.pane.table.selected_id()
        if shown:
            self._news[shown] = None  # somebody else may have been faster: look again
        self._take_news()
        self.detail.set_working(False)
        words = error_sentence(error).line
        if self.detail.item is not None and self.detail.item.id == shown:
            self.detail.say(words)
        else:
            self.pane.done.show_done(words)
