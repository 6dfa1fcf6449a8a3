"""What an invoice is owed: one rule, as a fold over what happened to it, in order.

What the office gave back on purpose is not owed again; what it gave back because too much was
there is. Which of the two a refund was follows from what had been received when it was made, so
the entries are read in the order of their times at Stripe, whoever told them first or last.
Everything else of the program only reads the results, which are stored on the invoice in the
transaction that changed an entry (services/booking/owed/status.py). Amounts are minor units of the
invoice's currency, times are UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is."""

    MONEY = "money"
    """Money came: a payment, or money moved here from another invoice."""
    CLOSING = "closing"
    """Skonto or Ausbuchung: closes what is owed, and is no money."""
    REFUND = "refund"
    """The office gave money back."""
    TAKEN = "taken"
    """A bank took money back: a dispute, a returned debit."""
    MOVED_AWAY = "moved_away"
    """Money counts for another invoice now: neither given back nor lost."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to an invoice; `amount_minor` is above 0.

    `undone_at`: when staff took it back; it counted until then. `owed_again`: a refund of which
    staff said "wieder offen". A refund that failed, and what a bank gave back, are no entries.
    """

    id: str
    kind: EntryKind
    at: datetime
    amount_minor: int
    undone_at: datetime | None = None
    owed_again: bool = False


_FIRST = {EntryKind.MONEY: 0, EntryKind.CLOSING: 0, EntryKind.REFUND: 1, EntryKind.TAKEN: 2}
_UNDOING = 3
"""What comes first of one second: money, refunds, a bank's takings, undoings."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What follows from the entries, in minor units.

    `received_minor`: payments without what was refunded, taken by banks or moved away; below 0
    where more went than came. `closed_minor`: Skonto and Ausbuchungen. `forgiven_minor`: what was
    given back on purpose and is therefore not owed again.
    """

    received_minor: int
    closed_minor: int
    forgiven_minor: int

    @property
    def paid_minor(self) -> int:
        """What counts against the total: `invoices.paid_minor`."""
        return self.received_minor + self.closed_minor


def fold(asked_minor: int, entries: Iterable[Entry]) -> Sums:
    """The sums of an invoice that asks for `asked_minor`: its total with all its corrections."""
    running = _Running(asked_minor)
    for entry, undoing in _steps(entries):
        running.take(entry, undoing)
    return running.sums()


def covered(asked_minor: int, entries: Iterable[Entry], used: Iterable[Entry]) -> dict[str, int]:
    """How much of each credit in use the money of its invoice still covers, in minor units by id.

    `used` is what staff moved away as credits, `entries` all the rest. Money that goes back
    is first what is too much and unused; then credits give way, the newest first. Money that
    comes later does not bring them back; only a refund that staff take back never was.
    """
    uses = {use.id: use for use in used}
    running = _Running(asked_minor)
    standing: dict[str, int] = {}
    for entry, undoing in _steps([*entries, *uses.values()]):
        if entry.id in uses:
            standing[entry.id] = entry.amount_minor
        else:
            running.take(entry, undoing)
        left = running.too_much_minor
        for key, minor in standing.items():  # the oldest first
            back = undoing and entry.kind is EntryKind.REFUND
            standing[key] = min(uses[key].amount_minor if back else minor, left)
            left -= standing[key]
    return standing


class _Running:
    """The sums after each entry, in order."""

    def __init__(self, asked_minor: int) -> None:
        self._asked = asked_minor
        self._received = self._closed = 0
        self._forgiven: dict[str, int] = {}
        """Refund → how much of it was given back on purpose."""

    def take(self, entry: Entry, undoing: bool) -> None:
        amount = -entry.amount_minor if undoing else entry.amount_minor
        match entry.kind:
            case EntryKind.MONEY:
                standing = not undoing and entry.undone_at is None
                if standing and self._received <= 0 and not self._owed_minor:
                    self._forgiven.clear()  # Erstattet, and money comes again: all is owed again
                self._received += amount
            case EntryKind.CLOSING:
                self._closed += amount
            case EntryKind.REFUND:
                if undoing:
                    self._forgiven.pop(entry.id, None)
                else:
                    excess = max(0, self._received + self._closed - self._asked)
                    too_much = amount if entry.owed_again else min(amount, excess)
                    self._forgiven[entry.id] = amount - too_much
                self._received -= amount
            case EntryKind.TAKEN | EntryKind.MOVED_AWAY:
                self._received -= amount

    def sums(self) -> Sums:
        return Sums(self._received, self._closed, sum(self._forgiven.values()))

    @property
    def _owed_minor(self) -> int:
        sums = self.sums()
        return owed_minor(self._asked, sums.paid_minor, sums.forgiven_minor)

    @property
    def too_much_minor(self) -> int:
        sums = self.sums()
        return too_much_minor(self._asked, sums.paid_minor, sums.closed_minor, sums.forgiven_minor)


def _steps(entries: Iterable[Entry]) -> list[tuple[Entry, bool]]:
    """Every entry, and every undoing (True), in the order of the rule."""
    steps: list[tuple[datetime, int, str, bool, Entry]] = []
    for entry in entries:
        at = entry.at.replace(microsecond=0)
        steps.append((at, _FIRST.get(entry.kind, _UNDOING), entry.id, False, entry))
        if entry.undone_at is not None:
            undone_at = max(at, entry.undone_at.replace(microsecond=0))
            steps.append((undone_at, _UNDOING, entry.id, True, entry))
    steps.sort(key=lambda step: step[:4])
    return [(entry, undoing) for _, _, _, undoing, entry in steps]


def owed_minor(asked_minor: int, paid_minor: int, forgiven_minor: int) -> int:
    """What the customer still has to pay: never below 0, and never more than was asked for.

    store/common/owed.py says the same in SQL, of invoices whose status is open or partly paid.
    """
    return max(0, min(asked_minor, asked_minor - paid_minor - forgiven_minor))


def too_much_minor(
    asked_minor: int, paid_minor: int, closed_minor: int, forgiven_minor: int
) -> int:
    """Überzahlt: money that is here and that nobody asked for. No more than there is money: what
    Skonto or an Ausbuchung closed cannot be given back.
    """
    return max(0, min(paid_minor + forgiven_minor - asked_minor, paid_minor - closed_minor))
