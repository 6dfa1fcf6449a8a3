"""When to catch up: a quiet thread that asks at the right moments, and not too often.

At the start, after sleep or a jump of the clock, when the tunnel comes back, when the keys
change, on demand; else every 10 minutes while the tunnel works and every 30 s while it does not
(then fetching is how events arrive: **Abruf alle 30 s**). After trouble it comes back by itself.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workmate_desktop.domain.changes import Change, ReceptionChanged, SettingsChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.steps import StepName
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.domain.waiting import Signal, Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.catch_up.catch_up import (
    NO_KEY,
    CatchUp,
    CatchUpProgress,
    CatchUpResult,
)
from workmate_desktop.services.catch_up.timepiece import Timepiece
from workmate_desktop.services.keeper import Keeper
from workmate_desktop.services.steps import Steps

logger = logging.getLogger("workmate.catch_up")

REGULAR_SECONDS = 600.0
POLL_SECONDS = 30.0
LOOK_SECONDS = 15.0
"""How often the thread looks whether it slept or the tunnel changed."""

_ONLY_A_PERSON_HELPS = frozenset(
    {StripeRefusal.WRONG_KEY, StripeRefusal.REVOKED, StripeRefusal.NO_RIGHT}
)
_PATIENCE = frozenset({StripeRefusal.RATE_LIMITED, StripeRefusal.STRIPE_DOWN})


def pause_after(result: CatchUpResult | None, *, polling: bool, troubles_in_a_row: int) -> float:
    """Seconds until the next run. None is a fault of the program in the last one.

    A full Stripe is given time: 30 s, 1, 2, 4, 8, at most 10 minutes. A missing net is looked
    for every 30 s. Where only a person helps (wrong key), a change of the keys comes sooner.
    """
    if result is not None and result.complete:
        return POLL_SECONDS if polling else REGULAR_SECONDS
    trouble = result.trouble if result else None
    if isinstance(trouble, StripeRefused):
        if trouble.kind in _ONLY_A_PERSON_HELPS:
            return REGULAR_SECONDS
        if trouble.kind not in _PATIENCE:
            return POLL_SECONDS
    elif trouble is not None and trouble.code == NO_KEY:
        return REGULAR_SECONDS
    return float(min(POLL_SECONDS * 2.0 ** min(troubles_in_a_row - 1, 10), REGULAR_SECONDS))


@dataclass(frozen=True, slots=True)
class CatchUpState:
    """For the Empfang and the checklist.

    `progress` is None while no run is under way. `completed_at` (UTC, this PC's clock) is when
    the last complete run of this session ended. `polling` means: no working tunnel.
    `answered` is the newest number of `request` that a run has answered.
    """

    polling: bool = False
    progress: CatchUpProgress | None = None
    last: CatchUpResult | None = None
    completed_at: datetime | None = None
    answered: int = 0

    @property
    def trouble(self) -> UserError | None:
        """Why the last run did not come to its end."""
        return self.last.trouble if self.last else None


class CatchUpKeeper:
    """The thread. `tunnel_works` must answer at once. Changes of `state` are announced as
    ReceptionChanged, while a run is under way at most about every page of events.
    `afterwards` follows every complete run in a thread of its own, so that nobody waits for it,
    and ends when the signal is set. `steps` hears how each run went, and
    pauses nothing any more once somebody asks for a run.
    """

    def __init__(
        self,
        catch_up: CatchUp,
        clock: Clock,
        announcer: Announcer,
        waiting: Waiting,
        tunnel_works: Callable[[], bool],
        afterwards: Callable[[Signal], None] = lambda _cancelled: None,
        steps: Steps | None = None,
    ) -> None:
        self._steps = steps
        self._step = steps.step(StepName.CATCH_UP) if steps is not None else None
        self._catch_up = catch_up
        self._clock = clock
        self._announcer = announcer
        self._tunnel_works = tunnel_works
        self._waiting = waiting
        self._monotonic = waiting.monotonic
        self._state = CatchUpState()
        self._lock = waiting.lock()
        self._wanted = False
        self._requests = 0
        self._try_all = False
        self._returning = True
        """The next run follows an absence (start, sleep, no net) or was asked for."""
        self._troubles_in_a_row = 0
        self._timepiece: Timepiece | None = None
        self._planned = 0.0
        self._next_at = 0.0
        self._tunnel = False
        self._keeper = Keeper(waiting, "catch-up", self._look)
        self._following = Keeper(
            waiting, "comparison", lambda: afterwards(self._following.cancelled), first=None
        )

    @property
    def state(self) -> CatchUpState:
        """How it is at this moment. Any thread."""
        return self._state

    def start(self) -> None:
        """Begin, with a run at once."""
        self._announcer.listen(self._on_changes)
        if not (self._following.start() and self._keeper.start()):
            self._announcer.forget(self._on_changes)  # stopped while the program was still starting

    def stop(self, deadline: float = 5.0) -> bool:
        """Give up a run that is under way, and end. True when it ended in time."""
        self._announcer.forget(self._on_changes)
        ends = self._waiting.monotonic() + deadline
        self._following.end()
        ended = self._keeper.stop(deadline)
        return self._following.stop(max(0.0, ends - self._waiting.monotonic())) and ended

    def request(self) -> int:
        """Run now: **Verpasste Ereignisse nachholen**, or the tunnel changed. Any thread.

        The number of this request: `CatchUpState.answered` reaches it when it is done.
        """
        with self._lock:
            self._requests += 1
            number = self._requests
        self._try_all = True
        self._wanted = True
        self._keeper.wake()
        return number

    def _on_changes(self, changes: Sequence[Change]) -> None:
        # Our own announcements are ReceptionChanged, so they cannot wake us up.
        if any(isinstance(change, SettingsChanged) for change in changes):
            self.request()

    # --- the thread ----------------------------------------------------------------------

    def _look(self) -> float:
        """Run if it is time. Seconds until the next look."""
        tunnel = self._tunnel_works()
        if self._timepiece is None:
            self._note_installation()
            self._timepiece = Timepiece(lambda: self._clock.now().timestamp(), self._monotonic)
            self._next_at = self._monotonic()
            self._tunnel = tunnel
        elif self._timepiece.jumped(self._planned):
            logger.info("The PC slept or its clock was set: asking Stripe")
            self._next_at = self._monotonic()
            self._returning = True
        if (tunnel and not self._tunnel) or self._wanted:
            self._next_at = self._monotonic()
            self._returning = True
        elif self._tunnel and not tunnel:
            self._next_at = min(self._next_at, self._monotonic() + POLL_SECONDS)
        if tunnel is not self._tunnel:
            self._show(polling=not tunnel)
        self._tunnel = tunnel
        if self._monotonic() >= self._next_at:
            self._wanted = False
            self._next_at = self._one_run(polling=not tunnel) + self._monotonic()
            self._timepiece.jumped(0.0)  # a run takes its time: that is no jump
        self._planned = max(0.0, min(LOOK_SECONDS, self._next_at - self._monotonic()))
        return self._planned

    def _one_run(self, *, polling: bool) -> float:
        """Run once; the seconds until the next time."""
        result: CatchUpResult | None = None
        requests = self._requests
        if self._try_all and self._steps is not None:
            self._try_all = False
            self._steps.retry_now()
        source = Source.POLL if polling and not self._returning else Source.CATCH_UP
        self._show(polling=polling, progress=CatchUpProgress())
        try:
            result = self._catch_up.run(
                lambda progress: self._show(polling=polling, progress=progress),
                self._keeper.cancelled,
                source,
            )
        except Exception:  # a bug here must not end the fetching for good
            logger.exception("The catch-up failed")
        complete = result is not None and result.complete
        self._troubles_in_a_row = 0 if complete else self._troubles_in_a_row + 1
        self._returning = not complete
        self._state = CatchUpState(
            polling,
            None,
            result or self._state.last,
            self._clock.now() if complete else self._state.completed_at,
            requests,
        )
        self._note_step(result)
        self._announcer.announce([ReceptionChanged()])
        if complete:
            self._following.wake()
        return pause_after(result, polling=polling, troubles_in_a_row=self._troubles_in_a_row)

    def _note_step(self, result: CatchUpResult | None) -> None:
        """Without a key nothing is to be fetched: that is no failure."""
        trouble = result.trouble if result is not None else None
        if self._step is None or (trouble is not None and trouble.code == NO_KEY):
            return
        if result is not None and result.complete:
            self._step.done()
        else:
            self._step.failed(trouble)

    def _show(self, *, polling: bool, progress: CatchUpProgress | None = None) -> None:
        self._state = replace(self._state, polling=polling, progress=progress)
        # Every 30 s a run that finds nothing begins: only what can be seen is announced.
        if progress is None or progress.seen:
            self._announcer.announce([ReceptionChanged()])

    def _note_installation(self) -> None:
        try:
            self._catch_up.note_installation()
        except UserError as error:
            logger.error("The time of installation could not be kept: %s", error.code)
