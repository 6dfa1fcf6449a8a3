"""The office whose endpoint at Stripe is looked after."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import NOON
from tests.services.catch_up.absence import Absence, OfficeClock
from tests.services.connection.endpoint_rig import Rig
from tests.services.pay_links.pay_rig import Desk
from tests.standins.stripe_api import StripeStandIn


@pytest.fixture
def absence(tmp_path: Path) -> Iterator[Absence]:
    """An office that was away."""
    made = Absence(tmp_path)
    yield made
    made.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    clock = OfficeClock(NOON)
    with StripeStandIn(clock=clock.true_seconds) as stripe:
        made = Rig(tmp_path, stripe, clock)
        yield made
        made.office.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An office that takes payments by links."""
    clock = OfficeClock(NOON)
    with StripeStandIn(clock=clock.true_seconds) as stripe:
        made = Desk(tmp_path, stripe, clock)
        yield made
        made.close()
