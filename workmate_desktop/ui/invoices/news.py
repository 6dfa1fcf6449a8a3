"""Toasts for what happened to invoices: each one told once, many at once told together."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from PySide6.QtCore import QObject, QTimer, Slot

from workmate_desktop.bridge import Bridge
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import Action, HistoryLine
from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.services.books import Books
from workmate_desktop.ui.kit.toast import MOST, ToastHost, ToastKind
from workmate_desktop.words import formats
from workmate_desktop.words import history as history_texts
from workmate_desktop.words import invoices as texts
from workmate_desktop.words.language import _, fill

logger = logging.getLogger("workmate.ui")

MOST_ALONE = MOST
"""More news than fit on the screen in one go are told in one toast."""
MOST_READ = 500
"""With more changes than this in one go nobody reads what each of them was."""
_PAUSE_MS = 1000
"""After a toast, further news are collected this long."""
_REMEMBERED = 5000


class News(Enum):
    """What is worth a toast."""

    PAID = auto()
    PART_PAID = auto()
    FAILED = auto()
    CANCELLED = auto()
    WENT_BACK = auto()
    """Refunded, disputed, returned; or that came again."""
    DECIDED = auto()
    """Staff closed a rest, took that back, or said of a refund that it is owed again."""


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One thing that happened. `line` is its line in the Verlauf."""

    kind: News
    row: InvoiceRow
    line: HistoryLine


class NewsTeller(QObject):
    """Takes ids of changed invoices, reads in the background what happened, and tells it."""

    def __init__(
        self,
        books: Books,
        bridge: Bridge,
        clock: Clock,
        toasts: ToastHost,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._books = books
        self._bridge = bridge
        self._clock = clock
        self._toasts = toasts
        # What lies before the window was opened is no news.
        self._since = clock.now()
        self._told: dict[str, None] = {}
        self._waiting: dict[str, None] = {}
        self._reading = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)

    def changed(self, invoice_ids: Iterable[str]) -> None:
        """These invoices changed somehow."""
        self._waiting.update(dict.fromkeys(invoice_ids))
        if not self._pause.isActive():
            self._read()

    @Slot()
    def _read(self) -> None:
        if not self._waiting or self._reading:
            return
        ids, told = tuple(self._waiting), frozenset(self._told)
        self._waiting.clear()
        self._pause.start()
        if len(ids) > MOST_READ:
            # Reading each of them would cost the window more than the news are worth.
            self._since = self._clock.now()
            self._toasts.show(
                fill(_("%1 Rechnungen haben sich geändert"), str(len(ids))),
                _("Die Liste zeigt schon den neuesten Stand."),
                ToastKind.INFO,
            )
            return
        self._reading = True
        self._bridge.run_in_background(
            lambda: read_news(self._books, ids, self._since, told), self._tell, self._failed, self
        )

    def _tell(self, fresh: Sequence[NewsItem]) -> None:
        self._reading = False
        self._told.update({item.line.id: None for item in fresh})
        while len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        if len(fresh) <= MOST_ALONE:
            for item in fresh:
                self._toasts.show(*_single(item, self._clock))
            return
        for kind in News:
            items = [item for item in fresh if item.kind is kind]
            if len(items) == 1:
                self._toasts.show(*_single(items[0], self._clock))
            elif items:
                self._toasts.show(*_bundle(kind, items))

    def _failed(self, error: Exception) -> None:
        """A toast is a courtesy, and the list itself is right. The bridge logs every bug."""
        self._reading = False
        if isinstance(error, UserError):
            logger.warning("Reading what happened to invoices failed: %s", error.code)


def read_news(
    books: Books, invoice_ids: Collection[str], since: datetime, told: AbstractSet[str]
) -> list[NewsItem]:
    """The newest thing that happened to each invoice, unless it is old or was told."""
    news: list[NewsItem] = []
    for row, lines in books.newest_history(invoice_ids, since):
        for line in lines:
            kind = _kind(line, row)
            if line.at < since or kind is not None:
                if line.at >= since and kind is not None and line.id not in told:
                    news.append(NewsItem(kind, row, line))
                break
    return news


_MONEY = (Action.PAYMENT_BOOKED, Action.MANUAL_PAYMENT, Action.PAYMENT_ASSIGNED)


_BACK = (
    Action.REFUNDED,
    Action.REFUND_FAILED,
    Action.DISPUTED,
    Action.DISPUTE_WON,
    Action.DEBIT_RETURNED,
    Action.PAID_BACK,
    Action.PAID_BACK_UNDONE,
)
_DECIDED = (
    Action.SKONTO,
    Action.WRITTEN_OFF,
    Action.CLOSING_UNDONE,
    Action.OWED_AGAIN,
    Action.OWED_AGAIN_UNDONE,
)


def _kind(line: HistoryLine, row: InvoiceRow) -> News | None:
    if line.action in _MONEY:
        return News.PAID if row.status is InvoiceStatus.PAID else News.PART_PAID
    if line.action in _BACK:
        return News.WENT_BACK
    if line.action in _DECIDED and not line.detail.get("with_payment"):
        return News.DECIDED  # else the payment tells it
    if line.action == Action.PAYMENT_FAILED and row.payment_failed:
        return News.FAILED
    return News.CANCELLED if line.action == Action.CANCELLED else None


_CALM = (
    Action.REFUNDED,
    Action.DISPUTE_WON,
    Action.PAID_BACK,
    Action.PAID_BACK_UNDONE,
    *_DECIDED,
)


def _single(item: NewsItem, clock: Clock) -> tuple[str, str, ToastKind]:
    row, detail = item.row, item.line.detail
    minor = detail.get("amount_minor")
    amount = formats.money(minor if isinstance(minor, int) else row.paid_minor, row.currency)
    when = formats.ago(clock.local(item.line.at), clock.local(clock.now()))
    about = texts.SEPARATOR.join((row.customer_name, amount, when))
    name = texts.label(row)
    if item.kind is News.PAID:
        return fill(_("%1 ist bezahlt"), name), about, ToastKind.SUCCESS
    if item.kind is News.PART_PAID:
        return fill(_("Teilzahlung für %1"), name), about, ToastKind.SUCCESS
    if item.kind in (News.WENT_BACK, News.DECIDED):
        about = texts.SEPARATOR.join((name, row.customer_name))
        tone = ToastKind.INFO if item.line.action in _CALM else ToastKind.ERROR
        return history_texts.history_title(item.line), about, tone
    if item.kind is News.CANCELLED:
        where = _("Stornierte Rechnungen stehen unter der Liste")
        about = texts.SEPARATOR.join((row.customer_name, where))
        return fill(_("%1 ist storniert"), name), about, ToastKind.INFO
    reason = history_texts.failure_reason(detail)
    about = texts.SEPARATOR.join((reason, row.customer_name, amount))
    return fill(_("Zahlung für %1 fehlgeschlagen"), name), about, ToastKind.ERROR


def _bundle(kind: News, items: Sequence[NewsItem]) -> tuple[str, str, ToastKind]:
    count = str(len(items))
    numbers = [texts.label(item.row) for item in items]
    shown = ", ".join(numbers[:3])
    if len(numbers) > 3:
        shown = fill(_("%1 und %2 weitere"), shown, str(len(numbers) - 3))
    sentence: dict[News, Callable[[], str]] = {
        News.PAID: lambda: _("%1 Rechnungen wurden bezahlt"),
        News.PART_PAID: lambda: _("%1 Teilzahlungen sind eingegangen"),
        News.FAILED: lambda: _("%1 Zahlungen sind fehlgeschlagen"),
        News.WENT_BACK: lambda: _("Bei %1 Rechnungen ging Geld zurück"),
        News.CANCELLED: lambda: _("%1 Rechnungen sind storniert"),
        News.DECIDED: lambda: _("Bei %1 Rechnungen wurde der Rest geändert"),
    }
    tone = {
        News.FAILED: ToastKind.ERROR,
        News.CANCELLED: ToastKind.INFO,
        News.WENT_BACK: ToastKind.INFO,
        News.DECIDED: ToastKind.INFO,
    }
    return fill(sentence[kind](), count), shown, tone.get(kind, ToastKind.SUCCESS)
