"""One mechanism for all that the program does by itself: how each step stands is kept and shown, a
step that fails is tried again after a pause that grows, and staff are told once, until it works.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from workmate_desktop.domain.changes import ReceptionChanged
from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.history import NoticeKind
from workmate_desktop.domain.steps import PROGRAM_FAULT, TOLD_AFTER, StepName, StepState
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.database.errors import StoreUnavailable, trouble_of
from workmate_desktop.store.upkeep import steps as rows
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.steps")

_SAVE_DONE_AFTER = timedelta(hours=1)
"""A step that works every 30 s need not be written each time."""
_STRIPE = "stripe_"
_PASSES = frozenset(
    f"{_STRIPE}{kind.value}"
    for kind in (
        StripeRefusal.NO_NET,
        StripeRefusal.TIMEOUT,
        StripeRefusal.RATE_LIMITED,
        StripeRefusal.STRIPE_DOWN,
        StripeRefusal.NOT_STRIPE,
    )
)


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a step is. After a failure it pauses `first_pause`, then twice as long each
    time, at most `longest_pause`. A trouble that passes (no net) is told after `patience` only.
    `tells` False: the step has a notice of its own. `often`: its attempts come every few seconds,
    so not each one that fails is written.
    """

    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(hours=1)
    patience: timedelta = timedelta()
    tells: bool = True
    often: bool = False


_OF_STRIPE = Policy()
_KEPT = Policy(longest_pause=timedelta(minutes=10), patience=timedelta(minutes=5), often=True)
"""Steps with pauses of their own for each thing that waits; here alone how they stand."""
_LOCAL = Policy(first_pause=timedelta(minutes=15), longest_pause=timedelta(hours=4))
POLICIES: Mapping[StepName, Policy] = {
    StepName.CATCH_UP: _KEPT,
    StepName.COMPARISON: _OF_STRIPE,
    StepName.FEES: _OF_STRIPE,
    StepName.REFUNDS: replace(_OF_STRIPE, longest_pause=timedelta(minutes=10)),
    StepName.PAY_LINKS: _KEPT,
    StepName.ENDPOINT: replace(_OF_STRIPE, patience=timedelta(minutes=5)),
    StepName.MAIL: replace(_KEPT, tells=False),
    StepName.BACKUP: _LOCAL,
    StepName.DISK: _LOCAL,
    StepName.SCHEMA: _LOCAL,
    StepName.SEALS: _LOCAL,
    StepName.SUMS: _LOCAL,
    StepName.SEARCH: _LOCAL,
}


class Due(Enum):
    """What a step may answer."""

    NOTHING = auto()
    LEFT = auto()


NOTHING_DUE = Due.NOTHING
"""It was not its time: neither done now, nor failed."""
NOTHING_LEFT = Due.LEFT
"""It was not its time, and nothing of it is undone: a failure before (to look, say) is over."""


class Steps:
    """How all steps stand. Any thread; `state` and `states` answer at once."""

    def __init__(
        self, writer: Writer, database: Database, clock: Clock, announcer: Announcer | None = None
    ) -> None:
        self._writer = writer
        self._database = database
        self._clock = clock
        self._announcer = announcer
        self._lock = database.waiting.lock()
        self._states: dict[StepName, StepState] | None = None
        self._saved_done: dict[StepName, datetime] = {}
        self._told: dict[str, StepName] = {}
        """What the notices that are not over are about → the step that is named."""

    def step(self, name: StepName) -> "Step":
        """The part of one step."""
        return Step(self, name)

    def states(self) -> Mapping[StepName, StepState]:
        """How each step stands. Reads the books at the first call."""
        with self._lock:
            return dict(self._known())

    def retry_now(self) -> None:
        """The keys are others, or staff ask for it: nothing waits for its pause any more."""
        with self._lock:
            states = self._known()
            for name, state in states.items():
                if state.next_at is not None:
                    states[name] = replace(state, next_at=None)

    # --- for Step ------------------------------------------------------------------------

    def may_run(self, name: StepName) -> bool:
        """Its pause is over. A clock that was set back does not make it longer."""
        with self._lock:
            next_at = self._known()[name].next_at
        left = next_at - self._clock.now() if next_at is not None else timedelta()
        return not timedelta() < left <= POLICIES[name].longest_pause

    def done(self, name: StepName) -> None:
        """It worked."""
        now = self._clock.now()
        with self._lock:
            states = self._known()
            before = states[name]
            states[name] = StepState(done_at=now)
            saved = self._saved_done.get(name)
            stale = saved is None or not timedelta() <= now - saved < _SAVE_DONE_AFTER
            if before.failing or stale:
                self._keep(name)
            self._tell()
        if before.failing:
            logger.info("The step %s works again", name.value)
            self._announce()

    def over(self, name: StepName) -> None:
        """Whatever failed before is of no account any more; it was not done just now."""
        with self._lock:
            states = self._known()
            before = states[name]
            if not before.failing:
                return
            states[name] = StepState(done_at=before.done_at)
            self._keep(name)
            self._tell()
        logger.info("The step %s fails no more", name.value)
        self._announce()

    def failed(self, name: StepName, trouble: str, right: str | None) -> timedelta:
        """It failed. Returns the pause until the next time."""
        now, policy = self._clock.now(), POLICIES[name]
        with self._lock:
            states = self._known()
            before = states[name]
            doubled: int = 2 ** min(before.failures, 12)
            pause = min(policy.first_pause * doubled, policy.longest_pause)
            state = states[name] = StepState(
                before.done_at,
                before.failing_since or now,
                before.failures + 1,
                now + pause,
                trouble,
                right,
            )
            news = (before.trouble, before.right) != (trouble, right)
            doubled_again = state.failures & before.failures == 0  # the 1st, 2nd, 4th, 8th …
            if news or doubled_again or not policy.often:
                self._keep(name)
            self._tell()
        if news:
            logger.warning(
                "The step %s failed: %s%s", name.value, trouble, f" ({right})" if right else ""
            )
        self._announce()
        return pause

    # --- inside, with the lock -----------------------------------------------------------

    def _known(self) -> dict[StepName, StepState]:
        if self._states is None:
            try:
                with self._database.reader() as connection:
                    found = rows.steps(connection)
            except Exception as error:
                if trouble_of(error) is None:
                    raise
                return {name: StepState() for name in StepName}  # the next call asks again
            self._states = found
            self._saved_done = {
                name: state.done_at for name, state in found.items() if state.done_at is not None
            }
            self._told = self._to_tell()
        return self._states

    def _keep(self, name: StepName) -> None:
        state = self._known()[name]
        if state.done_at is not None:
            self._saved_done[name] = state.done_at
        self._writer.submit_later(lambda t: rows.save_step(t, name, state))

    def _to_tell(self) -> dict[str, StepName]:
        """What staff should know → the first step that suffers. One cause is one notice."""
        states = self._known()
        found: dict[str, StepName] = {}
        for name in StepName:
            if self._is_to_tell(name, states[name]):
                found.setdefault(_cause(name, states[name]), name)
        return found

    def _is_to_tell(self, name: StepName, state: StepState) -> bool:
        policy = POLICIES[name]
        if not policy.tells or state.failures < TOLD_AFTER or state.failing_since is None:
            return False
        lasts = self._clock.now() - state.failing_since
        # A clock that was set back hides nothing.
        return state.trouble not in _PASSES or not timedelta() <= lasts < policy.patience

    def _tell(self) -> None:
        """Begin the notices of what is new, and end those of what is over."""
        told = self._to_tell()
        for cause, name in told.items():
            if cause not in self._told:
                self._begin(cause, name, self._known()[name])
        for cause in self._told.keys() - told.keys():
            self._end(cause)
        self._told = told

    def _begin(self, cause: str, name: StepName, state: StepState) -> None:
        self._writer.submit_later(
            lambda t: t.notices.begin(
                NoticeKind.STEP_FAILED,
                about=cause,
                step=name.value,
                trouble=state.trouble,
                right=state.right,
            )
        )

    def _end(self, cause: str) -> None:
        self._writer.submit_later(lambda t: t.notices.end(NoticeKind.STEP_FAILED, about=cause))

    def _announce(self) -> None:
        if self._announcer is not None:
            self._announcer.announce([ReceptionChanged()])


class Step:
    """What one part of the program needs: whether it may try now, and where to say how it went."""

    def __init__(self, steps: Steps, name: StepName) -> None:
        self._steps = steps
        self._name = name

    @property
    def may_run(self) -> bool:
        """Its pause is over."""
        return self._steps.may_run(self._name)

    def done(self) -> None:
        """It worked, also where there was nothing to do."""
        self._steps.done(self._name)

    def failed(self, error: UserError | None) -> timedelta:
        """It failed; None is a fault of the program. Returns the pause until the next time.

        What the program itself has broken off (it ends) is no failure.
        """
        if isinstance(error, StripeRefused) and error.kind is StripeRefusal.CANCELLED:
            return timedelta()
        right = error.right if isinstance(error, StripeRefused) else None
        code = error.code if error is not None else PROGRAM_FAULT
        return self._steps.failed(self._name, code, right)

    def run(self, work: Callable[[], object]) -> bool:
        """Do it, unless it pauses. True: it worked.

        A UserError that `work` returns is a trouble that it leaves behind; with NOTHING_DUE it is
        as it was, with NOTHING_LEFT it fails no more. What it raises is kept and told: one
        step that fails must not end the others.
        """
        if not self.may_run:
            return False
        try:
            left = work()
        except UserError as error:
            left = error
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is None:
                logger.exception("The step %s failed", self._name.value)
            self.failed(StoreUnavailable(trouble) if trouble is not None else None)
            return False
        if isinstance(left, UserError):
            self.failed(left)
            return False
        if left is NOTHING_LEFT:
            self._steps.over(self._name)
        elif left is not NOTHING_DUE:
            self.done()
        return True


def _cause(name: StepName, state: StepState) -> str:
    """Troubles with Stripe concern many steps alike: a key, a right, the net."""
    trouble = state.trouble or ""
    if not trouble.startswith(_STRIPE):
        return f"{name.value} {trouble}"
    return f"{trouble} {state.right}" if state.right else trouble
