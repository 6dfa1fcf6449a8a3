"""Backups of the books: which are kept, and how staff see them before they decide."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from workmate_desktop.domain.schema import Difference

OF_TODAY, DAYS, MONTHS = 3, 14, 12
"""Kept: so many of the newest day, one for each of so many days, one for each of so many months.

Days and months that have a backup count, not those of the calendar: a clock that was years ahead
for an hour must not be the end of all older ones.
"""
BEFORE_UPDATE = "vor-update"
BEFORE_MENDING = "vor-reparatur"
"""Before what somebody changed from outside was put right."""
_NAME = re.compile(
    rf"(\d{{4}}-\d{{2}}-\d{{2}})(?:-(\d{{4}}|{BEFORE_UPDATE}|{BEFORE_MENDING}))?", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class BackupName:
    """What the name of a file says, oldest first in order. `time` is HHMM in the office, empty for
    the first of a day; those made before an update or a mending have no time either."""

    day: date
    time: str = ""
    before_update: bool = False
    before_mending: bool = False

    @property
    def special(self) -> bool:
        """Made before something was changed, not because of the time."""
        return self.before_update or self.before_mending

    def __str__(self) -> str:
        end = self.time
        if self.special:
            end = BEFORE_UPDATE if self.before_update else BEFORE_MENDING
        return f"{self.day.isoformat()}-{end}" if end else self.day.isoformat()


def backup_name(text: str) -> BackupName | None:
    """ "2026-11-23", "2026-11-23-1405", "2026-11-23-vor-update"; None for any other name."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    end = found[2] or ""
    if end in (BEFORE_UPDATE, BEFORE_MENDING):
        return BackupName(day, "", end == BEFORE_UPDATE, end == BEFORE_MENDING)
    return BackupName(day, end)


def kept_of(names: Iterable[BackupName]) -> set[BackupName]:
    """Those that are kept: the newest of each day and month; and what was made before an update
    or a mending, as long as its day is kept."""
    newest_first = sorted(names, reverse=True)
    days = list(dict.fromkeys(name.day for name in newest_first))[:DAYS]
    kept = {name for name in newest_first if name.special and name.day in days}
    if days:
        kept.update([name for name in newest_first if name.day == days[0]][:OF_TODAY])
    kept.update(next(name for name in newest_first if name.day == day) for day in days)
    months: dict[tuple[int, int], BackupName] = {}
    for name in newest_first:
        months.setdefault((name.day.year, name.day.month), name)
    kept.update(list(months.values())[:MONTHS])
    return kept


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """One of the backups that the program made. `sound` False: it did not pass its check, and
    counts nothing."""

    path: str
    size_bytes: int
    invoices: int
    payments: int
    last_entry_at: datetime | None
    sound: bool


@dataclass(frozen=True, slots=True)
class Loss:
    """What stands in the books and not in the backup. Counts; `numbers` are the first invoices.

    Payments of Stripe are fetched again as far as Stripe still tells of them; those entered by
    hand are not. `reversals` took money back again (refunds, disputes, entries taken back): they
    are no payments.
    """

    invoices: int
    numbers: tuple[str, ...]
    drafts: int
    manual_payments: int
    stripe_payments: int
    reversals: int = 0

    @property
    def nothing(self) -> bool:
        """The backup holds everything."""
        return not self.total

    @property
    def total(self) -> int:
        """Everything that would be missing."""
        payments = self.manual_payments + self.stripe_payments + self.reversals
        return self.invoices + self.drafts + payments


@dataclass(frozen=True, slots=True)
class BackupLook:
    """What a file holds, before it takes the place of the books. Times are UTC.

    `path` is where the file lies. `ours`: of these very books, not of another installation.
    `newer`: a newer version of the program wrote it, so it cannot be used. `loss` is None when
    the books of today cannot be read. `payments` and the last one are money that came in, never
    what was given back. `next_number` is what the next real invoice would get; `numbers_known`
    False: nobody here knows whether later ones were given. `differences`: what somebody changed in
    it that the program makes itself; in its copy that is right again.
    """

    path: str
    size_bytes: int
    file_time: datetime
    last_entry_at: datetime | None
    invoices: int
    drafts: int
    payments: int
    last_payment_at: datetime | None
    last_payment_minor: int | None
    last_payment_currency: str | None
    ours: bool
    newer: bool
    loss: Loss | None
    next_number: str | None = None
    numbers_known: bool = True
    differences: tuple[Difference, ...] = ()
