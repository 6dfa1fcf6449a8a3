"""The look of the notices, and where each of them leads. Their words: notice_words.py."""

from enum import Enum, auto

from workmate_desktop.domain.history import Notice, NoticeKind
from workmate_desktop.words.notice_words import kind_of
from workmate_desktop.words.tone import Tone


class Target(Enum):
    """What opening a notice shows."""

    INVOICE = auto()
    EVENT = auto()


def notice_look(notice: Notice) -> tuple[str, Tone]:
    """Icon and colour. The words say the same."""
    return {
        NoticeKind.PAYMENT_FAILED: ("circle-alert", Tone.RED),
        NoticeKind.NEEDS_REVIEW: ("triangle-alert", Tone.AMBER),
        NoticeKind.OVERPAID: ("banknote", Tone.AMBER),
        NoticeKind.UNREADABLE_EVENT: ("circle-alert", Tone.RED),
        NoticeKind.SECRET_MISMATCH: ("circle-alert", Tone.RED),
        NoticeKind.DATABASE_TROUBLE: ("circle-alert", Tone.RED),
        NoticeKind.ENDPOINT_DISABLED: ("circle-alert", Tone.RED),
        NoticeKind.DELIVERIES_MISSING: ("triangle-alert", Tone.AMBER),
        NoticeKind.ANSWERS_SLOW: ("clock", Tone.AMBER),
        NoticeKind.CLOCK_WRONG: ("clock", Tone.AMBER),
        NoticeKind.QUOTA_USED_UP: ("triangle-alert", Tone.AMBER),
        NoticeKind.CATCH_UP_RESULT: ("download", Tone.GREEN),
        NoticeKind.RECEPTION_DISTURBED: ("circle-alert", Tone.RED),
        NoticeKind.MAIL_FAILED: ("triangle-alert", Tone.AMBER),
        NoticeKind.REFUNDED: ("banknote", Tone.BLUE),
        NoticeKind.REFUND_FAILED: ("circle-alert", Tone.RED),
        NoticeKind.REFUND_NOT_DONE: ("circle-alert", Tone.RED),
        NoticeKind.DISPUTED: ("circle-alert", Tone.RED),
        NoticeKind.DISPUTE_OPENED: ("triangle-alert", Tone.AMBER),
        NoticeKind.DISPUTE_WON: ("banknote", Tone.GREEN),
        NoticeKind.DISPUTE_LOST: ("circle-alert", Tone.RED),
        NoticeKind.DEBIT_RETURNED: ("circle-alert", Tone.RED),
        NoticeKind.COMPARISON_RESULT: ("download", Tone.GREEN),
        NoticeKind.CHANGED_OUTSIDE: ("circle-alert", Tone.RED),
        NoticeKind.ADDED_OUTSIDE: ("info", Tone.BLUE),
        NoticeKind.CREDIT_GONE: ("circle-alert", Tone.AMBER),
        NoticeKind.SUMS_MENDED: ("info", Tone.BLUE),
        NoticeKind.SCHEMA_MENDED: ("circle-alert", Tone.RED),
        NoticeKind.BOOKS_RESTORED: ("undo-2", Tone.BLUE),
        NoticeKind.STEP_FAILED: ("triangle-alert", Tone.AMBER),
        NoticeKind.DISK_LOW: ("triangle-alert", Tone.AMBER),
        NoticeKind.RISKY_FOLDER: ("triangle-alert", Tone.AMBER),
        None: ("info", Tone.GREY),
    }.get(kind_of(notice), ("info", Tone.BLUE))


def target_of(notice: Notice) -> tuple[Target, str] | None:
    """What opening the notice shows; None when there is nothing to show.

    What needs a decision is explained by its event; everything else by its invoice.
    """
    if notice.event_id and (kind_of(notice) is NoticeKind.NEEDS_REVIEW or not notice.invoice_id):
        return Target.EVENT, notice.event_id
    if notice.invoice_id:
        return Target.INVOICE, notice.invoice_id
    return None
