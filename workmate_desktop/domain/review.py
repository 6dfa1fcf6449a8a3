"""Klärung nötig: what waits for a decision of staff, and the decisions themselves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workmate_desktop.domain.invoices.invoices import InvoiceRow, InvoiceStatus
from workmate_desktop.domain.stripe.events import PAYMENT_FAILED, PAYMENT_SUCCEEDED, Reason
from workmate_desktop.domain.text import simplified


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How much waits: `count` items, `money` of them payments."""

    count: int
    money: int


class ReviewList(StrEnum):
    """The lists of Klärung nötig."""

    OPEN = "open"
    DECIDED = "decided"
    NOT_OURS = "not_ours"
    """Payments of other programs over the same account: nobody has to do anything about them."""


@dataclass(frozen=True, slots=True)
class OthersPayments:
    """How many payments of other programs there are. `more`: so many at least.

    `hidden`: staff do not want to be told of them.
    """

    count: int
    more: bool = False
    hidden: bool = False


class Decision(StrEnum):
    """What staff decided."""

    ASSIGNED = "assigned"
    """The money counts for an invoice now."""
    SET_ASIDE = "set_aside"
    """Nothing to do for the invoices; the reason says why."""
    REFUNDED = "refunded"
    """The money went back to the customer. Cannot be taken back here."""
    CREDIT_KEPT = "credit_kept"
    """Too much money on an invoice is kept as a credit for the customer's next one."""
    CREDIT_USED = "credit_used"
    """The credit counts for another invoice; while that is a draft, it is only kept for it."""
    OWED_AGAIN = "owed_again"
    """What a refund gave back is owed again; `payment_id` is the refund's row in payments."""
    MONEY_SPLIT = "money_split"
    """A part of a payment counts for another invoice."""
    UNDONE = "undone"
    """An earlier decision was taken back."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: append-only, like the Verlauf.

    `item_id` is the id of the event or notice, "" for credits. `reason` is what staff typed.
    `undone` says that a later row took it back.
    """

    id: str
    at: datetime
    kind: Decision
    actor: str
    item_id: str
    invoice_id: str | None
    invoice_label: str | None
    amount_minor: int | None
    currency: str | None
    reason: str
    undone: bool

    @property
    def can_be_undone(self) -> bool:
        """Money that went back to the customer cannot be fetched again."""
        return not self.undone and self.kind in (
            Decision.ASSIGNED,
            Decision.SET_ASIDE,
            Decision.CREDIT_KEPT,
            Decision.MONEY_SPLIT,
        )


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One line of the list: an event that waits, or a signed message nobody can read.

    `at` is when it was received. `payment_id` is there when the money is kept already.
    `named_*` is the invoice that the event names, as far as it exists here; `named_text` what
    stands in the event. `decided` is the decision in force; None while the item waits.
    """

    id: str
    reason: Reason
    at: datetime
    type: str = ""
    """Stripe's type of the event; "" for a message nobody can read."""
    livemode: bool | None = None
    amount_minor: int | None = None
    currency: str | None = None
    payment_id: str | None = None
    intent_id: str | None = None
    named_id: str | None = None
    named_label: str | None = None
    named_currency: str | None = None
    named_customer: str | None = None
    """The customer of the named invoice: an id."""
    named_cancelled_at: datetime | None = None
    held_label: str | None = None
    """The number of the invoice on which the money stands."""
    named_text: str = ""
    mentioned: tuple[str, ...] = ()
    """Numbers of invoices found in the texts of the payment."""
    decided: Decided | None = None

    @property
    def lies_in(self) -> ReviewList:
        """The list in which it stands."""
        if self.decided is not None:
            return ReviewList.DECIDED
        return ReviewList.NOT_OURS if self.reason is Reason.NOT_OURS else ReviewList.OPEN

    @property
    def unreadable(self) -> bool:
        """There is a notice and no event."""
        return self.reason is Reason.UNREADABLE

    @property
    def failed(self) -> bool:
        """A failed attempt, so there is no money."""
        return self.type == PAYMENT_FAILED

    @property
    def is_money(self) -> bool:
        """Stripe says that money came; not so for a failed attempt or a refund."""
        return self.type == PAYMENT_SUCCEEDED

    @property
    def assignable(self) -> bool:
        """There is money, and its event may be believed."""
        return (
            self.is_money
            and self.amount_minor is not None
            and self.currency is not None
            and self.reason not in _NOT_TO_BELIEVE
        )

    @property
    def asks_which(self) -> bool:
        """A part of one payment for several invoices went back: staff say of which."""
        return self.reason is Reason.SPLIT_REFUNDED


NOT_OF_THESE_BOOKS = (Reason.UNKNOWN_INVOICE, Reason.OTHER_INSTALLATION, Reason.NOT_OURS)
"""The event names an invoice that these books do not hold, whatever its number."""

_NOT_TO_BELIEVE = (Reason.BAD_AMOUNT, Reason.NOT_SUCCEEDED, Reason.WRONG_MODE)

AGAIN_MAY_HELP = (
    Reason.UNKNOWN_INVOICE,
    Reason.INVOICE_DRAFT,
    Reason.WRONG_MODE,
    Reason.PROGRAM_ERROR,
)
"""Reasons that pass without a decision: then Erneut verarbeiten books the event."""


MOVING = (Decision.CREDIT_USED, Decision.MONEY_SPLIT)
"""Decisions by which money counts for another invoice than the one it came for."""


# --- suggestions ---------------------------------------------------------------------------


class Why(StrEnum):
    """Why an invoice is suggested; ui has the words."""

    NUMBER = "number"
    """Its number stands in the texts of the payment."""
    AMOUNT = "amount"
    """Exactly this amount is outstanding."""
    TOTAL = "total"
    """The invoice was written over exactly this amount."""
    CUSTOMER = "customer"
    """Of the customer of the invoice that the payment names."""
    DATE = "date"
    """Due or written around the day of the payment."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An invoice that the money may be for. `likely`: so likely that it is worth one click."""

    row: InvoiceRow
    reasons: tuple[Why, ...]
    likely: bool


_POINTS = {Why.NUMBER: 100, Why.AMOUNT: 40, Why.TOTAL: 25, Why.CUSTOMER: 20, Why.DATE: 5}
_NUMBER_ALONE = 50
"""Of a number that may have been given to another invoice since: only the amount makes it likely.
"""
_LIKELY = 60
_NEAR_DAYS = 21
MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class LooseMoney:
    """What the suggestions are for: the money and every hint about it.

    `customers` are ids: of the invoice that the event names, and of those it mentions.
    `not_of_these_books`: the invoice that the event names is not here (a backup was restored, or
    it is of another installation), so the same number may belong to another one.
    """

    amount_minor: int
    received_at: datetime
    numbers: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    not_of_these_books: bool = False
    not_ours: bool = False
    """Another program's: what fits, fits by chance, so that no invoice is likely."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invoice that may be paid, with its customer's id."""

    row: InvoiceRow
    customer_id: str = ""


def rank(money: LooseMoney, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """The best suggestions first; without any reason an invoice is no suggestion.

    A date alone is no reason: something is always due around a day.
    """
    points_of = _POINTS | ({Why.NUMBER: _NUMBER_ALONE} if money.not_of_these_books else {})
    scored: list[tuple[int, str, Candidate, tuple[Why, ...]]] = []
    same_amount = 0
    for candidate in candidates:
        reasons = _reasons(money, candidate)
        if reasons and reasons != (Why.DATE,):
            points = sum(points_of[why] for why in reasons)
            scored.append((-points, candidate.row.number or "", candidate, reasons))
            same_amount += Why.AMOUNT in reasons
    scored.sort(key=lambda one: one[:2])
    return [
        Suggestion(
            candidate.row,
            reasons,
            likely=not money.not_ours
            and (-points >= _LIKELY or (Why.AMOUNT in reasons and same_amount == 1)),
        )
        for points, _, candidate, reasons in scored[:MOST_SUGGESTIONS]
    ]


def _reasons(money: LooseMoney, candidate: Candidate) -> tuple[Why, ...]:
    row = candidate.row
    found: list[Why] = []
    if row.number in money.numbers:
        found.append(Why.NUMBER)
    if row.outstanding_minor == money.amount_minor:
        found.append(Why.AMOUNT)
    elif row.total_minor == money.amount_minor and row.outstanding_minor > 0:
        found.append(Why.TOTAL)
    if Why.NUMBER not in found and candidate.customer_id in money.customers - {""}:
        found.append(Why.CUSTOMER)
    day = money.received_at.date()
    days = [abs((day - near).days) for near in (row.issue_date, row.due_date) if near]
    if row.status is not InvoiceStatus.PAID and days and min(days) <= _NEAR_DAYS:
        found.append(Why.DATE)
    return tuple(found)


_NUMBER = re.compile(r"(?<![A-Z0-9])(RE|TEST)[-_/ .]{0,3}(\d{4})[-_/ .]{0,3}(\d{1,6})(?!\d)", re.I)
MOST_NUMBERS = 5


def numbers_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Numbers of invoices in what a customer or a colleague wrote: "re 2026 113" is one, and so
    is RE–2026–0113 with dashes.

    As this program writes them (RE-2026-0113), each once, at most five.
    """
    found: dict[str, None] = {}
    # In one go: each delivery is read for them. No number goes across "|".
    for kind, year, running in _NUMBER.findall(simplified("|".join(texts))):
        found[f"{kind.upper()}-{year}-{int(running):04d}"] = None
    return tuple(found)[:MOST_NUMBERS]


# --- credits -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credit:
    """Too much money of one invoice, kept for the customer's next one.

    `id` is that of the decision. Amounts in minor units of `currency`.
    """

    id: str
    customer_id: str
    invoice_id: str
    invoice_label: str
    amount_minor: int
    currency: str
    livemode: bool
    kept_at: datetime = field(compare=False)


@dataclass(frozen=True, slots=True)
class KeptCredit:
    """A credit beside the invoice that it comes from.

    `used_on` is the number of the invoice that it stands on, "" for a draft, None for nowhere yet.
    `covered`: its money is still too much there; what went back was that of the newest credits.
    """

    id: str
    amount_minor: int
    currency: str
    used_on: str | None
    covered: bool = True


@dataclass(frozen=True, slots=True)
class MovedMoney:
    """Money that counts for another invoice, seen from one of the two.

    `id` is that of the decision, by which it is taken back. `here`: it came here from
    `other_label`; else it went there. `credit`: as a credit. Minor units, above 0.
    """

    id: str
    here: bool
    credit: bool
    other_id: str
    other_label: str
    amount_minor: int
    currency: str
