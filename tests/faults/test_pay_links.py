"""I: whatever Stripe, the net or people do, an invoice has at most one usable payment link.

I1 to I11 are the faults of the API, in the order of FAULTS; I12 to I14 have further tests in
tests/services/pay_links/test_pay.py.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import NOON, at_once
from tests.places import CHECKOUT
from tests.services.catch_up.absence import OfficeClock
from tests.services.pay_links.pay_rig import LINKS, Desk
from tests.standins.stripe_api import SECRET_KEY, Key, StripeStandIn
from tests.standins.stripe_http import Fault
from tests.standins.stripe_routes import Asked
from tests.waiting import PATIENCE
from workmate_desktop.domain.errors import UserError
from workmate_desktop.domain.payments.links import OfferState
from workmate_desktop.domain.stripe.account import StripeRefused
from workmate_desktop.gateways.stripe.links import StripeLinks
from workmate_desktop.store.transaction import Transaction


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = OfficeClock(NOON)
    with StripeStandIn(clock=clock.true_seconds) as stripe:
        made = Desk(tmp_path / "data", stripe, clock)
        yield made
        made.close()


def refused(desk: Desk, invoice_id: str) -> UserError:
    """Press the button in vain."""
    with pytest.raises(UserError) as error:
        desk.pay.link(invoice_id)
    return error.value


def in_the_end(desk: Desk, invoice_id: str) -> None:
    """After the fault: one more press gives a link, and it is the only one, and it is known."""
    url = desk.url(invoice_id)
    assert [one["url"] for one in desk.usable(invoice_id)] == [url]
    assert desk.offer(invoice_id).state is OfferState.READY
    assert desk.url(invoice_id) == url
    assert desk.actions(invoice_id).count("link_created") == 1


def in_vain(desk: Desk, fault: Fault, code: str) -> None:
    """The call and its repetition fail; afterwards there is exactly one link."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(fault, 2)
    assert refused(desk, invoice_id).code == code
    desk.stripe.clear_faults()
    assert len(desk.usable(invoice_id)) <= 1
    assert desk.offer(invoice_id).state is OfferState.UNCONFIRMED
    in_the_end(desk, invoice_id)


def test_i1_429(desk: Desk) -> None:
    in_vain(desk, Fault.RATE_LIMIT, "stripe_rate_limited")


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.SERVER_ERROR_KEPT])
def test_i2_500_also_when_stripe_keeps_it_under_the_key(desk: Desk, fault: Fault) -> None:
    in_vain(desk, fault, "stripe_stripe_down")


def test_i3_503_with_html(desk: Desk) -> None:
    in_vain(desk, Fault.UNAVAILABLE_HTML, "stripe_stripe_down")


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.RESET])
def test_i4_reset_after_the_object_was_created_or_before(desk: Desk, fault: Fault) -> None:
    in_vain(desk, fault, "stripe_no_net")


def test_i5_no_answer_but_that_of_a_captive_portal(desk: Desk) -> None:
    in_vain(desk, Fault.CAPTIVE_PORTAL, "stripe_not_stripe")


def test_i6_409(desk: Desk) -> None:
    in_vain(desk, Fault.CONFLICT, "pay_busy")


@pytest.mark.parametrize("times", [3, 7])
def test_i4_answers_lost_again_and_again(desk: Desk, times: int) -> None:
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET_AFTER, times)
    for _ in range(10):
        try:
            desk.pay.link(invoice_id)
            break
        except StripeRefused:
            assert len(desk.usable(invoice_id)) <= 1
    in_the_end(desk, invoice_id)


def test_i5_no_answer(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.timeout = 0.4
    desk.stripe.fail_next(Fault.HANG, 2)
    assert refused(desk, invoice_id).code == "stripe_timeout"
    desk.timeout = 20.0
    desk.stripe.clear_faults()
    in_the_end(desk, invoice_id)


def test_i5_no_answer_and_the_amount_changed_meanwhile(desk: Desk) -> None:
    """The link that may exist is found, switched off, and only then the new one is made."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET_AFTER, 2)
    refused(desk, invoice_id)
    desk.stripe.clear_faults()
    desk.by_hand(invoice_id, 1900)
    url = desk.url(invoice_id)
    assert [one["url"] for one in desk.usable(invoice_id)] == [url]
    assert desk.open(url).amount == 10000
    assert desk.states(invoice_id) == ["active", "inactive"]


def test_i5_no_answer_and_paid_meanwhile(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET_AFTER, 2)
    refused(desk, invoice_id)
    desk.stripe.clear_faults()
    assert len(desk.usable(invoice_id)) == 1
    desk.by_hand(invoice_id, 11900)
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []


def test_i6_409_the_first_request_is_still_under_way(desk: Desk) -> None:
    """Stripe's own answer to the same key twice at once; the repetition brings the link."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.CONFLICT, 1)
    in_the_end(desk, invoice_id)
    assert len(set(desk.keys_sent())) == 1


def test_i7_400_is_given_up_and_asked_anew(desk: Desk) -> None:
    """A refusal of the parameters: nothing was made, and the next press is a new attempt."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.BAD_REQUEST)
    assert refused(desk, invoice_id).code == "stripe_other"
    assert desk.states(invoice_id) == ["refused"]
    assert desk.offer(invoice_id).state is OfferState.NONE
    in_the_end(desk, invoice_id)
    assert len(set(desk.keys_sent())) == 2


def test_i7_400_same_key_with_other_parameters(desk: Desk) -> None:
    """The kept request was changed, its link was made and switched off at Stripe: a new key."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET_AFTER, 2)
    refused(desk, invoice_id)
    desk.stripe.clear_faults()
    desk.stripe.switch_off(desk.usable(invoice_id)[0]["url"])

    def change(t: Transaction) -> None:
        t.raw.execute("UPDATE payment_links SET request = replace(request, 'Dieser', 'Der')")

    desk.office.writer.submit(change).result(PATIENCE)
    in_the_end(desk, invoice_id)
    assert len(set(desk.keys_sent())) == 2


def test_i8_401_revoked(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.revoke()
    assert refused(desk, invoice_id).code == "stripe_revoked"
    assert desk.states(invoice_id) == ["refused"]
    desk.stripe.keys[SECRET_KEY].revoked = False
    in_the_end(desk, invoice_id)


def test_i9_403_names_the_missing_right(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.stripe.keys[SECRET_KEY] = Key(frozenset({"rak_payment_links_read"}))
    error = refused(desk, invoice_id)
    assert (error.code, error.values["right"]) == ("stripe_no_right", "rak_payment_links_write")
    desk.stripe.keys[SECRET_KEY] = Key()
    in_the_end(desk, invoice_id)


def test_i10_double_click(desk: Desk) -> None:
    invoice_id = desk.invoice()
    urls = at_once([lambda: desk.url(invoice_id)] * 8)
    assert len(set(urls)) == 1
    in_the_end(desk, invoice_id)
    assert len(desk.keys_sent()) == 1


def test_i10_double_click_while_answers_are_lost(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET_AFTER, 5)

    def press() -> str | None:
        try:
            return desk.url(invoice_id)
        except StripeRefused:
            return None

    urls = at_once([press] * 6)
    desk.stripe.clear_faults()
    assert len({url for url in urls if url}) <= 1
    in_the_end(desk, invoice_id)


def test_i11_two_programs(desk: Desk) -> None:
    """Two programs on the same books (the lock of the folder was got around)."""
    invoice_id = desk.invoice()
    other = desk.new_pay()
    first, second = at_once(
        [lambda: desk.pay.link(invoice_id).url, lambda: other.link(invoice_id).url]
    )
    assert first == second
    in_the_end(desk, invoice_id)


_KILLED = """
import os, signal, sys, threading
from pathlib import Path
from tests.services.catch_up.absence import OfficeClock
from tests.services.pay_links.pay_rig import Desk
from tests.factories import NOON
from tests.standins.stripe_api import StripeStandIn
from workmate_desktop.gateways.stripe import links as stripe_links

data_dir, url, invoice_id, when = Path(sys.argv[1]), *sys.argv[2:]
true_create = stripe_links.StripeLinks.create

def create(self, request, key):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    made = true_create(self, request, key)
    os.kill(os.getpid(), signal.SIGKILL)

stripe_links.StripeLinks.create = create
class Far:
    listeners = []
Far.url = url
desk = Desk(data_dir, Far, OfficeClock(NOON))
desk.pay.link(invoice_id)
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("hours", [0, 30])
def test_i11_killed_between_the_stored_key_and_the_answer(
    tmp_path: Path, when: str, hours: int
) -> None:
    """Also when the program comes back after Stripe has forgotten the key."""
    clock = OfficeClock(NOON)
    with StripeStandIn(clock=clock.true_seconds) as stripe:
        desk = Desk(tmp_path / "data", stripe, clock)
        invoice_id = desk.invoice()
        desk.close()
        run = subprocess.run(
            [sys.executable, "-c", _KILLED, str(tmp_path / "data"), stripe.url, invoice_id, when],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=CHECKOUT,
        )
        assert run.returncode == -9, run.stderr
        stripe.listeners.clear()
        clock.set(NOON + timedelta(hours=hours))
        if hours:
            stripe.forget_keys()
        after = Desk(tmp_path / "data", stripe, clock)
        assert after.states(invoice_id) == ["creating"]
        assert len(after.usable(invoice_id)) == (1 if when == "after" else 0)
        in_the_end(after, invoice_id)
        after.close()


def test_i11_a_link_that_another_program_made_meanwhile_stays(desk: Desk) -> None:
    """While the keeper looks at Stripe for the old one, which nobody has answered for."""
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET, 2)
    refused(desk, invoice_id)
    desk.by_hand(invoice_id, 1900)
    other, urls = desk.new_pay(), list[str | None]()

    def make_meanwhile(asked: Asked) -> None:
        if (asked.method, asked.path) == ("GET", LINKS) and not urls:
            urls.append(None)
            urls[:] = [other.link(invoice_id).url]

    desk.stripe.before_answer = make_meanwhile
    assert desk.close_due() == {}
    assert [one["url"] for one in desk.usable(invoice_id)] == urls
    assert desk.offer(invoice_id).state is OfferState.READY


def test_i11_a_link_that_a_restored_backup_does_not_know_is_switched_off(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.stripe.fail_next(Fault.RESET, 2)
    refused(desk, invoice_id)
    [row] = desk.links(invoice_id)
    forgotten = row.request.replace(row.id, "00000000-0000-4000-8000-000000000000")
    StripeLinks(desk.api(SECRET_KEY, threading.Event())).create(forgotten, "of the lost row")
    assert len(desk.usable(invoice_id)) == 1
    in_the_end(desk, invoice_id)


# --- I13: what could not be sent is sent later -------------------------------------------


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.RATE_LIMIT, "stripe_rate_limited"),
        (Fault.SERVER_ERROR, "stripe_stripe_down"),
        (Fault.UNAVAILABLE_HTML, "stripe_stripe_down"),
        (Fault.RESET, "stripe_no_net"),
        (Fault.RESET_AFTER, "stripe_no_net"),
    ],
)
def test_i13_a_deactivation_is_repeated_until_it_was_heard(
    desk: Desk, fault: Fault, code: str
) -> None:
    invoice_id = desk.invoice()
    old = desk.url(invoice_id)
    desk.by_hand(invoice_id, 1900)
    desk.stripe.fail_next(fault, 4)
    # Neither the keeper nor a press makes a second link meanwhile.
    assert list(desk.close_due().values()) == [code]
    assert refused(desk, invoice_id).code == code
    assert desk.offer(invoice_id).state is OfferState.CLOSING
    assert desk.offer(invoice_id).trouble == code
    assert desk.asked().count(f"POST {LINKS}") == 1
    desk.stripe.clear_faults()
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
    assert desk.url(invoice_id) != old


def test_i13_changed_while_the_link_was_being_made(desk: Desk) -> None:
    """The payment by hand comes between our question and Stripe's answer."""
    invoice_id = desk.invoice()
    paid: list[str] = []

    def pay_meanwhile(asked: Asked) -> None:
        if (asked.method, asked.path) == ("POST", LINKS) and not paid:
            paid.append(desk.by_hand(invoice_id, 1900))

    desk.stripe.before_answer = pay_meanwhile
    url = desk.url(invoice_id)
    assert desk.open(url).amount == 10000
    assert [one["url"] for one in desk.usable(invoice_id)] == [url]


def test_i14_the_keys_changed_to_the_other_mode_with_a_link_open(desk: Desk) -> None:
    invoice_id = desk.invoice()
    desk.url(invoice_id)
    test_keys, desk.keys = desk.keys, None
    desk.by_hand(invoice_id, 11900)
    assert list(desk.close_due().values()) == ["pay_no_key"]
    desk.keys = test_keys
    assert desk.close_due() == {}
    assert desk.usable(invoice_id) == []
