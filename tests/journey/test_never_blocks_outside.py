"""Tunnel, webhook, self-test, catch-up: whatever hangs outside, the window answers in 100 ms."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from tests.journey.desk import Desk
from tests.journey.test_catch_up import FETCH, KEYS, asked_once, numbers_of, pay, reception
from tests.journey.test_never_blocks import LIMIT, Pulse
from tests.journey.test_payments import issue
from tests.journey.test_tunnel import ARRANGE
from tests.standins.ngrok_play import TOKEN, StandInNgrok
from tests.standins.public_edge import PublicEdge
from tests.standins.stripe_api import StripeStandIn
from tests.standins.stripe_http import Fault
from workmate_desktop.ui.stripe.self_test_dialog import SelfTestDialog

pytestmark = pytest.mark.alone


@pytest.fixture
def pulse(qtbot: object) -> Iterator[Pulse]:
    beating = Pulse()
    yield beating
    beating.stop()


@pytest.fixture
def office(
    ngrok: StandInNgrok, stripe: StripeStandIn, start: Callable[..., Desk]
) -> Callable[..., Desk]:
    """The program with keys and a token; `start` comes last, so that it ends first."""

    def open_office(**options: str) -> Desk:
        desk = start(
            **KEYS,
            stripe_api_base=stripe.url,
            ngrok_path=str(ngrok.executable),
            ngrok_authtoken=TOKEN,
            **options,
        )
        desk.wait_until_ready()
        asked_once(desk)
        desk.open_stripe()
        return desk

    return open_office


def quick_click(desk: Desk, button: QAbstractButton) -> None:
    """A click that the window deals with at once."""
    began = time.monotonic()
    button.click()
    assert time.monotonic() - began < LIMIT


def test_h2_a_silent_agent_and_abbrechen_at_once(
    office: Callable[..., Desk], ngrok: StandInNgrok, pulse: Pulse
) -> None:
    ngrok.play(silent=True)
    desk = office()
    card = desk.pages.stripe.reception
    pulse.fresh()
    quick_click(desk, desk.button(card, "Tunnel verbinden"))
    desk.wait(lambda: ngrok.running)
    cancel = desk.button(card, "Abbrechen")
    quick_click(desk, cancel)
    desk.wait(lambda: "kein Tunnel" in reception(desk))
    assert pulse.longest < LIMIT


def test_an_agent_that_comes_and_goes(
    office: Callable[..., Desk], ngrok: StandInNgrok, pulse: Pulse
) -> None:
    desk = office()
    card = desk.pages.stripe.reception
    pulse.fresh()
    desk.click(card, "Tunnel verbinden")
    desk.wait(lambda: desk.core.reception.state.public_url)
    assert ngrok.end_all()
    desk.wait(lambda: "gerade nicht verbunden" in reception(desk))
    desk.wait(lambda: desk.core.reception.state.public_url)
    assert pulse.longest < LIMIT


def test_a_stripe_that_hangs_while_the_webhook_is_arranged(
    office: Callable[..., Desk], stripe: StripeStandIn, pulse: Pulse
) -> None:
    desk = office(tunnel="ngrok")
    desk.wait(lambda: "nicht eingerichtet" in reception(desk))
    stripe.fail_next(Fault.HANG, times=5)
    pulse.fresh()
    quick_click(desk, desk.button(desk.pages.stripe.reception, ARRANGE))
    desk.wait(lambda: "wird eingerichtet" in reception(desk))
    assert pulse.longest < LIMIT
    began = time.monotonic()
    desk.stop()
    assert time.monotonic() - began < 6


def test_a_test_event_that_never_comes_back(
    office: Callable[..., Desk],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pulse: Pulse,
) -> None:
    with PublicEdge(tmp_path, silent=True) as edge:
        edge.use(monkeypatch)
        desk = office(tunnel="ngrok", stripe_webhook_secret="whsec_journeyJourneyJourney01")
        desk.wait(lambda: desk.core.reception.state.public_url)
        pulse.fresh()
        send = desk.button(desk.pages.stripe.reception, "Test-Ereignis senden")
        quick_click(desk, send)
        dialog = desk.dialog(SelfTestDialog)
        desk.wait(edge.met.is_set)
        assert dialog.running
        quick_click(desk, dialog.close_button)
        desk.wait_closed(SelfTestDialog)
        desk.wait(lambda: not desk.core.self_test._one_at_a_time.locked())
        assert pulse.longest < LIMIT
        assert desk.core.self_test.last is None


def test_h10_no_net_at_the_start_and_everything_local_works(
    start: Callable[..., Desk], ngrok: StandInNgrok, pulse: Pulse
) -> None:
    """Neither Stripe nor ngrok can be reached: write, issue, take a payment, search."""
    ngrok.play(no_session="dial tcp: lookup connect.ngrok-agent.com: no such host")
    desk = start(
        **KEYS,
        stripe_webhook_secret="whsec_journeyJourneyJourney01",
        tunnel="ngrok",
        ngrok_authtoken=TOKEN,
        ngrok_path=str(ngrok.executable),
    )
    desk.wait_until_ready()
    desk.open_stripe()
    invoice = issue(desk, "Praxis Dr. Aydin")
    [number] = numbers_of(desk, invoice)
    assert desk.stripe_sends(desk.event(invoice)) == 200
    pulse.fresh()  # the test itself has sent from the window's thread
    desk.wait(lambda: desk.status(number) == "Bezahlt")
    desk.wait(lambda: "keine Verbindung zum Internet" in reception(desk))
    desk.open_log()
    assert pulse.longest < LIMIT


def test_a_burst_of_missed_events(
    office: Callable[..., Desk], stripe: StripeStandIn, pulse: Pulse
) -> None:
    desk = office()
    invoices = [issue(desk, f"Kunde {number}") for number in range(120)]
    for invoice in invoices:
        pay(stripe, invoice)
    last = numbers_of(desk, invoices[-1])[0]
    desk.open_invoices()
    desk.wait(lambda: desk.status(last) == "Offen")  # the invoices themselves are no such burst
    desk.open_stripe()
    pulse.fresh()
    desk.click(desk.pages.stripe.reception, FETCH)
    desk.wait(lambda: desk.status(last) == "Bezahlt")
    # 29 to 165 ms here, where Stripe's stand-in and the writer share the interpreter with the
    # window; it was 500 ms when each change read half of the list. The bench has them apart.
    assert pulse.longest < 0.25
