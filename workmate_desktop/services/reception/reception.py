"""The state of the Empfang: listener, keys, database; told in one word and one trouble.

Starts and stops the listener through the small interface below, because services may not know
listener/: app/core.py hands the real one in.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workmate_desktop.domain.changes import ReceptionChanged
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.domain.stripe.webhook import WEBHOOK_PATH
from workmate_desktop.domain.waiting import Waiting
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.receive import Refusals
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.connection.public_address import AddressState

logger = logging.getLogger("workmate.reception")

_IN_THE_CARD = (
    TroubleKind.SECRET_MISMATCH,
    TroubleKind.STRANGERS_REFUSED,
    TroubleKind.DELIVERIES_MISSING,
)
_MISSING = TroubleKind.DELIVERIES_MISSING
_DISTURBS_NOTHING = frozenset({TroubleKind.STRANGERS_REFUSED, TroubleKind.DELIVERIES_MISSING})
"""The first needs nobody; while the second lasts, Stripe is asked every 30 s."""


class ReceptionStatus(StrEnum):
    """What the dot in the status bar shows."""

    READY = "ready"
    POLLING = "polling"
    """Nothing outside is known to reach the listener, but Stripe is asked every 30 s."""
    NO_SECRET = "no_secret"
    DISTURBED = "disturbed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ReceptionState:
    """The Empfang right now. `trouble` is a code with a sentence in words/events.py:
    port_unavailable, secret_mismatch, strangers_refused, deliveries_missing or one of
    store.database.errors.StoreTrouble. `troubles` are all that the program recognised by itself.
    `refused` counts deliveries that were not authentic, by reason.

    `polling`: there is a secret key and no working tunnel, so Stripe is asked every 30 s.
    `catch_up` is None where nothing is ever fetched, `address` where no tunnel is (the demo).
    `public_url` is the tunnel's address, without a path.
    """

    state: ReceptionStatus
    port: int | None = None
    local_url: str | None = None
    public_url: str | None = None
    trouble: str | None = None
    port_moved: bool = False
    refused: Mapping[str, int] | None = None
    polling: bool = False
    catch_up: CatchUpState | None = None
    address: AddressState | None = None
    troubles: tuple[Trouble, ...] = ()


class ListenerLike(Protocol):
    """What the reception needs of listener.server.Listener."""

    @property
    def port(self) -> int | None: ...

    def start(self, port: int) -> int: ...

    def stop(self, deadline: float = ...) -> None: ...


class Reception:
    """Starts and stops the listener and says how the Empfang is. Any thread may read `state`."""

    def __init__(
        self,
        listener: ListenerLike,
        wanted_port: int,
        refusals: Refusals,
        keys: Callable[[], StripeKeys | None],
        store_trouble: Callable[[], str | None],
        announcer: Announcer,
        waiting: Waiting,
        state_file: Callable[[int | None], None] = lambda _port: None,
        catch_up: Callable[[], CatchUpState | None] = lambda: None,
        address: Callable[[], AddressState | None] = lambda: None,
        troubles: Callable[[], tuple[Trouble, ...]] = tuple,
        delivers: Callable[[], bool] = lambda: False,
    ) -> None:
        """`delivers`: Stripe's deliveries arrive through tunnel and webhook."""
        self._listener = listener
        self._wanted_port = wanted_port
        self._refusals = refusals
        self._keys = keys
        self._store_trouble = store_trouble
        self._announcer = announcer
        self._state_file = state_file
        self._catch_up = catch_up
        self._address = address
        self._troubles = troubles
        self._delivers = delivers
        self._bind_failed = False
        self._lock = waiting.lock()
        self._told: ReceptionState | None = None

    def start(self) -> int | None:
        """Bind and take requests. Returns the port; None when nothing could be bound."""
        with self._lock:
            self._write_state_file(None)  # what a killed run left behind is not true any more
            try:
                port: int | None = self._listener.start(self._wanted_port)
                self._bind_failed = False
            except OSError as error:
                logger.error("The listener could not be started: %s", error)
                port, self._bind_failed = None, True
            self._write_state_file(port)
        self.changed()
        if port is not None:
            logger.info("[Stripe] Listening on http://127.0.0.1:%s%s", port, WEBHOOK_PATH)
        return port

    def stop(self) -> None:
        """Let answers in flight finish, then stop. Twice is fine."""
        with self._lock:
            self._listener.stop()
            self._write_state_file(None)
        self.changed()

    def restart(self) -> int | None:
        """Stop and start again. Blocks: for the background."""
        self.stop()
        return self.start()

    @property
    def state(self) -> ReceptionState:
        """How the Empfang is at this moment."""
        port = self._listener.port
        keys = self._keys()
        refused = self._refusals.counts()
        catch_up = self._catch_up()
        address = self._address()
        troubles = self._troubles()
        tunnel = self._delivers()
        polling = catch_up is not None and keys is not None and bool(keys.secret) and not tunnel
        if port is None:
            status = ReceptionStatus.DISTURBED if self._bind_failed else ReceptionStatus.OFF
            trouble = "port_unavailable" if self._bind_failed else None
            return ReceptionState(
                status,
                trouble=trouble,
                refused=refused,
                polling=polling,
                catch_up=catch_up,
                address=address,
                troubles=troubles,
            )
        trouble = self._trouble(troubles)
        if trouble is not None and trouble not in _DISTURBS_NOTHING:
            status = ReceptionStatus.DISTURBED
        else:
            can_receive = keys is not None and keys.can_receive
            arrives = tunnel or (self._refusals.delivered and trouble != _MISSING)
            reached = can_receive and arrives
            if polling and not reached:
                status = ReceptionStatus.POLLING
            else:
                status = ReceptionStatus.READY if can_receive else ReceptionStatus.NO_SECRET
        return ReceptionState(
            status,
            port=port,
            local_url=f"http://127.0.0.1:{port}{WEBHOOK_PATH}",
            public_url=address.public_url if address else None,
            trouble=trouble,
            port_moved=self._wanted_port not in (0, port),
            refused=refused,
            polling=polling,
            catch_up=catch_up,
            address=address,
            troubles=troubles,
        )

    def address_changed(self) -> None:
        """The public address is another one: write the state file anew. Any thread."""
        with self._lock:
            if self._listener.port is not None:
                self._write_state_file(self._listener.port)

    def changed(self) -> None:
        """Announce, if the state is another than the one told last."""
        state = self.state
        if state != self._told:
            self._told = state
            self._announcer.announce([ReceptionChanged()])

    def tell(self) -> None:
        """Announce in any case: what is told beside the state is another thing."""
        self._told = self.state
        self._announcer.announce([ReceptionChanged()])

    def _trouble(self, troubles: tuple[Trouble, ...]) -> str | None:
        here = {trouble.kind for trouble in troubles}
        first = next((kind.value for kind in _IN_THE_CARD if kind in here), None)
        return self._store_trouble() or first

    def _write_state_file(self, port: int | None) -> None:
        try:
            self._state_file(port)
        except OSError as error:
            logger.warning("listener.json could not be written: %s", error)
