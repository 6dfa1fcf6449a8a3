"""Troubles that the program recognises by itself, each with a sentence and an action in ui."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SLOW_SECONDS = 1.0
SLOW_IN_A_ROW = 5
"""Stripe waits some seconds for an answer; here it takes milliseconds."""


class TroubleKind(StrEnum):
    """What is in the way. The words: words/trouble_texts.py."""

    SECRET_MISMATCH = "secret_mismatch"
    """Every delivery fails its signature: another endpoint's secret, or the Stripe CLI's."""
    STRANGERS_REFUSED = "strangers_refused"
    """Somebody else posts to the listener; Stripe's own deliveries come through."""
    DELIVERIES_MISSING = "deliveries_missing"
    """Tunnel and webhook look well, but what happens at Stripe has to be fetched."""
    ANSWERS_SLOW = "answers_slow"
    CLOCK_WRONG = "clock_wrong"
    ENDPOINT_DISABLED = "endpoint_disabled"
    QUOTA_USED_UP = "quota_used_up"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One of them. `minutes`, for a wrong clock: so far is this PC ahead of Stripe (negative:
    behind); None when only the deliveries show that it must be wrong."""

    kind: TroubleKind
    minutes: int | None = None


def is_slow(answer_seconds: Iterable[float]) -> bool:
    """Whether the last answers (seconds, newest last) all took too long."""
    last = list(answer_seconds)[-SLOW_IN_A_ROW:]
    return len(last) == SLOW_IN_A_ROW and min(last) >= SLOW_SECONDS
