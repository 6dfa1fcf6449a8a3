"""Facts in, troubles out: what staff should hear of, and when it is over. Nothing else here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind, is_slow
from workmate_desktop.services.catch_up.catch_up import CatchUpResult

SUSPICIOUS_IN_A_ROW = 3
"""So many refusals of one kind in a row, and none right, are no accident."""

SUSPICIOUS_RUNS = 2
"""So many runs of the catch-up that find what should have been delivered: one may have been just
quicker than the delivery."""

CLOCK_SECONDS = 120.0
"""A clock that is wrong by less disturbs nobody: deliveries are judged by Stripe's time anyway."""

STOP_DELIVERY = frozenset(
    {TroubleKind.SECRET_MISMATCH, TroubleKind.DELIVERIES_MISSING, TroubleKind.QUOTA_USED_UP}
)
"""While one of these lasts, nothing arrives by webhook: Stripe is asked every 30 s instead."""


@dataclass(frozen=True, slots=True)
class TroubleFacts:
    """What is known at this moment; the numbers count since the program was started.

    `wrong_in_a_row`, `out_of_time_in_a_row`: deliveries refused since the last authentic one,
    for their signature, or for their time although it was right. `clock_offset`: Stripe's clock
    minus this PC's in seconds, 0.0 when alike or not measured; `clock_measured` tells which.
    `missed_runs`: see MissedDeliveries. `answer_seconds`: how long the last answers took, newest
    last. `endpoint_enabled` None: not known. `tunnel_online`; `quota_refused`: ngrok says that
    the quota is used up.
    """

    wrong_in_a_row: int = 0
    out_of_time_in_a_row: int = 0
    authentic: int = 0
    clock_offset: float = 0.0
    clock_measured: bool = False
    missed_runs: int = 0
    answer_seconds: Sequence[float] = ()
    endpoint_enabled: bool | None = None
    tunnel_online: bool = False
    quota_refused: bool = False


def recognise(facts: TroubleFacts) -> tuple[Trouble, ...]:
    """The troubles of this moment, in the order of TroubleKind."""
    found = {
        TroubleKind.SECRET_MISMATCH: _all_wrong(facts),
        TroubleKind.STRANGERS_REFUSED: _many_wrong(facts) and not _all_wrong(facts),
        TroubleKind.DELIVERIES_MISSING: (
            facts.missed_runs >= SUSPICIOUS_RUNS and not _many_wrong(facts)
        ),
        TroubleKind.ANSWERS_SLOW: is_slow(facts.answer_seconds),
        TroubleKind.CLOCK_WRONG: (
            abs(facts.clock_offset) >= CLOCK_SECONDS
            or facts.out_of_time_in_a_row >= SUSPICIOUS_IN_A_ROW
        ),
        TroubleKind.ENDPOINT_DISABLED: facts.endpoint_enabled is False,
        TroubleKind.QUOTA_USED_UP: facts.quota_refused,
    }
    minutes = None
    if abs(facts.clock_offset) >= CLOCK_SECONDS:
        minutes = -round(facts.clock_offset / 60)
    return tuple(
        Trouble(kind, minutes if kind is TroubleKind.CLOCK_WRONG else None)
        for kind, here in found.items()
        if here
    )


def over(facts: TroubleFacts) -> frozenset[TroubleKind]:
    """The troubles that are known not to be: there is evidence, not merely no sign of them."""
    proven = {
        TroubleKind.SECRET_MISMATCH: facts.authentic > 0,
        TroubleKind.DELIVERIES_MISSING: facts.authentic > 0,
        TroubleKind.ANSWERS_SLOW: bool(facts.answer_seconds),
        TroubleKind.CLOCK_WRONG: facts.clock_measured,
        TroubleKind.ENDPOINT_DISABLED: facts.endpoint_enabled is True,
        TroubleKind.QUOTA_USED_UP: facts.tunnel_online,
    }
    here = {trouble.kind for trouble in recognise(facts)}
    return frozenset(kind for kind, known in proven.items() if known) - here


def _many_wrong(facts: TroubleFacts) -> bool:
    return facts.wrong_in_a_row >= SUSPICIOUS_IN_A_ROW


def _all_wrong(facts: TroubleFacts) -> bool:
    """None was ever right, or those of Stripe have to be fetched since they are all wrong."""
    return _many_wrong(facts) and (facts.authentic == 0 or facts.missed_runs > 0)


class MissedDeliveries:
    """Counts complete runs of the catch-up, in a row, that found what the webhook should have
    brought: between two complete runs the tunnel was open, our endpoint in order, the PC awake.
    A delivery that arrives begins anew.
    """

    def __init__(self) -> None:
        self.runs = 0
        self._authentic = 0
        self._completed_at: datetime | None = None
        self._delivering = False
        """Since the last complete run the way for deliveries was open all the time."""

    def note(
        self,
        last: CatchUpResult | None,
        completed_at: datetime | None,
        *,
        delivers: bool,
        authentic: int,
    ) -> None:
        """How it is now; called at every change. `authentic` is a count that only grows."""
        if authentic != self._authentic:
            self._authentic, self.runs = authentic, 0
        ended = completed_at is not None and completed_at != self._completed_at
        if ended and last is not None:
            self._completed_at = completed_at
            if self._delivering and delivers and last.found and not last.absent:
                self.runs += 1
            self._delivering = delivers
        elif not delivers:
            self._delivering = False
