"""The rules that keep the tunnel: when it comes back, when it waits, and that it always ends.

The gateway is a fake that does what the test says; time passes when the test lets it.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOON, TestClock
from tests.waiting import PATIENCE, Steered
from workmate_desktop.domain.connection.tunnel import (
    TunnelSettings,
    TunnelSight,
    TunnelState,
    TunnelStatus,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.connection.tunnel import HOUR, LOOK_EVERY, STEADY, Backoff, Tunnel

URL = "https://bright-office.ngrok-free.dev"
ALIVE = TunnelSight(True, URL)


@dataclass
class FakeGateway:
    """Each opening does the next of `opens`: a code is raised, an address returned."""

    opens: list[str | Exception] = field(default_factory=list)
    sight: TunnelSight = ALIVE
    ports: list[int] = field(default_factory=list)
    closed: int = 0
    news: Callable[[], None] = lambda: None
    silent: bool = False
    asked: list[TunnelSettings] = field(default_factory=list)

    def open(
        self,
        settings: TunnelSettings,
        port: int,
        cancelled: Signal,
        news: Callable[[], None],
        progress: Callable[[int], None],
    ) -> str:
        self.ports.append(port)
        self.asked.append(settings)
        self.news = news
        progress(50)
        if self.silent:
            assert cancelled.wait()
            raise UserError("tunnel_cancelled")
        self.sight = ALIVE
        done = self.opens.pop(0) if self.opens else URL
        if isinstance(done, Exception):
            raise done
        if not done.startswith("https://"):
            raise UserError(done)
        return done

    def look(self) -> TunnelSight:
        return self.sight

    def close(self) -> None:
        self.closed += 1

    def end_orphan(self) -> None:
        pass

    def dies(self, code: str | None = None) -> None:
        self.sight = TunnelSight(False, code=code)
        self.news()


class Office:
    """A tunnel with a fake gateway; pauses take no time until there are `pauses_left`."""

    def __init__(self) -> None:
        self.gateway = FakeGateway()
        self.told: list[TunnelState] = []
        self.pauses: list[float | None] = []
        self.pauses_left = 0
        self.now = 0.0
        self.clock = TestClock()
        self._changed = threading.Condition()
        self.tunnel = Tunnel(
            self.gateway,
            self.clock,
            Steered(self._wait, lambda: self.now),
            lambda: TunnelSettings("token"),
            self._tell,
        )

    def _tell(self, state: TunnelState) -> None:
        with self._changed:
            self.told.append(state)
            self._changed.notify_all()

    def _wait(self, event: threading.Event, seconds: float | None) -> None:
        if seconds == LOOK_EVERY:  # a look at the open tunnel
            event.wait()
            return
        with self._changed:
            self.pauses.append(seconds)
            self._changed.notify_all()
            if self.pauses_left:
                self.pauses_left -= 1
                self.now += seconds or 0
                return
        event.wait()

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that the tunnel's thread does."""
        with self._changed:
            assert self._changed.wait_for(true, PATIENCE), (self.told, self.pauses)

    def until_online(self, times: int) -> None:
        self.until(lambda: self.statuses.count("online") == times)

    def until_status(self, status: TunnelStatus) -> TunnelState:
        """Wait until the state is this one."""
        self.until(lambda: self.tunnel.state.status is status)
        return self.tunnel.state

    @property
    def statuses(self) -> list[str]:
        """What was told, without the progress of a download."""
        return [state.status.value for state in self.told if state.percent is None]


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    assert made.tunnel.stop(PATIENCE)
    assert not [one for one in threading.enumerate() if one.name == "tunnel"]


def test_it_starts_tells_the_progress_and_stops(office: Office) -> None:
    assert office.tunnel.state == TunnelState(TunnelStatus.OFF)
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    assert office.tunnel.state.public_url == URL
    assert office.gateway.ports == [8000]
    assert office.tunnel.stop(PATIENCE)
    assert office.told == [
        TunnelState(TunnelStatus.STARTING),
        TunnelState(TunnelStatus.STARTING, percent=50),
        TunnelState(TunnelStatus.ONLINE, URL),
        TunnelState(TunnelStatus.OFF),
    ]
    assert office.gateway.closed >= 1


def test_stopping_twice_and_starting_again(office: Office) -> None:
    assert office.tunnel.stop(PATIENCE)
    for _ in range(3):
        office.tunnel.start(8000)
        office.until_status(TunnelStatus.ONLINE)
        assert office.tunnel.stop(PATIENCE) and office.tunnel.stop(PATIENCE)
        assert office.tunnel.state.status is TunnelStatus.OFF


def test_starting_twice_opens_once(office: Office) -> None:
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.tunnel.start(8000)
    office.tunnel.stop()
    assert office.gateway.ports == [8000]


def test_h6_the_tunnel_follows_the_listener_to_another_port(office: Office) -> None:
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.tunnel.start(8001)
    office.until(lambda: office.statuses.count("online") == 2)
    assert office.gateway.ports == [8000, 8001]


# --- it comes back --------------------------------------------------------------------------


def test_h1_an_agent_that_dies_is_back_after_one_second(office: Office) -> None:
    office.pauses_left = 1
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.gateway.dies("tunnel_agent_gone")
    office.until(lambda: office.statuses.count("online") == 2)
    assert office.pauses == [1.0]
    assert office.statuses == ["starting", "online", "retrying", "starting", "online"]
    retrying = next(state for state in office.told if state.status is TunnelStatus.RETRYING)
    assert retrying.code == "tunnel_agent_gone"
    assert retrying.retry_at == NOON + timedelta(seconds=1)
    assert office.gateway.closed >= 1


def test_h1_the_pauses_double_up_to_a_minute(office: Office) -> None:
    office.gateway.opens = ["tunnel_no_net"] * 9
    office.pauses_left = 9
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    assert office.pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_h1_one_that_dies_again_and_again_is_no_storm(office: Office) -> None:
    office.pauses_left = 3
    office.tunnel.start(8000)
    for count in (1, 2, 3):
        office.until_online(count)
        office.now += STEADY - 1
        office.gateway.dies()
    office.until(lambda: office.statuses.count("online") == 4)
    assert office.pauses == [1, 2, 4]


def test_h1_after_a_steady_minute_it_begins_at_one_second_again(office: Office) -> None:
    office.pauses_left = 2
    office.tunnel.start(8000)
    for count in (1, 2):
        office.until_online(count)
        office.now += STEADY
        office.gateway.dies()
    office.until(lambda: office.statuses.count("online") == 3)
    assert office.pauses == [1, 1]


def test_backoff_can_begin_anew() -> None:
    backoff = Backoff()
    assert [backoff.next() for _ in range(3)] == [1, 2, 4]
    backoff.reset()
    assert backoff.next() == 1


# --- it waits for staff ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    "tunnel_token_missing tunnel_token_wrong tunnel_domain_foreign tunnel_domain_invalid "
    "tunnel_agent_old tunnel_agent_missing tunnel_agent_unusable keychain_locked".split(),
)
def test_h3_what_only_staff_can_mend_is_tried_once(office: Office, code: str) -> None:
    office.gateway.opens = [code]
    office.tunnel.start(8000)
    state = office.until_status(TunnelStatus.FAILED)
    office.until(lambda: office.pauses == [None])  # no time limit: it waits
    assert (state.code, state.retry_at) == (code, None)
    assert len(office.gateway.ports) == 1
    office.tunnel.renew()  # new settings
    office.until_status(TunnelStatus.ONLINE)
    assert len(office.gateway.ports) == 2


@pytest.mark.parametrize("code", ["tunnel_quota", "tunnel_refused", "tunnel_download_blocked"])
def test_h12_what_passes_slowly_is_tried_every_hour(office: Office, code: str) -> None:
    office.gateway.opens = [code] * 3
    office.pauses_left = 3
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    assert office.pauses == [HOUR] * 3


def test_h3_a_token_that_is_revoked_later_stops_it_too(office: Office) -> None:
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.gateway.dies("tunnel_token_wrong")
    assert office.until_status(TunnelStatus.FAILED).code == "tunnel_token_wrong"


def test_new_settings_count_at_once_while_it_waits_and_start_the_pauses_anew(
    office: Office,
) -> None:
    office.gateway.opens = ["tunnel_no_net"] * 4
    office.pauses_left = 2
    office.tunnel.start(8000)
    office.until(lambda: office.pauses == [1, 2, 4])
    office.tunnel.renew()
    office.until(lambda: len(office.pauses) == 4)
    assert office.pauses[3] == 1


def test_new_settings_are_taken_while_it_is_open(office: Office) -> None:
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.tunnel.renew()
    office.until(lambda: office.statuses.count("online") == 2)
    assert len(office.gateway.asked) == 2


def test_new_settings_start_nothing_while_it_is_off(office: Office) -> None:
    office.tunnel.renew()
    assert office.gateway.ports == []
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.tunnel.stop()
    office.tunnel.renew()
    assert office.gateway.ports == [8000]


# --- what it shows --------------------------------------------------------------------------


def test_h4_a_new_address_is_told(office: Office) -> None:
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.gateway.sight = TunnelSight(True, "https://other.ngrok-free.dev")
    office.gateway.news()
    office.until(lambda: office.tunnel.state.public_url == "https://other.ngrok-free.dev")
    assert office.tunnel.state.status is TunnelStatus.ONLINE


def test_a_disturbance_is_shown_and_passes(office: Office) -> None:
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    office.gateway.sight = TunnelSight(True, None, "tunnel_no_net")
    office.gateway.news()
    office.until(lambda: office.tunnel.state.code == "tunnel_no_net")
    assert office.tunnel.state.public_url == URL
    office.gateway.sight = ALIVE
    office.gateway.news()
    office.until(lambda: office.tunnel.state.code is None)


# --- it always ends -------------------------------------------------------------------------


def test_h2_stopping_does_not_wait_for_a_silent_agent(office: Office) -> None:
    office.gateway.silent = True
    office.tunnel.start(8000)
    office.until(lambda: office.gateway.ports == [8000])
    assert office.tunnel.stop(PATIENCE)  # True: it gave up, long before the agent would
    assert office.tunnel.state.status is TunnelStatus.OFF


def test_a_gateway_that_hangs_is_closed_at_the_deadline_anyway() -> None:
    entered, released = threading.Event(), threading.Event()

    class Hanging(FakeGateway):
        def open(self, *given: Any) -> str:
            entered.set()
            released.wait()
            raise UserError("tunnel_cancelled")

        def close(self) -> None:
            super().close()
            released.set()

    gateway = Hanging()
    tunnel = Tunnel(gateway, TestClock(), Threads(), TunnelSettings, lambda _state: None)
    tunnel.start(8000)
    assert entered.wait(PATIENCE)
    assert tunnel.stop(0.1) is False
    assert gateway.closed >= 1
    tunnel.start(8001)  # while the first thread may still be ending
    assert tunnel.stop(PATIENCE)
    assert tunnel.state.status is TunnelStatus.OFF
    assert not [one for one in threading.enumerate() if one.name == "tunnel"]


def test_a_fault_of_ours_does_not_end_the_watch(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.gateway.opens = [RuntimeError("a bug")]
    office.pauses_left = 1
    office.tunnel.start(8000)
    office.until_status(TunnelStatus.ONLINE)
    assert office.pauses == [1]
    assert "a bug" in caplog.text


def test_a_fault_of_the_one_who_is_told_does_not_end_the_watch(
    caplog: pytest.LogCaptureFixture,
) -> None:
    online = threading.Event()

    def told(state: TunnelState) -> None:
        if state.status is TunnelStatus.ONLINE:
            online.set()
        raise ValueError("a bug elsewhere")

    tunnel = Tunnel(FakeGateway(), TestClock(), Threads(), TunnelSettings, told)
    tunnel.start(8000)
    assert online.wait(PATIENCE)
    assert tunnel.stop(PATIENCE)
    assert "a bug elsewhere" in caplog.text


def test_a_keyring_that_is_locked_is_told(office: Office) -> None:
    def locked() -> TunnelSettings:
        raise UserError("keychain_locked")

    tunnel = Tunnel(office.gateway, office.clock, Threads(), locked, office._tell)
    tunnel.start(8000)
    office.until(lambda: any(state.code == "keychain_locked" for state in office.told))
    assert tunnel.stop(PATIENCE)
