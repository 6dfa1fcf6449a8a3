"""The Verlauf of an invoice and the notices: what happened, when, who, from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What happened to an invoice."""

    CREATED = "created"
    EDITED = "edited"
    ISSUED = "issued"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    PAYMENT_BOOKED = "payment_booked"
    PAYMENT_FAILED = "payment_failed"
    MANUAL_PAYMENT = "manual_payment"
    PAYMENT_REVERSED = "payment_reversed"
    STATUS_CHANGED = "status_changed"
    PAYMENT_RUNNING = "payment_running"
    PAYMENT_CANCELED = "payment_canceled"
    """A payment that took days was called off."""
    LINK_CREATED = "link_created"
    LINK_SENT = "link_sent"
    """`detail`: channel, how it was handed over (mail, copy)."""
    LINK_CLOSED = "link_closed"
    """`detail`: reason, a domain.payment_links.CloseReason."""
    PAYMENT_TO_REVIEW = "payment_to_review"
    """Money came that names this invoice, but may not be put on it without a decision."""
    PAYMENT_ASSIGNED = "payment_assigned"
    ASSIGNMENT_UNDONE = "assignment_undone"
    REVIEW_SET_ASIDE = "review_set_aside"
    REVIEW_REOPENED = "review_reopened"
    CREDIT_KEPT = "credit_kept"
    CREDIT_USED = "credit_used"
    CREDIT_UNDONE = "credit_undone"
    MONEY_MOVED = "money_moved"
    """A part of a payment counts for another invoice. `detail`: other, or origin: its number."""
    REVERSAL_PLACED = "reversal_placed"
    """Staff said which invoice a refund was about. `detail`: other, or origin: its number."""
    MOVE_UNDONE = "move_undone"
    """Moved money is back, also that of a credit. `detail`: because_gone, True when the money
    went back to the customer, or a bank took it."""
    REFUND_REQUESTED = "refund_requested"
    """Erstatten was pressed here; the counter-entry follows with Stripe's answer."""
    REFUND_NOT_DONE = "refund_not_done"
    REFUNDED = "refunded"
    REFUND_ARRIVED = "refund_arrived"
    """A refund that was told as under way has reached the customer."""
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_ANSWERED = "dispute_answered"
    """The bank has the answer and looks at it."""
    DISPUTE_CLOSED = "dispute_closed"
    """An inquiry, or a dispute, that ended before any money moved."""
    DISPUTE_OPENED = "dispute_opened"
    """An inquiry of the bank: no money has moved yet."""
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DEBIT_RETURNED = "debit_returned"
    REVERSAL_WAS_NONE = "reversal_was_none"
    """What was booked as going back turned out to be none: the rest of a hold that was released, or
    the failure of another attempt than the one that paid."""
    SKONTO = "skonto"
    WRITTEN_OFF = "written_off"
    """`detail` of both: with_payment, True when they closed what a payment left open; reason."""
    CLOSING_UNDONE = "closing_undone"
    """`detail`: kind, skonto or write_off."""
    PAID_BACK = "paid_back"
    """Money given back by transfer or in cash, entered here."""
    PAID_BACK_UNDONE = "paid_back_undone"
    OWED_AGAIN = "owed_again"
    """Staff said that what was given back is owed again."""
    OWED_AGAIN_UNDONE = "owed_again_undone"
    BUYER_TAKEN_OVER = "buyer_taken_over"
    """An update froze the buyer of an issued invoice, as the customer was on that day."""


ACTOR_STRIPE = "stripe"
ACTOR_PROGRAM = "program"
"""Other actors are the login name of the person at the PC."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the Verlauf. `detail` holds plain values (amount_minor, currency, codes)."""

    id: str
    invoice_id: str
    at: datetime
    action: str
    actor: str
    detail: Mapping[str, object]


class NoticeKind(StrEnum):
    """What a notice tells."""

    PAYMENT_FAILED = "payment_failed"
    NEEDS_REVIEW = "needs_review"
    OVERPAID = "overpaid"
    UNREADABLE_EVENT = "unreadable_event"
    FOREIGN_ACCOUNT = "foreign_account"
    THIN_EVENT = "thin_event"
    SECRET_MISMATCH = "secret_mismatch"
    STRANGERS_REFUSED = "strangers_refused"
    DATABASE_TROUBLE = "database_trouble"
    DISK_LOW = "disk_low"
    RISKY_FOLDER = "risky_folder"
    """The data folder is no folder of this PC alone. `detail`: place, network or sync."""
    SETTINGS_RESET = "settings_reset"
    CATCH_UP_RESULT = "catch_up_result"
    """What was fetched from Stripe by itself. `detail`: payments, failures, reviews (numbers),
    and absent, True when the program had not asked for a while."""
    ENDPOINT_DISABLED = "endpoint_disabled"
    DELIVERIES_MISSING = "deliveries_missing"
    ANSWERS_SLOW = "answers_slow"
    CLOCK_WRONG = "clock_wrong"
    """`detail`: minutes that this PC is ahead (negative: behind); absent when not measured."""
    QUOTA_USED_UP = "quota_used_up"
    RECEPTION_DISTURBED = "reception_disturbed"
    """The listener could not be started."""
    MAIL_FAILED = "mail_failed"
    """E-mails do not go out. `detail`: reason (a domain.mail.MailRefusal), and given_up, True
    when a mail was tried for too long and is not tried any more."""
    BOOKS_RESTORED = "books_restored"
    """A backup took the place of the books. `detail`: kept, the folder with the old ones."""
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    REFUND_NOT_DONE = "refund_not_done"
    """A refund asked for here that Stripe refused later, or never carried out."""
    DISPUTED = "disputed"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DEBIT_RETURNED = "debit_returned"
    COMPARISON_RESULT = "comparison_result"
    """What the daily comparison with Stripe found. `detail`: payments, reversals (numbers)."""
    CHANGED_OUTSIDE = "changed_outside"
    """The daily check found booked rows that this program did not change. `detail`: changed,
    missing, added (numbers), broken, True when the seals themselves were changed, and rows, the
    first of them (see store/upkeep/seal_report.py)."""
    ADDED_OUTSIDE = "added_outside"
    """Another program added rows, which is allowed. `detail` as above."""
    CREDIT_GONE = "credit_gone"
    """The money of a credit went back, so the invoice that it was used on is owed again."""
    SUMS_MENDED = "sums_mended"
    """What invoices were shown to owe did not follow from their payments, and does now. `detail`:
    count, and rows, the first of them: number, currency, owed and too_much, and both as they were
    said before."""
    SCHEMA_MENDED = "schema_mended"
    """Triggers or indexes were not what the program made, and are again. `detail`: count, rows
    (each a domain.schema.Difference as values)."""
    STEP_FAILED = "step_failed"
    """A step of the background fails again and again. `detail`: step (a domain.steps.StepName),
    trouble (code), right (what a restricted key lacks), about (the cause, told once)."""


_FOR_THE_LIST_ALONE = frozenset({NoticeKind.SETTINGS_RESET, NoticeKind.STRANGERS_REFUSED})


def told_outside(kind: NoticeKind | str, detail: Mapping[str, object]) -> bool:
    """Whether a notice is worth a desktop notification and an e-mail.

    A failure of an invoice that owes nothing any more is not.
    """
    if kind == NoticeKind.PAYMENT_FAILED:
        return detail.get("still_owed") is not False
    return kind not in _FOR_THE_LIST_ALONE


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the notice list. `read_at` is None while unread."""

    id: str
    at: datetime
    kind: str
    invoice_id: str | None
    event_id: str | None
    detail: Mapping[str, object]
    read_at: datetime | None
