"""A job of the writer from when it is queued until everyone who waits for it was told."""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from workmate_desktop.store.database.confirmation import Confirmation, tell_all
from workmate_desktop.store.transaction import Transaction

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
Job = Callable[[Transaction], T]
logger = logging.getLogger("workmate.store")


class OnceMore(Exception):
    """Raised by a job that found out what it has to do otherwise: all is undone, and it runs once
    more together with the others. A job raises it a limited number of times."""


class Pending(Generic[T]):
    """A job and the future of its answer (or the confirmation). Without it nobody waits for it."""

    __slots__ = ("afterwards", "failure", "future", "job", "outcome")

    def __init__(
        self,
        job: Job[T],
        future: "Future[T] | Confirmation | None",
        afterwards: Callable[[Sequence[T]], None] | None = None,
    ) -> None:
        self.job = job
        self.future = future
        self.afterwards = afterwards
        self.outcome: T | None = None
        self.failure: BaseException | None = None

    def answer(self) -> None:
        """Settle the future: the commit is over."""
        if self.future is None:
            if self.failure is not None:
                logger.error("A deferred job failed", exc_info=self.failure)
        elif self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.outcome)  # type: ignore[arg-type]


def tell(batch: list[Pending[Any]]) -> None:
    """Wake those who wait for confirmations, once for the whole batch."""
    try:
        tell_all(p.future for p in batch if isinstance(p.future, Confirmation))
    except Exception:
        logger.exception("Telling of a commit failed")


def conclude(batch: list[Pending[Any]]) -> None:
    """Tell what follows the commit, once for all of its jobs that are followed alike."""
    outcomes: dict[Callable[[Sequence[Any]], None], list[Any]] = {}
    for pending in batch:
        if pending.afterwards is not None and pending.failure is None:
            outcomes.setdefault(pending.afterwards, []).append(pending.outcome)
    for afterwards, of_jobs in outcomes.items():
        try:
            afterwards(of_jobs)
        except Exception:
            logger.exception("What follows a commit failed")
