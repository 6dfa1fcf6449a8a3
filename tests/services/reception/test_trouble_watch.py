"""Each trouble makes one notice, not one per event, and it is answered when the trouble is over."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOON, OfficeBooks, encoded, event_body, issued, make_books, sign
from tests.services.catch_up.absence import OfficeClock
from tests.waiting import PATIENCE
from workmate_desktop.domain.changes import ReceptionChanged
from workmate_desktop.domain.connection.tunnel import TunnelState, TunnelStatus
from workmate_desktop.domain.reception.self_test import Leg, LegResult, LegState, SelfTestResult
from workmate_desktop.domain.reception.troubles import Trouble, TroubleKind
from workmate_desktop.gateways.system.threads import Threads
from workmate_desktop.services.announcer import Announcer
from workmate_desktop.services.catch_up.catch_up import CatchUpResult
from workmate_desktop.services.catch_up.catch_up_keeper import CatchUpState
from workmate_desktop.services.connection.endpoint import EndpointState
from workmate_desktop.services.connection.public_address import AddressState
from workmate_desktop.services.reception.trouble_watch import TroubleWatch

URL = "https://office.ngrok-free.dev"
GOOD = AddressState(TunnelState(TunnelStatus.ONLINE, URL), EndpointState("we_1", URL, enabled=True))
OTHER = "whsec_ofAnotherEndpoint"


@dataclass
class Rig:
    """Real books and receive; catch-up, address and self-test are set by the test."""

    office: OfficeBooks
    clock: OfficeClock
    catch_up: CatchUpState | None = None
    address: AddressState | None = GOOD
    self_test: SelfTestResult | None = None
    told: list[tuple[Trouble, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = self.new_watch()

    def new_watch(self) -> TroubleWatch:
        """As after a new start."""
        self.announcer = Announcer()
        watch = TroubleWatch(
            self.office.writer,
            self.announcer,
            self.clock,
            Threads(),
            self.office.receive,
            lambda: self.catch_up,
            lambda: self.address,
            lambda: self.self_test,
        )
        watch.start()
        self.announcer.listen(lambda _changes: self.told.append(watch.active))
        return watch

    def change(self, **fields: Any) -> None:
        """Something about the Empfang is another way now."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.announcer.announce([ReceptionChanged()])

    def deliver(self, secret: str | None = None, *, at: float | None = None) -> int:
        raw = encoded(event_body(issued(self.office)))
        signature = sign(raw, at=self.clock.stripe_now() if at is None else at)
        if secret is not None:
            signature = sign(raw, secret, self.clock.stripe_now())
        answer = self.office.receive.delivery(raw, signature)
        self.announcer.announce([ReceptionChanged()])
        return answer if isinstance(answer, int) else answer.result(PATIENCE)

    def kinds(self) -> list[str]:
        return [trouble.kind.value for trouble in self.watch.active]

    def notices(self) -> list[tuple[str, bool]]:
        """(kind, unread) of all notices, oldest first."""
        self.office.settled()
        rows = self.office.rows("SELECT kind, read_at FROM notices ORDER BY rowid")
        return [(kind, read_at is None) for kind, read_at in rows]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    clock = OfficeClock(NOON)
    made = Rig(make_books(tmp_path, clock), clock)
    yield made
    made.watch.stop()
    made.office.close()


def test_a2_every_delivery_fails_its_signature(rig: Rig) -> None:
    for _ in range(12):
        assert rig.deliver(OTHER) == 400
    assert rig.kinds() == ["secret_mismatch"]
    assert rig.notices() == [("secret_mismatch", True)]  # one, not one per event
    assert not rig.watch.delivers  # so Stripe is asked every 30 s
    assert rig.deliver() == 200
    assert rig.kinds() == [] and rig.watch.delivers
    assert rig.notices() == [("secret_mismatch", False)]


def test_a_trouble_that_comes_again_is_told_again(rig: Rig) -> None:
    for _ in range(2):
        rig.change(address=replace(GOOD, endpoint=EndpointState("we_1", URL, enabled=False)))
        rig.change(address=GOOD)
    assert rig.notices() == [("endpoint_disabled", False)] * 2
    [detail] = {text for (text,) in rig.office.rows("SELECT detail FROM notices")}
    assert "over_at" in detail


def test_a_new_start_in_the_same_trouble_tells_nothing_new(rig: Rig) -> None:
    off = replace(GOOD, endpoint=EndpointState("we_1", URL, enabled=False))
    rig.change(address=off)
    rig.watch.stop()
    rig.watch = rig.new_watch()
    rig.change()
    assert rig.notices() == [("endpoint_disabled", True)]


def test_what_was_mended_while_the_program_was_off_is_answered(rig: Rig) -> None:
    rig.change(address=replace(GOOD, endpoint=EndpointState("we_1", URL, enabled=False)))
    rig.watch.stop()
    rig.address = GOOD
    rig.watch = rig.new_watch()
    assert rig.notices() == [("endpoint_disabled", True)]
    rig.change()
    assert rig.notices() == [("endpoint_disabled", False)]


def test_strangers_are_told_once_a_day(rig: Rig) -> None:
    assert rig.deliver() == 200
    for _ in range(3):
        for _ in range(3):
            rig.deliver(OTHER)
        assert rig.kinds() == ["strangers_refused"]
        assert rig.watch.delivers  # Stripe's own come through
        rig.deliver()
    assert rig.notices() == [("strangers_refused", True)]


@pytest.mark.parametrize("ahead", [600.0, -600.0, 48 * 3600.0, -48 * 3600.0])
def test_g1_a_wrong_clock_is_told_and_deliveries_are_booked(rig: Rig, ahead: float) -> None:
    rig.clock.pc_is_ahead = ahead
    rig.clock.set(NOON)
    true = rig.clock.true_seconds()
    for _ in range(3):
        assert rig.deliver(at=true) == 400  # nobody has asked Stripe for the time yet
    assert rig.watch.active == (Trouble(TroubleKind.CLOCK_WRONG),)
    rig.clock.note_stripe_time(rig.clock.true_time)
    rig.change(catch_up=CatchUpState(completed_at=NOON))
    assert rig.watch.active == (Trouble(TroubleKind.CLOCK_WRONG, round(ahead / 60)),)
    assert rig.deliver(at=true) == 200
    assert rig.notices() == [("clock_wrong", True)]
    rig.clock.pc_is_ahead = 0.0  # somebody has set it
    rig.clock.set(NOON)
    rig.clock.note_stripe_time(rig.clock.true_time)
    rig.change()
    assert rig.kinds() == []
    assert rig.notices() == [("clock_wrong", False)]


def test_deliveries_stop_arriving(rig: Rig) -> None:
    at = NOON
    for payments in (0, 1, 1, 3):
        at += timedelta(minutes=10)
        result = CatchUpResult(payments=payments, complete=True)
        rig.change(catch_up=CatchUpState(last=result, completed_at=at))
        rig.change()  # further looks count nothing
    assert rig.kinds() == ["deliveries_missing"]
    assert not rig.watch.delivers
    assert rig.notices() == [("deliveries_missing", True)]
    assert rig.deliver() == 200
    assert rig.watch.delivers
    assert rig.notices() == [("deliveries_missing", False)]


def test_answers_get_slow(rig: Rig) -> None:
    raw = encoded(event_body(issued(rig.office)))
    answer = rig.office.receive.delivery(raw, sign(raw))
    assert not isinstance(answer, int)
    answer.result(PATIENCE)
    told: list[bool] = []
    rig.office.receive._on_refusal = lambda: told.append(True)
    for seconds in (0.01, 1.2, 1.1, 3.0, 1.0, 2.0, 1.5):
        rig.office.receive.answered(200, seconds, answer)
    rig.change()
    assert rig.kinds() == ["answers_slow"]
    assert len(told) == 1
    rig.office.receive.answered(200, 0.004, answer)
    rig.change()
    assert rig.kinds() == [] and len(told) == 2
    assert rig.notices() == [("answers_slow", False)]


def test_h12_the_quota_is_used_up(rig: Rig) -> None:
    refused = TunnelState(TunnelStatus.RETRYING, code="tunnel_quota")
    rig.change(address=AddressState(refused))
    assert rig.kinds() == ["quota_used_up"]
    rig.change(address=GOOD)
    assert rig.notices() == [("quota_used_up", False)]
    # ngrok lets the agent in, and refuses what visitors send: only a test event shows it.
    leg = LegResult(Leg.TUNNEL, LegState.FAILED, "self_test_quota")
    rig.change(self_test=SelfTestResult(NOON, (leg,)))
    assert rig.kinds() == ["quota_used_up"] and not rig.watch.delivers
    assert rig.notices() == [("quota_used_up", False), ("quota_used_up", True)]


def test_the_window_hears_of_a_change_once(rig: Rig) -> None:
    off = replace(GOOD, endpoint=EndpointState("we_1", URL, enabled=False))
    rig.change(address=off)
    assert {trouble.kind for trouble in rig.told[-1]} == {TroubleKind.ENDPOINT_DISABLED}
    assert len(rig.told) == 2  # the change itself, and that a trouble was recognised
    rig.change()
    assert len(rig.told) == 3


def test_after_the_stop_nothing_is_looked_at(rig: Rig) -> None:
    rig.watch.stop()
    rig.change(address=replace(GOOD, endpoint=EndpointState("we_1", URL, enabled=False)))
    assert rig.notices() == []
