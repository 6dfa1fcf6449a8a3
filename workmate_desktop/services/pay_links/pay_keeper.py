"""A quiet thread that switches payment links off once they must not be paid any more.

It looks when an invoice changed, at the start, and when the keys changed; what could not be sent
is tried again until it was: after 30 s, 1, 2, 4, 8, then every 10 minutes.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workmate_desktop.domain.changes import (
    Change,
    EverythingChanged,
    InvoiceChanged,
    SettingsChanged,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.keeper import Keeper
from workmate_desktop.services.pay_links.pay import Pay, concerns_all
from workmate_desktop.services.steps import Step

logger = logging.getLogger("workmate.pay")

SHORTEST_SECONDS = 30.0
LONGEST_SECONDS = 600.0
GROUP_SECONDS = 0.25
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
    """`pay` does the work. `step` is told how it goes."""

    def __init__(
        self,
        pay: Pay,
        announcer: Announcer,
        waiting: Waiting,
        step: Step | None = None,
    ) -> None:
        self._pay = pay
        self._announcer = announcer
        self._monotonic = waiting.monotonic
        self._step = step
        self._keys_changed = False
        self._stuck: dict[str, _Stuck] = {}
        self._sits_out_until: float | None = None
        """Nobody is asked before, unless the keys changed: other invoices mend nothing."""
        self._keeper = Keeper(waiting, "pay-keeper", self._work)
        self._stopping = self._keeper.cancelled

    def start(self) -> None:
        """Begin, with a look at once."""
        self._announcer.listen(self._on_changes)
        self._keeper.start()

    def stop(self, deadline: float = 5.0) -> bool:
        """Give up what is under way, and end. True when it ended in time. Twice is fine."""
        self._announcer.forget(self._on_changes)
        return self._keeper.stop(deadline)

    def _on_changes(self, changes: Sequence[Change]) -> None:
        if any(isinstance(change, SettingsChanged) for change in changes):
            self._keys_changed = True
            self._keeper.wake()
        elif any(isinstance(change, (InvoiceChanged, EverythingChanged)) for change in changes):
            self._keeper.wake()

    # --- the thread ----------------------------------------------------------------------

    def _work(self) -> float | None:
        if self._keys_changed:
            self._keys_changed = False
            self._stuck.clear()
        elif self._sits_out_until is not None and self._sits_out_until > self._monotonic():
            return self._sits_out_until - self._monotonic()
        until = self._sits_out_until = self._look()
        self._stopping.wait(GROUP_SECONDS)
        if until is None:
            until = min((stuck.again_at for stuck in self._stuck.values()), default=None)
        return None if until is None else max(0.0, until - self._monotonic())

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
