"""What the production checklist is judged by, gathered in one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from workmate_desktop.domain.clock import ClockOffset
from workmate_desktop.domain.connection.tunnel import TunnelStatus
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.reception.evidence import Evidence
from workmate_desktop.domain.reception.self_test import SelfTestResult
from workmate_desktop.domain.reception.troubles import TroubleKind
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.domain.stripe.account import AccountInfo
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.reception import ReceptionState, ReceptionStatus

RECENT = timedelta(hours=24)
"""A delivery as old as this still proves that the way is open."""


ASK_STRIPE = (StepName.COMPARISON, StepName.REFUNDS, StepName.FEES, StepName.PAY_LINKS)
"""Beside the catch-up, whose trouble is known otherwise."""


class Way(StrEnum):
    """How events come, or would. Each of the first three is good."""

    TUNNEL = "tunnel"
    """ngrok is switched on here: address, endpoint, events and secret are judged."""
    BY_HAND = "by_hand"
    """No tunnel of ours, but deliveries arrive: what they prove counts."""
    POLLING = "polling"
    """Nobody posts here, Stripe is asked every 30 s."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ChecklistFacts:
    """All that the points are made of. `evidence` is that of the mode of `keys`.

    `keys_trouble`: the stored keys cannot be read. `steps`: how those of the background stand.
    `outside`: doctor looks, which sees the books
    and the state file alone; `running` tells whether it found a running program.
    """

    now: datetime
    keys: StripeKeys
    reception: ReceptionState
    evidence: Evidence = field(default_factory=Evidence)
    keys_trouble: str | None = None
    account: AccountInfo | None = None
    self_test: SelfTestResult | None = None
    clock: ClockOffset | None = None
    steps: Mapping[StepName, StepState] = field(default_factory=dict)
    outside: bool = False
    running: bool = True

    @property
    def stripe_now(self) -> datetime:
        """`now` by Stripe's clock, as far as it was compared: so events and fetches are dated."""
        return self.now + timedelta(seconds=self.clock.seconds if self.clock else 0.0)

    @property
    def way(self) -> Way:
        """How events come."""
        address = self.reception.address
        if address is not None and address.tunnel.status is not TunnelStatus.OFF:
            return Way.TUNNEL
        posted = self.reception.state is ReceptionStatus.READY and self.delivered_lately
        if posted and address is not None:
            return Way.BY_HAND
        return Way.POLLING if self.reception.polling else Way.NONE

    @property
    def address(self) -> AddressState:
        """Tunnel and endpoint; switched off where there can be none."""
        return self.reception.address or AddressState()

    @property
    def delivered_lately(self) -> bool:
        """Somebody has posted an authentic event, not long ago."""
        at = self.evidence.delivered_at
        return at is not None and self.stripe_now - at <= RECENT

    @property
    def troubles(self) -> frozenset[TroubleKind]:
        """What the program recognised by itself."""
        return frozenset(trouble.kind for trouble in self.reception.troubles)

    @property
    def self_test_here(self) -> SelfTestResult | None:
        """The newest self-test, if it went to the address in force."""
        tested, url = self.self_test, self.address.public_url
        return tested if tested is not None and tested.public_url == url else None

    @property
    def can_fetch(self) -> bool:
        """Stripe can be asked."""
        return self.reception.catch_up is not None and bool(self.keys.secret)

    @property
    def fetch_trouble(self) -> UserError | None:
        """Why Stripe could not be asked the last time."""
        catch_up = self.reception.catch_up
        return catch_up.trouble if catch_up is not None else None

    @property
    def failing_step(self) -> tuple[StepName, StepState] | None:
        """The first step that asks Stripe for what may be missing here, and is refused."""
        found = ((name, self.steps.get(name)) for name in ASK_STRIPE)
        return next(((name, one) for name, one in found if one is not None and one.disturbed), None)

    @property
    def asked_at(self) -> datetime | None:
        """When Stripe was asked to the end: in this session, or (for doctor) as the books say."""
        catch_up = self.reception.catch_up
        if self.outside:
            return self.evidence.fetched_until
        return catch_up.completed_at if catch_up is not None else None


def step_values(name: StepName, state: StepState) -> Mapping[str, object]:
    """A step that fails, as the values of a point."""
    return {"step": name.value, "trouble": state.trouble, "right": state.right}
