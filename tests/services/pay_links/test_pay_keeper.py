"""The keeper of the payment links: closes at once, repeats until Stripe has heard, lets go."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.services.pay_links.pay_rig import LINKS, Desk
from tests.standins.stripe_http import Fault
from tests.waiting import PATIENCE, Steered
from workmate_desktop.domain.changes import SettingsChanged
from workmate_desktop.domain.steps import StepName, StepState
from workmate_desktop.domain.stripe.keys import StripeKeys
from workmate_desktop.services.pay_links.pay_keeper import GROUP_SECONDS, LONGEST_SECONDS, PayKeeper
from workmate_desktop.services.steps import Steps


class Time:
    """Stands still while the keeper waits; tells the test for how long it wants to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: queue.Queue[float | None] = queue.Queue()
        self._over = threading.Event()

    def monotonic(self) -> float:
        return self.now

    def wait(self, event: threading.Event, seconds: float | None) -> None:
        if seconds == GROUP_SECONDS:
            return
        self.waits.put(None if seconds is None else self.now + seconds)
        while not event.wait(0.01):
            if self._over.is_set():
                self._over.clear()
                return

    def pass_by(self, seconds: float) -> None:
        """So much time is over; whoever waits looks at the clock."""
        self.now += seconds
        self._over.set()

    def idle(self) -> float | None:
        """Once the keeper waits: until when. None: until something changes."""
        return self.waits.get(timeout=PATIENCE)

    def pause(self) -> float:
        """How long the keeper waits after what it did now; earlier waits are passed over."""
        until = self.idle()
        while until is None or until <= self.now:
            until = self.idle()
        return until - self.now


class Rig:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.time = Time()
        office = desk.office
        self.steps = Steps(office.writer, office.database, office.clock)
        self.keeper = PayKeeper(
            desk.pay,
            office.announcer,
            Steered(self.time.wait, self.time.monotonic),
            self.steps.step(StepName.PAY_LINKS),
        )

    @property
    def state(self) -> StepState:
        return self.steps.states()[StepName.PAY_LINKS]

    def until_idle(self) -> None:
        """Wait until nothing is left to do."""
        while self.time.idle() is not None:
            pass

    def attempts(self) -> int:
        """How often Stripe was asked to switch something off."""
        return sum(one.startswith(f"POST {LINKS}/") for one in self.desk.asked())


@pytest.fixture
def rig(desk: Desk) -> Iterator[Rig]:
    made = Rig(desk)
    yield made
    assert made.keeper.stop(PATIENCE)


def test_a_paid_invoice_closes_its_link(rig: Rig) -> None:
    invoice_id = rig.desk.invoice()
    rig.desk.url(invoice_id)
    rig.keeper.start()
    assert rig.time.idle() is None
    rig.desk.by_hand(invoice_id, 11900)
    while rig.desk.states(invoice_id) != ["inactive"]:
        rig.time.idle()
    assert rig.desk.usable(invoice_id) == []
    assert rig.attempts() == 1


def test_what_was_left_from_the_last_time_is_closed_at_the_start(rig: Rig) -> None:
    invoice_id = rig.desk.invoice()
    rig.desk.url(invoice_id)
    rig.desk.by_hand(invoice_id, 1900)
    rig.keeper.start()
    rig.until_idle()
    assert rig.desk.usable(invoice_id) == []


def test_it_is_tried_again_after_longer_and_longer_pauses(rig: Rig) -> None:
    invoice_id = rig.desk.invoice()
    rig.desk.url(invoice_id)
    rig.desk.by_hand(invoice_id, 1900)
    rig.desk.stripe.fail_next(Fault.RATE_LIMIT, 7)
    rig.keeper.start()
    pauses = []
    for _ in range(7):
        pause = rig.time.pause()
        pauses.append(pause)
        # Other invoices change meanwhile: Stripe is left alone.
        before = rig.attempts()
        rig.desk.invoice()
        rig.time.idle()
        assert rig.attempts() == before
        rig.time.pass_by(pause)
        assert rig.state.trouble == "stripe_rate_limited"
    rig.until_idle()
    assert not rig.state.failing
    assert pauses == [30.0, 60.0, 120.0, 240.0, 480.0, LONGEST_SECONDS, LONGEST_SECONDS]
    assert rig.desk.usable(invoice_id) == []


def test_new_keys_are_tried_at_once(rig: Rig) -> None:
    desk = rig.desk
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    desk.by_hand(invoice_id, 1900)
    keys, desk.keys = desk.keys, StripeKeys()
    rig.keeper.start()
    assert rig.time.pause() == 30.0
    desk.keys = keys
    desk.office.announcer.announce([SettingsChanged()])
    rig.until_idle()
    assert desk.usable(invoice_id) == []


def test_one_link_of_another_account_does_not_hold_up_the_others(rig: Rig) -> None:
    desk = rig.desk
    desk.keys = replace(desk.keys, secret="sk_live_StandIn0000000000004242")  # type: ignore[type-var]
    desk.account = "acct_old"
    stuck, other = desk.invoice(livemode=True), desk.invoice(livemode=True)
    desk.url(stuck)
    desk.account = "acct_new"
    desk.url(other)
    desk.by_hand(stuck, 11900)
    rig.keeper.start()
    assert rig.time.pause() == 30.0
    assert desk.offer(stuck).trouble == "pay_other_account"
    desk.by_hand(other, 11900)
    while desk.states(other) != ["inactive"]:
        rig.time.idle()
    assert len(desk.usable(stuck)) == 1


def test_it_ends_although_stripe_does_not_answer(rig: Rig) -> None:
    invoice_id = rig.desk.invoice()
    rig.desk.url(invoice_id)
    rig.desk.by_hand(invoice_id, 1900)
    rig.desk.timeout = 10 * PATIENCE
    asked = threading.Event()
    rig.desk.stripe.before_answer = lambda _asked: asked.set()
    rig.desk.stripe.fail_next(Fault.HANG, 2)
    rig.keeper.start()
    assert asked.wait(PATIENCE)
    assert rig.keeper.stop(PATIENCE)
