"""That an event is durably kept, or why not: what a delivery waits for."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from workmate_desktop.domain.waiting import Waiting

Teller = Callable[[Sequence["Confirmation"]], None]
"""Told, on the writer's thread, all that one commit has settled and that it waits for."""


class Confirmation:
    """Settled by the writer after the commit: kept, or the failure.

    What a Future is, without its locks: nobody blocks on it in the program, and a Future with its
    condition cost the listener a seventh of its time. Whoever waits is told of all that a commit
    settled in one call (`tell_all`), since waking a thread costs more than an answer.
    """

    __slots__ = ("asker", "done", "event_id", "failure", "teller", "waiting")

    def __init__(self, event_id: str, waiting: Waiting) -> None:
        self.event_id = event_id
        self.waiting = waiting
        self.done = False
        self.failure: BaseException | None = None
        self.teller: Teller | None = None
        self.asker: Any = None
        """Whatever the one who waits wants to find again."""

    def set_result(self, _outcome: object = None) -> None:
        """The event is kept. Nobody is told before `tell_all`."""
        self.done = True

    def set_exception(self, failure: BaseException) -> None:
        """The event is not kept. Nobody is told before `tell_all`."""
        self.failure = failure
        self.done = True

    def when_done(self, teller: Teller) -> None:
        """Call `teller`, at once where it is done. Told twice where it is settled right now."""
        self.teller = teller  # first: the writer settles first and then looks for a teller
        if self.done:
            teller((self,))

    def result(self, seconds: float | None = None) -> int:
        """Block until it is kept: 200. Raises the failure, or TimeoutError."""
        failure = self.exception(seconds)
        if failure is not None:
            raise failure
        return 200

    def exception(self, seconds: float | None = None) -> BaseException | None:
        """Block until it is done: the failure, or None. Raises TimeoutError."""
        told = self.waiting.signal()
        self.when_done(lambda _confirmations: told.set())
        if not told.wait(seconds):
            raise TimeoutError
        return self.failure


def tell_all(settled: Iterable[Confirmation]) -> None:
    """Call each teller once, with all of `settled` that it waits for."""
    groups: dict[Teller, list[Confirmation]] = {}
    for confirmation in settled:
        if confirmation.teller is not None:
            groups.setdefault(confirmation.teller, []).append(confirmation)
    for teller, confirmations in groups.items():
        teller(confirmations)
