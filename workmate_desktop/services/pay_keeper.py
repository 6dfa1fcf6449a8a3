"""A quiet thread that switches payment links off once they must not be paid any more.

It looks when an invoice changed, at the start, and when the keys changed; what could not be sent
is tried again until it was: after 30 s, 1, 2, 4, 8, then every 10 minutes.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workmate_desktop.domain.changes import (
    Change,
    EverythingChanged,
    InvoiceChanged,
    SettingsChanged,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.pay import Pay, concerns_all
from workmate_desktop.services.steps import Step

logger = logging.getLogger("workmate.pay")

SHORTEST_SECONDS = 30.0
LONGEST_SECONDS = 600.0
_GROUP_SECONDS = 0.25
"""Rest after a look, so that a burst of payments is not looked at one by one."""

_NO_LINK = ""
"""Stands for the id where the trouble has nothing to do with any link."""


@dataclass(frozen=True, slots=True)
class _Stuck:
    """A link that could not be switched off: how often in a row, and when to try again."""

    tries: int
    again_at: float


class _Fault(UserError):
    """Nobody can mend it: a fault of the program."""


class PayKeeper:
    """`pay` does the work. `monotonic` and `wait` are time itself, for tests: `wait` waits for
    the event, at most so many seconds; None is without limit. `step` is told how it goes.
    """

    def __init__(
        self,
        pay: Pay,
        announcer: Announcer,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float | None], object] = threading.Event.wait,
        step: Step | None = None,
    ) -> None:
        self._pay = pay
        self._announcer = announcer
        self._monotonic = monotonic
        self._wait = wait
        self._step = step
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._keys_changed = False
        self._stuck: dict[str, _Stuck] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with a look at once."""
        self._announcer.listen(self._on_changes)
        self._thread = threading.Thread(target=self._run, name="pay-keeper", daemon=True)
        self._thread.start()

    def stop(self, deadline: float = 5.0) -> bool:
        """Give up what is under way, and end. True when it ended in time. Twice is fine."""
        self._announcer.forget(self._on_changes)
        self._stopping.set()  # cancels the call to Stripe, too
        self._wake.set()
        if self._thread is None:
            return True
        self._thread.join(deadline)
        return not self._thread.is_alive()

    def _on_changes(self, changes: Sequence[Change]) -> None:
        if any(isinstance(change, SettingsChanged) for change in changes):
            self._keys_changed = True
            self._wake.set()
        elif any(isinstance(change, (InvoiceChanged, EverythingChanged)) for change in changes):
            self._wake.set()

    # --- the thread ----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            if self._keys_changed:
                self._keys_changed = False
                self._stuck.clear()
            until = self._look()
            self._stopping.wait(_GROUP_SECONDS)
            times = [stuck.again_at for stuck in self._stuck.values()]
            if until is not None:
                self._sit_out(until)
            else:
                self._wait(self._wake, min(times) - self._monotonic() if times else None)

    def _look(self) -> float | None:
        """Close what is due. Until when nothing else need be tried; None if anything may."""
        now = self._monotonic()
        skip = {link for link, stuck in self._stuck.items() if stuck.again_at > now}
        try:
            failed = dict(self._pay.close_due(self._stopping, skip))
        except UserError as error:  # the database says it
            failed = {_NO_LINK: error}
        except Exception as bug:  # a bug must not end the closing for good
            logger.exception("Deactivating payment links failed")
            failed = {_NO_LINK: _Fault(type(bug).__name__)}
        stuck = {link: self._stuck[link] for link in skip}
        until: float | None = None
        for link, trouble in failed.items():
            tries = self._stuck[link].tries + 1 if link in self._stuck else 1
            pause = min(SHORTEST_SECONDS * 2.0 ** min(tries - 1, 10), LONGEST_SECONDS)
            stuck[link] = _Stuck(tries, self._monotonic() + pause)
            if not self._stopping.is_set():
                logger.warning("[Stripe] Payment Link still to deactivate: %s", trouble.code)
            if concerns_all(trouble):
                until = stuck[link].again_at
        self._stuck = stuck
        self._note_step(failed)
        return until

    def _note_step(self, failed: Mapping[str, UserError]) -> None:
        """How it stands, for staff; what still pauses is neither done nor failed anew."""
        if self._step is None or self._stopping.is_set():
            return
        if failed:
            trouble = next(iter(failed.values()))
            self._step.failed(None if isinstance(trouble, _Fault) else trouble)
        elif not self._stuck:
            self._step.done()

    def _sit_out(self, until: float) -> None:
        """Nobody is asked before, unless the keys changed: other invoices mend nothing."""
        while not self._stopping.is_set() and not self._keys_changed:
            left = until - self._monotonic()
            if left <= 0:
                return
            self._wake.clear()
            if not self._stopping.is_set() and not self._keys_changed:
                self._wait(self._wake, left)
