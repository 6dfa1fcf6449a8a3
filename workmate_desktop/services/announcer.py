"""Tells whoever listens what changed, after the commit and never before."""

import logging
from collections.abc import Callable, Sequence

from workmate_desktop.domain.changes import Change

Listener = Callable[[Sequence[Change]], None]
logger = logging.getLogger("workmate.announcer")


class Announcer:
    """Passes changes on, on the thread that made them (mostly the writer's).

    Listeners must be quick. One that raises is a bug of its own: it is logged, and the
    others are told all the same, because a booked payment must not look unbooked elsewhere.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each group of changes from now on."""
        self._listeners = (*self._listeners, listener)

    def forget(self, listener: Listener) -> None:
        """No longer call `listener`."""
        self._listeners = tuple(known for known in self._listeners if known != listener)

    def announce(self, changes: Sequence[Change]) -> None:
        """Tell all listeners."""
        for listener in self._listeners:
            try:
                listener(changes)
            except Exception:
                logger.exception("A listener for changes failed")
