"""What the program does by itself in the background, and how each of these steps stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TOLD_AFTER = 2
"""So many failures in a row are no accident: staff are told."""


PROGRAM_FAULT = "program_fault"
_ONLY_A_PERSON_HELPS = frozenset({"stripe_no_right", "stripe_wrong_key", "stripe_revoked"})


class StepName(StrEnum):
    """The steps, in the order in which staff see them. The words: words/step_texts.py."""

    CATCH_UP = "catch_up"
    """Missed events are fetched from Stripe."""
    COMPARISON = "comparison"
    """Once a day: the charges, refunds and disputes of 90 days."""
    FEES = "fees"
    """What Stripe kept of each payment."""
    REFUNDS = "refunds"
    """Refunds asked for here whose answer never came."""
    PAY_LINKS = "pay_links"
    """Payment links that must not be paid any more are switched off."""
    ENDPOINT = "endpoint"
    """The webhook at Stripe is looked at, and put right."""
    MAIL = "mail"
    BACKUP = "backup"
    DISK = "disk"
    SCHEMA = "schema"
    """Every few minutes: are tables, indexes and triggers what the program made?"""
    SEALS = "seals"
    """Once a day: is everything booked still what it was?"""
    SUMS = "sums"
    """Do the sums of every invoice follow from its payments?"""
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class StepState:
    """How a step stands. Times are UTC, by this PC's clock; None: never, or not failing.

    `failures` in a row since the last time it worked. Until `next_at` it is not tried again.
    `trouble` is the code of the UserError that stopped it last, PROGRAM_FAULT for a bug; `right`
    the permission that a restricted key lacks.
    """

    done_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    next_at: datetime | None = None
    trouble: str | None = None
    right: str | None = None

    @property
    def failing(self) -> bool:
        """The last attempt failed."""
        return self.failures > 0

    @property
    def needs_a_person(self) -> bool:
        """No attempt will help before somebody changes the key or its rights."""
        return self.failing and self.trouble in _ONLY_A_PERSON_HELPS

    @property
    def disturbed(self) -> bool:
        """It does not work; not merely one attempt that may have been an accident."""
        return self.failures >= TOLD_AFTER or self.needs_a_person
