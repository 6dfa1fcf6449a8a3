"""What the dot in the status bar says of the listener."""

import pytest

from tests.waiting import Steered
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.booking.receive import Refusals
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.reception.reception import Reception, ReceptionStatus

BOTH = StripeKeys("pk_test_1", "sk_test_1", ("whsec_1",))
NO_WEBHOOK = StripeKeys("pk_test_1", "sk_test_1")
NO_KEY = StripeKeys(webhook_secrets=("whsec_1",))


class FakeListener:
    port: int | None = 8000

    def start(self, port: int) -> int:
        return port

    def stop(self, deadline: float = 0.0) -> None:
        self.port = None


@pytest.mark.parametrize(
    ("keys", "tunnel", "delivered", "status"),
    [
        (BOTH, True, False, ReceptionStatus.READY),
        (BOTH, False, False, ReceptionStatus.POLLING),
        (BOTH, False, True, ReceptionStatus.READY),  # somebody's deliveries do arrive
        (NO_WEBHOOK, False, False, ReceptionStatus.POLLING),
        (NO_WEBHOOK, True, False, ReceptionStatus.NO_SECRET),
        (NO_KEY, False, False, ReceptionStatus.READY),  # nobody can be asked
        (None, False, False, ReceptionStatus.NO_SECRET),
    ],
)
def test_how_payments_are_heard_of(
    keys: StripeKeys | None, tunnel: bool, delivered: bool, status: ReceptionStatus
) -> None:
    refusals = Refusals()
    refusals.delivered = delivered
    reception = Reception(
        FakeListener(), 8000, refusals, lambda: keys, lambda: None, Announcer(), Steered(),
        catch_up=CatchUpState, delivers=lambda: tunnel,
    )  # fmt: skip
    assert reception.state.state is status


@pytest.mark.parametrize(
    ("trouble", "status"),
    [("disk_full", ReceptionStatus.DISTURBED), (None, ReceptionStatus.READY)],
)
def test_a_store_that_cannot_be_written_to_disturbs(
    trouble: str | None, status: ReceptionStatus
) -> None:
    listener = FakeListener()
    reception = Reception(
        listener, 8000, Refusals(), lambda: BOTH, lambda: trouble, Announcer(), Steered(),
        delivers=lambda: True,
    )  # fmt: skip
    assert (reception.state.state, reception.state.trouble) == (status, trouble)
    reception.stop()
    assert reception.state.state is ReceptionStatus.OFF
