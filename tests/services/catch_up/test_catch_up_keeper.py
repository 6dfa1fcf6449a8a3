"""When the program asks Stripe: at start, after sleep, regularly, on demand, patiently."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.factories import NOON
from tests.factories import TestClock as Clock
from tests.services.catch_up.absence import Absence
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE, Steered
from workmate_desktop.domain.changes import ReceptionChanged, SettingsChanged
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.stripe.events import Source
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.catch_up.catch_up import CatchUpProgress, CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpKeeper, pause_after
from workmate_desktop.services.catch_up.timepiece import Timepiece

DONE = CatchUpResult(complete=True)


def refused(kind: StripeRefusal) -> CatchUpResult:
    return CatchUpResult(trouble=StripeRefused(kind))


class SimulatedTime:
    """Both clocks, and a wait that ends when the test lets time pass."""

    def __init__(self) -> None:
        self.clock = Clock(NOON)
        self.monotonic = 1000.0
        self._until = 1000.0
        self._idle = threading.Event()
        self._lock = threading.Lock()

    def wait(self, event: Signal, seconds: float | None) -> None:
        """What the thread under test waits with."""
        if seconds is None:  # what follows a run waits for one
            event.wait()
            return
        while True:
            with self._lock:
                if event.is_set():
                    return
                if self._until >= self.monotonic + seconds:
                    self._move(seconds, seconds)
                    return
                self._idle.set()
            time.sleep(0.001)

    def passes(self, seconds: float) -> None:
        """Return when the thread has done all that was due in these seconds."""
        with self._lock:
            self._until = self.monotonic + seconds
            self._idle.clear()
        assert self._idle.wait(PATIENCE)

    def settle(self) -> None:
        """Return when the thread has nothing more to do at this moment."""
        self.passes(0)

    def jumps(self, *, wall: float, monotonic: float = 0.0) -> None:
        """During a wait: sleep, or the clock is set."""
        with self._lock:
            self._move(wall, monotonic)
        self.passes(15)

    def _move(self, wall: float, monotonic: float) -> None:
        self.clock.advance(seconds=wall)
        self.monotonic += monotonic


class Asked:
    """Stands in for CatchUp: notes when it was asked, and answers as told."""

    def __init__(self, simulated: SimulatedTime) -> None:
        self._time = simulated
        self.at: list[float] = []
        self.sources: list[Source] = []
        self.answers: list[CatchUpResult | Exception] = []
        self.installed = 0

    def note_installation(self) -> None:
        self.installed += 1

    def run(
        self,
        progress: Callable[[CatchUpProgress], None],
        cancelled: Signal,
        source: Source,
    ) -> CatchUpResult:
        progress(CatchUpProgress(seen=1))
        self.at.append(self._time.monotonic - 1000)
        self.sources.append(source)
        answer = self.answers.pop(0) if self.answers else DONE
        if isinstance(answer, Exception):
            raise answer
        return answer


class Kept:
    """A keeper on simulated time."""

    def __init__(self, *answers: CatchUpResult | Exception, tunnel: bool = True) -> None:
        self.time = SimulatedTime()
        self.asked = Asked(self.time)
        self.asked.answers = list(answers)
        self.tunnel = tunnel
        self.announcer = Announcer()
        self.told: list[object] = []
        self.announcer.listen(self.told.extend)
        self.keeper = CatchUpKeeper(
            self.asked,  # type: ignore[arg-type]
            self.time.clock,
            self.announcer,
            Steered(self.time.wait, lambda: self.time.monotonic),
            lambda: self.tunnel,
        )

    def start(self) -> "Kept":
        self.keeper.start()
        self.time.settle()
        return self


@pytest.fixture
def kept() -> Iterator[Callable[..., Kept]]:
    made: list[Kept] = []

    def make(*answers: CatchUpResult | Exception, tunnel: bool = True) -> Kept:
        made.append(Kept(*answers, tunnel=tunnel))
        return made[-1].start()

    yield make
    for one in made:
        assert one.keeper.stop(PATIENCE)
        assert one.keeper.stop(), "twice is fine"


def test_at_the_start_and_every_ten_minutes(kept: Callable[..., Kept]) -> None:
    office = kept()
    assert office.asked.installed == 1
    office.time.passes(1800)
    assert office.asked.at == [0, 600, 1200, 1800]
    assert set(office.asked.sources) == {Source.CATCH_UP}


def test_h12_without_a_tunnel_every_30_seconds(kept: Callable[..., Kept]) -> None:
    office = kept(tunnel=False)
    office.time.passes(90)
    assert office.asked.at == [0, 30, 60, 90]
    assert office.asked.sources == [Source.CATCH_UP, *[Source.POLL] * 3]
    assert office.keeper.state.polling


def test_the_tunnel_goes_and_comes_back(kept: Callable[..., Kept]) -> None:
    office = kept()
    office.time.passes(15)
    office.tunnel = False
    office.time.passes(60)
    assert office.asked.at == [0, 60]
    assert office.keeper.state.polling
    office.tunnel = True
    office.time.passes(15)
    assert office.asked.at == [0, 60, 90], "with the next look, when it is back"
    assert office.asked.sources[-1] is Source.CATCH_UP
    assert not office.keeper.state.polling
    office.time.passes(599)
    assert len(office.asked.at) == 3


@pytest.mark.parametrize(
    "jump",
    [
        {"wall": 8 * 3600.0, "monotonic": 0.0},  # asleep, on Linux and macOS
        {"wall": 8 * 3600.0, "monotonic": 8 * 3600.0},  # asleep, on Windows
        {"wall": 3600.0, "monotonic": 0.0},  # the clock was set
        {"wall": -3600.0, "monotonic": 0.0},
    ],
)
def test_g3_g4_sleep_and_jumps_are_noticed_within_30_s(
    kept: Callable[..., Kept], jump: dict[str, float]
) -> None:
    office = kept()
    office.time.passes(60)
    assert office.asked.at == [0]
    office.time.jumps(**jump)
    assert len(office.asked.at) == 2
    assert office.asked.at[1] - 60 - jump["monotonic"] <= 30
    office.time.passes(300)
    assert len(office.asked.at) == 2, "once"


def test_g4_sleep_and_resume(kept: Callable[..., Kept]) -> None:
    """The row itself: asleep over night while it was polling, so the result is told."""
    office = kept(tunnel=False)
    office.time.passes(30)
    assert office.asked.sources[-1] is Source.POLL
    office.time.jumps(wall=9 * 3600)
    assert office.asked.sources[2] is Source.CATCH_UP


def test_g3_daylight_and_small_corrections_are_no_jump() -> None:
    wall, monotonic = [0.0], [0.0]
    timepiece = Timepiece(lambda: wall[0], lambda: monotonic[0])
    for step in (15.0, 15.2, 20.0, 14.0):
        wall[0] += step + 2.0  # the system's own slow correction
        monotonic[0] += step
        assert not timepiece.jumped(15.0)


def test_on_demand_and_when_the_keys_change(kept: Callable[..., Kept]) -> None:
    office = kept()
    office.keeper.request()
    office.time.settle()
    office.announcer.announce([SettingsChanged()])
    office.time.settle()
    office.announcer.announce([ReceptionChanged()])
    office.time.settle()
    assert office.asked.at == [0, 0, 0]


def test_g11_rate_limits_are_respected(kept: Callable[..., Kept]) -> None:
    office = kept(*[refused(StripeRefusal.RATE_LIMITED)] * 7, tunnel=False)
    office.time.passes(30 + 60 + 120 + 240 + 480 + 600 + 600)
    assert office.asked.at == [0, 30, 90, 210, 450, 930, 1530, 2130]
    office.time.passes(30)
    assert office.asked.at[-1] == 2160, "and back to the usual pace"


def test_a_missing_net_is_looked_for_every_30_seconds(kept: Callable[..., Kept]) -> None:
    office = kept(*[refused(StripeRefusal.NO_NET)] * 3)
    assert office.keeper.state.trouble is not None
    office.time.passes(100)
    assert office.asked.at == [0, 30, 60, 90]
    assert office.keeper.state.trouble is None
    assert office.keeper.state.completed_at is not None


def test_a_fault_of_the_program_does_not_end_the_fetching(kept: Callable[..., Kept]) -> None:
    office = kept(ValueError("a bug"))
    assert office.keeper.state.last is None
    office.time.passes(30)
    assert office.asked.at == [0, 30]
    assert office.keeper.state.last == DONE


@pytest.mark.parametrize(
    ("result", "polling", "seconds"),
    [
        (DONE, False, 600),
        (DONE, True, 30),
        (refused(StripeRefusal.WRONG_KEY), True, 600),
        (refused(StripeRefusal.NO_RIGHT), True, 600),
        (refused(StripeRefusal.NOT_STRIPE), False, 30),
        (refused(StripeRefusal.STRIPE_DOWN), False, 60),
        (CatchUpResult(trouble=UserError("catch_up_no_key")), True, 600),
        (CatchUpResult(trouble=UserError("disk_full")), True, 60),
        (None, True, 60),
    ],
)
def test_the_pause(result: CatchUpResult | None, polling: bool, seconds: float) -> None:
    assert pause_after(result, polling=polling, troubles_in_a_row=2) == seconds


# --- with the real thing -----------------------------------------------------------------


@pytest.fixture
def real(absence: Absence) -> Iterator[CatchUpKeeper]:
    keeper = CatchUpKeeper(
        absence.catch_up,
        absence.clock,
        absence.office.announcer,
        Steered(monotonic=lambda: 0.0),
        lambda: False,
    )
    yield keeper
    assert keeper.stop(PATIENCE)


def test_a_payment_of_the_night_is_booked_at_the_start(
    absence: Absence, real: CatchUpKeeper
) -> None:
    [invoice] = absence.invoices(1)
    absence.first_run()
    absence.later(hours=12)
    absence.pay(invoice)
    done = threading.Event()
    absence.office.announcer.listen(
        lambda _changes: done.set() if real.state.completed_at else None
    )
    real.start()
    assert done.wait(PATIENCE)
    assert real.state.last is not None and real.state.last.payments == 1
    assert absence.paid() == 1
    assert len(absence.notices("catch_up_result")) == 1


def test_stopping_does_not_wait_for_stripe(absence: Absence, real: CatchUpKeeper) -> None:
    absence.stripe.fail_next(Fault.HANG)
    real.start()
    while not absence.stripe.asked:
        time.sleep(0.005)
    assert real.stop()  # True: the call was given up, which may take 20 s by itself
    assert not absence.stripe.stopping.is_set()


def test_what_follows_a_complete_run_holds_nobody_up(absence: Absence) -> None:
    """The comparison may take its time: a request meanwhile is answered, and a stop ends it."""
    followed: list[Signal] = []

    def compare(cancelled: Signal) -> None:
        followed.append(cancelled)
        cancelled.wait()

    keeper = CatchUpKeeper(
        absence.catch_up,
        absence.clock,
        absence.office.announcer,
        Threads(),
        lambda: True,
        afterwards=compare,
    )
    answered = threading.Event()
    number = 0
    absence.office.announcer.listen(
        lambda _changes: answered.set() if 0 < number <= keeper.state.answered else None
    )
    keeper.start()
    while not followed:
        time.sleep(0.005)
    number = keeper.request()
    assert answered.wait(PATIENCE)
    assert len(followed) == 1  # one at a time
    assert keeper.stop(PATIENCE)
    assert followed[0].is_set()
