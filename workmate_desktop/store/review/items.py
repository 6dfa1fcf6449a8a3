"""One line of Klärung nötig as it is stored: an event or a notice, its money, what was decided."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, exists, func, or_, select

from workmate_desktop.domain.clock import from_text
from workmate_desktop.domain.history import Action
from workmate_desktop.domain.review import Decided, Decision, ReviewItem
from workmate_desktop.domain.stripe.events import PAYMENT_SUCCEEDED, Outcome, Reason
from workmate_desktop.store.common.tables import (
    invoice_history,
    invoices,
    payments,
    review_decisions,
    stripe_events,
)
from workmate_desktop.store.common.values import from_json
from workmate_desktop.store.events.write import texts_in

_ABOUT_ITEMS = tuple(
    kind.value
    for kind in (
        Decision.ASSIGNED,
        Decision.SET_ASIDE,
        Decision.REFUNDED,
        Decision.MONEY_SPLIT,  # of money that was named for two invoices; others have no item
    )
)
DECISION = review_decisions.alias("d")
LATER = review_decisions.alias("u")
TARGET = invoices.alias("target")
NAMED = invoices.alias("named")
HOME = invoices.alias("home")
_PART = payments.alias("part")
_MONEY = payments.alias("money")


def undone(decision: Any) -> ColumnElement[bool]:
    """A later row took this decision back."""
    return exists(select(LATER.c.id).where(LATER.c.undoes_id == decision.c.id))


IN_FORCE = and_(DECISION.c.kind.in_(_ABOUT_ITEMS), DECISION.c.item_id != "", ~undone(DECISION))
WAITS = stripe_events.c.outcome == Outcome.NEEDS_REVIEW.value


# Where the money of an event stands, whatever the event names.
_HELD = (
    select(HOME.c.number)
    .join(_MONEY, _MONEY.c.invoice_id == HOME.c.id)
    .where(_MONEY.c.stripe_payment_intent_id == stripe_events.c.payment_intent_id)
    .limit(1)
    .correlate(stripe_events)
    .scalar_subquery()
)


def of_events(condition: ColumnElement[bool] | TextClause) -> Select[Any]:
    """Events with the money that is kept for them and the invoice that they name."""
    # A decision moved the event to another invoice: what it named before stands there.
    was = (
        select(DECISION.c.was_invoice_id)
        .where(DECISION.c.item_id == stripe_events.c.id, IN_FORCE)
        .order_by(DECISION.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    named_id = func.coalesce(was, stripe_events.c.invoice_id)
    cancelled = (
        select(func.max(invoice_history.c.at))
        .where(
            invoice_history.c.invoice_id == NAMED.c.id,
            invoice_history.c.action == Action.CANCELLED.value,
        )
        .scalar_subquery()
    )
    intent_id = stripe_events.c.payment_intent_id
    # Money on an invoice does not wait, whatever another event about it may say.
    money = and_(
        payments.c.stripe_payment_intent_id == intent_id,
        stripe_events.c.type == PAYMENT_SUCCEEDED,
        or_(payments.c.invoice_id.is_(None), ~WAITS),
    )
    left = (
        select(func.sum(_PART.c.amount_minor))
        .where(or_(_PART.c.id == payments.c.id, _PART.c.reversal_of == payments.c.id))
        .scalar_subquery()
    )
    return (
        select(
            stripe_events,
            payments.c.id.label("payment_id"),
            left.label("left_minor"),
            NAMED.c.id.label("named_id"),
            NAMED.c.number.label("named_label"),
            NAMED.c.currency.label("named_currency"),
            NAMED.c.customer_id.label("named_customer"),
            cancelled.label("named_cancelled_at"),
            _HELD.label("held_label"),
        )
        .outerjoin(payments, money)
        .outerjoin(NAMED, NAMED.c.id == named_id)
        .where(condition)
    )


def event_item(row: Mapping[Any, Any], decided: Decided | None = None) -> ReviewItem:
    """A row of `of_events`."""
    detail = from_json(row["detail"])
    reason = str(detail.get("reason"))
    cancelled = row["named_cancelled_at"]
    named = detail.get("invoice_number") or detail.get("invoice_ref")
    return ReviewItem(
        id=row["id"],
        reason=Reason(reason) if reason in set(Reason) else Reason.PROGRAM_ERROR,
        at=from_text(row["created_at"]),
        type=row["type"],
        livemode=bool(row["livemode"]),
        amount_minor=row["amount_minor"] if row["left_minor"] is None else row["left_minor"],
        currency=row["currency"],
        payment_id=row["payment_id"],
        intent_id=row["payment_intent_id"],
        named_id=row["named_id"],
        named_label=row["named_label"],
        named_currency=row["named_currency"],
        named_customer=row["named_customer"],
        named_cancelled_at=from_text(cancelled) if cancelled else None,
        held_label=row["held_label"],
        named_text=named if isinstance(named, str) else "",
        mentioned=texts_in(detail, "mentioned"),
        decided=decided,
    )


def notice_item(row: Mapping[Any, Any], decided: Decided | None = None) -> ReviewItem:
    """A signed message that nobody can read."""
    return ReviewItem(
        id=row["id"],
        reason=Reason.UNREADABLE,
        at=from_text(row["at"]),
        decided=decided,
    )


def decisions() -> Select[Any]:
    """Decisions with the number of the invoice that they put money on."""
    return select(
        DECISION, TARGET.c.number.label("invoice_label"), undone(DECISION).label("undone")
    ).outerjoin(TARGET, TARGET.c.id == DECISION.c.invoice_id)


def decided_of(row: Mapping[Any, Any]) -> Decided:
    """A row of `decisions`."""
    return Decided(
        id=row["id"],
        at=from_text(row["at"]),
        kind=Decision(row["kind"]),
        actor=row["actor"],
        item_id=row["item_id"],
        invoice_id=row["invoice_id"],
        invoice_label=row["invoice_label"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        reason=row["reason"],
        undone=bool(row["undone"]),
    )
