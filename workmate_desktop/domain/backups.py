"""Backups of the books, as staff see them before they decide."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """One of the daily backups. `sound` False: it did not pass its check, and counts nothing."""

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
    what was given back.
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
