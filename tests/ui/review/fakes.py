"""Klärung nötig in memory: items, suggestions, and what was decided."""

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.ui.fakes import NOW, row
from workmate_desktop.domain.invoices.invoices import InvoiceRow
from workmate_desktop.domain.review import (
    Decided,
    Decision,
    OthersPayments,
    ReviewItem,
    ReviewList,
    Suggestion,
    WaitingCount,
    Why,
)
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED, Outcome, Reason
from workmate_desktop.services.booking.receive import Receive
from workmate_desktop.services.booking.review import Review

BECKER = row(113, "Fahrschule Becker", total=8900, days=-10)
BECKER_OTHER = row(104, "Fahrschule Becker", total=29750, days=-3)


def waiting(
    item_id: str,
    reason: Reason = Reason.NO_INVOICE,
    amount: int | None = 8900,
    at: datetime = NOW - timedelta(minutes=15),
    **how: Any,
) -> ReviewItem:
    """An item that waits."""
    unreadable = reason is Reason.UNREADABLE
    values: dict[str, Any] = {
        "type": ""
        if unreadable
        else PAYMENT_FAILED
        if how.pop("failed", False)
        else PAYMENT_SUCCEEDED,
        "livemode": True,
        "currency": "eur",
        "payment_id": f"p-{item_id}" if amount else None,
        "intent_id": f"pi_{item_id}",
    }
    return ReviewItem(item_id, reason, at, amount_minor=amount, **{**values, **how})


def picture_items() -> list[ReviewItem]:
    """The three of klaerung.png."""
    return [
        waiting("evt_1"),
        waiting(
            "evt_2",
            Reason.INVOICE_CANCELLED,
            47600,
            NOW - timedelta(hours=15),
            named_label="RE-2026-0101",
            named_id="id-101",
            named_cancelled_at=NOW - timedelta(days=21),
        ),
        waiting(
            "evt_3",
            Reason.OTHER_CURRENCY,
            12000,
            NOW - timedelta(days=3),
            currency="usd",
            named_label="RE-2026-0098",
            named_id="id-98",
            named_currency="eur",
        ),
    ]


def shop_orders(count: int) -> list[ReviewItem]:
    """Payments of a shop over the same account, newest first."""
    return [
        waiting(
            f"evt_shop_{order:03d}",
            Reason.NOT_OURS,
            1990 + order,
            NOW - timedelta(minutes=7 * order + 2),
            payment_id=None,
            intent_id=f"pi_3Shop{order:016d}",
        )
        for order in range(count)
    ]


@dataclass
class FakeReview(Review, Receive):
    """Decides in memory; `fail_with` makes the next decision fail."""

    items: dict[str, ReviewItem] = field(default_factory=dict)
    found: dict[str, list[Suggestion]] = field(default_factory=dict)
    invoices: list[InvoiceRow] = field(default_factory=lambda: [BECKER, BECKER_OTHER])
    log: dict[str, list[Decided]] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    fail_with: Exception | None = None
    hidden: bool = False

    def add(self, *items: ReviewItem) -> None:
        self.items.update({item.id: item for item in items})

    def open_items(self, after: ReviewItem | None = None, limit: int = 256) -> list[ReviewItem]:
        return self._page(ReviewList.OPEN, after, limit)

    def not_ours_items(self, after: ReviewItem | None = None, limit: int = 256) -> list[ReviewItem]:
        return self._page(ReviewList.NOT_OURS, after, limit)

    def _page(self, which: ReviewList, after: ReviewItem | None, limit: int) -> list[ReviewItem]:
        rows = sorted(
            (one for one in self.items.values() if one.lies_in is which),
            key=lambda one: (one.at, one.id),
            reverse=True,
        )
        if after is not None:
            rows = [one for one in rows if (one.at, one.id) < (after.at, after.id)]
        return rows[:limit]

    def not_ours(self) -> OthersPayments:
        return OthersPayments(len(self.not_ours_items(limit=10**6)), hidden=self.hidden)

    def hide_not_ours(self, hidden: bool) -> "Future[None]":
        self.hidden = hidden
        return _done(None)

    def decided_items(self, limit: int = 256) -> list[ReviewItem]:
        rows = [one for one in self.items.values() if one.decided is not None]
        return sorted(rows, key=lambda one: one.decided.at, reverse=True)[:limit]

    def concerned(self, item_ids: Collection[str]) -> list[str]:
        return [one for one in item_ids if one in self.items or one in self.log]

    def item(self, item_id: str) -> ReviewItem | None:
        return self.items.get(item_id)

    def waiting(self) -> WaitingCount:
        items = self.open_items(limit=10**6)
        return WaitingCount(len(items), sum(one.payment_id is not None for one in items))

    def decisions_about(self, item_id: str) -> list[Decided]:
        return list(reversed(self.log.get(item_id, [])))

    def suggestions(self, item: ReviewItem) -> list[Suggestion]:
        return self.found.get(item.id, [])

    def find_invoices(self, item: ReviewItem, text: str, limit: int = 50) -> list[InvoiceRow]:
        return [one for one in self.invoices if text.lower() in one.customer_name.lower()][:limit]

    def assign(self, item_id: str, invoice_id: str) -> "Future[str]":
        return self._decide(item_id, Decision.ASSIGNED, invoice_id=invoice_id)

    def set_aside(self, item_id: str, reason: str) -> "Future[str]":
        return self._decide(item_id, Decision.SET_ASIDE, reason=reason)

    def undo(self, decision_id: str) -> "Future[None]":
        self.asked.append(("undo", decision_id))
        for item_id, decisions in self.log.items():
            if decisions[-1].id == decision_id:
                decisions[-1] = replace(decisions[-1], undone=True)
                self.items[item_id] = replace(self.items[item_id], decided=None)
        return _done(None)

    def reprocess(self, event_id: str) -> "Future[Outcome]":
        self.asked.append(("again", event_id))
        self.items.pop(event_id, None)
        return _done(Outcome.BOOKED)

    def _decide(
        self, item_id: str, kind: Decision, *, invoice_id: str | None = None, reason: str = ""
    ) -> "Future[str]":
        self.asked.append((kind.value, item_id, invoice_id or reason))
        if self.fail_with is not None:
            error, self.fail_with = self.fail_with, None
            failed: Future[str] = Future()
            failed.set_exception(error)
            return failed
        item = self.items[item_id]
        number = next((one.number for one in self.invoices if one.id == invoice_id), None)
        decided = Decided(
            f"d-{len(self.asked)}",
            NOW,
            kind,
            "anna",
            item_id,
            invoice_id,
            number,
            item.amount_minor,
            item.currency,
            reason,
            undone=False,
        )
        self.log.setdefault(item_id, []).append(decided)
        self.items[item_id] = replace(item, decided=decided)
        return _done(decided.id)


def picture_review() -> FakeReview:
    """As in klaerung.png."""
    review = FakeReview()
    review.add(*picture_items())
    review.found["evt_1"] = [
        Suggestion(BECKER, (Why.AMOUNT, Why.DATE), likely=True),
        Suggestion(BECKER_OTHER, (Why.CUSTOMER,), likely=False),
    ]
    return review


def _done(value: Any) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(value)
    return future
