"""What follows each complete run of the catch-up: open refunds, comparison, fees."""

from collections.abc import Callable
from functools import partial

from workmate_desktop.domain.waiting import Signal
from workmate_desktop.services.steps import Step

Work = Callable[[Signal], object]
"""Ends when the event is set. A UserError that it returns is the trouble that it leaves behind."""


class AfterCatchUp:
    """Each step in its turn, unless it pauses; one that fails does not stop the others."""

    def __init__(self, *steps: tuple[Step, Work]) -> None:
        self._steps = steps

    def __call__(self, cancelled: Signal) -> None:
        for step, work in self._steps:
            if cancelled.is_set():
                return
            step.run(partial(work, cancelled))
