"""Keeps the tunnel open: starts it, watches it, brings it back, and knows when not to try.

    tunnel = Tunnel(Ngrok(data_dir), clock, waiting, settings=…, on_change=…)
    tunnel.start(port)    # after the listener is bound; returns at once
    tunnel.state          # any thread, any time
    tunnel.stop()         # joined with a deadline; nothing is left running

The rest of the program works without it. What ngrok is, only the gateway knows.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from workmate_desktop.domain.clock import Clock
from workmate_desktop.domain.connection.tunnel import (
    TunnelSettings,
    TunnelSight,
    TunnelState,
    TunnelStatus,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.waiting import Signal, Waiting
from workmate_desktop.services.keeper import Keeper

logger = logging.getLogger("workmate.tunnel")

LOOK_EVERY = 5.0
"""Seconds between two looks at the open tunnel; a dead agent is noticed at once."""

STEADY = 60.0
"""Seconds online after which the next failure counts as the first."""

SOON = frozenset(
    "tunnel_no_net tunnel_intercepted tunnel_silent tunnel_other_agent tunnel_domain_in_use "
    "tunnel_offline tunnel_listener_unreachable tunnel_agent_gone tunnel_failed".split()
)
"""Passes by itself: after 1, 2, 4 … 60 s."""

HOURLY = frozenset({"tunnel_quota", "tunnel_refused", "tunnel_download_blocked"})
"""May pass, but asking often would help nobody. Every other code waits for staff."""

HOUR = 3600.0


class TunnelGateway(Protocol):
    """What opens the tunnel: gateways/tunnel/ngrok.py. Tests have one without a process."""

    def open(
        self,
        settings: TunnelSettings,
        port: int,
        cancelled: Signal,
        news: Callable[[], None],
        progress: Callable[[int], None],
    ) -> str:
        """The public address. Raises UserError, soon after `cancelled` is set."""
        ...

    def look(self) -> TunnelSight:
        """How the open tunnel is; takes 2 s at most."""
        ...

    def close(self) -> None:
        """End everything. Twice is fine, from any thread."""
        ...

    def end_orphan(self) -> None:
        """End what a run that was killed has left behind."""
        ...


class Backoff:
    """1, 2, 4 … 60 seconds."""

    def __init__(self) -> None:
        self._next = 1.0

    def next(self) -> float:
        """Seconds to wait before this attempt."""
        pause, self._next = self._next, min(self._next * 2, 60.0)
        return pause

    def reset(self) -> None:
        """Begin at one second again."""
        self._next = 1.0


class Tunnel:
    """`settings` is asked before each attempt, in the tunnel's thread: it may read the keyring.

    `on_change` is told each new state in the tunnel's thread; it must be quick and may not call
    `start` or `stop`.
    """

    def __init__(
        self,
        gateway: TunnelGateway,
        clock: Clock,
        waiting: Waiting,
        settings: Callable[[], TunnelSettings],
        on_change: Callable[[TunnelState], None],
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._settings = settings
        self._on_change = on_change
        self._waiting = waiting
        self._state = TunnelState(TunnelStatus.OFF)
        self._backoff = Backoff()
        self._lock = waiting.lock()
        self._keeper: Keeper | None = None
        self._port = 0
        self._attempt = waiting.signal()
        """Ends the attempt under way: `renew`, `stop`, another port."""
        self._news = waiting.signal()

    @property
    def state(self) -> TunnelState:
        """How the tunnel is. Any thread."""
        return self._state

    def start(self, port: int) -> None:
        """Lead the public address to `http://127.0.0.1:<port>`, from now on. Returns at once.

        Again with the same port does nothing; with another one the tunnel follows.
        """
        with self._lock:
            if self._keeper is not None and not self._keeper.ending:
                if port != self._port:
                    self._port = port
                    self._again(self._keeper)
                return
            self._port = port
            keeper = Keeper(
                self._waiting,
                "tunnel",
                lambda: self._one_life(keeper),
                at_end=self._closed,
                after=self._keeper,  # one that outlived its stop must not meet this one
            )
            self._keeper = keeper
            keeper.start()

    def renew(self) -> None:
        """Begin anew at once: new settings, or staff pressed the button. Nothing while off."""
        with self._lock:
            if self._keeper is not None and not self._keeper.ending:
                self._again(self._keeper)

    def stop(self, deadline: float = 5.0) -> bool:
        """Close the tunnel and wait for its thread, `deadline` seconds at most. Twice is fine.

        False: the thread had not ended; the agent's process is ended even then.
        """
        with self._lock:
            keeper = self._keeper
            if keeper is None:
                return True
            keeper.end()
            self._again(keeper)
        in_time = keeper.stop(deadline)
        if not in_time:
            self._gateway.close()
        return in_time

    def _again(self, keeper: Keeper) -> None:
        self._attempt.set()
        self._news.set()
        keeper.wake()

    # --- the thread ----------------------------------------------------------------------

    def _closed(self) -> None:
        self._gateway.close()
        self._show(TunnelState(TunnelStatus.OFF))

    def _next_attempt(self, keeper: Keeper) -> Signal | None:
        """What ends the next attempt. None: there is none any more."""
        with self._lock:
            if keeper.ending:
                return None
            if self._attempt.is_set():
                self._attempt = self._waiting.signal()
                self._backoff.reset()
            return self._attempt

    def _one_life(self, keeper: Keeper) -> float | None:
        """Open, watch, close. Seconds until the next one; None when only staff can help."""
        attempt = self._next_attempt(keeper)
        if attempt is None:
            return None
        self._show(TunnelState(TunnelStatus.STARTING))
        try:
            url = self._gateway.open(
                self._settings(),
                self._port,
                attempt,
                self._news.set,
                lambda percent: self._show(TunnelState(TunnelStatus.STARTING, percent=percent)),
            )
            code = self._watch(attempt, url)
        except UserError as error:
            code = error.code
        except Exception:  # a fault of ours must not end the watch for good
            logger.exception("[Tunnel] Unexpected error")
            code = "tunnel_failed"
        if attempt.is_set():
            return 0.0
        self._gateway.close()
        return self._failed(code)

    def _watch(self, attempt: Signal, url: str) -> str:
        """Stay until the tunnel is gone, and say why."""
        began = self._waiting.monotonic()
        self._show(TunnelState(TunnelStatus.ONLINE, url))
        while not attempt.is_set():
            self._news.wait(LOOK_EVERY)
            self._news.clear()
            if attempt.is_set():
                break
            sight = self._gateway.look()
            if not sight.alive:
                if self._waiting.monotonic() - began >= STEADY:
                    self._backoff.reset()
                return sight.code or "tunnel_agent_gone"
            url = sight.public_url or url
            self._show(TunnelState(TunnelStatus.ONLINE, url, code=sight.code))
        return "tunnel_cancelled"

    def _failed(self, code: str) -> float | None:
        if code not in SOON | HOURLY:
            logger.warning("[Tunnel] Given up until the settings change: %s", code)
            self._show(TunnelState(TunnelStatus.FAILED, code=code))
            return None
        pause = HOUR if code in HOURLY else self._backoff.next()
        logger.warning("[Tunnel] Next try in %.0f s: %s", pause, code)
        at = self._clock.now() + timedelta(seconds=pause)
        self._show(TunnelState(TunnelStatus.RETRYING, code=code, retry_at=at))
        return pause

    def _show(self, state: TunnelState) -> None:
        if state == self._state:
            return
        self._state = state
        try:
            self._on_change(state)
        except Exception:  # the listener of the news may not end the tunnel
            logger.exception("[Tunnel] on_change failed")
