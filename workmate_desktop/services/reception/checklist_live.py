"""The checklist of the running program: gathers the facts from the services and judges them."""

from collections.abc import Callable, Mapping

from workmate_desktop.domain.clock import Clock, ClockOffset
from workmate_desktop.domain.reception.checklist import Point
from workmate_desktop.domain.reception.evidence import Evidence
from workmate_desktop.domain.reception.self_test import SelfTestResult
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.services.books import Books
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.services.reception.checklist import checklist
from workmate_desktop.services.reception.checklist_facts import ChecklistFacts
from workmate_desktop.services.reception.reception import Reception


class LiveChecklist:
    """`clock_offset`, `self_test` and `steps` are asked for the newest of each."""

    def __init__(
        self,
        setup: StripeSetup,
        books: Books,
        reception: Reception,
        clock: Clock,
        clock_offset: Callable[[], ClockOffset | None],
        self_test: Callable[[], SelfTestResult | None],
        steps: Callable[[], Mapping[StepName, StepState]] = dict,
    ) -> None:
        self._setup = setup
        self._books = books
        self._reception = reception
        self._clock = clock
        self._clock_offset = clock_offset
        self._self_test = self_test
        self._steps = steps

    def facts(self) -> ChecklistFacts:
        """All that is known now. Reads the books: for the background."""
        keys = self._setup.keys
        mode = keys.livemode
        evidence = Evidence() if mode is None else self._books.evidence(livemode=mode)
        return ChecklistFacts(
            now=self._clock.now(),
            keys=keys,
            reception=self._reception.state,
            evidence=evidence,
            keys_trouble=self._setup.trouble,
            account=self._setup.account,
            self_test=self._self_test(),
            clock=self._clock_offset(),
            steps=self._steps(),
        )

    def points(self) -> tuple[Point, ...]:
        """Every point as it stands. Reads the books: for the background."""
        return checklist(self.facts())
