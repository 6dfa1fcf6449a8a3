"""The public address: tunnel on or off, what was entered for it, and the webhook at Stripe.

Two threads: the tunnel's own, and "endpoint", which sees to it that Stripe posts to the address
once there is one (**Webhook automatisch einrichten**, remembered). Without a tunnel the program
works all the same: then Stripe is asked every 30 s.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workmate_desktop.domain.changes import Change, ReceptionChanged, SettingsChanged
from workmate_desktop.domain.connection.tunnel import (
    TunnelSettings,
    TunnelState,
    TunnelStatus,
    host_name,
)
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.secrets import KeychainUnavailable
from workmate_desktop.domain.steps import PROGRAM_FAULT
from workmate_desktop.domain.stripe.account import StripeRefusal, StripeRefused
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.connection.endpoint import EndpointKeeper, EndpointState
from workmate_desktop.services.connection.stripe_setup import StripeSetup
from workmate_desktop.services.connection.tunnel import Tunnel
from workmate_desktop.services.keeper import Keeper
from workmate_desktop.services.steps import Step
from workmate_desktop.store.common.settings import setting
from workmate_desktop.store.database.engine import Database
from workmate_desktop.store.writer import Writer

logger = logging.getLogger("workmate.address")

TOKEN = "ngrok_authtoken"
_ON = "tunnel.on"
_TOKEN_KEPT = "tunnel.token_kept"
"""Where it is not set, the keyring is left alone."""
_DOMAIN = "tunnel.domain"
_EXECUTABLE = "tunnel.executable"
_AUTOMATIC = "endpoint.automatic"
_RETRY_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 3600.0
"""Stripe switches an endpoint off, or somebody changes it in the Dashboard: so it is looked at
again, changing nothing."""
_PASSES = frozenset(
    {
        StripeRefusal.NO_NET,
        StripeRefusal.TIMEOUT,
        StripeRefusal.RATE_LIMITED,
        StripeRefusal.STRIPE_DOWN,
        StripeRefusal.NOT_STRIPE,
    }
)


@dataclass(frozen=True, slots=True)
class GivenTunnel:
    """What environment or command line say; empty texts are not given. `wanted` is "ngrok",
    "off" or empty: as set in the window."""

    wanted: str = ""
    token: str = ""
    domain: str = ""
    executable: str = ""


_OFF = TunnelState(TunnelStatus.OFF)


@dataclass(frozen=True, slots=True)
class AddressState:
    """The public address right now.

    `endpoint` is our webhook at Stripe as Stripe said last, for the address in force; `trouble`
    why it could not be arranged. `arranging`: that is under way. `automatic`: it follows the
    address by itself.
    """

    tunnel: TunnelState = _OFF
    endpoint: EndpointState | None = None
    trouble: UserError | None = None
    arranging: bool = False
    automatic: bool = False
    has_token: bool = False
    domain: str = ""
    executable: str = ""

    @property
    def public_url(self) -> str | None:
        """https://… without a path, while the tunnel is open."""
        return self.tunnel.public_url

    @property
    def delivers(self) -> bool:
        """Stripe posts to this program: the tunnel is open and our endpoint is in order."""
        here = self.endpoint
        return (
            self.tunnel.status is TunnelStatus.ONLINE
            and here is not None
            and here.enabled
            and here.complete
            and here.secret_known
        )


class PublicAddress:
    """`state` may be read by any thread at any time; methods that say "blocks" need the
    background. `make_tunnel` is given how to ask for the settings and whom to tell the state.
    `on_address` is told the address (None: gone) in the tunnel's thread, `step` how the care of
    the webhook goes.
    """

    def __init__(
        self,
        writer: Writer,
        database: Database,
        announcer: Announcer,
        waiting: Waiting,
        setup: StripeSetup,
        endpoints: EndpointKeeper,
        given: GivenTunnel,
        make_tunnel: Callable[
            [Callable[[], TunnelSettings], Callable[[TunnelState], None]], Tunnel
        ],
        on_address: Callable[[str | None], None],
        step: Step | None = None,
    ) -> None:
        self._writer = writer
        self._database = database
        self._announcer = announcer
        self._setup = setup
        self._endpoints = endpoints
        self._given = given
        self._on_address = on_address
        self._step = step
        self._state = AddressState()
        self._port: int | None = None
        self._wanted = False
        self._token_kept = False
        self._enable = False
        self._look = False
        self._asked_with = ""
        self._look_at: float | None = None
        self._lock = waiting.lock()
        self._monotonic = waiting.monotonic
        self._keeper = Keeper(waiting, "endpoint", self._care, first=None)
        self._cancelled = self._keeper.cancelled
        self._tunnel = make_tunnel(self._settings, self._on_tunnel)

    @property
    def state(self) -> AddressState:
        """How it is at this moment."""
        return self._state

    @property
    def from_environment(self) -> bool:
        """Whether it is on is decided by environment or command line, not in the window."""
        return bool(self._given.wanted)

    def load(self) -> None:
        """Read what was set. Blocks for the keyring."""
        with self._database.reader() as connection:
            on = setting(connection, _ON) == "1"
            automatic = setting(connection, _AUTOMATIC) == "1"
            self._token_kept = setting(connection, _TOKEN_KEPT) == "1"
            domain = setting(connection, _DOMAIN) or ""
            executable = setting(connection, _EXECUTABLE) or ""
        self._wanted = self._given.wanted == "ngrok" or (on and not self._given.wanted)
        self._change(
            automatic=automatic,
            domain=self._given.domain or domain,
            executable=self._given.executable or executable,
            has_token=bool(self._token()),
        )

    def start(self, port: int | None) -> None:
        """Open the tunnel to this port, if it is wanted. Returns at once."""
        self._port = port
        self._asked_with = self._setup.keys.secret
        self._announcer.listen(self._on_changes)
        self._keeper.start()
        if self._wanted and port is not None:
            self._tunnel.start(port)

    def stop(self, deadline: float = 6.0) -> bool:
        """Close the tunnel and end. True when all ended in time. Twice is fine."""
        self._announcer.forget(self._on_changes)
        self._keeper.end()
        ended = self._tunnel.stop(deadline)
        return self._keeper.stop(deadline) and ended

    def connect(self) -> None:
        """**Tunnel verbinden**, remembered. Blocks for the database alone."""
        self._keep(_ON, "1")
        if self._tunnel.state.status is not TunnelStatus.OFF:
            self._tunnel.renew()
        elif self._port is not None:
            self._tunnel.start(self._port)

    def moved(self, port: int) -> None:
        """The listener is at this port from now on; an open tunnel follows."""
        self._port = port
        if self._tunnel.state.status is not TunnelStatus.OFF:
            self._tunnel.start(port)

    def disconnect(self) -> None:
        """**Tunnel trennen**, remembered; ends an opening at once. Blocks for up to 6 s."""
        self._keep(_ON, None)
        self._tunnel.stop()

    def save(self, token: str | None, domain: str, executable: str) -> None:
        """Keep token (None: the stored one), fixed domain and own ngrok program. Blocks.

        Raises UserError tunnel_token_missing, tunnel_domain_invalid, keychain_unavailable, or
        what the database says.
        """
        name = host_name(domain)
        if domain.strip() and name is None:
            raise UserError("tunnel_domain_invalid")
        if not token and not self._state.has_token:
            raise UserError("tunnel_token_missing")
        if token:
            try:
                self._setup.secret_store.set(TOKEN, token.strip())
            except KeychainUnavailable as error:
                raise UserError("keychain_unavailable", reason=error.reason.value) from error
            self._keep(_TOKEN_KEPT, "1")
            self._token_kept = True
        self._keep(_DOMAIN, name)
        self._keep(_EXECUTABLE, executable.strip() or None)
        self._change(
            domain=self._given.domain or name or "",
            executable=self._given.executable or executable.strip(),
            has_token=True,
        )
        self._tunnel.renew()

    def arrange(self) -> None:
        """**Webhook automatisch einrichten**, remembered; what comes of it is in `state`.
        Blocks for the database alone."""
        self._keep(_AUTOMATIC, "1")
        here = self._state.endpoint
        self._enable = here is not None and not here.enabled
        self._change(automatic=True, endpoint=None)
        self._keeper.wake()

    def check(self) -> None:
        """Ask Stripe again how our endpoint is, changing nothing. Returns at once; what comes of
        it is in `state`. Nothing without a tunnel."""
        self._look = True
        self._keeper.wake()

    def _on_changes(self, changes: Sequence[Change]) -> None:
        """Other keys: another account or mode has its own endpoint. (Keeping the secret of a
        new endpoint is a change of the settings too, but not of the key.)"""
        key = self._setup.keys.secret
        if key != self._asked_with and any(isinstance(one, SettingsChanged) for one in changes):
            self._change(endpoint=None)
            self._keeper.wake()

    # --- the tunnel's thread -------------------------------------------------------------

    def _settings(self) -> TunnelSettings:
        state = self._state
        return TunnelSettings(self._token(), state.domain, state.executable)

    def _token(self) -> str:
        if self._given.token or not self._token_kept:
            return self._given.token
        try:
            return self._setup.secret_store.get(TOKEN) or ""
        except (UserError, OSError) as error:
            logger.error("[Tunnel] The token cannot be read: %s", type(error).__name__)
            return ""

    def _on_tunnel(self, tunnel: TunnelState) -> None:
        moved = tunnel.public_url != self._state.public_url
        if moved:
            self._on_address(tunnel.public_url)
            self._change(tunnel=tunnel, endpoint=None, trouble=None)
            self._keeper.wake()
        else:
            self._change(tunnel=tunnel)

    # --- the endpoint's thread -----------------------------------------------------------

    def _care(self) -> float | None:
        """See to the endpoint, if it is time or something is new. Seconds until the next time."""
        due = self._look_at is not None and self._monotonic() >= self._look_at
        again, self._look = due or self._look, False
        state = self._state
        url = state.public_url
        pause: float | None = _LOOK_AGAIN_SECONDS
        if url is None or self._keeper.ending:
            pause = None
        elif state.endpoint is None:
            pause = self._arrange(url, ensure=state.automatic)
        elif again:
            pause = self._look_again(url)
        self._look_at = None if pause is None else self._monotonic() + pause
        return pause

    def _arrange(self, url: str, *, ensure: bool) -> float | None:
        """One attempt; seconds until the next one, None when something must change first."""
        self._asked_with = self._setup.keys.secret
        self._change(arranging=ensure)
        endpoint: EndpointState | None = None
        trouble: UserError | None = None
        try:
            if ensure:
                endpoint = self._endpoints.ensure(url, self._cancelled)
                if self._enable and not endpoint.enabled:
                    endpoint = self._endpoints.enable(self._cancelled)
                self._enable = False
            else:
                endpoint = self._endpoints.look(url, self._cancelled)
        except UserError as error:
            trouble = error
            logger.warning("[Stripe] The webhook could not be arranged: %s", error.code)
        except Exception:  # a bug here must not end the care of the endpoint for good
            logger.exception("[Stripe] Arranging the webhook failed")
            trouble = UserError(PROGRAM_FAULT)
        if url != self._state.public_url:  # the address is another one by now
            self._keeper.wake()
            endpoint = None
        self._change(endpoint=endpoint, trouble=trouble if ensure else None, arranging=False)
        if ensure:
            pause = self._note_step(endpoint, trouble)
            if pause is not None:
                return pause
        passes = isinstance(trouble, StripeRefused) and trouble.kind in _PASSES
        if passes:
            return _RETRY_SECONDS
        return None if trouble is not None or endpoint is None else _LOOK_AGAIN_SECONDS

    def _note_step(self, endpoint: EndpointState | None, trouble: UserError | None) -> float | None:
        """How the care of the webhook goes; the pause in seconds after it failed."""
        if self._step is None or (trouble is not None and trouble.code == "endpoint_no_key"):
            return None
        if endpoint is not None:
            self._step.done()
        elif trouble is not None:
            return self._step.failed(trouble).total_seconds() or None
        return None

    def _look_again(self, url: str) -> float | None:
        """The endpoint in force as Stripe has it now. What was known stays where Stripe does not
        answer; what somebody else has changed is put right, if that is wanted."""
        try:
            endpoint = self._endpoints.look(url, self._cancelled)
        except UserError as error:
            logger.info("[Stripe] The webhook could not be looked at: %s", error.code)
            pause = self._note_step(None, error) if self._state.automatic else None
            return pause or _LOOK_AGAIN_SECONDS
        except Exception:  # as in _arrange
            logger.exception("[Stripe] Looking at the webhook failed")
            return _LOOK_AGAIN_SECONDS
        lacks = endpoint is None or not (endpoint.complete and endpoint.secret_known)
        if lacks and self._state.automatic:
            return self._arrange(url, ensure=True)
        if url == self._state.public_url:
            self._change(endpoint=endpoint)
        if self._state.automatic:
            self._note_step(endpoint, None)
        return _LOOK_AGAIN_SECONDS

    # --- both ----------------------------------------------------------------------------

    def _change(self, **fields: object) -> None:
        with self._lock:
            before, self._state = self._state, replace(self._state, **fields)  # type: ignore[arg-type]
            changed = before != self._state
        if changed:
            self._announcer.announce([ReceptionChanged()])

    def _keep(self, key: str, value: str | None) -> None:
        self._writer.submit(lambda t: t.settings.set(key, value)).result()
