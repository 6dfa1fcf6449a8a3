"""The care of our endpoint while the tunnel is open: looked at again, and put right."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.gateways.tunnel.tunnel_support import until
from tests.services.connection.endpoint_rig import PUBLIC, Rig
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE
from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelSight
from workmate_desktop.domain.waiting import Signal
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.connection.public_address import (
    AddressState,
    GivenTunnel,
    PublicAddress,
)
from workmate_desktop.services.connection.tunnel import Tunnel


class OpenGateway:
    """A tunnel that opens at once and stays."""

    def open(
        self,
        settings: TunnelSettings,
        port: int,
        cancelled: Signal,
        news: Callable[[], None],
        progress: Callable[[int], None],
    ) -> str:
        return PUBLIC

    def look(self) -> TunnelSight:
        return TunnelSight(alive=True, public_url=PUBLIC)

    def close(self) -> None:
        """Nothing is left."""

    def end_orphan(self) -> None:
        """Nothing was left."""


@pytest.fixture
def address(rig: Rig) -> Iterator[PublicAddress]:
    """With an endpoint that was arranged."""
    made = PublicAddress(
        rig.office.writer,
        rig.office.database,
        Announcer(),
        Threads(),
        rig.setup,
        rig.keeper,
        GivenTunnel(),
        lambda settings, on_change: Tunnel(
            OpenGateway(), rig.clock, Threads(), settings, on_change
        ),
        lambda _url: None,
    )
    made.start(8000)
    made.connect()
    made.arrange()
    assert until(lambda: made.state.delivers)
    yield made
    assert made.stop(PATIENCE)


def _seen(address: PublicAddress, true: Callable[[AddressState], Any]) -> bool:
    return until(lambda: bool(true(address.state)))


def test_an_endpoint_that_stripe_switches_off_is_seen_by_the_next_look(
    address: PublicAddress, rig: Rig
) -> None:
    endpoint = address.state.endpoint
    assert endpoint is not None and endpoint.seen_at == rig.clock.now()
    rig.stripe.disable_endpoint(endpoint.id)
    address.check()
    assert _seen(address, lambda state: state.endpoint and not state.endpoint.enabled)
    assert not address.state.delivers
    address.arrange()  # the button
    assert _seen(address, lambda state: state.delivers)


def test_an_endpoint_that_somebody_deletes_is_made_anew(address: PublicAddress, rig: Rig) -> None:
    before = address.state.endpoint
    assert before is not None
    rig.keeper._endpoints(None).delete(before.id)
    address.check()
    assert _seen(address, lambda state: state.endpoint and state.endpoint.id != before.id)
    assert len(rig.at_stripe()) == 1


def test_what_was_known_stays_while_stripe_does_not_answer(
    address: PublicAddress, rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    before = address.state.endpoint
    rig.stripe.fail_next(Fault.CAPTIVE_PORTAL, times=20)
    with caplog.at_level(logging.INFO, "workmate.address"):
        address.check()
        assert until(lambda: "could not be looked at" in caplog.text)
    assert address.state.endpoint == before
    assert address.state.delivers
