"""Keeper, gateway and stand-in agent together: killed, moved, refused, stopped."""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateways.tunnel.tunnel_support import settings, until
from tests.listener.support import SIGNED, FakeReceive
from tests.standins.ngrok_play import NAME, TOKEN, StandInNgrok
from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelState, TunnelStatus
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.gateways.system.clock import SystemClock
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.gateways.tunnel.ngrok import Ngrok
from workmate_desktop.listener.hosts import HostNames
from workmate_desktop.listener.server import Listener
from workmate_desktop.services.connection.tunnel import Tunnel


class Office:
    """A listener and its tunnel, wired as the program does it."""

    def __init__(self, data_dir: Path, ngrok: StandInNgrok) -> None:
        self.ngrok = ngrok
        self.settings: TunnelSettings = settings(ngrok)
        self.told: list[TunnelState] = []
        self.receive, self.hosts = FakeReceive(), HostNames()
        self.listener = Listener(self.receive, host_names=self.hosts)
        self.tunnel = Tunnel(
            Ngrok(data_dir), SystemClock(), Threads(), lambda: self.settings, self._on_change
        )

    def _on_change(self, state: TunnelState) -> None:
        self.told.append(state)
        url = state.public_url
        self.hosts.set_public(url.removeprefix("https://") if url else None)

    def start(self) -> None:
        """Listener, then tunnel."""
        self.tunnel.start(self.listener.port or self.listener.start(0))

    def online(self, times: int = 1) -> bool:
        """Wait until it was online so many times."""

        def count() -> int:
            return sum(
                state.status is TunnelStatus.ONLINE and before.status is TunnelStatus.STARTING
                for before, state in zip(self.told, self.told[1:], strict=False)
            )

        return bool(until(lambda: count() >= times))

    def deliver(self) -> int:
        """One delivery from outside; its status."""
        headers = {"Content_Type": "application/json", "Stripe_Signature": SIGNED}
        host = self.hosts.public or NAME
        return self.ngrok.visit("POST", WEBHOOK_PATH, b"{}", host=host, **headers)[0]


@pytest.fixture
def office(data_dir: Path, ngrok: StandInNgrok) -> Iterator[Office]:
    made = Office(data_dir, ngrok)
    yield made
    assert made.tunnel.stop()
    made.listener.stop()
    assert ngrok.running == []
    assert list(data_dir.iterdir()) == []
    assert until(lambda: not [t for t in threading.enumerate() if t.name.startswith("tunnel")])


def test_h1_a_killed_agent_is_back_after_a_second_and_deliveries_arrive(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Within 10 s, of which it waits one; the rest is the agent's own start."""
    caplog.set_level(logging.INFO)
    office.start()
    assert office.online()
    assert office.deliver() == 200
    os.kill(office.ngrok.running[0], 9)
    assert office.online(times=2)
    assert [line for line in caplog.messages if "Next try" in line] == [
        "[Tunnel] Next try in 1 s: tunnel_agent_gone"
    ]
    assert office.deliver() == 200
    assert len(office.ngrok.running) == 1


def test_h1_one_that_dies_by_itself_comes_back_with_growing_pauses(office: Office) -> None:
    office.ngrok.play(dies_after=0.05)
    office.start()
    assert until(lambda: len(office.ngrok.starts) == 2)
    office.ngrok.play()
    assert until(lambda: len(office.ngrok.starts) == 3)  # after 1 and 2 s; this one stays
    assert until(lambda: office.tunnel.state.status is TunnelStatus.ONLINE)
    assert office.deliver() == 200
    codes = {one.code for one in office.told if one.status is TunnelStatus.RETRYING}
    assert codes == {"tunnel_agent_gone"}


def test_h3_a_bad_token_is_tried_once_and_a_new_one_at_once(office: Office) -> None:
    office.ngrok.play(fail="107")
    office.start()
    assert until(lambda: office.tunnel.state.status is TunnelStatus.FAILED)
    assert office.tunnel.state == TunnelState(TunnelStatus.FAILED, code="tunnel_token_wrong")
    assert office.ngrok.running == []
    office.ngrok.play()
    office.tunnel.renew()
    assert office.online()
    assert len(office.ngrok.starts) == 2
    assert TOKEN not in repr(office.told)


def test_h4_a_new_address_after_a_restart_is_the_one_that_counts(office: Office) -> None:
    office.ngrok.play(names=["one.ngrok-free.dev", "two.ngrok-free.dev"])
    office.start()
    assert office.online()
    assert office.hosts.public == "one.ngrok-free.dev"
    os.kill(office.ngrok.running[0], 9)
    assert office.online(times=2)
    assert office.hosts.public == "two.ngrok-free.dev"
    assert office.deliver() == 200
    assert office.ngrok.visit("POST", WEBHOOK_PATH, b"{}", host="one.ngrok-free.dev")[0] == 404


def test_h6_the_tunnel_follows_the_listener_to_its_new_port(office: Office) -> None:
    office.start()
    assert office.online()
    first = office.listener.port
    office.listener.stop()
    second = until(lambda: _other_port(office.listener, first))
    office.tunnel.start(second)
    assert office.online(times=2)
    assert office.deliver() == 200
    assert [one["upstream"]["url"] for one in office.ngrok.endpoints] == [
        f"http://127.0.0.1:{first}",
        f"http://127.0.0.1:{second}",
    ]


def _other_port(listener: Listener, first: int | None) -> int | None:
    port = listener.start(0)
    if port != first:
        return port
    listener.stop()
    return None


@pytest.mark.parametrize("play", [{"silent": True}, {"no_session": "dial tcp"}, {"api": "stuck"}])
def test_h2_the_program_ends_at_once_whatever_the_agent_does(
    office: Office, play: dict[str, Any]
) -> None:
    office.ngrok.play(**play)
    office.start()
    assert until(lambda: office.ngrok.starts)
    assert office.tunnel.stop()  # True: within 5 s, far from the 20 given to the agent


def test_h12_quota_used_up_is_shown_and_not_asked_again_soon(office: Office) -> None:
    office.ngrok.play(fail="727")
    office.start()
    assert until(lambda: office.tunnel.state.status is TunnelStatus.RETRYING)
    state = office.tunnel.state
    assert state.code == "tunnel_quota"
    assert state.retry_at is not None
    assert 3500 < (state.retry_at - SystemClock().now()).total_seconds() <= 3600
    assert len(office.ngrok.starts) == 1


def test_starting_and_stopping_again_and_again_leaves_nothing(office: Office) -> None:
    for times in (1, 2, 3):
        office.start()
        assert office.online(times)
        assert office.tunnel.stop()
        assert office.ngrok.running == []
