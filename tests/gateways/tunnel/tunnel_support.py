"""What the tunnel's tests share: opening with the stand-in, and waiting for a fact."""

import threading
import time
from collections.abc import Callable
from typing import Any

from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.waiting import PATIENCE
from workmate_desktop.domain.connection.tunnel import TunnelSettings, TunnelSight
from workmate_desktop.gateways.tunnel.ngrok import Ngrok


def settings(ngrok: StandInNgrok, **other: Any) -> TunnelSettings:
    """Token and the stand-in as chosen program."""
    return TunnelSettings(**{"token": TOKEN, "executable": str(ngrok.executable), **other})


def open_tunnel(
    gateway: Ngrok,
    wanted: TunnelSettings,
    port: int = 9,
    cancelled: threading.Event | None = None,
    news: Callable[[], None] = lambda: None,
) -> str:
    """`Ngrok.open` with what a test does not care about."""
    return gateway.open(wanted, port, cancelled or threading.Event(), news, lambda _percent: None)


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait for a fact of another process; what it returned, or the last answer at the end."""
    ends = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < ends:
        time.sleep(0.01)
    return found


def sight_until(gateway: Ngrok, true: Callable[[TunnelSight], bool]) -> TunnelSight:
    """Look again and again until what is seen is so."""
    seen = gateway.look()
    ends = time.monotonic() + PATIENCE
    while not true(seen) and time.monotonic() < ends:
        time.sleep(0.02)
        seen = gateway.look()
    return seen
